// The right side of a check: literal text and `%(name)s`, filled from the target; and the text that Python's str()
// gives a value, as checks compare texts. Pure. Of Python's formats only `%(name)s` and `%%` are read.
import type { Fault, PolicyValues } from './tree.ts'

export interface Template {
  /** The names that it takes from the target. */
  readonly keys: readonly string[]
  /** Null when the target lacks one of them. */
  render(target: PolicyValues): string | null
}

/** The template, or what is wrong in it. Places count from `at`, where the text stands in its rule. */
export function parseTemplate(text: string, at = 0): Template | Fault {
  const texts: string[] = ['']
  const keys: string[] = []
  for (let i = 0; i < text.length; i += 1) {
    if (text[i] !== '%') {
      texts[keys.length] += text[i] ?? ''
      continue
    }
    if (text[i + 1] === '%') {
      texts[keys.length] += '%'
      i += 1
      continue
    }
    const end = text[i + 1] === '(' ? closingOf(text, i + 1) : -1
    if (end === -1 || text[end + 1] !== 's') return malformed(text, i, at)
    keys.push(text.slice(i + 2, end))
    texts.push('')
    i = end + 1
  }
  return { keys, render: rendererOf(texts, keys) }
}

function malformed(text: string, i: number, at: number): Fault {
  return {
    message: `"${text.slice(i)}" is no template`,
    at: at + i,
    length: text.length - i,
    expected: '%(name)s, or %% for a percent sign',
  }
}

/** Parentheses in a name come in pairs, as Python counts them. */
function closingOf(text: string, opening: number): number {
  let depth = 0
  for (let i = opening; i < text.length; i += 1) {
    if (text[i] === '(') depth += 1
    else if (text[i] === ')') depth -= 1
    if (depth === 0) return i
  }
  return -1
}

function rendererOf(texts: readonly string[], keys: readonly string[]): Template['render'] {
  const [first = '', last = ''] = texts
  const [key] = keys
  if (key === undefined) return () => first
  // Nearly every template of real files: one name and nothing else.
  if (keys.length === 1 && first === '' && last === '') return (target) => textAt(target, key)
  return (target) => {
    let rendered = first
    for (const [index, name] of keys.entries()) {
      const value = textAt(target, name)
      if (value === null) return null
      rendered += value + (texts[index + 1] ?? '')
    }
    return rendered
  }
}

function textAt(target: PolicyValues, key: string): string | null {
  const value = target[key]
  if (typeof value === 'string') return value
  return value !== undefined && Object.hasOwn(target, key) ? pythonText(value) : null
}

/** A value as Python's str() writes it: rule files were written for these texts (`is_admin:True`). */
export function pythonText(value: unknown): string {
  return typeof value === 'string' ? value : literal(value, 0)
}

/** What lies deeper is no value of an API, but something that holds itself. */
const deepestValue = 50

function literal(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return quoted(value)
    case 'undefined':
      return 'None'
    case 'boolean':
      return value ? 'True' : 'False'
    case 'object': {
      if (value === null) return 'None'
      if (depth > deepestValue) return '...'
      if (Array.isArray(value)) return `[${value.map((item) => literal(item, depth + 1)).join(', ')}]`
      const pairs = Object.entries(value).map(([key, inner]) => `${quoted(key)}: ${literal(inner, depth + 1)}`)
      return `{${pairs.join(', ')}}`
    }
    default:
      return String(value)
  }
}

function quoted(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'"
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t').replaceAll('\r', '\\r')
  return mark + (mark === "'" ? escaped.replaceAll("'", "\\'") : escaped) + mark
}

/** A left side that is a value and no path into the credentials: `'Member'`, `True`, `42`. Null for a path. */
export function literalText(side: string): string | null {
  if (side === 'True' || side === 'False' || side === 'None') return side
  const string = /^(["'])((?:[^\\]|\\.)*)\1$/su.exec(side)
  if (string && !unescapedQuote(string[2] ?? '', string[1] ?? '')) return unescaped(string[2] ?? '')
  const digits = side.replaceAll(/(?<=[\da-fA-F])_(?=[\da-fA-F])/gu, '')
  if (/^[+-]?(?:0[xX][\da-fA-F]+|0[oO][0-7]+|0[bB][01]+|0+|[1-9]\d*)$/u.test(digits)) return integerText(digits)
  if (/^[+-]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][+-]?\d+)?$/u.test(digits) && /[.eE]/u.test(digits)) {
    return floatText(Number(digits))
  }
  return null
}

function unescapedQuote(inner: string, quote: string): boolean {
  return inner.replaceAll(/\\./gsu, '').includes(quote)
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\', "'": "'", '"': '"' }

function unescaped(inner: string): string {
  return inner.replaceAll(/\\(.)/gsu, (whole, character: string) => escapes[character] ?? whole)
}

function integerText(digits: string): string {
  const magnitude = BigInt(digits.replace(/^[+-]/u, ''))
  return String(digits.startsWith('-') ? -magnitude : magnitude)
}

/** Python's repr of a float. */
function floatText(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (Object.is(value, -0)) return '-0.0'
  const size = Math.abs(value)
  if (size === 0 || (size >= 1e-4 && size < 1e16)) return Number.isInteger(value) ? `${value}.0` : String(value)
  return value.toExponential().replace(/e([+-])(\d)$/u, 'e$10$2')
}
