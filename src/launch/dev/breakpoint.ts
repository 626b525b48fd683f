// breakpoint(): the code stops where it is called until a debugger has come and says go on, as set_trace() of Python's debuggers
// does. Runs wherever the service's code runs; the master hears of it (debug-state.ts), so that nobody takes the worker for hung.
import type { Session } from 'node:inspector'
import { setDebugState } from './debug-state.ts'
import { openInspectorNow } from './inspector.ts'

/** A debugger has been here. One that has left is not noticed: then the code goes on. */
let wasAttached = false

/**
 * Stops at the statement after the call. The first call opens the inspector on a free port of this machine, says
 * where, and waits until a debugger (Chrome's `chrome://inspect`, an editor's "attach", `node inspect HOST:PORT`) is there.
 * While it waits this worker answers nothing; `worker_timeout` and `start_timeout` do not count.
 */
export function breakpoint(): void {
  const inspector = process.getBuiltinModule('node:inspector')
  const site = callSite(breakpoint)
  openInspectorNow()
  setDebugState({ breakpoint: `${site.url.replace(/^file:\/\//u, '')}:${site.line + 1}` })
  if (!wasAttached) inspector.waitForDebugger()
  wasAttached = true
  const session = new inspector.Session()
  session.connect()
  stopAfter(site, session)
  // The loop turns again when whoever stood there has gone on.
  setImmediate(() => {
    session.disconnect()
    setDebugState({ breakpoint: null })
  })
}

interface CallSite {
  readonly url: string
  /** From 0, as the protocol counts. */
  readonly line: number
  readonly column: number
}

/** Who called the function, by V8's own positions: those of a source map would mean nothing to it. */
function callSite(above: () => void): CallSite {
  const before = { prepareStackTrace: Error.prepareStackTrace?.bind(Error), stackTraceLimit: Error.stackTraceLimit }
  try {
    Error.stackTraceLimit = 1
    Error.prepareStackTrace = (_error, sites) => sites
    const holder: { stack?: readonly NodeJS.CallSite[] } = {}
    Error.captureStackTrace(holder, above)
    const site = holder.stack?.[0]
    return {
      url: site?.getScriptNameOrSourceURL() ?? 'unknown',
      line: (site?.getLineNumber() ?? 1) - 1,
      column: (site?.getColumnNumber() ?? 1) - 1,
    }
  } finally {
    Object.assign(Error, before)
  }
}

/**
 * A `debugger` statement here would stop in this file, or, where the debugger passes over node_modules, not at all. So every
 * place that the caller can come to next gets a breakpoint, and the first that is met counts.
 */
function stopAfter({ url, line, column }: CallSite, session: Session): void {
  const scripts = new Map<string, string>()
  session.on('Debugger.scriptParsed', ({ params }) => scripts.set(params.url, params.scriptId))
  session.post('Debugger.enable')
  const scriptId = scripts.get(url)
  if (scriptId === undefined) return
  const condition = oneShot()
  const start = { scriptId, lineNumber: line, columnNumber: column + 1 }
  session.post('Debugger.getPossibleBreakpoints', { start, restrictToFunction: true }, (_error, found) => {
    for (const { scriptId, lineNumber, columnNumber = 0 } of found?.locations ?? []) {
      session.post('Debugger.setBreakpoint', { location: { scriptId, lineNumber, columnNumber }, condition })
    }
  })
}

/** An expression that is true once. Conditions see the globals of the code, and nothing of ours. */
function oneShot(): string {
  const key = 'slipway.breakpoint'
  const armed = globalThis as { [name: symbol]: unknown }
  armed[Symbol.for(key)] = () => {
    armed[Symbol.for(key)] = () => false
    return true
  }
  return `globalThis[Symbol.for(${JSON.stringify(key)})]?.() === true`
}
