// Refuses bodies that are larger than the operator allows: by their length at once, without a length
// when the app reads past the limit. Runs in workers.
import { type Filter, type FilterFactory, HttpError, type HttpRequest } from '../http/index.ts'
import { bodyReader } from './place.ts'
import { osloMiddlewareGroup, type OsloMiddlewareSettings } from './options.ts'

export function sizelimit(bytes: number): Filter {
  const message = `Request is too large. Larger than max_request_body_size (${bytes}).`
  return (app) => (req) => {
    const length = req.headers['content-length']
    // node reads no more than the length of a body says, so that one needs no watch.
    if (length === undefined) {
      if (mayHaveBody(req)) req.bodyLimit = bytes
    } else if (Number(length) > bytes) return new HttpError(413, message).toResponse(req)
    return app(req)
  }
}

/** RFC 9112 §6.3: without a length and without a coding there is no body. In HTTP/2 there may be one. */
function mayHaveBody({ node: { message } }: HttpRequest): boolean {
  return message.headers['transfer-encoding'] !== undefined || message.httpVersionMajor !== 1
}

/** `paste.filter_factory` */
export const filterFactory = Object.assign(
  (_globalConf: object, settings: Pick<OsloMiddlewareSettings, 'max_request_body_size'>) =>
    sizelimit(settings.max_request_body_size),
  {
    options: osloMiddlewareGroup,
    place: { roles: ['sizelimit'], outside: { [bodyReader]: 'it reads the body before there is a limit' } },
  },
) satisfies FilterFactory<OsloMiddlewareSettings>
