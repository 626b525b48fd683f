// check and revision --autogenerate: the database beside the declared tables.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { column, defineTable, now } from '../../../src/db/schema/table.ts'
import { eachDatabase } from '../databases.ts'
import { line, Shop } from './shop.ts'

const documents = defineTable('documents', {
  id: column.integer({ primaryKey: true }),
  size: column.integer({ nullable: true }),
})

const owners = defineTable('owners', {
  id: column.integer({ primaryKey: true }),
  name: column.varchar(60, { index: true }),
})

eachDatabase('a database beside its declared tables', (server) => {
  it('is checked, gets the revision that is missing, and fits', async () => {
    const shop = new Shop(line, { tables: [documents, owners] }, await server.fresh())
    await shop.run('upgrade heads')
    const differs = await shop.run('check')
    expect(differs).toEqual({
      status: 1,
      stdout: 'add column "owners.name"\nadd index "ix_owners_name" on "owners" (name)\n',
      stderr: 'to write what leads there: shop-db-manage revision --autogenerate -m TEXT\n',
    })
    const words = ['revision', '-m', 'names of owners', '--autogenerate', '--rev-id', 'd4d4']
    expect(await shop.run(words)).toEqual({
      status: 0,
      stdout: 'wrote  migrations/d4d4_names_of_owners.js\n',
      stderr: 'detected: add column "owners.name"\ndetected: add index "ix_owners_name" on "owners" (name)\n',
    })
    expect(await shop.run('upgrade heads')).toMatchObject({ status: 0 })
    expect(await shop.run('check')).toEqual({
      status: 0,
      stdout: 'the database fits the declared tables\n',
      stderr: '',
    })
    expect(await shop.run(['revision', '-m', 'more', '--autogenerate'])).toEqual({
      status: 0,
      stdout: '',
      stderr: 'the database fits the declared tables: nothing was written\n',
    })
    expect(await shop.run('downgrade -1 --yes')).toMatchObject({ status: 0 })
    expect((await shop.run('check')).stdout).toBe(differs.stdout)
  })
})

describe('check', () => {
  it('--json gives the differences', async () => {
    const shop = new Shop(line, { tables: () => Promise.resolve([documents]) })
    await shop.run('upgrade heads')
    const { status, stdout } = await shop.run('check --json')
    expect(status).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject([{ kind: 'drop_table', table: 'owners', text: 'drop table "owners"' }])
  })

  it('says when it is an upgrade that is missing', async () => {
    const shop = new Shop(line, { tables: [documents] })
    await shop.run('upgrade a1a1')
    expect(await shop.run('check')).toMatchObject({
      status: 1,
      stderr: 'the database is not at all heads, c3c3 missing: shop-db-manage upgrade heads\n',
    })
  })

  it('without declared tables is a mistake of the service', async () => {
    const { status, stderr } = await new Shop(line).run('check')
    expect(status).toBe(64)
    expect(stderr).toContain('there are no declared tables to compare the database with')
  })
})

describe('revision --autogenerate', () => {
  it('wants a database that is at all heads', async () => {
    const shop = new Shop(line, { tables: [documents] })
    await shop.run('upgrade a1a1')
    const { status, stderr } = await shop.run(['revision', '-m', 'x', '--autogenerate'])
    expect(status).toBe(78)
    expect(stderr).toContain('the database is not at all heads')
    expect(stderr).toContain('upgrade heads')
  })

  it('needs no package but this one, which a strict layout of node_modules would not find', async () => {
    const times = defineTable('times', {
      id: column.integer({ primaryKey: true }),
      at: column.datetime({ default: now }),
    })
    const wider = defineTable('documents', { id: column.integer({ primaryKey: true }), size: column.bigint() })
    const shop = new Shop(line.slice(0, 2), { tables: [times, wider] })
    await shop.run('upgrade heads')
    await shop.run(['revision', '-m', 'times', '--autogenerate', '--rev-id', 'c3c3'])
    const text = readFileSync(join(shop.folder, 'migrations/c3c3_times.js'), 'utf-8')
    expect(text).toContain('context.sql`CURRENT_TIMESTAMP`')
    expect(text.match(/^import .*$/gmu)).toEqual(["import { rebuildTable } from 'slipway/db'"])
    expect(await shop.spawn('upgrade heads')).toMatchObject({ status: 0 })
    expect((await shop.run('check')).status).toBe(0)
  })

  it('writes the way there and the way back', async () => {
    const shop = new Shop([], { tables: [owners] })
    await shop.run(['revision', '-m', 'owners', '--autogenerate', '--rev-id', 'a1a1'])
    const text = readFileSync(join(shop.folder, 'migrations/a1a1_owners.js'), 'utf-8')
    expect(text.slice(text.indexOf('/**'))).toMatchInlineSnapshot(`
      "/** @param {import('slipway/db').MigrationDatabase} db */
      export async function upgrade(db) {
        await db.schema
          .createTable('owners')
          .addColumn('id', 'integer', (column) => column.primaryKey().notNull())
          .addColumn('name', 'varchar(60)', (column) => column.notNull())
          .execute()
        await db.schema.createIndex('ix_owners_name').on('owners').columns(['name']).execute()
      }

      /** @param {import('slipway/db').MigrationDatabase} db */
      export async function downgrade(db) {
        await db.schema.dropTable('owners').execute()
      }
      "
    `)
  })
})
