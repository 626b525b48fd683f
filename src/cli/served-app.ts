// The service that `slipway serve` runs: an app of a deployment file, with stand-ins where they are
// asked for. Made in each worker, from the same words that the command was given.
import { HttpServer } from '../launch/worker/http-server.ts'
import type { Service, ServiceContext, StopOrder } from '../launch/service.ts'
import { loadApp } from '../paste/load.ts'
import { pipelineLine } from '../paste/plan.ts'
import { standIns } from '../paste/stand-in.ts'
import { tracer } from '../paste/trace.ts'
import type { StandInOptions } from './flags.ts'
import { projectAt } from './project.ts'
import { parseTarget } from './target.ts'

/** Plain data: it travels to workers. */
export interface ServedAppArgs extends StandInOptions {
  readonly target: string
  readonly manifest: string | undefined
  readonly flavour: string | undefined
  readonly cwd: string
}

/** @public Named by reference, in serve-target.ts. */
export class ServedApp implements Service {
  readonly #args: ServedAppArgs
  #http: HttpServer | null = null
  #summary = ''

  constructor(args: ServedAppArgs) {
    this.#args = args
  }

  async start(context: ServiceContext): Promise<void> {
    const { manifest, flavour, standIn, cwd } = this.#args
    const { config, log } = context
    const target = parseTarget(this.#args.target, cwd)
    const loaded = await loadApp(target.uri, {
      name: target.name ?? undefined,
      projects: [projectAt(manifest, cwd)],
      config,
      flavour,
      log,
      // A stand-in app tells which filters a request has passed.
      ...(standIn ? { replace: standIns(standIn, { config, flavour }), observe: tracer } : {}),
    })
    context.onClose(() => loaded.close())
    this.#summary = `pipeline ${pipelineLine(loaded.plan)}`
    this.#http = new HttpServer(loaded.value, context)
    await this.#http.listen()
  }

  async stop(order: StopOrder): Promise<void> {
    await this.#http?.stop(order)
  }

  async wait(): Promise<number> {
    return (await this.#http?.wait()) ?? 0
  }

  describe(): string {
    return this.#summary
  }
}
