// What a (req, res) listener or a Connect middleware writes, captured as an HttpResponse: known with the first
// write, a whole body when that is also the last one, else a stream. Trailers have no place in a value and
// are dropped.
import { Readable } from 'node:stream'
import { capturedResponse, isUntouched, type Captured, type CaptureTarget } from './captured-response.ts'
import {
  bytesOf,
  checkChunk,
  setHeaders,
  type Chunk,
  type Done,
  type Encoding,
  type GivenHeaders,
} from './captured-writes.ts'
import { ClientGone } from './client-gone.ts'
import type { HttpResponse, ResponseBody, ResponseHeaders } from './contract.ts'
import { type IncomingMessage, ServerResponse, STATUS_CODES } from './node-http.ts'
import type { HttpRequest } from './request.ts'

/** The response that a listener gets, and the answer that comes out of it. */
export class Capture implements CaptureTarget {
  readonly response: ServerResponse & Captured
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
    this.response = capturedResponse(message, this)
  }

  /** The response of the connection. */
  get real(): ServerResponse | null {
    return this.#req.node.response
  }

  /** At once when the listener has answered already, else when it does. Raises what it threw. */
  get answer(): HttpResponse | Promise<HttpResponse> {
    if (this.#failure !== null) throw this.#failure.error
    if (this.#answer !== null) return this.#answer
    // One listener per bridge of a pipeline is no leak.
    this.real?.setMaxListeners(0).once('close', () => {
      if (!this.isSettled) this.fail(new ClientGone())
    })
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject }
    })
  }

  get isSettled(): boolean {
    return this.#answer !== null || this.#failure !== null
  }

  /** Whether nobody but us will see what is written: then it need not be written at all. */
  get isUntouched(): boolean {
    return isUntouched(this.response)
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

  /** The listener no longer has the message: done, failed, or handing on. */
  release(): void {
    if (this.#isReleased) return
    this.#isReleased = true
    this.#mount.release()
  }

  writeHead(status: number, reason?: string | GivenHeaders, given?: GivenHeaders): ServerResponse {
    const { response } = this
    const headers = typeof reason === 'string' ? given : (given ?? reason)
    if (response._header === null) setHeaders(response, headers)
    if (typeof reason === 'string') response.statusMessage = reason
    // node's own: checks the status, refuses a second head, knows which statuses have no body.
    return ServerResponse.prototype.writeHead.call(response, status)
  }

  write(chunk: Chunk, encoding?: Encoding, callback?: Done): boolean {
    checkChunk(chunk)
    if (this.#isOver) return this.#refuse(callback)
    const body = this.open()
    const wantsMore = body === null || chunk.length === 0 || body.push(bytesOf(chunk, encoding))
    this.#setNeedsDrain(!wantsMore)
    if (callback && wantsMore) process.nextTick(callback)
    else if (callback) this.response.once('drain', callback)
    return wantsMore
  }

  end(chunk: Chunk | null | undefined, encoding?: Encoding, callback?: Done): ServerResponse {
    const { response } = this
    const last = chunk === undefined || chunk === null || chunk.length === 0 ? null : chunk
    if (last !== null) checkChunk(last)
    if (this.#isOver) {
      this.#refuse(callback)
      return response
    }
    this.#head()
    if (callback) response.once('finish', callback)
    response.finished = true
    const sent = response._hasBody && last !== null ? bytesOf(last, encoding) : null
    this.release()
    if (this.#body !== null) {
      if (sent !== null) this.#body.push(sent)
      this.#body.push(null)
    } else {
      this.#answerWith(sent)
      process.nextTick(() => this.#finish())
    }
    return response
  }

  destroy(error?: Error): ServerResponse {
    if (!this.response.destroyed) this.fail(error ?? new Error('the listener destroyed its response'))
    return this.response
  }

  /** The answer becomes a stream now, unless it has no body. */
  open(): Readable | null {
    this.#head()
    if (!this.response._hasBody) return null
    if (this.#body !== null || this.isSettled) return this.#body
    this.#body = new Readable({
      read: () => this.#onRead(),
      destroy: (error, done) => {
        this.#onBodyGone()
        done(error)
      },
    })
    this.#body.once('end', () => this.#finish())
    this.#answerWith(this.#body)
    return this.#body
  }

  get #isOver(): boolean {
    return this.response.destroyed || this.response.writableEnded
  }

  /** As node writes an implicit head: through the method that others may have patched. */
  #head(): void {
    if (this.response._header === null) this.response._implicitHeader()
  }

  #answerWith(body: ResponseBody): void {
    const { response } = this
    const headers = response.getHeaders() as ResponseHeaders
    if (headers.trailer !== undefined) delete headers.trailer
    const answer: HttpResponse = { status: response.statusCode, headers, body }
    const { statusMessage } = response
    if (statusMessage !== (STATUS_CODES[response.statusCode] ?? 'unknown')) answer.reason = statusMessage
    this.settle(answer)
  }

  #setNeedsDrain(needsDrain: boolean): void {
    if (needsDrain === this.#needsDrain) return
    this.#needsDrain = needsDrain
    Object.defineProperty(this.response, 'writableNeedDrain', { value: needsDrain, configurable: true })
  }

  #onRead(): void {
    if (!this.#needsDrain) return
    this.#setNeedsDrain(false)
    process.nextTick(() => this.response.emit('drain'))
  }

  /** Read to its end, or dropped by the client or a filter. */
  #onBodyGone(): void {
    this.release()
    if (this.#body?.readableEnded !== true) this.#close()
  }

  #finish(): void {
    if (this.response.destroyed) return
    this.#isFinished = true
    this.response.emit('finish')
    this.#close()
  }

  /** Without `finish` before it, for a response that was cut off. */
  #close(): void {
    const { response } = this
    if (this.response._closed) return
    this.response._closed = true
    response.destroyed = true
    process.nextTick(() => {
      // on-finished waits for one of `finish` and `end`; without it files that were being sent stay open.
      if (!this.#isFinished) response.emit('end')
      response.emit('close')
    })
  }

  /** A write after the end. On a plain server the error event of such a response ends the process. */
  #refuse(callback: Done | undefined): false {
    const { response } = this
    const error = Object.assign(new Error('write after end'), { code: 'ERR_STREAM_WRITE_AFTER_END' })
    if (callback) process.nextTick(callback, error)
    if (response.destroyed || response.listenerCount('error') === 0) return false
    process.nextTick(() => response.emit('error', error))
    return false
  }
}
