// What only servers have: logins, pools, connections that get lost.
import { type Kysely, sql } from 'kysely'
import { expect, it, onTestFinished, vi } from 'vitest'
import { openDatabase } from '../../src/db/connect.ts'
import { eachDatabase } from './databases.ts'
import { databaseSettings } from './settings.ts'

eachDatabase('a server', ({ dialect, fresh }) => {
  if (dialect === 'sqlite') {
    it('is what SQLite has none of: a URL with a login is refused', async () => {
      const opening = openDatabase(databaseSettings({ connection: 'sqlite://user:sesame@host/a.db' }))
      await expect(opening).rejects.toMatchObject({ code: 'SLIPWAY_DB_URL' })
    })
    return
  }

  it('that refuses the password is tried once, and the password is nowhere in what is told', async () => {
    const connection = (await fresh()).replace(':test@', ':sesame@')
    const said: string[] = []
    const log = { warn: (text: string) => void said.push(text), info: () => undefined }
    const error: unknown = await openDatabase(databaseSettings({ connection }), { log }).catch((one: unknown) => one)
    expect(error).toMatchObject({ code: 'SLIPWAY_DB_CONNECT' })
    expect(said).toEqual([])
    expect(JSON.stringify(error) + String(error)).not.toContain('sesame')
  })

  it('without the database is told at once', async () => {
    const connection = `${await fresh()}_none`
    await expect(openDatabase(databaseSettings({ connection }))).rejects.toMatchObject({ code: 'SLIPWAY_DB_CONNECT' })
  })

  it('gives no more connections than the pool has, and says so after pool_timeout', async () => {
    const settings = databaseSettings({ connection: await fresh(), max_pool_size: 1, max_overflow: 0, pool_timeout: 1 })
    const { kysely, close } = await openDatabase(settings)
    onTestFinished(close)
    await kysely.connection().execute(async () => {
      await expect(sql`select 1`.execute(kysely)).rejects.toThrow(/timeout/iu)
    })
    expect((await sql`select 1 as n`.execute(kysely)).rows).toEqual([{ n: 1 }])
  })

  const ownId = dialect === 'postgresql' ? sql<number>`pg_backend_pid()` : sql<number>`connection_id()`
  const idOf = async (kysely: Kysely<unknown>): Promise<number> =>
    (await sql<{ id: number }>`select ${ownId} as id`.execute(kysely)).rows[0]?.id ?? 0
  const kill = (id: number, kysely: Kysely<unknown>): Promise<unknown> =>
    sql.raw(dialect === 'postgresql' ? `select pg_terminate_backend(${id})` : `kill ${id}`).execute(kysely)

  it('that ends a connection in use fails what is asked there, and is connected to again', async () => {
    const { kysely, close } = await openDatabase(databaseSettings({ connection: await fresh() }))
    onTestFinished(close)
    await kysely.connection().execute(async (victim) => {
      await kill(await idOf(victim), kysely)
      await expect(idOf(victim)).rejects.toThrow()
    })
    expect(await idOf(kysely)).toBeGreaterThan(0)
  })

  it('that ends an idle connection is connected to again', async () => {
    const connection = await fresh()
    const said: string[] = []
    const log = { warn: (text: string) => void said.push(text), info: () => undefined }
    const [first, second] = [
      await openDatabase(databaseSettings({ connection }), { log }),
      await openDatabase(databaseSettings({ connection })),
    ]
    onTestFinished(first.close)
    onTestFinished(second.close)
    const id = await idOf(first.kysely)
    await kill(id, second.kysely)
    await vi.waitFor(() => expect(said.join()).toContain('a connection to the database was lost'), { timeout: 45_000 })
    expect(await idOf(first.kysely)).not.toBe(id)
  })

  it('keeps a connection when connection_recycle_time says so', async () => {
    const settings = databaseSettings({ connection: await fresh(), connection_recycle_time: -1 })
    const { kysely, close } = await openDatabase(settings)
    onTestFinished(close)
    expect(await idOf(kysely)).toBe(await idOf(kysely))
  })

  it('logs statements without their values when connection_debug says so', async () => {
    const said: string[] = []
    const log = { warn: () => undefined, info: (text: string) => void said.push(text) }
    const settings = databaseSettings({ connection: await fresh(), connection_debug: 100 })
    const { kysely, close } = await openDatabase(settings, { log })
    onTestFinished(close)
    const cast = dialect === 'postgresql' ? sql`${'sesame'}::text` : sql`${'sesame'}`
    await sql`select ${cast} as word`.execute(kysely)
    expect(said.at(-1)).toMatch(/^\d+\.\d ms: select \S+ as word \(values: 1\)$/u)
    expect(said.join()).not.toContain('sesame')
  })

  it('has the session that the options ask for', async () => {
    const connection = await fresh()
    const { kysely, close } = await openDatabase(
      databaseSettings({ connection, mysql_sql_mode: 'ANSI_QUOTES', mysql_wsrep_sync_wait: 1 }),
    )
    onTestFinished(close)
    if (dialect === 'postgresql') {
      expect((await sql`show time zone`.execute(kysely)).rows).toEqual([{ TimeZone: 'UTC' }])
    } else {
      const { rows } = await sql`select @@sql_mode as mode, @@time_zone as zone, @@wsrep_sync_wait as wait`.execute(
        kysely,
      )
      expect(rows).toEqual([{ mode: 'ANSI_QUOTES', zone: '+00:00', wait: 1 }])
    }
  })
})
