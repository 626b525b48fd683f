// What a server of node:http2 must make its requests and responses of, so that the edge, the bridges and
// every filter see what they see over HTTP/1. The classes of Node's compatibility layer differ from those of
// node:http where it matters; all that we know of that stands here. Loads node:http2.
import type { OutgoingHttpHeaders } from 'node:http'
import { Http2ServerRequest, Http2ServerResponse, type IncomingHttpHeaders } from 'node:http2'
import type { ResponseHeaders } from './contract.ts'
import { checkHeaders } from './normalise.ts'

/** Headers of one connection, which a stream of many does not have (RFC 9113 §8.2.2). */
const ofConnections = ['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'] as const

// The types of Node call properties what are accessors of its prototypes: these are replaced below.
type RequestParts = ConstructorParameters<typeof Http2ServerRequest>
type RequestBase = new (...parts: RequestParts) => Omit<Http2ServerRequest, 'complete' | 'rawHeaders'>
type ResponseBase = new (
  ...parts: ConstructorParameters<typeof Http2ServerResponse>
) => Omit<Http2ServerResponse, 'destroyed' | 'socket' | 'statusMessage' | 'writableFinished' | 'writeHead'>

class EdgeRequest extends (Http2ServerRequest as unknown as RequestBase) {
  readonly #rawHeaders: readonly string[]
  #plainHeaders: string[] | null = null

  constructor(...parts: RequestParts) {
    super(...parts)
    const [stream, headers, , rawHeaders] = parts
    this.#rawHeaders = rawHeaders
    asHttp1(headers, !stream.endAfterHeaders)
  }

  /** Node says yes of a request that was cut off, too. */
  get complete(): boolean {
    return this.readableEnded && !this.aborted
  }

  /** One list for all who ask: filters take headers off it and add some. */
  get rawHeaders(): string[] {
    return (this.#plainHeaders ??= this.#rawHeaders.filter(
      (_, index, all) => all[index - (index % 2)]?.startsWith(':') !== true,
    ))
  }
}

/**
 * The head as HTTP/1 has it: whoever goes through the headers meets no `:path`; there is a Host; a body of unknown length is
 * announced, as a proxy that speaks HTTP/1 to its backend would. Node itself goes on reading the pseudo headers by name.
 */
function asHttp1(headers: IncomingHttpHeaders, hasBody: boolean): void {
  for (const name in headers) {
    if (name.startsWith(':')) Object.defineProperty(headers, name, { enumerable: false })
  }
  const authority = headers[':authority']
  if (authority !== undefined) headers.host = authority
  if (hasBody && headers['content-length'] === undefined) headers['transfer-encoding'] = 'chunked'
}

class EdgeResponse extends (Http2ServerResponse as unknown as ResponseBase) {
  /** The edge's to set; a body of another length than announced nghttp2 itself refuses. */
  strictContentLength = false

  get destroyed(): boolean {
    return this.stream.destroyed
  }

  /** Node says yes of one that the client has cancelled. */
  get writableFinished(): boolean {
    return this.stream.writableFinished && !this.stream.aborted
  }

  /** None: what is written waits in the session, an empty queue of the socket says nothing about it. */
  get socket(): undefined {
    return undefined
  }

  get statusMessage(): string {
    return ''
  }

  /** HTTP/2 has none, and Node would warn. */
  set statusMessage(_reason: string) {}

  writeHead(status: number, reason?: string | OutgoingHttpHeaders, given?: OutgoingHttpHeaders): this {
    const headers = (typeof reason === 'object' ? reason : given) ?? {}
    for (const name of ofConnections) if (headers[name] !== undefined) delete headers[name]
    // node:http looks at every value, node:http2 at none: a line break would be for the next proxy to take apart.
    checkHeaders(headers as ResponseHeaders)
    if (!this.stream.destroyed && !this.stream.closed) this.stream.respond({ ...headers, ':status': status })
    return this
  }
}

/** Options of `http2.createSecureServer`. */
export const http2Messages = {
  Http2ServerRequest: EdgeRequest as unknown as typeof Http2ServerRequest,
  Http2ServerResponse: EdgeResponse as unknown as typeof Http2ServerResponse,
}
