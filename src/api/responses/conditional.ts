// Conditional requests (RFC 9110 §13): 304 for a copy that is still good, 412 for a change of what has changed. Runs
// in workers. Functions over values, and a filter for apps that know nothing of it.
import { createHash } from 'node:crypto'
import type { Filter, HttpError, HttpRequest, HttpResponse, ResponseHeaders } from '../../http/index.ts'
import { dispose, isStream } from '../../http/normalise.ts'
import { freshness } from '../../lazy-packages.ts'
import { isPromise } from '../../middleware/answer.ts'
import { PreconditionFailed, PreconditionRequired } from './http-errors.ts'

/** What is known of a representation. Entity tags with their quotes, as `etagOf` makes them. */
export interface Validators {
  readonly etag?: string | undefined
  readonly lastModified?: Date | undefined
}

/** A strong entity tag of the bytes, or a weak one for what means the same without being the same. */
export function etagOf(content: string | Uint8Array, strength: 'strong' | 'weak' = 'strong'): string {
  const tag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 27)}"`
  return strength === 'weak' ? `W/${tag}` : tag
}

/** The headers that tell a client the validators. */
export function validatorHeaders({ etag, lastModified }: Validators): ResponseHeaders {
  return {
    ...(etag !== undefined && { etag }),
    ...(lastModified !== undefined && { 'last-modified': lastModified.toUTCString() }),
  }
}

/**
 * For a handler, before it changes something: raises an HttpError 412 when `If-Match`, `If-Unmodified-Since` or `If-None-Match` of the
 * request do not hold for what is there now (null for nothing), and with `isRequired` 428 when it names neither of the first two.
 */
export function checkPreconditions(req: HttpRequest, current: Validators | null, isRequired = false): void {
  const match = req.header('if-match')
  const since = req.header('if-unmodified-since')
  if (isRequired && match === undefined && since === undefined) {
    throw new PreconditionRequired('The request must be conditional: send If-Match with the ETag that it is about.')
  }
  if (match !== undefined) {
    if (!matches(match, current, isSameStrong)) throw changed()
  } else if (since !== undefined && isAfter(current?.lastModified, since)) throw changed()
  const noneMatch = req.header('if-none-match')
  if (noneMatch !== undefined && !isSafe(req) && matches(noneMatch, current, isSameWeak)) throw changed()
}

/**
 * The response, or 304 without a body when the copy that the client has is as good, or 412 by `If-Match`. For GET and HEAD
 * answered with 200 and with `etag` or `last-modified`. A request with `Cache-Control: no-cache` gets it all.
 */
export function conditional(req: HttpRequest, response: HttpResponse): HttpResponse {
  if (!isSafe(req) || response.status !== 200) return response
  const { headers } = response
  const match = req.header('if-match')
  if (match !== undefined && !matches(match, { etag: textOf(headers.etag) }, isSameStrong)) {
    return instead(response, changed().toResponse(req))
  }
  // The package knows the rules of 304, the order of its conditions too.
  const known = { etag: textOf(headers.etag), 'last-modified': textOf(headers['last-modified']) }
  if (!freshness()(req.headers, known)) return response
  return instead(response, { status: 304, headers: headersOf304(headers), body: null })
}

/** A Filter that does the same for the app inside; answers without a tag whose body is whole get one. */
export function conditionalFilter(options: { readonly etag?: 'strong' | 'weak' | 'none' } = {}): Filter {
  const { etag = 'strong' } = options
  const finish = (req: HttpRequest, response: HttpResponse): HttpResponse => {
    const { headers, body } = response
    const isWhole = typeof body === 'string' || body instanceof Uint8Array
    if (etag !== 'none' && isWhole && isSafe(req) && response.status === 200 && headers.etag === undefined) {
      headers.etag = etagOf(body, etag)
    }
    return conditional(req, response)
  }
  return (app) => (req) => {
    const answer = app(req)
    return isPromise(answer) ? answer.then((response) => finish(req, response)) : finish(req, answer)
  }
}

/** By the strong comparison (RFC 9110 §8.8.3.2). */
export function isSameStrong(a: string, b: string): boolean {
  return a === b && !a.startsWith('W/')
}

function isSameWeak(a: string, b: string): boolean {
  return a.replace(/^W\//, '') === b.replace(/^W\//, '')
}

function matches(header: string, current: Validators | null, isSame: typeof isSameStrong): boolean {
  if (header.trim() === '*') return current !== null
  const tag = current?.etag
  if (tag === undefined) return false
  // Tags may have commas in them.
  return (header.match(/(?:W\/)?"[^"]*"/g) ?? []).some((one) => isSame(one, tag))
}

function isAfter(date: Date | undefined, header: string): boolean {
  const limit = Date.parse(header)
  // A date that is none is no condition, and HTTP's have whole seconds.
  return date !== undefined && Math.floor(date.getTime() / 1000) * 1000 > limit
}

function isSafe({ method }: HttpRequest): boolean {
  return method === 'GET' || method === 'HEAD'
}

function changed(): HttpError {
  return new PreconditionFailed('The resource is not in the state that the request is for.')
}

/** What describes the content is the copy's business (RFC 9110 §15.4.5); validators and rules of caching are sent again. */
function headersOf304(headers: ResponseHeaders): ResponseHeaders {
  const kept = Object.entries(headers).filter(
    ([name]) => !name.startsWith('content-') || name === 'content-location' || name.startsWith('content-security-'),
  )
  return Object.fromEntries(kept)
}

function instead(response: HttpResponse, other: HttpResponse): HttpResponse {
  if (isStream(response.body)) dispose(response.body)
  return other
}

function textOf(value: ResponseHeaders[string] | undefined): string | undefined {
  return typeof value === 'object' ? value.join(', ') : value?.toString()
}
