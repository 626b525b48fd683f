import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { projectFolder } from '../entrypoints/project-folder.ts'
import { project, slipwayInProcess } from './slipway.ts'

const files = {
  'package.json': '{"name":"shop","type":"module"}',
  'setup.cfg':
    '[entry_points]\nconsole_scripts =\n    shop-manage = shop.cmd.manage:main\n    shop-sell = shop.cmd.sell:main\n',
  'shop/cmd/manage.js': 'export const main = () => 0\n',
  'shop/cmd/sell.js': 'export const main = () => 0\n',
}

describe('slipway scripts', () => {
  it('finds the scripts of this package as its manifest says', async () => {
    const { status, stdout } = await slipwayInProcess(['scripts', '--check'], { cwd: project })
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' })
  })

  it('writes what is missing or differs, executable, and then finds nothing to do', async () => {
    const cwd = projectFolder(files)
    const missing = await slipwayInProcess(['scripts', '--check'], { cwd })
    expect(missing).toEqual({
      status: 78,
      stdout: 'missing  bin/shop-manage.js\nmissing  bin/shop-sell.js\n',
      stderr: '2 scripts, 0 as the manifest says\n  see: slipway scripts --write\n',
    })
    expect(await slipwayInProcess(['scripts', '--write'], { cwd })).toEqual({
      status: 0,
      stdout: 'wrote  bin/shop-manage.js\nwrote  bin/shop-sell.js\n',
      stderr: '2 scripts, 0 as the manifest says\n',
    })
    const script = join(cwd, 'bin/shop-manage.js')
    expect(readFileSync(script, 'utf-8')).toContain('shop.cmd.manage:main')
    expect(statSync(script).mode & 0o777).toBe(0o755)
    expect(await slipwayInProcess(['scripts', '--check'], { cwd })).toMatchObject({ status: 0, stdout: '' })

    writeFileSync(script, '// edited\n')
    expect(await slipwayInProcess(['scripts', '--check'], { cwd })).toMatchObject({
      status: 78,
      stdout: 'differs  bin/shop-manage.js\n',
    })
    expect(await slipwayInProcess(['scripts', '--write'], { cwd })).toMatchObject({
      status: 0,
      stdout: 'wrote  bin/shop-manage.js\n',
    })
  })

  it('tells programs the state of every script', async () => {
    const cwd = projectFolder(files)
    const states = async (flag: string): Promise<string[]> => {
      const { stdout } = await slipwayInProcess(['scripts', flag, '--json'], { cwd })
      const list = JSON.parse(stdout) as { name: string; file: string; state: string }[]
      return list.map(({ name, file, state }) => `${name} ${file.replace(cwd, '')} ${state}`)
    }
    expect(await states('--check')).toEqual([
      'shop-manage /bin/shop-manage.js missing',
      'shop-sell /bin/shop-sell.js missing',
    ])
    await slipwayInProcess(['scripts', '--write'], { cwd })
    writeFileSync(join(cwd, 'bin/shop-sell.js'), '')
    chmodSync(join(cwd, 'bin/shop-manage.js'), 0o644)
    expect(await states('--check')).toEqual([
      'shop-manage /bin/shop-manage.js not executable',
      'shop-sell /bin/shop-sell.js differs',
    ])
    expect(await states('--write')).toEqual([
      'shop-manage /bin/shop-manage.js wrote',
      'shop-sell /bin/shop-sell.js wrote',
    ])
  })

  it('writes nothing when an entry of the manifest can be no script', async () => {
    const cwd = projectFolder({ ...files, 'setup.cfg': `${files['setup.cfg']}    bad = shop.cmd.sell\n` })
    const { status, stdout, stderr } = await slipwayInProcess(['scripts', '--write', '--bin', 'commands'], { cwd })
    expect({ status, stdout }).toEqual({ status: 78, stdout: '' })
    expect(stderr).toContain('setup.cfg:5')
    expect(() => statSync(join(cwd, 'commands'))).toThrow('ENOENT')
  })

  it('does one thing at a time', async () => {
    const { status, stderr } = await slipwayInProcess(['scripts', '--write', '--check'])
    expect(status).toBe(64)
    expect(stderr).toContain('option "--write" cannot be used with option "--check"')
  })
})
