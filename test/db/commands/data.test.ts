// purge_deleted and online_data_migrations: what happens to rows.
import { sql } from 'kysely'
import { describe, expect, it, vi } from 'vitest'
import type { OnlineMigration } from '../../../src/db/online.ts'
import { eachDatabase } from '../databases.ts'
import { Shop, type ShopRevision } from './shop.ts'

const day = 86_400_000

const tables: ShopRevision = {
  id: 'a1a1',
  upgrade: `
  await db.schema.createTable('documents').addColumn('id', 'integer', (c) => c.primaryKey()).addColumn('deleted_at', context.dialect === 'mysql' ? 'datetime' : 'timestamp').addColumn('size', 'integer').execute()
  await db.schema.createTable('pages').addColumn('number', 'integer').addColumn('document_id', 'integer').execute()
  await db.schema.createTable('owners').addColumn('name', 'varchar(20)').addColumn('gone_at', context.dialect === 'mysql' ? 'datetime' : 'timestamp').execute()`,
}

const purge = {
  documents: { table: 'documents', children: [{ table: 'pages', column: 'document_id' }] },
  owners: [{ table: 'owners', key: 'name', deletedAt: 'gone_at' }],
}

/** Documents of these ages in days, each with two pages; an owner that went ten days ago, and one that has not. */
async function filled(ages: readonly (number | null)[], url?: string): Promise<Shop> {
  const shop = new Shop([tables], { purge }, url)
  expect(await shop.run('upgrade heads')).toMatchObject({ status: 0 })
  const { kysely } = await shop.database()
  for (const [id, age] of ages.entries()) {
    const deleted_at = age === null ? null : new Date(Date.now() - age * day)
    await kysely.insertInto('documents').values({ id, deleted_at }).execute()
    for (const number of [1, 2]) await kysely.insertInto('pages').values({ number, document_id: id }).execute()
  }
  await kysely
    .insertInto('owners')
    .values({ name: 'Ada', gone_at: new Date(Date.now() - 10 * day) })
    .execute()
  await kysely.insertInto('owners').values({ name: 'Eve', gone_at: null }).execute()
  return shop
}

async function left(shop: Shop): Promise<{ documents: unknown[]; pages: number; owners: unknown[] }> {
  const { kysely } = await shop.database()
  const documents = await kysely.selectFrom('documents').select('id').orderBy('id').execute()
  const pages = await kysely.selectFrom('pages').select('document_id').execute()
  const owners = await kysely.selectFrom('owners').select('name').execute()
  return { documents: documents.map(({ id }) => id), pages: pages.length, owners: owners.map(({ name }) => name) }
}

eachDatabase('purge_deleted', (server) => {
  it('removes what was deleted long enough ago, and what belongs to it', async () => {
    const shop = await filled([null, 100, 89, 31, 29], await server.fresh())
    const first = await shop.run('purge_deleted documents')
    expect(first).toMatchObject({ status: 0, stdout: 'documents  1\n' })
    expect(first.stderr).toMatch(/^documents: 1 rows removed\n1 rows deleted before [-\d]{10} [:\d]{8} UTC removed\n$/u)
    expect(await left(shop)).toEqual({ documents: [0, 2, 3, 4], pages: 8, owners: ['Ada', 'Eve'] })
    expect((await shop.run('purge-deleted all 30')).stdout).toBe('documents  2\nowners  0\n')
    expect((await shop.run('purge_deleted owners --age-in-days 9')).stdout).toBe('owners  1\n')
    expect(await left(shop)).toEqual({ documents: [0, 4], pages: 4, owners: ['Eve'] })
  })

  // SQLite: the second writer waits from its first statement on.
  it.skipIf(server.dialect === 'sqlite')('leaves a row whole that is brought back meanwhile', async () => {
    const shop = await filled([50, 40], await server.fresh())
    const { kysely } = await shop.database()
    const purged = await kysely.transaction().execute(async (transaction) => {
      await transaction.updateTable('documents').set({ deleted_at: null }).where('id', '=', 0).execute()
      const running = shop.run('purge_deleted documents 0')
      const waiting =
        server.dialect === 'postgresql'
          ? sql`select 1 from pg_locks where not granted`
          : sql`select 1 from information_schema.innodb_trx where trx_state = 'LOCK WAIT'`
      // InnoDB renews that table only when nobody has looked at it for a tenth of a second.
      const limits = { timeout: 45_000, interval: 200 }
      await vi.waitUntil(async () => (await waiting.execute(kysely)).rows.length > 0, limits)
      return { running }
    })
    expect(await purged.running).toMatchObject({ status: 0, stdout: 'documents  1\n' })
    expect(await left(shop)).toMatchObject({ documents: [0], pages: 2 })
  })
})

describe('purge_deleted', () => {
  it('counts in hours, minutes and seconds too', async () => {
    const shop = await filled([null, 1])
    expect((await shop.run('purge_deleted documents 25 -g hours')).stdout).toBe('documents  0\n')
    expect((await shop.run('purge_deleted documents -a 1441 --granularity minutes')).stdout).toBe('documents  0\n')
    expect((await shop.run('purge_deleted documents 86399 -g seconds')).stdout).toBe('documents  1\n')
  })

  it('removes none with --dry-run', async () => {
    const shop = await filled([50, 40, 30])
    const { stdout, stderr } = await shop.run('purge_deleted all 0 --dry-run')
    expect(stdout).toBe('documents  3\nowners  1\n')
    expect(stderr).toContain('4 rows deleted before')
    expect(stderr).toContain('would be removed')
    expect((await left(shop)).documents).toEqual([0, 1, 2])
  })

  it('removes at most --max-rows, the oldest first', async () => {
    const shop = await filled([30, 50, 40])
    const { stdout, stderr } = await shop.run('purge_deleted all 0 --max-rows 2')
    expect(stdout).toBe('documents  2\nowners  0\n')
    expect(stderr).toContain('more may remain: run it again\n')
    expect(await left(shop)).toEqual({ documents: [0], pages: 2, owners: ['Ada', 'Eve'] })
  })

  it('works in batches', async () => {
    const shop = await filled([])
    const { kysely } = await shop.database()
    const rows = Array.from({ length: 2500 }, (_, id) => ({ id, deleted_at: new Date(0) }))
    for (let at = 0; at < rows.length; at += 500) {
      const some = rows.slice(at, at + 500)
      await kysely.insertInto('documents').values(some).execute()
    }
    const { stdout, stderr } = await shop.run('purge_deleted documents')
    expect(stdout).toBe('documents  2500\n')
    expect(stderr).toContain(
      'documents: 1000 rows removed\ndocuments: 2000 rows removed\ndocuments: 2500 rows removed\n',
    )
  })

  it.each([
    ['purge_deleted documnets', 'there is no resource "documnets" to purge', 'close names: documents'],
    ['purge_deleted all 3 -a 4', 'the age is given twice', ''],
  ])('%s is refused', async (words, message, more) => {
    const { status, stderr } = await new Shop([tables], { purge }).run(words)
    expect(status).toBe(64)
    expect(stderr).toContain(message)
    expect(stderr).toContain(more)
  })
})

/** Rows without a size get one. */
const fillSizes: OnlineMigration = async (db, most) => {
  const rows = await db.selectFrom('documents').select('id').where('size', 'is', null).limit(most).execute()
  const ids = rows.map(({ id }) => id)
  if (ids.length > 0) await db.updateTable('documents').set({ size: 1 }).where('id', 'in', ids).execute()
  return { needed: rows.length, done: rows.length }
}

const nothing: OnlineMigration = async () => ({ needed: 0, done: 0 })
const broken: OnlineMigration = () => Promise.reject(new Error('no such planet'))

async function sized(count: number, online: Readonly<Record<string, OnlineMigration>>): Promise<Shop> {
  const shop = new Shop([tables], { online })
  await shop.run('upgrade heads')
  const { kysely } = await shop.database()
  await kysely
    .insertInto('documents')
    .values(Array.from({ length: count }, (_, id) => ({ id })))
    .execute()
  return shop
}

describe('online_data_migrations', () => {
  it('runs batches until nothing is left', async () => {
    const shop = await sized(120, { fill_sizes: fillSizes, nothing })
    const { status, stdout, stderr } = await shop.run('online_data_migrations')
    expect(status).toBe(0)
    expect(stdout).toMatchInlineSnapshot(`
      "+------------+--------------+-----------+
      | Migration  | Total Needed | Completed |
      +------------+--------------+-----------+
      | fill_sizes |          120 |       120 |
      | nothing    |            0 |         0 |
      +------------+--------------+-----------+
      "
    `)
    expect(stderr).toMatchInlineSnapshot(`
      "running batches of 50 until complete
      50 rows matched query fill_sizes, 50 migrated
      50 rows matched query fill_sizes, 50 migrated
      20 rows matched query fill_sizes, 20 migrated
      "
    `)
    expect((await shop.run('online-data-migrations')).status).toBe(0)
  })

  it('does a part with --max-count, as often as it answers 1', async () => {
    const shop = await sized(25, { fill_sizes: fillSizes })
    const statuses = []
    for (let run = 0; run < 4; run += 1) statuses.push((await shop.run('online_data_migrations --max-count 10')).status)
    expect(statuses).toEqual([1, 1, 1, 0])
  })

  it('answers 2 when a migration fails, and the others run', async () => {
    const shop = await sized(10, { broken, fill_sizes: fillSizes })
    const limited = await shop.run('online_data_migrations --max-count 100')
    expect(limited.status).toBe(1)
    expect(limited.stderr).toContain('error attempting to run broken: no such planet\n')
    expect(limited.stdout).toContain('| fill_sizes |           10 |        10 |')
    expect((await shop.run('online_data_migrations --max-count 100')).status).toBe(2)
    const whole = await shop.run('online_data_migrations')
    expect(whole.status).toBe(2)
    expect(whole.stderr).toMatch(/some migrations failed: see above\n$/u)
  })

  it.each(['0', '-1', 'many', '1.5', ''])('answers 127 to a count of %j', async (count) => {
    const shop = new Shop([tables], { online: { nothing } })
    expect(await shop.run(['online_data_migrations', `--max-count=${count}`])).toEqual({
      status: 127,
      stdout: '',
      stderr: `error: "--max-count ${count}" is no number of rows above 0\n`,
    })
  })

  it('draws a bar where somebody watches', async () => {
    const shop = await sized(100, { fill_sizes: fillSizes })
    const { stderr } = await shop.run('online_data_migrations', { isWatched: true })
    expect(stderr).toContain('\r\u001B[Kfill_sizes  ')
    expect(stderr).toContain('100 % (100 of 100)\n')
    expect(stderr).not.toContain('rows matched')
  })
})
