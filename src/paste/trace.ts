// The way of a request: every app and filter that it enters, in order, with the time spent inside.
// Wrapped round objects at build time only when somebody asks; otherwise a request meets none of it.
import type { Where } from '../errors.ts'
import type { App, HttpRequest } from '../http/index.ts'
import type { Observer } from './build.ts'
import type { FactoryPlan } from './plan.ts'

declare module '../http/contract.ts' {
  interface Environ {
    /** What the request has entered so far, when the pipeline was built with a trace. */
    way?: WayPoint[]
  }
}

export interface WayPoint {
  readonly kind: FactoryPlan['kind']
  readonly name: string
  readonly section: string | null
  readonly where: Where | null
  /** From entering to the answer, in milliseconds; null while it is inside. */
  ms: number | null
}

export const tracer: Observer = {
  app: (app, plan) => traced(app, plan),
  filter: (filter, plan) => (app) => traced(filter(app), plan),
}

function traced(app: App, { kind, name, section, where }: FactoryPlan): App {
  const entered: App = (req) => {
    const point: WayPoint = { kind, name, section, where, ms: null }
    ;(req.environ.way ??= []).push(point)
    const start = performance.now()
    const leave = () => {
      point.ms = performance.now() - start
    }
    let answer: ReturnType<App>
    try {
      answer = app(req)
    } catch (error) {
      leave()
      throw error
    }
    if (!(answer instanceof Promise)) {
      leave()
      return answer
    }
    return answer.finally(leave)
  }
  // What an app tells of itself (the mounts of a urlmap) stays visible.
  return Object.assign(entered, app)
}

/** The filters that a request has passed. */
export function filtersPassed(req: HttpRequest): string[] {
  return (req.environ.way ?? []).filter(({ kind }) => kind === 'filter').map(({ name }) => name)
}
