// Keeps secrets out of log lines by the names of fields and headers, at any depth.
// pino's own redaction knows exact paths only: `*.token` does not reach `a.b.token`.

const secretName =
  /(?:password|passwd|passphrase|admin_?pass|secret|token|credentials?|(?:api|private|access)[-_]?key|authorization|cookie)$/iu

/** Deeper things are cut off: a line is no place for them, and a circle would have no end. */
const deepest = 10

const masked = '****'

/** Whether a field or header of this name must not be shown. */
export function isSecretName(name: string): boolean {
  return secretName.test(name)
}

/** The object itself when it holds no secret, else a copy without them. Never throws. */
export function redact(object: Record<string, unknown>): Record<string, unknown> {
  try {
    return redactObject(object, 0)
  } catch (error) {
    // A getter that throws must not end the request that is logged.
    return { unreadable: error instanceof Error ? error.message : 'an object that cannot be read' }
  }
}

function redactObject(object: Record<string, unknown>, depth: number): Record<string, unknown> {
  let copy: Record<string, unknown> | null = null
  for (const [key, value] of Object.entries(object)) {
    // A request stays whole for the serializer of that name, which redacts it again.
    if (depth === 0 && key === 'req') continue
    const shown = isSecretName(key) && isTelling(value) ? masked : redactValue(value, depth + 1)
    if (shown === value) continue
    copy ??= { ...object }
    copy[key] = shown
  }
  return copy ?? object
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  // What renders itself does so in pino; errors have their serializer.
  if (value instanceof Error || ('toJSON' in value && typeof value.toJSON === 'function')) return value
  if (depth > deepest) return '…'
  // A socket or a request would bring its raw headers, and the whole process behind it.
  if ('emit' in value && typeof value.emit === 'function') return `[${value.constructor.name}]`
  if (!Array.isArray(value)) return redactObject(value as Record<string, unknown>, depth)
  const parts = value.map((part) => redactValue(part, depth + 1))
  return parts.some((part, index) => part !== value[index]) ? parts : value
}

function isTelling(value: unknown): boolean {
  return value !== null && value !== undefined && typeof value !== 'boolean' && value !== ''
}
