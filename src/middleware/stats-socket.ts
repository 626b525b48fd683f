// Where timings go: one UDP socket for each statsd of a worker, however many filters send to it. A loss is
// no fault of a request: what cannot be sent is dropped, and the address is looked up again a little later.
import type { Socket } from 'node:dgram'
import type { Logger } from '../log/index.ts'

export interface StatsSocket {
  send(text: string): void
  /** The last of its users closes it. */
  release(): void
}

/** How long a socket that has failed is left alone. */
const pauseMs = 5000

/** Timings that wait for the name to be looked up. */
const mostWaiting = 100

const shared = new Map<string, SharedSocket>()

export function statsSocket(host: string, port: number, log: Pick<Logger, 'warn'>): StatsSocket {
  const key = `${host} ${port}`
  const socket = shared.get(key) ?? new SharedSocket(host, port, log)
  shared.set(key, socket)
  socket.users += 1
  let isReleased = false
  return {
    send: (text) => socket.send(text),
    release: () => {
      if (isReleased) return
      isReleased = true
      socket.users -= 1
      if (socket.users > 0) return
      shared.delete(key)
      socket.close()
    },
  }
}

class SharedSocket {
  users = 0
  readonly #host: string
  readonly #port: number
  readonly #log: Pick<Logger, 'warn'>
  #socket: Socket | null = null
  #isConnected = false
  readonly #waiting: string[] = []
  #notBefore = 0
  #hasWarned = false

  constructor(host: string, port: number, log: Pick<Logger, 'warn'>) {
    this.#host = host
    this.#port = port
    this.#log = log
  }

  send(text: string): void {
    const socket = (this.#socket ??= this.#open())
    if (socket === null) return
    // What comes before the name is looked up is kept, within reason. A refusal comes back with a later datagram.
    if (this.#isConnected) socket.send(text)
    else if (this.#waiting.length < mostWaiting) this.#waiting.push(text)
  }

  close(): void {
    this.#socket?.close()
    this.#socket = null
    this.#isConnected = false
    this.#waiting.length = 0
  }

  #open(): Socket | null {
    if (performance.now() < this.#notBefore) return null
    const socket = process.getBuiltinModule('node:dgram').createSocket(this.#host.includes(':') ? 'udp6' : 'udp4')
    socket.unref()
    socket.on('error', (error) => this.#fail(socket, error))
    // Connected, so that the name is looked up once and not with every datagram.
    socket.connect(this.#port, this.#host, () => this.#begin(socket))
    return socket
  }

  #begin(socket: Socket): void {
    if (socket !== this.#socket) return
    this.#isConnected = true
    for (const text of this.#waiting.splice(0)) socket.send(text)
  }

  #fail(socket: Socket, error: Error): void {
    if (socket !== this.#socket) return
    this.#notBefore = performance.now() + pauseMs
    this.close()
    if (this.#hasWarned) return
    this.#hasWarned = true
    this.#log.warn({ err: error }, `timings do not reach ${this.#host}:${this.#port}: ${error.message} (told once)`)
  }
}
