// The inspector of one worker, in its process or thread: on this machine only, on the port that was asked for or on a free one when
// another worker still has it. Node's module is loaded when somebody debugs.
import { once } from 'node:events'
import { createServer } from 'node:net'
import { endDebugging, onEndDebugging, setDebugState } from './debug-state.ts'

const host = '127.0.0.1'

/**
 * Opens it unless it is open; 0 is any free port.
 * @returns its URL
 */
export async function openInspector(port: number): Promise<string> {
  // Node says on standard error what it could not have: a worker and its successor overlap in every reload.
  const wanted = port !== 0 && (await isFree(port)) ? port : 0
  return openAt(wanted)
}

/** On any free port, for code that cannot wait. */
export function openInspectorNow(): string {
  return openAt(0)
}

function openAt(port: number): string {
  const inspector = process.getBuiltinModule('node:inspector')
  const before = inspector.url()
  if (before !== undefined) return told(before)
  inspector.open(port, host)
  // The port was taken in between.
  if (inspector.url() === undefined) inspector.open(0, host)
  // The end of a thread is no exit that it would hear of.
  onEndDebugging(() => inspector.close())
  process.once('exit', endDebugging)
  return told(inspector.url() ?? '')
}

function told(url: string): string {
  setDebugState({ inspector: url })
  return url
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    server.listen({ port, host, exclusive: true })
    await once(server, 'listening')
    server.close()
    await once(server, 'close')
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false
    throw error
  }
}
