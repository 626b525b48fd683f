// Turns what the app raises into nova's fault bodies: {"itemNotFound": {"code": 404, "message": …}}. Runs in
// workers. A response that the app returns is left as it is, so that an unmatched path stays a plain 404;
// what the client has no business to read is logged and hidden.
import { type Filter, type FilterFactory, HttpError, type HttpResponse, json } from '../http/index.ts'
import type { Logger } from '../log/index.ts'
import { errorFilter } from './catch-errors.ts'
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
  return errorFilter(log, (_req, known, hidden) => {
    const error = known ?? new HttpError(500)
    return faultResponse(error, hidden ?? error.message)
  })
}

/** `paste.filter_factory`; takes no settings. */
export const filterFactory = Object.assign(
  ((_globalConf, _settings, { log }) => faultWrap(log)) satisfies FilterFactory,
  { place: { roles: [errorCatcher] } },
)
