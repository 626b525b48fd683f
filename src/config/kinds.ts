// What each kind of option accepts and how it says so: text, or a value given in code → the typed value.
// Pure and free of sources: it knows neither an option's name nor where a text stood.
import { pythonRepr, strip, stripEnd } from '../ini/scanner.ts'
import { isAddress, isUriStart, parseHostname, schemeOf } from './addresses.ts'
import { anyPart, closing, type Completes, type ItemRules, toDict, toList, toMany } from './collections.ts'
import { renderFloating } from './numbers.ts'
import type { Kind, Option } from './option.ts'
import {
  expectedBytes,
  expectedDuration,
  expectedNumber,
  portBounds,
  toBytes,
  toDuration,
  toFloating,
  toInteger,
} from './quantities.ts'
import { Rejection } from './rejection.ts'
import { renderBytes, renderDuration } from './units.ts'

interface KindRules {
  expected(option: Option): string
  /** @throws Rejection */
  convert(value: unknown, option: Option): unknown
  /** See ItemRules; without it a text with a comma is never taken. */
  hope?(text: string, option: Option): Completes | null
}

const kinds: Record<Kind, KindRules> = {
  str: { expected: expectedText, convert: toText, hope: hopeOfText },
  int: { expected: (option) => expectedNumber('an integer', option), convert: toInteger },
  port: {
    expected: (option) => expectedNumber('a port', { ...option, ...portBounds(option) }),
    convert: (value, option) => toInteger(value, { ...option, ...portBounds(option) }),
  },
  float: {
    expected: (option) => expectedNumber('a number', option),
    convert: toFloating,
  },
  duration: { expected: expectedDuration, convert: toDuration },
  bytes: { expected: expectedBytes, convert: toBytes },
  bool: { expected: () => 'true or false (also yes, no, on, off, 1, 0)', convert: toBoolean },
  list: {
    expected: (option) => `${option.bounds ? '[ ] round ' : ''}items separated by commas${expectedItem(option)}`,
    convert: (value, option) => toList(value, itemRules(option), option.bounds),
    hope: (text, option) => hopeOfBounded(text, option, '[', ']'),
  },
  dict: {
    expected: (option) =>
      `${option.bounds ? '{ } round ' : ''}key:value pairs separated by commas${expectedItem(option)}`,
    convert: (value, option) => toDict(value, itemRules(option), option.bounds),
    hope: (text, option) => hopeOfBounded(text, option, '{', '}'),
  },
  multi: {
    expected: (option) => expectedOf(itemOf(option)),
    convert: (value, option) => toMany(value, itemRules(option)),
  },
  ip: { expected: expectedAddress, convert: toAddress },
  hostname: { expected: () => 'a host name', convert: toHostname },
  host: {
    expected: (option) => `${expectedAddress(option)} or a host name`,
    convert: (value, option) => toHost(value, option, ''),
  },
  hostDomain: {
    expected: (option) => `${expectedAddress(option)} or a host name, "_" allowed`,
    convert: (value, option) => toHost(value, option, '_'),
  },
  uri: { expected: expectedUri, convert: toUri, hope: (text) => (isUriStart(text) ? anyPart : null) },
  subcommand: { expected: (option) => `one of ${Object.keys(option.commands ?? {}).join(', ')}`, convert: toCommand },
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
  const item = (part: unknown): string => renderItem(itemOf(option), part)
  if (Array.isArray(value)) {
    const items = value.map(item).join(',')
    return option.bounds ? `[${items}]` : items
  }
  if (typeof value === 'object') {
    const pairs = Object.entries(value).map(([key, part]) => `${key}:${item(part)}`)
    return option.bounds ? `{${pairs.join(',')}}` : pairs.join(',')
  }
  if (typeof value === 'number') return renderNumber(option, value)
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** A part that holds a comma stands in quotes, where its kind takes quotes. */
function renderItem(item: Option, value: unknown): string {
  const text = renderValue(item, value)
  if (!item.quotes || !/^["']|,/u.test(text)) return text
  const quote = /",|"$/u.test(text) ? "'" : '"'
  return `${quote}${text}${quote}`
}

function renderNumber({ kind }: Option, value: number): string {
  switch (kind) {
    case 'float':
      return renderFloating(value)
    case 'duration':
      return renderDuration(value)
    case 'bytes':
      return renderBytes(value)
    default:
      return String(value)
  }
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
  const { maxLength, regex } = option
  if (isTooLong(text, maxLength)) throw new Rejection(null, `Value '${text}' exceeds maximum length ${maxLength}`)
  if (regex && !searcher(regex, option.ignoreCase).test(text)) {
    throw new Rejection(null, `Value ${pythonRepr(text)} doesn't match regex ${pythonRepr(regex.source)}`)
  }
  const choices = [...choicesOf(option).keys()].map(String)
  const fold = (choice: string): string => (option.ignoreCase ? choice.toLowerCase() : choice)
  if (choices.length > 0 && !choices.map(fold).includes(fold(text))) {
    throw new Rejection(null, `Valid values are [${choices.join(', ')}], but found ${pythonRepr(text)}`)
  }
  return text
}

function isTooLong(text: string, maxLength: number | undefined): boolean {
  return maxLength !== undefined && text.length > maxLength && Array.from(text).length > maxLength
}

function hopeOfText(text: string, option: Option): Completes | null {
  const quote = option.quotes ? /^["']/u.exec(text)?.[0] : undefined
  if (isTooLong(quote === undefined ? text : text.slice(2), option.maxLength)) return null
  if (quote !== undefined) return closing(quote)
  const longest = Math.max(...[...choicesOf(option).keys()].map((choice) => String(choice).length))
  return longest < 0 || text.length < longest ? anyPart : null
}

function unquoted(text: string): string {
  const quote = text[0]
  if (quote !== '"' && quote !== "'") return text
  const isClosed = text.length > 1 && text.at(-1) === quote
  if (!isClosed) throw new Rejection('its quote is not closed', `Non-closed quote: ${text}`)
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

const truths: ReadonlyMap<string, boolean> = new Map([
  ...['true', '1', 'on', 'yes'].map((text) => [text, true] as const),
  ...['false', '0', 'off', 'no'].map((text) => [text, false] as const),
])

function toBoolean(value: unknown): boolean {
  if (typeof value === 'boolean') return value
  const truth = truths.get(strip(textOf(value)).toLowerCase())
  if (truth === undefined) throw new Rejection(null, `Unexpected boolean value ${pythonRepr(textOf(value))}`)
  return truth
}

function itemRules(option: Option): ItemRules {
  const item = itemOf(option)
  return { take: (part) => convert(item, part), hope: (text) => kinds[item.kind].hope?.(text, item) ?? null }
}

function hopeOfBounded(text: string, option: Option, open: string, close: string): Completes | null {
  if (!option.bounds) return anyPart
  return text.startsWith(open) ? closing(close) : null
}

function expectedItem(option: Option): string {
  return option.of ? `, each ${expectedOf(option.of)}` : ''
}

function toAddress(value: unknown, option: Option): string {
  const text = textOf(value)
  const address = stripEnd(text)
  if (isAddress(address, option.version)) return address
  if (text === '') throw new Rejection(null, 'IP address cannot be an empty string')
  const wanted = option.version === undefined ? 'IPv4 or IPv6' : `an IPv${option.version}`
  throw new Rejection(null, `${text} is not ${wanted} address`)
}

function expectedAddress({ version }: Option): string {
  return version === undefined ? 'an IP address' : `an IPv${version} address`
}

function toHostname(value: unknown): string {
  const text = textOf(value)
  const name = parseHostname(text)
  if (name !== null) return name
  if (text === '') throw new Rejection(null, 'Cannot have an empty hostname')
  if (text.length > 253) throw new Rejection(null, `hostname is greater than 253 characters: ${text}`)
  const shown = text.replace(/\.$/u, '')
  const isNumeric = !/[a-z-][^.]*$/iu.test(shown)
  const numeric = 'contains no non-numeric characters in the top-level domain part of the host name and is invalid'
  throw new Rejection(null, `${shown} ${isNumeric ? numeric : 'is an invalid hostname'}`)
}

function toHost(value: unknown, option: Option, extra: '' | '_'): string {
  const text = textOf(value)
  if (isAddress(text, option.version)) return text
  const name = parseHostname(text, extra)
  if (name === null) throw new Rejection(null, `${text} is not a valid host address`)
  return name
}

function toUri(value: unknown, option: Option): string {
  const text = textOf(value)
  const { schemes, maxLength } = option
  const scheme = schemeOf(text)
  if (scheme === null || (schemes && !schemes.includes(scheme))) throw new Rejection()
  if (isTooLong(text, maxLength)) throw new Rejection(null, `Value '${text}' exceeds maximum length ${maxLength}`)
  return text
}

function expectedUri(option: Option): string {
  const schemes = option.schemes ? ` (${option.schemes.join(', ')})` : ''
  const length = option.maxLength === undefined ? '' : ` of at most ${option.maxLength} characters`
  return `a URI with a scheme${schemes} and a host${length}`
}

/** The command's name; its own arguments are read by subcommand.ts. */
function toCommand(value: unknown, { commands = {} }: Option): string {
  if (typeof value !== 'string' || !Object.hasOwn(commands, value)) throw new Rejection()
  return value
}
