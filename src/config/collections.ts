// Values of many parts: lists, dicts and multi-valued options, split as oslo.config splits them.
// Pure; what a single part may be is the item's rules' to say.
import { strip, stripEnd } from '../ini/scanner.ts'
import { Rejection } from './rejection.ts'

/** What a single part may be. */
export interface ItemRules {
  /** @throws Rejection */
  take(part: unknown): unknown
  /**
   * Of a text that was refused: null when no text that starts with it is taken, else which next part may
   * complete it. It keeps the joining of parts linear: a part that cannot complete anything is not tried.
   */
  hope(text: string): Completes | null
}

export type Completes = (part: string) => boolean

export const anyPart: Completes = () => true

/** `a, b` or, with bounds, `[a, b]`. All trailing commas are dropped, empty parts inside are kept. */
export function toList(value: unknown, item: ItemRules, hasBounds = false): readonly unknown[] {
  if (Array.isArray(value)) return Object.freeze(value.map((part) => item.take(part)))
  const text = inner(withoutCommas(textOf(value)), hasBounds, '[', ']')
  if (text === '') return Object.freeze([])
  const trimmed: ItemRules = {
    take: (part) => item.take(strip(String(part))),
    hope: (part) => item.hope(strip(part)),
  }
  const list: unknown[] = []
  joining(text.split(','), trimmed, (part) => list.push(part))
  return Object.freeze(list)
}

/** `key:value, key:value` or, with bounds, the same in `{ }`. A value keeps its further colons. */
export function toDict(value: unknown, item: ItemRules, hasBounds = false): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const dict = emptyDict()
    for (const [key, part] of Object.entries(value)) put(dict, key, item.take(part))
    return Object.freeze(dict)
  }
  const text = inner(textOf(value), hasBounds, '{', '}')
  const pair: ItemRules = {
    take: (part) => {
      const [key, rest] = pairOf(String(part))
      if (rest === null) throw new Rejection(null, 'Value should be NAME:VALUE pairs separated by ","')
      return [strip(key), item.take(strip(rest))]
    },
    hope: (part) => {
      const [, rest] = pairOf(part)
      return rest === null ? hasColon : item.hope(strip(rest))
    },
  }
  const dict = emptyDict()
  const parts = text === '' ? [] : text.split(',')
  joining(parts, pair, (taken) => put(dict, ...(taken as [string, unknown])))
  return Object.freeze(dict)
}

/** One value is a list of one. */
export function toMany(value: unknown, item: ItemRules): readonly unknown[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value]
  return Object.freeze(values.map((part) => item.take(part)))
}

function pairOf(text: string): [string, string | null] {
  const colon = text.indexOf(':')
  return colon === -1 ? [text, null] : [text.slice(0, colon), text.slice(colon + 1)]
}

const hasColon: Completes = (part) => part.includes(':')

/** For kinds whose text ends in a mark: a closing quote or bracket. */
export function closing(mark: string): Completes {
  return (part) => stripEnd(part).endsWith(mark)
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
  if (!text.startsWith(open)) throw new Rejection(null, `Value should start with "${open}"`)
  if (!text.endsWith(close) || text.length < 2) throw new Rejection(null, `Value should end with "${close}"`)
  return text.slice(1, -1)
}

/** A part that is refused is joined with the next, as the original does: `"a,b"` in quotes stays whole. */
function joining(parts: readonly string[], item: ItemRules, keep: (taken: unknown) => void): void {
  let open: { text: string; readonly refusal: Rejection; readonly completes: Completes } | null = null
  for (const [index, part] of parts.entries()) {
    const text: string = open === null ? part : `${open.text},${part}`
    if (open !== null && !open.completes(part)) {
      open.text = text
      continue
    }
    const result = attempt(item, text)
    if (!(result instanceof Rejection)) {
      keep(result)
      open = null
      continue
    }
    const refusal: Rejection = open?.refusal ?? result
    const completes = item.hope(text)
    if (completes === null) throw inFull(refusal, item, [text, ...parts.slice(index + 1)].join(','))
    open = { text, refusal, completes }
  }
  if (open) throw inFull(open.refusal, item, open.text)
}

/** The original tries all the rest before it gives up, and quotes that. */
function inFull(refusal: Rejection, item: ItemRules, rest: string): Rejection {
  const last = attempt(item, rest)
  return new Rejection(refusal.reason, last instanceof Rejection ? last.original : null)
}

function attempt(item: ItemRules, text: string): unknown {
  try {
    return item.take(text)
  } catch (error) {
    if (error instanceof Rejection) return error
    throw error
  }
}

function emptyDict(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>
}

function put(dict: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '') throw new Rejection('a key is empty', 'Key name should not be empty')
  if (key in dict) throw new Rejection(`key "${key}" is there twice`, `Duplicate key ${key}`)
  dict[key] = value
}
