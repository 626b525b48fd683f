// Schema and map must not disagree: what a map takes, its schema takes; where a schema says everything that its rule
// says, it refuses the same too.
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Attribute,
  type AttributeMap,
  converters,
  type JsonSchema,
  openApiOf,
  prepareCreate,
  prepareUpdate,
  schemaOf,
} from '../../../src/api/index.ts'
import { textFault } from '../../../src/api/attributes/text-fault.ts'
import { getValidator, validatorTypes } from '../../../src/api/attributes/validators.ts'
import { HttpError } from '../../../src/http/index.ts'
import { map } from './documents.ts'

const names = { resource: 'x', collection: 'xs' }
const owner = { projectId: 'p1', isAdmin: true }

function compiled(schema: JsonSchema): (value: unknown) => boolean {
  const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: false })
  addFormats.default(ajv)
  return ajv.compile(schema)
}

function takes(run: () => unknown): boolean {
  try {
    run()
    return true
  } catch (error) {
    if (error instanceof HttpError) return false
    throw error
  }
}

const uuid = '11111111-2222-3333-4444-555555555555'

/** For each rule, an argument and values near its border. */
const rules: Record<string, [arg: unknown, ...values: unknown[]]> = {
  'type:string': [3, 'abc', 'abcd', '😀😀😀', '😀😀😀😀'],
  'type:string_or_none': [null],
  'type:not_empty_string': [3, ' ', '\u{feff}', '\u{1c}', ' a '],
  'type:not_empty_string_or_none': [null, '\t'],
  'type:oneline_not_empty_string': [5, 'a\n', 'a\r\n', 'a\nb', '\na', 'a\u2028'],
  'type:oneline_not_empty_string_or_none': [null, 'a\n\n'],
  'type:values': [['a', 5, null, false], 'b', true],
  'type:boolean': [null, 'TRUE', ' yes ', 'nope', 1, 2],
  'type:uuid': [null, uuid, uuid.replaceAll('-', ''), `{${uuid}}`, `urn:uuid:${uuid}`, `${uuid}0`],
  'type:uuid_or_none': [null, uuid],
  'type:regex': ['[a-z]+', 'abc', 'abc1', '1abc'],
  'type:regex_or_none': ['^a$', 'a', 'b'],
  'type:integer': [null, '5', ' +5 ', '1_0', 5, 5.5],
  'type:range': [[0, 10], 0, 10, 11, -1, '5', '11'],
  'type:range_or_none': [[null, 5], -100, 6],
  'type:non_negative': [null, 0, -1, '0'],
  'type:port_range': [null, '80', 80, '80:90', '90:80'],
  'type:ethertype': [null, 'IPv4', 'ipv4'],
  'type:ip_address': [null, '10.0.0.1', '010.0.0.1', '10.1', '::1', '::ffff:1.2.3.4', 'FE80::1', '1:2:3:4:5:6:7:8'],
  'type:ip_address_or_none': [null, '10.0.0.1'],
  'type:ip_or_subnet_or_none': [null, '10.0.0.0/8', '::/0', '10.0.0.1'],
  'type:subnet': [null, '10.0.0.0/8', '10.0.0.0/255.0.0.0', '2001:DB8::/32', '10/8', '::1.2.3.4/128'],
  'type:subnet_or_none': [null, '0.0.0.0/0'],
  'type:mac_address': [null, 'fa:16:3e:00:00:01', 'fa16.3e00.0001', '0:1:2:3:4:5', 'a163e000001', 'FA163E-000001'],
  'type:mac_address_or_none': [null, 'fa-16-3e-0-0-1'],
  'type:dict': [
    { k: { 'type:string': 3 }, n: { 'type:boolean': null, required: true }, b: { convert_to: converters.toBoolean } },
    { n: true },
    { n: 1, k: 'abcd' },
    { k: 'a' },
    { n: 'yes', z: 1 },
    { n: 'no', b: 'on' },
  ],
  'type:dict_or_none': [null, {}],
  'type:dict_or_empty': [{ n: { required: true } }, {}, { n: 1 }, { m: 1 }],
  'type:dict_or_nodata': [{ n: { required: true } }, '', 0, [], false, { n: 1 }, { m: 1 }],
  'type:list_of_any_key_specs_or_none': [
    [{ a: { required: true } }, { b: { 'type:boolean': null } }],
    [{ a: 1 }],
    [{ b: true }, { b: 'no' }],
    [{ b: 7 }],
    [{}, {}],
  ],
  'type:list_of_regex_or_none': ['a', ['a', 'ab'], ['b'], ['a', 'a']],
  'type:list_of_unique_strings': [2, ['ab', 'a'], ['a', 'a'], ['abc']],
  'type:list_of_subnets_or_none': [null, ['10.0.0.0/8']],
  'type:subnet_list': [null, ['10.0.0.0/8', '::/0'], ['10.0.0.0/8', '10.0.0.0/8']],
  'type:uuid_list': [null, [uuid], [uuid, uuid], []],
  'type:uuid_list_non_empty': [null, [uuid], []],
  'type:fixed_ips': [null, [{ ip_address: '1.2.3.4', more: 1 }, { subnet_id: uuid }, {}]],
  'type:hostroutes': [null, [{ destination: '10.0.0.0/8', nexthop: '1.2.3.4' }]],
  'type:ip_pools': [null, [{ start: '1.1.1.1', end: '1.1.1.2' }]],
  'type:list_of_subnet_service_types': [null, ['compute:nova'], ['x'], [], '', {}],
  'type:nameservers': [null, ['1.2.3.4'], '', {}],
  'type:service_plugin_type': [['L3'], 'L3', 'L4'],
  'type:subnetpool_id': [null, 'prefix_delegation', uuid],
  'type:subnetpool_id_or_none': [null, null],
  'type:subports': [null, [{ port_id: uuid }], [{ port_id: uuid, segmentation_type: 'inherit' }]],
}

/** Without NUL in a text: whatever the rule, it is refused before. */
const anyValue = fc
  .oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.integer({ min: -20, max: 20 }),
    fc.constantFrom('true', 'Off', '5', ' 5 ', uuid, '10.0.0.1', '::1', '10.0.0.0/8', '80', null),
  )
  .filter((value) => textFault(value) === null)

describe('the schema of every rule', () => {
  test('is tried here', () => {
    expect(Object.keys(rules).toSorted()).toEqual(validatorTypes().toSorted())
  })

  for (const [type, [arg, ...values]] of Object.entries(rules)) {
    const isExact = getValidator(type)?.isExact === true
    test(`${type} ${isExact ? 'says the same as' : 'is not narrower than'} the rule`, () => {
      const attributes: AttributeMap = { v: { allow_post: true, allow_put: true, validate: { [type]: arg } } }
      const isValid = compiled(schemaOf(attributes, 'create', names))
      const check = (v: unknown) => {
        const body = { x: { v } }
        const bySchema = isValid(body)
        const byMap = takes(() => prepareCreate(structuredClone(body), { ...names, attributes }, owner))
        if (byMap || isExact) expect({ v, taken: bySchema }).toEqual({ v, taken: byMap })
      }
      for (const value of values) check(value)
      fc.assert(fc.property(anyValue, check), { numRuns: 200 })
    })
  }
})

test('the schemas of conversions are not narrower than these', () => {
  const cases: [Attribute['convert_to'], Attribute['validate']][] = [
    [converters.toInt, { 'type:range': [0, 9] }],
    [converters.toIntIfNotNone, { 'type:range_or_none': [0, 9] }],
    [converters.toBooleanIfNotNone, {}],
    [converters.toPositiveFloatOrNone, {}],
    [converters.noneToEmptyList, { 'type:uuid_list': null }],
    [converters.noneToEmptyDict, { 'type:dict': null }],
    [converters.toList, { 'type:list_of_unique_strings': null }],
    [converters.toProtocol, {}],
    [converters.stringToCaseInsensitive, { 'type:values': ['a', 'b'] }],
    [converters.toMacIfNone(), { 'type:mac_address': null }],
    [converters.uppercaseIp, { 'type:values': ['IPv4'] }],
    [converters.kvpStrToList, {}],
  ]
  for (const [convert, validate] of cases) {
    const attributes: AttributeMap = {
      v: { allow_post: true, ...(convert && { convert_to: convert }), ...(validate && { validate }) },
    }
    const isValid = compiled(schemaOf(attributes, 'create', names))
    const values = fc.oneof(anyValue, fc.constantFrom('tcp', 'A', 'ipv4', 'a=b', '1.5', ' 7'))
    const property = fc.property(values, (v) => {
      const body = { x: { v } }
      const byMap = takes(() => prepareCreate(structuredClone(body), { ...names, attributes }, owner))
      if (byMap) expect({ v, taken: isValid(body) }).toEqual({ v, taken: true })
    })
    fc.assert(property, { numRuns: 300 })
  }
})

describe('whole bodies', () => {
  const document = { resource: 'document', collection: 'documents' }
  const bodies = fc.record(
    {
      name: fc.oneof(fc.string({ maxLength: 12 }), anyValue),
      size: fc.oneof(fc.integer({ min: -5, max: 1005 }), anyValue),
      shared: fc.oneof(fc.boolean(), anyValue),
      note: anyValue,
      ref: fc.constantFrom(null, uuid, 'x'),
      secret: anyValue,
      gateway: fc.oneof(fc.record({ net: fc.string(), nat: fc.boolean() }, { requiredKeys: [] }), anyValue),
      tenant_id: fc.constantFrom('p1', 'p2'),
      project_id: fc.constant('p1'),
      id: fc.constant(uuid),
      nope: anyValue,
    },
    { requiredKeys: [] },
  )

  test('that a map takes, its schema takes, for create and update', () => {
    const isCreate = compiled(schemaOf(map.documents, 'create', document))
    const isUpdate = compiled(schemaOf(map.documents, 'update', document))
    const rules = { ...document, attributes: map.documents }
    let taken = 0
    const property = fc.property(bodies, (values) => {
      const body = { document: values }
      if (takes(() => prepareCreate(structuredClone(body), rules, owner))) {
        taken += 1
        expect(isCreate(body)).toBe(true)
      }
      if (takes(() => prepareUpdate(structuredClone(body), rules, owner)) && Object.keys(values).length > 0) {
        expect(isUpdate(body)).toBe(true)
      }
    })
    const valid = { name: 'a', size: '7', shared: 'on', gateway: { nat: 1 }, project_id: 'p1' }
    fc.assert(property, { numRuns: 1000, examples: [[valid as never]] })
    expect(taken).toBeGreaterThan(0)
  })

  test('say what is required, what is unknown and what the defaults are', () => {
    const schema = schemaOf(map.documents, 'create', document)
    const member = (schema.properties as { document: Record<string, unknown> }).document
    expect(member.required).toEqual(['name'])
    expect(member.properties).not.toHaveProperty('id')
    expect(member).toHaveProperty(['properties', 'size', 'default'], 0)
    const isValid = compiled(schema)
    expect(
      [{ document: { name: 'a' } }, { document: {} }, { document: { name: 'a', id: uuid } }, {}].map(isValid),
    ).toEqual([true, false, false, false])
  })

  test('that a server sends have the visible attributes alone', () => {
    const show = schemaOf(map.documents, 'show', document)
    const shown = (show.properties as { document: { properties: object } }).document.properties
    expect(Object.keys(shown)).toEqual(['id', 'name', 'size', 'shared', 'note', 'ref', 'gateway', 'tenant_id'])
    const isList = compiled(schemaOf(map.documents, 'list', document))
    expect(isList({ documents: [{ id: uuid, name: 'a' }], documents_links: [{ rel: 'next', href: 'http://x' }] })).toBe(
      true,
    )
    expect(isList({ documents: {} })).toBe(false)
  })
})

describe('OpenAPI', () => {
  test('has a valid document of 3.1 from the pieces', async () => {
    const { Validator } = await import('@seriousme/openapi-schema-validator')
    const parts = openApiOf(map.documents, {
      resource: 'document',
      collection: 'documents',
      prefix: '/v2.0',
      allowBulk: true,
      allowPagination: true,
      allowSorting: true,
    })
    const result = await new Validator().validate({ openapi: '3.1.0', info: { title: 't', version: '1' }, ...parts })
    expect(result).toMatchObject({ valid: true })
    expect(Object.keys(parts.paths)).toEqual(['/v2.0/documents', '/v2.0/documents/{id}'])
    expect(Object.keys(parts.components.schemas)).toEqual([
      'DocumentCreate',
      'DocumentUpdate',
      'DocumentShow',
      'DocumentList',
    ])
  })

  test('has the operations that there are', () => {
    const { paths } = openApiOf(map.documents, {
      resource: 'document',
      collection: 'documents',
      actions: ['index', 'show'],
    })
    expect(Object.keys(paths['/documents'] ?? {})).toEqual(['get'])
    expect(Object.keys(paths['/documents/{id}'] ?? {})).toEqual(['parameters', 'get'])
  })
})
