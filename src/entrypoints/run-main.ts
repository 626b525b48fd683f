// What every console script calls: runs its main and turns the answer, or the failure, into output and an
// exit status. The top of a command's process, so it may print and end it. Loads as little as it
// can: what tells a failure is imported when there is one. Not for workers.
import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { errorCodes, isSlipwayError, SlipwayError } from '../errors.ts'
import { walkAttribute } from './attribute.ts'
import { cacheCompiledCode } from './compile-cache.ts'
import { exitStatusOf } from './exit-status.ts'

/** May return nothing, a number, a text or a promise of one: see `exitStatusOf`. */
export type ConsoleMain = (argv: string[]) => unknown

type TargetFunction = (...args: unknown[]) => unknown

/** The function that an entry point names. */
export interface ScriptTarget {
  /** `module:func` or `module:Class.class_method`. */
  readonly reference: string
  readonly load: () => Promise<TargetFunction>
}

export interface ConsoleScriptOptions {
  /** The command's name, for messages. */
  readonly name?: string
}

/** How long open handles may keep a program that has ended. */
const lingerMs = 1000

/** What main may leave running on purpose, as Node names it. A server on a unix socket is a PipeWrap, but so is any pipe. */
const work = new Set(['TCPServerWrap', 'PipeWrap', 'ProcessWrap'])

const workCount = () => process.getActiveResourcesInfo().filter((kind) => work.has(kind)).length

/**
 * Calls `main` with the arguments of the command and sets the exit status as Python's `sys.exit(main())` does; what is
 * thrown is told on standard error. The status of a SlipwayError is its own, of any other error 1.
 *
 * When main has ended, the command ends too, as in Python: output is written out, and whatever is still open (idle sockets
 * of a pool, timers, watchers) has a second to close. Only a main that returns nothing may leave work behind, as Node
 * programs do: an async one a server or a child process, one that is not async anything, as it cannot have
 * waited for it. Then `process.exitCode` is what main made it.
 */
export async function runConsoleScript(
  main: ConsoleMain | ScriptTarget,
  options: ConsoleScriptOptions = {},
): Promise<void> {
  // Before the code of the command is loaded, and so past its configuration.
  cacheCompiledCode(process.env)
  if (process.argv[1] !== undefined) process.argv[1] = cleanArgv0(process.argv[1])
  ignoreClosedPipes()
  const stuck = () => void fail(unsettled(options.name))
  process.once('beforeExit', stuck)
  // Standard output and error may be pipes themselves: they are open by now, and count before and after.
  const before = workCount()
  try {
    const run = typeof main === 'function' ? main : await main.load()
    const returned = run(process.argv.slice(2))
    const answer = await returned
    process.off('beforeExit', stuck)
    if (answer === undefined) {
      if (returned !== undefined) endWhenWritten(() => workCount() > before)
      return
    }
    const { status, message } = exitStatusOf(answer)
    if (message !== null) process.stderr.write(`${message}\n`)
    process.exitCode = status
  } catch (error) {
    process.off('beforeExit', stuck)
    await fail(error)
  }
  endWhenWritten()
}

/**
 * What a generated script hands on in place of its target, which is loaded when it is needed. `url` is that of the
 * module, found when the script was made.
 * @public
 */
export function scriptTarget(reference: string, url: string): ScriptTarget {
  return { reference, load: () => loadTarget(reference, url) }
}

/** @throws SlipwayError SLIPWAY_REFERENCE_… */
async function loadTarget(text: string, url: string): Promise<TargetFunction> {
  const attr = /:([^:[]+)(?:\[.*)?$/u.exec(text)?.[1]?.trim() ?? ''
  let namespace: object
  try {
    namespace = (await import(url)) as object
  } catch (error) {
    const { targetFault } = await import('./script-failure.ts')
    throw await targetFault(error, text, url)
  }
  const walk = walkAttribute(namespace, attr)
  if (!walk.found) {
    const { targetMissing } = await import('./script-failure.ts')
    throw targetMissing(walk, text)
  }
  if (typeof walk.value === 'function') return walk.value as TargetFunction
  throw new SlipwayError('SLIPWAY_REFERENCE_NOT_CALLABLE', `"${text}" is no function`, {
    found: `a value of type ${walk.value === null ? 'null' : typeof walk.value}`,
    expected: 'a function that the script can call',
    original: `'${typeof walk.value}' object is not callable`,
  })
}

/** Whether the module of this URL is what Node was started with: npm's link, and a name without its ending, lead to it. */
export function isRunDirectly(url: string): boolean {
  const started = process.argv[1]
  if (started === undefined || !url.startsWith('file:')) return false
  const file = fileURLToPath(url)
  return [started, `${started}.js`].some((path) => realPath(path) === file)
}

function realPath(path: string): string | null {
  try {
    return realpathSync(path)
  } catch {
    // The name without its ending is not there, or the file went away while it ran.
    return null
  }
}

/** As setuptools' start scripts: the wrappers' endings are no part of the command's name. */
export function cleanArgv0(argv0: string): string {
  return argv0.replace(/(?:-script\.pyw?|\.exe)$/u, '')
}

/** Tells a failure on standard error and sets the exit status; help that was asked for is none. */
async function fail(error: unknown): Promise<void> {
  if (isHelp(error)) {
    process.stdout.write(error.output.endsWith('\n') ? error.output : `${error.output}\n`)
    process.exitCode = error.exitCode
    return
  }
  process.exitCode = isSlipwayError(error) ? errorCodes[error.code] : 1
  if (isSlipwayError(error)) tellPredecessor(error)
  const { renderFailure, wantsColour } = await import('./script-failure.ts')
  // The configuration may be what failed: the terminal's wishes are read past it.
  const colour = wantsColour(process.stderr, process.env)
  process.stderr.write(`${renderFailure(error, { colour, cwd: process.cwd() })}\n`)
}

/** In an upgrade, of what fails before the launcher is reached; from there on it tells itself (launch/master/handover.ts). */
function tellPredecessor({ code, message, problems, original }: SlipwayError): void {
  if (process.env.SLIPWAY_HANDOVER === undefined || !process.connected) return
  process.send?.({ type: 'failed', failure: { code, message, problems, original, thrown: null } })
}

/** What `readConfig` throws for --help and --version; told by its shape, as this room does not know that one. */
function isHelp(error: unknown): error is Error & { readonly output: string; readonly exitCode: number } {
  return error instanceof Error && error.name === 'HelpShown' && 'output' in error && 'exitCode' in error
}

function unsettled(name = 'main'): SlipwayError {
  return new SlipwayError('SLIPWAY_SCRIPT_UNSETTLED', `"${name}" waits for something that can no longer come`, {
    hint: 'look for a promise that nothing settles: nothing is open that could',
  })
}

/** A reader that has seen enough (`| head`) is no failure: what it does not want goes nowhere. */
function ignoreClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
}

/** Without open handles the loop is empty before the timer, which holds nothing itself. */
function endWhenWritten(goesOn = () => false): void {
  setTimeout(() => {
    // Asked now and not before: a server that main did not wait for listens by now.
    if (goesOn()) return
    process.stdout.write('', () => process.stderr.write('', () => process.exit()))
  }, lingerMs).unref()
}
