// How deep a body may nest. Everything that walks a body afterwards (texts, comparison, serialisation) may recurse
// because this does not.

/** More than any API has; a tenth of what the Python original can take before its stack ends. */
export const deepest = 64

/** Whether lists and objects stand in one another more than `limit` times. */
export function isDeeperThan(value: unknown, limit = deepest): boolean {
  let level = [value]
  for (let depth = 0; level.length > 0; depth += 1) {
    const next: unknown[] = []
    for (const one of level) {
      if (typeof one !== 'object' || one === null) continue
      if (depth >= limit) return true
      for (const child of Array.isArray(one) ? (one as unknown[]) : Object.values(one)) {
        if (typeof child === 'object' && child !== null) next.push(child)
      }
    }
    level = next
  }
  return false
}

/** A text that is the same for equal values, whatever the order of their keys. A boolean equals no number here. */
export function identityOf(value: unknown, depth = 0): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return String(value)
  if (depth > deepest) throw new RangeError('a value to compare is nested too deep')
  if (Array.isArray(value)) return `[${value.map((item) => identityOf(item, depth + 1)).join(',')}]`
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, one]) => `${JSON.stringify(key)}:${identityOf(one, depth + 1)}`).join(',')}}`
}
