// The service that serves an app of a deployment file: what `serveApp` and the three-line main of an
// OpenStack service run. The plan is made anew in each worker from the text that the master checked.
import type { Observer } from '../paste/build.ts'
import { loadApp } from '../paste/load.ts'
import { pipelineLine } from '../paste/plan.ts'
import { standIns } from '../paste/stand-in.ts'
import { tracer } from '../paste/trace.ts'
import { launchGroup } from './options.ts'
import { type PasteArgs, projectsOf } from './paste-args.ts'
import type { Service, ServiceContext, StopOrder } from './service.ts'
import { HttpServer } from './worker/http-server.ts'

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
    const observed = standIn
      ? { replace: standIns(standIn, { config, flavour }), observe: tracer }
      : await measured(context)
    const loaded = await loadApp(uri, { name, flavour, relativeTo, projects, config, log, ...observed })
    context.onClose(() => loaded.close())
    const line = pipelineLine(loaded.plan)
    this.#summary = `pipeline ${line}`
    context.onReport('Pipeline', () => [`${line}, of ${uri}`])
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

/** With the option, the pipeline is built with clocks in it; without, it is the same objects as ever. */
async function measured(context: ServiceContext): Promise<{ observe?: Observer }> {
  if (!context.config.get(launchGroup).measure_filters) return {}
  const { createMeasure } = await import('../paste/measure.ts')
  const measure = createMeasure()
  context.onMeasure(() => ({ requests: 0, inFlight: 0, filters: measure.figures() }))
  return { observe: measure.observer }
}
