// What each filter and app of a pipeline costs: calls, errors, and its own time, that is the time inside it without
// the time inside of what it calls. Wrapped round the objects at build time only when somebody asks; without,
// a request meets none of it.
import { adoptApp, type App, type Filter, HttpError, type HttpRequest, isClientGone } from '../http/index.ts'
import type { Observer } from './build.ts'
import type { FactoryPlan } from './plan.ts'

interface ElementFigures {
  /** Its name in the deployment file. */
  readonly name: string
  readonly calls: number
  /** What it threw itself: neither an answer (an HttpError below 500) nor that of a filter or app inside it. */
  readonly errors: number
  /** Milliseconds, waiting included, without those inside of what it calls. */
  readonly ownMs: number
}

export interface Measure {
  readonly observer: Observer
  /** From the outermost element inwards. */
  figures(): ElementFigures[]
}

interface Element {
  readonly name: string
  /** What it calls. */
  readonly inner: Set<Element>
  calls: number
  errors: number
  totalMs: number
  /** Inside of what it calls. */
  innerMs: number
}

/** An app that is measured already, so that whoever calls it shares the one measurement. */
interface Measured {
  readonly app: App
  readonly element: Element
}

/**
 * Sums are enough: an element's own time is the sum of its calls less the sum of the calls that it makes. No request has to be
 * followed through the pipeline for that, however many are under way.
 */
export function createMeasure(): Measure {
  const elements = new Map<FactoryPlan, Element>()
  const measured = new WeakMap<App, Measured>()
  /** Told once, by the innermost element that they leave. */
  const seen = new WeakSet<object>()

  /** A composite is known by its parts before it is built itself. */
  function elementOf(plan: FactoryPlan): Element {
    const known = elements.get(plan)
    if (known) return known
    const element: Element = { name: plan.name, inner: new Set(), calls: 0, errors: 0, totalMs: 0, innerMs: 0 }
    elements.set(plan, element)
    return element
  }

  function wrap(app: App, element: Element, caller: Element | null): App {
    const wrapped = Object.assign(timed(app, element, caller, seen), app)
    measured.set(wrapped, { app, element })
    return wrapped
  }

  /** The app as its caller gets it: its time is no time of the caller's. */
  function calledBy(caller: Element, app: App): App {
    const known = measured.get(app)
    if (!known) return app
    caller.inner.add(known.element)
    return wrap(known.app, known.element, caller)
  }

  return {
    observer: {
      app: (app, plan) => wrap(app, elementOf(plan), null),
      filter(filter, plan) {
        const element = elementOf(plan)
        const around = (made: unknown): App => wrap(adoptApp(made), element, null)
        const wrapping = (app: App): App | Promise<App> => {
          // What a filter_app_factory makes may be a promise, and a listener of Node's.
          const made: unknown = filter(calledBy(element, app))
          return made instanceof Promise ? made.then(around) : around(made)
        }
        return wrapping as Filter
      },
      part: (app, composite) => calledBy(elementOf(composite), app),
    },
    figures: () => inward([...elements.values()]).map(figuresOf),
  }
}

function figuresOf({ name, calls, errors, totalMs, innerMs }: Element): ElementFigures {
  // What is called and has answered counts before its caller has; whoever calls two at once is less than they together.
  const ownMs = Math.max(0, Math.round((totalMs - innerMs) * 1000) / 1000)
  return { name, calls, errors, ownMs }
}

/** Those that nobody calls first, each followed by what it calls. */
function inward(elements: readonly Element[]): Element[] {
  const called = new Set(elements.flatMap(({ inner }) => [...inner]))
  const ordered = new Set<Element>()
  const visit = (element: Element): void => {
    if (ordered.has(element)) return
    ordered.add(element)
    for (const one of element.inner) visit(one)
  }
  for (const element of elements) if (!called.has(element)) visit(element)
  return [...ordered]
}

function timed(app: App, element: Element, caller: Element | null, seen: WeakSet<object>): App {
  const leave = (since: number): void => {
    const ms = performance.now() - since
    element.totalMs += ms
    if (caller !== null) caller.innerMs += ms
  }
  const fail = (since: number, error: unknown): never => {
    leave(since)
    if (isFault(error) && !seen.has(error)) {
      seen.add(error)
      element.errors += 1
    }
    throw error
  }
  return (req: HttpRequest) => {
    element.calls += 1
    const since = performance.now()
    let answer: ReturnType<App>
    try {
      answer = app(req)
    } catch (error) {
      return fail(since, error)
    }
    if (!(answer instanceof Promise)) {
      leave(since)
      return answer
    }
    return answer.then(
      (response) => {
        leave(since)
        return response
      },
      (error: unknown) => fail(since, error),
    )
  }
}

function isFault(error: unknown): error is object {
  if (typeof error !== 'object' || error === null || isClientGone(error)) return false
  const known = HttpError.from(error)
  return known === null || known.status >= 500
}
