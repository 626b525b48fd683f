// Every connection that a worker has accepted, for the end of its drain: who is to be cut, who is only silent.
// With TLS a connection is two sockets, one inside the other; both are known here.
import type { Server, Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Logger } from '../../log/index.ts'

export class Connections {
  readonly #log: Pick<Logger, 'debug'>
  /** As accepted: with TLS what is below it. */
  readonly #accepted = new Set<Socket>()
  /** Those where requests come in. */
  readonly #open = new Set<Socket>()
  /** Their TLS has not begun yet. By the client's address and port, which the two sockets have in common. */
  readonly #shakingHands = new Map<string, Socket>()

  constructor(log: Pick<Logger, 'debug'>) {
    this.#log = log
  }

  follow(server: Server): void {
    const isTls = 'setSecureContext' in server
    server.on('connection', (socket: Socket) => {
      keep(this.#accepted, socket)
      if (isTls) this.#begin(socket)
      else keep(this.#open, socket)
    })
    server.on('secureConnection', (socket: TLSSocket) => {
      this.#shakingHands.delete(clientOf(socket))
      keep(this.#open, socket)
    })
    server.on('tlsClientError', ({ message }: Error, socket: TLSSocket) => {
      this.#log.debug(`no TLS with ${socket.remoteAddress ?? 'a client that has gone'}: ${message}`)
      socket.destroy()
    })
  }

  /** How many there are. */
  get open(): number {
    return this.#accepted.size
  }

  cut(): void {
    for (const socket of this.#accepted) socket.destroy()
  }

  /** To Node a connection that never sent a request is busy; it would hold a drain to its last second. */
  endSilent(): void {
    for (const socket of this.#shakingHands.values()) socket.destroy()
    for (const socket of this.#open) if (socket.bytesRead === 0) socket.destroy()
  }

  #begin(socket: Socket): void {
    const client = clientOf(socket)
    this.#shakingHands.set(client, socket)
    socket.once('close', () => {
      if (this.#shakingHands.get(client) === socket) this.#shakingHands.delete(client)
    })
  }
}

function keep(sockets: Set<Socket>, socket: Socket): void {
  sockets.add(socket)
  socket.once('close', () => sockets.delete(socket))
}

function clientOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}
