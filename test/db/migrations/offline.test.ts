// Scripts of `--sql`: values as literals, what cannot be written, and that a script does to a database what a run does.
import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import type { DialectName, MigrationDatabase } from '../../../src/db/migrations/contract.ts'
import { readCurrent, upgrade } from '../../../src/db/migrations/engine.ts'
import { buildGraph } from '../../../src/db/migrations/graph.ts'
import { literalOf } from '../../../src/db/migrations/literal.ts'
import { renderDowngrade, renderStamp, renderUpgrade } from '../../../src/db/migrations/offline.ts'
import { rejectionOf } from '../../fault.ts'
import { eachDatabase } from '../databases.ts'
import { revision } from './revisions.ts'

type Upgrade = (db: MigrationDatabase) => Promise<unknown>

const graphOf = (up: Upgrade) =>
  buildGraph([
    revision({
      id: 'a1',
      upgrade: async (db) => {
        await up(db)
      },
    }),
  ])

describe('a value in a script', () => {
  it.each<[value: unknown, sqlite: string, postgresql: string, mysql: string]>([
    [null, 'NULL', 'NULL', 'NULL'],
    [undefined, 'NULL', 'NULL', 'NULL'],
    [true, '1', 'TRUE', 'TRUE'],
    [42, '42', '42', '42'],
    [-1.5, '(-1.5)', '(-1.5)', '(-1.5)'],
    [12345678901234567890n, '12345678901234567890', '12345678901234567890', '12345678901234567890'],
    ["O'Brien", "'O''Brien'", "'O''Brien'", "'O''Brien'"],
    ["\\' OR 1=1 --", "'\\'' OR 1=1 --'", "E'\\\\'' OR 1=1 --'", "'\\\\'' OR 1=1 --'"],
    ['größe\n', "'größe\n'", "'größe\n'", "'größe\n'"],
    [Uint8Array.of(0, 255), "X'00ff'", "decode('00ff', 'hex')", "X'00ff'"],
    [new Date(0), "'1970-01-01 00:00:00.000'", "'1970-01-01 00:00:00.000+00'", "'1970-01-01 00:00:00.000'"],
  ])('%s is written as each database reads it', (value, sqlite, postgresql, mysql) => {
    const written = (['sqlite', 'postgresql', 'mysql'] as const).map((dialect) => literalOf(value, dialect))
    expect(written).toEqual([sqlite, postgresql, mysql])
  })

  it.each<[value: unknown, dialect: DialectName]>([
    [Number.NaN, 'sqlite'],
    [Number.POSITIVE_INFINITY, 'mysql'],
    [() => 1, 'postgresql'],
    [Symbol('x'), 'sqlite'],
    ['a\0b', 'postgresql'],
    [{}, 'sqlite'],
    [[1], 'mysql'],
  ])('%s of %s has no literal', (value, dialect) => {
    expect(() => literalOf(value, dialect)).toThrow(TypeError)
  })
})

describe('a script', () => {
  it('is alembic’s layout, with values in its statements', async () => {
    const graph = graphOf(async (db) => {
      await db.schema
        .createTable('shop')
        .addColumn('id', 'integer', (column) => column.primaryKey())
        .addColumn('name', 'varchar(20)', (column) => column.notNull().defaultTo("it's"))
        .execute()
      await db.insertInto('shop').values({ id: 1, name: "O'Brien" }).execute()
      await db.updateTable('shop').set({ name: null }).where('id', '=', 1).where('name', 'in', ['a', 'b']).execute()
      await sql`UPDATE shop SET name = ${'x'} WHERE id = ${2};`.execute(db)
    })
    expect(await renderUpgrade(graph, 'head', { dialect: 'postgresql' })).toMatchInlineSnapshot(`
      "BEGIN;

      CREATE TABLE "alembic_version" (
          version_num VARCHAR(32) NOT NULL,
          CONSTRAINT "alembic_version_pkc" PRIMARY KEY (version_num)
      );

      -- Running upgrade  -> a1

      create table "shop" ("id" integer primary key, "name" varchar(20) default 'it''s' not null);

      insert into "shop" ("id", "name") values (1, 'O''Brien');

      update "shop" set "name" = NULL where "id" = 1 and "name" in ('a', 'b');

      UPDATE shop SET name = 'x' WHERE id = 2;

      INSERT INTO "alembic_version" (version_num) VALUES ('a1');

      COMMIT;

      "
    `)
    expect(await renderStamp(graph, ['a1'], { dialect: 'mysql', versionTable: 'shop_version' })).toContain(
      "-- Running stamp_revision  -> a1\n\nINSERT INTO `shop_version` (version_num) VALUES ('a1');",
    )
  })

  it('is empty when there is nothing to do', async () => {
    expect(
      await renderUpgrade(
        graphOf(async () => undefined),
        'a1:head',
        { dialect: 'sqlite' },
      ),
    ).toBe('')
    expect(
      await renderUpgrade(
        graphOf(async () => undefined),
        'base',
        { dialect: 'sqlite' },
      ),
    ).toBe('')
  })

  it('has no transaction around a migration that wants none', async () => {
    const one = revision({ id: 'a1', transaction: false, upgrade: async (db) => void (await sql`VACUUM`.execute(db)) })
    expect(await renderUpgrade(buildGraph([one]), 'head', { dialect: 'sqlite' })).not.toContain('BEGIN')
  })

  it('may hold a SELECT that is there for what it does', async () => {
    const graph = graphOf((db) => sql`SELECT setval('s', ${7})`.execute(db))
    expect(await renderUpgrade(graph, 'head', { dialect: 'postgresql' })).toContain("SELECT setval('s', 7);")
  })

  it.each<[what: string, up: Upgrade]>([
    ['rows', (db) => db.selectFrom('shop').selectAll().execute()],
    ['a row', (db) => db.selectFrom('shop').selectAll().executeTakeFirst()],
    ['rows of a raw statement', async (db) => (await sql`SELECT 1`.execute(db)).rows],
    ['the schema', (db) => db.introspection.getTables()],
  ])('is refused when the migration reads %s', async (_, up) => {
    const fault = await rejectionOf(renderUpgrade(graphOf(up), 'head', { dialect: 'postgresql' }))
    expect(fault).toMatchObject({
      code: 'SLIPWAY_DB_OFFLINE',
      message: 'revision "a1" cannot be written as SQL: it reads from the database',
      where: { file: 'versions/a1.js' },
      hint: expect.stringContaining('context.offline'),
    })
  })

  it('tells the migration that it is one', async () => {
    const seen: boolean[] = []
    const one = revision({ id: 'a1', upgrade: (_, { offline }) => void seen.push(offline) })
    await renderUpgrade(buildGraph([one]), 'head', { dialect: 'sqlite' })
    expect(seen).toEqual([true])
  })

  it('of a downgrade must be told where it begins', async () => {
    const fault = await rejectionOf(
      renderDowngrade(
        graphOf(async () => undefined),
        'base',
        { dialect: 'sqlite' },
      ),
    )
    expect(fault).toMatchObject({ exitCode: 64, original: 'downgrade with --sql requires <fromrev>:<torev>' })
  })
})

eachDatabase('a script', (server) => {
  it('does to a database what a run does', async () => {
    const database = await server.open()
    const text = `'"\\\`;--\n/* größe */`
    const first: Upgrade = async (db) => {
      await db.schema.createTable('shop').addColumn('id', 'integer').addColumn('name', 'varchar(60)').execute()
      await db.insertInto('shop').values({ id: -1, name: text }).execute()
    }
    const all = [
      revision({ id: 'a1', upgrade: async (db) => void (await first(db)) }),
      revision({
        id: 'b2',
        down: 'a1',
        upgrade: async (db) => void (await db.insertInto('shop').values({ id: 2, name: null }).execute()),
      }),
    ]
    const script = await renderUpgrade(buildGraph(all), 'head', { dialect: server.dialect })
    await database.kysely.connection().execute(async (db) => {
      for (const part of script.split('\n\n').filter((one) => one !== '' && !one.startsWith('--'))) {
        await sql.raw(part.replace(/;$/u, '')).execute(db)
      }
    })
    expect(await readCurrent(database)).toEqual(['b2'])
    expect(await database.kysely.selectFrom('shop').selectAll().orderBy('id').execute()).toEqual([
      { id: -1, name: text },
      { id: 2, name: null },
    ])
    expect((await upgrade(database, buildGraph(all), 'head')).steps).toEqual([])
  })
})
