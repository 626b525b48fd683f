// Serves one app on all addresses of a service, and stops without losing a request. Runs in the worker
// (or in the one process). What a request is answered with is the edge's affair, which protocol an address
// speaks that of make-server.ts.
import type { Server } from 'node:http'
import type { App } from '../../http/contract.ts'
import { createEdge, type Edge } from '../../http/edge.ts'
import { Stopwatch } from '../../http/stopwatch.ts'
import type { AccessLog } from './access-log.ts'
import { speaksTls } from '../address.ts'
import { isObserved, launchGroup, type LaunchSettings } from '../options.ts'
import type { ServiceContext, ServiceListener, StopNotice, StopOrder } from '../service.ts'
import { closeListener, closeWhenDrained } from './accept-queue.ts'
import { Connections } from './connections.ts'
import { makeServer, type MadeServer } from './make-server.ts'
import { requestLines } from './request-lines.ts'

const sweepMs = 50

interface Door extends MadeServer {
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
  #doors: readonly Door[] = []
  readonly #context: ServiceContext
  readonly #settings: LaunchSettings
  readonly #connections: Connections
  #accessLog: AccessLog | null = null
  /** Those that were open when the stop came, and its order. */
  #stopping: { readonly doors: readonly Door[]; readonly order: StopOrder } | null = null

  constructor(app: App, context: ServiceContext) {
    this.#context = context
    this.#settings = context.config.get(launchGroup)
    this.#connections = new Connections(context.log)
    const stopwatch = isObserved(this.#settings) ? new Stopwatch() : undefined
    const hasAccessLog = this.#settings.access_log !== 'off'
    this.#edge = createEdge(tellingStops(app, context.stopping), {
      log: context.log,
      stopwatch,
      ...(hasAccessLog ? { onResponse: (...parts) => this.#accessLog?.(...parts) } : {}),
    })
    context.onMeasure(() => ({
      requests: this.#edge.handled,
      inFlight: this.#edge.inFlight,
      answers: this.#edge.answers,
      connections: this.#connections.open,
      ...(stopwatch && { durations: stopwatch.durations }),
    }))
    context.onReport('Requests in hand', () => requestLines(this.#edge, stopwatch))
  }

  /** Requests that are being answered. */
  get inFlight(): number {
    return this.#edge.inFlight
  }

  /** Returns when every address accepts. */
  async listen(): Promise<void> {
    const { config, log, listeners } = this.#context
    if (this.#settings.access_log !== 'off') {
      const { openAccessLog } = await import('./access-log.ts')
      this.#accessLog = await openAccessLog(config, log)
    }
    this.#doors = await Promise.all(listeners.map((listener) => this.#door(listener)))
    await Promise.all(
      this.#doors.map(async (door) => {
        await door.listener.listen(door.server, this.#settings.backlog)
        // One connection that could not be accepted, of which DescriptorWatch tells; without a handler it would be a crash.
        door.server.on('error', (error) => this.#context.log.debug({ err: error }, 'a connection was not accepted'))
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
    for (const { sessions } of doors) sessions?.drain()
    let cut = 0
    const cutAll = (): void => {
      cut = this.#edge.inFlight
      this.#connections.cut()
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
    for (const { server, sessions } of this.#doors) {
      server.closeIdleConnections()
      sessions?.close()
    }
    this.#connections.endSilent()
  }

  async #door(listener: ServiceListener): Promise<Door> {
    const { tls } = this.#context
    const made = await makeServer(this.#edge, this.#settings, speaksTls(listener.request) ? tls : null)
    const { server } = made
    this.#connections.follow(server)
    return {
      ...made,
      listener,
      isInUse: false,
      closed: new Promise((resolve) => server.once('close', () => resolve())),
    }
  }
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
