// Number texts as Python reads them: what int() and float() accept in a configuration file.
// Pure; bounds and choices are kinds.ts's.
import { strip } from '../ini/scanner.ts'

const integer = /^[+-]?\p{Nd}+(?:_\p{Nd}+)*$/u
// One way to match each text: digits that two parts could share would make a long text slow.
const digits = String.raw`\p{Nd}+(?:_\p{Nd}+)*`
const decimal = new RegExp(`^[+-]?(?:${digits}(?:\\.(?:${digits})?)?|\\.${digits})(?:[eE][+-]?${digits})?$`, 'u')
const infinite = /^([+-]?)inf(?:inity)?$/iu
const digit = /\p{Nd}/u

/** Null when the text is no integer, or one that a number cannot hold exactly. */
export function parseInteger(text: string): number | null {
  const trimmed = strip(text)
  if (!integer.test(trimmed)) return null
  const value = Number(plainDigits(trimmed))
  // -0 would be told apart from 0 by nobody but a test.
  return Number.isSafeInteger(value) ? value + 0 : null
}

/** Null when the text is no number. */
export function parseFloating(text: string): number | null {
  const trimmed = strip(text)
  const unbounded = infinite.exec(trimmed)
  if (unbounded) return unbounded[1] === '-' ? -Infinity : Infinity
  if (/^[+-]?nan$/iu.test(trimmed)) return Number.NaN
  return decimal.test(trimmed) ? Number(plainDigits(trimmed)) : null
}

/** As Python's str() of a float, for the sizes that configuration holds. */
export function renderFloating(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (Object.is(value, -0)) return '-0.0'
  return Number.isInteger(value) && Math.abs(value) < 1e16 ? value.toFixed(1) : String(value)
}

function plainDigits(text: string): string {
  return Array.from(text.replaceAll('_', ''), (char) => (digit.test(char) ? digitValue(char) : char)).join('')
}

/** Unicode keeps decimal digits in runs of ten, some of them side by side: the distance to the run's start tells. */
function digitValue(char: string): string {
  if (char >= '0' && char <= '9') return char
  const code = char.codePointAt(0) ?? 0
  let start = code
  while (digit.test(String.fromCodePoint(start - 1))) start -= 1
  return String((code - start) % 10)
}
