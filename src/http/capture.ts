// A ServerResponse that answers with a value instead of a socket: what a (req, res) listener or a Connect
// middleware writes to it becomes an HttpResponse. Its methods are properties of the instance, since
// Express replaces the prototype of every response it sees. Trailers have no place in a value and are dropped.
import { STATUS_CODES, ServerResponse, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http'
import { Readable } from 'node:stream'
import { ClientGone } from './client-gone.ts'
import type { HttpResponse, ResponseBody, ResponseHeaders } from './contract.ts'
import type { HttpRequest } from './request.ts'

type Chunk = string | Uint8Array
type Done = (error?: Error | null) => void
type GivenHeaders = OutgoingHttpHeaders | readonly unknown[]

/** The parts of node's response that have no name in its types. */
interface Inner {
  _header: string | null
  _hasBody: boolean
  _closed: boolean
  _implicitHeader(): void
}

/** The response that a listener gets, and the answer that comes out of it. */
export class Capture {
  readonly response: ServerResponse
  readonly #inner: Inner
  readonly #req: HttpRequest
  readonly #mount: { release(): void }
  #answer: HttpResponse | null = null
  #failure: { readonly error: unknown } | null = null
  #waiter: { resolve(answer: HttpResponse): void; reject(error: unknown): void } | null = null
  #body: Readable | null = null
  #needsDrain = false
  #isReleased = false
  #isFinished = false

  /** The mount is released once, when the listener has written its last or failed. */
  constructor(req: HttpRequest, message: IncomingMessage, mount: { release(): void }) {
    this.#req = req
    this.#mount = mount
    const response = new ServerResponse(message)
    this.response = response
    this.#inner = response as unknown as Inner
    const real = req.node.response
    Object.assign(response, {
      // on-finished, and with it all that waits for the end of a response, also watches the connection.
      socket: message.socket,
      writeHead: this.#writeHead,
      write: this.#write,
      end: this.#end,
      flushHeaders: () => void this.#open(),
      destroy: this.#destroy,
      cork: () => undefined,
      uncork: () => undefined,
      writeContinue: () => real?.writeContinue(),
      writeProcessing: () => real?.writeProcessing(),
      writeEarlyHints: (hints: Record<string, string | string[]>, done?: () => void) =>
        real?.writeEarlyHints(hints, done),
    })
    Object.defineProperty(response, 'writableNeedDrain', { get: () => this.#needsDrain })
    if (real === null) return
    // One listener per bridge of a pipeline is no leak.
    real.setMaxListeners(0)
    real.once('close', this.#onClientGone)
  }

  /** At once when the listener has answered already, else when it does. Raises what it threw. */
  get answer(): HttpResponse | Promise<HttpResponse> {
    if (this.#failure !== null) throw this.#failure.error
    if (this.#answer !== null) return this.#answer
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject }
    })
  }

  get isSettled(): boolean {
    return this.#answer !== null || this.#failure !== null
  }

  /** Whether nobody but us will see what is written: then it need not be written at all. */
  get isUntouched(): boolean {
    const { writeHead, write, end } = this.response as unknown as Record<string, unknown>
    const isOurs = writeHead === this.#writeHead && write === this.#write && end === this.#end
    return isOurs && this.response.eventNames().length === 0 && !Object.hasOwn(this.response, 'setHeader')
  }

  /** The answer as a whole, from outside the listener. */
  settle(answer: HttpResponse): void {
    if (this.isSettled) return
    this.#answer = answer
    this.#waiter?.resolve(answer)
  }

  /** The listener failed: its answer, when there is none yet, else the rest of its body. */
  fail(error: unknown): void {
    this.release()
    if (!this.isSettled) {
      this.#failure = { error }
      this.#waiter?.reject(error)
      this.#close()
    } else if (this.#body !== null && !this.response.writableEnded) {
      this.#body.destroy(error instanceof Error ? error : new Error(String(error)))
    } else {
      this.#req.reportLate?.(error, this.#req)
    }
  }

  readonly #writeHead = (status: number, reason?: string | GivenHeaders, given?: GivenHeaders): ServerResponse => {
    const { response } = this
    const headers = typeof reason === 'string' ? given : (given ?? reason)
    if (this.#inner._header === null) setHeaders(response, headers)
    if (typeof reason === 'string') response.statusMessage = reason
    // node's own: checks the status, refuses a second head, knows which statuses have no body.
    return ServerResponse.prototype.writeHead.call(response, status)
  }

  readonly #write = (chunk: Chunk, encoding?: BufferEncoding | Done | null, callback?: Done): boolean => {
    if (typeof encoding === 'function') return this.#write(chunk, null, encoding)
    checkChunk(chunk)
    const { response } = this
    if (response.destroyed || response.writableEnded) {
      this.#refuse(callback)
      return false
    }
    const body = this.#open()
    const wantsMore = body === null || chunk.length === 0 || body.push(bytesOf(chunk, encoding))
    this.#needsDrain = !wantsMore
    if (callback && wantsMore) process.nextTick(callback)
    else if (callback) response.once('drain', callback)
    return wantsMore
  }

  readonly #end = (
    chunk?: Chunk | Done | null,
    encoding?: BufferEncoding | Done | null,
    callback?: Done,
  ): ServerResponse => {
    const { response } = this
    if (typeof chunk === 'function') return this.#end(null, null, chunk)
    if (typeof encoding === 'function') return this.#end(chunk, null, encoding)
    const last = chunk === undefined || chunk === null || chunk.length === 0 ? null : chunk
    if (last !== null) checkChunk(last)
    if (response.destroyed || response.writableEnded) {
      this.#refuse(callback)
      return response
    }
    this.#head()
    if (callback) response.once('finish', callback)
    response.finished = true
    const sent = this.#inner._hasBody && last !== null ? bytesOf(last, encoding) : null
    this.release()
    if (this.#body !== null) {
      if (sent !== null) this.#body.push(sent)
      this.#body.push(null)
    } else {
      this.#answerWith(sent)
      process.nextTick(this.#finish)
    }
    return response
  }

  readonly #destroy = (error?: Error): ServerResponse => {
    if (!this.response.destroyed) this.fail(error ?? new Error('the listener destroyed its response'))
    return this.response
  }

  readonly #onClientGone = (): void => {
    if (!this.isSettled) this.fail(new ClientGone())
  }

  /** The listener no longer has the message: done, failed, or handing on. */
  release(): void {
    if (this.#isReleased) return
    this.#isReleased = true
    this.#mount.release()
  }

  readonly #finish = (): void => {
    if (this.response.destroyed) return
    this.#isFinished = true
    this.response.emit('finish')
    this.#close()
  }

  /** As node writes an implicit head: through the method that others may have patched. */
  #head(): void {
    if (this.#inner._header === null) this.#inner._implicitHeader()
  }

  /** The answer becomes a stream now, unless it has no body. */
  #open(): Readable | null {
    this.#head()
    if (!this.#inner._hasBody) return null
    if (this.#body !== null || this.isSettled) return this.#body
    this.#body = new Readable({ read: this.#onRead, destroy: this.#onBodyGone })
    this.#body.once('end', this.#finish)
    this.#answerWith(this.#body)
    return this.#body
  }

  readonly #onRead = (): void => {
    if (!this.#needsDrain) return
    this.#needsDrain = false
    process.nextTick(() => this.response.emit('drain'))
  }

  readonly #onBodyGone = (error: Error | null, done: Done): void => {
    this.release()
    if (!this.#inner._closed && this.#body?.readableEnded !== true) this.#close()
    done(error)
  }

  #answerWith(body: ResponseBody): void {
    const { response } = this
    const headers = response.getHeaders() as ResponseHeaders
    delete headers.trailer
    const answer: HttpResponse = { status: response.statusCode, headers, body }
    const { statusMessage } = response
    if (statusMessage !== (STATUS_CODES[response.statusCode] ?? 'unknown')) answer.reason = statusMessage
    this.settle(answer)
  }

  /** Without `finish` before it, for a response that was cut off. */
  #close(): void {
    const { response } = this
    if (this.#inner._closed) return
    this.#inner._closed = true
    response.destroyed = true
    process.nextTick(() => {
      // on-finished waits for one of `finish` and `end`; without it files that were being sent stay open.
      if (!this.#isFinished) response.emit('end')
      response.emit('close')
    })
  }

  /** A write after the end. On a plain server the error event of such a response ends the process. */
  #refuse(callback: Done | undefined): void {
    const error = Object.assign(new Error('write after end'), { code: 'ERR_STREAM_WRITE_AFTER_END' })
    if (callback) process.nextTick(callback, error)
    if (this.response.listenerCount('error') > 0) process.nextTick(() => this.response.emit('error', error))
  }
}

/** As writeHead takes them: an object, `[name, value, name, value]` or `[[name, value]]`; a name may come twice in a list. */
function setHeaders(response: ServerResponse, given: GivenHeaders | undefined): void {
  if (given === undefined || given === null) return
  if (!isList(given)) {
    for (const [name, value] of Object.entries(given)) response.setHeader(name, value as string)
    return
  }
  const flat = given.flat(Array.isArray(given[0]) ? 1 : 0) as string[]
  if (flat.length % 2 !== 0) {
    throw Object.assign(new TypeError('a list of headers must have an even length'), { code: 'ERR_INVALID_ARG_VALUE' })
  }
  const seen = new Set<string>()
  for (let n = 0; n < flat.length; n += 2) {
    const [name = '', value = ''] = flat.slice(n, n + 2)
    if (seen.has(name.toLowerCase())) response.appendHeader(name, value)
    else response.setHeader(name, value)
    seen.add(name.toLowerCase())
  }
}

function isList(given: GivenHeaders): given is readonly unknown[] {
  return Array.isArray(given)
}

function checkChunk(chunk: unknown): void {
  if (typeof chunk === 'string' || chunk instanceof Uint8Array) return
  const message = 'the chunk of a response must be a string or bytes'
  throw Object.assign(new TypeError(message), { code: 'ERR_INVALID_ARG_TYPE' })
}

/** A string in UTF-8 stays one: filters outside may want to read it. */
function bytesOf(chunk: Chunk, encoding: BufferEncoding | null | undefined): Chunk {
  if (typeof chunk !== 'string' || !encoding || /^utf-?8$/i.test(encoding)) return chunk
  return Buffer.from(chunk, encoding)
}
