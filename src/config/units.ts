// Lengths of time and amounts of data as people write them: `1h30m`, `64KiB`. Additions to the kinds of
// oslo.config: a plain number means what it means there, seconds and bytes. Pure.
import { strip } from '../ini/scanner.ts'
import { parseFloating, parseInteger } from './numbers.ts'

/** In seconds, the longest first. */
const times: readonly (readonly [string, number])[] = [
  ['w', 604_800],
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
  ['ms', 0.001],
]

/** In bytes, the largest first; of equal ones the binary first. */
const sizes: readonly (readonly [string, number])[] = ['P', 'T', 'G', 'M', 'K', ''].flatMap((prefix, index) => {
  const power = 5 - index
  return prefix === ''
    ? [['B', 1] as const]
    : [[`${prefix}iB`, 1024 ** power] as const, [`${prefix === 'K' ? 'k' : prefix}B`, 1000 ** power] as const]
})
const sizeOf: ReadonlyMap<string, number> = new Map(sizes.map(([unit, size]) => [unit.toLowerCase(), size]))

const span = /^(?:(\d+)w)?\s*(?:(\d+)d)?\s*(?:(\d+)h)?\s*(?:(\d+)m)?\s*(?:(\d+(?:\.\d+)?)s)?\s*(?:(\d+)ms)?$/u
const single = /^(\d+\.\d+)(w|d|h|m|ms)$/u
const amount = /^(\d+(?:\.\d+)?)\s*([kmgtp]?i?b)$/iu

/** Seconds, or null: `90`, `1.5`, `90s`, `1h30m`, `1.5h`, `250ms`; units from the longest to the shortest. */
export function parseDuration(text: string): number | null {
  const trimmed = strip(text)
  const plain = parseFloating(trimmed)
  if (plain !== null) return Number.isFinite(plain) ? plain + 0 : null
  const one = single.exec(trimmed)
  if (one) return exact(Number(one[1]) * (times.find(([unit]) => unit === one[2])?.[1] ?? 0))
  const parts = trimmed === '' ? null : span.exec(trimmed)
  if (!parts) return null
  return exact(times.reduce((sum, [, seconds], index) => sum + Number(parts[index + 1] ?? 0) * seconds, 0))
}

/** Bytes, or null: `65536`, `64KiB`, `1.5GB`; what is no whole number of bytes is refused. */
export function parseBytes(text: string): number | null {
  const trimmed = strip(text)
  const plain = parseInteger(trimmed)
  if (plain !== null) return plain
  const [, number, unit] = amount.exec(trimmed) ?? []
  const size = sizeOf.get((unit ?? '').toLowerCase())
  if (number === undefined || size === undefined) return null
  const bytes = exact(Number(number) * size)
  return Number.isSafeInteger(bytes) ? bytes : null
}

/** `64K` and `64M`: some mean 1000 by the letter, some 1024. */
export function isAmbiguousSize(text: string): boolean {
  return /^\d+(?:\.\d+)?\s*[kmgtp]$/iu.test(strip(text))
}

/** As a file would hold it, and read back to the same number: `1h30m`, `1.5s`. */
export function renderDuration(seconds: number): string {
  if (!(seconds > 0) || !Number.isSafeInteger(Math.round(seconds * 1000))) return String(seconds)
  if (!Number.isInteger(seconds)) {
    const ms = exact(seconds * 1000)
    return seconds < 1 && Number.isInteger(ms) ? `${ms}ms` : String(seconds)
  }
  let rest = seconds
  const parts = times.slice(1, 5).map(([unit, size]) => {
    const count = Math.floor(rest / size)
    rest -= count * size
    return count === 0 ? '' : `${count}${unit}`
  })
  return parts.join('')
}

/** In the largest unit that makes a whole number: `64KiB`, `10MB`, `1234`. */
export function renderBytes(bytes: number): string {
  if (bytes < 1000) return String(bytes)
  const fitting = sizes.filter(([unit, size]) => unit !== 'B' && bytes % size === 0)
  const [unit, size] = fitting.reduce<readonly [string, number]>(
    (best, next) => (next[1] > best[1] ? next : best),
    ['', 1],
  )
  return `${bytes / size}${unit}`
}

/** 0.1 h is 360 s, not 360.00000000000006. */
function exact(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(15))
}
