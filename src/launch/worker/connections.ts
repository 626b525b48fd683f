// Every connection that a worker has accepted, for the end of its drain: who is to be cut, who is only silent.
// With TLS a connection is two sockets, one inside the other; both are known here.
import type { Server, Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Logger } from '../../log/index.ts'

export class Connections {
  readonly #log: Pick<Logger, 'debug'>
  /** With TLS, as accepted: what is below the others. */
  readonly #below = new SocketSet()
  /** Those where requests come in. */
  readonly #open = new SocketSet()
  /** Their TLS has not begun yet. By the client's address and port, which the two sockets have in common. */
  readonly #shakingHands = new Map<string, Socket>()

  constructor(log: Pick<Logger, 'debug'>) {
    this.#log = log
  }

  follow(server: Server): void {
    const isTls = 'setSecureContext' in server
    server.on('connection', (socket: Socket) => {
      if (isTls) this.#begin(socket)
      else this.#open.keep(socket)
    })
    server.on('secureConnection', (socket: TLSSocket) => {
      this.#shakingHands.delete(clientOf(socket))
      this.#open.keep(socket)
    })
    server.on('tlsClientError', ({ message }: Error, socket: TLSSocket) => {
      this.#log.debug(`no TLS with ${socket.remoteAddress ?? 'a client that has gone'}: ${message}`)
      socket.destroy()
    })
  }

  /** How many there are. */
  get open(): number {
    return this.#open.sockets.size + this.#shakingHands.size
  }

  cut(): void {
    for (const socket of this.#open.sockets) socket.destroy()
    for (const socket of this.#below.sockets) socket.destroy()
  }

  /** To Node a connection that never sent a request is busy; it would hold a drain to its last second. */
  endSilent(): void {
    for (const socket of this.#shakingHands.values()) socket.destroy()
    for (const socket of this.#open.sockets) if (socket.bytesRead === 0) socket.destroy()
  }

  #begin(socket: Socket): void {
    this.#below.keep(socket)
    const client = clientOf(socket)
    this.#shakingHands.set(client, socket)
    socket.once('close', () => {
      if (this.#shakingHands.get(client) === socket) this.#shakingHands.delete(client)
    })
  }
}

/** Sockets that are open. One listener for all of them: a connection may live for a single request. */
class SocketSet {
  readonly sockets = new Set<Socket>()
  readonly #forget: (this: Socket) => void

  constructor() {
    const { sockets } = this
    this.#forget = function forget() {
      sockets.delete(this)
    }
  }

  keep(socket: Socket): void {
    this.sockets.add(socket)
    socket.on('close', this.#forget)
  }
}

function clientOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}
