// SQLite under kysely: turns on the one connection, locks of other processes, statements as the others refuse them.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Kysely, sql } from 'kysely'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openDatabase } from '../../../src/db/connect.ts'
import type { DatabaseSettings } from '../../../src/db/options.ts'
import type { AnyTables } from '../databases.ts'
import { databaseSettings } from '../settings.ts'

function file(): string {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-sqlite-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return join(folder, 'a.db')
}

async function opened(connection = 'sqlite://', more: Partial<DatabaseSettings> = {}): Promise<Kysely<AnyTables>> {
  const { kysely, close } = await openDatabase<AnyTables>(databaseSettings({ connection, ...more }))
  onTestFinished(close)
  return kysely
}

async function withNumbers(connection?: string): Promise<Kysely<AnyTables>> {
  const kysely = await opened(connection)
  await kysely.schema.createTable('numbers').addColumn('n', 'integer').execute()
  return kysely
}

/** Another process that holds the lock to write until `release`. */
async function lockHolder(path: string): Promise<{ release: () => Promise<void> }> {
  const script = fileURLToPath(new URL('../fixtures/hold-lock.mjs', import.meta.url))
  const child = spawn(process.execPath, [script, path], { stdio: ['pipe', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  return {
    release: async () => {
      child.stdin.write('go\n')
      await once(child, 'exit')
    },
  }
}

describe('the one connection', () => {
  it('serves others when a transaction has ended, in the order in which they came', async () => {
    const kysely = await withNumbers()
    const counts: unknown[] = []
    const count = async (): Promise<void> => {
      const { n } = await kysely
        .selectFrom('numbers')
        .select(({ fn }) => fn.countAll().as('n'))
        .executeTakeFirstOrThrow()
      counts.push(n)
    }
    await kysely.transaction().execute(async (transaction) => {
      await transaction.insertInto('numbers').values({ n: 1 }).execute()
      void count()
      void kysely.insertInto('numbers').values({ n: 3 }).execute()
      await transaction.insertInto('numbers').values({ n: 2 }).execute()
      expect(counts).toEqual([])
    })
    await count()
    expect(counts).toEqual([2, 3])
  })

  it('is not waited for longer than pool_timeout: a transaction that asks beside itself is told so', async () => {
    const kysely = await opened('sqlite://', { pool_timeout: 1 })
    const asking = kysely.transaction().execute(() => sql`select 1`.execute(kysely))
    await expect(asking).rejects.toThrow('inside a transaction every query must be made on the transaction')
    expect((await sql<{ n: number }>`select 2 as n`.execute(kysely)).rows).toEqual([{ n: 2 }])
  })

  it('takes a failed transaction and savepoints back', async () => {
    const kysely = await withNumbers()
    const failing = kysely.transaction().execute(async (transaction) => {
      await transaction.insertInto('numbers').values({ n: 1 }).execute()
      throw new Error('on purpose')
    })
    await expect(failing).rejects.toThrow('on purpose')
    const transaction = await kysely.startTransaction().execute()
    await transaction.insertInto('numbers').values({ n: 2 }).execute()
    const after = await transaction.savepoint('a "quoted" name').execute()
    await after.insertInto('numbers').values({ n: 3 }).execute()
    await after.rollbackToSavepoint('a "quoted" name').execute()
    await transaction.commit().execute()
    expect(await kysely.selectFrom('numbers').selectAll().execute()).toEqual([{ n: 2 }])
  })
})

describe('a lock of another process', () => {
  it('is waited for while the process goes on', async () => {
    const path = file()
    const kysely = await withNumbers(`sqlite:///${path}?timeout=45`)
    const holder = await lockHolder(path)
    let isDone = false
    const inserting = kysely.insertInto('numbers').values({ n: 1 }).execute()
    void inserting.then(() => (isDone = true))
    // Reached at all only when nothing stands still for the lock.
    await new Promise(setImmediate)
    expect(isDone).toBe(false)
    await holder.release()
    await inserting
    expect(await kysely.selectFrom('numbers').selectAll().execute()).toEqual([{ n: 1 }])
  })

  it('is waited for by a transaction before it reads, so that it can write afterwards', async () => {
    const path = file()
    const kysely = await withNumbers(`sqlite:///${path}?timeout=45`)
    const holder = await lockHolder(path)
    const working = kysely.transaction().execute(async (transaction) => {
      await transaction.selectFrom('numbers').selectAll().execute()
      await transaction.insertInto('numbers').values({ n: 1 }).execute()
    })
    await new Promise(setImmediate)
    await holder.release()
    await working
    expect(await kysely.selectFrom('numbers').selectAll().execute()).toEqual([{ n: 1 }])
  })

  it('is waited for as long as the URL says, and does not keep readers', async () => {
    const path = file()
    const kysely = await withNumbers(`sqlite:///${path}?timeout=0.01`)
    const holder = await lockHolder(path)
    await expect(kysely.insertInto('numbers').values({ n: 1 }).execute()).rejects.toMatchObject({ errcode: 5 })
    const reading = kysely.transaction().setAccessMode('read only')
    expect(await reading.execute((it) => it.selectFrom('numbers').selectAll().execute())).toEqual([])
    await holder.release()
  })
})

describe('a statement', () => {
  it.each(['select 1; select 2', 'select 1; -- then\ndelete from numbers', "select ';'; drop table numbers"])(
    'is refused when another stands behind it: %s',
    async (text) => {
      await expect(sql.raw(text).execute(await withNumbers())).rejects.toThrow('one statement at a time')
    },
  )

  it.each([
    "select ';' as a",
    'select 1 as ";"',
    'select 1;',
    'select 1; -- done',
    'select /* ; */ 1 /* ; x */',
    'select 1 as [;]',
  ])('may hold a semicolon that ends nothing: %s', async (text) => {
    expect((await sql.raw(text).execute(await opened())).rows).toHaveLength(1)
  })

  it('may be that of a trigger', async () => {
    const kysely = await withNumbers()
    await sql.raw('create trigger t after insert on numbers begin delete from numbers; select 1; end').execute(kysely)
    await kysely.insertInto('numbers').values({ n: 1 }).execute()
    expect(await kysely.selectFrom('numbers').selectAll().execute()).toEqual([])
  })

  it('that is kept sees a table as another connection has changed it', async () => {
    const path = file()
    const [kysely, other] = [await withNumbers(`sqlite:///${path}`), await opened(`sqlite:///${path}`)]
    const all = (): Promise<unknown> => kysely.selectFrom('numbers').selectAll().execute()
    await kysely.insertInto('numbers').values({ n: 1 }).execute()
    expect(await all()).toEqual([{ n: 1 }])
    await other.schema
      .alterTable('numbers')
      .addColumn('ok', 'boolean', (column) => column.defaultTo(true))
      .execute()
    expect(await all()).toEqual([{ n: 1, ok: true }])
    // As many columns as before: another name, another type, another place.
    await other.schema.alterTable('numbers').renameColumn('n', 'm').execute()
    expect(await all()).toEqual([{ m: 1, ok: true }])
    await other.schema.alterTable('numbers').dropColumn('m').execute()
    const defaulted = '2026-11-22 10:00:00'
    await other.schema
      .alterTable('numbers')
      .addColumn('at', 'timestamp', (column) => column.defaultTo(defaulted))
      .execute()
    expect(await all()).toEqual([{ ok: true, at: new Date('2026-11-22T10:00:00Z') }])
    expect(await all()).toEqual([{ ok: true, at: new Date('2026-11-22T10:00:00Z') }])
    const streamed = kysely.selectFrom('numbers').selectAll().stream()
    await other.schema.alterTable('numbers').renameColumn('ok', 'fine').execute()
    for await (const row of streamed) expect(row).toMatchObject({ fine: true })
  })

  it('answers with what it has written', async () => {
    const kysely = await withNumbers()
    const big = 9_007_199_254_740_993n
    expect(await kysely.insertInto('numbers').values({ n: big }).returningAll().execute()).toEqual([{ n: big }])
    expect(await kysely.updateTable('numbers').set({ n: 1 }).executeTakeFirst()).toMatchObject({ numUpdatedRows: 1n })
  })
})

describe('a file', () => {
  it('has a log of its own for writers, and foreign keys that hold', async () => {
    const kysely = await opened(`sqlite:///${file()}`)
    const pragma = async (name: string): Promise<unknown> => (await sql.raw(`pragma ${name}`).execute(kysely)).rows
    expect(await pragma('journal_mode')).toEqual([{ journal_mode: 'wal' }])
    expect(await pragma('foreign_keys')).toEqual([{ foreign_keys: 1 }])
    expect(await pragma('synchronous')).toEqual([{ synchronous: 2 }])
  })

  it('is written through to the disk unless sqlite_synchronous says otherwise', async () => {
    const kysely = await opened(`sqlite:///${file()}`, { sqlite_synchronous: false })
    expect((await sql`pragma synchronous`.execute(kysely)).rows).toEqual([{ synchronous: 0 }])
  })

  it('can be opened to read only', async () => {
    const path = file()
    await (await withNumbers(`sqlite:///${path}`)).destroy()
    const kysely = await opened(`sqlite:///${path}?mode=ro`)
    expect(await kysely.selectFrom('numbers').selectAll().execute()).toEqual([])
    await expect(kysely.insertInto('numbers').values({ n: 1 }).execute()).rejects.toThrow('readonly')
  })

  it('that is no database, or in no folder, is refused at once', async () => {
    const path = file()
    writeFileSync(
      path,
      'this is a text, and longer than the header of a database would be, which has a hundred bytes or more',
    )
    for (const connection of [`sqlite:///${path}`, `sqlite:///${path}/none/a.db`]) {
      const opening = openDatabase(databaseSettings({ connection }))
      await expect(opening).rejects.toMatchObject({ code: 'SLIPWAY_DB_CONNECT', found: expect.any(String) })
    }
  })
})
