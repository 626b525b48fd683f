// The end of a listening socket that nobody else serves. Closing it resets every connection that
// waits in its accept queue (the client has sent its request by then), so the queue is emptied
// first. Runs in a worker, on the final stop only.
import { Server } from 'node:net'
import { watchQueue } from '../proc-net.ts'

const pauseMs = 2
/** Looks, not time, are counted: a process that gets no processor for a while accepts nothing meanwhile. */
const mostLooks = 150
const quietLooks = 25

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
  const watch = queueOf(server)
  for (let looks = 0; looks < mostLooks && !watch.isEmpty(); looks++) await acceptForAWhile()
  // In the same turn as the last look: whoever comes between the two is reset.
  closeListener(server)
  watch.close()
}

/** Closes the listening socket and nothing else. */
export function closeListener(server: Server): void {
  // net's close, not http's.
  if (server.listening) Server.prototype.close.call(server)
}

/** Asks the kernel; where it does not say (a unix socket, a hidden /proc), that nobody came at so many looks must do. */
function queueOf(server: Server): { isEmpty(): boolean; close(): void } {
  let quiet = 0
  server.on('connection', () => (quiet = 0))
  const address = server.address()
  const isTcp = address !== null && typeof address === 'object'
  const watch = isTcp ? watchQueue(address.port, address.family === 'IPv6' ? 6 : 4) : null
  return {
    isEmpty() {
      const queued = watch?.look() ?? null
      return queued === null ? ++quiet > quietLooks : queued === 0
    },
    close: () => watch?.close(),
  }
}

/** A timer that is late comes before what has happened meanwhile, an immediate after it: one connection is accepted at least. */
async function acceptForAWhile(): Promise<void> {
  await new Promise((resolve) => setTimeout(() => setImmediate(resolve), pauseMs))
}
