// The errors of an API by name: throw one, extend one. Runs in workers. They are HttpErrors, so every filter and the
// edge know them; how their bodies look is the fault formatter's (faults.ts).
import { HttpError, type HttpErrorParts } from '../../http/index.ts'

/** 400 */
export class BadRequest extends HttpError {
  constructor(message?: string, parts?: HttpErrorParts) {
    super(400, message, parts)
  }
}

/** 401 */
export class Unauthorized extends HttpError {
  constructor(message?: string, parts?: HttpErrorParts) {
    super(401, message, parts)
  }
}

/** 403 */
export class Forbidden extends HttpError {
  constructor(message?: string, parts?: HttpErrorParts) {
    super(403, message, parts)
  }
}

/** 403, by the name that OpenStack's libraries have for it. */
export class NotAuthorized extends Forbidden {}

/** 404 */
export class NotFound extends HttpError {
  constructor(message?: string, parts?: HttpErrorParts) {
    super(404, message, parts)
  }
}

/** 405, with what is allowed. */
export class MethodNotAllowed extends HttpError {
  constructor(allow: readonly string[], message?: string, parts: HttpErrorParts = {}) {
    super(405, message, { ...parts, headers: { allow: allow.join(', '), ...parts.headers } })
  }
}

/** 406 */
export class NotAcceptable extends HttpError {
  constructor(message?: string, parts?: HttpErrorParts) {
    super(406, message, parts)
  }
}

/** 409 */
export class Conflict extends HttpError {
  constructor(message?: string, parts?: HttpErrorParts) {
    super(409, message, parts)
  }
}

/** 409: what others still refer to. */
export class InUse extends Conflict {}

/** 410 */
export class Gone extends HttpError {
  constructor(message?: string, parts?: HttpErrorParts) {
    super(410, message, parts)
  }
}

/** 412: a condition of the request (`If-Match` and its like) does not hold. */
export class PreconditionFailed extends HttpError {
  constructor(message?: string, parts?: HttpErrorParts) {
    super(412, message, parts)
  }
}

/** 413 */
export class ContentTooLarge extends HttpError {
  constructor(message?: string, parts?: HttpErrorParts) {
    super(413, message, parts)
  }
}

/** 415, with what would be taken (RFC 9110 §15.5.16). */
export class UnsupportedMediaType extends HttpError {
  constructor(taken: readonly string[], message?: string, parts: HttpErrorParts = {}) {
    super(415, message, { ...parts, headers: { accept: taken.join(', '), ...parts.headers } })
  }
}

/** 416, with the length of what was asked for (RFC 9110 §14.4). */
export class RangeNotSatisfiable extends HttpError {
  constructor(size: number, message?: string, parts: HttpErrorParts = {}) {
    super(416, message, { ...parts, headers: { 'content-range': `bytes */${size}`, ...parts.headers } })
  }
}

/** 422 */
export class UnprocessableContent extends HttpError {
  constructor(message?: string, parts?: HttpErrorParts) {
    super(422, message, parts)
  }
}

/** 428: a change without a condition, where one is demanded (RFC 6585). */
export class PreconditionRequired extends HttpError {
  constructor(message?: string, parts?: HttpErrorParts) {
    super(428, message, parts)
  }
}

/** 429; `retryAfter` in seconds. */
export class TooManyRequests extends HttpError {
  constructor(retryAfter: number, message?: string, parts: HttpErrorParts = {}) {
    super(429, message, { ...parts, headers: { 'retry-after': retryAfter, ...parts.headers } })
  }
}

/** 500, with a message for the client: nothing of the error that it stands for may be in it. */
export class InternalError extends HttpError {
  constructor(message?: string, parts?: HttpErrorParts) {
    super(500, message, { expose: true, ...parts })
  }
}

/** 501: known, but not by this plugin or driver. Its message is for the client. */
export class NotImplemented extends HttpError {
  constructor(message?: string, parts?: HttpErrorParts) {
    super(501, message, { expose: true, ...parts })
  }
}

/** 503: a part behind the API does not answer now. Its message is for the client. */
export class ServiceUnavailable extends HttpError {
  constructor(message?: string, parts?: HttpErrorParts) {
    super(503, message, { expose: true, ...parts })
  }
}
