// Responses as values: the short ways to make one, and the error that is one. Pure.
// What depends on the connection (lengths, HEAD, chunking) is the edge's.
import { preferredType } from './accept.ts'
import type { HttpResponse, ResponseHeaders } from './contract.ts'
import { STATUS_CODES } from './node-http.ts'
import type { HttpRequest } from './request.ts'

export function text(body: string, status = 200, headers?: ResponseHeaders): HttpResponse {
  return typed('text/plain; charset=utf-8', body, status, headers)
}

export function html(body: string, status = 200, headers?: ResponseHeaders): HttpResponse {
  return typed('text/html; charset=utf-8', body, status, headers)
}

/** Serialised at once. `undefined`, which JSON does not have, is sent as null. */
export function json(value: unknown, status = 200, headers?: ResponseHeaders): HttpResponse {
  return typed('application/json', JSON.stringify(value) ?? 'null', status, headers)
}

export function empty(status = 204, headers?: ResponseHeaders): HttpResponse {
  return { status, headers: { ...headers }, body: null }
}

/** What is not allowed in a header is percent-encoded in the location, what is encoded already stays. */
export function redirect(location: string, status = 302, headers?: ResponseHeaders): HttpResponse {
  const encoded = location.replaceAll(/[^!-~]+/g, percentEncode)
  return { status, headers: { location: encoded, ...headers }, body: null }
}

/** Adds a name to `Vary` unless it is there, in any case; `*` covers all. */
export function appendVary(response: HttpResponse, name: string): void {
  const present = response.headers.vary
  if (present === undefined || present === '') {
    response.headers.vary = name
    return
  }
  const value = typeof present === 'object' ? present.join(', ') : String(present)
  const names = value.split(',').map((part) => part.trim().toLowerCase())
  if (names.includes('*') || names.includes(name.toLowerCase())) return
  response.headers.vary = name === '*' ? '*' : `${value}, ${name}`
}

export interface HttpErrorParts {
  /** Names in lower case; sent with the response. */
  readonly headers?: ResponseHeaders
  /** Whether the client may read the message; by default for statuses below 500. */
  readonly expose?: boolean
  /** In place of the usual phrase of the status. */
  readonly title?: string
  /** What else the client may know; told in full where the message is. */
  readonly detail?: string
  readonly cause?: unknown
}

/**
 * An error that is a response. An app or a filter throws it; whoever turns errors into answers outside (at
 * the latest the edge) sends `toResponse`. One whose message is hidden from the client is logged.
 */
export class HttpError extends Error {
  readonly status: number
  readonly headers: ResponseHeaders
  readonly expose: boolean
  readonly title: string
  readonly detail: string | null

  constructor(status: number, message?: string, parts: HttpErrorParts = {}) {
    const title = parts.title ?? titleOf(status)
    super(message ?? title, parts.cause === undefined ? undefined : { cause: parts.cause })
    this.name = new.target.name
    this.status = status
    this.title = title
    this.detail = parts.detail ?? null
    this.headers = parts.headers ?? {}
    this.expose = parts.expose ?? status < 500
  }

  /**
   * The error of another library as ours, when it has the shape that Node libraries agree on (http-errors): an
   * Error with a `status` from 400 to 599 and `expose`.
   */
  static from(error: unknown): HttpError | null {
    if (error instanceof HttpError) return error
    if (!(error instanceof Error) || !('status' in error) || !('expose' in error)) return null
    const { status, expose } = error
    if (typeof status !== 'number' || !(status >= 400 && status <= 599) || !Number.isInteger(status)) return null
    const headers: ResponseHeaders = {}
    for (const [name, value] of Object.entries('headers' in error ? (error.headers ?? {}) : {})) {
      headers[name.toLowerCase()] = String(value)
    }
    return new HttpError(status, error.message, { headers, expose: expose === true, cause: error })
  }

  /** Text, JSON or HTML by the request's Accept, as WebOb chooses: text when nothing else is asked for. */
  toResponse(req?: HttpRequest): HttpResponse {
    const response = bodyFor(preferredType(req?.header('accept'), types), this)
    Object.assign(response.headers, this.headers)
    response.status = this.status
    appendVary(response, 'Accept')
    return response
  }
}

const types = ['text/html', 'application/json', 'text/plain']

function bodyFor(type: string, { status, title, message, detail, expose }: HttpError): HttpResponse {
  const line = `${status} ${title}`
  // What the title does not say already.
  const paragraphs = expose ? [message, detail ?? title].filter((one) => one !== title) : []
  switch (type) {
    case 'application/json':
      return json({
        message: expose ? message : title,
        code: line,
        title,
        ...(expose && detail !== null && { detail }),
      })
    case 'text/html': {
      const shown = escapeHtml(line)
      const more = paragraphs.map((one) => `<p>${escapeHtml(one)}</p>\n`).join('')
      return html(
        `<!doctype html>\n<html>\n<head><title>${shown}</title></head>\n<body>\n<h1>${shown}</h1>\n${more}</body>\n</html>\n`,
      )
    }
    default:
      return text(`${[line, ...paragraphs].join('\n\n')}\n`)
  }
}

function typed(type: string, body: string, status: number, headers: ResponseHeaders | undefined): HttpResponse {
  // No spread where there is nothing to spread: this is every answer's way.
  const all: ResponseHeaders = headers === undefined ? { 'content-type': type } : { 'content-type': type, ...headers }
  return { status, headers: all, body }
}

function titleOf(status: number): string {
  return STATUS_CODES[status] ?? 'Unknown'
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export function escapeHtml(value: string): string {
  return value.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character)
}

function percentEncode(characters: string): string {
  return Array.from(Buffer.from(characters), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')
}
