// How errors look in the body of an API's answers: one formatter per style of API, and the map from an API's own
// exceptions to statuses. Runs in workers. Status and headers come from the error whatever the style is.
import { HttpError, type HttpRequest, type HttpResponse, json } from '../../http/index.ts'
import { faultResponse } from '../../middleware/fault-wrap.ts'
import { InternalError, NotImplemented } from './http-errors.ts'

/** Makes the answer to an error, which may show its `told` message. */
export type Fault = (error: HttpError, req: HttpRequest) => HttpResponse

/** The message for the client: an error that is not for his eyes has its title only. */
export function told(error: HttpError): string {
  return error.expose ? error.message : error.title
}

/** `{"error": {"code": 404, "message": …}}`, with `title` and `detail` where the error has them of its own. */
export const errorFault: Fault = (error) => {
  const { status, detail } = error
  const own = error.expose && detail !== null ? { detail } : {}
  return json({ error: { code: status, message: told(error), ...own } }, status, error.headers)
}

/** Nova's: `{"itemNotFound": {"code": 404, "message": …}}`; an overLimit tells `retryAfter`, too. */
export const novaFault: Fault = (error) => faultResponse(error, told(error))

/**
 * Neutron's, and tacker's with the key `TackerError`: `{"NeutronError": {"type": "NetworkNotFound", "message": …, "detail": ""}}`,
 * where the type is the name of the error's class. What is not implemented has the key `NotImplementedError`.
 */
export function neutronFault(key = 'NeutronError'): Fault {
  return (error) => {
    const { status, name, expose, detail } = error
    const type = expose && !(error instanceof InternalError) ? name : 'HTTPInternalServerError'
    const body = { type, message: told(error), detail: expose ? (detail ?? '') : '' }
    const used = error instanceof NotImplemented ? 'NotImplementedError' : key
    return json({ [used]: body }, status, error.headers)
  }
}

/** An exception of somebody else's, and the status that it means. */
export type FaultMapping = readonly [type: abstract new (...args: never[]) => Error, status: number]

/**
 * The HttpError that an error is or, by the first mapping that fits, means; null for one that nobody foresaw. A mapped error keeps its name,
 * and its message is for the client.
 */
export function mapError(error: unknown, mappings: readonly FaultMapping[]): HttpError | null {
  // What is ours already may be mapped, too: the more special knowledge is that of the API.
  for (const [type, status] of mappings) {
    if (!(error instanceof type)) continue
    const { message, name } = error
    return Object.assign(new HttpError(status, message, { expose: true, cause: error }), { name })
  }
  return HttpError.from(error)
}
