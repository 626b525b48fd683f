// The command `service-db-manage` as it is built, on each database: what an operator does with the revisions of the
// service and its rows, and what the server does with a database that is behind.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { CompiledQuery } from 'kysely'
import { request } from 'undici'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Database, openDatabase } from '../../src/db/connect.ts'
import { loadGraph } from '../../src/db/migrations/load-revisions.ts'
import { planUpgrade } from '../../src/db/migrations/plan.ts'
import { renderStep } from '../../src/db/migrations/render-step.ts'
import { createDocument, findDocument } from '../../src/service/db/documents.ts'
import type { ServiceTables } from '../../src/service/db/tables.ts'
import { command, type Outcome } from '../cli/slipway.ts'
import { type AnyTables, eachDatabase } from '../db/databases.ts'
import { databaseSettings } from '../db/settings.ts'
import { makeFolder, root } from './folder.ts'
import { RunningServer } from './running-server.ts'

/** All revisions of the service, however many there are by now. */
const steps = planUpgrade(await loadGraph({ from: root }), 'heads', [])
const ids = steps.map(({ revision }) => revision.id)
const [first = '', second = ''] = ids
const last = ids.at(-1) ?? ''
const bin = join(root, 'bin/service-db-manage.js')

/** What beats the configuration: which database, and whether servers upgrade it. */
function settings(url: string, autoUpgrade = false): Record<string, string> {
  return { OS_DATABASE__CONNECTION: url, OS_DATABASE__AUTO_UPGRADE: String(autoUpgrade) }
}

async function manage(url: string, words: string): Promise<Outcome> {
  return command(bin, words.split(' '), { cwd: root, env: settings(url) })
}

async function open<Tables = ServiceTables>(url: string): Promise<Database<Tables>> {
  const database = await openDatabase<Tables>(databaseSettings({ connection: url }))
  onTestFinished(() => database.close())
  return database
}

function document(id: string, content = 'x') {
  return { id, project_id: 'shop', name: id, content, store: 'database' }
}

eachDatabase('service-db-manage', (server) => {
  it('goes up, says where it is, finds no difference, goes back, and is stamped', async () => {
    const url = await server.fresh()
    expect(await manage(url, 'current')).toEqual({ status: 0, stdout: '', stderr: '' })
    expect(await manage(url, 'upgrade heads')).toEqual({
      status: 0,
      stdout: '',
      stderr: steps.map((step) => `${renderStep(step)}\n`).join(''),
    })
    expect((await manage(url, 'current')).stdout).toBe(`${last} (head)\n`)
    expect(await manage(url, 'check')).toMatchObject({ status: 0, stdout: 'the database fits the declared tables\n' })
    const history = (await manage(url, 'history -i')).stdout.split('\n')
    expect(history[0]).toContain(` -> ${last} (head) (current), `)
    expect(history.at(-2)).toBe(`<base> -> ${first}, documents`)

    const refused = await manage(url, 'downgrade base')
    expect(refused.status).toBe(64)
    expect(refused.stderr).toContain('--yes')
    expect((await manage(url, 'current')).stdout).toBe(`${last} (head)\n`)
    expect(await manage(url, 'downgrade base --yes')).toMatchObject({ status: 0 })
    expect(await manage(url, 'check')).toMatchObject({ status: 1, stdout: 'add table "documents"\n' })

    expect(await manage(url, `stamp ${first}`)).toMatchObject({ status: 0 })
    expect((await manage(url, 'current')).stdout).toBe(`${first}\n`)
  })

  it('brings rows of the first revision to the head and back', async () => {
    const url = await server.fresh()
    await manage(url, `upgrade ${first}`)
    const { kysely } = await open<AnyTables>(url)
    const { store: _, ...row } = document('one')
    await kysely
      .insertInto('documents')
      .values({ ...row, created_at: new Date(), deleted: false })
      .execute()
    await manage(url, 'upgrade heads')
    const [upgraded] = await kysely.selectFrom('documents').selectAll().execute()
    expect(upgraded).toMatchObject({ id: 'one', store: 'database', content: 'x' })
    await manage(url, `downgrade ${first} --yes`)
    const [downgraded] = await kysely.selectFrom('documents').selectAll().execute()
    expect(downgraded).toMatchObject({ id: 'one', content: 'x' })
    expect(downgraded).not.toHaveProperty('store')
  })

  it('makes room for a content as long as a request may be', async () => {
    const url = await server.fresh()
    await manage(url, 'upgrade heads')
    const { kysely } = await open(url)
    const content = 'ä'.repeat(60_000)
    await createDocument(kysely, document('long', content))
    expect((await findDocument(kysely, 'long'))?.content).toBe(content)
  })

  it('purges documents that were deleted long enough ago, and only counts them first', async () => {
    const url = await server.fresh()
    await manage(url, 'upgrade heads')
    const { kysely } = await open(url)
    const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000)
    for (const id of ['old', 'older', 'new', 'there']) await createDocument(kysely, document(id))
    for (const [id, days] of [
      ['old', 100],
      ['older', 200],
      ['new', 10],
    ] as const) {
      await kysely
        .updateTable('documents')
        .set({ deleted: true, deleted_at: daysAgo(days) })
        .where('id', '=', id)
        .execute()
    }
    const left = async () =>
      (await kysely.selectFrom('documents').select('id').orderBy('id').execute()).map(({ id }) => id)

    const counted = await manage(url, 'purge_deleted documents --dry-run')
    expect(counted).toMatchObject({ status: 0, stdout: 'documents  2\n' })
    expect(counted.stderr).toContain('would be removed')
    expect(await left()).toEqual(['new', 'old', 'older', 'there'])
    expect(await manage(url, 'purge_deleted documents --max-rows 1')).toMatchObject({ stdout: 'documents  1\n' })
    expect(await left()).toEqual(['new', 'old', 'there'])
    expect(await manage(url, 'purge_deleted all')).toMatchObject({ status: 0, stdout: 'documents  1\n' })
    expect(await left()).toEqual(['new', 'there'])
    expect(await manage(url, 'purge_deleted documents 5')).toMatchObject({ stdout: 'documents  1\n' })
    expect(await left()).toEqual(['there'])
  })

  it('writes SQL that leads to the same database', async () => {
    const url = await server.fresh()
    const { status, stdout } = await manage(url, 'upgrade heads --sql')
    expect(status).toBe(0)
    const { kysely } = await open(url)
    for (const statement of stdout.split(/;\n\n/u).filter((text) => text.trim() !== '')) {
      await kysely.executeQuery(CompiledQuery.raw(statement))
    }
    expect(await manage(url, 'current --check-heads')).toMatchObject({ status: 0, stdout: `${last} (head)\n` })
    expect(await manage(url, 'check')).toMatchObject({ status: 0 })
  })
})

eachDatabase('service-server', (server) => {
  it('refuses a database that is behind with the command that mends it, and starts when that has run', async () => {
    const url = await server.fresh()
    const { conf } = makeFolder()
    const flags = ['--config-file', conf, '--listen', '127.0.0.1:0']
    const { status, errors } = await new RunningServer(settings(url), ...flags).ended
    expect({ status, errors }).toEqual({ status: 78, errors: expect.stringContaining('SLIPWAY_DB_BEHIND') as string })
    const [, text = ''] = /run: (.*); or set auto_upgrade/u.exec(errors) ?? []
    expect(text).toBe(`service-db-manage --config-file '${conf}' upgrade heads`)
    await shell(text, settings(url))
    const mended = new RunningServer(settings(url), ...flags)
    expect((await request(`${await mended.url()}/healthcheck`)).statusCode).toBe(200)
    expect(await mended.stop()).toMatchObject({ status: 0 })
  })

  it('with auto_upgrade and two workers at once upgrades once, and both serve', async () => {
    const url = await server.fresh()
    const { conf } = makeFolder()
    const flags = ['--config-file', conf, '--listen', '127.0.0.1:0', '--workers', '2']
    const running = new RunningServer(settings(url, true), ...flags)
    const { msg } = await running.line((line) => line.msg.startsWith('ready in'))
    expect(msg).toMatch(/2 workers \(pids \d+, \d+\)$/u)
    const upgrades = running.lines.filter((line) => line.msg.startsWith('Running upgrade'))
    expect(upgrades.map((line) => line.msg)).toEqual(steps.map(renderStep))
    expect(new Set(upgrades.map(({ pid }) => pid)).size).toBe(1)
    expect(await running.stop()).toMatchObject({ status: 0 })
    expect(await manage(url, 'check')).toMatchObject({ status: 0 })
  })
})

describe('upgrade heads --sql', () => {
  it.each([
    ['sqlite://', 'create table "documents" ("id" varchar(36) primary key,', '"created_at" timestamp not null', true],
    ['postgresql://127.0.0.1:1/none', 'create table "documents" (', '"created_at" timestamp not null', true],
    ['mysql://127.0.0.1:1/none', 'create table `documents` (', '`created_at` datetime(6) not null', false],
  ])('for %s speaks its language without asking it', async (url, table, column, hasTransactions) => {
    const { status, stdout, stderr } = await manage(url, 'upgrade heads --sql')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toContain(table)
    expect(stdout).toContain(column)
    expect(stdout.includes('COMMIT;')).toBe(hasTransactions)
    expect(stdout).toContain(`-- Running upgrade ${first} -> ${second}\n`)
  })
})

/** As an operator pastes it, with the command where npm puts it. */
async function shell(text: string, env: Readonly<Record<string, string>>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-bin-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  symlinkSync(bin, join(folder, 'service-db-manage'))
  const PATH = `${folder}:${process.env['PATH']}`
  await promisify(execFile)('sh', ['-c', text], { cwd: '/', env: { ...process.env, ...env, PATH } })
}
