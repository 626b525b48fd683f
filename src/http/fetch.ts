// A Fetch handler as an app: (Request) => Response, the form of Hono and of serverless platforms. The
// Request is a real one, so that it can be cloned, wrapped and handed to `fetch`.
import { Readable } from 'node:stream'
import type { App, HttpResponse, ResponseHeaders } from './contract.ts'
import { announcesBody } from './message.ts'
import { STATUS_CODES } from './node-http.ts'
import { isThenable, notAResponse } from './normalise.ts'
import type { HttpRequest } from './request.ts'
import { HttpError } from './responses.ts'

export type FetchHandler = (request: Request) => Response | Promise<Response>

/** A Fetch handler as an app. Its `request.url` is the whole one, with the mount. */
export function fromFetch(handler: FetchHandler): App {
  return (req) => {
    const answer: unknown = handler(toRequest(req))
    return isThenable(answer) ? Promise.resolve(answer).then(toValue) : toValue(answer)
  }
}

function toRequest(req: HttpRequest): Request {
  const { method } = req
  const url = `${req.applicationUrl}${req.pathInfo}${req.queryString === '' ? '' : `?${req.queryString}`}`
  const init: RequestInit = { method, headers: headerPairs(req), signal: req.signal }
  if (announcesBody(req) && method !== 'GET' && method !== 'HEAD') {
    init.body = Readable.toWeb(req.body.stream()) as ReadableStream
    init.duplex = 'half'
  }
  try {
    return new Request(url, init)
  } catch (cause) {
    // A Host header that is no host, a method that Fetch forbids.
    throw new HttpError(400, 'The request cannot be understood.', { cause })
  }
}

function headerPairs(req: HttpRequest): [string, string][] {
  return Object.entries(req.headers).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value ?? '']).map((one): [string, string] => [name, one]),
  )
}

function toValue(answer: unknown): HttpResponse {
  if (!isFetchResponse(answer)) throw notAResponse(answer)
  const headers: ResponseHeaders = Object.create(null) as ResponseHeaders
  for (const [name, value] of answer.headers) headers[name] = value
  const cookies = answer.headers.getSetCookie()
  if (cookies.length > 0) headers['set-cookie'] = cookies
  const body = answer.body === null ? null : Readable.fromWeb(answer.body)
  const response: HttpResponse = { status: answer.status, headers, body }
  const { statusText } = answer
  if (statusText !== '' && statusText !== STATUS_CODES[answer.status]) response.reason = statusText
  return response
}

/** By its shape: the Response of an installed undici or of a polyfill is another class. */
function isFetchResponse(value: unknown): value is Response {
  if (value instanceof Response) return true
  if (typeof value !== 'object' || value === null || !('headers' in value) || !('status' in value)) return false
  const headers: unknown = value.headers
  return 'body' in value && typeof headers === 'object' && headers !== null && 'getSetCookie' in headers
}
