// Changes of tables that SQLite cannot alter: what hangs on a table, and what was written into it by hand, stays.
import { type Kysely, sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { rebuildTable } from '../../../src/db/schema/rebuild.ts'
import { type AnyTables, eachDatabase } from '../databases.ts'

const sqlite = { dialect: 'sqlite' } as const

async function made(kysely: Kysely<AnyTables>, ...statements: string[]): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(kysely)
}

async function rows(kysely: Kysely<AnyTables>, statement: string): Promise<unknown[]> {
  return (await sql.raw(statement).execute(kysely)).rows
}

eachDatabase('a rebuilt table', ({ dialect, open }) => {
  if (dialect !== 'sqlite') {
    it('is altered', async () => {
      const { kysely } = await open()
      await made(kysely, 'create table t (id integer primary key, a varchar(5))', "insert into t values (1, '7')")
      await rebuildTable(kysely, { dialect }, 't', {
        alterColumns: { a: { type: 'integer', default: 3 } },
        addColumns: {
          b: { type: 'varchar(19)', default: "it's \\ new" },
          c: { type: 'datetime', default: { now: true } },
        },
        addUniques: [{ name: 'uq_t_a', columns: ['a'] }],
      })
      await made(kysely, 'insert into t (id) values (2)')
      expect(await rows(kysely, 'select id, a, b from t order by id')).toEqual([
        { id: 1, a: 7, b: "it's \\ new" },
        { id: 2, a: 3, b: "it's \\ new" },
      ])
      await expect(made(kysely, 'insert into t (id, a) values (3, 7)')).rejects.toThrow()
      await rebuildTable(kysely, { dialect }, 't', { dropUniques: [{ name: 'uq_t_a', columns: ['a'] }] })
      await made(kysely, 'insert into t (id, a) values (3, 7)')
    })
    return
  }

  it('keeps checks, collations, generated columns, indexes, triggers, views and the count of its keys', async () => {
    const { kysely } = await open()
    await made(
      kysely,
      `create table "my t" (id integer primary key autoincrement, -- the key, of course
        name text not null collate nocase default 'a, (b) not null' check (length(name) > 0 and name <> ','),
        n int default (1 + 2), twice int generated always as (n * 2) stored,
        constraint positive check (n > 0), unique (name, n))`,
      'create index ix_n on "my t" (n)',
      'create table log (n int)',
      'create trigger tr after insert on "my t" begin insert into log values (new.n); end',
      'create view v as select name from "my t"',
      `insert into "my t" (name, n) values ('one', 1), ('two', 2)`,
      `delete from "my t" where n = 2`,
    )
    await rebuildTable(kysely, sqlite, 'my t', { alterColumns: { n: { type: 'bigint', default: 5 } } })
    await made(kysely, `insert into "my t" (name) values ('three')`)
    expect(await rows(kysely, 'select id, name, n, twice from "my t"')).toEqual([
      { id: 1, name: 'one', n: 1, twice: 2 },
      { id: 3, name: 'three', n: 5, twice: 10 },
    ])
    expect(await rows(kysely, 'select * from log')).toEqual([{ n: 1 }, { n: 2 }, { n: 5 }])
    expect(await rows(kysely, 'select name from v')).toHaveLength(2)
    expect(await rows(kysely, `select 1 from "my t" where name = 'ONE'`)).toHaveLength(1)
    expect(await rows(kysely, `select name from sqlite_master where name like '\\_rebuild%' escape '\\'`)).toEqual([])
    for (const values of ["('', 1)", "('x', 0)", "('ONE', 1)", "('x', null)"]) {
      await expect(made(kysely, `insert into "my t" (name, n) values ${values}`)).rejects.toThrow(/constraint failed/u)
    }
  })

  it('to which others refer keeps their rows, and foreign keys hold afterwards as before', async () => {
    const { kysely } = await open()
    await made(
      kysely,
      'create table a (id integer primary key, x int)',
      'create table b (id integer primary key, a_id int references a (id) on delete cascade)',
      'insert into a values (1, 1)',
      'insert into b values (1, 1)',
    )
    await rebuildTable(kysely, sqlite, 'a', { alterColumns: { x: { type: 'text', nullable: true } } })
    expect(await rows(kysely, 'select * from b')).toEqual([{ id: 1, a_id: 1 }])
    await made(kysely, 'delete from a')
    expect(await rows(kysely, 'select * from b')).toEqual([])
  })

  it('to which others refer is refused in a transaction, with what to do, and nothing is lost', async () => {
    const { kysely } = await open()
    await made(
      kysely,
      'create table a (id integer primary key, x int)',
      'create table b (id integer primary key, a_id int references a (id) on delete cascade)',
      'insert into a values (1, 1)',
      'insert into b values (1, 1)',
    )
    const rebuilding = kysely
      .transaction()
      .execute((it) => rebuildTable(it, sqlite, 'a', { alterColumns: { x: { type: 'text' } } }))
    await expect(rebuilding).rejects.toMatchObject({
      code: 'SLIPWAY_DB_SCHEMA',
      message: 'table "a" cannot be rebuilt in a transaction: foreign keys of "b" lead to it',
      hint: 'the engine of the migrations does not enforce them: leave the transaction to it, or call this outside of one',
    })
    expect(await rows(kysely, 'select * from b')).toEqual([{ id: 1, a_id: 1 }])
  })

  it('that nobody refers to is rebuilt within a transaction, and back when that fails', async () => {
    const { kysely } = await open()
    await made(kysely, 'create table a (id integer primary key, x int)', 'insert into a values (1, 1)')
    const change = { alterColumns: { x: { type: 'varchar(9)' } } }
    const failing = kysely.transaction().execute(async (it) => {
      await rebuildTable(it, sqlite, 'a', change)
      throw new Error('on purpose')
    })
    await expect(failing).rejects.toThrow('on purpose')
    expect(await rows(kysely, "select type from pragma_table_info('a') where name = 'x'")).toEqual([{ type: 'INT' }])
    await kysely.transaction().execute((it) => rebuildTable(it, sqlite, 'a', change))
    expect(await rows(kysely, 'select * from a')).toEqual([{ id: 1, x: '1' }])
  })

  it('stays as it was when its rows do not fit', async () => {
    const { kysely } = await open()
    await made(kysely, 'create table a (id integer primary key, x int)', 'insert into a values (1, null)')
    await expect(rebuildTable(kysely, sqlite, 'a', { alterColumns: { x: { type: 'integer' } } })).rejects.toThrow(
      'NOT NULL',
    )
    const key = { name: 'fk', columns: ['id'], table: 'a2', references: ['id'] }
    await made(kysely, 'create table a2 (id integer primary key)')
    await expect(rebuildTable(kysely, sqlite, 'a', { addForeignKeys: [key] })).rejects.toMatchObject({
      message: 'table "a" has rows that refer to nothing in "a2"',
    })
    expect(await rows(kysely, 'select * from a')).toEqual([{ id: 1, x: null }])
    expect(await rows(kysely, 'pragma foreign_keys')).toEqual([{ foreign_keys: 1 }])
  })

  it('loses constraints wherever they were written', async () => {
    const { kysely } = await open()
    await made(
      kysely,
      'create table p (id integer primary key)',
      `create table a (id integer primary key, x int unique not null, y int constraint yp references p (id) on delete set null,
        z int, unique (x, z) on conflict replace, constraint zp foreign key (z) references p)`,
    )
    await rebuildTable(kysely, sqlite, 'a', {
      dropUniques: [
        { name: 'any', columns: ['x'] },
        { name: 'other', columns: ['x', 'z'] },
      ],
      dropForeignKeys: [
        { name: 'any', columns: ['y'] },
        { name: 'other', columns: ['z'] },
      ],
    })
    await made(kysely, 'insert into a values (1, 1, 8, 9), (2, 1, 8, 9)')
    await expect(made(kysely, 'insert into a (id) values (3)')).rejects.toThrow('NOT NULL')
  })

  it('is refused when it, or a column of it, is not there', async () => {
    const { kysely } = await open()
    await made(kysely, 'create table a (id integer primary key)')
    const change = { alterColumns: { x: { type: 'text' } } }
    await expect(rebuildTable(kysely, sqlite, 'a', change)).rejects.toThrow('table "a" has no column "x"')
    await expect(rebuildTable(kysely, sqlite, 'none', change)).rejects.toThrow('table "none" is not there')
  })
})

describe('a rebuild that is to be written down', () => {
  it('is refused for SQLite, as it depends on what is there', async () => {
    const nothing = { getExecutor: () => expect.fail('the database was asked') }
    const writing = rebuildTable(nothing, { dialect: 'sqlite', offline: true }, 'a', { dropColumns: ['x'] })
    await expect(writing).rejects.toMatchObject({ code: 'SLIPWAY_DB_OFFLINE' })
  })
})
