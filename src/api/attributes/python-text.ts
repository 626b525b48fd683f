// Values in the texts of 400 answers, written as Python's str() and repr() write them: clients compare these
// texts. Pure. JSON's 1 and 1.0 are one number here, so both read `1`; what is nested deeper than a body may be
// reads `...`, and a text ends after a few thousand characters: it is an answer to a person, not an echo.
import { deepest } from './depth.ts'

const longest = 4000

/** `str(value)`: a string as it is, anything else as its repr. */
export function str(value: unknown): string {
  return shortened(typeof value === 'string' ? value : written(value, 0))
}

/** `repr(value)`. */
export function repr(value: unknown): string {
  return shortened(written(value, 0))
}

/** `repr(set(names))`; in the order given, as Python's own is arbitrary. */
export function reprSet(names: readonly string[]): string {
  return names.length === 0 ? 'set()' : shortened(`{${names.map(quoted).join(', ')}}`)
}

function shortened(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}...` : text
}

function written(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return quoted(value)
    case 'number':
      return numeral(value)
    case 'bigint':
      return value.toString()
    case 'boolean':
      return value ? 'True' : 'False'
    case 'object':
      return value === null ? 'None' : container(value, depth)
    case 'undefined':
      return 'None'
    default:
      return String(value)
  }
}

function container(value: object, depth: number): string {
  if (depth >= deepest) return '...'
  let room = longest
  // Stops where the text is cut anyway: a list of a million items costs no more than a long line.
  const pieces = (items: Iterable<unknown>, write: (item: unknown) => string) => {
    const list: string[] = []
    for (const item of items) {
      if (room < 0) break
      const piece = write(item)
      room -= piece.length + 2
      list.push(piece)
    }
    return list.join(', ')
  }
  if (Array.isArray(value)) return `[${pieces(value, (item) => written(item, depth + 1))}]`
  const entry = (item: unknown) => {
    const [key, one] = item as [string, unknown]
    return `${quoted(key)}: ${written(one, depth + 1)}`
  }
  return `{${pieces(Object.entries(value), entry)}}`
}

/** A whole number is an int, as JSON's are; floats take the exponent below 1e-4 and from 1e16 on. */
function numeral(value: number): string {
  if (Number.isInteger(value)) return BigInt(value).toString()
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf'
  const text = Math.abs(value) < 1e-4 ? value.toExponential() : String(value)
  return text.replace(/e([+-])(\d)$/u, 'e$10$2')
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  const cut = text.length > longest ? text.slice(0, longest) : text
  // What Python calls printable: no category C, and of category Z the space alone.
  const body = cut.replaceAll(/[\\'\p{C}\p{Zl}\p{Zp}\p{Zs}]/gu, (one) => {
    if (one === ' ') return one
    if (one === "'") return quote === "'" ? "\\'" : one
    return escapes[one] ?? hexadecimal(one.codePointAt(0) ?? 0)
  })
  return quote + body + quote
}

function hexadecimal(code: number): string {
  if (code < 0x1_00) return `\\x${code.toString(16).padStart(2, '0')}`
  if (code < 0x1_00_00) return `\\u${code.toString(16).padStart(4, '0')}`
  return `\\U${code.toString(16).padStart(8, '0')}`
}

/** What `str.isspace` says, for a class of a regular expression: without U+FEFF, with the four separators of ASCII. */
export const spaces = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'
const anySpace = new RegExp(`[${spaces}]`, 'u')
const leading = new RegExp(`^[${spaces}]+`, 'u')

export function hasSpace(text: string): boolean {
  return anySpace.test(text)
}

/** `str.strip()` */
export function strip(text: string): string {
  const rest = text.replace(leading, '')
  // From the end by hand: a trailing class in a regular expression is quadratic in runs of spaces.
  let end = rest.length
  while (end > 0 && anySpace.test(rest.charAt(end - 1))) end -= 1
  return rest.slice(0, end)
}

/** `len(text)`: code points. */
export function length(text: string): number {
  let count = text.length
  for (let at = 0; at < text.length - 1; at += 1) {
    if (isHigh(text.charCodeAt(at)) && isLow(text.charCodeAt(at + 1))) count -= 1
  }
  return count
}

function isHigh(unit: number): boolean {
  return unit >= 0xd8_00 && unit < 0xdc_00
}

function isLow(unit: number): boolean {
  return unit >= 0xdc_00 && unit < 0xe0_00
}

/** What ends a line for `splitlines`, for a class of a regular expression. */
export const lineEnds = '\\n\\v\\f\\r\\x1c-\\x1e\\x85\\u2028\\u2029'
const lineEnd = new RegExp(`\\r\\n|[${lineEnds}]`, 'u')

/** `len(text.splitlines()) > 1`: one line end at the very end is allowed. */
export function hasLines(text: string): boolean {
  const end = lineEnd.exec(text)
  return end !== null && end.index + end[0].length < text.length
}

/**
 * `int(value)`: a whole number, or text in decimal with a sign, spaces around and single underscores between digits.
 * Null for the rest; booleans and fractions too, which Python would take (see the departures in docs/api.md).
 */
export function int(value: unknown): bigint | null {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : null
  if (typeof value !== 'string') return null
  const text = strip(value)
  // A number of thousands of digits is refused by Python as well, as converting it is quadratic.
  if (text.length > 4300 || !/^[+-]?\d+(?:_\d+)*$/u.test(text)) return null
  return BigInt(text.replaceAll('_', '').replace(/^\+/u, ''))
}

/** The number of an `int()`, unless it is too large to be one exactly. */
export function exactNumber(value: bigint | null): number | null {
  if (value === null || value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER) return null
  return Number(value)
}
