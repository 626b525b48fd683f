// `slipway init`: what it refuses, and projects that are installed from a package of this checkout, tested and started
// as they are.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { projectFolder } from '../entrypoints/project-folder.ts'
import { project, slipway, slipwayInProcess } from './slipway.ts'

describe('slipway init', () => {
  it('makes a project, and does not touch one that is there', async () => {
    const cwd = projectFolder({})
    const { status, stdout } = await slipwayInProcess(['init', 'shop'], { cwd })
    expect(status).toBe(0)
    const files = readdirSync(join(cwd, 'shop'), { recursive: true, encoding: 'utf-8', withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => `wrote  ${join(entry.parentPath, entry.name).replace(`${cwd}/`, '')}`)
    expect(stdout.trim().split('\n').toSorted()).toEqual(files.toSorted())
    writeFileSync(join(cwd, 'shop/README.md'), 'mine')
    rmSync(join(cwd, 'shop/setup.cfg'))
    const again = await slipwayInProcess(['init', 'shop'], { cwd })
    expect(again).toMatchObject({ status: 71, stdout: '' })
    expect(again.stderr).toContain('shop/README.md')
    expect(again.stderr).not.toContain('shop/setup.cfg')
    expect(readFileSync(join(cwd, 'shop/README.md'), 'utf-8')).toBe('mine')
    expect(existsSync(join(cwd, 'shop/setup.cfg'))).toBe(false)
  })

  it.each([
    ['Shop', 'it does not begin with a small letter'],
    ['1st', 'it does not begin with a small letter'],
    ['shop_api', 'it holds "_"'],
    ['@me/shop', 'it does not begin with a small letter'],
    ['shop api', 'it holds " "'],
    ['shop-', 'a dash in it is followed by no letter'],
    ['http', 'it is a module of Node'],
    ['slipway', 'it is taken'],
    ['s'.repeat(215), 'it is longer than 214 characters'],
  ])('refuses the name %j', async (name, reason) => {
    const { status, stdout, stderr } = await slipwayInProcess(['init', name], { cwd: projectFolder({}) })
    expect({ status, stdout }).toEqual({ status: 64, stdout: '' })
    expect(stderr).toContain(`can be the name of no project: ${reason}`)
  })

  it.each([
    [['init', 'filter'], 'the filter needs a name; expected slipway init filter NAME'],
    [
      ['init', 'fitler', 'x'],
      'there is no kind "fitler" to make; expected one of app, filter, command, migration, extension; close names: filter',
    ],
    [['init', 'app', 'X'], '"X" can be the name of no app: it does not begin with a small letter'],
    [['init', 'app', 'goods'], 'the project does not say where its modules are'],
    [['init', 'migration'], 'the migration needs a name; expected slipway init migration NAME'],
    [['init', 'migration', 'Add'], '"Add" can be the name of no migration: it does not begin with a small letter'],
  ])('tells what is wrong with %j', async (args, message) => {
    const cwd = projectFolder({ 'setup.cfg': '[metadata]\nname = shop\n' })
    const { status, stderr } = await slipwayInProcess(args, { cwd })
    expect(status).toBe(64)
    expect(stderr).toContain(message)
  })
})

describe('slipway init in a project', () => {
  async function shop(): Promise<string> {
    const cwd = projectFolder({})
    await slipwayInProcess(['init', 'shop'], { cwd })
    return join(cwd, 'shop')
  }

  it('adds an app, a filter and a command to the manifest, where they belong', async () => {
    const cwd = await shop()
    for (const [kind, name] of [
      ['app', 'sold-goods'],
      ['filter', 'rate-limit'],
      ['command', 'shop-status'],
    ] as const) {
      expect(await slipwayInProcess(['init', kind, name], { cwd })).toMatchObject({ status: 0 })
    }
    expect(readFileSync(join(cwd, 'setup.cfg'), 'utf-8').split('[entry_points]')[1]).toMatchInlineSnapshot(`
      "
      console_scripts =
          shop-api = shop.cmd.api:main
          shop-status = shop.cmd.shop_status:main
      paste.app_factory =
          hello = shop.hello:app_factory
          sold-goods = shop.sold_goods:app_factory
      paste.filter_factory =
          served-by = shop.served_by:filter_factory
          rate-limit = shop.rate_limit:filter_factory
      slipway.config =
          shop = shop.options:groups
      "
    `)
    expect(readFileSync(join(cwd, 'etc/shop/api-paste.ini'), 'utf-8')).toMatch(
      /\n\n\[app:sold-goods\]\nuse = egg:shop#sold-goods\n\n\[filter:rate-limit\]\nuse = egg:shop#rate-limit\n$/u,
    )
    const { bin } = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf-8')) as { bin: object }
    expect(bin).toEqual({ 'shop-api': 'bin/shop-api.js', 'shop-status': 'bin/shop-status.js' })
    expect(await slipwayInProcess(['scripts', '--check'], { cwd })).toMatchObject({ status: 0 })
    expect(await slipwayInProcess(['check'], { cwd })).toMatchObject({ status: 0, stdout: '0 errors, 0 warnings\n' })
  })

  it('overwrites no module, and changes nothing then', async () => {
    const cwd = await shop()
    const before = readFileSync(join(cwd, 'setup.cfg'), 'utf-8')
    mkdirSync(join(cwd, 'src'), { recursive: true })
    writeFileSync(join(cwd, 'src/goods.js'), '// mine\n')
    const { status, stderr } = await slipwayInProcess(['init', 'app', 'goods'], { cwd })
    expect(status).toBe(71)
    expect(stderr).toContain('src/goods.js')
    expect(readFileSync(join(cwd, 'setup.cfg'), 'utf-8')).toBe(before)
    const twice = await slipwayInProcess(['init', 'app', 'hello'], { cwd })
    expect(twice.stderr).toContain('there is an entry "hello" of paste.app_factory already')
  })
})

describe('slipway init migration', () => {
  it('brings with the first revision what it needs, and puts the next behind it', async () => {
    const outer = projectFolder({})
    await slipwayInProcess(['init', 'shop'], { cwd: outer })
    const cwd = join(outer, 'shop')
    const first = await slipwayInProcess(['init', 'migration', 'create-goods'], { cwd })
    expect(first.stderr).toBe('  next: npx shop-db-manage upgrade heads\n')
    expect(first.stdout.replace(/[0-9a-f]{12}/u, 'ID').split('\n')).toEqual([
      'wrote  src/migrations/ID_create_goods.js',
      'wrote  src/cmd/db-manage.js',
      'changed  setup.cfg',
      'changed  src/options.js',
      'changed  etc/shop/shop.conf',
      'wrote  bin/shop-db-manage.js',
      'changed  package.json',
      '',
    ])
    const manifest = readFileSync(join(cwd, 'setup.cfg'), 'utf-8')
    expect(manifest).toContain('    shop-db-manage = shop.cmd.db_manage:main\n')
    expect(manifest).toContain('slipway.migrations =\n    shop = shop.migrations\n')
    expect(readFileSync(join(cwd, 'src/options.js'), 'utf-8')).toMatch(
      /\nimport \{ databaseGroup \} from 'slipway\/db'\n[^]*\[serviceGroup, launchGroup, logGroup, databaseGroup\]\n$/u,
    )
    expect(readFileSync(join(cwd, 'etc/shop/shop.conf'), 'utf-8')).toMatch(
      /\n\n\[database\]\nconnection = sqlite:\/\/\/shop\.db\n$/u,
    )
    const next = await slipwayInProcess(['init', 'migration', 'add-price'], { cwd })
    expect(next).toMatchObject({ status: 0, stderr: '' })
    expect(next.stdout).toMatch(/^wrote {2}src\/migrations\/[0-9a-f]{12}_add_price\.js\n$/u)
    const [id = ''] = /[0-9a-f]{12}/u.exec(first.stdout) ?? []
    const file = next.stdout.slice('wrote  '.length).trim()
    const text = readFileSync(join(cwd, file), 'utf-8')
    expect(text).toMatch(/^\/\/ add price\n/u)
    expect(text).toContain(`export const down_revision = '${id}'\n`)
    expect(await slipwayInProcess(['scripts', '--check'], { cwd })).toMatchObject({ status: 0 })
  })

  it('does not touch options and a command that somebody has written otherwise', async () => {
    const outer = projectFolder({})
    await slipwayInProcess(['init', 'shop'], { cwd: outer })
    const cwd = join(outer, 'shop')
    writeFileSync(join(cwd, 'src/options.js'), 'export * from "./more-options.js"\n')
    await slipwayInProcess(['init', 'command', 'my-db-manage'], { cwd })
    const { status, stdout } = await slipwayInProcess(['init', 'migration', 'first'], { cwd })
    expect(status).toBe(0)
    expect(stdout).not.toMatch(/options|cmd\/db-manage/u)
    expect(existsSync(join(cwd, 'src/cmd/db-manage.js'))).toBe(false)
  })
})

describe('slipway init extension', () => {
  async function shop(): Promise<string> {
    const outer = projectFolder({})
    await slipwayInProcess(['init', 'shop'], { cwd: outer })
    return join(outer, 'shop')
  }

  it('brings with the first extension the filter that serves them', async () => {
    const cwd = await shop()
    const first = await slipwayInProcess(['init', 'extension', 'os-goods'], { cwd })
    expect(first).toMatchObject({ status: 0, stderr: '' })
    expect(first.stdout.trim().split('\n')).toEqual([
      'wrote  src/extensions/os-goods.js',
      'wrote  test/os-goods.test.js',
      'changed  setup.cfg',
      'changed  etc/shop/api-paste.ini',
    ])
    const manifest = readFileSync(join(cwd, 'setup.cfg'), 'utf-8')
    expect(manifest).toContain('slipway.api_extensions =\n    os-goods = shop.extensions.os_goods:OsGoods\n')
    const deployment = readFileSync(join(cwd, 'etc/shop/api-paste.ini'), 'utf-8')
    expect(deployment).toContain('\npipeline = request_id catch_errors request_log served-by extensions hello\n')
    expect(deployment).toMatch(/\n\[filter:extensions\]\nuse = egg:slipway#extensions\n$/u)
    const next = await slipwayInProcess(['init', 'extension', 'prices'], { cwd })
    expect(next.stdout).toContain('changed  setup.cfg')
    expect(next.stdout).not.toContain('api-paste.ini')
    expect(await slipwayInProcess(['check'], { cwd })).toMatchObject({ status: 0, stdout: '0 errors, 0 warnings\n' })
  })

  it('says where the filter goes when there are several pipelines', async () => {
    const cwd = await shop()
    const file = join(cwd, 'etc/shop/api-paste.ini')
    writeFileSync(file, `${readFileSync(file, 'utf-8')}\n[pipeline:other]\npipeline = hello\n`)
    const { status, stderr } = await slipwayInProcess(['init', 'extension', 'os-goods'], { cwd })
    expect(status).toBe(0)
    expect(stderr).toBe('  next: put a filter with "use = egg:slipway#extensions" before the app of a pipeline\n')
    expect(readFileSync(file, 'utf-8')).not.toMatch(/pipeline = .*extensions/u)
  })

  it.each([
    [['init', 'extension'], 'the extension needs a name'],
    [['init', 'extension', 'Goods'], '"Goods" can be the name of no extension'],
  ])('tells what is wrong with %j', async (args, message) => {
    const { status, stderr } = await slipwayInProcess(args, { cwd: await shop() })
    expect(status).toBe(64)
    expect(stderr).toContain(message)
  })

  it('refuses an extension that is there', async () => {
    const entries = '[entry_points]\nslipway.api_extensions =\n    os-goods = shop:OsGoods\n'
    const cwd = projectFolder({ 'setup.cfg': `[metadata]\nname = shop\n\n${entries}` })
    const { stderr } = await slipwayInProcess(['init', 'extension', 'os-goods'], { cwd })
    expect(stderr).toContain('there is an entry "os-goods" of slipway.api_extensions already')
  })
})

/** A package of this checkout, as npm would publish it, and what it and the projects depend on. */
const packed = mkdtempSync(join(tmpdir(), 'slipway-packed-'))
let tarball: string

beforeAll(() => {
  // Without its scripts: they would build dist/ anew under the other tests.
  const out = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', packed], {
    cwd: project,
  })
  const [entry] = JSON.parse(out.toString()) as { filename: string }[]
  tarball = join(packed, entry?.filename ?? '')
}, 120_000)

afterAll(() => rmSync(packed, { recursive: true, force: true }))

/** Folders of node_modules that a package needs, with what they need themselves. */
function dependenciesOf(names: readonly string[], found = new Set<string>()): Set<string> {
  for (const name of names) {
    const file = join(project, 'node_modules', name, 'package.json')
    if (found.has(name) || !existsSync(file)) continue
    found.add(name)
    const { dependencies = {}, optionalDependencies = {} } = JSON.parse(readFileSync(file, 'utf-8')) as Manifest
    dependenciesOf([...Object.keys(dependencies), ...Object.keys(optionalDependencies)], found)
  }
  return found
}

interface Manifest {
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
}

/** Installs without a registry: npm finds in node_modules what it would fetch. */
function install(folder: string, extra: readonly string[]): void {
  const own = JSON.parse(readFileSync(join(project, 'package.json'), 'utf-8')) as Manifest
  for (const name of dependenciesOf([...Object.keys(own.dependencies ?? {}), ...extra])) {
    const to = join(folder, 'node_modules', name)
    mkdirSync(dirname(to), { recursive: true })
    cpSync(join(project, 'node_modules', name), to, { recursive: true })
  }
  const flags = ['--offline', '--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts']
  execFileSync('npm', ['install', ...flags, tarball], { cwd: folder, stdio: 'pipe' })
}

/** `npm run SCRIPT` as a person would; throws with the output when it fails. */
function npmRun(folder: string, script: string): string {
  return execFileSync('npm', ['run', script], { cwd: folder, encoding: 'utf-8', stdio: 'pipe' })
}

/** Starts the command of the project, asks it once, and stops it: the answer and the exit status. */
async function askOnce(folder: string, command: string, args: readonly string[], path = '/?name=Ada') {
  const file = join(folder, 'node_modules/.bin', command)
  const child = spawn(process.execPath, [existsSync(file) ? file : join(folder, 'bin', `${command}.js`), ...args], {
    cwd: folder,
  })
  const closed = once(child, 'close') as Promise<[number | null]>
  onTestFinished(() => void child.kill('SIGKILL'))
  const url = await urlOf(child, closed)
  const answer: unknown = await (await fetch(`${url}${path}`)).json()
  child.kill('SIGTERM')
  const [status] = await closed
  return { answer, status }
}

async function urlOf(child: ChildProcess, closed: Promise<unknown>): Promise<string> {
  let said = ''
  let hasEnded = false
  void closed.then(() => (hasEnded = true))
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (said += chunk.toString()))
  for (;;) {
    const url = /listening on (http:[^\s"]+)/u.exec(said)?.[1]
    if (url !== undefined && said.includes('ready in')) return url
    if (hasEnded) throw new Error(`it ended: ${said}`)
    await Promise.race([once(child.stdout ?? child, 'data'), closed])
  }
}

describe.each([
  ['JavaScript', [], []],
  ['TypeScript', ['--typescript'], ['typescript', '@types/node']],
] as const)('a new project in %s', (_, flags, packages) => {
  it('installs, passes its tests and its check, and serves, unedited', { timeout: 400_000 }, async () => {
    const cwd = projectFolder({})
    expect(await slipwayInProcess(['init', 'my-shop', ...flags], { cwd })).toMatchObject({ status: 0 })
    const folder = join(cwd, 'my-shop')
    for (const [kind, name] of [
      ['app', 'goods'],
      ['filter', 'price'],
      ['command', 'my-shop-status'],
    ] as const) {
      expect(await slipwayInProcess(['init', kind, name], { cwd: folder })).toMatchObject({ status: 0 })
    }
    expect(await slipwayInProcess(['init', 'migration', 'create-goods'], { cwd: folder })).toMatchObject({ status: 0 })
    expect(await slipwayInProcess(['init', 'extension', 'os-goods'], { cwd: folder })).toMatchObject({ status: 0 })
    install(folder, packages)
    expect(npmRun(folder, 'test')).toMatch(/^# pass 6$|ℹ pass 6/mu)
    expect(npmRun(folder, 'check')).toContain('0 errors')
    // The port of the configuration may be somebody's: any other.
    const conf = readFileSync(join(folder, 'etc/my-shop/my-shop.conf'), 'utf-8').replace(':8774', ':0')
    writeFileSync(join(folder, 'etc/my-shop/any-port.conf'), conf)
    const args = ['--config-file', 'etc/my-shop/any-port.conf']
    expect(await askOnce(folder, 'my-shop-api', args)).toEqual({ answer: { message: 'Hello, Ada' }, status: 0 })
    const listed = await askOnce(folder, 'my-shop-api', args, '/extensions')
    expect(listed.answer).toMatchObject({ extensions: [{ alias: 'os-goods', name: 'OsGoods' }] })
    const status = execFileSync(process.execPath, ['bin/my-shop-status.js'], { cwd: folder, encoding: 'utf-8' })
    expect(status).toBe('read no configuration file\n')
    const manage = (...words: string[]) =>
      execFileSync(process.execPath, ['bin/my-shop-db-manage.js', ...words], { cwd: folder, encoding: 'utf-8' })
    manage('--config-file', 'etc/my-shop/any-port.conf', 'upgrade', 'heads')
    expect(manage('--config-file', 'etc/my-shop/any-port.conf', 'current')).toMatch(/^[0-9a-f]{12} \(head\)\n$/u)
    // Compiled too: what a compiler drops with an import is not the message.
    expect(manage('history')).toMatch(/^<base> -> [0-9a-f]{12} \(head\), create goods\n$/u)
    expect(existsSync(join(folder, 'my-shop.db'))).toBe(true)
    const { status: chain, stdout } = await slipway(
      ['start-chain', 'my-shop-api', '--config-file', 'etc/my-shop/my-shop.conf'],
      { cwd: folder },
    )
    expect(chain).toBe(0)
    expect(stdout).toContain('request_id > catch_errors > request_log > served-by > extensions > hello')
  })
})
