// The body of a request: read once from the connection, within the limit, and kept for whoever
// asks again. Runs in workers. Forms and multipart are left to libraries that take a stream.
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { ClientGone } from './client-gone.ts'
import { parseJsonBytes } from './json-body.ts'
import { HttpError } from './responses.ts'
import type { HttpRequest } from './request.ts'

/** What receives the chunks of a message. */
interface Sink {
  /** Says whether more is welcome at once. */
  chunk(data: Buffer): boolean
  end(): void
  fail(error: Error): void
}

/**
 * The body of a request. `bytes`, `text` and `json` may be asked for any number of times, in any order.
 * All raise an HttpError 413 past `HttpRequest.bodyLimit`, and ClientGone when the client leaves half way.
 */
export class RequestBody {
  readonly #req: HttpRequest
  readonly #message: IncomingMessage
  #bytes: Promise<Buffer> | null = null
  #stream: Readable | null = null

  constructor(req: HttpRequest) {
    this.#req = req
    this.#message = req.node.message
  }

  /** Whether someone has asked for the bytes or the stream: node's message is then no longer to be read. */
  get isTaken(): boolean {
    return this.#bytes !== null || this.#stream !== null
  }

  /** The body as it arrives, with back-pressure. After `bytes()` it is a replay, else there is one stream only. */
  stream(): Readable {
    if (this.#bytes !== null) return Readable.from(replay(this.#bytes), { objectMode: false })
    return (this.#stream ??= this.#openStream())
  }

  bytes(): Promise<Buffer> {
    if (this.#stream !== null) return Promise.reject(new Error('the request body was already taken as a stream'))
    return (this.#bytes ??= new Promise<Buffer>((resolve, reject) => {
      const chunks: Buffer[] = []
      this.#pour({
        chunk: (data) => chunks.push(data) > 0,
        end: () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)),
        fail: reject,
      })
    }))
  }

  /** Decoded as UTF-8; a byte order mark is dropped. */
  async text(): Promise<string> {
    return new TextDecoder().decode(await this.bytes())
  }

  /**
   * Raises an HttpError 400 for what is no JSON in UTF-8, nested too deep, or has a key named `__proto__`, and 415 for
   * another charset or a content coding.
   */
  async json(): Promise<unknown> {
    return parseJsonBytes(await this.bytes(), this.#req.headers)
  }

  #openStream(): Readable {
    let tap: Tap | null = null
    const stream: Readable = new Readable({
      read: () => {
        tap ??= this.#pour({
          chunk: (data) => stream.push(data),
          end: () => stream.push(null),
          fail: (error) => stream.destroy(error),
        })
        tap.resume()
      },
      destroy: (error, done) => {
        tap?.stop()
        done(error)
      },
    })
    return stream
  }

  #pour(sink: Sink): Tap {
    const message = this.#message
    const limit = this.#req.bodyLimit
    if (message.readableDidRead) return refuse(sink, new Error("the request body was already read from node's message"))
    if (Number(message.headers['content-length']) > limit) return refuse(sink, tooLarge(limit))
    if (this.#req.awaitsContinue) {
      this.#req.awaitsContinue = false
      this.#req.node.response?.writeContinue()
    }
    return new Tap(message, limit, sink)
  }
}

/** Follows one message into a sink, counting. */
class Tap {
  readonly #message: IncomingMessage | null
  readonly #sink: Sink
  readonly #limit: number
  #seen = 0

  constructor(message: IncomingMessage | null, limit: number, sink: Sink) {
    this.#message = message
    this.#limit = limit
    this.#sink = sink
    if (message === null) return
    if (message.aborted || (message.destroyed && !message.readableEnded)) {
      process.nextTick(() => sink.fail(new ClientGone()))
    } else if (message.readableEnded) {
      process.nextTick(() => sink.end())
    } else {
      message.on('data', this.#onData).on('end', this.#onEnd).on('error', this.#onGone).on('close', this.#onGone)
    }
  }

  resume(): void {
    this.#message?.resume()
  }

  /** Lets go. What is still to come is thrown away: a paused message would block the next request of its connection. */
  stop(): void {
    const message = this.#message
    if (message === null) return
    message.off('data', this.#onData).off('end', this.#onEnd).off('error', this.#onGone).off('close', this.#onGone)
    message.resume()
  }

  readonly #onData = (data: Buffer | string): void => {
    const chunk = typeof data === 'string' ? Buffer.from(data, this.#message?.readableEncoding ?? 'utf8') : data
    this.#seen += chunk.length
    if (this.#seen > this.#limit) {
      this.stop()
      this.#sink.fail(tooLarge(this.#limit))
    } else if (!this.#sink.chunk(chunk)) {
      this.#message?.pause()
    }
  }

  readonly #onEnd = (): void => {
    this.stop()
    // To node:http2 a body that was cut off has an end, too.
    if (this.#message?.aborted) this.#sink.fail(new ClientGone())
    else this.#sink.end()
  }

  readonly #onGone = (cause?: Error): void => {
    this.stop()
    this.#sink.fail(new ClientGone(cause))
  }
}

function refuse(sink: Sink, error: Error): Tap {
  process.nextTick(() => sink.fail(error))
  return new Tap(null, 0, sink)
}

function tooLarge(limit: number): HttpError {
  return new HttpError(413, `Request is too large. Larger than max_request_body_size (${limit}).`)
}

async function* replay(bytes: Promise<Buffer>): AsyncGenerator<Buffer> {
  yield await bytes
}
