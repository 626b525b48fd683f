// The root logger of a process. The only file that loads pino, and it is itself loaded by the first
// createLogger. Every line is handed on synchronously: what was logged before a crash is on the disk.
import type Pino from 'pino'
import type { Bindings, ChildLoggerOptions, DestinationStream, Logger, LoggerOptions } from 'pino'
import { pino } from '../lazy-packages.ts'
import type { ConfigSecrets } from './config-secrets.ts'
import { currentContext, type RequestContext } from './context.ts'
import { isText, type LoggerSetup, openSinks, type Sink } from './destination.ts'
import { parseLevels } from './levels.ts'
import { LoggerTree } from './loggers.ts'
import type { LogSettings } from './options.ts'
import { RateLimit, rateRule } from './rate-limit.ts'
import { redact, redactUrl } from './redact.ts'

type Child = (this: Logger, bindings: Bindings, options?: ChildLoggerOptions) => Logger

/** Stands for "no request" without an object for every line. */
const outside: RequestContext = Object.freeze({})

/** pino's number of level DEBUG. */
const debug = 20

export async function createPinoLogger(
  settings: LogSettings,
  setup: LoggerSetup,
  secrets: ConfigSecrets,
): Promise<Logger> {
  const levels = parseLevels(settings.debug ?? false, settings.default_log_levels ?? [])
  const hiding = (object: Record<string, unknown>): Record<string, unknown> => redact(object, secrets.names)
  const hooks = rateHooks(settings, () => log)
  const options: LoggerOptions = {
    level: levels.root,
    base: { pid: process.pid, name: setup.name },
    timestamp: isoClock(),
    formatters: { level: (label) => ({ level: label }), log: hiding },
    serializers: { err: (error) => serializeError(error, hiding), req: (req) => serializeRequest(req, hiding) },
    mixin: await mixinOf(settings),
    // pino's own way writes into what mixin returned: here that is the request's context.
    mixinMergeStrategy: (line, context) => (context === outside ? line : merged(context, line)),
    ...(hooks ? { hooks } : {}),
  }
  const log = pino()(options, destinationOf(await openSinks(settings, setup), secrets))
  redactBindings(log, hiding)
  return new LoggerTree(log, levels, secrets).root
}

/** Two spreads in one literal cost 5 µs on Node 20, more than the line; this costs 0.2. */
function merged(context: object, line: object): object {
  return Object.assign({}, context, line)
}

type Hiding = (object: Record<string, unknown>) => Record<string, unknown>

function destinationOf(sinks: readonly Sink[], secrets: ConfigSecrets): DestinationStream {
  const [only] = sinks
  if (only && sinks.length === 1) return { write: (line) => only(secrets.mask(line)) }
  return {
    write(line) {
      const shown = secrets.mask(line)
      for (const sink of sinks) sink(shown)
    },
  }
}

/** The time in ISO 8601 with the text of its second kept: making that anew costs a tenth of a line. */
function isoClock(): () => string {
  let second = Number.NaN
  let start = ''
  return () => {
    const now = Date.now()
    const millis = now % 1000
    if (now - millis !== second) {
      second = now - millis
      start = `,"time":"${new Date(second).toISOString().slice(0, -4)}`
    }
    return `${start}${millis < 10 ? '00' : millis < 100 ? '0' : ''}${millis}Z"`
  }
}

/** The request's context, and where text shows it the place in the code. */
async function mixinOf(settings: LogSettings): Promise<NonNullable<LoggerOptions['mixin']>> {
  if (!isText(settings)) return () => currentContext() ?? outside
  const { findCaller } = await import('./caller.ts')
  const { wantsCaller } = await import('./text-line.ts')
  const wants = wantsCaller(settings)
  return (_line, level) => {
    const context = currentContext() ?? outside
    const asks = wants.always || (wants.atDebug && level === debug)
    return asks ? { ...context, ...findCaller() } : context
  }
}

function rateHooks(settings: LogSettings, root: () => Logger): LoggerOptions['hooks'] | null {
  const { rate_limit_burst: burst, rate_limit_interval: seconds, rate_limit_except_level: except } = settings
  const rule = rateRule(burst ?? 0, seconds ?? 0, except ?? 'CRITICAL')
  if (rule === null) return null
  const limit = new RateLimit(rule)
  return {
    logMethod(args, method, level) {
      if (limit.admits(level, (level, text) => root()[level](text))) method.apply(this, args)
    },
  }
}

/** pino gives the bindings of children to no formatter. Children inherit the method from the root. */
function redactBindings(log: Logger, hiding: Hiding): void {
  const child = Reflect.get(log, 'child') as unknown as Child
  const redacting: Child = function (bindings, options) {
    return child.call(this, hiding(bindings), options)
  }
  Object.defineProperty(log, 'child', { value: redacting })
}

/** The stack and the fields of an error; its fields may hold headers. */
function serializeError(error: unknown, hiding: Hiding): unknown {
  if (!(error instanceof Error)) return error
  return hiding({ ...pino().stdSerializers.err(error) })
}

function serializeRequest(req: Parameters<typeof Pino.stdSerializers.req>[0], hiding: Hiding): unknown {
  const shown = hiding({ ...pino().stdSerializers.req(req) })
  return typeof shown.url === 'string' ? { ...shown, url: redactUrl(shown.url) } : shown
}
