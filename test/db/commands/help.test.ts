// The help of a db-manage command, wrong command lines, and what a start loads.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { modulesIn, packagesIn } from '../../built-modules.ts'
import { command, project } from '../../cli/slipway.ts'
import { line, Shop } from './shop.ts'

const verbs = [
  'upgrade',
  'downgrade',
  'stamp',
  'current',
  'history',
  'heads',
  'branches',
  'show',
  'check',
  'check_migration',
  'has_offline_migrations',
  'version',
  'revision',
  'merge',
  'purge_deleted',
  'online_data_migrations',
]

const serviceDbManage = join(project, 'bin/service-db-manage.js')

describe('help', () => {
  it('shows all verbs in groups, with examples', async () => {
    const { status, stdout, stderr } = await command(serviceDbManage, ['--help'])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    await expect(stdout).toMatchFileSnapshot('help/db-manage.txt')
    for (const verb of verbs) expect(stdout).toMatch(new RegExp(`^  ${verb}\\b`, 'mu'))
  })

  it.each(verbs)('of %s says what it does, its flags and examples', async (verb) => {
    const { status, stdout, stderr } = await new Shop([]).run(`${verb} --help`)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    await expect(stdout).toMatchFileSnapshot(`help/${verb}.txt`)
    expect((await new Shop([]).run(`${verb.replaceAll('_', '-')} --help`)).stdout).toBe(stdout)
  })
})

describe('a wrong command line', () => {
  it.each([
    ['', 'a command is missing', 'upgrade, downgrade, stamp'],
    ['upgrad heads', 'unknown command "upgrad"', 'close names: upgrade'],
    ['purge_deletd all', 'unknown command "purge_deletd"', 'close names: purge_deleted'],
    ['upgrade --dleta 1', 'unknown flag "--dleta"', 'close names: --delta'],
    ['stamp', 'argument "revisions" is missing', 'shop-db-manage stamp --help'],
    ['upgrade a b', 'unexpected argument "b"', 'shop-db-manage upgrade --help'],
    ['purge_deleted all soon', 'age', 'expected an integer, at least 0'],
  ])('%j is refused: %s', async (words, message, more) => {
    const { status, stdout, stderr } = await new Shop(line).run(words.split(' ').filter(Boolean))
    expect({ status, stdout }).toEqual({ status: words.includes('soon') ? 78 : 64, stdout: '' })
    expect(stderr).toContain(message)
    expect(stderr).toContain(more)
  })

  it('is as red as the terminal allows', async () => {
    const shop = new Shop(line)
    expect((await shop.spawn('upgrad', { FORCE_COLOR: '1' })).stderr).toContain('\u001B[31merror\u001B[39m')
    expect((await shop.spawn('upgrad', { FORCE_COLOR: '1', NO_COLOR: '1' })).stderr).not.toContain('\u001B')
  })
})

describe('options of the configuration', () => {
  it('are flags before the verb and behind it', async () => {
    const shop = new Shop(line)
    expect(await shop.run('--region west upgrade heads')).toMatchObject({ status: 0 })
    expect(await shop.run('current --region west')).toMatchObject({ status: 0, stdout: 'c3c3 (head)\n' })
  })

  it('that nobody declares are refused where they stand', async () => {
    const shop = new Shop(line, {})
    const { status, stderr } = await shop.run('--regoin west current')
    expect(status).toBe(64)
    expect(stderr).toContain('close names: --region')
  })
})

/** Modules that serve, log or build apps; not those that declare options, with what the options of the log need. */
const serves =
  /^(?:http|paste|middleware|launch|log)\/(?!(?:.*options?|levels|percent-format|priorities|syslog-address|text-defaults)$)/u

describe('what is loaded', () => {
  it('is the parser and the configuration for help, and no kysely', async () => {
    const { own, packages } = await loadedBy(serviceDbManage, ['--help'])
    expect(packages).toEqual(['commander'])
    expect(own).toContain('db/commands/command-table')
    expect(
      own.filter((name) => serves.test(name) || /^db\/(?:migrations|dialects|schema|connect)/u.test(name)),
    ).toEqual([])
  })

  it('is no server, no logging and no pool of threads for current', async () => {
    const shop = new Shop(line)
    await shop.run('upgrade heads')
    const { own, packages, node } = await loadedBy(shop.script, ['--config-file', shop.conf, 'current'])
    expect(own).toContain('db/migrations/engine')
    expect(own.filter((name) => serves.test(name))).toEqual([])
    expect(packages).toContain('kysely')
    expect(packages.filter((name) => /^(?:pino|piscina|pg|mysql2)/u.test(name))).toEqual([])
    expect(node.filter((name) => /^(?:https?2?|_http_.*|tls|_tls_.*|inspector)$|undici/u.test(name))).toEqual([])
  })
})

interface Loaded {
  readonly own: readonly string[]
  readonly packages: readonly string[]
  readonly node: readonly string[]
}

/** Every script that V8 has compiled in a run of the command. */
async function loadedBy(file: string, args: readonly string[]): Promise<Loaded> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-coverage-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const { status, stderr } = await command(file, args, { env: { NODE_V8_COVERAGE: folder } })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  const urls = readdirSync(folder).flatMap((name) => {
    const { result } = JSON.parse(readFileSync(join(folder, name), 'utf-8')) as { result: { url: string }[] }
    return result.map(({ url }) => url)
  })
  const packages = packagesIn(urls)
  return {
    own: modulesIn(urls),
    packages: packages,
    node: urls.filter((url) => url.startsWith('node:')).map((url) => url.slice('node:'.length)),
  }
}
