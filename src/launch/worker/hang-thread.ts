// Entry of the thread that watches the event loop of its worker process: when it does not turn for a while, it
// interrupts it for a moment, reads where it is, and writes that to a descriptor that the master reads.
import { writeSync } from 'node:fs'
import { type Debugger, Session } from 'node:inspector'
import { workerData } from 'node:worker_threads'
import type { HangWatch } from '../messages.ts'

interface HangThreadData extends HangWatch {
  readonly turns: Int32Array
  readonly everyMs: number
}

const { turns, everyMs, afterMs, fd } = workerData as HangThreadData
let last = -1
let silentMs = 0
let isTold = false

setInterval(() => {
  const now = Atomics.load(turns, 0)
  if (now === last) silentMs += everyMs
  else [last, silentMs, isTold] = [now, 0, false]
  if (silentMs < afterMs || isTold) return
  isTold = true
  tellStack()
}, everyMs)

function tellStack(): void {
  const session = new Session()
  const files = new Map<string, string>()
  session.connectToMainThread()
  session.on('Debugger.scriptParsed', ({ params }) => files.set(params.scriptId, params.url))
  session.on('Debugger.paused', ({ params }) => {
    writeSync(fd, `${JSON.stringify(params.callFrames.map((frame) => renderFrame(frame, files)))}\n`)
    // Goes on where it was: it may come to its end yet.
    session.post('Debugger.disable', () => session.disconnect())
  })
  session.post('Debugger.enable', () => session.post('Debugger.pause'))
}

function renderFrame({ functionName, location }: Debugger.CallFrame, files: ReadonlyMap<string, string>): string {
  const { scriptId, lineNumber, columnNumber = 0 } = location
  const place = `${files.get(scriptId) ?? 'unknown'}:${lineNumber + 1}:${columnNumber + 1}`
  return `    at ${functionName === '' ? '<anonymous>' : functionName} (${place})`
}
