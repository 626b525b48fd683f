// The root logger of a process. The only file that loads pino, and it is itself loaded by the first
// createLogger. Writes are synchronous: what was logged before a crash is on the disk.
import { basename, join } from 'node:path'
import pino, {
  type Bindings,
  type ChildLoggerOptions,
  type DestinationStream,
  type Logger,
  type LoggerOptions,
} from 'pino'
import { SlipwayError } from '../errors.ts'
import { currentContext, type RequestContext } from './context.ts'
import { parseLevels } from './levels.ts'
import { setLevels } from './loggers.ts'
import type { LogSettings } from './options.ts'
import { redact } from './redact.ts'

export interface LoggerSetup {
  /** The program, in every line. */
  readonly name: string
  /** In place of standard output, standard error and the log file. */
  readonly stream?: (DestinationStream & { readonly isTTY?: boolean }) | undefined
}

type Child = (this: Logger, bindings: Bindings, options?: ChildLoggerOptions) => Logger

/** Stands for "no request" without an object for every line. */
const outside: RequestContext = Object.freeze({})

export async function createPinoLogger(settings: LogSettings, setup: LoggerSetup): Promise<Logger> {
  const table = parseLevels(settings.debug ?? false, settings.default_log_levels ?? [])
  const options: LoggerOptions = {
    level: table.root,
    base: { pid: process.pid, name: setup.name },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }), log: redact },
    serializers: { err: serializeError, req: (req) => redact({ ...pino.stdSerializers.req(req) }) },
    mixin: () => currentContext() ?? outside,
    // pino's own way writes into what mixin returned: here that is the request's context.
    mixinMergeStrategy: (line, context) => (context === outside ? line : { ...context, ...line }),
  }
  const log = pino(options, await destinationOf(settings, setup))
  setLevels(log, table)
  redactBindings(log)
  return log
}

/** pino gives the bindings of children to no formatter. Children inherit the method from the root. */
function redactBindings(log: Logger): void {
  const child = Reflect.get(log, 'child') as unknown as Child
  const redacting: Child = function (bindings, options) {
    return child.call(this, redact(bindings), options)
  }
  Object.defineProperty(log, 'child', { value: redacting })
}

/** The stack and the fields of an error; its fields may hold headers. */
function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  return redact({ ...pino.stdSerializers.err(error) })
}

async function destinationOf(settings: LogSettings, { name, stream }: LoggerSetup): Promise<DestinationStream> {
  if (stream) return stream.isTTY && !settings.use_json ? await pretty(settings, stream) : stream
  const file = fileOf(settings, name)
  const destinations: DestinationStream[] = []
  if (file !== null) destinations.push(openFile(file))
  if (settings.use_stderr) destinations.push(await standard(settings, process.stderr))
  if (destinations.length === 0) destinations.push(await standard(settings, process.stdout))
  const [only] = destinations
  if (only && destinations.length === 1) return only
  return pino.multistream(destinations.map((stream) => ({ stream, level: 'trace' as const })))
}

async function standard(
  settings: LogSettings,
  { fd, isTTY }: { readonly fd: number; readonly isTTY?: boolean },
): Promise<DestinationStream> {
  const destination = pino.destination({ dest: fd, sync: true })
  return isTTY && !settings.use_json ? await pretty(settings, destination) : destination
}

/** Lines for people. pino-pretty's own stream would write later; its formatter alone keeps the order of writes. */
async function pretty(settings: LogSettings, destination: DestinationStream): Promise<DestinationStream> {
  const { prettyFactory } = await import('pino-pretty')
  const render = prettyFactory({
    ...(settings.log_color ? { colorize: true } : {}),
    translateTime: 'SYS:HH:MM:ss.l',
    messageFormat: '{if logger}{logger}: {end}{if request_id}[{request_id}] {end}{msg}',
    ignore: 'pid,name,logger,request_id',
  })
  return { write: (line) => destination.write(render(line)) }
}

/** oslo.log's rule: the file joined to the folder; the folder alone means a file named after the command. */
function fileOf({ log_file: file, log_dir: folder }: LogSettings, name: string): string | null {
  if (file) return folder ? join(folder, file) : file
  return folder ? join(folder, `${basename(name)}.log`) : null
}

function openFile(file: string): DestinationStream {
  try {
    return pino.destination({ dest: file, append: true, sync: true })
  } catch (error) {
    throw new SlipwayError('SLIPWAY_LOG_FILE', `log file "${file}" cannot be opened: ${(error as Error).message}`, {
      expected: 'a file in a folder that exists, writable for this user',
      hint: 'see the options log_file and log_dir',
      cause: error,
    })
  }
}
