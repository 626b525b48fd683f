// The diagnostic error that an action ends with; anything else fails the test that asks.
import { isSlipwayError, type SlipwayError } from '../src/errors.ts'

/** What a call throws. */
export function faultOf(action: () => unknown): SlipwayError {
  try {
    action()
  } catch (error) {
    if (isSlipwayError(error)) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

/** What a promise rejects with. */
export async function rejectionOf(action: Promise<unknown>): Promise<SlipwayError> {
  const error: unknown = await action.then(
    () => new Error('it was accepted'),
    (fault: unknown) => fault,
  )
  if (isSlipwayError(error)) return error
  throw error
}
