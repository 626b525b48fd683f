import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseReference } from '../../src/entrypoints/reference.ts'
import { resolveModule } from '../../src/entrypoints/resolve.ts'
import { isSlipwayError, type SlipwayError } from '../../src/errors.ts'
import { project } from './project-folder.ts'

/** The file of a module, relative to the project. */
function found(module: string, files: Readonly<Record<string, string>>): string | null {
  const shop = project(files)
  const { file } = resolveModule(parseReference(module), shop)
  if (file !== null) expect(existsSync(file)).toBe(true)
  return file?.replace(`${shop.folder}/`, '') ?? null
}

function missing(module: string, files: Readonly<Record<string, string>>): SlipwayError {
  try {
    resolveModule(parseReference(module), project(files))
  } catch (error) {
    if (isSlipwayError(error) && error.code === 'SLIPWAY_REFERENCE_MODULE') return error
    throw error
  }
  throw new Error('nothing was thrown')
}

const cfg = (...packageDir: string[]) => ({
  'setup.cfg': `[options]\npackage_dir =\n${packageDir.map((line) => `    ${line}`).join('\n')}\n`,
})
const installed = (name: string, json: object, files: Readonly<Record<string, string>>) =>
  Object.fromEntries([
    [`node_modules/${name}/package.json`, JSON.stringify({ name, ...json })],
    ...Object.entries(files).map(([path, text]) => [`node_modules/${name}/${path}`, text]),
  ]) as Record<string, string>

describe('a dotted module', () => {
  it.each([
    [
      'package_dir before a folder of the name',
      'srv.api',
      { ...cfg('srv = dist/server'), 'dist/server/api.js': '', 'srv/api.js': '' },
      'dist/server/api.js',
    ],
    [
      'package_dir of the package itself',
      'srv',
      { ...cfg('srv = dist/server'), 'dist/server/index.js': '' },
      'dist/server/index.js',
    ],
    [
      'package_dir of everything',
      'srv.api',
      { ...cfg('= lib'), 'lib/srv/api.js': '', 'srv/api.js': '' },
      'lib/srv/api.js',
    ],
    ['a folder beside the manifest', 'cmd.server', { 'cmd/server.js': '', 'src/cmd/server.js': '' }, 'cmd/server.js'],
    ['src/', 'cmd.server', { 'src/cmd/server.js': '', 'dist/cmd/server.js': '' }, 'src/cmd/server.js'],
    ['dist/', 'cmd.server', { 'dist/cmd/server.js': '' }, 'dist/cmd/server.js'],
    ['the own name of the package', 'shop.cmd.server', { 'dist/cmd/server.js': '' }, 'dist/cmd/server.js'],
    ['a single file', 'tool', { 'tool.js': '' }, 'tool.js'],
    ['a file before a folder', 'tool', { 'tool.js': '', 'tool/index.js': '' }, 'tool.js'],
    ['an index file', 'a.b', { 'a/b/index.mjs': '' }, 'a/b/index.mjs'],
    ['.js before .mjs before .cjs', 'a.b', { 'a/b.cjs': '', 'a/b.mjs': '', 'a/b.js': '' }, 'a/b.js'],
    ['.mjs before .cjs', 'a.b', { 'a/b.cjs': '', 'a/b.mjs': '' }, 'a/b.mjs'],
    ['.cjs', 'a.b', { 'a/b.cjs': '' }, 'a/b.cjs'],
    ['a dash for an underscore in a file', 'cmd.db_manage', { 'cmd/db-manage.js': '' }, 'cmd/db-manage.js'],
    ['a dash for an underscore in a folder', 'my_cmd.x', { 'my-cmd/x.js': '' }, 'my-cmd/x.js'],
    [
      'the exact name before the dash',
      'cmd.db_manage',
      { 'cmd/db-manage.js': '', 'cmd/db_manage.js': '' },
      'cmd/db_manage.js',
    ],
    [
      'an installed package',
      'plug',
      installed('plug', { main: 'main.js' }, { 'main.js': '' }),
      'node_modules/plug/main.js',
    ],
    [
      'a subpath that it exports',
      'plug.api',
      installed('plug', { exports: { './api': './lib/a.js' } }, { 'lib/a.js': '' }),
      'node_modules/plug/lib/a.js',
    ],
    [
      'a file of it that it does not export',
      'plug.x.api',
      installed('plug', { exports: {} }, { 'dist/x/api.js': '' }),
      'node_modules/plug/dist/x/api.js',
    ],
    [
      'an installed package with a dash',
      'my_plug.x',
      installed('my-plug', {}, { 'x.js': '' }),
      'node_modules/my-plug/x.js',
    ],
    ['a bare file in node_modules', 'lone', { 'node_modules/lone.js': '' }, 'node_modules/lone.js'],
  ] as const)('is found by %s', (_, module, files, expected) => {
    expect(found(module, files)).toBe(expected)
  })

  it('does not leave the project through empty words', () => {
    expect(missing('...x', { 'x.js': '' }).found).toMatch(/^looked in /u)
  })
})

describe('a Node specifier', () => {
  it.each([
    ['./api.js', { 'api.js': '' }, 'api.js'],
    ['./api', { 'api.mjs': '' }, 'api.mjs'],
    ['./api', { 'api/index.js': '' }, 'api/index.js'],
    ['#db', { 'package.json': '{"name":"shop","imports":{"#db":"./lib/db.js"}}', 'lib/db.js': '' }, 'lib/db.js'],
    ['@acme/plug', installed('@acme/plug', { exports: './p.js' }, { 'p.js': '' }), 'node_modules/@acme/plug/p.js'],
    ['plug/api', installed('plug', { exports: { './api': './a.js' } }, { 'a.js': '' }), 'node_modules/plug/a.js'],
  ] as const)('%s is resolved from the manifest, with %j', (module, files, expected) => {
    expect(found(module, files)).toBe(expected)
  })

  it('names modules of Node, which have no file', () => {
    expect(resolveModule(parseReference('node:fs:readFile'), project({}))).toMatchObject({ url: 'node:fs', file: null })
  })
})

describe('a module that is not there', () => {
  it('is told with every place that was looked in', () => {
    const error = missing('shoe.api', cfg('srv = dist/srv'))
    expect(error.message).toBe('cannot find module "shoe.api"')
    expect(error.found).toMatch(/^looked in \.\/shoe\/api, \.\/src\/shoe\/api, \.\/dist\/shoe\/api, node_modules$/u)
    expect(error.original).toBe("No module named 'shoe.api'")
  })

  it.each([
    ['the last word', 'cmd.sever', { 'cmd/server.js': '', 'cmd/index.js': '' }, ['cmd.server']],
    ['a word between', 'shp.cmdd.server', { 'shp/cmd/server.js': '' }, ['shp.cmd.server']],
    ['the first word', 'cmdd.server', { 'cmd/server.js': '' }, ['cmd.server']],
    ['an entry of package_dir', 'servce.api', cfg('service = dist/service'), ['service.api']],
    ['a file with a dash', 'cmd.db_manag', { 'cmd/db-manage.js': '' }, ['cmd.db_manage']],
    ['a path', './apy.js', { 'api.js': '' }, ['./api.js']],
    ['nothing near', 'zebra.crossing', { 'cmd/server.js': '' }, []],
  ] as const)('gets close names for %s', (_, module, files, close) => {
    expect(missing(module, files).alternatives).toEqual(close)
  })

  it('is underlined as far as its name goes', () => {
    const where = { file: 'setup.cfg', line: 3, column: 9, length: 12, text: '    x = a.b:function' }
    const shop = project({})
    expect(() => resolveModule(parseReference('a.b:function'), shop, where)).toThrowError(
      expect.objectContaining({ where: { ...where, length: 3 } }),
    )
  })

  it('of an installed package may be one that the package lacks', () => {
    expect(missing('plug.nope', installed('plug', {}, { 'x.js': '' })).found).toContain('node_modules')
    expect(existsSync(join(project({}).folder, 'node_modules'))).toBe(false)
  })
})
