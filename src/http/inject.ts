// A request without a socket: for tests, for `slipway inject`, for apps that call apps. It goes through
// the same preparation of answers as the edge's, so that what comes out is what a client would get.
import type { IncomingHttpHeaders } from 'node:http'
import { Readable } from 'node:stream'
import type { App, HttpResponse, ResponseHeaders } from './contract.ts'
import { makeMessage, silentSocket } from './message.ts'
import {
  checkHeaders,
  dispose,
  errorResponse,
  isResponse,
  isStream,
  logError,
  notAResponse,
  prepare,
  type ErrorLog,
  type StreamBody,
} from './normalise.ts'
import { HttpRequest } from './request.ts'

export interface InjectOptions {
  readonly method?: string
  /** The path below `scriptName`, raw, with its query string. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  /** A string or bytes get a content-length, a stream comes chunked. */
  readonly body?: string | Uint8Array | Readable
  readonly scriptName?: string
  /** 127.0.0.1 unless said. */
  readonly remoteAddress?: string
  /** The Host header; `localhost` unless said. */
  readonly host?: string
  /** Where an error that became a 500 is written. */
  readonly log?: ErrorLog
}

export interface InjectedResponse {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: Buffer
  text(): string
  json(): unknown
}

/** Runs one request through an app. Raises what the body of the response raises while it is collected. */
export async function inject(app: App, options: InjectOptions): Promise<InjectedResponse> {
  const req = requestOf(options)
  req.reportLate = (error) => logError(error, req, options.log)
  const response = await answerOf(app, req, options.log)
  const body = prepare(req, response)
  const bytes = body === null ? Buffer.alloc(0) : await collect(body)
  return {
    status: response.status,
    headers: sentHeaders(response.headers),
    body: bytes,
    text: () => bytes.toString(),
    json: (): unknown => JSON.parse(bytes.toString()),
  }
}

async function answerOf(app: App, req: HttpRequest, log: ErrorLog | undefined): Promise<HttpResponse> {
  let response: unknown
  try {
    response = await app(req)
    if (!isResponse(response)) throw notAResponse(response)
    checkHeaders(response.headers)
    return response
  } catch (error) {
    if (isResponse(response) && isStream(response.body)) dispose(response.body)
    return errorResponse(error, req, log)
  }
}

function requestOf(options: InjectOptions): HttpRequest {
  const { body, scriptName = '' } = options
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  const headers = headersOf(options, bytes)
  const url = scriptName + options.path
  const rawHeaders = Object.entries(headers).flatMap(([name, value]) =>
    (typeof value === 'object' ? value : [value ?? '']).flatMap((one) => [name, one]),
  )
  const head = { method: options.method ?? 'GET', url, headers, rawHeaders, httpVersion: '1.1' }
  const open = bytes === undefined ? null : () => (bytes instanceof Readable ? bytes : Readable.from([bytes]))
  const message = makeMessage(head, silentSocket(options.remoteAddress ?? '127.0.0.1'), open)
  const req = new HttpRequest(message, null)
  req.scriptName = scriptName
  req.pathInfo = req.pathInfo.slice(scriptName.length)
  return req
}

function headersOf(options: InjectOptions, body: Uint8Array | Readable | undefined): IncomingHttpHeaders {
  const headers: IncomingHttpHeaders = { host: options.host ?? 'localhost' }
  if (body instanceof Readable) headers['transfer-encoding'] = 'chunked'
  else if (body !== undefined) headers['content-length'] = String(body.byteLength)
  for (const [given, value] of Object.entries(options.headers ?? {})) {
    const name = given.toLowerCase()
    if (typeof value === 'string') headers[name] = value
    else if (name === 'set-cookie') headers[name] = [...value]
    else headers[name] = value.join(name === 'cookie' ? '; ' : ', ')
  }
  return headers
}

function sentHeaders(headers: ResponseHeaders): Record<string, string | readonly string[]> {
  const sent: Record<string, string | readonly string[]> = {}
  for (const [name, value] of Object.entries(headers)) sent[name] = typeof value === 'object' ? value : String(value)
  return sent
}

async function collect(body: string | Uint8Array | StreamBody): Promise<Buffer> {
  if (typeof body === 'string') return Buffer.from(body)
  if (body instanceof Uint8Array) return Buffer.from(body)
  const pieces: Buffer[] = []
  for await (const piece of body as AsyncIterable<string | Uint8Array>) {
    pieces.push(typeof piece === 'string' ? Buffer.from(piece) : Buffer.from(piece))
  }
  return Buffer.concat(pieces)
}
