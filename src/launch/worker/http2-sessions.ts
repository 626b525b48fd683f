// The connections of clients that speak HTTP/2: what Node's own server leaves out of them. An end for those
// that are idle or send too slowly, and a drain as HTTP/1 has it. Runs in the worker.
import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2'

export interface SessionLimits {
  /** How long a new connection may be without a request; 0: without end. */
  readonly firstMs: number
  /** How long any other may. */
  readonly idleMs: number
  /** How long a request may take to send its body; 0: without end. */
  readonly bodyMs: number
  /** After how many requests a connection is closed; asked for each. */
  mostRequests(): number
}

/** A number of RFC 9113, so that node:http2 need not be loaded to know it. */
const cancel = 8

interface Followed {
  readonly session: ServerHttp2Session
  /** Requests in hand. */
  open: number
  requests: number
  readonly mostRequests: number
  idle: NodeJS.Timeout | undefined
}

export class Http2Sessions {
  readonly #limits: SessionLimits
  readonly #sessions = new Set<Followed>()
  #isDraining = false

  constructor(limits: SessionLimits) {
    this.#limits = limits
  }

  add(session: ServerHttp2Session): void {
    const followed: Followed = {
      session,
      open: 0,
      requests: 0,
      mostRequests: this.#limits.mostRequests(),
      idle: undefined,
    }
    this.#sessions.add(followed)
    session.on('stream', (stream: ServerHttp2Stream) => this.#begin(followed, stream))
    session.once('close', () => {
      clearTimeout(followed.idle)
      this.#sessions.delete(followed)
    })
    endWhenIdle(followed, this.#limits.firstMs)
  }

  /**
   * From now on the client of every request is told to ask elsewhere. An idle one may still ask once: after a GOAWAY what is
   * under way to us would be ignored, and not every client tries again.
   */
  drain(): void {
    this.#isDraining = true
    for (const { session, open } of this.#sessions) if (open > 0) end(session)
  }

  /** From here on no connection takes a request; each ends with the last one that it has. */
  close(): void {
    for (const { session } of this.#sessions) end(session)
  }

  #begin(followed: Followed, stream: ServerHttp2Stream): void {
    const { session, mostRequests } = followed
    clearTimeout(followed.idle)
    followed.open += 1
    followed.requests += 1
    // Before its answer, which a client may follow with the next request.
    if (this.#isDraining || followed.requests === mostRequests) end(session)
    this.#limitBody(stream)
    stream.once('close', () => {
      followed.open -= 1
      if (followed.open === 0 && !session.closed) endWhenIdle(followed, this.#limits.idleMs)
    })
  }

  #limitBody(stream: ServerHttp2Stream): void {
    const { bodyMs } = this.#limits
    if (bodyMs === 0 || stream.endAfterHeaders) return
    const late = setTimeout(() => stream.close(cancel), bodyMs)
    const stop = (): void => clearTimeout(late)
    stream.once('end', stop)
    stream.once('close', stop)
  }
}

/** GOAWAY with the number of the last request that is answered: by RFC 9113 §6.8 a later one may be tried elsewhere. */
function end(session: ServerHttp2Session): void {
  if (!session.closed) session.close()
}

function endWhenIdle(followed: Followed, ms: number): void {
  if (ms > 0) followed.idle = setTimeout(() => end(followed.session), ms)
}
