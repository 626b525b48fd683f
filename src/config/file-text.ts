// A value in the words of a configuration file: what stands behind "=" so that reading it gives the value
// again. Pure.
import { isDeepStrictEqual } from 'node:util'
import { isSlipwayError } from '../errors.ts'
import { parseOslo } from '../ini/index.ts'
import { strip } from '../ini/scanner.ts'
import { convert, itemOf, renderValue } from './kinds.ts'
import type { Option } from './option.ts'
import { Rejection } from './rejection.ts'

/** The texts of one value, one for each line that sets the option. */
export interface FileText {
  /** A text of several lines continues on the next ones, indented. */
  readonly texts: readonly string[]
  /** Whether a file with these lines gives the value: not every text can stand in one. */
  readonly isExact: boolean
}

/** A declared default, or another value given in code: a text stands for itself, as in a file. */
export function fileTextOf(option: Option, value: unknown): FileText {
  const values = option.kind === 'multi' && Array.isArray(value) ? (value as readonly unknown[]) : [value]
  const item = option.kind === 'multi' ? itemOf(option) : option
  const raw = values.map((part) => (typeof part === 'string' ? part : renderValue(item, sorted(part))))
  const texts = raw.map(quoted)
  const isExact = texts.every((text, index) => readBack(text) === raw[index] && isSame(item, raw[index], values[index]))
  return { texts, isExact }
}

/** Quotes keep blanks at the ends, and quotes that belong to the value. */
function quoted(text: string): string {
  const [first = '', ...rest] = text.split('\n')
  const isInQuotes = /^(["']).*\1$|^["']$/u.test(first)
  const needsThem = isInQuotes || (rest.length === 0 && strip(first) !== first)
  return needsThem ? [`"${first}"`, ...rest].join('\n') : text
}

function readBack(text: string): string | null {
  try {
    const { entries } = parseOslo(`[DEFAULT]\nx = ${text.replaceAll('\n', '\n ')}\n`, 'sample')
    return entries.length === 1 ? (entries[0]?.value ?? null) : null
  } catch (error) {
    if (isSlipwayError(error)) return null
    throw error
  }
}

/** Whether the text means the value; what refers to another option means it in both places. */
function isSame(option: Option, text: string | undefined, value: unknown): boolean {
  if (text === value) return true
  try {
    return isDeepStrictEqual(convert(option, text), convert(option, value))
  } catch (error) {
    if (error instanceof Rejection) return false
    throw error
  }
}

/** A dict by its keys: the order of a declaration means nothing. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
