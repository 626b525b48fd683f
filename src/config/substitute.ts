// `$name`, `${name}` and `${group.name}` in a value (oslo.config's rules, which are those of Python's
// string.Template). Pure: what a name stands for is asked of the caller.

// A name holds letters, digits, "_" and "."; the dot is greedy, so `$host.` asks for "host.".
const reference = /\$(?:(\$)|([_a-z][._a-z0-9]*)|\{([_a-z][._a-z0-9]*)\})/giu

/** `$$` and `\$` make a dollar; a dollar before anything else stays. */
export function substitute(text: string, valueOf: (name: string) => string): string {
  if (!text.includes('$')) return text
  return text
    .replaceAll(String.raw`\$`, '$$$$')
    .replaceAll(reference, (_all, escaped?: string, named?: string, braced?: string) =>
      escaped === undefined ? valueOf(named ?? braced ?? '') : '$',
    )
}

/** The same for a value given in code: the texts inside lists and dicts, keys included. */
export function substituteWithin(value: unknown, valueOf: (name: string) => string): unknown {
  if (typeof value === 'string') return substitute(value, valueOf)
  if (Array.isArray(value)) return value.map((part) => substituteWithin(part, valueOf))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [substitute(key, valueOf), substituteWithin(part, valueOf)]),
  )
}
