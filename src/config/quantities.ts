// Kinds whose values are numbers: integers, ports, floats, durations, sizes, with bounds and choices.
// Pure; how a number is spelt is numbers.ts's and units.ts's.
import { pythonRepr, strip } from '../ini/scanner.ts'
import { parseFloating, parseInteger } from './numbers.ts'
import type { Option } from './option.ts'
import { Rejection } from './rejection.ts'
import { isAmbiguousSize, parseBytes, parseDuration, renderBytes, renderDuration } from './units.ts'

type Parse = (text: string) => number | null

export function toInteger(value: unknown, option: Option): number | null {
  const original = (text: string): string => `invalid literal for int() with base 10: ${pythonRepr(text)}`
  return toNumber(value, option, parseInteger, original)
}

export function toFloating(value: unknown, option: Option): number | null {
  if (typeof value === 'number') return withinBounds(value, option)
  return toNumber(value, option, parseFloating, (text) => `could not convert string to float: ${pythonRepr(text)}`)
}

export function toDuration(value: unknown, option: Option): number | null {
  if (typeof value === 'number' && Number.isFinite(value)) return withinBounds(value, fromZero(option))
  return toNumber(value, fromZero(option), parseDuration)
}

export function toBytes(value: unknown, option: Option): number | null {
  if (typeof value === 'string' && isAmbiguousSize(value)) {
    throw new Rejection('write "iB" for powers of 1024 and "B" for powers of 1000')
  }
  return toNumber(value, fromZero(option), parseBytes)
}

export function portBounds({ min, max }: Option): { min: number; max: number } {
  return { min: Math.max(0, min ?? 0), max: Math.min(65_535, max ?? 65_535) }
}

export function expectedNumber(what: string, option: Option, render: (value: number) => string = String): string {
  const { min, max } = option
  const choices = numberChoices(option).map(render)
  if (choices.length > 0) return `one of ${choices.join(', ')}`
  if (min !== undefined && max !== undefined) return `${what} from ${render(min)} to ${render(max)}`
  if (min !== undefined) return `${what}, at least ${render(min)}`
  return max === undefined ? what : `${what}, at most ${render(max)}`
}

export function expectedDuration(option: Option): string {
  return expectedNumber('a time like 30s, 5m, 1h30m or a number of seconds', option, renderDuration)
}

export function expectedBytes(option: Option): string {
  return expectedNumber('a size like 64KiB, 10MB or a number of bytes', option, renderBytes)
}

function toNumber(value: unknown, option: Option, parse: Parse, original?: (text: string) => string): number | null {
  // A number that is set to an empty text is null, and its default is not used (oslo.config documents it).
  if (typeof value === 'string' && strip(value) === '') return null
  const number = typeof value === 'string' ? parse(value) : value
  const isWhole = typeof number === 'number' && (typeof value === 'string' || Number.isSafeInteger(number))
  if (!isWhole) throw new Rejection(null, typeof value === 'string' ? (original?.(value) ?? null) : null)
  return withinBounds(number, option)
}

function withinBounds(number: number, option: Option): number {
  const { min, max } = option
  if (min !== undefined && number < min) throw new Rejection(null, `Should be greater than or equal to ${min}`)
  if (max !== undefined && number > max) throw new Rejection(null, `Should be less than or equal to ${max}`)
  const choices = numberChoices(option)
  if (choices.length > 0 && !choices.includes(number)) {
    throw new Rejection(null, `Valid values are [${choices.join(', ')}], but found ${number}`)
  }
  return number
}

/** No time and no size is below nothing, unless a declaration says so. */
function fromZero(option: Option): Option {
  return { ...option, min: option.min ?? 0 }
}

function numberChoices({ choices }: Option): number[] {
  return Array.isArray(choices) ? choices.filter((choice) => typeof choice === 'number') : []
}
