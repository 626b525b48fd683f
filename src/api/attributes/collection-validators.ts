// Validators of lists and dictionaries: items without duplicates, dictionaries by key specs that nest.
import { identityOf } from './depth.ts'
import { InvalidInput } from './invalid-input.ts'
import { repr, reprSet, str } from './python-text.ts'
import { regex, uniqueStringItem, uuid } from './text-validators.ts'
import { isDict, nullable, orNone, type Validator, type ValidatorSource } from './validator.ts'
import { subnet } from './address-validators.ts'

/** What a dictionary may hold under one key; `type:x` names the rule of its value. */
export interface KeySpec {
  readonly required?: boolean
  readonly default?: unknown
  readonly convert_to?: (value: unknown) => unknown
  readonly default_overrides_none?: boolean
  readonly dict_populate_defaults?: boolean
  readonly [rule: `type:${string}`]: unknown
}

export type KeySpecs = Readonly<Record<string, KeySpec>>

function duplicatesIn(list: readonly unknown[]): unknown[] {
  const seen = new Set<string>()
  const repeated = new Map<string, unknown>()
  for (const item of list) {
    const identity = identityOf(item)
    if (seen.has(identity) && !repeated.has(identity)) repeated.set(identity, item)
    seen.add(identity)
  }
  return [...repeated.values()]
}

/** Why a list is refused: not a list, an item twice, the first bad item. */
function listReason(value: unknown, reasonOf: (item: unknown) => string | null): string | null {
  if (!Array.isArray(value)) return `'${str(value)}' is not a list`
  const repeated = duplicatesIn(value)
  if (repeated.length > 0) return `Duplicate items in the list: '${str(repeated.slice(0, 1000).map(str).join(', '))}'`
  for (const item of value as unknown[]) {
    const reason = reasonOf(item)
    if (reason !== null) return reason
  }
  return null
}

function listOf(item: Validator): Validator {
  return {
    validate: (value, arg, source) => listReason(value, (one) => item.validate(one, arg, source)),
    schema: (arg, schemas) => ({ type: 'array', uniqueItems: true, items: item.schema?.(arg, schemas) ?? {} }),
    ...(item.expects && { expects: item.expects.bind(item) }),
    ...(item.isExact && { isExact: true }),
  }
}

const uuidList = listOf(uuid)

const uuidListNonEmpty: Validator = {
  ...uuidList,
  validate(value, arg, source) {
    const reason = uuidList.validate(value, arg, source)
    if (reason !== null) return reason
    return Array.isArray(value) && value.length === 0 ? 'List should not be empty' : null
  },
  schema: (arg, schemas) => ({ ...uuidList.schema?.(arg, schemas), minItems: 1 }),
}

/** Why a dictionary does not have the keys it should; more than these are refused when `isStrict`. */
export function keysReason(expected: readonly string[], value: unknown, isStrict: boolean): string | null {
  if (!isDict(value)) return `Invalid input. '${str(value)}' must be a dictionary with keys: ${repr(expected)}`
  const provided = Object.keys(value)
  const hasAll = expected.every((key) => Object.hasOwn(value, key))
  if (hasAll && (!isStrict || provided.length === expected.length)) return null
  return (
    "Validation of dictionary's keys failed. " +
    `Expected keys: ${reprSet(expected)} Provided keys: ${reprSet(provided)}`
  )
}

/** The rule among the words of a key spec. */
export function ruleOf(spec: KeySpec): [type: string, arg: unknown] | null {
  return Object.entries(spec).find(([word]) => word.startsWith('type:')) ?? null
}

/** Converts values in place, as the original does: what follows the validation sees them converted. */
function dictReason(value: unknown, specs: KeySpecs | null, source: ValidatorSource): string | null {
  if (!isDict(value)) return `'${str(value)}' is not a dictionary`
  if (!specs || Object.keys(specs).length === 0) return null
  const required = Object.keys(specs).filter((key) => specs[key]?.required)
  const reason = required.length === 0 ? null : keysReason(required, value, false)
  if (reason !== null) return reason
  const unexpected = Object.keys(value).filter((key) => !Object.hasOwn(specs, key))
  if (unexpected.length > 0) return `Unexpected keys supplied: ${str(unexpected.join(', '))}`
  for (const [key, spec] of Object.entries(specs)) {
    if (!Object.hasOwn(value, key)) continue
    const reason = itemReason(value, key, spec, source)
    if (reason !== null) return reason
  }
  return null
}

function itemReason(data: Record<string, unknown>, key: string, spec: KeySpec, source: ValidatorSource): string | null {
  if (spec.convert_to) data[key] = spec.convert_to(data[key])
  const rule = ruleOf(spec)
  return rule === null ? null : (source.get(rule[0])?.validate(data[key], rule[1], source) ?? null)
}

function expectsSpecs(arg: unknown, source: ValidatorSource): string | null {
  if (arg === null || arg === undefined) return null
  if (!isDict(arg)) return 'an object of key specs, or null'
  for (const [key, spec] of Object.entries(arg)) {
    if (!isDict(spec)) return `an object of key specs; that of "${key}" is no object`
    const rule = ruleOf(spec)
    if (rule === null) continue
    const validator = source.get(rule[0])
    if (validator === undefined) return `key specs whose rules exist; "${key}" has "${rule[0]}"`
    const expected = validator.expects?.(rule[1], source) ?? null
    if (expected !== null) return `for "${key}" as argument of "${rule[0]}" ${expected}`
  }
  return null
}

const dict: Validator = {
  validate: (value, specs, source) => dictReason(value, specs as KeySpecs | null, source),
  schema(arg, schemas) {
    const specs = Object.entries((arg as KeySpecs | null) ?? {})
    if (specs.length === 0) return { type: 'object' }
    const required = specs.filter(([, spec]) => spec.required).map(([key]) => key)
    return {
      type: 'object',
      properties: Object.fromEntries(specs.map(([key, spec]) => [key, schemas.of(spec)])),
      ...(required.length > 0 && { required }),
      additionalProperties: false,
    }
  },
  isExact: true,
  expects: expectsSpecs,
}

/** `{}` besides, whatever keys are required. */
const dictOrEmpty: Validator = {
  ...dict,
  validate: (value, arg, source) => (isEmptyDict(value) ? null : dict.validate(value, arg, source)),
  schema: (arg, schemas) => ({ anyOf: [dict.schema?.(arg, schemas), { type: 'object', maxProperties: 0 }] }),
}

/** Whatever Python calls false besides: the client has sent nothing. */
const dictOrNoData: Validator = {
  ...dict,
  validate: (value, arg, source) => (isNothing(value) ? null : dict.validate(value, arg, source)),
  schema: (arg, schemas) => ({
    anyOf: [
      dict.schema?.(arg, schemas),
      { type: 'object', maxProperties: 0 },
      { type: 'array', maxItems: 0 },
      { enum: [null, false, 0, ''] },
    ],
  }),
}

function isEmptyDict(value: unknown): boolean {
  return isDict(value) && Object.keys(value).length === 0
}

function isNothing(value: unknown): boolean {
  return !value || isEmptyDict(value) || (Array.isArray(value) && value.length === 0)
}

/** A list of dictionaries, each after one of the specs. */
const anyKeySpecs: Validator = {
  validate(value, arg, source) {
    if (value === null) return null
    const reason = listReason(value, (item) => {
      if ((arg as KeySpecs[]).some((specs) => takesDict(item, specs, source))) return null
      return `No valid key specs matched for: ${str(item)}`
    })
    if (reason !== null) throw new InvalidInput(reason)
    return null
  },
  schema: (arg, schemas) =>
    nullable({
      type: 'array',
      uniqueItems: true,
      items: { anyOf: (arg as KeySpecs[]).map((specs) => dict.schema?.(specs, schemas) ?? {}) },
    }),
  isExact: true,
  expects(arg, source) {
    if (!Array.isArray(arg) || arg.length === 0) return 'a list of objects of key specs'
    return arg.map((specs) => expectsSpecs(specs, source)).find((expected) => expected !== null) ?? null
  },
}

/** A spec that does not fit leaves the item as it was: its conversions are done on a copy. */
function takesDict(item: unknown, specs: KeySpecs, source: ValidatorSource): boolean {
  if (!isDict(item)) return false
  const copy: Record<string, unknown> = { ...item }
  if (dictReason(copy, specs, source) !== null) return false
  for (const key of Object.keys(specs)) {
    if (Object.hasOwn(copy, key)) item[key] = copy[key]
  }
  return true
}

const subnetList = listOf(subnet)

export const collectionValidators = {
  'type:dict': dict,
  'type:dict_or_none': orNone(dict),
  'type:dict_or_empty': dictOrEmpty,
  'type:dict_or_nodata': dictOrNoData,
  'type:list_of_any_key_specs_or_none': anyKeySpecs,
  'type:list_of_regex_or_none': orNone(listOf(regex)),
  'type:list_of_unique_strings': listOf(uniqueStringItem),
  'type:list_of_subnets_or_none': orNone(subnetList),
  'type:subnet_list': subnetList,
  'type:uuid_list': uuidList,
  'type:uuid_list_non_empty': uuidListNonEmpty,
} satisfies Record<string, Validator>
