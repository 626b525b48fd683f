// Which of the forms of an answer a client prefers. The library is loaded by the first client that has a
// preference: probes and most programs have none, and no start needs it.
import { negotiator } from '../lazy-packages.ts'

/** The best of `types` for an Accept header; text for a request without one, or for a client that wants none of them. */
export function preferredType(accept: string | undefined, types: readonly string[]): string {
  if (accept === undefined || accept === '') return 'text/plain'
  if (accept === '*/*') return types[0] ?? 'text/plain'
  const Parser = negotiator()
  return new Parser({ headers: { accept } }).mediaType([...types]) ?? 'text/plain'
}
