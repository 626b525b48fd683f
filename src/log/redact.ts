// Keeps secrets out of log lines by the names of fields and headers, at any depth.
// pino's own redaction knows exact paths only: `*.token` does not reach `a.b.token`.

import { isSecretName as saysSecret } from '../ini/index.ts'

/** Deeper things are cut off: a line is no place for them, and a circle would have no end. */
const deepest = 10

const masked = '****'

// The names of a program's fields are few and always the same; those of users' records may be without end.
const answers = new Map<string, boolean>()
const mostAnswers = 2000

/** Names beyond the pattern's: `connection`, because an option of that name is secret. */
export type SecretNames = ReadonlySet<string>

const none: SecretNames = new Set()

/** Whether a field or header of this name must not be shown: what ini/ says, remembered, because every line asks. */
export function isSecretName(name: string): boolean {
  const known = answers.get(name)
  if (known !== undefined) return known
  if (answers.size >= mostAnswers) answers.clear()
  const answer = saysSecret(name)
  answers.set(name, answer)
  return answer
}

/** The object itself when it holds no secret, else a copy without them. Never throws. */
export function redact(object: Record<string, unknown>, names: SecretNames = none): Record<string, unknown> {
  try {
    return redactObject(object, names, 0)
  } catch (error) {
    // A getter that throws must not end the request that is logged.
    return { unreadable: error instanceof Error ? error.message : 'an object that cannot be read' }
  }
}

/** A URL, or the part from its query on, with the values of secret parameters and the password of its user masked. */
export function redactUrl(url: string): string {
  const open = url.includes('@') ? url.replace(/^([a-z][a-z\d+.-]*:\/\/[^/?#:@]*):[^/?#@]*@/iu, `$1:${masked}@`) : url
  const query = open.indexOf('?')
  return query === -1 ? open : open.slice(0, query + 1) + redactQuery(open.slice(query + 1))
}

/** `a=1&token=x` with `token=****`. */
export function redactQuery(query: string): string {
  return query
    .split('&')
    .map((pair) => {
      const equals = pair.indexOf('=')
      return equals !== -1 && isSecretName(pair.slice(0, equals)) ? `${pair.slice(0, equals)}=${masked}` : pair
    })
    .join('&')
}

function redactObject(object: Record<string, unknown>, names: SecretNames, depth: number): Record<string, unknown> {
  let copy: Record<string, unknown> | null = null
  for (const key in object) {
    if (!Object.hasOwn(object, key)) continue
    // A request stays whole for the serializer of that name, which redacts it again.
    if (depth === 0 && key === 'req') continue
    const value = object[key]
    const isSecret = isSecretName(key) || (names.size > 0 && names.has(key))
    // Most values are texts and numbers under harmless names: they must cost next to nothing.
    if (!isSecret && (typeof value !== 'object' || value === null)) continue
    const shown = isSecret && isTelling(value) ? masked : redactValue(value, names, depth + 1)
    if (shown === value) continue
    copy ??= { ...object }
    copy[key] = shown
  }
  return copy ?? object
}

function redactValue(value: unknown, names: SecretNames, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  // What renders itself does so in pino; errors have their serializer.
  if (value instanceof Error || ('toJSON' in value && typeof value.toJSON === 'function')) return value
  if (depth > deepest) return '…'
  // A socket or a request would bring its raw headers, and the whole process behind it.
  if ('emit' in value && typeof value.emit === 'function') return `[${value.constructor.name}]`
  if (!Array.isArray(value)) return redactObject(value as Record<string, unknown>, names, depth)
  const parts = value.map((part) => redactValue(part, names, depth + 1))
  return parts.some((part, index) => part !== value[index]) ? parts : value
}

function isTelling(value: unknown): boolean {
  return value !== null && value !== undefined && typeof value !== 'boolean' && value !== ''
}
