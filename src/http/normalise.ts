// What every answer goes through before it leaves, with a socket (edge) and without (inject): is it a
// response at all, which of its headers and body may be sent, and what an uncaught error becomes.
import { SlipwayError } from '../errors.ts'
import { isClientGone } from './client-gone.ts'
import type { HttpResponse, ResponseBody, ResponseHeaders } from './contract.ts'
import { validateHeaderName, validateHeaderValue } from './node-http.ts'
import type { HttpRequest } from './request.ts'
import { HttpError, text } from './responses.ts'

/** Where errors that no filter caught are written: pino, or anything of its shape. */
export interface ErrorLog {
  error(fields: object, message: string): void
}

/** A body that is produced piece by piece. */
export type StreamBody = Exclude<ResponseBody, string | Uint8Array | null>

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}

export function isStream(body: unknown): body is StreamBody {
  return typeof body === 'object' && body !== null && !(body instanceof Uint8Array)
}

/** Whether an app's answer is a response that can be written. */
export function isResponse(value: unknown): value is HttpResponse {
  if (typeof value !== 'object' || value === null) return false
  const { status, headers, body } = value as Partial<HttpResponse>
  return isStatus(status) && typeof headers === 'object' && headers !== null && isBody(body)
}

function isStatus(status: unknown): boolean {
  return typeof status === 'number' && (status | 0) === status && status >= 100 && status <= 999
}

function isBody(body: unknown): boolean {
  if (typeof body === 'string' || body === null) return true
  return typeof body === 'object' && (body instanceof Uint8Array || Symbol.asyncIterator in body)
}

/** The error for an answer that is no response, in the words of whoever wrote the app. */
export function notAResponse(value: unknown): SlipwayError {
  return new SlipwayError('SLIPWAY_HTTP_RESPONSE', `the application answered with ${complaint(value)}`, {
    expected: '{ status, headers, body }, with a string, bytes, a stream or null as the body',
  })
}

function complaint(value: unknown): string {
  if (typeof value !== 'object' || value === null) return `${nameOf(value)}, which is not a response`
  const { status, headers, body } = value as Partial<HttpResponse>
  if (!('status' in value)) return `${nameOf(value)}, which has no status`
  if (!isStatus(status)) return `the status ${nameOf(status)}, which is not a whole number from 100 to 999`
  if (typeof headers !== 'object' || headers === null) return `${nameOf(headers)} as its headers`
  return `${nameOf(body)} as its body`
}

/** A value as a message names it: never its content, which may be a secret. */
export function nameOf(value: unknown): string {
  if (typeof value === 'string') return 'a string'
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return String(value)
  if (typeof value === 'function') return value.name === '' ? 'a function' : `the function "${value.name}"`
  if (Array.isArray(value)) return 'an array'
  const prototype: unknown = Object.getPrototypeOf(value)
  const maker = prototype === null ? 'Object' : (value as { constructor?: { name?: unknown } }).constructor?.name
  return typeof maker === 'string' && maker !== 'Object' && maker !== '' ? `an object of class "${maker}"` : 'an object'
}

/**
 * Makes the headers fit what will be sent, in place, and says what that is: a whole body, a stream, or
 * nothing (HEAD, 204, 304, 1xx), where a stream is let go.
 */
export function prepare(req: HttpRequest, response: HttpResponse): ResponseBody {
  const { status, body } = response
  const headers = lowerCased(response)
  // How the body is framed is ours and node's to decide; a copied header would contradict it.
  if (headers['transfer-encoding'] !== undefined) delete headers['transfer-encoding']
  if (status === 204 || status === 304 || status < 200) {
    delete headers['content-length']
    delete headers['content-type']
    return dropped(body)
  }
  const isHead = req.method === 'HEAD'
  if (typeof body === 'string') headers['content-length'] = Buffer.byteLength(body)
  else if (body instanceof Uint8Array) headers['content-length'] = body.byteLength
  else if (body !== null) return isHead ? dropped(body) : body
  // The answer to a HEAD keeps the length that its GET has; without a body here only the app knows it.
  else if (!isHead) headers['content-length'] = 0
  return isHead ? null : body
}

const [upperA, upperZ] = [65, 90]

/** The response's headers, renamed when one of them starts like `Content-Type`: two of a kind would be sent else. */
function lowerCased(response: HttpResponse): ResponseHeaders {
  for (const name in response.headers) {
    const first = name.charCodeAt(0)
    if (first >= upperA && first <= upperZ) {
      const entries = Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), value] as const)
      return (response.headers = Object.fromEntries(entries))
    }
  }
  return response.headers
}

function dropped(body: ResponseBody): null {
  if (isStream(body)) dispose(body)
  return null
}

/** Lets go of a body that nobody will read. */
export function dispose(body: StreamBody): void {
  if ('destroy' in body) {
    body.destroy()
    return
  }
  // Nobody waits for the clean-up of a generator, and its failure changes nothing for the client.
  const ended: unknown = body[Symbol.asyncIterator]().return?.()
  if (ended instanceof Promise) ended.catch(() => undefined)
}

/** Raises the error that names the header which node would refuse to send. */
export function checkHeaders(headers: ResponseHeaders): void {
  for (const [name, value] of Object.entries(headers)) {
    try {
      validateHeaderName(name)
      for (const one of typeof value === 'object' ? value : [value]) {
        validateHeaderValue(name, typeof one === 'number' ? String(one) : one)
      }
    } catch (cause) {
      throw badHeader(name, cause)
    }
  }
}

function badHeader(name: string, cause: unknown): SlipwayError {
  const shown = JSON.stringify(name).slice(1, -1)
  return new SlipwayError('SLIPWAY_HTTP_RESPONSE', `the header "${shown}" of the response cannot be sent`, {
    expected: 'a name that is a token and a value without line breaks and control characters',
    cause,
  })
}

/** What the client is told of an error that no filter caught; the rest goes to the log. */
export function errorResponse(error: unknown, req: HttpRequest, log: ErrorLog | undefined): HttpResponse {
  const known = HttpError.from(error)
  if (known?.expose !== true) logError(error, req, log)
  if (known !== null) return known.toResponse(req)
  const { requestId } = req.environ
  return text(
    requestId === undefined ? 'Internal Server Error\n' : `Internal Server Error\n\nRequest ${requestId}\n`,
    500,
  )
}

/** Without the query string, in which people put secrets. That a client hung up is no failure of ours. */
export function logError(error: unknown, req: HttpRequest, log: ErrorLog | undefined): void {
  if (log === undefined || isClientGone(error)) return
  const { requestId } = req.environ
  const path = req.scriptName + req.pathInfo
  const what = error instanceof SlipwayError ? error.message : 'the application failed'
  log.error(
    { err: error, method: req.method, path, ...(requestId === undefined ? {} : { requestId }) },
    `${req.method} ${path}: ${what}`,
  )
}
