// TCP's own probes on the connections of a listener, which find clients that are gone without a word. Runs in the worker.
import type { Server, Socket } from 'node:net'

/** What net.Server keeps to itself of its listening socket. */
interface ListeningHandle {
  setKeepAlive?(enable: boolean, seconds: number): number
}

/**
 * Probes after so many seconds of silence; 0: none. Linux lets a connection inherit them from the socket that it was
 * accepted on: they are set there once, in place of four system calls for every connection that Node's option of this
 * name makes.
 */
export function probeSilent(server: Server, seconds: number): void {
  server.once('listening', () => {
    const { _handle: handle } = server as unknown as { readonly _handle: ListeningHandle | null }
    // Switched off, too: the socket may have been another's, with other settings, before a reload.
    const status = handle?.setKeepAlive?.(seconds > 0, Math.trunc(seconds))
    const isInherited = process.platform === 'linux' && status === 0
    if (seconds <= 0 || isInherited) return
    server.on('connection', (socket: Socket) => socket.setKeepAlive(true, seconds * 1000))
  })
}
