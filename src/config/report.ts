// One error for many problems, with the text that oslo.config has for the first of them. A diagnostic is
// what users see as JSON and has no room for that text, so it is kept beside it.
import { type Diagnostic, errorOf, type SlipwayError } from '../errors.ts'

const originals = new WeakMap<Diagnostic, string>()

/** Remembers what the original says of this problem; null says nothing. */
export function withOriginal(problem: Diagnostic, original: string | null): Diagnostic {
  if (original !== null) originals.set(problem, original)
  return problem
}

/** Throws when no problem is an error. */
export function reportOf(problems: readonly Diagnostic[]): SlipwayError {
  const first = problems.find(isError)
  return errorOf(problems, { original: first && originals.get(first) })
}

/** The problems of an error that becomes part of a report. */
export function problemsOf(error: SlipwayError): readonly Diagnostic[] {
  const first = error.problems.find(isError)
  if (first) withOriginal(first, error.original)
  return error.problems
}

export function isError(problem: Diagnostic): boolean {
  return problem.severity === 'error'
}
