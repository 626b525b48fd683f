// --sql: scripts for somebody who runs them by hand.
import { describe, expect, it } from 'vitest'
import { line, parted, Shop } from './shop.ts'

describe('--sql', () => {
  it('writes what an upgrade would do, and touches nothing', async () => {
    const shop = new Shop(line.slice(0, 2))
    const { status, stdout, stderr } = await shop.run('upgrade heads --sql')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatchInlineSnapshot(`
      "BEGIN;

      CREATE TABLE "alembic_version" (
          version_num VARCHAR(32) NOT NULL,
          CONSTRAINT "alembic_version_pkc" PRIMARY KEY (version_num)
      );

      -- Running upgrade  -> a1a1

      create table "documents" ("id" integer primary key);

      INSERT INTO "alembic_version" (version_num) VALUES ('a1a1');

      COMMIT;

      BEGIN;

      -- Running upgrade a1a1 -> b2b2

      alter table "documents" add column "size" integer;

      UPDATE "alembic_version" SET version_num = 'b2b2' WHERE version_num = 'a1a1';

      COMMIT;

      "
    `)
    expect(await shop.tables()).toEqual([])
  })

  it('does what an upgrade does', async () => {
    const shop = new Shop(line)
    const { kysely } = await shop.database()
    const { stdout } = await shop.run('upgrade heads --sql')
    for (const statement of stdout.split(/;\n\n/u).filter((text) => text.trim() !== '')) {
      await kysely.executeQuery((await import('kysely')).CompiledQuery.raw(statement))
    }
    expect((await shop.run('current')).stdout).toBe('c3c3 (head)\n')
    expect(await shop.tables()).toEqual(['documents', 'owners'])
  })

  it('writes what expands before what contracts', async () => {
    const { stdout } = await new Shop(parted).run('upgrade heads --sql')
    expect(stdout.match(/(?<=-- Running upgrade ).*$/gmu)).toEqual([
      ' -> a1a1',
      'a1a1 -> c3c3',
      'a1a1 -> b2b2',
      'b2b2 -> d4d4',
    ])
  })

  it('speaks the language of the database that is configured, which need not be there', async () => {
    const shop = new Shop(line, {}, 'mysql://127.0.0.1:1/shop')
    const { status, stdout } = await shop.run('upgrade a1a1:c3c3 --sql')
    expect(status).toBe(0)
    expect(stdout).toContain('-- Running upgrade a1a1 -> b2b2\n')
    expect(stdout).toContain('alter table `documents` add column `size` integer;')
    expect(stdout).not.toContain('BEGIN')
  })

  it('of a downgrade and of a stamp needs nobody to confirm it', async () => {
    const shop = new Shop(line)
    const down = await shop.run('downgrade head:b2b2 --sql')
    expect(down.stdout).toContain('drop table "owners";')
    expect(down.stdout).toContain("UPDATE \"alembic_version\" SET version_num = 'b2b2' WHERE version_num = 'c3c3';")
    expect((await shop.run('stamp b2b2:head --sql')).stdout).toContain("SET version_num = 'c3c3'")
  })

  it.each([
    ['downgrade b2b2 --sql', '"b2b2" does not say where a downgrade begins'],
    ['upgrade a1a1:b2b2', 'a1a1:b2b2'],
    ['stamp --purge head --sql', 'nobody knows without the database'],
  ])('%s is refused', async (words, message) => {
    const { status, stdout, stderr } = await new Shop(line).run(words)
    expect({ status, stdout }).toEqual({ status: 64, stdout: '' })
    expect(stderr).toContain(message)
  })
})
