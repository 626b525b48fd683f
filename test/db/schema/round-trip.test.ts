// Declared tables against live databases: what is found, that the code made of it leaves nothing to find, and that the
// way back does as well, with the rows still there.
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import type { Database } from '../../../src/db/connect.ts'
import { compareSchema } from '../../../src/db/schema/compare.ts'
import { rebuildTable } from '../../../src/db/schema/rebuild.ts'
import { renderDifferences } from '../../../src/db/schema/render.ts'
import { column, defineTable, now, type Table } from '../../../src/db/schema/table.ts'
import { type AnyTables, eachDatabase } from '../databases.ts'

type Opened = Database<AnyTables>

const owners = defineTable('owners', {
  id: column.integer({ primaryKey: true, autoIncrement: true }),
  name: column.varchar(64, { unique: true }),
})

const documents = defineTable(
  'documents',
  {
    id: column.bigint({ primaryKey: true, autoIncrement: true }),
    owner_id: column.integer({ references: 'owners.id', onDelete: 'cascade' }),
    title: column.varchar(255, { default: "it's new" }),
    body: column.text({ nullable: true }),
    price: column.decimal(10, 2, { default: '0.00' }),
    ratio: column.double({ nullable: true }),
    stars: column.smallint({ default: 0 }),
    is_public: column.boolean({ default: false }),
    created_at: column.datetime({ default: now }),
    day: column.date({ nullable: true }),
    at: column.time({ nullable: true }),
    extra: column.json({ nullable: true }),
    bytes: column.binary({ nullable: true }),
  },
  { indexes: [['title', 'day']], uniques: [['owner_id', 'title']] },
)

const tags = defineTable(
  'tags',
  { document_id: column.bigint(), tag: column.varchar(32) },
  { primaryKey: ['document_id', 'tag'] },
)

const first = [documents, owners, tags]

/** Something of every kind is different. */
const second = [
  defineTable('owners', {
    id: column.integer({ primaryKey: true, autoIncrement: true }),
    name: column.varchar(128, { default: 'nobody' }),
    mail: column.varchar(64, { nullable: true, index: true }),
  }),
  defineTable(
    'documents',
    {
      id: column.bigint({ primaryKey: true, autoIncrement: true }),
      owner_id: column.integer({ nullable: true, references: 'owners.id', onDelete: 'set null' }),
      title: column.varchar(255),
      body: column.text({ nullable: true }),
      price: column.decimal(12, 3, { default: 1.5 }),
      ratio: column.double({ default: 0.5 }),
      stars: column.integer({ default: 0 }),
      is_public: column.boolean({ default: true }),
      created_at: column.datetime({ default: now }),
      updated_at: column.datetime({ default: now }),
      day: column.date({ nullable: true }),
      extra: column.json({ nullable: true }),
      bytes: column.binary({ nullable: true }),
    },
    { indexes: [['day']] },
  ),
  defineTable('notes', {
    id: column.integer({ primaryKey: true }),
    owner_id: column.integer({ references: 'owners.id' }),
  }),
]

/** Runs the body of a migration as it stands. */
async function run(db: Opened, body: string): Promise<void> {
  const text = `export const migrate = async (db, context, rebuildTable) => {\n${body}\n}`
  const module = (await import(`data:text/javascript,${encodeURIComponent(text)}`)) as {
    migrate: (...parameters: unknown[]) => Promise<void>
  }
  await module.migrate(db.kysely, { dialect: db.dialect, sql }, rebuildTable)
}

async function upgraded(db: Opened, tables: readonly Table[]): Promise<{ texts: string[]; downgrade: string }> {
  const differences = await compareSchema(db, tables)
  const { upgrade, downgrade } = renderDifferences(differences)
  await run(db, upgrade)
  return { texts: differences.map(({ text }) => text), downgrade }
}

const texts = async (db: Opened, tables: readonly Table[]): Promise<string[]> =>
  (await compareSchema(db, tables)).map(({ text }) => text)

eachDatabase('a schema', ({ dialect, open }) => {
  it('is made from nothing by the code of its differences, and taken away by the way back', async () => {
    const db = await open()
    const { texts: found, downgrade } = await upgraded(db, first)
    expect(found).toEqual(['add table "documents"', 'add table "owners"', 'add table "tags"'])
    expect(await texts(db, first)).toEqual([])
    await run(db, downgrade)
    expect(await texts(db, first)).toEqual(found)
  })

  it('is led from one shape to another and back, and keeps its rows', async () => {
    const db = await open()
    await upgraded(db, first)
    await db.kysely.insertInto('owners').values({ name: 'ann' }).execute()
    await db.kysely.insertInto('documents').values({ owner_id: 1, title: 'one', ratio: 0.25 }).execute()
    const { texts: found, downgrade } = await upgraded(db, second)
    expect(found).toEqual(secondDifferences)
    expect(await texts(db, second)).toEqual([])
    const row = { id: 1, owner_id: 1, title: 'one', ratio: 0.25, price: '0.000', is_public: false }
    expect(await db.kysely.selectFrom('documents').selectAll().execute()).toMatchObject([row])
    await run(db, downgrade)
    expect(await texts(db, first)).toEqual([])
    expect(await db.kysely.selectFrom('documents').selectAll().execute()).toMatchObject([{ ...row, price: '0.00' }])
    await expect(db.kysely.insertInto('owners').values({ name: 'ann' }).execute()).rejects.toThrow()
    await expect(db.kysely.insertInto('documents').values({ owner_id: 9, title: 'x' }).execute()).rejects.toThrow()
    await db.kysely.deleteFrom('owners').execute()
    expect(await db.kysely.selectFrom('documents').selectAll().execute()).toEqual([])
  })

  it('has no differences in tables that are ignored, the version table among them', async () => {
    const db = await open()
    for (const name of ['alembic_version', 'spatial_ref_sys', 'other']) {
      await db.kysely.schema.createTable(name).addColumn('a', 'integer').execute()
    }
    const differences = await compareSchema(db, [], { ignore: ['other', /^spatial_/u] })
    expect(differences).toEqual([])
    expect(await texts(db, [])).toEqual(expect.arrayContaining(['drop table "other"', 'drop table "spatial_ref_sys"']))
  })

  it('is compared in the time that a command has with many tables', async () => {
    const db = await open()
    const many = Array.from({ length: 30 }, (_, index) =>
      defineTable(`t${index}`, { id: column.integer({ primaryKey: true }), n: column.varchar(9, { index: true }) }),
    )
    await upgraded(db, many)
    expect(await texts(db, many)).toEqual([])
    expect(dialect).toBe(db.dialect)
  })
})

const secondDifferences = [
  'change column "owners.name": type varchar(64) to varchar(128), default none to "nobody"',
  'add column "owners.mail"',
  'add index "ix_owners_mail" on "owners" (mail)',
  expect.stringMatching(/^drop unique "\w+" on "owners" \(name\)$/u),
  'change column "documents.owner_id": not null to nullable',
  'change column "documents.title": default "it\'s new" to none',
  expect.stringMatching(
    /^change column "documents.price": type decimal\(10, 2\) to decimal\(12, 3\), default .* to 1.5$/u,
  ),
  'change column "documents.ratio": nullable to not null, default none to 0.5',
  'change column "documents.stars": type smallint to integer',
  expect.stringMatching(/^change column "documents.is_public": default (?:false|0) to true$/u),
  'add column "documents.updated_at"',
  'drop column "documents.at"',
  'add index "ix_documents_day" on "documents" (day)',
  expect.stringMatching(/^drop unique "\w+" on "documents" \(owner_id, title\)$/u),
  'drop index "ix_documents_title_day" on "documents" (title, day)',
  'drop foreign key of "documents" (owner_id) to "owners" (id)',
  'add foreign key of "documents" (owner_id) to "owners" (id)',
  'add table "notes"',
  'drop table "tags"',
]
