// `slipway config sample`, `docs`, `validate` and `get`, as an operator and as a script sees them.
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { projectFolder } from '../entrypoints/project-folder.ts'
import { jsonOf, project, shop, slipway, slipwayInProcess } from './slipway.ts'

const file = `${shop}shop.conf`

const manifest = '[entry_points]\noslo.config.opts =\n    shop = shop:list_opts\n    old = shop_py.opts:list_opts\n'
const module = `
const text = (settings) => ({ kind: 'str', ...settings })
export const listOpts = () => [
  [null, { motd: text({ default: 'hi' }) }],
  ['api', { url: text({ required: true }) }],
]
`

describe('slipway config sample', () => {
  it('has the options of the manifest, and of every service those that the manifest has not', async () => {
    const { status, stdout, stderr } = await slipway(['config', 'sample'])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toContain('[shop]\n\n#\n# From shop\n#\n\n# (integer value)\n# Minimum value: 0\n#tax = 7\n')
    for (const from of ['shop', 'slipway.launch', 'slipway.log']) expect(stdout).toContain(`# From ${from}\n`)
    expect(stdout.match(/^#workers = 1$/gmu)).toHaveLength(1)
    expect(stdout).not.toContain('max_request_body_size')
  })

  it('of this package is that of the reference service, which declares all itself', async () => {
    const { stdout } = await slipway(['config', 'sample'], { cwd: project })
    expect(stdout).toBe(readFileSync(join(project, 'etc/service/service.conf.sample'), 'utf-8'))
  })

  it('takes namespaces by name, those of OpenStack too, and warns of one that is not there', async () => {
    const { status, stdout, stderr } = await slipwayInProcess([
      'config',
      'sample',
      '--namespace',
      'oslo.middleware.cors',
      '--namespace',
      'shp',
    ])
    expect(status).toBe(0)
    expect(stdout).toMatch(/^\[DEFAULT\]\n\n\n\[cors\]\n/u)
    expect(stdout.match(/^\[\w+\]$/gmu)).toEqual(['[DEFAULT]', '[cors]'])
    expect(stderr).toMatch(
      /^warning SLIPWAY_CONFIG_UNKNOWN: no options are offered under the namespace "shp"\n {2}close names: shop\n/u,
    )
  })

  it('writes to a file and says so on standard error', async () => {
    const cwd = projectFolder({})
    const { status, stdout, stderr } = await slipway([
      'config',
      'sample',
      '--namespace',
      'shop',
      '--output-file',
      join(cwd, 'shop.sample'),
      '--summarize',
    ])
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' })
    expect(stderr).toBe(`wrote  ${cwd}/shop.sample\n`)
    expect(readFileSync(join(cwd, 'shop.sample'), 'utf-8')).toMatch(/^\[DEFAULT\]\n/u)
  })

  it.each([
    ['a folder that is not there', 'no/such/file', 'its folder does not exist'],
    ['a folder', 'folder', 'it is a folder'],
  ])('tells why it cannot write to %s', async (_what, output, reason) => {
    const cwd = projectFolder({ 'setup.cfg': '' })
    mkdirSync(join(cwd, 'folder'))
    const { status, stderr } = await slipwayInProcess(['config', 'sample', '--output-file', output], { cwd })
    expect(status).toBe(71)
    expect(stderr).toBe(
      `error SLIPWAY_OUTPUT: cannot write file "${cwd}/${output}"\n  ${reason}\n  see: slipway explain SLIPWAY_OUTPUT\n`,
    )
  })

  it.each([
    [
      ['--wrap-width', 'x'],
      'option "--wrap-width <number>" cannot be "x"; expected a number of characters, 0 for no limit',
    ],
    [
      ['--wrap-width', '-1'],
      'option "--wrap-width <number>" cannot be "-1"; expected a number of characters, 0 for no limit',
    ],
    [['--format', 'yaml'], 'option "--format <format>" cannot be "yaml"; expected one of ini, json, markdown'],
  ])('refuses %j', async (flags, message) => {
    const { status, stderr } = await slipwayInProcess(['config', 'sample', ...flags])
    expect(status).toBe(64)
    expect(stderr).toContain(message)
  })

  it('reads what oslo.config.opts leads to; a module of another language is a warning', async () => {
    const cwd = projectFolder({ 'setup.cfg': manifest, 'shop.mjs': module })
    const { status, stdout, stderr } = await slipwayInProcess(['config', 'sample', '--minimal'], { cwd })
    expect(status).toBe(0)
    expect(stdout).toContain('\n\n\n[api]\n\n#\n# From shop\n#\n\n# (string value)\n#url = <None>\n')
    expect(stderr).toContain(
      'warning SLIPWAY_REFERENCE_MODULE: cannot find module "shop_py.opts": its options are not known',
    )
    expect(stderr).toContain('setup.cfg:4:11')
    const shown = await jsonOf(
      ['config', 'show', '--config-file', `${projectFolder({ 'a.conf': '[api]\nurl = u\n' })}/a.conf`],
      { cwd },
    )
    expect(shown).toContainEqual(expect.objectContaining({ group: 'api', name: 'url', value: 'u' }))
  })

  it('gives programs every option as data', async () => {
    const { stdout } = await slipwayInProcess(['config', 'sample', '--format', 'json', '--namespace', 'shop'])
    const reference = JSON.parse(stdout) as { options: Record<string, { opts: { name: string }[] }> }
    expect(reference.options.shop?.opts.map(({ name }) => name)).toEqual(['tax', 'admin_password'])
    expect(reference).toMatchObject({
      deprecated_options: {},
      generator_options: { namespace: ['shop'], wrap_width: 70 },
    })
  })
})

describe('slipway config docs', () => {
  it('is the reference in Markdown', async () => {
    const { status, stdout } = await slipway(['config', 'docs', '--namespace', 'shop'])
    expect(status).toBe(0)
    expect(stdout).toMatch(
      /^# Configuration options\n\n## `\[DEFAULT\]`\n\n### `auth_strategy`\n\n- string value, default `keystone`\n/u,
    )
    expect(stdout).toContain('- integer value, at least 0, default `7`\n- variable `OS_SHOP__TAX`\n')
  })
})

describe('slipway config validate', () => {
  it('ends with 0 when the files are right', async () => {
    expect(await slipway(['config', 'validate', '--config-file', file])).toEqual({
      status: 0,
      stdout: '0 errors, 0 warnings\n',
      stderr: '',
    })
  })

  it('tells all problems in one report and ends with 78', async () => {
    const cwd = projectFolder({
      'bad.conf': '[shop]\ntax = much\ntaxes = 1\n[shap]\ntax = 1\n[DEFAULT]\nlogfile = x\n',
    })
    const args = ['config', 'validate', '--manifest', shop, '--config-file', 'bad.conf']
    const { status, stdout, stderr } = await slipwayInProcess(args, { cwd })
    expect({ status, stdout }).toEqual({ status: 78, stdout: '3 errors, 1 warning\n' })
    expect(stderr.match(/^ {2}bad\.conf:\d+:\d+$/gmu)).toEqual([
      '  bad.conf:2:7',
      '  bad.conf:3:1',
      '  bad.conf:4:1',
      '  bad.conf:7:11',
    ])
    const json = await slipwayInProcess([...args, '--json'], { cwd })
    expect(json).toMatchObject({ status: 78, stderr: '' })
    expect(JSON.parse(json.stdout)).toMatchObject({
      errors: 3,
      warnings: 1,
      problems: [{ code: 'SLIPWAY_CONFIG_VALUE', where: { file: `${cwd}/bad.conf`, line: 2, column: 7 } }, {}, {}, {}],
    })
    const rest = ['--exclude-group', 'shop', '--exclude-group', 'shap']
    expect(await slipwayInProcess([...args, ...rest], { cwd })).toMatchObject({
      status: 0,
      stdout: '0 errors, 1 warning\n',
    })
    expect((await slipwayInProcess([...args, ...rest, '--fatal-warnings'], { cwd })).status).toBe(78)
  })

  it('tells what differs from its default when asked to', async () => {
    const { status, stdout, stderr } = await slipwayInProcess([
      'config',
      'validate',
      '--config-file',
      file,
      '--check-defaults',
    ])
    expect({ status, stdout }).toEqual({ status: 0, stdout: '0 errors, 4 warnings\n' })
    expect(stderr).toContain('warning SLIPWAY_CONFIG_VALUE: option "workers" is 2, its default is 1\n')
    expect(stderr).toContain('option "shop.admin_password" differs from its default')
    expect(stderr).not.toContain('hush')
  })

  it('needs a file, which must be there', async () => {
    expect(await slipwayInProcess(['config', 'validate'])).toEqual({
      status: 64,
      stdout: '',
      stderr: 'error SLIPWAY_USAGE: say which file: --config-file <file>\n  see: slipway config validate --help\n',
    })
    expect((await slipwayInProcess(['config', 'validate', '--config-file', 'nowhere.conf'])).status).toBe(66)
  })
})

describe('slipway config get', () => {
  const more = (text: string): string => `${projectFolder({ 'more.conf': text })}/more.conf`

  it.each([
    ['workers', '2\n'],
    ['DEFAULT.workers', '2\n'],
    ['shop.tax', '19\n'],
    ['debug', 'false\n'],
    ['log_file', '\n'],
    ['listen', '127.0.0.1:1\nunix:/x\n'],
    ['keep_alive_timeout', '5.0\n'],
    ['default_log_levels', 'a=INFO,b=WARNING\n'],
  ])('%s is its value alone', async (name, stdout) => {
    const second = more('[DEFAULT]\nlisten = 127.0.0.1:1\nlisten = unix:/x\ndefault_log_levels = a=INFO, b=WARNING\n')
    const args = ['config', 'get', name, '--config-file', file, '--config-file', second]
    expect(await slipwayInProcess(args)).toEqual({ status: 0, stdout, stderr: '' })
  })

  it('gives programs the typed value', async () => {
    expect(await jsonOf(['config', 'get', 'workers', '--config-file', file])).toBe(2)
    expect(await jsonOf(['config', 'get', 'listen'])).toEqual(['127.0.0.1:8774'])
    expect(await jsonOf(['config', 'get', 'log_file'])).toBeNull()
  })

  it('refuses a secret, and what holds one, unless told otherwise', async () => {
    const second = more('[DEFAULT]\nlog_file = /log/$shop.admin_password\n')
    for (const [name, value] of [
      ['shop.admin_password', 'hush'],
      ['log_file', '/log/hush'],
    ] as const) {
      const args = ['config', 'get', name, '--config-file', file, '--config-file', second]
      expect(await slipway(args)).toEqual({
        status: 64,
        stdout: '',
        stderr: `error SLIPWAY_USAGE: option "${name}" is a secret\n  to see it all the same: --show-secrets\n`,
      })
      expect(await slipwayInProcess([...args, '--show-secrets'])).toMatchObject({ status: 0, stdout: `${value}\n` })
    }
  })

  it('tells close names of an option that is not there', async () => {
    const { status, stdout, stderr } = await slipwayInProcess(['config', 'get', 'shop.taxes'])
    expect({ status, stdout }).toEqual({ status: 78, stdout: '' })
    expect(stderr).toContain('no option "shop.taxes" is declared\n  close names: shop.tax\n')
  })
})
