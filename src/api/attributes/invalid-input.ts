// The 400 answers of this room. Two kinds, as the original has them: a value that an attribute does not take
// (`HttpError` with a ready text) and one that a conversion refuses, whose text has a frame of its own.
import { HttpError } from '../../http/index.ts'

/** A 400 whose text is sent as it is. */
export class BadRequest extends HttpError {
  override readonly name: string = 'HTTPBadRequest'

  constructor(message: string) {
    super(400, message)
  }
}

/** Thrown by converters, and by validators of your own that need another frame than "Invalid input for …". */
export class InvalidInput extends HttpError {
  override readonly name: string = 'InvalidInput'

  constructor(reason: string) {
    super(400, `Invalid input for operation: ${reason}.`)
  }
}
