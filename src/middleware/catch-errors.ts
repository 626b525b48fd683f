// Turns whatever the app raises into a response, so that the filters outside see one, and logs what is
// no business of the client's. Runs in workers. An HttpError is a response already and keeps its status.
import {
  type Filter,
  type FilterFactory,
  HttpError,
  type HttpRequest,
  type HttpResponse,
  isClientGone,
} from '../http/index.ts'
import type { Logger } from '../log/index.ts'
import { isPromise } from './answer.ts'
import { errorCatcher } from './place.ts'

export function catchErrors(log: Pick<Logger, 'error'>): Filter {
  return (app) => (req) => {
    try {
      const answer = app(req)
      return isPromise(answer) ? answer.catch((error: unknown) => responseOf(error, req, log)) : answer
    } catch (error) {
      return responseOf(error, req, log)
    }
  }
}

function responseOf(error: unknown, req: HttpRequest, log: Pick<Logger, 'error'>): HttpResponse {
  // Nobody is there to read an answer, and the edge knows what that means.
  if (isClientGone(error)) throw error
  const known = HttpError.from(error)
  if (known?.expose === true) return known.toResponse(req)
  // The logger masks tokens and cookies in what it writes of `req`.
  log.error({ err: error, req: req.node.message }, `${req.method} ${req.scriptName}${req.pathInfo} failed`)
  if (known !== null) return known.toResponse(req)
  const { requestId } = req.environ
  const trace = requestId === undefined ? '' : ` The log tells more under ${requestId}.`
  return new HttpError(500, `The request could not be answered.${trace}`, { expose: true }).toResponse(req)
}

/** `paste.filter_factory`; takes no settings. */
export const filterFactory = Object.assign(
  ((_globalConf, _settings, { log }) => catchErrors(log)) satisfies FilterFactory,
  { place: { roles: [errorCatcher] } },
)
