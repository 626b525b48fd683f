// Values of many parts: lists, dicts and multi-valued options, split as oslo.config splits them.
// Pure; what a single part may be is the caller's `take`.
import { strip } from '../ini/scanner.ts'
import { Rejection } from './rejection.ts'

type Take = (part: unknown) => unknown

/** `a, b` or, with bounds, `[a, b]`. All trailing commas are dropped, empty parts inside are kept. */
export function toList(value: unknown, take: Take, hasBounds = false): readonly unknown[] {
  if (Array.isArray(value)) return Object.freeze(value.map(take))
  const text = inner(withoutCommas(textOf(value)), hasBounds, '[', ']')
  return Object.freeze(text === '' ? [] : joining(text.split(','), (part) => take(strip(part))))
}

/** `key:value, key:value` or, with bounds, the same in `{ }`. A value keeps its further colons. */
export function toDict(value: unknown, take: Take, hasBounds = false): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return dictOf(Object.entries(value).map(([key, part]) => [key, take(part)]))
  }
  const text = inner(textOf(value), hasBounds, '{', '}')
  if (text === '') return dictOf([])
  return dictOf(
    joining(text.split(','), (part) => {
      const colon = part.indexOf(':')
      if (colon === -1) throw new Rejection()
      return [strip(part.slice(0, colon)), take(strip(part.slice(colon + 1)))]
    }),
  )
}

/** One value is a list of one. */
export function toMany(value: unknown, take: Take): readonly unknown[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value]
  return Object.freeze(values.map(take))
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new Rejection()
  return strip(value)
}

function withoutCommas(text: string): string {
  let end = text.length
  while (text[end - 1] === ',') end -= 1
  return text.slice(0, end)
}

function inner(text: string, hasBounds: boolean, open: string, close: string): string {
  if (!hasBounds) return text
  if (!text.startsWith(open) || !text.endsWith(close) || text.length < 2) throw new Rejection()
  return text.slice(1, -1)
}

/** A part that is refused is joined with the next, as the original does: `"a,b"` in quotes stays whole. */
function joining<T>(parts: readonly string[], take: (part: string) => T): T[] {
  const taken: T[] = []
  let text: string | null = null
  let refusal: Rejection | null = null
  for (const part of parts) {
    text = text === null ? part : `${text},${part}`
    const result = attempt(take, text)
    if (result instanceof Rejection) {
      refusal ??= result
      continue
    }
    taken.push(result)
    text = null
    refusal = null
  }
  if (refusal) throw refusal
  return taken
}

function attempt<T>(take: (part: string) => T, text: string): T | Rejection {
  try {
    return take(text)
  } catch (error) {
    if (error instanceof Rejection) return error
    throw error
  }
}

function dictOf(pairs: readonly (readonly [string, unknown])[]): Readonly<Record<string, unknown>> {
  const dict = Object.create(null) as Record<string, unknown>
  for (const [key, value] of pairs) {
    if (key === '') throw new Rejection('a key is empty')
    if (key in dict) throw new Rejection(`key "${key}" is there twice`)
    dict[key] = value
  }
  return Object.freeze(dict)
}
