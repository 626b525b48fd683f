// The 45 validators and the converters against what neutron-lib 3.1 answers (test/golden/attributes.py makes the record).
import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import * as converters from '../../../src/api/attributes/converters.ts'
import { repr, str } from '../../../src/api/attributes/python-text.ts'
import { getValidator, validators, validatorTypes } from '../../../src/api/attributes/validators.ts'
import { ATTR_NOT_SPECIFIED, attributeMap, type AttributeMap, prepareCreate } from '../../../src/api/index.ts'
import { HttpError } from '../../../src/http/index.ts'

type Answer = null | [text: number, raised?: string]

interface Golden {
  values: unknown[]
  shown: string[]
  validations: { type: string; arg: unknown; more: unknown[]; answers: Answer[] }[]
  conversions: { name: string; more: unknown[]; answers: { error?: Answer; made?: unknown }[] }[]
  texts: string[]
  resource: Record<string, Record<string, unknown>>
  creations: { who: [string | null, boolean]; body: object; made?: object; error?: string }[]
}

const golden = JSON.parse(readFileSync(new URL('../../golden/attributes.json', import.meta.url), 'utf8')) as Golden

/** What JSON cannot tell apart in JavaScript: Python has 1e20 as a float. */
const lossy = [1e20]

/** Cases where we differ on purpose; each is looked up by rule and value. */
const departures: { why: string; is: (rule: string, value: unknown, theirs: string | null) => boolean }[] = [
  {
    why: 'a number that is no integer is not silently cut to one',
    is: (rule, value) => /range|non_negative|convert_to_int/.test(rule) && (value === 1.5 || value === 1e-5),
  },
  {
    why: 'a boolean is no number in a range',
    is: (rule, value) => /type:(range|non_negative)/.test(rule) && typeof value === 'boolean',
  },
  {
    why: 'a choice is compared with its type: true is not 1',
    is: (rule, value) => /values|integer/.test(rule) && typeof value === 'boolean',
  },
  {
    why: 'the original fails with a TypeError: 500 instead of 400',
    is: (_rule, _value, theirs) => theirs === 'crash',
  },
  {
    why: 'subports after one that inherits are looked at too',
    is: (rule, value) => rule === 'type:subports' && JSON.stringify(value).includes('inherit'),
  },
  {
    why: 'owners that only share their first letter with "compute:" are refused',
    is: (rule, value) => rule === 'type:list_of_subnet_service_types' && Array.isArray(value),
  },
  {
    why: 'numbers that a double does not hold are refused rather than changed',
    is: (rule, value) => /convert_to_int/.test(rule) && /^\d{17,}$/.test(String(value)),
  },
  {
    why: 'the loopback of IPv6 is no more to be routed than that of IPv4',
    is: (rule, value) => rule === 'type:hostroutes' && JSON.stringify(value).includes('::1/128'),
  },
  {
    why: 'no address is recommended for what only a lenient int() reads as a part of one',
    is: (rule, value) => /type:subnet/.test(rule) && (value === '+5' || value === '1_0'),
  },
  {
    why: 'JSON has no NaN and no infinity, and true is no decimal',
    is: (rule, value) =>
      rule === 'convert_to_positive_float_or_none' &&
      (typeof value === 'boolean' || value === 'nan' || value === 'inf'),
  },
  {
    why: 'spaces, signs and underscores are no part of an address',
    is: (rule, value) => rule === 'convert_cidr_to_canonical_format' && /[ +_]/.test(String(value)),
  },
  {
    why: 'a number is no MAC address, nor is one with a line end',
    is: (rule, value) =>
      rule === 'convert_to_sanitized_mac_address' &&
      (typeof value === 'number' || !/^[\da-f:.-]{2,}$/i.test(String(value))),
  },
]

function attempt(run: () => string | null): string | null {
  try {
    return run()
  } catch (error) {
    if (error instanceof HttpError) return error.message
    throw error
  }
}

/** Sets have no order in Python. */
function inOrder(text: string | null): string | null {
  return text?.replaceAll(/\{([^{}:]*)\}/g, (_all, inner: string) => `{${inner.split(', ').sort().join(', ')}}`) ?? null
}

function textOf(answer: Answer | undefined, value: unknown, shown: string | undefined): string | null {
  if (!answer) return null
  return (golden.texts[answer[0]] ?? '').replaceAll("'<>'", () => `'${shown ?? str(value)}'`)
}

function withFunctions(arg: unknown): unknown {
  if (Array.isArray(arg)) return arg.map(withFunctions)
  if (typeof arg !== 'object' || arg === null) return arg
  return Object.fromEntries(
    Object.entries(arg).map(([key, one]) => [
      key,
      one === 'convert_to_boolean' ? converters.toBoolean : withFunctions(one),
    ]),
  )
}

test('there are the 45 validators of neutron-lib', () => {
  expect(validatorTypes()).toHaveLength(45)
  for (const { type } of golden.validations) expect(getValidator(type), type).toBeDefined()
})

test('values read as Python writes them', () => {
  const ours = golden.values.map(str)
  const differing = ours.filter((text, at) => text !== golden.shown[at])
  expect(differing).toEqual(['100000000000000000000'])
  expect([repr('a'), repr(null), repr([true, { a: 0.00001 }]), repr(2e16 + 0.5)]).toEqual([
    "'a'",
    'None',
    "[True, {'a': 1e-05}]",
    '20000000000000000',
  ])
})

describe('validators answer as neutron-lib does', () => {
  for (const { type, arg, more, answers } of golden.validations) {
    test(`${type} with ${JSON.stringify(arg)}`, () => {
      const differences: unknown[] = []
      const values = [...golden.values, ...more]
      for (const [at, value] of values.entries()) {
        if (lossy.includes(value as number)) continue
        const theirs = inOrder(textOf(answers[at], value, golden.shown[at]))
        if (departures.some(({ is }) => is(type, value, theirs))) continue
        const copy = structuredClone(value)
        const rule = getValidator(type)
        const ours = attempt(() => rule?.validate(copy, withFunctions(arg), validators) ?? null)
        if (inOrder(ours) !== theirs) differences.push({ value, theirs, ours })
      }
      expect(differences).toEqual([])
    })
  }
})

const byOriginalName: Record<string, (value: unknown) => unknown> = {
  convert_to_boolean: converters.toBoolean,
  convert_to_boolean_if_not_none: converters.toBooleanIfNotNone,
  convert_to_int: converters.toInt,
  convert_to_int_if_not_none: converters.toIntIfNotNone,
  convert_to_positive_float_or_none: converters.toPositiveFloatOrNone,
  convert_kvp_str_to_list: converters.kvpStrToList,
  convert_kvp_list_to_dict: converters.kvpListToDict,
  convert_none_to_empty_list: converters.noneToEmptyList,
  convert_none_to_empty_dict: converters.noneToEmptyDict,
  convert_none_to_empty_string: converters.noneToEmptyString,
  convert_to_list: converters.toList,
  convert_ip_to_canonical_format: converters.ipToCanonicalFormat,
  convert_cidr_to_canonical_format: converters.cidrToCanonicalFormat,
  convert_string_to_case_insensitive: converters.stringToCaseInsensitive,
  convert_to_protocol: converters.toProtocol,
  convert_to_string: converters.toStringValue,
  convert_uppercase_ip: converters.uppercaseIp,
  convert_to_sanitized_mac_address: converters.toSanitizedMacAddress,
}

describe('converters answer as neutron-lib does', () => {
  for (const { name, more, answers } of golden.conversions) {
    test(name, () => {
      const convert = byOriginalName[name]
      const differences: unknown[] = []
      for (const [at, value] of [...golden.values, ...more].entries()) {
        if (lossy.includes(value as number)) continue
        const { error, made = value } = answers[at] ?? {}
        const theirs = error ? textOf(error, value, golden.shown[at]) : JSON.stringify(made)
        if (departures.some(({ is }) => is(name, value, theirs))) continue
        const ours = attempt(() => JSON.stringify(convert?.(value)))
        if (ours !== theirs) differences.push({ value, theirs, ours })
      }
      expect(differences).toEqual([])
    })
  }
})

test('bodies of a create are prepared as neutron-lib prepares them', () => {
  const alive = (value: unknown, key = ''): unknown => {
    if (value === '<not specified>') return ATTR_NOT_SPECIFIED
    if (key === 'convert_to') return byOriginalName[String(value)]
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, alive(one, name)]))
  }
  const { xs } = attributeMap({ xs: alive(golden.resource) as AttributeMap })
  const rules = { resource: 'x', collection: 'xs', attributes: xs }
  const differences: unknown[] = []
  for (const { who, body, made, error = null } of golden.creations) {
    const [projectId, isAdmin] = who
    let ours: unknown = null
    const refused = attempt(() => {
      ours = { ...prepareCreate({ x: structuredClone(body) }, rules, { projectId, isAdmin }).items[0] }
      return null
    })
    if (refused !== error || (error === null && !isDeepStrictEqual(ours, made))) {
      differences.push({ who, body, theirs: error ?? made, ours: refused ?? ours })
    }
  }
  expect(differences).toEqual([])
  expect(golden.creations.length).toBeGreaterThan(90)
})
