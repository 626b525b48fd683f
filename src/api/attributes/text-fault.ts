// What of a text no database and no encoding can keep, although JSON can say it. Pure.

const halfPair = /\p{Surrogate}/u

/**
 * Why a text, or one that stands in a list or an object, cannot be stored; null when all can. PostgreSQL refuses NUL; half
 * of a surrogate pair has no UTF-8, so that something else would come back. For values that nest as deep as bodies may.
 */
export function textFault(value: unknown): string | null {
  if (typeof value === 'string') {
    if (value.includes('\0')) return 'it has a NUL character in it'
    return halfPair.test(value) ? 'it has half of a surrogate pair in it, which is no Unicode' : null
  }
  if (typeof value !== 'object' || value === null) return null
  for (const [key, one] of Object.entries(value)) {
    const fault = textFault(key) ?? textFault(one)
    if (fault !== null) return fault
  }
  return null
}
