// The trace that the running code is a part of: who makes events of it, and what headers carry it on. Runs in
// workers. Carried along by AsyncLocalStorage, which is entered for traced requests only.
import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { messageOf } from '../../diagnostic.ts'
import { pack, type TraceInfo } from './signature.ts'
import { renderTraceParent, spanIdOf, traceIdOf } from './traceparent.ts'

/** As OSProfiler's notifications. Times are UTC, to the microsecond in form. */
export interface TraceEvent {
  /** `wsgi-start`, `wsgi-stop`; of other spans with their names. */
  readonly name: string
  readonly base_id: string
  readonly trace_id: string
  readonly parent_id: string
  readonly timestamp: string
  readonly info: Readonly<Record<string, unknown>> & { readonly host: string }
}

export type Notify = (event: TraceEvent) => void

/** A part of a trace that has begun. */
export interface Span extends TraceInfo {
  /** Its own: the parent of what begins within. */
  readonly id: string
  readonly key: string | null
  /** What came beside traceparent, which goes along unread. */
  readonly state: string | undefined
  readonly notify: Notify
}

/** A request that is not traced here, but whose ids go on. */
interface Passing {
  readonly headers: Readonly<Record<string, string>>
}

const storage = new AsyncLocalStorage<Span | Passing>()

/** The span that the running code is in; undefined in a request that is not traced. */
export function currentSpan(): Span | undefined {
  const current = storage.getStore()
  return current !== undefined && 'notify' in current ? current : undefined
}

/**
 * Makes a span of a piece of work: `await traced('db', { statement }, () => query())`. Calls `work` and nothing else in a
 * request that is not traced. An error is told in the event of the end.
 */
export function traced<T>(name: string, info: Readonly<Record<string, unknown>>, work: () => T): T {
  const parent = currentSpan()
  return parent === undefined ? work() : runSpan({ ...parent, parentId: parent.id, id: randomUUID() }, name, info, work)
}

/** The headers of a call to another service that make it a part of the trace; none in a request that is not traced. */
export function traceHeaders(): Record<string, string> {
  const current = storage.getStore()
  if (current === undefined) return {}
  if (!('notify' in current)) return { ...current.headers }
  const { baseId, id, key, state } = current
  return {
    ...(key === null ? {} : pack({ baseId, parentId: id }, key)),
    traceparent: renderTraceParent({ traceId: traceIdOf(baseId), spanId: spanIdOf(id), isSampled: true }),
    ...(state === undefined ? {} : { tracestate: state }),
  }
}

export function runPassing<T>(headers: Readonly<Record<string, string>>, work: () => T): T {
  return storage.run({ headers }, work)
}

export function runSpan<T>(span: Span, name: string, info: Readonly<Record<string, unknown>>, work: () => T): T {
  tell(span, `${name}-start`, info)
  const stop = (): void => tell(span, `${name}-stop`, {})
  const fail = (error: unknown): never => {
    const etype = error instanceof Error ? error.name : typeof error
    tell(span, `${name}-stop`, { etype, message: messageOf(error) })
    throw error
  }
  let result: T
  try {
    result = storage.run(span, work)
  } catch (error) {
    return fail(error)
  }
  if (result instanceof Promise) {
    return result.then((value: unknown) => {
      stop()
      return value
    }, fail) as T
  }
  stop()
  return result
}

function tell({ baseId, id, parentId, notify }: Span, name: string, info: Readonly<Record<string, unknown>>): void {
  notify({
    name,
    base_id: baseId,
    trace_id: id,
    parent_id: parentId,
    timestamp: new Date().toISOString().replace('Z', '000'),
    info: { ...info, host: hostname() },
  })
}
