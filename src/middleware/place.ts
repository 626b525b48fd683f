// Where the filters that ship belong in a pipeline: the words that they and those of others share. Data for
// `slipway check`; no request meets it.
import type { Place } from '../http/index.ts'

/** Turns away who does not say who he is. */
export const authentication = 'auth'

/** Makes responses of exceptions. */
export const errorCatcher = 'catch-errors'

/** Reads the body of requests before the app does. */
export const bodyReader = 'body-reader'

/** For `outside` and `inside`. */
export function ofAuthentication(reason: string): Required<Place>['outside'] {
  return { [authentication]: reason }
}
