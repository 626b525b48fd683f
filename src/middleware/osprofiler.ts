// Makes events of requests that are signed for it, as OSProfiler's middleware does, and carries W3C's traceparent along.
// Runs in workers. Filters that do not trace are not there at all: switched off, it costs a request nothing.
import { randomUUID } from 'node:crypto'
import { SlipwayError } from '../errors.ts'
import type { App, FactoryContext, Filter, FilterFactory, HttpRequest } from '../http/index.ts'
import { currentContext, runInContext } from '../log/context.ts'
import type { Logger } from '../log/index.ts'
import { redactQuery } from '../log/redact.ts'
import { osprofilerGroup, type OsprofilerSettings, profilerGroup } from './profiler/options.ts'
import { parseKeys, unpack } from './profiler/signature.ts'
import { type Notify, runPassing, runSpan, type Span } from './profiler/trace.ts'
import {
  parseTraceParent,
  renderTraceParent,
  spanIdOf,
  toTraceInfo,
  traceIdOf,
  type TraceParent,
} from './profiler/traceparent.ts'

export interface ProfilerOptions {
  readonly keys: readonly string[]
  readonly traceparent: 'ignore' | 'propagate' | 'trace'
  readonly notify: Notify
}

/** Of log lines, under OpenTelemetry's names. */
type LogIds = Readonly<{ trace_id: string; span_id: string }>

export function osprofiler({ keys, traceparent, notify }: ProfilerOptions): Filter {
  const parentOf = (req: HttpRequest): TraceParent | null =>
    traceparent === 'ignore' ? null : parseTraceParent(req.header('traceparent'))

  const spanOf = (req: HttpRequest, parent: TraceParent | null): Span | null => {
    const signed = unpack(req.header('x-trace-info'), req.header('x-trace-hmac'), keys)
    const isOurs = signed === null && traceparent === 'trace' && parent?.isSampled === true
    if (signed === null && !isOurs) return null
    const { baseId, parentId } = signed ?? toTraceInfo(parent as TraceParent)
    // What came beside the traceparent of another trace does not belong to this one.
    const state = parent?.traceId === traceIdOf(baseId) ? req.header('tracestate') : undefined
    return { baseId, parentId, id: randomUUID(), key: signed?.key ?? keys[0] ?? null, state, notify }
  }

  return (app) => (req) => {
    const parent = parentOf(req)
    const span = spanOf(req, parent)
    if (span !== null) {
      const ids = { trace_id: traceIdOf(span.baseId), span_id: spanIdOf(span.id) }
      return withIds(req, ids, () => runSpan(span, 'wsgi', { request: described(req) }, () => app(req)))
    }
    if (parent === null) return app(req)
    const state = req.header('tracestate')
    const headers = { traceparent: renderTraceParent(parent), ...(state === undefined ? {} : { tracestate: state }) }
    const ids = { trace_id: parent.traceId, span_id: parent.spanId }
    return withIds(req, ids, () => runPassing(headers, () => app(req)))
  }
}

function described(req: HttpRequest): object {
  return {
    path: `${req.scriptName}${req.pathInfo}`,
    query: redactQuery(req.queryString),
    method: req.method,
    scheme: req.scheme,
  }
}

/** request_id, further out, has made the context of log lines; without it there is a new one. */
function withIds(req: HttpRequest, ids: LogIds, work: () => ReturnType<App>): ReturnType<App> {
  const { logFields } = req.environ
  if (logFields === undefined) return runInContext({ ...currentContext(), ...ids }, work)
  Object.assign(logFields, ids)
  return work()
}

/** Its events are the log's unless a function takes them; one that fails must not take requests with it. */
function notifierOf(given: Notify | null, log: Pick<Logger, 'info' | 'warn'>): Notify {
  if (given === null) return (event) => log.info({ trace: event }, `trace ${event.name}`)
  let hasWarned = false
  return (event) => {
    try {
      given(event)
    } catch (error) {
      if (!hasWarned) log.warn({ err: error }, 'the notifier of traces has failed (told once)')
      hasWarned = true
    }
  }
}

/** A filter that does not trace: the app itself. */
const absent: Filter = (app) => app

async function build(settings: OsprofilerSettings, context: FactoryContext): Promise<Filter> {
  const { log, config } = context
  const general = config.get(profilerGroup)
  const { enabled: text } = settings
  const isEnabled = text === null ? general.enabled : isTrue(text)
  if (text !== null && !isEnabled && text.trim() !== '') {
    log.warn(`enabled = ${text}: this filter does not trace (in OSProfiler any text switches it on)`)
  }
  if (!isEnabled) return absent
  // [profiler] takes the place of the section's keys, as OSProfiler's initializer has it: those are often an example's.
  const keys = parseKeys((general.enabled ? general.hmac_keys : null) ?? settings.hmac_keys ?? general.hmac_keys ?? '')
  if (keys.length === 0) log.warn('there are no hmac_keys: no signed request is traced')
  if (keys.some((key) => /^SECRET_KEY\b/u.test(key))) {
    log.warn('hmac_keys has the key of the examples: whoever knows them can have requests traced')
  }
  const notify = notifierOf(await namedNotifier(settings.notifier, context), log)
  return osprofiler({ keys, traceparent: settings.traceparent ?? general.traceparent, notify })
}

/** Only the word counts: behind it there may be a comment. */
function isTrue(text: string): boolean {
  return /^\s*(?:true|1|on|yes)\b/iu.test(text)
}

async function namedNotifier(reference: string | null, context: FactoryContext): Promise<Notify | null> {
  if (reference === null || reference === '') return null
  const found = await context.load(reference)
  if (typeof found === 'function') return found as Notify
  throw new SlipwayError('SLIPWAY_REFERENCE_NOT_CALLABLE', `the notifier "${reference}" is no function`, {
    where: context.where,
    found: typeof found,
    expected: 'a function that takes an event',
  })
}

/** `paste.filter_factory` */
export const filterFactory = Object.assign(
  (_globalConf: object, settings: OsprofilerSettings, context: FactoryContext) => build(settings, context),
  { options: osprofilerGroup, place: { roles: ['profiler'] } },
) satisfies FilterFactory<OsprofilerSettings>
