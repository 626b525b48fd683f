// Which extensions are loaded, from where, in which order, and why others are not.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ATTR_NOT_SPECIFIED, type ExtensionManager, type ExtensionOptions } from '../../../src/api/index.ts'
import { inject } from '../../../src/http/index.ts'
import { loadApp } from '../../../src/paste/index.ts'
import { projectFolder } from '../../entrypoints/project-folder.ts'
import { descriptor, load, Told } from './gadgets.ts'

/** A class with neutron's methods. */
const module = (name: string, alias: string, more = '') => `export class ${name} {
  get_name() { return 'The ${alias}' }
  get_alias() { return '${alias}' }
  get_description() { return 'Extension ${alias}' }
  get_updated() { return '2026-11-22T10:00:00-00:00' }
  ${more}
}
`

async function loadFolder(
  files: Readonly<Record<string, string>>,
  options: ExtensionOptions = {},
): Promise<{ manager: ExtensionManager; told: Told; folder: string }> {
  const folder = projectFolder({ 'package.json': '{"type":"module"}', ...files })
  const told = new Told()
  return { manager: await load({ path: folder, ...options }, told), told, folder }
}

const aliases = (manager: ExtensionManager) => [...manager.extensions.keys()]

describe('extensions in folders', () => {
  it('row 35: are the classes that are named as their files, sorted, without those of an underscore', async () => {
    const { manager, told } = await loadFolder({
      'vnfm.js': module('Vnfm', 'b'),
      'camelCase.js': module('CamelCase', 'tacker'),
      'otherCase.mjs': module('Othercase', 'neutron'),
      'os-documents.js': module('OsDocuments', 'dashes'),
      'legacy.cjs': module('Legacy', 'commonjs').replace('export class', 'exports.Legacy = class'),
      '_base.js': module('_base', 'hidden'),
      'vnfm.test.js': module('Vnfm', 'test'),
      'notes.txt': '',
      'helper/other.js': module('Other', 'not-explored'),
    })
    expect(aliases(manager)).toEqual(['tacker', 'commonjs', 'dashes', 'neutron', 'b'])
    expect([manager.skipped, told.warnings]).toEqual([[], []])
  })

  it('row 35: that cannot be loaded are left out with the reason, each told once', async () => {
    const { manager, told, folder } = await loadFolder({
      'a.js': module('A', 'same'),
      'b.js': module('B', 'same'),
      'broken.js': 'export class Broken {',
      'empty.js': 'export const other = 1',
      'fails.js': module('Fails', 'fails', 'constructor() { throw new Error("no disk") }'),
      'missing.js': 'import "not-installed"',
      'nameless.js': 'export class Nameless { get_name() { return "x" } }',
      'number.js': 'export const Number_ = 1, Number = 1',
    })
    expect(aliases(manager)).toEqual(['same'])
    const reasons = manager.skipped.map(({ source, reason }) => [source.replace(`${folder}/`, ''), reason])
    expect(reasons).toEqual([
      ['b.js', `the alias "same" is taken already, by ${folder}/a.js`],
      ['broken.js', expect.stringMatching(/^SyntaxError|^Error|Parse/u) as string],
      ['empty.js', 'there is no "Empty" in the file: expected a class, a function or an object exported as Empty'],
      ['fails.js', 'Error: no disk'],
      ['missing.js', expect.stringContaining('not-installed') as string],
      [
        'nameless.js',
        expect.stringContaining('"Nameless" has no text for get_alias: expected a method get_alias') as string,
      ],
      ['number.js', '1 is no extension'],
    ])
    expect(told.warnings).toHaveLength(7)
    expect(told.warnings[0]).toBe(
      `the extension "same" of ${folder}/b.js is left out: the alias "same" is taken already, by ${folder}/a.js`,
    )
  })

  it('row 35: come from several folders, and one that is missing does not matter', async () => {
    const first = projectFolder({ 'package.json': '{"type":"module"}', 'z.js': module('Z', 'z') })
    const { manager, told, folder } = await loadFolder({ 'a.js': module('A', 'a') })
    const both = await load({ path: `${first}:${folder}::${first}` })
    expect([aliases(manager), aliases(both)]).toEqual([['a'], ['z', 'a']])
    const without = await load({ path: ['nowhere', 'z'], base: first }, told)
    expect(without.skipped).toMatchObject([{ source: join(first, 'nowhere') }, { source: join(first, 'z') }])
    expect(told.warnings[0]).toContain('ENOENT')
  })

  it('row 34: may be in TypeScript where Node runs it', async () => {
    const folder = projectFolder({
      'package.json': '{"type":"module"}',
      'typed.ts': module('Typed', 'typed').replaceAll('()', '(): string'),
      'types.d.ts': 'export declare class Types {}',
    })
    const manager = pathToFileURL(join(process.cwd(), 'dist/api/index.js')).href
    const script = `
      const { ExtensionManager } = await import(${JSON.stringify(manager)})
      const { extensions, skipped } = await ExtensionManager.load({ path: ${JSON.stringify(folder)} })
      console.log(JSON.stringify({ aliases: [...extensions.keys()], skipped, runs: Boolean(process.features.typescript) }))`
    const out = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf-8' })
    const {
      aliases: found,
      skipped,
      runs,
    } = JSON.parse(out) as { aliases: string[]; skipped: unknown[]; runs: boolean }
    expect({ found, skipped }).toEqual({ found: runs ? ['typed'] : [], skipped: [] })
  })

  it('row 33: of nova register themselves, several in one file, and say what they are by properties', async () => {
    const nova = (name: string, alias: string) => `class ${name} {
      name = '${name}'; alias = '${alias}'; description = ''; updated = '2011-01-01T00:00:00+00:00'
      namespace = 'http://docs.openstack.org/compute/ext/${alias}'
      constructor(manager) { manager.register(this) }
    }`
    const { manager, told } = await loadFolder({
      'floating.js': `export ${nova('Floating', 'os-floating')}`,
      'several.js': `${nova('A', 'os-a')}\n${nova('B', 'os-b')}
        export function Several(manager) { new A(manager); new B(manager) }`,
    })
    expect(told.warnings).toEqual([])
    expect([...manager.extensions.values()].map(({ alias, namespace }) => [alias, namespace])).toEqual([
      ['os-floating', 'http://docs.openstack.org/compute/ext/os-floating'],
      ['os-a', 'http://docs.openstack.org/compute/ext/os-a'],
      ['os-b', 'http://docs.openstack.org/compute/ext/os-b'],
    ])
  })

  it('row 34: of sub-folders come by their function "extension", or by going through them', async () => {
    const { manager } = await loadFolder({
      'delegating/index.js': `${module('One', 'by-function')}\nexport const extension = (manager) => manager.register(new One())`,
      'delegating/two.js': module('Two', 'not-reached'),
      'explored/index.js': '',
      'explored/deeper/index.js': '',
      'explored/deeper/three.js': module('Three', 'deep'),
      'explored/four.js': module('Four', 'explored'),
      'plain/five.js': module('Five', 'no-package'),
      '_private/index.js': module('Six', 'private'),
    })
    expect(aliases(manager)).toEqual(['by-function', 'deep', 'explored'])
  })

  it('row 34: that are dropped into the folder are at /extensions; a list restricts them', async () => {
    const files = { 'a.js': module('A', 'first'), 'b.js': module('Bee', 'second'), 'c.js': module('C', 'third') }
    const { folder } = await loadFolder({ ...files, 'b.js': module('B', 'second') })
    const ini = `[pipeline:main]\npipeline = extensions api\n
[filter:extensions]\nuse = egg:slipway#extensions\napi_extensions_path = ${folder}\n
[app:api]\npaste.app_factory = shop.app:app_factory\n`
    const project = projectFolder({
      'package.json': '{"name":"shop","type":"module"}',
      'app.js': 'export const appFactory = () => () => ({ status: 404, headers: {}, body: null })',
      'all.ini': ini,
      'some.ini': ini.replace('\n\n[app', '\nselected = second, C, nobody\nerrors = nova\n\n[app'),
    })
    const ask = async (file: string, path: string) => {
      const loaded = await loadApp(`config:${join(project, file)}`)
      onTestFinished(() => loaded.close())
      return (await inject(loaded.value, { path })).json()
    }
    const listed = async (file: string) =>
      ((await ask(file, '/extensions')) as { extensions: { alias: string }[] }).extensions.map(({ alias }) => alias)
    expect(await listed('all.ini')).toEqual(['first', 'second', 'third'])
    expect(await listed('some.ini')).toEqual(['second', 'third'])
    expect(await ask('some.ini', '/extensions/first')).toEqual({
      itemNotFound: { code: 404, message: 'Extension with alias first does not exist' },
    })
    const told = new Told()
    const manager = await load({ path: folder, selected: ['second', 'C', 'nobody'] }, told)
    expect(manager.skipped).toMatchObject([{ alias: 'first', reason: 'it is not among the selected' }])
    expect(told.warnings).toEqual(['extensions that are selected are not there: nobody'])
  })
})

describe('the filter of neutron and tacker', () => {
  it.each([
    'neutron.api.extensions:plugin_aware_extension_middleware_factory',
    'neutron.api.extensions:ExtensionMiddleware.factory',
    'tacker.api.extensions:extension_middleware_factory',
  ])('row 37: stands in deployment files as %s', async (reference) => {
    const project = projectFolder({
      'package.json': '{"name":"shop","type":"module"}',
      'app.js': 'export const appFactory = () => () => ({ status: 200, headers: {}, body: "inner" })',
      'api-paste.ini': `[pipeline:main]\npipeline = extensions api\n
[filter:extensions]\npaste.filter_factory = ${reference}\n
[app:api]\npaste.app_factory = shop.app:app_factory\n`,
    })
    const loaded = await loadApp(`config:${join(project, 'api-paste.ini')}`)
    onTestFinished(() => loaded.close())
    expect((await inject(loaded.value, { path: '/extensions' })).json()).toEqual({ extensions: [] })
    expect((await inject(loaded.value, { path: '/other' })).text()).toBe('inner')
  })
})

describe('extensions of installed packages', () => {
  it('row 34: are those of the group of entry points', async () => {
    const folder = projectFolder({
      'package.json': '{"name":"shop","type":"module","dependencies":{"gadgets":"*"}}',
      'setup.cfg':
        '[metadata]\nname = shop\n\n[options]\npackage_dir =\n    shop = src\n\n[entry_points]\nshop.api =\n    own = shop.own:Own\n',
      'src/own.js': module('Own', 'own'),
      'node_modules/gadgets/package.json': '{"name":"gadgets","type":"module","version":"1.0.0"}',
      'node_modules/gadgets/setup.cfg':
        '[metadata]\nname = gadgets\n\n[options]\npackage_dir =\n    gadgets = .\n\n[entry_points]\nshop.api =\n    one = gadgets.one:One\n    two = gadgets.two:Two\n',
      'node_modules/gadgets/one.js': module('One', 'one'),
    })
    const manager = await load({ group: 'shop.api', from: folder })
    expect(new Map([...manager.extensions.values()].map(({ alias, source }) => [alias, source]))).toEqual(
      new Map([
        ['one', 'gadgets#one'],
        ['own', 'shop#own'],
      ]),
    )
    expect(manager.skipped).toMatchObject([{ source: 'gadgets#two', alias: null }])
  })
})

describe('extensions and plugins', () => {
  class Base {
    static supported_extension_aliases = ['of-base']
    get supportedExtensionAliases() {
      return ['of-getter']
    }
  }
  class Plugin extends Base {
    static override supported_extension_aliases = ['of-class']
    supported_extension_aliases = ['of-instance', 'with-interface']
    get_top() {}
    getTops() {}
  }

  it('row 39: an extension needs a plugin that has its alias, itself or by inheritance', async () => {
    const wanted = ['of-instance', 'of-class', 'of-base', 'of-getter', 'other'].map((alias) => descriptor(alias))
    const told = new Told()
    const manager = await load({ descriptors: wanted, plugins: { core: new Plugin() } }, told)
    expect(aliases(manager)).toEqual(['of-instance', 'of-class', 'of-base', 'of-getter'])
    expect(told.info_).toEqual([
      'the extension "other" of code is left out: no plugin has "other" among its supported_extension_aliases',
    ])
    expect(aliases(await load({ descriptors: wanted, plugins: [] }))).toEqual([])
  })

  it('row 39: a support check answers in place of the plugins', async () => {
    const descriptors = ['yes', 'no'].map((alias) => descriptor(alias))
    const supportChecks = { yes: () => true, no: () => false }
    const manager = await load({ descriptors, plugins: [], supportChecks })
    expect(aliases(manager)).toEqual(['yes'])
    expect(manager.skipped).toMatchObject([{ reason: 'its support check says no' }])
  })

  class Tops {
    getTop(): void {}
    get_tops(): void {}
  }
  class MoreTops extends Tops {
    delete_top(): void {}
  }

  it.each([
    ['a class whose methods it has in the other spelling', Tops, undefined],
    ['a list of names', ['get_top', 'get_tops'], undefined],
    ['a class with more', MoreTops, 'no plugin implements its interface: "Plugin" lacks delete_top'],
    ['names that nobody has', ['spin', 'stop'], 'no plugin implements its interface: "Plugin" lacks spin, stop'],
  ])('row 39: its plugin has the methods of its interface: %s', async (_what, wanted, reason) => {
    const descriptors = [descriptor('with-interface', { getPluginInterface: () => wanted })]
    const manager = await load({ descriptors, plugins: [{}, new Plugin()] })
    expect(manager.skipped[0]?.reason).toBe(reason)
  })

  it('row 39: an instance of the interface has all that it asks for', async () => {
    const abstract = class {
      spin(): void {}
    }
    const plugin = Object.assign(Object.create(abstract.prototype) as object, { supported_extension_aliases: ['top'] })
    const descriptors = [descriptor('top', { get_plugin_interface: () => abstract })]
    expect(aliases(await load({ descriptors, plugins: [plugin] }))).toEqual(['top'])
  })
})

describe('what extensions require', () => {
  const needs = (alias: string, required: string[], optional: string[] = []) =>
    descriptor(alias, { get_required_extensions: () => required, getOptionalExtensions: () => optional })

  it('row 35: ends the start when it is not there, with every name', async () => {
    const descriptors = [needs('a', ['b']), needs('b', ['gone']), needs('c', ['d']), needs('d', ['c'])]
    await expect(load({ descriptors })).rejects.toMatchObject({
      code: 'SLIPWAY_API_EXTENSION',
      message: 'the extension "a" requires b',
      found: 'the same holds for b, c, d',
    })
  })

  it('row 35: or leaves it out, as tacker does', async () => {
    const descriptors = [needs('a', ['b']), needs('b', ['gone']), descriptor('z')]
    const manager = await load({ descriptors, unmet: 'skip' })
    expect(aliases(manager)).toEqual(['z'])
    expect(manager.skipped).toMatchObject([
      { alias: 'a', reason: 'it requires b, not loaded or waiting for each other' },
      { alias: 'b', reason: 'it requires gone, not loaded or waiting for each other' },
    ])
  })
})

describe('attributes of extensions', () => {
  const attribute = { allow_post: true, is_visible: true, default: ATTR_NOT_SPECIFIED }
  const base = { toys: { id: { is_visible: true, primary_key: true } } }
  const adding = (alias: string, names: readonly string[], more: object = {}) =>
    descriptor(alias, {
      getExtendedResources: (version: string) =>
        version === '2.0' ? { toys: Object.fromEntries(names.map((name) => [name, attribute])) } : {},
      ...more,
    })

  it('row 38: extend collections that are there and bring others, and leave the given map as it is', async () => {
    const manager = await load({
      descriptors: [
        adding('a', ['a:colour']),
        descriptor('b', { get_extended_resources: () => ({ cars: { id: {} } }) }),
      ],
    })
    const { resources } = manager.extendResources('2.0', base)
    expect(Object.keys(resources.toys ?? {})).toEqual(['id', 'a:colour'])
    expect(Object.keys(resources)).toEqual(['toys', 'cars'])
    expect(Object.keys(base.toys)).toEqual(['id'])
    expect(Object.keys(manager.extendResources('1.0', base).resources.toys ?? {})).toEqual(['id'])
  })

  it('row 35: are worked through after what they require, and after what they would like to follow', async () => {
    const order: string[] = []
    const noting = (alias: string, more: object) =>
      adding(alias, [], { ...more, getExtendedResources: () => (order.push(alias), {}) })
    const manager = await load({
      descriptors: [
        noting('a', { getRequiredExtensions: () => ['c'] }),
        noting('b', { getOptionalExtensions: () => ['a', 'gone'] }),
        noting('c', { getOptionalExtensions: () => ['d'] }),
        noting('d', {}),
      ],
    })
    manager.extendResources('2.0', base)
    expect(order).toEqual(['d', 'c', 'a', 'b'])
    expect(aliases(manager)).toEqual(['a', 'b', 'c', 'd'])
  })

  it('row 38: of what lies below another resource join its parameters, and its parent stays', async () => {
    const parent = { member_name: 'toy', collection_name: 'toys' }
    const manager = await load({
      descriptors: [
        descriptor('a', { getExtendedResources: () => ({ parts: { parent, parameters: { id: {} } } }) }),
        descriptor('b', {
          getExtendedResources: () => ({
            parts: { parent: { ...parent, member_name: 'x' }, parameters: { size: {} } },
          }),
        }),
      ],
    })
    const { resources, subResources } = manager.extendResources('2.0', base)
    expect(subResources.parts).toEqual({ parent, parameters: { id: {}, size: {} } })
    expect(resources).not.toHaveProperty('parts')
  })

  it('row 38: may be followed by an extension with a map of its own', async () => {
    const seen: unknown[] = []
    const manager = await load({
      descriptors: [descriptor('a', { update_attributes_map: (map: object) => seen.push(map) }), adding('b', ['b:x'])],
    })
    manager.extendResources('2.0', base)
    expect(seen).toMatchObject([{ toys: { 'b:x': {} } }])
  })

  it('row 38: that could not work are refused with the name of their extension', async () => {
    const wrong = { getExtendedResources: () => ({ toys: { colour: { allow_pst: true } } }) }
    const manager = await load({ descriptors: [descriptor('a', wrong)] })
    expect(() => manager.extendResources('2.0', base)).toThrow(
      'the attribute "colour" of "toys" has the unknown property "allow_pst" (with the extension "a")',
    )
  })
})
