// What is written and read is the same from every database: numbers, decimals, times, texts, bytes.
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { eachDatabase } from './databases.ts'

eachDatabase('a value', ({ dialect, open }) => {
  const time = dialect === 'mysql' ? sql`datetime(3)` : 'timestamp'

  it('comes back as it was written', async () => {
    const { kysely } = await open()
    await kysely.schema
      .createTable('things')
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .addColumn('big', 'bigint')
      .addColumn('price', 'decimal(10, 2)')
      .addColumn('ratio', 'double precision')
      .addColumn('ok', 'boolean')
      .addColumn('at', time)
      .addColumn('day', 'date')
      .addColumn('name', 'varchar(40)')
      .addColumn('note', 'text')
      .addColumn('extra', 'json')
      .addColumn('bytes', dialect === 'postgresql' ? 'bytea' : 'blob')
      .execute()
    const row = {
      id: 1,
      big: 9_007_199_254_740_993n,
      price: '12.50',
      ratio: 0.25,
      ok: true,
      at: new Date('2026-11-22T23:59:59.123Z'),
      day: '2026-11-22',
      name: 'Ünïcode 🚢',
      note: "a 'quote' and a \\",
      extra: '{"a": 1}',
      bytes: Buffer.from([0, 255, 10]),
    }
    const empty = { big: null, price: null, ratio: null, ok: null, at: null, day: null, name: null, note: null }
    const rows = [row, { ...empty, id: 2, ok: false, big: -5, extra: null, bytes: null }]
    await kysely
      .insertInto('things')
      .values(rows[0] ?? {})
      .execute()
    await kysely
      .insertInto('things')
      .values(rows[1] ?? {})
      .execute()
    expect(await kysely.selectFrom('things').selectAll().orderBy('id').execute()).toEqual(rows)
  })

  it('that is counted is a number', async () => {
    const { kysely } = await open()
    await kysely.schema.createTable('things').addColumn('id', 'integer').execute()
    await kysely
      .insertInto('things')
      .values([{ id: 1 }, { id: 2 }])
      .execute()
    const counted = kysely.selectFrom('things').select(({ fn }) => fn.countAll().as('n'))
    expect(await counted.executeTakeFirst()).toEqual({ n: 2 })
  })

  it('of time is compared in UTC, with what the database itself takes for now', async () => {
    const { kysely } = await open()
    await kysely.schema
      .createTable('things')
      .addColumn('id', 'integer')
      .addColumn('at', dialect === 'mysql' ? 'datetime' : 'timestamp', (column) =>
        column.defaultTo(sql`CURRENT_TIMESTAMP`),
      )
      .execute()
    await kysely.insertInto('things').values({ id: 1 }).execute()
    const around = (ms: number): Date => new Date(Date.now() + ms)
    const inWindow = kysely
      .selectFrom('things')
      .select('at')
      .where('at', '>', around(-60_000))
      .where('at', '<', around(60_000))
    expect(await inWindow.execute()).toEqual([{ at: expect.any(Date) }])
  })

  it('is read one by one where the database streams', async () => {
    const { kysely } = await open()
    await kysely.schema.createTable('things').addColumn('id', 'integer').execute()
    await kysely
      .insertInto('things')
      .values([{ id: 1 }, { id: 2 }])
      .execute()
    const read = async (): Promise<unknown[]> => {
      const rows: unknown[] = []
      for await (const row of kysely.selectFrom('things').selectAll().stream()) rows.push(row)
      return rows
    }
    // kysely asks for a package of its own there.
    if (dialect === 'postgresql') await expect(read()).rejects.toThrow('cursor')
    else expect(await read()).toEqual([{ id: 1 }, { id: 2 }])
  })
})
