// What each kind of option accepts and how it says so: text, or a value given in code → the typed value.
// Pure and free of sources: it knows neither an option's name nor where a text stood.
import { strip, stripEnd } from '../ini/scanner.ts'
import { isAddress, parseHostname, schemeOf } from './addresses.ts'
import { toDict, toList, toMany } from './collections.ts'
import { parseFloating, parseInteger, renderFloating } from './numbers.ts'
import type { Kind, Option } from './option.ts'
import { Rejection } from './rejection.ts'

interface KindRules {
  expected(option: Option): string
  /** @throws Rejection */
  convert(value: unknown, option: Option): unknown
}

const kinds: Record<Kind, KindRules> = {
  str: { expected: expectedText, convert: toText },
  int: { expected: (option) => expectedNumber('an integer', option), convert: toInteger },
  port: {
    expected: (option) => expectedNumber('a port', { ...option, ...portBounds(option) }),
    convert: (value, option) => toInteger(value, { ...option, ...portBounds(option) }),
  },
  float: {
    expected: (option) => expectedNumber('a number', option),
    convert: toFloating,
  },
  bool: { expected: () => 'true or false (also yes, no, on, off, 1, 0)', convert: toBoolean },
  list: {
    expected: (option) => `${option.bounds ? '[ ] round ' : ''}items separated by commas${expectedItem(option)}`,
    convert: (value, option) => toList(value, takeItem(option), option.bounds),
  },
  dict: {
    expected: (option) =>
      `${option.bounds ? '{ } round ' : ''}key:value pairs separated by commas${expectedItem(option)}`,
    convert: (value, option) => toDict(value, takeItem(option), option.bounds),
  },
  multi: {
    expected: (option) => expectedOf(itemOf(option)),
    convert: (value, option) => toMany(value, takeItem(option)),
  },
  ip: { expected: expectedAddress, convert: toAddress },
  hostname: { expected: () => 'a host name', convert: (value) => toHostname(value, '') },
  host: {
    expected: (option) => `${expectedAddress(option)} or a host name`,
    convert: (value, option) => (isAddress(textOf(value), option.version) ? value : toHostname(value, '')),
  },
  hostDomain: {
    expected: (option) => `${expectedAddress(option)} or a host name, "_" allowed`,
    convert: (value, option) => (isAddress(textOf(value), option.version) ? value : toHostname(value, '_')),
  },
  uri: { expected: expectedUri, convert: toUri },
}

/**
 * The typed value of a text, or of a value given in code. Null for a number that is set to nothing.
 * @throws Rejection
 */
export function convert(option: Option, value: unknown): unknown {
  return kinds[option.kind].convert(value, option)
}

/** What the option takes, in words: `an integer from 1 to 8`. */
export function expectedOf(option: Option): string {
  return kinds[option.kind].expected(option)
}

/** A value as a file would hold it. */
export function renderValue(option: Option, value: unknown): string {
  if (value === null || value === undefined) return ''
  const item = (part: unknown): string => renderValue(itemOf(option), part)
  if (Array.isArray(value)) return value.map(item).join(',')
  if (typeof value === 'object') {
    return Object.entries(value)
      .map(([key, part]) => `${key}:${item(part)}`)
      .join(',')
  }
  if (typeof value === 'number' && option.kind === 'float') return renderFloating(value)
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** The kind of the parts of a list, a dict or a multi-valued option; of any other the option itself. */
export function itemOf(option: Option): Option {
  const many = option.kind === 'list' || option.kind === 'dict' || option.kind === 'multi'
  return many ? (option.of ?? { kind: 'str' }) : option
}

/** The values that are allowed, with their descriptions. */
export function choicesOf(option: Option): ReadonlyMap<string | number, string> {
  const { choices } = option
  if (choices === undefined) return new Map()
  return isList(choices) ? new Map(choices.map((choice) => [choice, ''])) : new Map(Object.entries(choices))
}

function isList(choices: NonNullable<Option['choices']>): choices is readonly (string | number)[] {
  return Array.isArray(choices)
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new Rejection()
  return value
}

function toText(value: unknown, option: Option): string {
  const text = option.quotes ? unquoted(textOf(value)) : textOf(value)
  if (option.maxLength !== undefined && Array.from(text).length > option.maxLength) throw new Rejection()
  if (option.regex && !searcher(option.regex, option.ignoreCase).test(text)) throw new Rejection()
  const choices = [...choicesOf(option).keys()].map(String)
  const fold = (choice: string): string => (option.ignoreCase ? choice.toLowerCase() : choice)
  if (choices.length > 0 && !choices.map(fold).includes(fold(text))) throw new Rejection()
  return text
}

function unquoted(text: string): string {
  const quote = text[0]
  if (quote !== '"' && quote !== "'") return text
  if (text.at(-1) !== quote) throw new Rejection('its quote is not closed')
  return text.slice(1, -1)
}

/** The pattern without the flags that keep a position from one test to the next. */
function searcher(regex: RegExp, ignoreCase = false): RegExp {
  const flags = regex.flags.replace(/[gy]/gu, '')
  return new RegExp(regex.source, ignoreCase && !flags.includes('i') ? `${flags}i` : flags)
}

function expectedText(option: Option): string {
  const choices = [...choicesOf(option).keys()].map((choice) => JSON.stringify(choice))
  if (choices.length > 0) return `one of ${choices.join(', ')}`
  const rules = [
    option.maxLength === undefined ? '' : `of at most ${option.maxLength} characters`,
    option.regex ? `that matches ${option.regex.source}` : '',
  ].filter(Boolean)
  return ['a text', ...rules].join(' ')
}

function toInteger(value: unknown, option: Option): number | null {
  if (isNothing(value)) return null
  const number = typeof value === 'string' ? parseInteger(value) : value
  if (typeof number !== 'number' || !Number.isSafeInteger(number)) throw new Rejection()
  return withinBounds(number, option)
}

function toFloating(value: unknown, option: Option): number | null {
  if (isNothing(value)) return null
  const number = typeof value === 'string' ? parseFloating(value) : value
  if (typeof number !== 'number') throw new Rejection()
  return withinBounds(number, option)
}

/** A number that is set to an empty text is null, and its default is not used (oslo.config documents it). */
function isNothing(value: unknown): boolean {
  return typeof value === 'string' && strip(value) === ''
}

function withinBounds(number: number, { min, max, ...option }: Option): number {
  if ((min !== undefined && number < min) || (max !== undefined && number > max)) throw new Rejection()
  const choices = choicesOf(option)
  if (choices.size > 0 && !choices.has(number)) throw new Rejection()
  return number
}

function portBounds({ min, max }: Option): { min: number; max: number } {
  return { min: Math.max(0, min ?? 0), max: Math.min(65_535, max ?? 65_535) }
}

function expectedNumber(what: string, option: Option): string {
  const { min, max } = option
  const choices = [...choicesOf(option).keys()]
  if (choices.length > 0) return `one of ${choices.join(', ')}`
  if (min !== undefined && max !== undefined) return `${what} from ${min} to ${max}`
  if (min !== undefined) return `${what}, at least ${min}`
  return max === undefined ? what : `${what}, at most ${max}`
}

const truths: ReadonlyMap<string, boolean> = new Map([
  ...['true', '1', 'on', 'yes'].map((text) => [text, true] as const),
  ...['false', '0', 'off', 'no'].map((text) => [text, false] as const),
])

function toBoolean(value: unknown): boolean {
  if (typeof value === 'boolean') return value
  const truth = truths.get(strip(textOf(value)).toLowerCase())
  if (truth === undefined) throw new Rejection()
  return truth
}

function takeItem(option: Option): (part: unknown) => unknown {
  const item = itemOf(option)
  return (part) => convert(item, part)
}

function expectedItem(option: Option): string {
  return option.of ? `, each ${expectedOf(option.of)}` : ''
}

function toAddress(value: unknown, option: Option): string {
  const text = stripEnd(textOf(value))
  if (!isAddress(text, option.version)) throw new Rejection()
  return text
}

function expectedAddress({ version }: Option): string {
  return version === undefined ? 'an IP address' : `an IPv${version} address`
}

function toHostname(value: unknown, extra: '' | '_'): string {
  const name = parseHostname(textOf(value), extra)
  if (name === null) throw new Rejection()
  return name
}

function toUri(value: unknown, option: Option): string {
  const text = textOf(value)
  const scheme = schemeOf(text)
  if (scheme === null || (option.schemes && !option.schemes.includes(scheme))) throw new Rejection()
  if (option.maxLength !== undefined && Array.from(text).length > option.maxLength) throw new Rejection()
  return text
}

function expectedUri(option: Option): string {
  const schemes = option.schemes ? ` (${option.schemes.join(', ')})` : ''
  const length = option.maxLength === undefined ? '' : ` of at most ${option.maxLength} characters`
  return `a URI with a scheme${schemes} and a host${length}`
}
