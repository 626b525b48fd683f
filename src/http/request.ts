// The request as apps see it: a thin, lazy wrapper over node's message. Nothing is parsed, decoded
// or allocated before it is asked for; all that a plain request does not need lives in one `Late`.
// Runs in workers. Cookies, forms and trust in proxy headers are the business of filters.
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { RequestBody } from './body.ts'
import { ClientGone } from './client-gone.ts'
import type { Environ } from './contract.ts'
import { messageWithBody } from './message.ts'
import { splitTarget } from './target.ts'

/** What most requests never ask for. A fixed set of fields, so that all requests keep one shape. */
class Late {
  query: URLSearchParams | null = null
  /** The query string that `query` was made from. */
  queryOf = ''
  scheme: 'http' | 'https' | null = null
  /** null: not known yet; undefined: known to be absent. */
  host: string | undefined | null = null
  remoteAddress: string | undefined | null = null
  bodyLimit = Infinity
  body: RequestBody | null = null
  signal: AbortSignal | null = null
  awaitsContinue = false
}

const slash = 47

/** One request on its way through a pipeline. Filters may rewrite the path parts and hand things inward in `environ`. */
export class HttpRequest {
  method: string
  /** What is mounted so far, raw (never percent-decoded); without a trailing slash. */
  scriptName = ''
  /** The rest of the path, raw; '' or with a leading slash. */
  pathInfo: string
  /** Without the question mark; '' when there is none. */
  queryString: string
  readonly environ: Environ = {}
  /** node's own objects, for bridges. `response` is null in a request that has no socket (inject). */
  readonly node: { message: IncomingMessage; readonly response: ServerResponse | null }
  /** Where a bridge reports an error that comes after its answer; set by the edge. */
  reportLate: ((error: unknown, req: HttpRequest) => void) | null = null
  #late: Late | null = null

  constructor(message: IncomingMessage, response: ServerResponse | null) {
    const target = message.url ?? '/'
    this.method = message.method ?? 'GET'
    this.node = { message, response }
    if (target.charCodeAt(0) === slash) {
      const mark = target.indexOf('?')
      this.pathInfo = mark === -1 ? target : target.slice(0, mark)
      this.queryString = mark === -1 ? '' : target.slice(mark + 1)
    } else {
      const { authority, path, query } = splitTarget(target, this.method)
      this.pathInfo = path
      this.queryString = query
      // RFC 9112 §3.2.2: the authority of an absolute target replaces the Host header.
      if (authority !== '') this.#more.host = authority
    }
  }

  get #more(): Late {
    return (this.#late ??= new Late())
  }

  get headers(): IncomingHttpHeaders {
    return this.node.message.headers
  }

  /** One header by name, in any case; repeated ones joined as node joins them. */
  header(name: string): string | undefined {
    // node's headers are a plain object: `constructor` must not be found in it.
    const value: unknown = this.node.message.headers[name.toLowerCase()]
    if (typeof value === 'string') return value
    return Array.isArray(value) ? value.join(', ') : undefined
  }

  /** The parsed query string, of the moment it is asked for. */
  get query(): URLSearchParams {
    const late = this.#more
    if (late.query === null || late.queryOf !== this.queryString) {
      late.queryOf = this.queryString
      late.query = new URLSearchParams(this.queryString)
    }
    return late.query
  }

  /** Of the connection, unless a filter that trusts its proxy has set it. */
  get scheme(): 'http' | 'https' {
    return this.#late?.scheme ?? ('encrypted' in this.node.message.socket ? 'https' : 'http')
  }

  set scheme(scheme: 'http' | 'https') {
    this.#more.scheme = scheme
  }

  /** Host and port as the client wrote them; undefined for HTTP/1.0 without a Host header. */
  get host(): string | undefined {
    const late = this.#late
    return late === null || late.host === null ? this.node.message.headers.host : late.host
  }

  set host(host: string | undefined) {
    this.#more.host = host
  }

  /** The peer of the connection, unless a filter that trusts its proxy has set it; undefined on a unix socket. */
  get remoteAddress(): string | undefined {
    const late = this.#late
    return late === null || late.remoteAddress === null ? this.node.message.socket.remoteAddress : late.remoteAddress
  }

  set remoteAddress(address: string | undefined) {
    this.#more.remoteAddress = address
  }

  /** The most bytes that may be read of the body. It can only be lowered: the smallest limit of a pipeline holds. */
  get bodyLimit(): number {
    return this.#late?.bodyLimit ?? Infinity
  }

  set bodyLimit(bytes: number) {
    if (bytes < this.bodyLimit) this.#more.bodyLimit = bytes
  }

  get body(): RequestBody {
    return (this.#more.body ??= new RequestBody(this))
  }

  /**
   * Puts another body in the place of the client's, for those further in, frameworks behind a bridge included; its length
   * becomes the `content-length`. What was read before is not affected. The new one counts against no limit.
   */
  replaceBody(body: string | Uint8Array): void {
    const late = this.#more
    this.node.message = messageWithBody(this.node.message, Buffer.from(body as Uint8Array))
    late.body = null
    late.bodyLimit = Infinity
    late.awaitsContinue = false
  }

  /** Whether the client waits for `100 Continue`, which the first read of the body sends. */
  get awaitsContinue(): boolean {
    return this.#late?.awaitsContinue ?? false
  }

  set awaitsContinue(awaits: boolean) {
    this.#more.awaitsContinue = awaits
  }

  /** Aborted when the client goes away before it has the whole response. */
  get signal(): AbortSignal {
    return (this.#more.signal ??= signalOf(this.node.response))
  }

  /** `scheme://host` and what is mounted so far: the base of links. */
  get applicationUrl(): string {
    return `${this.scheme}://${this.host ?? ownAddress(this.node.message)}${this.scriptName}`
  }
}

function signalOf(response: ServerResponse | null): AbortSignal {
  const controller = new AbortController()
  if (response === null) return controller.signal
  const onClose = () => {
    if (!response.writableFinished) controller.abort(new ClientGone())
  }
  if (response.destroyed) onClose()
  else response.once('close', onClose)
  return controller.signal
}

/** The server's end of the connection, for a client that named no host (as CGI's SERVER_NAME and SERVER_PORT). */
function ownAddress(message: IncomingMessage): string {
  const { localAddress, localPort } = message.socket
  if (localAddress === undefined) return 'localhost'
  return `${localAddress.includes(':') ? `[${localAddress}]` : localAddress}:${localPort}`
}
