import { describe, expect, expectTypeOf, test } from 'vitest'
import {
  type AttributeMap,
  type CreateBody,
  prepareCreate,
  prepareUpdate,
  type UpdateBody,
} from '../../../src/api/index.ts'
import { ATTR_NOT_SPECIFIED as ATTR, attributeMap } from '../../../src/api/index.ts'
import { map } from './documents.ts'

const rules = { resource: 'document', collection: 'documents', attributes: map.documents }
const owner = { projectId: 'p1', isAdmin: false }

function refusal(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof Error && 'status' in error && error.status === 400) return error.message
    throw error
  }
  return 'taken'
}

const create = (body: unknown, more: object = {}) => refusal(() => prepareCreate(body, { ...rules, ...more }, owner))
const update = (document: unknown) => refusal(() => prepareUpdate({ document }, rules, owner))

describe('row 38: bodies are refused with the texts of the original', () => {
  test.each([
    [undefined, 'Resource body required'],
    [{}, 'Resource body required'],
    [[], 'Resource body required'],
    ['text', 'Resource body required'],
    [{ documents: [] }, 'Bulk operation not supported'],
    [{ other: {} }, "Unable to find 'document' in request body"],
    [{ document: 'x' }, "Unable to find 'document' in request body"],
    [{ document: { name: 'a', x: 1 } }, "Unrecognized attribute(s) 'x'"],
    [{ document: {} }, "Failed to parse request. Required attribute 'name' not specified"],
    [{ document: { name: 'a', id: 'b' } }, "Attribute 'id' not allowed in POST"],
    [
      { document: { name: 'waytoolongname' } },
      "Invalid input for name. Reason: 'waytoolongname' exceeds maximum length of 10.",
    ],
    [{ document: { name: 5 } }, "Invalid input for name. Reason: '5' is not a valid string."],
    [{ document: { name: null } }, "Invalid input for name. Reason: 'None' is not a valid string."],
    [{ document: { name: 'a', size: 'many' } }, "Invalid input for operation: 'many' is not an integer."],
    [
      { document: { name: 'a', tenant_id: 'p2' } },
      "Specifying 'project_id' or 'tenant_id' other than the authenticated project in request requires admin or advsvc privileges",
    ],
    [{ document: { name: 'a', tenant_id: 'p1', project_id: 'p2' } }, "'project_id' and 'tenant_id' do not match"],
  ])('%j', (body, text) => {
    expect(create(body)).toBe(text)
  })

  test.each([
    ['a\0b', 'it has a NUL character in it'],
    ['a\uD800b', 'it has half of a surrogate pair in it, which is no Unicode'],
    ['\uDC00', 'it has half of a surrogate pair in it, which is no Unicode'],
  ])('a text that nothing can keep: %j', (name, reason) => {
    const told = `Invalid input for name. Reason: ${reason}.`
    expect([create({ document: { name } }), update({ name })]).toEqual([told, told])
  })

  test('a text that nothing can keep, in a value or a key of what nests', () => {
    const attributes: AttributeMap = { tags: { allow_post: true } }
    for (const tags of [['a', ['\0']], { a: { '\0': 1 } }, { a: [{ b: '\uDFFF' }] }]) {
      expect(create({ document: { tags } }, { attributes })).toMatch(/^Invalid input for tags\. Reason: it has /u)
    }
    expect(create({ document: { tags: ['\u{1F600}'] } }, { attributes })).toBe('taken')
  })

  test('in bulk too', () => {
    expect(create({ documents: [] }, { allowBulk: true })).toBe('Resources required')
    expect(create({ documents: ['x'] }, { allowBulk: true })).toBe('Resource body required')
    expect(create({ documents: [{ document: { name: 'a' } }, { nam: 'b' }] }, { allowBulk: true })).toBe(
      "Unrecognized attribute(s) 'nam'",
    )
  })

  test('the first fault in the order of the checks is told', () => {
    expect(create({ document: { tenant_id: 'p2', x: 1 } })).toMatch(/^Specifying/)
    expect(create({ document: { x: 1 } })).toMatch(/^Unrecognized/)
    expect(create({ document: { size: 'many', name: 'a', id: 'x' } })).toMatch(/^Attribute 'id'/)
    expect(create({ document: { size: 'many', name: 'waytoolongname' } })).toMatch(/^Invalid input for name/)
  })

  test('tacker has its own words for a foreign tenant', () => {
    expect(create({ document: { tenant_id: 'p2' } }, { texts: 'tacker' })).toBe(
      "Specifying 'tenant_id' other than authenticated tenant in request requires admin privileges",
    )
  })

  test('without identity the owner must be named', () => {
    const nobody = { projectId: null, isAdmin: true }
    const run = (document: object) => refusal(() => prepareCreate({ document }, rules, nobody))
    expect(run({ name: 'a' })).toBe('Running without keystone AuthN requires that tenant_id is specified')
    expect(run({ name: 'a', tenant_id: 'p9' })).toBe('taken')
  })
})

describe('row 38: a create gets its defaults', () => {
  test('filled in, converted, and the owner from the token under both names', () => {
    const { items } = prepareCreate({ document: { name: 'a', size: '7', shared: 'True' } }, rules, owner)
    expect({ ...items[0] }).toEqual({
      name: 'a',
      size: 7,
      shared: true,
      ref: null,
      secret: 'hidden',
      gateway: null,
      tenant_id: 'p1',
      project_id: 'p1',
    })
  })

  test('what is not specified is not there', () => {
    expect(prepareCreate({ document: { name: 'a' } }, rules, owner).items[0]).not.toHaveProperty('note')
  })

  test('a default belongs to its request alone', () => {
    const attributes = attributeMap({ xs: { tags: { allow_post: true, default: [] } } }).xs
    const own = { resource: 'x', collection: 'xs', attributes }
    const [first, second] = [1, 2].map(() => prepareCreate({ x: { tags: undefined } }, own, owner).items[0])
    expect(attributes.tags.default).not.toBe(first?.tags)
    expect(first?.tags).not.toBe(second?.tags ?? null)
  })

  test('a default may stand for null as well', () => {
    const attributes = attributeMap({
      xs: {
        kind: { allow_post: true, default: 'plain', default_overrides_none: true, validate: { 'type:string': null } },
      },
    }).xs
    const own = { resource: 'x', collection: 'xs', attributes }
    expect(prepareCreate({ x: { kind: null } }, own, owner).items[0]).toHaveProperty('kind', 'plain')
  })

  test('the keys of a dictionary have defaults, down to the last', () => {
    const attributes = attributeMap({
      xs: {
        conf: {
          allow_post: true,
          default: ATTR,
          dict_populate_defaults: true,
          validate: {
            'type:dict': {
              foo: { default: 42, 'type:values': [42, 43] },
              bar: { 'type:string': null },
              baz: { dict_populate_defaults: true, 'type:dict': { deep: { default: 77, 'type:integer': null } } },
            },
          },
        },
      },
    }).xs
    const own = { resource: 'x', collection: 'xs', attributes }
    const made = (conf: unknown) => prepareCreate({ x: { conf } }, own, owner).items[0]?.conf
    expect(made({})).toEqual({ foo: 42, baz: { deep: 77 } })
    expect(made({ foo: 43, baz: { deep: 1 } })).toEqual({ foo: 43, baz: { deep: 1 } })
    expect(refusal(() => made('text'))).toBe("Invalid input for conf. Reason: 'text' is not a dictionary.")
  })

  test("tacker's vnfd_id need not be valid beside a template", () => {
    const attributes = attributeMap({
      vnfs: {
        vnfd_id: { allow_post: true, default: null, validate: { 'type:uuid': null }, validate_unless: 'vnfd_template' },
        vnfd_template: { allow_post: true, default: null, validate: { 'type:dict_or_none': null } },
      },
    }).vnfs
    const own = { resource: 'vnf', collection: 'vnfs', attributes }
    const run = (vnf: object) => refusal(() => prepareCreate({ vnf }, own, owner))
    expect(run({ vnfd_id: '1111' })).toBe("Invalid input for vnfd_id. Reason: '1111' is not a valid UUID.")
    expect(run({ vnfd_template: null })).toBe("Invalid input for vnfd_id. Reason: 'None' is not a valid UUID.")
    expect(run({ vnfd_template: {} })).toBe('taken')
  })
})

describe('updates', () => {
  test('change what may be put, and get no defaults', () => {
    const changes = prepareUpdate({ document: { size: '5' } }, rules, owner)
    expect({ ...changes }).toEqual({ size: 5 })
  })

  test.each([
    [{ ref: null }, 'Cannot update read-only attribute ref'],
    [{ tenant_id: 'p1' }, 'Cannot update read-only attribute tenant_id'],
    [{ project_id: 'p1' }, 'Cannot update read-only attribute project_id'],
    [{ nope: 1 }, "Unrecognized attribute(s) 'nope'"],
    [{ name: 'waytoolongname' }, "Invalid input for name. Reason: 'waytoolongname' exceeds maximum length of 10."],
  ])('%j', (document, text) => {
    expect(update(document)).toBe(text)
  })

  test('who changes the owner by its second name has named it by both', () => {
    const { given } = prepareCreate({ document: { name: 'a', project_id: 'p1' } }, rules, owner)
    expect(given[0]).toContain('tenant_id')
  })
})

describe('bodies that want to do harm', () => {
  test('are refused when they nest too deep, before anything walks them', () => {
    const deep = '{"a":'.repeat(10_000) + '1' + '}'.repeat(10_000)
    expect(create({ document: { name: 'a', note: JSON.parse(deep) as unknown } })).toBe(
      'Request body is nested too deep',
    )
  })

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('cannot reach a prototype by %s', (key) => {
    expect(create(JSON.parse(`{"document": {"name": "a", "${key}": {"isAdmin": true}}}`))).toBe(
      `Unrecognized attribute(s) '${key}'`,
    )
    expect(create(JSON.parse(`{"${key}": {"name": "a"}}`))).toBe("Unable to find 'document' in request body")
    expect(update(JSON.parse(`{"${key}": 1}`))).toBe(`Unrecognized attribute(s) '${key}'`)
    const gateway = JSON.parse(`{"${key}": 1}`) as unknown
    expect(create({ document: { name: 'a', gateway } })).toBe(
      `Invalid input for gateway. Reason: Unexpected keys supplied: ${key}.`,
    )
    expect(Object.hasOwn(Object.prototype, 'isAdmin')).toBe(false)
  })

  test('get a short answer to a long value, and lists of a hundred thousand are compared in one pass', () => {
    const long = create({ document: { name: 'x'.repeat(1_000_000) } })
    expect(long.length).toBeLessThan(10_000)
    const attributes = attributeMap({ xs: { ids: { allow_post: true, validate: { 'type:uuid_list': null } } } }).xs
    const ids = Array.from({ length: 100_000 }, (_one, at) => at.toString(16).padStart(32, '0'))
    const run = (list: unknown) =>
      refusal(() => prepareCreate({ x: { ids: list } }, { resource: 'x', collection: 'xs', attributes }, owner))
    expect(run(ids)).toBe('taken')
    expect(run([...ids, ids[0]])).toMatch(/^Invalid input for ids. Reason: Duplicate items in the list/)
    expect(run(ids.map((_id, at) => at))).toMatch(/is not a valid UUID/)
    expect(run({ 0: 'x' })).toBe("Invalid input for ids. Reason: '{'0': 'x'}' is not a list.")
  })
})

test('bodies have the types of their maps', () => {
  type Created = CreateBody<typeof map.documents>
  expectTypeOf<Created['size']>().toEqualTypeOf<number>()
  expectTypeOf<Created['shared']>().toEqualTypeOf<boolean>()
  expectTypeOf<Created['name']>().toEqualTypeOf<string>()
  expectTypeOf<Created['ref']>().toEqualTypeOf<string | null>()
  expectTypeOf<Created>().toHaveProperty('note')
  expectTypeOf<Created>().not.toHaveProperty('id')
  expectTypeOf<UpdateBody<typeof map.documents>>().toHaveProperty('size')
  expectTypeOf<UpdateBody<typeof map.documents>>().not.toHaveProperty('ref')
})
