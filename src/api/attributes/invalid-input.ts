// The 400 answers of this room, under the names that the original's clients see. Two kinds: what a request or an
// attribute may not be, with a ready text, and what a conversion refuses, with a frame around its reason.
import { BadRequest } from '../responses/http-errors.ts'

/** A 400 whose text is sent as it is. */
export class RefusedInput extends BadRequest {
  override readonly name: string = 'HTTPBadRequest'
}

/** Thrown by converters, and by validators of your own that need another frame than "Invalid input for …". */
export class InvalidInput extends BadRequest {
  override readonly name: string = 'InvalidInput'

  constructor(reason: string) {
    super(`Invalid input for operation: ${reason}.`)
  }
}
