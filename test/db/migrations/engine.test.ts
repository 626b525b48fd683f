// Runs on real databases: rows and schema after each kind of run, what a failure leaves, what it tells, who waits.
import { sql } from 'kysely'
import { expect, it, onTestFinished } from 'vitest'
import { type Database, openDatabase } from '../../../src/db/connect.ts'
import type { Revision, RevisionModule } from '../../../src/db/migrations/contract.ts'
import { downgrade, type EngineOptions, readCurrent, stamp, upgrade } from '../../../src/db/migrations/engine.ts'
import { buildGraph } from '../../../src/db/migrations/graph.ts'
import { rejectionOf } from '../../fault.ts'
import { eachDatabase } from '../databases.ts'
import { databaseSettings } from '../settings.ts'
import { revision } from './revisions.ts'

type Any = Database<Record<string, Record<string, unknown>>>

type Upgrade = RevisionModule['upgrade']

/** A promise and what settles it. */
function deferred<T>() {
  let resolve: (value: T) => void = () => undefined
  const promise = new Promise<T>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

/** A revision that makes a table of its own name. */
function table(id: string, down: string | string[] | null = null, more: object = {}): Revision {
  const own: Partial<RevisionModule> = {
    upgrade: (db) =>
      db.schema
        .createTable(`t_${id}`)
        .addColumn('id', 'integer', (column) => column.primaryKey())
        .execute(),
    downgrade: (db) => db.schema.dropTable(`t_${id}`).execute(),
  }
  return revision({ id, down, ...own, ...more })
}

const line = () => buildGraph([table('a1'), table('b2', 'a1'), table('c3', 'b2')])
const fork = () =>
  buildGraph([table('a1'), table('b2', 'a1'), table('c2', 'a1'), table('m3', ['b2', 'c2']), table('n4', 'm3')])

async function tables({ kysely }: Any): Promise<string[]> {
  const all = await kysely.introspection.getTables()
  return all
    .map(({ name }) => name)
    .filter((name) => name.startsWith('t_'))
    .sort()
}

eachDatabase('a run', (server) => {
  const transactional = server.dialect !== 'mysql'

  it('goes up, down and up again, with a row for each head', async () => {
    const database = await server.open()
    const graph = fork()
    expect(await readCurrent(database)).toEqual([])
    const { before, after, steps } = await upgrade(database, graph, 'heads')
    expect([before, after, steps.length]).toEqual([[], ['n4'], 5])
    expect(await readCurrent(database)).toEqual(['n4'])
    expect(await tables(database)).toEqual(['t_a1', 't_b2', 't_c2', 't_m3', 't_n4'])
    expect((await downgrade(database, graph, 'b2')).after).toEqual(['b2', 'c2'])
    expect(await readCurrent(database)).toEqual(['b2', 'c2'])
    expect(await tables(database)).toEqual(['t_a1', 't_b2', 't_c2'])
    expect((await upgrade(database, graph, 'm3')).steps.length).toBe(1)
    expect((await downgrade(database, graph, 'base')).after).toEqual([])
    expect(await tables(database)).toEqual([])
    expect((await upgrade(database, graph, 'head')).after).toEqual(['n4'])
    expect((await upgrade(database, graph, 'head')).steps).toEqual([])
  })

  it('keeps its rows in a table of alembic’s layout, under the name that it is given', async () => {
    const database = await server.open()
    await upgrade(database, line(), 'b2', { versionTable: 'shop_version' })
    expect(await readCurrent(database, { versionTable: 'shop_version' })).toEqual(['b2'])
    expect(await readCurrent(database)).toEqual([])
    const all = await database.kysely.introspection.getTables()
    const found = all.find(({ name }) => name === 'shop_version')
    expect(found?.columns).toMatchObject([{ name: 'version_num', isNullable: false }])
    expect(found?.columns[0]?.dataType.toLowerCase()).toContain('varchar')
    await expect(sql`INSERT INTO shop_version (version_num) VALUES ('b2')`.execute(database.kysely)).rejects.toThrow()
  })

  it('tells each step in alembic’s words, and what a migration says', async () => {
    const database = await server.open()
    const told: string[] = []
    const graph = buildGraph([
      table('a1', null, { message: 'The first.' }),
      revision({ id: 'b2', down: 'a1', upgrade: (_, { say, dialect }) => say(`on ${dialect}`) }),
    ])
    await upgrade(database, graph, 'head', { say: (text) => told.push(text) })
    expect(told).toEqual(['Running upgrade  -> a1, The first.', 'Running upgrade a1 -> b2', `on ${server.dialect}`])
  })

  it('is told of what another run has done', async () => {
    const database = await server.open()
    await upgrade(database, line(), 'b2')
    expect((await downgrade(database, line(), 'base')).before).toEqual(['b2'])
    expect((await upgrade(database, line(), 'head')).before).toEqual([])
  })

  it('stamps without running anything, and purges what nobody knows', async () => {
    const database = await server.open()
    const graph = fork()
    expect((await stamp(database, graph, ['b2', 'c2'])).after).toEqual(['b2', 'c2'])
    expect(await tables(database)).toEqual([])
    await sql`INSERT INTO alembic_version (version_num) VALUES ('zz9')`.execute(database.kysely)
    const runs = [
      () => upgrade(database, graph, 'head'),
      () => downgrade(database, graph, 'base'),
      () => stamp(database, graph, ['a1']),
    ]
    for (const run of runs) {
      expect(await rejectionOf(run())).toMatchObject({
        code: 'SLIPWAY_DB_VERSION',
        message: 'the database is at revision "zz9", which no file has',
        hint: expect.stringContaining('stamp --purge'),
        original: "Can't locate revision identified by 'zz9'",
      })
    }
    expect((await stamp(database, graph, ['a1'], { purge: true })).after).toEqual(['a1'])
    expect(await readCurrent(database)).toEqual(['a1'])
    expect((await stamp(database, graph, ['base'])).after).toEqual([])
  })

  it('stops at a migration that fails: what was before it stays, and the error says how to go on', async () => {
    const database = await server.open()
    const broken = table('b2', 'a1', {
      upgrade: async (db: Parameters<Upgrade>[0]) => {
        await db.schema.createTable('t_b2').addColumn('id', 'integer').execute()
        await sql`INSERT INTO t_b2 (id) VALUES (${1})`.execute(db)
        await sql`INSERT INTO t_nowhere (id) VALUES (${'a secret'})`.execute(db)
      },
    })
    const fault = await rejectionOf(upgrade(database, buildGraph([table('a1'), broken, table('c3', 'b2')]), 'head'))
    expect(fault).toMatchObject({ code: 'SLIPWAY_DB_MIGRATION', exitCode: 70, where: { file: 'versions/b2.js' } })
    expect(fault.message).toMatch(/^upgrade of revision "b2" failed: .*t_nowhere/u)
    expect(fault.found).toMatch(/^at statement 3: INSERT INTO t_nowhere \(id\) VALUES \((?:\?|\$1)\)$/u)
    expect(fault.hint).toContain('applied before it: a1; mend the fault and run upgrade again, which goes on here')
    expect(fault.hint).toContain(transactional ? 'nothing of this migration is left' : 'MySQL keeps')
    expect(JSON.stringify(fault.problems)).not.toContain('a secret')
    expect(await readCurrent(database)).toEqual(['a1'])
    expect(await tables(database)).toEqual(transactional ? ['t_a1'] : ['t_a1', 't_b2'])
    if (!transactional) await sql`DROP TABLE t_b2`.execute(database.kysely)
    expect((await upgrade(database, line(), 'head')).steps.map(({ revision: { id } }) => id)).toEqual(['b2', 'c3'])
  })

  it('says of a fault in the migration’s own code after which statement it came', async () => {
    const database = await server.open()
    const faulty = revision({
      id: 'a1',
      upgrade: async (db) => {
        await sql`SELECT 1`.execute(db)
        throw new RangeError('nine\nlines')
      },
    })
    const fault = await rejectionOf(upgrade(database, buildGraph([faulty]), 'head'))
    expect(fault).toMatchObject({
      message: 'upgrade of revision "a1" failed: nine',
      found: 'after statement 1, in its own code',
      cause: expect.any(RangeError),
    })
    expect(await readCurrent(database)).toEqual([])
  })

  it('keeps the data of a migration that fails out of the tables', async () => {
    const database = await server.open()
    const fill = revision({
      id: 'b2',
      down: 'a1',
      upgrade: async (db) => {
        await db.insertInto('t_a1').values({ id: 1 }).execute()
        throw new Error('no')
      },
    })
    await rejectionOf(upgrade(database, buildGraph([table('a1'), fill]), 'head'))
    expect(await database.kysely.selectFrom('t_a1').selectAll().execute()).toEqual([])
  })

  it('lets a migration have transactions of its own', async () => {
    const database = await server.open()
    const inner = revision({
      id: 'b2',
      down: 'a1',
      upgrade: async (db) => {
        await db.transaction().execute(async (trx) => {
          await trx.insertInto('t_a1').values({ id: 1 }).execute()
        })
        const undone = db.transaction().execute(async (trx) => {
          await trx.insertInto('t_a1').values({ id: 2 }).execute()
          throw new Error('undone')
        })
        await undone.catch((error: unknown) => expect(error).toMatchObject({ message: 'undone' }))
      },
    })
    await upgrade(database, buildGraph([table('a1'), inner]), 'head')
    expect(await database.kysely.selectFrom('t_a1').select('id').execute()).toEqual([{ id: 1 }])
  })

  it('runs a migration outside of a transaction when it says so', async () => {
    const database = await server.open()
    const statements = {
      sqlite: 'VACUUM',
      postgresql: 'CREATE INDEX CONCURRENTLY i_a1 ON t_a1 (id)',
      mysql: 'CREATE INDEX i_a1 ON t_a1 (id)',
    }
    const upgradeOf = {
      upgrade: async (db: Parameters<Upgrade>[0]) => void (await sql.raw(statements[server.dialect]).execute(db)),
    }
    const inside = buildGraph([table('a1'), revision({ id: 'b2', down: 'a1', ...upgradeOf })])
    if (transactional) expect((await rejectionOf(upgrade(database, inside, 'head'))).message).toMatch(/transaction/u)
    const outside = buildGraph([table('a1'), revision({ id: 'b2', down: 'a1', transaction: false, ...upgradeOf })])
    expect((await upgrade(database, outside, 'head')).after).toEqual(['b2'])
  })

  it('refuses a statement that comes after the end of its migration', async () => {
    const database = await server.open()
    let send: () => Promise<unknown> = () => Promise.reject(new Error('it did not run'))
    const careless = revision({
      id: 'a1',
      upgrade: (db) => {
        send = () => sql`SELECT 1`.execute(db)
      },
    })
    await upgrade(database, buildGraph([careless]), 'head')
    expect(await rejectionOf(send())).toMatchObject({
      code: 'SLIPWAY_DB_MIGRATION',
      message: 'revision "a1" has ended and still sends a statement',
      hint: 'an await is missing before it',
    })
  })

  // SQLite answers within the call: nothing can be left open.
  if (server.dialect !== 'sqlite') {
    it('refuses to end a migration while a statement runs', async () => {
      const database = await server.open()
      let answered: Promise<unknown> = Promise.resolve()
      const slow = server.dialect === 'mysql' ? 'SELECT SLEEP(0.3)' : 'SELECT pg_sleep(0.3)'
      const careless = revision({
        id: 'a1',
        upgrade: (db) => {
          answered = sql.raw(slow).execute(db)
        },
      })
      const fault = await rejectionOf(upgrade(database, buildGraph([careless]), 'head'))
      expect(fault.message).toBe('upgrade of revision "a1" failed: it returned while 1 of its statements still ran')
      await answered
      expect(await readCurrent(database)).toEqual([])
    })
  }

  it('finds before it begins that a step back has no way', async () => {
    const database = await server.open()
    const graph = buildGraph([
      table('a1'),
      { ...table('b2', 'a1'), module: { revision: 'b2', down_revision: 'a1', upgrade: () => undefined } },
      table('c3', 'b2'),
    ])
    await upgrade(database, graph, 'head')
    const fault = await rejectionOf(downgrade(database, graph, 'a1'))
    expect(fault).toMatchObject({ code: 'SLIPWAY_DB_MIGRATION', message: 'revision "b2" cannot be downgraded' })
    expect(await readCurrent(database)).toEqual(['c3'])
  })

  it('notices a program that changes the version table beside it', async () => {
    const database = await server.open()
    const meddled = revision({
      id: 'b2',
      down: 'a1',
      upgrade: async (db) => void (await sql`DELETE FROM alembic_version`.execute(db)),
    })
    const fault = await rejectionOf(upgrade(database, buildGraph([table('a1'), meddled]), 'head'))
    expect(fault).toMatchObject({
      code: 'SLIPWAY_DB_VERSION',
      original: expect.stringContaining('expected to match one row'),
    })
  })

  it('ends between two migrations when it is told to', async () => {
    const database = await server.open()
    const controller = new AbortController()
    const options: EngineOptions = {
      signal: controller.signal,
      say: (text) => {
        if (text.includes('-> b2')) controller.abort(new Error('enough'))
      },
    }
    await expect(upgrade(database, line(), 'head', options)).rejects.toThrow('enough')
    expect(await readCurrent(database)).toEqual(['b2'])
  })
})

eachDatabase('two runs at once', (server) => {
  /** A run that is in the middle of its one migration until it is let go. */
  async function running(database: Any) {
    const gate = deferred<void>()
    const inside = deferred<void>()
    const graph = buildGraph([
      revision({
        id: 'a1',
        upgrade: async () => {
          inside.resolve()
          await gate.promise
        },
      }),
    ])
    const ended = upgrade(database, graph, 'head')
    await Promise.race([inside.promise, ended])
    return { graph, gate, ended }
  }

  it('are one after the other, and the second finds nothing to do', async () => {
    const url = await server.fresh()
    const { graph, gate, ended } = await running(await openAt(url))
    const waits = deferred<string>()
    const second = upgrade(await openAt(url), graph, 'head', { onWait: waits.resolve })
    expect(await waits.promise).toMatch(
      /^another run of migrations is at work on this database(?: \(.+\))?, waiting for its end$/u,
    )
    gate.resolve()
    expect((await ended).steps.length).toBe(1)
    expect(await second).toMatchObject({ steps: [], before: ['a1'], after: ['a1'] })
  })

  it('are one and a refusal when the time to wait is over', async () => {
    const url = await server.fresh()
    const { graph, gate, ended } = await running(await openAt(url))
    const fault = await rejectionOf(upgrade(await openAt(url), graph, 'head', { lockTimeoutMs: 0 }))
    expect(fault).toMatchObject({ code: 'SLIPWAY_DB_LOCKED', exitCode: 69 })
    const controller = new AbortController()
    const third = upgrade(await openAt(url), graph, 'head', {
      signal: controller.signal,
      onWait: () => controller.abort(new Error('enough')),
    })
    await expect(third).rejects.toThrow()
    gate.resolve()
    await ended
  })

  it('do not wait for each other on two databases', async () => {
    const { gate, ended } = await running(await server.open())
    expect((await upgrade(await server.open(), line(), 'head', { lockTimeoutMs: 0 })).steps.length).toBe(3)
    gate.resolve()
    await ended
  })

  it('leave the lock free after a failure', async () => {
    const database = await server.open()
    const broken = buildGraph([revision({ id: 'a1', upgrade: () => Promise.reject(new Error('no')) })])
    await rejectionOf(upgrade(database, broken, 'head'))
    expect((await upgrade(database, line(), 'head', { lockTimeoutMs: 0 })).steps.length).toBe(3)
  })

  async function openAt(url: string): Promise<Any> {
    const database = await openDatabase<Record<string, Record<string, unknown>>>(databaseSettings({ connection: url }))
    onTestFinished(() => database.close())
    return database
  }
})
