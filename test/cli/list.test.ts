import { describe, expect, it } from 'vitest'
import { projectFolder } from '../entrypoints/project-folder.ts'
import { jsonOf, keysOf, shop, slipway, slipwayInProcess } from './slipway.ts'

describe('slipway list', () => {
  it('shows each entry point with its place and the file that it leads to', async () => {
    const { status, stdout, stderr } = await slipwayInProcess(['list'])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatchInlineSnapshot(`
      "console_scripts
        shop-manage  shop.cmd.manage:main  setup.cfg:7  shop/cmd/manage.mjs
        shop-worker  shop.cmd.worker:main  setup.cfg:8  ! cannot find module "shop.cmd.worker"

      paste.app_factory
        goods  shop.api:goods_factory  setup.cfg:10  shop/api.mjs
        stock  shop.api:Stock.factory  setup.cfg:11  shop/api.mjs

      paste.filter_factory
        price  shop.filters:price_factory  setup.cfg:13  shop/filters.mjs

      slipway.config
        shop  shop.options:groups  setup.cfg:15  shop/options.mjs
      "
    `)
  })

  it('shows with --all what workspaces and installed packages bring, and whose it is', async () => {
    const folder = projectFolder({
      'package.json': '{"name": "shop", "type": "module", "entryPoints": {"shop.drivers": {"own": "./own.js:Own"}}}',
      'own.js': '',
      'node_modules/shop-disk/package.json':
        '{"name": "shop-disk", "entryPoints": {"shop.drivers": {"disk": "./disk.js:Disk"}, "other": {"x": "./x.js:x"}}}',
      'node_modules/shop-disk/disk.js': '',
    })
    const words = ['list', '--all', '--no-cache', '--group', 'shop.drivers']
    const { status, stdout, stderr } = await slipwayInProcess(words, { cwd: folder })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatchInlineSnapshot(`
      "shop.drivers
        own   ./own.js:Own    shop       package.json:1                         own.js
        disk  ./disk.js:Disk  shop-disk  node_modules/shop-disk/package.json:1  node_modules/shop-disk/disk.js
      "
    `)
    const rows = (await jsonOf([...words, '--json'], { cwd: folder })) as Record<string, unknown>[]
    expect(rows.map(({ name, distribution }) => [name, distribution])).toEqual([
      ['own', 'shop'],
      ['disk', 'shop-disk'],
    ])
  })

  it('says with --all when no package has the group', async () => {
    const folder = projectFolder({ 'package.json': '{"name": "shop"}' })
    const words = ['list', '--all', '--no-cache', '--group', 'shop.drivers']
    expect(await slipwayInProcess(words, { cwd: folder })).toEqual({
      status: 0,
      stdout: '',
      stderr: 'no package here has entry points of group "shop.drivers"\n',
    })
  })

  it('has the JSON shape that is documented', async () => {
    const entries = (await jsonOf(['list'])) as Record<string, unknown>[]
    expect(keysOf(entries)).toEqual([
      '[].attr',
      '[].distribution',
      '[].extras[]',
      '[].file',
      '[].group',
      '[].module',
      '[].name',
      '[].problem',
      '[].problem.alternatives[]',
      '[].problem.code',
      '[].problem.expected',
      '[].problem.found',
      '[].problem.hint',
      '[].problem.message',
      '[].problem.severity',
      '[].problem.where.column',
      '[].problem.where.file',
      '[].problem.where.line',
      '[].value',
      '[].where.column',
      '[].where.file',
      '[].where.line',
    ])
    expect(entries[0]).toEqual({
      group: 'console_scripts',
      name: 'shop-manage',
      value: 'shop.cmd.manage:main',
      module: 'shop.cmd.manage',
      attr: 'main',
      extras: [],
      distribution: 'shop',
      where: { file: `${shop}setup.cfg`, line: 7, column: 5 },
      file: `${shop}shop/cmd/manage.mjs`,
      problem: null,
    })
    expect(entries[1]).toMatchObject({ file: null, problem: { severity: 'error', code: 'SLIPWAY_REFERENCE_MODULE' } })
  })

  it('takes one group, a manifest of another folder, and its folder', async () => {
    const names = async (args: string[]) =>
      ((await jsonOf(args, { cwd: '/' })) as { name: string }[]).map(({ name }) => name)
    expect(await names(['list', '--manifest', `${shop}setup.cfg`, '--group', 'paste.app_factory'])).toEqual([
      'goods',
      'stock',
    ])
    expect(await names(['list', '--manifest', shop, '--group', 'paste.filter_factory'])).toEqual(['price'])
  })

  it('finds the manifest above the working folder', async () => {
    expect(await jsonOf(['list'], { cwd: `${shop}shop/cmd` })).toEqual(await jsonOf(['list']))
  })

  it('says which groups there are when the group is not there, and gives an empty list', async () => {
    expect(await slipwayInProcess(['list', '--group', 'console_script', '--json'])).toEqual({
      status: 0,
      stdout: '[]\n',
      stderr: 'no entry points of group "console_script" in setup.cfg; close names: console_scripts\n',
    })
    const { stderr } = await slipwayInProcess(['list', '--group', 'plugins'])
    expect(stderr).toContain('it has console_scripts, paste.app_factory, paste.filter_factory, slipway.config')
  })

  it('tells entries that are not indented, which belong to no group', async () => {
    const cwd = projectFolder({ 'setup.cfg': '[entry_points]\nconsole_scripts =\nshop = shop.cmd:main\n' })
    const { status, stdout, stderr } = await slipwayInProcess(['list'], { cwd })
    expect({ status, stdout }).toEqual({ status: 78, stdout: '' })
    expect(stderr).toContain('setup.cfg:3:1')
    expect(stderr).toContain('indent line 3 by four blanks')
  })

  it('lists an entry that is no reference, with the reason', async () => {
    const cwd = projectFolder({ 'setup.cfg': '[entry_points]\nconsole_scripts =\n    shop = shop cmd:main\n' })
    const [entry] = (await jsonOf(['list'], { cwd })) as Record<string, unknown>[]
    expect(entry).toMatchObject({ name: 'shop', module: null, attr: null, file: null })
    expect(entry).toMatchObject({ problem: { code: 'SLIPWAY_REFERENCE_SYNTAX', where: { line: 3, column: 12 } } })
  })

  it('is quiet when its reader has seen enough', async () => {
    // Long names fill a pipe several times over, and few of them take no time.
    const name = 'x'.repeat(1000)
    const entries = Array.from({ length: 400 }, (_, index) => `    ${name}-${index} = shop.cmd.manage:main`)
    const cwd = projectFolder({ 'setup.cfg': `[entry_points]\nconsole_scripts =\n${entries.join('\n')}\n` })
    const bin = new URL('../../bin/slipway.js', import.meta.url).pathname
    const line = `"${process.execPath}" "${bin}" list | head -1; echo "\${PIPESTATUS[0]}"`
    const { spawnSync } = await import('node:child_process')
    const { stdout, stderr } = spawnSync('bash', ['-c', line], { cwd, encoding: 'utf-8' })
    expect({ stdout, stderr }).toEqual({ stdout: 'console_scripts\n0\n', stderr: '' })
  })

  it('is the built command too', async () => {
    const inProcess = await slipwayInProcess(['list', '--json'])
    expect(await slipway(['list', '--json'])).toEqual(inProcess)
  })
})
