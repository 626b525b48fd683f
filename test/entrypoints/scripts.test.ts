import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type Distribution, readDistribution } from '../../src/entrypoints/distribution.ts'
import type { EntryPoint } from '../../src/entrypoints/entry-point.ts'
import { describeScript, renderScript } from '../../src/entrypoints/scripts.ts'
import { project } from './project-folder.ts'
import { faultOf } from '../fault.ts'

const root = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/u, '')

/** The only entry point of a project with this one. */
function withEntry(
  name: string,
  value: string,
  group = 'console_scripts',
  files: Readonly<Record<string, string>> = {},
) {
  const distribution = project({
    'package.json': JSON.stringify({ name: 'shop', type: 'module', entryPoints: { [group]: { [name]: value } } }),
    ...files,
  })
  const [entryPoint] = distribution.entryPoints
  if (!entryPoint) throw new Error('no entry point')
  return { distribution, entryPoint }
}

function scriptsOf(distribution: Distribution): EntryPoint[] {
  return distribution.entryPoints.filter(({ group }) => group.endsWith('_scripts'))
}

describe('the scripts of this package', () => {
  const own = readDistribution(root)
  const binFolder = join(root, 'bin')

  it.each(scriptsOf(own).map(({ name }) => name))('bin/%s.js is what its entry in setup.cfg gives', (name) => {
    const entryPoint = scriptsOf(own).find((entry) => entry.name === name)
    if (!entryPoint) throw new Error('no entry point')
    const file = join(binFolder, `${name}.js`)
    expect(readFileSync(file, 'utf-8')).toBe(renderScript(entryPoint, { distribution: own, binFolder }))
    expect(statSync(file).mode & 0o111).toBe(0o111)
  })

  it('are all there, and all that bin/ and package.json know', () => {
    const names = scriptsOf(own).map(({ name }) => name)
    expect(names.length).toBeGreaterThan(0)
    expect(new Set(readdirSync(binFolder))).toEqual(new Set(names.map((name) => `${name}.js`)))
    const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf-8')) as { bin: Record<string, string> }
    expect(bin).toEqual(Object.fromEntries(names.map((name) => [name, `bin/${name}.js`])))
  })
})

describe('the script of an entry point', () => {
  it.each([
    ['console_scripts', 'shop.cmd:main', { importName: 'main', calls: 'main', isWsgi: false }],
    ['gui_scripts', 'shop.cmd:App.main', { importName: 'App', calls: 'App.main', isWsgi: false }],
    ['wsgi_scripts', 'shop.wsgi:init_app [x]', { importName: 'init_app', calls: 'init_app', isWsgi: true }],
  ])('of %s for %s is described', (group, value, described) => {
    expect(describeScript(withEntry('shop-api', value, group).entryPoint)).toMatchObject({
      name: 'shop-api',
      group,
      ...described,
    })
  })

  it.each([
    ['a/b', 'shop:main', '"a/b" can be no command\'s name', 'Path separators not allowed in script names'],
    ['a\\b', 'shop:main', '"a\\\\b" can be no command\'s name', 'Path separators not allowed in script names'],
    ['..', 'shop:main', '".." can be no command\'s name', null],
    ['', 'shop:main', '"" can be no command\'s name', null],
    ['a\nprocess.exit()', 'shop:main', '"a\\nprocess.exit()" can be no command\'s name', null],
    ['x', 'shop', 'command "x" names a module and no function in it', "'NoneType' object has no attribute 'split'"],
    [
      'x',
      'shop:A.B.c',
      'command "x" names "A.B.c", which is too deep',
      "Script targets must be of the form 'func' or 'Class.class_method'.",
    ],
    [
      'x',
      'shop:A..c',
      'command "x" names "A..c", which is too deep',
      "Script targets must be of the form 'func' or 'Class.class_method'.",
    ],
  ])('named %j for %s is refused', (name, value, message, original) => {
    const error = faultOf(() => describeScript(withEntry(name, value).entryPoint))
    expect(error).toMatchObject({ code: 'SLIPWAY_MANIFEST_SCRIPT', message, original })
    expect(error.where).toMatchObject({ file: expect.stringMatching(/package\.json$/u), line: 1 })
  })

  it('is refused for a bad reference and for another group', () => {
    expect(faultOf(() => describeScript(withEntry('x', 'a-b:c').entryPoint)).code).toBe('SLIPWAY_REFERENCE_SYNTAX')
    const error = faultOf(() => describeScript(withEntry('x', 'a:b', 'paste.app_factory').entryPoint))
    expect(error.message).toBe('group "paste.app_factory" holds no commands')
  })
})

describe('the text of a script', () => {
  const importOf = (value: string, files: Readonly<Record<string, string>>) => {
    const { distribution, entryPoint } = withEntry('shop', value, 'console_scripts', files)
    const text = renderScript(entryPoint, { distribution, binFolder: join(distribution.folder, 'bin') })
    return /import\.meta\.resolve\('(.*)'\)/u.exec(text)?.[1]
  }
  const cfg = { 'setup.cfg': '[options]\npackage_dir =\n    shop = dist/server\n' }

  it.each([
    ['shop.cmd:main', { 'src/shop/cmd.js': '' }, '../src/shop/cmd.js'],
    ['shop.cmd:main', cfg, '../dist/server/cmd.js'],
    ['shop:main', cfg, '../dist/server/index.js'],
    ['shop.db_manage:main', { ...cfg, 'dist/server/db-manage.js': '' }, '../dist/server/db-manage.js'],
    ['shop.db_manage:main', { ...cfg, 'src/db-manage.ts': '' }, '../dist/server/db-manage.js'],
    ['shop.db_manage:main', cfg, '../dist/server/db_manage.js'],
    ['./cmd.js:main', {}, '../cmd.js'],
    ['./odd#%?.js:main', { 'odd#%?.js': '' }, '../odd%23%25%3F.js'],
    [
      'plug.api:main',
      { 'node_modules/plug/package.json': '{"name":"plug"}', 'node_modules/plug/api.js': '' },
      undefined,
    ],
    [
      'plug.api:main',
      {
        'node_modules/plug/package.json': '{"name":"plug","exports":{"./api":"./a.js"}}',
        'node_modules/plug/a.js': '',
      },
      'plug/api',
    ],
    ['node:repl:start', {}, 'node:repl'],
  ])('for %s with %j imports %s', (value, files, expected) => {
    expect(importOf(value, files)).toBe(expected ?? '../node_modules/plug/api.js')
  })

  it('cannot be made for a module that is nowhere', () => {
    expect(faultOf(() => importOf('nowhere.cmd:main', {})).code).toBe('SLIPWAY_REFERENCE_MODULE')
  })

  it.each(["it's", '"quoted"', '$`{x}`', 'two words'])('holds the name %s as it is', (name) => {
    const { distribution, entryPoint } = withEntry(name, 'shop:main', 'console_scripts', { 'shop.js': '' })
    const text = renderScript(entryPoint, { distribution, binFolder: distribution.folder })
    const literal = /name: ('.*') \}\)\n$/u.exec(text)?.[1] ?? ''
    const printed = spawnSync(process.execPath, ['--eval', `process.stdout.write(${literal})`], { encoding: 'utf-8' })
    expect(printed.stdout).toBe(name)
  })

  it('runs its target as an installed command does', () => {
    const source = 'export class App { static main([word]) { return word === "go" ? 7 : 8 } }'
    const { distribution, entryPoint } = withEntry('shop', 'shop.cmd:App.main', 'console_scripts', {
      'src/shop/cmd.js': source,
    })
    const text = renderScript(entryPoint, { distribution, binFolder: distribution.folder })
    const file = join(distribution.folder, 'shop.js')
    writeFileSync(
      file,
      text.replace('slipway/script', new URL('../../dist/entrypoints/run-main.js', import.meta.url).href),
    )
    symlinkSync(file, join(distribution.folder, 'shop'))
    const { status, stderr } = spawnSync(process.execPath, [join(distribution.folder, 'shop'), 'go'], {
      encoding: 'utf-8',
      timeout: 45_000,
    })
    expect({ status, stderr }).toEqual({ status: 7, stderr: '' })
  })
})
