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
import { withErrors } from './answer.ts'
import { errorCatcher } from './place.ts'

export function catchErrors(log: Pick<Logger, 'error'>): Filter {
  return errorFilter(log, (req, known, hidden) => {
    const error = known ?? new HttpError(500, hidden ?? undefined, { expose: true })
    return error.toResponse(req)
  })
}

/**
 * The answer to an error.
 * @param known the error as an HttpError, if it is one
 * @param hidden what the client is told of an error that is not for him, which has been logged; null for one that is
 */
type AnswerTo = (req: HttpRequest, known: HttpError | null, hidden: string | null) => HttpResponse

/** A filter that answers whatever the app raises. */
export function errorFilter(log: Pick<Logger, 'error'>, answerTo: AnswerTo): Filter {
  const caught = (error: unknown, req: HttpRequest): HttpResponse => {
    // Nobody is there to read an answer, and the edge knows what that means.
    if (isClientGone(error)) throw error
    const known = HttpError.from(error)
    if (known?.expose === true) return answerTo(req, known, null)
    // The logger masks tokens and cookies in what it writes of `req`.
    log.error({ err: error, req: req.node.message }, `${req.method} ${req.scriptName}${req.pathInfo} failed`)
    const { requestId } = req.environ
    const trace = requestId === undefined ? '' : ` The log tells more under ${requestId}.`
    return answerTo(req, known, `The request could not be answered.${trace}`)
  }
  return (app) => (req) => withErrors(app, req, caught)
}

/** `paste.filter_factory`; takes no settings. */
export const filterFactory = Object.assign(
  ((_globalConf, _settings, { log }) => catchErrors(log)) satisfies FilterFactory,
  { place: { roles: [errorCatcher] } },
)
