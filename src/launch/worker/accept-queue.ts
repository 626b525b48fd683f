// The end of a listening socket that nobody else serves. Closing it resets every connection that
// waits in its accept queue (the client has sent its request by then), so the queue is emptied
// first. Runs in a worker, on the final stop only.
import { Server } from 'node:net'
import type { ListenAddress } from '../address.ts'
import { listenersOn } from '../proc-net.ts'

const longestMs = 400
const pollMs = 2
const quietMs = 50

interface ListeningHandle {
  listen?(backlog: number): number
}

/**
 * Keeps the kernel from queueing more, accepts what is queued, closes the listener. Never rejects.
 * Connections go on. (http.Server.close would destroy the idle ones: kept-alive clients then lose the
 * request that they are about to send.)
 */
export async function closeWhenDrained(server: Server, address: ListenAddress): Promise<void> {
  if (!server.listening) return
  // A second listen(2) with 0 shrinks the backlog: the kernel drops new SYNs, whose clients try again a second
  // later and are then refused cleanly. An internal of Node; without it the queue may fill again, no worse.
  const handle = (server as unknown as { readonly _handle: ListeningHandle | null })._handle
  handle?.listen?.(0)
  const deadline = performance.now() + longestMs
  const isQuiet = address.kind === 'tcp' ? queueWatch(server, address.port) : quietWatch(server)
  while (!isQuiet() && performance.now() < deadline) await pause(pollMs)
  // In the same turn as the last look: whoever comes between the two is reset.
  closeListener(server)
}

/** Closes the listening socket and nothing else. */
export function closeListener(server: Server): void {
  // net's close, not http's.
  if (server.listening) Server.prototype.close.call(server)
}

/** Asks the kernel how many wait; where it does not say, falls back to nobody having come for a while. */
function queueWatch(server: Server, port: number): () => boolean {
  const quiet = quietWatch(server)
  return () => {
    const rows = listenersOn(port)
    return rows === null || rows.length === 0 ? quiet() : rows.every((row) => row.queued === 0)
  }
}

function quietWatch(server: Server): () => boolean {
  let last = performance.now()
  server.on('connection', () => (last = performance.now()))
  return () => performance.now() - last >= quietMs
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms))
}
