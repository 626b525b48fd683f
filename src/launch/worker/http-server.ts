// Serves one app on all addresses of a service, and stops without losing a request. Runs in the worker
// (or in the one process). What a request is answered with is the edge's affair; TLS and HTTP/2 are
// not here yet.
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { App } from '../../http/contract.ts'
import { createEdge, type Edge } from '../../http/edge.ts'
import { createServer } from '../../http/node-http.ts'
import type { Logger } from '../../log/index.ts'
import { launchGroup, type LaunchSettings } from '../options.ts'
import type { ServiceContext, ServiceListener, StopNotice, StopOrder } from '../service.ts'
import { closeListener, closeWhenDrained } from './accept-queue.ts'

const sweepMs = 50

interface Door {
  readonly server: Server
  readonly listener: ServiceListener
  /** It has accepted once, be it that another has taken its place since. */
  isInUse: boolean
  /** Resolves when the listener is closed and every connection has ended. */
  readonly closed: Promise<void>
}

/**
 * The HTTP half of a service: `listen` in its `start`, `stop` and `wait` in those of the service.
 *
 *     start(context) { this.http = new HttpServer(app, context); return this.http.listen() }
 */
export class HttpServer {
  readonly #edge: Edge
  readonly #doors: readonly Door[]
  readonly #settings: LaunchSettings
  readonly #log: Logger
  readonly #sockets = new Set<Socket>()
  /** Those that were open when the stop came, and its order. */
  #stopping: { readonly doors: readonly Door[]; readonly order: StopOrder } | null = null

  constructor(app: App, context: ServiceContext) {
    this.#settings = context.config.get(launchGroup)
    this.#log = context.log
    this.#edge = createEdge(tellingStops(app, context.stopping), { log: context.log })
    context.onMeasure(() => ({ requests: this.#edge.handled, inFlight: this.#edge.inFlight }))
    this.#doors = context.listeners.map((listener) => this.#door(listener))
  }

  /** Requests that are being answered. */
  get inFlight(): number {
    return this.#edge.inFlight
  }

  /** Returns when every address accepts. */
  async listen(): Promise<void> {
    await Promise.all(
      this.#doors.map(async (door) => {
        await door.listener.listen(door.server, this.#settings.backlog)
        // One connection that could not be accepted, of which DescriptorWatch tells; without a handler it would be a crash.
        door.server.on('error', (error) => this.#log.debug({ err: error }, 'a connection was not accepted'))
        door.isInUse = true
      }),
    )
  }

  /** Returns when no address accepts any more. */
  async stop(order: StopOrder): Promise<void> {
    const doors = this.#doors.filter(({ isInUse }) => isInUse)
    this.#stopping = { doors, order }
    await Promise.all(doors.map(({ server, listener }) => closeDoor(server, order.isFinalAt(listener))))
  }

  /** Returns when every connection has ended; says how many requests were cut. */
  async wait(): Promise<number> {
    if (this.#stopping === null) throw new TypeError('wait() comes after stop()')
    const { doors, order } = this.#stopping
    // Not in stop(): a client told to close its connection opens the next one at once, and would meet a closing door.
    this.#edge.drain()
    let cut = 0
    const cutAll = (): void => {
      cut = this.#edge.inFlight
      for (const socket of this.#sockets) socket.destroy()
    }
    const endIdle = this.#endIdleAfterGrace()
    if (order.signal.aborted) cutAll()
    else order.signal.addEventListener('abort', cutAll, { once: true })
    await Promise.all(doors.map((door) => door.closed))
    endIdle.stop()
    // Now that no connection is left to be cut by it: ends the timer of Node's that would keep the server in memory.
    for (const { server } of doors) server.close()
    order.signal.removeEventListener('abort', cutAll)
    return cut
  }

  /** Whoever is idle may be about to ask again: it gets the grace to do so, then goes. */
  #endIdleAfterGrace(): { stop(): void } {
    const { keepalive_grace: grace, keep_alive_timeout: keepAlive } = this.#settings
    let sweep: NodeJS.Timeout | undefined
    const begin = setTimeout(
      () => {
        sweep = setInterval(() => this.#endIdle(), sweepMs)
        this.#endIdle()
      },
      (grace ?? keepAlive + 1) * 1000,
    )
    return {
      stop() {
        clearTimeout(begin)
        clearInterval(sweep)
      },
    }
  }

  #endIdle(): void {
    for (const { server } of this.#doors) server.closeIdleConnections()
    // To Node a connection that never sent a byte is busy; it would hold the drain to its last second.
    for (const socket of this.#sockets) if (socket.bytesRead === 0) socket.destroy()
  }

  #door(listener: ServiceListener): Door {
    const settings = this.#settings
    const server = createServer(
      {
        keepAlive: settings.tcp_keepidle > 0,
        keepAliveInitialDelay: settings.tcp_keepidle * 1000,
        keepAliveTimeout: settings.keep_alive_timeout * 1000,
        headersTimeout: headersTimeoutOf(settings) * 1000,
        requestTimeout: settings.request_timeout * 1000,
        maxHeaderSize: settings.max_header_size,
      },
      (req, res) => this.#edge.handle(req, res),
    )
    if (settings.keepalive_requests > 0) server.maxRequestsPerSocket = spread(settings.keepalive_requests)
    server.on('checkContinue', (req, res) => this.#edge.handleContinue(req, res))
    server.setTimeout(settings.client_socket_timeout * 1000)
    server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
    return { server, listener, isInUse: false, closed: new Promise((resolve) => server.once('close', () => resolve())) }
  }
}

/** The head is part of the request: Node refuses to wait longer for it than for the whole. */
function headersTimeoutOf({ headers_timeout: headers, request_timeout: request }: LaunchSettings): number {
  return request === 0 ? headers : Math.min(headers, request)
}

/** Within a tenth of the number: connections that were opened together shall not end together. */
function spread(number: number): number {
  return Math.max(1, Math.round(number * (0.9 + Math.random() * 0.2)))
}

async function closeDoor(server: Server, isFinal: boolean): Promise<void> {
  if (isFinal) await closeWhenDrained(server)
  else closeListener(server)
}

/** The app, with every request told when a stop has been ordered: a health check says so while others are still served. */
function tellingStops(app: App, stopping: AbortSignal): App {
  let isStopping = false
  // A worker that another replaces is not the service that goes: a health check that said so would cost its whole node the traffic.
  const note = (): void => void (isStopping = (stopping.reason as StopNotice).isFinal)
  if (stopping.aborted) note()
  else stopping.addEventListener('abort', note, { once: true })
  return (req) => {
    if (isStopping) req.environ.draining = true
    return app(req)
  }
}
