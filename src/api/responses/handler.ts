// Functions that answer with what is at hand, as apps and filters: WebOb's wsgify. Runs in workers. Strings are text, not
// HTML as in WebOb: what a client sent must not become markup because somebody returned it.
import {
  type App,
  type Filter,
  HttpError,
  type HttpRequest,
  type HttpResponse,
  empty,
  json,
  text,
} from '../../http/index.ts'
import { isResponse, isThenable, notAResponse } from '../../http/normalise.ts'

/**
 * What a handler may answer with: a response, a string (text), bytes, a plain object or an array (JSON), nothing (204), an
 * HttpError, another app (called with the request); or a promise of one of them. Apps are told by being functions.
 */
export type Answer = HttpResponse | HttpError | string | Uint8Array | object | App | null | undefined | void

/** An App of a function. An HttpError that it throws is an answer, too, if its client may read it; other errors pass. */
export function handler(answer: (req: HttpRequest) => Answer | Promise<Answer>): App {
  return (req) => respond(req, () => answer(req))
}

/** A Filter of a function of the request and the app inside, which answers as handlers do. */
export function middleware(answer: (req: HttpRequest, app: App) => Answer | Promise<Answer>): Filter {
  return (app) => (req) => respond(req, () => answer(req, app))
}

function respond(req: HttpRequest, ask: () => unknown): HttpResponse | Promise<HttpResponse> {
  const refuse = (error: unknown): HttpResponse => {
    const known = HttpError.from(error)
    if (known?.expose !== true) throw error
    return known.toResponse(req)
  }
  try {
    const value = toResponse(req, ask())
    return value instanceof Promise ? value.catch(refuse) : value
  } catch (error) {
    return refuse(error)
  }
}

function toResponse(req: HttpRequest, value: unknown): HttpResponse | Promise<HttpResponse> {
  if (isThenable(value)) return Promise.resolve(value).then((settled) => toResponse(req, settled))
  if (isResponse(value)) return value
  if (typeof value === 'string') return text(value)
  if (value === null || value === undefined) return empty()
  if (value instanceof Uint8Array) {
    return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: value }
  }
  if (value instanceof HttpError) return value.toResponse(req)
  if (typeof value === 'function') return toResponse(req, (value as (req: HttpRequest) => unknown)(req))
  if (isPlain(value)) return json(value)
  throw notAResponse(value)
}

function isPlain(value: unknown): boolean {
  if (Array.isArray(value)) return true
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}
