import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { modulesIn, packagesIn } from '../built-modules.ts'
import { command, project, slipway, slipwayInProcess } from './slipway.ts'

const verbs = [
  'list',
  'check',
  'show',
  'graph',
  'start-chain',
  'config',
  'config show',
  'config get',
  'config validate',
  'config sample',
  'config docs',
  'policy',
  'policy check',
  'policy validate',
  'policy list-redundant',
  'policy sample',
  'policy generate',
  'policy upgrade',
  'run',
  'inject',
  'serve',
  'status',
  'reload',
  'scale',
  'upgrade',
  'log-level',
  'report',
  'stop',
  'init',
  'scripts',
  'export',
  'export systemd',
  'export kubernetes',
  'export compose',
  'doctor',
  'completion',
  'explain',
]

describe('help', () => {
  it('shows all verbs in groups, with examples', async () => {
    const { status, stdout, stderr } = await slipway(['--help'])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    await expect(stdout).toMatchFileSnapshot('help/slipway.txt')
  })

  it.each(verbs)('of %s says what it does, its flags and examples', async (verb) => {
    const { status, stdout, stderr } = await slipwayInProcess([...verb.split(' '), '--help'])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    await expect(stdout).toMatchFileSnapshot(`help/${verb.replace(' ', '-')}.txt`)
    expect((await slipwayInProcess(['help', ...verb.split(' ')])).stdout).toBe(stdout)
  })

  it('asks for a verb on standard error when there is none', async () => {
    const help = await slipwayInProcess(['--help'])
    expect(await slipwayInProcess([])).toEqual({ status: 64, stdout: '', stderr: help.stdout })
    const family = await slipwayInProcess(['config'])
    expect(family).toMatchObject({ status: 64, stdout: '' })
    expect(family.stderr).toContain('Usage: slipway config')
  })

  it('has the version of the package', async () => {
    const { version } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf-8')) as { version: string }
    for (const flag of ['-V', '--version']) {
      expect(await slipwayInProcess([flag])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' })
    }
  })
})

describe('a wrong command line', () => {
  it.each([
    [['lst'], 'unknown command "lst"; close names: list', 'slipway --help'],
    [['lst', '--help'], 'unknown command "lst"; close names: list', 'slipway --help'],
    [['help', 'lst'], 'unknown command "lst"; close names: list', 'slipway --help'],
    [['xyzzy'], 'unknown command "xyzzy"', 'slipway --help'],
    [['config', 'shw'], 'unknown command "shw"; close names: show', 'slipway config --help'],
    [['config', 'shw', '--help'], 'unknown command "shw"; close names: show', 'slipway config --help'],
    [['help', 'config', 'shw'], 'unknown command "shw"; close names: show', 'slipway config --help'],
    [
      ['serve', 'x.ini', '--wrokers', '2'],
      'unknown option "--wrokers"; close names: --workers',
      'slipway serve --help',
    ],
    [['list', '--group'], 'option "--group <name>" needs a value', 'slipway list --help'],
    [['graph'], 'missing argument "target"', 'slipway graph --help'],
    [['show', 'a', 'b'], 'too many arguments: 2 instead of 1', 'slipway show --help'],
    [
      ['graph', 'x.ini', '--format', 'svg'],
      'option "--format <format>" cannot be "svg"; expected one of tree, mermaid, dot, json',
      'slipway graph --help',
    ],
    [
      ['serve', 'x.ini', '--port', '1', '--listen', '::1'],
      'option "--port <number>" cannot be used with option "--listen <address>"',
      'slipway serve --help',
    ],
    [['scripts'], 'say what to do: --write or --check', 'slipway scripts --help'],
    [
      ['inject', 'api-paste.ini', 'GET', 'v1'],
      '"v1" is no path; expected a path from "/", without scheme and host: /v1/goods?limit=2',
      'slipway inject --help',
    ],
    [
      ['inject', 'api-paste.ini', 'GET', '/', '-H', 'x'],
      '"x" is no header; expected "name: value"',
      'slipway inject --help',
    ],
  ])('%j is told in two lines', async (args, message, help) => {
    const stderr = `error SLIPWAY_USAGE: ${message}\n  see: ${help}\n`
    expect(await slipwayInProcess(args)).toEqual({ status: 64, stdout: '', stderr })
  })

  it('runs nothing that is only close', async () => {
    const { status, stdout } = await slipway(['scrpts', '--write', '--bin', '/nowhere'])
    expect({ status, stdout }).toEqual({ status: 64, stdout: '' })
  })

  it('is red on a terminal unless NO_COLOR is set', async () => {
    const escape = '\u001B[31merror\u001B[39m SLIPWAY_USAGE'
    expect((await slipwayInProcess(['lst'], { isTTY: true })).stderr).toContain(escape)
    expect((await slipwayInProcess(['lst'], { isTTY: true, env: { NO_COLOR: '1' } })).stderr).not.toContain('\u001B')
  })
})

describe('what is loaded', () => {
  it('is commander and nothing else for help and version', async () => {
    const data = [
      'main',
      'verb',
      'verbs',
      'flags',
      'terminal',
      'usage-error',
      ...verbs.map((verb) => verb.split(' ')[0]),
    ]
    const expected = ['errors', ...data.map((name) => `cli/${name}`)]
    for (const args of [['--help'], ['--version'], ['serve', '--help']]) {
      const { packages, own } = await loadedBy(args)
      expect(packages).toEqual(['commander'])
      expect(own.filter((name) => !name.startsWith('entrypoints/') && !expected.includes(name))).toEqual([])
      expect(own.filter((name) => name.startsWith('entrypoints/')).length).toBeLessThan(5)
    }
  })

  it('has no logging, no thread pool and no server in it for list', async () => {
    const { packages, own } = await loadedBy(['list', '--json'])
    expect(packages).toContain('commander')
    expect(packages.filter((name) => /^(?:pino|piscina|kysely)/u.test(name))).toEqual([])
    expect(own.filter((name) => /^(?:log|http|paste|launch|config|middleware)\//u.test(name))).toEqual([])
  })
})

/** Every script that V8 has compiled in a run of the command: coverage lists them all, of both module systems. */
async function loadedBy(args: readonly string[]): Promise<{ packages: string[]; own: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-coverage-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const { status } = await command(join(project, 'bin/slipway.js'), args, { env: { NODE_V8_COVERAGE: folder } })
  expect(status).toBe(0)
  const urls = readdirSync(folder).flatMap((file) => {
    const { result } = JSON.parse(readFileSync(join(folder, file), 'utf-8')) as { result: { url: string }[] }
    return result.map(({ url }) => url).filter((url) => url.startsWith('file:'))
  })
  const packages = packagesIn(urls)
  return { packages: packages.toSorted(), own: modulesIn(urls) }
}
