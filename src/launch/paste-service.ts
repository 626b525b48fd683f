// The service that serves an app of a deployment file: what `serveApp` and the three-line main of an
// OpenStack service run. The plan is made anew in each worker from the text that the master checked.
import { type Distribution, distributionFromManifest, readDistribution } from '../entrypoints/distribution.ts'
import { loadApp, pipelineLine } from '../paste/index.ts'
import { type StandInMode, standIns } from '../paste/stand-in.ts'
import { tracer } from '../paste/trace.ts'
import type { Service, ServiceContext, StopOrder } from './service.ts'
import { HttpServer } from './worker/http-server.ts'

export interface PasteArgs {
  /** `config:/etc/shop/api-paste.ini`, `egg:Dist#name`. */
  readonly uri: string
  /** The app in the file; `main`, or the URI's fragment, unless given. */
  readonly name?: string | undefined
  /** The folder of a relative `config:` URI; the working directory unless given. */
  readonly relativeTo?: string | undefined
  /** Beats the configuration's choice of a pipeline. */
  readonly flavour?: string | undefined
  /** The one manifest that references are looked up with; all of the project's unless given. */
  readonly manifest?: string | undefined
  /** Stand-ins for factories that are not there, or for all. */
  readonly standIn?: StandInMode | undefined
}

/** Where the references of a deployment file are looked up first. */
export function projectsOf(from: string, { manifest }: PasteArgs): Distribution[] {
  return [manifest === undefined ? readDistribution(from) : distributionFromManifest(manifest)]
}

export class PasteService implements Service {
  readonly #args: PasteArgs
  #http: HttpServer | null = null
  #summary = ''

  constructor(args: PasteArgs) {
    this.#args = args
  }

  /** @throws SlipwayError with every fault of the file, before any code of the user runs; then what its factories throw */
  async start(context: ServiceContext): Promise<void> {
    const { uri, name, flavour, standIn, relativeTo = process.cwd() } = this.#args
    const { config, log, from } = context
    const projects = projectsOf(from, this.#args)
    // A stand-in app tells which filters a request has passed.
    const replaced = standIn ? { replace: standIns(standIn, { config, flavour }), observe: tracer } : {}
    const loaded = await loadApp(uri, { name, flavour, relativeTo, projects, config, log, ...replaced })
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
