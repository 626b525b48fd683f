// Declarations of tables: the types that follow, and what contradicts itself. Types and defaults as databases tell them.
import type { Insertable, Selectable, Updateable } from 'kysely'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { isSameDefault, parseDefault } from '../../../src/db/schema/defaults.ts'
import { nameOf } from '../../../src/db/schema/shape.ts'
import { column, defineTable, now, type TableOf } from '../../../src/db/schema/table.ts'
import { parseType, typeName } from '../../../src/db/schema/types.ts'

describe('a declared table', () => {
  const documents = defineTable('documents', {
    id: column.integer({ primaryKey: true, autoIncrement: true }),
    title: column.varchar(255),
    body: column.text({ nullable: true }),
    price: column.decimal(10, 2, { default: '0.00' }),
    size: column.bigint(),
    created_at: column.datetime({ default: now }),
  })
  type Documents = TableOf<typeof documents>

  it('gives the types of its rows', () => {
    expectTypeOf<Selectable<Documents>>().toEqualTypeOf<{
      id: number
      title: string
      body: string | null
      price: string
      size: number | bigint
      created_at: Date
    }>()
  })

  it('gives the types of what is written: what has a default, a count or null may lack', () => {
    expectTypeOf<{ title: string; size: number }>().toExtend<Insertable<Documents>>()
    expectTypeOf<{ title: string; size: bigint; body: null; price: number }>().toExtend<Insertable<Documents>>()
    expectTypeOf<{ title: string }>().not.toExtend<Insertable<Documents>>()
    expectTypeOf<{ title: null; size: number }>().not.toExtend<Insertable<Documents>>()
    expectTypeOf<Updateable<Documents>['title']>().toEqualTypeOf<string | undefined>()
  })

  it('takes no default of another type', () => {
    // @ts-expect-error a number is no text
    const wrong = column.varchar(9, { default: 5 })
    expect(wrong.settings.default).toBe(5)
  })

  it.each([
    ['has no primary key', () => defineTable('t', { a: column.text() })],
    ['names column "b", which it has not', () => defineTable('t', { a: id() }, { indexes: [['b' as 'a']] })],
    [
      'has the nullable column "a" in its primary key',
      () => defineTable('t', { a: column.integer({ primaryKey: true, nullable: true }) }),
    ],
    [
      'counts column "n", which is not its primary key',
      () => defineTable('t', { a: id(), n: column.integer({ autoIncrement: true }) }),
    ],
  ])('is refused when it %s', (what, define) => {
    expect(define).toThrow(expect.objectContaining({ code: 'SLIPWAY_DB_SCHEMA', message: `table "t" ${what}` }))
  })

  const id = () => column.integer({ primaryKey: true })
})

describe('a type', () => {
  it.each([
    ['VARCHAR(64)', 'varchar(64)'],
    ['character varying(64)', 'varchar(64)'],
    ['double precision', 'double'],
    ['timestamp without time zone', 'datetime'],
    ['timestamp(3) with time zone', 'datetime'],
    ['datetime(6)', 'datetime'],
    ['numeric(10,2)', 'decimal(10, 2)'],
    ['DECIMAL(5)', 'decimal(5, 0)'],
    ['tinyint(1)', 'boolean'],
    ['tinyint(4)', 'tinyint(4)'],
    ['INT', 'integer'],
    ['int unsigned', 'int unsigned'],
    ['jsonb', 'json'],
    ['longblob', 'binary'],
    ['geometry', 'geometry'],
    ['shop."Mood"', 'shop."Mood"'],
    ["enum('Open','Shut')", "enum('Open','Shut')"],
    ['text[]', 'text[]'],
    ['constructor', 'constructor'],
  ])('%s is %s', (text, name) => {
    expect(typeName(parseType(text))).toBe(name)
  })
})

describe('a default', () => {
  it.each([
    ["'open'::character varying", { kind: 'value', value: 'open' }],
    ["('it''s')", { kind: 'value', value: "it's" }],
    ["'a::b'", { kind: 'value', value: 'a::b' }],
    ['0', { kind: 'value', value: 0 }],
    ['(-1.5)', { kind: 'value', value: -1.5 }],
    ['true', { kind: 'value', value: true }],
    ['current_timestamp(6)', { kind: 'now' }],
    ['now()', { kind: 'now' }],
    ['NULL::character varying', null],
    ['NULL', null],
    ['gen_random_uuid()', { kind: 'expression', text: 'gen_random_uuid()' }],
    [null, null],
  ])('%s is understood', (text, shape) => {
    expect(parseDefault(text)).toEqual(shape)
  })

  it.each([
    ['0', 'false', 'boolean', true],
    ["'1'", 'true', 'boolean', true],
    ['1.50', "'1.5'", 'decimal', true],
    ["'1.50'", "'1.5'", 'text', false],
    ["'5'::bigint", '5', 'integer', true],
    ['now()', 'CURRENT_TIMESTAMP', 'datetime', true],
    ['5', null, 'integer', false],
  ] as const)('%s and %s of a %s are the same: %s', (a, b, kind, isSame) => {
    const type = kind === 'decimal' ? ({ kind, precision: 5, scale: 2 } as const) : ({ kind } as const)
    expect(isSameDefault(parseDefault(a), parseDefault(b), type)).toBe(isSame)
  })
})

describe('a name that nobody gave', () => {
  it('tells what it is of, within what every database takes', () => {
    expect(nameOf('uq', 'documents', ['owner_id', 'title'])).toBe('uq_documents_owner_id_title')
    const long = [nameOf('ix', 'a'.repeat(40), ['b'.repeat(40)]), nameOf('ix', 'a'.repeat(40), ['b'.repeat(41)])]
    expect(long.map((name) => name.length)).toEqual([63, 63])
    expect(new Set(long).size).toBe(2)
  })
})
