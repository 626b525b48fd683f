// An error as plain data, so that a worker can tell its master why it failed, and back again: the
// master throws what the worker could not. A user's stack goes along untouched.
import { inspect } from 'node:util'
import { type Diagnostic, type ErrorCode, isSlipwayError, SlipwayError } from '../errors.ts'

export interface Failure {
  readonly code: ErrorCode
  readonly message: string
  readonly problems: readonly Diagnostic[]
  readonly original: string | null
  /** The user's own error at the bottom of it; null when the fault is none of code but of configuration. */
  readonly thrown: { readonly name: string; readonly message: string; readonly stack: string } | null
}

/** `code` and `message` speak for an error that is not ours. */
export function toFailure(error: unknown, code: ErrorCode, message: string): Failure {
  const ours = asSlipwayError(error, code, message)
  const { problems, original } = ours
  return { code: ours.code, message: ours.message, problems, original, thrown: thrownBy(userCause(ours)) }
}

/** The error itself when it is ours, else one of ours with it as the cause. */
export function asSlipwayError(error: unknown, code: ErrorCode, message: string): SlipwayError {
  return isSlipwayError(error)
    ? error
    : new SlipwayError(code, `${message}: ${describeThrown(error)}`, { cause: error })
}

export function fromFailure(failure: Failure): SlipwayError {
  const [first] = failure.problems
  return new SlipwayError(failure.code, failure.message, {
    where: first?.where,
    found: first?.found ?? undefined,
    expected: first?.expected ?? undefined,
    alternatives: first?.alternatives,
    hint: first?.hint ?? undefined,
    original: failure.original ?? undefined,
    problems: failure.problems,
    cause: failure.thrown === null ? undefined : Object.assign(new Error(failure.thrown.message), failure.thrown),
  })
}

/** `TypeError: x is not a function`; any value can be thrown. */
export function describeThrown(thrown: unknown): string {
  return thrown instanceof Error
    ? `${thrown.name}: ${thrown.message}`
    : inspect(thrown, { depth: 1, breakLength: Infinity })
}

/** The first cause that is not ours. System errors below a diagnostic stay out: the diagnostic has said it better. */
function userCause(error: SlipwayError): unknown {
  let cause: unknown = error.cause
  while (isSlipwayError(cause)) cause = cause.cause
  return cause instanceof Error && 'syscall' in cause ? undefined : cause
}

function thrownBy(error: unknown): Failure['thrown'] {
  if (error === undefined) return null
  if (!(error instanceof Error)) return { name: 'Error', message: describeThrown(error), stack: describeThrown(error) }
  return { name: error.name, message: error.message, stack: error.stack ?? describeThrown(error) }
}
