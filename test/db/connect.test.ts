// Opening a database: what is found in it, what is said when it cannot be opened, and never a password.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openDatabase } from '../../src/db/connect.ts'
import { databaseSettings } from './settings.ts'

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-db-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

describe('openDatabase', () => {
  it('opens a file of SQLite, which keeps what is written', async () => {
    const settings = databaseSettings({ connection: `sqlite:///${join(scratch(), 'a.db')}` })
    const first = await openDatabase<{ t: { id: number } }>(settings)
    await first.kysely.schema.createTable('t').addColumn('id', 'integer').execute()
    await first.kysely.insertInto('t').values({ id: 7 }).execute()
    await first.close()
    await first.close()
    const second = await openDatabase<{ t: { id: number } }>(settings)
    expect(await second.kysely.selectFrom('t').selectAll().execute()).toEqual([{ id: 7 }])
    expect(second.dialect).toBe('sqlite')
    await second.close()
  })

  it('refuses to open nothing', async () => {
    await expect(openDatabase(databaseSettings({}))).rejects.toMatchObject({ code: 'SLIPWAY_CONFIG_REQUIRED' })
  })

  it('refuses a time to wait for locks that is none, which would be waited for without end', async () => {
    const settings = databaseSettings({ connection: `sqlite:///${join(scratch(), 'a.db')}?timeout=5s` })
    await expect(openDatabase(settings)).rejects.toMatchObject({
      code: 'SLIPWAY_DB_URL',
      message: 'parameter "timeout" of the database URL is "5s"',
    })
  })

  it('tries again as often as max_retries says, tells each try, and shows no password', async () => {
    const said: string[] = []
    const log = { warn: (text: string) => void said.push(text), info: () => undefined }
    const settings = databaseSettings({
      connection: 'postgresql://u:sesame@127.0.0.1:1/n',
      max_retries: 2,
      retry_interval: 0,
    })
    const origin = { kind: 'file', detail: 'etc/a.conf:3', where: { file: 'etc/a.conf', line: 3 } } as const
    await expect(openDatabase(settings, { log, origin })).rejects.toMatchObject({
      code: 'SLIPWAY_DB_CONNECT',
      exitCode: 69,
      message: 'cannot connect to the database "postgresql://u:***@127.0.0.1:1/n"',
      hint: 'see option "connection" in [database], set in etc/a.conf:3',
      where: { file: 'etc/a.conf', line: 3 },
    })
    expect(said).toHaveLength(2)
    expect(said.join()).toContain('try 3 in 0 s')
    expect(said.join()).not.toContain('sesame')
  })
})
