// Turns what the app raises into nova's fault bodies: {"itemNotFound": {"code": 404, "message": …}}. Runs in
// workers. A response that the app returns is left as it is, so that an unmatched path stays a plain 404;
// what the client has no business to read is logged and hidden.
import { type Filter, type FilterFactory, HttpError, isClientGone, json } from '../http/index.ts'
import type { HttpRequest, HttpResponse } from '../http/index.ts'
import type { Logger } from '../log/index.ts'
import { isPromise } from './answer.ts'
import { errorCatcher } from './place.ts'

/** The names that clients of compute and block storage know; every other status is a computeFault. */
const names: ReadonlyMap<number, string> = new Map([
  [400, 'badRequest'],
  [401, 'unauthorized'],
  [403, 'forbidden'],
  [404, 'itemNotFound'],
  [405, 'badMethod'],
  [409, 'conflictingRequest'],
  [413, 'overLimit'],
  [415, 'badMediaType'],
  [429, 'overLimit'],
  [501, 'notImplemented'],
  [503, 'serviceUnavailable'],
])

/** The fault as a response, with the headers of the error. An overLimit tells when to come back, when the error does. */
export function faultResponse(
  error: HttpError,
  message = error.message,
  more: Record<string, unknown> = {},
): HttpResponse {
  const { status, headers } = error
  const name = names.get(status) ?? 'computeFault'
  const retryAfter = headers['retry-after']
  const fault: Record<string, unknown> = { code: status, message, ...more }
  if (name === 'overLimit' && retryAfter !== undefined) fault.retryAfter = String(retryAfter)
  return json({ [name]: fault }, status, headers)
}

export function faultWrap(log: Pick<Logger, 'error'>): Filter {
  return (app) => (req) => {
    try {
      const answer = app(req)
      return isPromise(answer) ? answer.catch((error: unknown) => faultOf(error, req, log)) : answer
    } catch (error) {
      return faultOf(error, req, log)
    }
  }
}

function faultOf(error: unknown, req: HttpRequest, log: Pick<Logger, 'error'>): HttpResponse {
  // Nobody is there to read an answer, and the edge knows what that means.
  if (isClientGone(error)) throw error
  const known = HttpError.from(error)
  if (known?.expose === true) return faultResponse(known)
  log.error({ err: error, req: req.node.message }, `${req.method} ${req.scriptName}${req.pathInfo} failed`)
  const { requestId } = req.environ
  const trace = requestId === undefined ? '' : ` The log tells more under ${requestId}.`
  return faultResponse(known ?? new HttpError(500), `The request could not be answered.${trace}`)
}

/** `paste.filter_factory`; takes no settings. */
export const filterFactory = Object.assign(
  ((_globalConf, _settings, { log }) => faultWrap(log)) satisfies FilterFactory,
  { place: { roles: [errorCatcher] } },
)
