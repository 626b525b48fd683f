// The edge: runs the app for every request of a server and is the one writer of responses. Runs in
// workers. It owns no socket and no listener; the launcher does, and asks it to drain.
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { App, HttpResponse } from './contract.ts'
import { headFault } from './head-fault.ts'
import {
  checkHeaders,
  dispose,
  errorResponse,
  isResponse,
  isStream,
  isThenable,
  logError,
  notAResponse,
  prepare,
  type ErrorLog,
  type StreamBody,
} from './normalise.ts'
import { pump } from './pump.ts'
import { HttpRequest } from './request.ts'
import { HttpError } from './responses.ts'
import type { Stopwatch } from './stopwatch.ts'

export interface EdgeOptions {
  /** Errors that no filter caught go here. */
  readonly log?: ErrorLog
  /**
   * Called when a response has been handed to the connection, with the time since its request arrived. A
   * client that left before there was an answer is reported with the status 499.
   */
  readonly onResponse?: (req: HttpRequest, response: HttpResponse, ms: number, sent: Sent) => void
  /** Told of every request and of its end. */
  readonly stopwatch?: Stopwatch | undefined
}

/** What the edge alone knows of an answer. */
export interface Sent {
  /** Of the body, without framing. */
  readonly bytes: number
  /** The client's address, also when it has gone. */
  readonly peer: string | undefined
}

export interface Edge {
  /** For the server's `request` event. */
  readonly handle: (message: IncomingMessage, response: ServerResponse) => void
  /** For the server's `checkContinue` event: `100 Continue` is sent when the app first reads the body. */
  readonly handleContinue: (message: IncomingMessage, response: ServerResponse) => void
  /** From now on every response whose head is still to be written closes its connection. */
  drain(): void
  /** Requests that the app works on or whose response is not yet with the kernel. */
  readonly inFlight: number
  /** Requests done since the start. */
  readonly handled: number
  /** Of these, how many with 1xx, 2xx, 3xx, 4xx and 5xx; a client that left before its answer counts as 4xx. */
  readonly answers: readonly number[]
}

/** Serves an app on node's http. */
export function createEdge(app: App, options: EdgeOptions = {}): Edge {
  const { log, onResponse, stopwatch } = options
  let inFlight = 0
  let handled = 0
  // A status that is none falls outside and is not counted.
  const answers = new Float64Array(6)
  let isDraining = false

  const reportLate = (error: unknown, req: HttpRequest) => logError(error, req, log)

  function run(req: HttpRequest, out: ServerResponse): void {
    inFlight += 1
    stopwatch?.begin(req)
    req.reportLate = reportLate
    const watch = onResponse === undefined ? null : watchOf(req)
    try {
      const fault = headFault(req.node.message)
      const answer = fault === null ? app(req) : new HttpError(400, fault).toResponse(req)
      if (isThenable(answer)) {
        answer.then(
          (value) => settle(req, out, value, watch),
          (error: unknown) => fail(req, out, error, watch),
        )
      } else {
        settle(req, out, answer, watch)
      }
    } catch (error) {
      fail(req, out, error, watch)
    }
  }

  function settle(req: HttpRequest, out: ServerResponse, answer: HttpResponse, watch: Watch | null): void {
    try {
      write(req, out, answer, watch)
    } catch (error) {
      if (isResponse(answer) && isStream(answer.body)) dispose(answer.body)
      fail(req, out, error, watch)
    }
  }

  function write(req: HttpRequest, out: ServerResponse, answer: HttpResponse, watch: Watch | null): void {
    if (!isResponse(answer)) throw notAResponse(answer)
    const body = prepare(req, answer)
    if (out.destroyed || req.node.message.socket.destroyed) {
      if (isStream(body)) dispose(body)
      done(req, { status: 499, headers: {}, body: null }, watch)
      return
    }
    if (isDraining) answer.headers.connection = 'close'
    if (isStream(body)) {
      stream(req, out, answer, body, watch)
      return
    }
    writeHead(out, answer)
    if (watch !== null && body !== null) watch.bytes = Number(answer.headers['content-length'])
    if (body === null) out.end()
    else out.end(body)
    // Nearly always the kernel has it all by now, and no listener is needed to know that.
    if (out.socket?.writableLength === 0) done(req, answer, watch)
    else onceClosed(req, out, () => done(req, answer, watch))
  }

  function stream(
    req: HttpRequest,
    out: ServerResponse,
    answer: HttpResponse,
    body: StreamBody,
    watch: Watch | null,
  ): void {
    const { headers } = answer
    checkHeaders(headers)
    // A body of another length than announced would be taken for the next response: node refuses it.
    out.strictContentLength = headers['content-length'] !== undefined
    let isDone = false
    const finish = () => {
      if (!isDone) done(req, answer, watch)
      isDone = true
    }
    onceClosed(req, out, finish)
    const begin = () => {
      if (isDraining) headers.connection = 'close'
      writeHead(out, answer)
    }
    const count =
      watch === null ? undefined : (piece: string | Uint8Array) => void (watch.bytes += Buffer.byteLength(piece))
    pump(body, out, begin, count).catch((error: unknown) => {
      if (isDone || out.headersSent) {
        logError(error, req, log)
        out.destroy()
        return
      }
      isDone = true
      fail(req, out, error, watch)
    })
  }

  /** Answers for an error, as long as there is a way to answer. */
  function fail(req: HttpRequest, out: ServerResponse, error: unknown, watch: Watch | null): void {
    if (out.destroyed || out.headersSent) {
      logError(error, req, log)
      out.destroy()
      done(req, { status: 499, headers: {}, body: null }, watch)
      return
    }
    // What a refused head or body left behind.
    out.statusMessage = ''
    out.strictContentLength = false
    try {
      write(req, out, errorResponse(error, req, log), watch)
    } catch (second) {
      write(req, out, errorResponse(new Error('the error response cannot be sent', { cause: second }), req, log), watch)
    }
  }

  function done(req: HttpRequest, answer: HttpResponse, watch: Watch | null): void {
    inFlight -= 1
    handled += 1
    const family = (answer.status / 100) | 0
    answers[family] = (answers[family] ?? 0) + 1
    stopwatch?.end(req)
    if (onResponse === undefined || watch === null) return
    try {
      onResponse(req, answer, performance.now() - watch.since, watch)
    } catch (error) {
      logError(error, req, log)
    }
  }

  return {
    handle: (message, response) => run(new HttpRequest(message, response), response),
    handleContinue: (message, response) => {
      const req = new HttpRequest(message, response)
      req.awaitsContinue = true
      run(req, response)
    },
    drain: () => {
      isDraining = true
    },
    get inFlight() {
      return inFlight
    },
    get handled() {
      return handled
    },
    get answers() {
      return [...answers.subarray(1)]
    },
  }
}

interface Watch {
  readonly since: number
  readonly peer: string | undefined
  bytes: number
}

/** The address now: a socket that has gone has none. */
function watchOf(req: HttpRequest): Watch {
  return { since: performance.now(), peer: req.node.message.socket.remoteAddress, bytes: 0 }
}

function writeHead(out: ServerResponse, answer: HttpResponse): void {
  const headers = answer.headers as OutgoingHttpHeaders
  try {
    if (answer.reason === undefined) out.writeHead(answer.status, headers)
    else out.writeHead(answer.status, answer.reason, headers)
  } catch (cause) {
    // Names the header; node's own error does only for the value.
    checkHeaders(answer.headers)
    throw cause
  }
}

/** Responses that wait behind another one of their connection (pipelining). */
const queues = new WeakMap<Socket, Set<ServerResponse>>()

/** Runs when the response has been sent or its client is gone. */
function onceClosed(req: HttpRequest, out: ServerResponse, callback: () => void): void {
  out.once('close', callback)
  if (out.socket !== null) return
  // node tells a response that never got its turn nothing at all when the connection ends.
  const { socket } = req.node.message
  const queue = queues.get(socket) ?? new Set()
  if (!queues.has(socket)) {
    queues.set(socket, queue)
    socket.once('close', () => {
      for (const waiting of queue) waiting.destroy().emit('close')
    })
  }
  queue.add(out)
  out.once('close', () => queue.delete(out))
}
