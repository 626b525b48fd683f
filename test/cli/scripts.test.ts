import { chmodSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { projectFolder } from '../entrypoints/project-folder.ts'
import { project, slipwayInProcess } from './slipway.ts'

const files = {
  'package.json': JSON.stringify({
    name: 'shop',
    type: 'module',
    bin: { 'shop-manage': 'bin/shop-manage.js', 'shop-sell': './bin/shop-sell.js' },
  }),
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

  it('says what is in the way of a script, or of its folder', async () => {
    const told = 'error SLIPWAY_OUTPUT: cannot write file'
    const file = projectFolder({ ...files, bin: '' })
    const beside = await slipwayInProcess(['scripts', '--write'], { cwd: file })
    expect(beside).toMatchObject({ status: 71, stdout: '' })
    expect(beside.stderr).toContain(`${told} "${join(file, 'bin/shop-manage.js')}"`)
    expect(beside.stderr).toContain('a part of its path is no folder')
    const folder = projectFolder({ ...files, 'bin/shop-manage.js/x': '' })
    const { status, stderr } = await slipwayInProcess(['scripts', '--write'], { cwd: folder })
    expect({ status, isTold: stderr.includes('shop-manage.js" is a folder') }).toEqual({ status: 66, isTold: true })
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

  it('keeps the commands of package.json in step, and the rest of it as it is written', async () => {
    const text =
      '{\r\n\t"name": "@x/shop", "type": "module",\r\n\t"bin": "cli.js",\r\n\t"files": ["bin", "shop"]\r\n}\r\n'
    const cwd = projectFolder({ ...files, 'package.json': text })
    const packageJson = join(cwd, 'package.json')
    await slipwayInProcess(['scripts', '--write'], { cwd })
    writeFileSync(packageJson, text)

    expect(await slipwayInProcess(['scripts', '--check'], { cwd })).toEqual({
      status: 78,
      stdout: 'missing  package.json: bin "shop-manage"\nmissing  package.json: bin "shop-sell"\n',
      stderr: '2 scripts, 2 as the manifest says\n  see: slipway scripts --write\n',
    })
    expect(readFileSync(packageJson, 'utf-8')).toBe(text)
    expect(await slipwayInProcess(['scripts', '--write'], { cwd })).toMatchObject({
      status: 0,
      stdout: 'wrote  package.json: bin "shop-manage"\nwrote  package.json: bin "shop-sell"\n',
    })
    expect(readFileSync(packageJson, 'utf-8')).toBe(
      text.replace(
        '"cli.js"',
        '{\r\n\t\t"shop": "cli.js",\r\n\t\t"shop-manage": "bin/shop-manage.js",\r\n\t\t"shop-sell": "bin/shop-sell.js"\r\n\t}',
      ),
    )
    expect(await slipwayInProcess(['scripts', '--check'], { cwd })).toMatchObject({ status: 0, stdout: '' })
  })

  it('takes out of package.json what leads to scripts that are gone or left over, and nothing else', async () => {
    const bin = {
      'shop-manage': 'shop/cmd/manage.js',
      'shop-gone': 'bin/shop-gone.js',
      'shop-old': 'bin/shop-old.js',
      'by-hand': 'bin/by-hand.js',
      other: 'tools/other.js',
    }
    const cwd = projectFolder({
      ...files,
      'package.json': JSON.stringify({ name: 'shop', bin }),
      'bin/shop-old.js': '// Made from the entry "shop-old" of console_scripts in setup.cfg: …\n',
      'bin/by-hand.js': '// by hand\n',
    })
    const list = JSON.parse((await slipwayInProcess(['scripts', '--write', '--json'], { cwd })).stdout) as object[]
    const file = join(cwd, 'package.json')
    expect(list.slice(2)).toEqual([
      { name: 'shop-manage', file, state: 'wrote' },
      { name: 'shop-sell', file, state: 'wrote' },
      { name: 'shop-gone', file, state: 'removed' },
      { name: 'shop-old', file, state: 'removed' },
    ])
    expect((JSON.parse(readFileSync(file, 'utf-8')) as { bin: unknown }).bin).toEqual({
      'shop-manage': 'bin/shop-manage.js',
      'by-hand': 'bin/by-hand.js',
      other: 'tools/other.js',
      'shop-sell': 'bin/shop-sell.js',
    })
    expect(readFileSync(join(cwd, 'bin/shop-old.js'), 'utf-8')).toContain('shop-old')
  })

  it('leaves package.json alone when the scripts stand outside of the package, or when there is none', async () => {
    const cwd = projectFolder(Object.fromEntries(Object.entries(files).map(([path, text]) => [`p/${path}`, text])))
    const packageJson = join(cwd, 'p/package.json')
    const before = readFileSync(packageJson, 'utf-8')
    await slipwayInProcess(['scripts', '--write', '--manifest', 'p', '--bin', 'out'], { cwd })
    expect(readFileSync(packageJson, 'utf-8')).toBe(before)
    rmSync(packageJson)
    expect(await slipwayInProcess(['scripts', '--write', '--manifest', 'p'], { cwd })).toMatchObject({ status: 0 })
    expect(() => statSync(packageJson)).toThrow('ENOENT')
  })

  it('does one thing at a time', async () => {
    const { status, stderr } = await slipwayInProcess(['scripts', '--write', '--check'])
    expect(status).toBe(64)
    expect(stderr).toContain('option "--write" cannot be used with option "--check"')
  })
})
