// Validators of text, choices, booleans and identifiers, with neutron-lib's texts.
import { identityOf } from './depth.ts'
import { hasLines, length, lineEnds, spaces, str, strip } from './python-text.ts'
import { orNone, type Validator, wordPattern } from './validator.ts'

const truths = ['1', 't', 'true', 'on', 'y', 'yes']
const falsehoods = ['0', 'f', 'false', 'off', 'n', 'no']

/** The words that clients write for a boolean, or null. A number counts by its text, as in Python. */
export function booleanOf(value: unknown): boolean | null {
  if (typeof value === 'boolean') return value
  if (typeof value !== 'string' && typeof value !== 'number') return null
  const word = strip(String(value)).toLowerCase()
  if (truths.includes(word)) return true
  return falsehoods.includes(word) ? false : null
}

export const booleanSchema = {
  anyOf: [{ type: 'boolean' }, { enum: [0, 1] }, { type: 'string', pattern: wordPattern([...truths, ...falsehoods]) }],
}

function tooLong(value: string, max: unknown): string | null {
  if (typeof max !== 'number' || value.length <= max || length(value) <= max) return null
  return `'${str(value)}' exceeds maximum length of ${max}`
}

function textReason(value: unknown, max: unknown): string | null {
  return typeof value === 'string' ? tooLong(value, max) : `'${str(value)}' is not a valid string`
}

function filledReason(value: unknown, max: unknown): string | null {
  const reason = textReason(value, max)
  if (reason !== null || typeof value !== 'string') return reason
  return strip(value) === '' ? `'${str(value)}' Blank strings are not permitted` : null
}

function oneLineReason(value: unknown, max: unknown): string | null {
  const reason = filledReason(value, max)
  if (reason !== null || typeof value !== 'string') return reason
  return hasLines(value) ? `Multi-line string is not allowed: '${str(value)}'` : null
}

function expectsLength(arg: unknown): string | null {
  return arg === null || arg === undefined || (typeof arg === 'number' && Number.isInteger(arg) && arg >= 0)
    ? null
    : 'the longest length, or null'
}

const maxLength = (arg: unknown) => (typeof arg === 'number' ? { maxLength: arg } : {})
const notBlank = `[^${spaces}]`
const oneLine = `^[^${lineEnds}]*(?:\\r\\n|[${lineEnds}])?$`

const string: Validator = {
  validate: textReason,
  schema: (arg) => ({ type: 'string', ...maxLength(arg) }),
  isExact: true,
  expects: expectsLength,
}

const notEmptyString: Validator = {
  validate: filledReason,
  schema: (arg) => ({ type: 'string', pattern: notBlank, ...maxLength(arg) }),
  isExact: true,
  expects: expectsLength,
}

const oneLineString: Validator = {
  validate: oneLineReason,
  schema: (arg) => ({ type: 'string', pattern: notBlank, ...maxLength(arg), allOf: [{ pattern: oneLine }] }),
  isExact: true,
  expects: expectsLength,
}

const values: Validator = {
  validate(value, choices) {
    if (!Array.isArray(choices)) return null
    const wanted = identityOf(value)
    return choices.some((choice) => identityOf(choice) === wanted) ? null : `${str(value)} is not in valid_values`
  },
  schema: (choices) => (Array.isArray(choices) ? { enum: choices } : {}),
  isExact: true,
  expects: (arg) => (arg === null || (Array.isArray(arg) && arg.length > 0) ? null : 'a list of the valid values'),
}

const boolean: Validator = {
  validate: (value) => (booleanOf(value) === null ? `'${str(value)}' is not a valid boolean value` : null),
  schema: () => booleanSchema,
  isExact: true,
}

/** `uuid.UUID`: 32 hexadecimal digits, dashes anywhere, in braces, after `urn:` or `uuid:`. */
export function isUuidLike(value: unknown): boolean {
  if (typeof value !== 'string' || value.length > 100) return false
  const bare = value
    .replaceAll('urn:', '')
    .replaceAll('uuid:', '')
    .replaceAll(/^[{}]+|[{}]+$/gu, '')
  return /^[\da-f]{32}$/iu.test(bare.replaceAll('-', ''))
}

export const uuid: Validator = {
  validate: (value) => (isUuidLike(value) ? null : `'${str(value)}' is not a valid UUID`),
  schema: () => ({
    type: 'string',
    maxLength: 100,
    pattern: '^(?:urn:|uuid:|[{}])*(?:[0-9a-fA-F]-*){32}[{}]*$',
  }),
}

const compiled = new Map<string, RegExp>()

/** `re.match`: from the start. The expression is JavaScript's; the arguments of maps are few, so they are kept. */
function expressionOf(arg: unknown): RegExp {
  const source = arg instanceof RegExp ? arg.source : String(arg)
  const flags = arg instanceof RegExp ? arg.flags.replaceAll(/[gyu]/gu, '') : ''
  const key = `${flags}/${source}`
  let expression = compiled.get(key)
  if (expression === undefined) {
    expression = new RegExp(`^(?:${source})`, flags.includes('v') ? flags : `${flags}u`)
    compiled.set(key, expression)
  }
  return expression
}

function expectsExpression(arg: unknown): string | null {
  if (typeof arg !== 'string' && !(arg instanceof RegExp)) return 'a regular expression'
  try {
    expressionOf(arg)
    return null
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return `a regular expression of JavaScript (${error.message})`
  }
}

export const regex: Validator = {
  validate: (value, arg) =>
    typeof value === 'string' && expressionOf(arg).test(value) ? null : `'${str(value)}' is not a valid input`,
  schema: (arg) =>
    arg instanceof RegExp && /[^u]/u.test(arg.flags)
      ? { type: 'string' }
      : { type: 'string', pattern: expressionOf(arg).source },
  expects: expectsExpression,
}

export const textValidators = {
  'type:string': string,
  'type:string_or_none': orNone(string),
  'type:not_empty_string': notEmptyString,
  'type:not_empty_string_or_none': orNone(notEmptyString),
  'type:oneline_not_empty_string': oneLineString,
  'type:oneline_not_empty_string_or_none': orNone(oneLineString),
  'type:values': values,
  'type:boolean': boolean,
  'type:uuid': uuid,
  'type:uuid_or_none': orNone(uuid),
  'type:regex': regex,
  'type:regex_or_none': orNone(regex),
} satisfies Record<string, Validator>

/** For lists of text. */
export const uniqueStringItem = string
