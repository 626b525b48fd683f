// Migrations on SQLite with foreign keys that are enforced: tables to which others refer are rebuilt and lose no row, what a
// migration leaves referring to nothing fails it, and afterwards the keys hold as before.
import { type Kysely, sql } from 'kysely'
import { expect, it } from 'vitest'
import type { RevisionModule } from '../../../src/db/migrations/contract.ts'
import { downgrade, readCurrent, upgrade } from '../../../src/db/migrations/engine.ts'
import { buildGraph } from '../../../src/db/migrations/graph.ts'
import { compareSchema } from '../../../src/db/schema/compare.ts'
import { rebuildTable } from '../../../src/db/schema/rebuild.ts'
import { renderDifferences } from '../../../src/db/schema/render.ts'
import { column, defineTable } from '../../../src/db/schema/table.ts'
import { rejectionOf } from '../../fault.ts'
import { type AnyTables, eachDatabase } from '../databases.ts'
import { revision } from './revisions.ts'

async function made(kysely: Kysely<AnyTables>, ...statements: string[]): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(kysely)
}

async function rows(kysely: Kysely<AnyTables>, statement: string): Promise<unknown[]> {
  return (await sql.raw(statement).execute(kysely)).rows
}

/** A graph of one revision that does this. */
function only(migrate: RevisionModule['upgrade'], more: Partial<RevisionModule> = {}) {
  return buildGraph([revision({ id: 'a1', upgrade: migrate, ...more })])
}

/** Owners, what goes with them, what forgets them, and owners of owners. */
const owned = [
  'create table owners (id integer primary key, name varchar(9), boss_id int, foreign key (boss_id) references owners (id) on delete cascade)',
  'create table documents (id integer primary key, owner_id int, foreign key (owner_id) references owners (id) on delete cascade)',
  'create table notes (id integer primary key, owner_id int, foreign key (owner_id) references owners (id) on delete set null)',
  "insert into owners values (1, 'ann', null), (2, 'bob', 1)",
  'insert into documents values (1, 1), (2, 2)',
  'insert into notes values (1, 1)',
]

const wider: RevisionModule['upgrade'] = (db, context) =>
  rebuildTable(db, context, 'owners', { alterColumns: { name: { type: 'varchar(99)', nullable: true } } })

eachDatabase('foreign keys', (server) => {
  it('of other tables lead to a rebuilt one before and after, in the transaction of a migration', async () => {
    const database = await server.open()
    const { kysely } = database
    await made(kysely, ...owned)
    await upgrade(database, only(wider), 'head')
    expect(await rows(kysely, 'select id, owner_id from documents order by id')).toEqual([
      { id: 1, owner_id: 1 },
      { id: 2, owner_id: 2 },
    ])
    expect(await rows(kysely, 'select owner_id from notes')).toEqual([{ owner_id: 1 }])
    await expect(made(kysely, 'insert into documents values (3, 7)')).rejects.toThrow(/foreign key/iu)
    await made(kysely, 'delete from owners where id = 1')
    expect(await rows(kysely, 'select 1 from owners')).toEqual([])
    expect(await rows(kysely, 'select 1 from documents')).toEqual([])
    expect(await rows(kysely, 'select owner_id from notes')).toEqual([{ owner_id: null }])
  })

  if (server.dialect !== 'sqlite') return

  it('do not cascade in a migration: what is left referring to nothing fails it, named, and nothing is lost', async () => {
    const database = await server.open()
    await made(database.kysely, ...owned)
    const graph = only(async (db) => void (await db.deleteFrom('owners').where('id', '=', 2).execute()))
    expect(await rejectionOf(upgrade(database, graph, 'head'))).toMatchObject({
      code: 'SLIPWAY_DB_MIGRATION',
      message: 'upgrade of revision "a1" failed: it leaves rows of "documents" that refer to nothing in "owners"',
      hint: expect.stringContaining('on SQLite nothing cascades while a migration runs') as string,
    })
    expect(await rows(database.kysely, 'select id from owners order by id')).toEqual([{ id: 1 }, { id: 2 }])
    expect(await readCurrent(database)).toEqual([])
    expect(await rows(database.kysely, 'pragma foreign_keys')).toEqual([{ foreign_keys: 1 }])
  })

  it('may be broken for as long as the migration runs', async () => {
    const database = await server.open()
    await made(database.kysely, ...owned)
    const graph = only(async (db) => {
      await db.insertInto('documents').values({ id: 3, owner_id: 3 }).execute()
      await db.insertInto('owners').values({ id: 3, name: 'eve' }).execute()
    })
    await upgrade(database, graph, 'head')
    expect(await readCurrent(database)).toEqual(['a1'])
  })

  it('that were broken before are nobody’s fault, and one more row is', async () => {
    const database = await server.open()
    const { kysely } = database
    await made(
      kysely,
      ...owned,
      'pragma foreign_keys = off',
      'delete from owners where id = 2',
      'pragma foreign_keys = on',
    )
    const graph = buildGraph([
      revision({ id: 'a1', upgrade: wider }),
      revision({
        id: 'b2',
        down: 'a1',
        upgrade: async (db) => void (await db.insertInto('notes').values({ id: 9, owner_id: 9 }).execute()),
      }),
    ])
    expect(await rejectionOf(upgrade(database, graph, 'head'))).toMatchObject({
      message: 'upgrade of revision "b2" failed: it leaves rows of "notes" that refer to nothing in "owners"',
    })
    expect(await readCurrent(database)).toEqual(['a1'])
  })

  it('to columns that are no key are refused when a migration brings them, and passed over when they were there', async () => {
    const database = await server.open()
    const { kysely } = database
    const bad = 'create table bad (id integer primary key, name varchar(9) references owners (name))'
    await made(kysely, ...owned)
    const graph = only(async (db, context) => void (await context.sql.raw(bad).execute(db)))
    expect(await rejectionOf(upgrade(database, graph, 'head'))).toMatchObject({
      message: 'upgrade of revision "a1" failed: it leaves a foreign key to columns that are no key',
    })
    await made(kysely, bad)
    await upgrade(database, only(wider), 'head')
    expect(await rows(kysely, 'select 1 from documents')).toHaveLength(2)
  })

  it('are enforced where a migration runs without a transaction', async () => {
    const database = await server.open()
    await made(database.kysely, ...owned)
    const graph = only(async (db) => void (await db.deleteFrom('owners').execute()), { transaction: false })
    await upgrade(database, graph, 'head')
    expect(await rows(database.kysely, 'select 1 from documents')).toEqual([])
  })

  it('are what they were after a migration that fails, and on the way back', async () => {
    const database = await server.open()
    const { kysely } = database
    await made(kysely, ...owned)
    const failing = only(async (db, context) => {
      await wider(db, context)
      throw new Error('on purpose')
    })
    await expect(upgrade(database, failing, 'head')).rejects.toThrow('on purpose')
    const graph = only(() => undefined, { downgrade: wider })
    await upgrade(database, graph, 'head')
    await downgrade(database, graph, 'base')
    expect(await rows(kysely, 'select 1 from documents')).toHaveLength(2)
    await made(kysely, 'delete from owners')
    expect(await rows(kysely, 'select 1 from documents')).toEqual([])
  })

  it('are left alone where the program does not enforce them', async () => {
    const database = await server.open()
    await made(database.kysely, ...owned, 'pragma foreign_keys = off')
    await upgrade(
      database,
      only(async (db) => void (await db.deleteFrom('owners').execute())),
      'head',
    )
    expect(await rows(database.kysely, 'select 1 from documents')).toHaveLength(2)
    expect(await rows(database.kysely, 'pragma foreign_keys')).toEqual([{ foreign_keys: 0 }])
  })
})

eachDatabase('a revision that is written for a table to which others refer', (server) => {
  it('runs as it stands, in its transaction, and back', async () => {
    const database = await server.open()
    const { kysely } = database
    const shape = (length: number) => [
      defineTable('owners', { id: column.integer({ primaryKey: true }), name: column.varchar(length) }),
      defineTable('documents', {
        id: column.integer({ primaryKey: true }),
        owner_id: column.integer({ references: 'owners.id', onDelete: 'cascade' }),
      }),
    ]
    await upgrade(database, only(await written(database, shape(9), 'upgrade')), 'head')
    await made(kysely, "insert into owners values (1, 'ann')", 'insert into documents values (1, 1)')
    const graph = buildGraph([
      revision({ id: 'a1' }),
      revision({
        id: 'b2',
        down: 'a1',
        upgrade: await written(database, shape(99), 'upgrade'),
        downgrade: await written(database, shape(99), 'downgrade'),
      }),
    ])
    await upgrade(database, graph, 'head')
    expect(await compareSchema(database, shape(99))).toEqual([])
    await downgrade(database, graph, 'a1')
    expect(await compareSchema(database, shape(9))).toEqual([])
    expect(await rows(kysely, 'select id, owner_id from documents')).toEqual([{ id: 1, owner_id: 1 }])
  })
})

/** The code of the differences, with what it imports as `revision --autogenerate` writes it. */
async function written(
  database: Parameters<typeof compareSchema>[0],
  tables: Parameters<typeof compareSchema>[1],
  direction: 'upgrade' | 'downgrade',
): Promise<RevisionModule['upgrade']> {
  const body = renderDifferences(await compareSchema(database, tables))[direction]
  const text = `export const migrate = (rebuildTable) => async (db, context) => {\n${body}\n}`
  const module = (await import(`data:text/javascript,${encodeURIComponent(text)}`)) as {
    migrate: (rebuild: typeof rebuildTable) => RevisionModule['upgrade']
  }
  return module.migrate(rebuildTable)
}
