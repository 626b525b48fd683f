// What a map is refused for when it is loaded; the maps of neutron-lib 3.1 load (test/golden/attribute-maps.py).
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  addValidator,
  ATTR_NOT_SPECIFIED,
  attributeMap,
  type AttributeMap,
  converters,
  getValidator,
} from '../../../src/api/index.ts'
import { isSlipwayError, type SlipwayError } from '../../../src/errors.ts'

function faultOf(attribute: object, name = 'size'): SlipwayError {
  try {
    attributeMap({ documents: { [name]: attribute, name: {} } })
  } catch (error) {
    if (isSlipwayError(error)) return error
    throw error
  }
  throw new Error('the map was taken')
}

describe('a map is refused when it is loaded', () => {
  test.each([
    [{ alow_post: true }, 'has the unknown property "alow_post"', ['allow_post']],
    [{ allow_post: 1 }, 'needs true or false for "allow_post"', []],
    [{ convert_to: 'to_int' }, 'needs a function for "convert_to"', []],
    [{ validate: { 'type:strin': null } }, 'has the rule "type:strin", which no validator has', ['type:string']],
    [{ validate: { string: null } }, 'has the rule "string", which no validator has', []],
    [{ validate: { 'type:string': '10' } }, 'has a wrong argument for "type:string"', []],
    [{ validate: { 'type:range': [5, 1] } }, 'has a wrong argument for "type:range"', []],
    [{ validate: { 'type:regex': '[' } }, 'has a wrong argument for "type:regex"', []],
    [{ validate: { 'type:values': [] } }, 'has a wrong argument for "type:values"', []],
    [
      { validate: { 'type:dict': { a: { 'type:dict': { b: { 'type:nope': 1 } } } } } },
      'has a wrong argument for "type:dict"',
      [],
    ],
    [{ validate_unless: 'nam' }, 'waits in "validate_unless" for the unknown attribute "nam"', ['name']],
    [
      { allow_post: true, default: null, validate: { 'type:uuid': null } },
      'has a default that its own rule refuses',
      [],
    ],
    [{ allow_post: true, default: 'x', convert_to: converters.toInt }, 'has a default that its own rule refuses', []],
  ])('%j', (attribute, text, alternatives) => {
    const { code, message, alternatives: close } = faultOf(attribute)
    expect([code, message]).toEqual(['SLIPWAY_API_ATTRIBUTES', `the attribute "size" of "documents" ${text}`])
    expect(close).toEqual(expect.arrayContaining(alternatives))
  })

  test('with the place in nested rules', () => {
    const attribute = { validate: { 'type:dict': { a: { 'type:dict': { b: { 'type:range': 1 } } } } } }
    expect(faultOf(attribute).expected).toContain('for "b" as argument of "type:range" a list of the least')
  })

  test('for names that reach a prototype', () => {
    expect(faultOf({}, 'constructor').message).toBe(
      'the attribute "constructor" of "documents" cannot be the name of an attribute',
    )
    const hostile = JSON.parse('{"__proto__": {"id": {}}}') as Record<string, AttributeMap>
    expect(() => attributeMap(hostile)).toThrow('the name "__proto__" cannot be a collection')
  })

  test('not for a default that only the original would refuse to check', () => {
    const taken = { a: { allow_post: true, default: ATTR_NOT_SPECIFIED, validate: { 'type:uuid': null } } }
    expect(attributeMap({ documents: taken }).documents).toBe(taken)
  })
})

describe('validators of your own', () => {
  test('are added once, by a function or with a schema', () => {
    addValidator('test_even', (value) => (Number(value) % 2 === 0 ? null : `'${String(value)}' is odd`))
    expect(getValidator('type:test_even')?.validate(3, null, { get: getValidator })).toBe("'3' is odd")
    expect(() => addValidator('type:test_even', () => null)).toThrow('Validator type type:test_even is already defined')
    expect(() => addValidator('string', () => null)).toThrow('already defined')
  })
})

interface Golden {
  refused: string[]
  maps: Record<string, Record<string, Record<string, unknown>>>
}

describe('the maps of neutron-lib', () => {
  const { refused, maps } = JSON.parse(
    readFileSync(new URL('../../golden/attribute-maps.json', import.meta.url), 'utf8'),
  ) as Golden

  // What neutron-lib's definitions add to the table of 45, and the functions by their names there.
  const added = [
    'allowed_address_pairs',
    'availability_zone_hint_list',
    'dns_domain_name',
    'dns_host_name',
    'fip_dns_host_name',
    'network_segments',
  ]
  const functions: Record<string, unknown> = {
    convert_to_boolean: converters.toBoolean,
    convert_to_boolean_if_not_none: converters.toBooleanIfNotNone,
    convert_to_int: converters.toInt,
    convert_to_int_if_not_none: converters.toIntIfNotNone,
    convert_to_list: converters.toList,
    convert_to_protocol: converters.toProtocol,
    convert_to_string: converters.toStringValue,
    convert_uppercase_ip: converters.uppercaseIp,
    convert_to_sanitized_mac_address: converters.toSanitizedMacAddress,
    convert_none_to_empty_dict: converters.noneToEmptyDict,
    convert_none_to_empty_list: converters.noneToEmptyList,
    convert_none_to_empty_string: converters.noneToEmptyString,
    convert_string_to_case_insensitive: converters.stringToCaseInsensitive,
    convert_ip_to_canonical_format: converters.ipToCanonicalFormat,
    convert_cidr_to_canonical_format: converters.cidrToCanonicalFormat,
    convert_kvp_list_to_dict: converters.kvpListToDict,
  }

  beforeAll(() => {
    for (const type of added) addValidator(type, () => null)
  })

  function alive(value: unknown, key = ''): unknown {
    if (value === '<not specified>') return ATTR_NOT_SPECIFIED
    if (key.startsWith('convert')) return functions[String(value)]
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map((one) => alive(one))
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [
        name,
        name === 'type:service_plugin_type' ? ['L3'] : alive(one, name),
      ]),
    )
  }

  test('load, but for the defaults that their own rules refuse in the original as well', () => {
    const faults: string[] = []
    for (const [collection, attributes] of Object.entries(maps)) {
      for (const [name, attribute] of Object.entries(attributes)) {
        try {
          attributeMap({ [collection]: { [name]: alive(attribute) as object } })
        } catch (error) {
          faults.push(
            `${collection}.${name}: ${isSlipwayError(error) ? error.message.replace(/^.*" /, '') : String(error)}`,
          )
        }
      }
    }
    // The rule of ports.dns_name is one of those that are stood in for here.
    const defaults = refused.filter((name) => name !== 'ports.dns_name')
    expect(faults.toSorted()).toEqual(
      [
        ...defaults.map((name) => `${name}: has a default that its own rule refuses`),
        // Its expression `eth|ip|tcp|udp)_(src|dst)` lacks a parenthesis: the original fails when a client gives lb_fields.
        'port_pair_groups.port_pair_group_parameters: has a wrong argument for "type:dict"',
      ].toSorted(),
    )
    expect(Object.keys(maps).length).toBe(51)
  })
})
