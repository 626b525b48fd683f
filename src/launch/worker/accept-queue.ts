// The end of a listening socket that nobody else serves. Closing it resets every connection that
// waits in its accept queue (the client has sent its request by then), so the queue is emptied
// first. Runs in a worker, on the final stop only.
import { Server } from 'node:net'
import { watchQueue } from '../proc-net.ts'

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
export async function closeWhenDrained(server: Server): Promise<void> {
  if (!server.listening) return
  // A second listen(2) with 0 shrinks the backlog: the kernel drops new SYNs, whose clients try again a second
  // later and are then refused cleanly. An internal of Node; without it the queue may fill again, no worse.
  const handle = (server as unknown as { readonly _handle: ListeningHandle | null })._handle
  handle?.listen?.(0)
  const deadline = performance.now() + longestMs
  const watch = queueOf(server)
  while (!watch.isEmpty() && performance.now() < deadline) await pause(pollMs)
  // In the same turn as the last look: whoever comes between the two is reset.
  closeListener(server)
  watch.close()
}

/** Closes the listening socket and nothing else. */
export function closeListener(server: Server): void {
  // net's close, not http's.
  if (server.listening) Server.prototype.close.call(server)
}

/** Asks the kernel; where it does not say (a unix socket, a hidden /proc), that nobody came for a while must do. */
function queueOf(server: Server): { isEmpty(): boolean; close(): void } {
  let last = performance.now()
  server.on('connection', () => (last = performance.now()))
  const address = server.address()
  const isTcp = address !== null && typeof address === 'object'
  const watch = isTcp ? watchQueue(address.port, address.family === 'IPv6' ? 6 : 4) : null
  return {
    isEmpty() {
      const queued = watch?.look() ?? null
      return queued === null ? performance.now() - last >= quietMs : queued === 0
    },
    close: () => watch?.close(),
  }
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms))
}
