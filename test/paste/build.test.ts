import { describe, expect, it } from 'vitest'
import { readDistribution } from '../../src/entrypoints/index.ts'
import { inject } from '../../src/http/index.ts'
import { loadApp, loadFilter, type LoadAppOptions } from '../../src/paste/index.ts'
import { standIns } from '../../src/paste/stand-in.ts'
import { tracer, type WayPoint } from '../../src/paste/trace.ts'
import { readConfig } from '../../src/config/index.ts'
import { deployment, shop } from './deployment.ts'
import { rejectionOf } from '../fault.ts'

const modules = { 'shop.js': shop }
const config = readConfig({ groups: [], argv: [], prog: 'test', env: {}, defaultFiles: [] })

async function answer(uri: string, path = '/', options: LoadAppOptions = {}) {
  const { value } = await loadApp(uri, options)
  const response = await inject(value, { path })
  return { marks: response.headers.marks, ...(response.json() as Record<string, unknown>) }
}

const filters = `
[filter:a]
paste.filter_factory = shop:filter_factory
mark = a
[filter:b]
paste.filter_factory = shop:filter_factory
mark = b
[app:app]
paste.app_factory = shop:app_factory
colour = red
`

describe('a build', () => {
  it('makes the first filter of a pipeline the outermost', async () => {
    const { uri } = deployment(`[pipeline:main]\npipeline = a b app\n${filters}`, modules)
    expect(await answer(uri)).toMatchObject({ marks: 'ab', section: 'app:app', settings: { colour: 'red' } })
  })

  it('puts a filter-with round a pipeline, which the original cannot', async () => {
    const { uri } = deployment(`[pipeline:main]\npipeline = b app\nfilter-with = a\n${filters}`, modules)
    expect(await answer(uri)).toMatchObject({ marks: 'ab' })
  })

  it('makes the filter-with of a filter the outermost', async () => {
    const { uri } = deployment(
      `[pipeline:main]\npipeline = c app\n[filter:c]\nuse = b\nfilter-with = a\n${filters}`,
      modules,
    )
    expect(await answer(uri)).toMatchObject({ marks: 'ab' })
  })

  it('imports only the factories that the root reaches', async () => {
    const { uri } = deployment(`${filters}\n[app:other]\npaste.app_factory = broken:app_factory\n`, {
      ...modules,
      'broken.js': 'throw new Error("imported")\n',
    })
    expect(await answer(uri, '/', { name: 'app' })).toMatchObject({ section: 'app:app' })
  })

  it('tells every factory that is missing before any code runs', async () => {
    const { uri } = deployment(
      '[pipeline:main]\npipeline = a b app\n[filter:a]\npaste.filter_factory = shop:filter_factory\n[filter:b]\nuse = egg:nowhere#b\n[app:app]\npaste.app_factory = shpo:app_factory\n',
      { 'shop.js': 'throw new Error("it ran")\n' },
    )
    const { problems } = await rejectionOf(loadApp(uri))
    expect(problems.map(({ code, where }) => [code, where?.line])).toEqual([
      ['SLIPWAY_DISTRIBUTION_MISSING', 6],
      ['SLIPWAY_REFERENCE_MODULE', 8],
    ])
    expect(problems[1]?.alternatives).toEqual(['shop'])
  })

  it('keeps the exception of a factory as the cause, with the section', async () => {
    const { uri } = deployment('[app:main]\npaste.app_factory = shop:fail\n', {
      'shop.js': 'export const fail = () => { throw new TypeError("no database") }\n',
    })
    expect(await rejectionOf(loadApp(uri))).toMatchObject({
      code: 'SLIPWAY_PASTE_FACTORY_THREW',
      exitCode: 70,
      message: 'the factory of [app:main] failed: TypeError: no database',
      where: { line: 2, column: 21 },
      cause: expect.objectContaining({ message: 'no database', stack: expect.stringContaining('shop.js') }),
    })
  })

  it.each([
    ['app', '[app:main]\npaste.app_factory = shop:f\n', 'loadApp'],
    ['filter', '[filter:main]\npaste.filter_factory = shop:f\n', 'loadFilter'],
  ] as const)('refuses what is no %s', async (_, ini, fn) => {
    const { uri } = deployment(ini, { 'shop.js': 'export const f = () => 42\n' })
    const load = { loadApp, loadFilter }[fn]
    expect(await rejectionOf(load(uri))).toMatchObject({ code: 'SLIPWAY_PASTE_RESULT', where: { line: 2 } })
  })

  it('closes what factories opened in reverse order, once, and all of it when a build fails', async () => {
    const closed: string[] = []
    Object.assign(globalThis, { closed })
    const section = (name: string) => `[filter:${name}]\npaste.filter_factory = shop:closing\n`
    const good = deployment(
      `[pipeline:main]\npipeline = one two app\n${section('one')}${section('two')}[app:app]\npaste.app_factory = shop:app_factory\n`,
      modules,
    )
    const loaded = await loadApp(good.uri)
    await loaded.close()
    await loaded.close()
    expect(closed.splice(0)).toEqual(['two', 'one'])
    const bad = deployment(
      `[pipeline:main]\npipeline = one broken app\n${section('one')}[filter:broken]\npaste.filter_factory = shop:nothing\n[app:app]\npaste.app_factory = shop:app_factory\n`,
      modules,
    )
    await rejectionOf(loadApp(bad.uri))
    expect(closed).toEqual(['one'])
  })

  it('awaits async factories, also filter_app factories', async () => {
    const source = `${shop}
export const later = async (...args) => appFactory(...args)
export const wrapping = async (app, globalConf, settings) => async (req) => {
  const response = await app(req)
  response.headers.marks = 'w'
  return response
}
`
    const { uri } = deployment(
      '[pipeline:main]\npipeline = w app\n[filter:w]\npaste.filter_app_factory = shop:wrapping\n[app:app]\npaste.app_factory = shop:later\n',
      { 'shop.js': source },
    )
    expect(await answer(uri)).toMatchObject({ marks: 'w', section: 'app:app' })
  })
})

describe('a composite that no file names', () => {
  it('finds its parts among the entry points of its distribution', async () => {
    const source = `${shop}
export const composite = async (loader) => loader.getApp('leaf')
`
    const entryPoints = {
      'paste.composite_factory': { main: 'shop:composite' },
      'paste.app_factory': { leaf: 'shop:app_factory' },
    }
    const { folder } = deployment('', {
      'shop.js': source,
      'package.json': JSON.stringify({ name: 'shop', type: 'module', entryPoints }),
    })
    expect(await answer('egg:shop', '/', { projects: [readDistribution(folder)] })).toMatchObject({
      section: 'egg:shop#leaf',
    })
  })
})

describe('declared settings', () => {
  const ini = (settings: string) =>
    `[pipeline:main]\npipeline = limit app\n[filter:limit]\nuse = egg:slipway#sizelimit\n${settings}[app:app]\npaste.app_factory = shop:app_factory\n`

  it('arrive typed', async () => {
    const { uri } = deployment(ini('max_request_body_size = 3\n'), modules)
    const { value } = await loadApp(uri)
    expect(
      (await inject(value, { method: 'POST', path: '/', body: 'long', headers: { 'content-length': '4' } })).status,
    ).toBe(413)
    expect(
      (await inject(value, { method: 'POST', path: '/', body: 'abc', headers: { 'content-length': '3' } })).status,
    ).toBe(200)
  })

  it('are refused with their place when they are unknown or do not fit', async () => {
    const { uri } = deployment(ini('max_request_body_size = much\nmax_body = 1\noslo_config_project = nova\n'), modules)
    const { problems } = await rejectionOf(loadApp(uri))
    expect(problems.map(({ code, where }) => [code, where?.line])).toEqual([
      ['SLIPWAY_CONFIG_VALUE', 5],
      ['SLIPWAY_PASTE_SETTING', 6],
    ])
  })
})

describe('foreign code', () => {
  it('is mounted by its reference: an Express-like listener as an app, a Connect middleware as a filter', async () => {
    const source = `
export const listener = (req, res) => { res.setHeader('content-type', 'application/json'); res.end(JSON.stringify({ url: req.url })) }
export const header = (options) => (req, res, next) => { res.setHeader('marks', options.value + typeof options.value); next() }
`
    const { uri } = deployment(
      '[composite:main]\nuse = egg:Paste#urlmap\n/old: line\n[pipeline:line]\npipeline = head legacy\n[filter:head]\nuse = egg:slipway#connect\nmiddleware = shop:header\nvalue = 7\n[app:legacy]\nuse = egg:slipway#node\napp = ./shop.js:listener\n',
      { 'shop.js': source },
    )
    expect(await answer(uri, '/old/x?y=1')).toMatchObject({ marks: '7number', url: '/x?y=1' })
  })

  it('says which setting is missing', async () => {
    const { uri } = deployment('[app:main]\nuse = egg:slipway#node\n')
    expect(await rejectionOf(loadApp(uri))).toMatchObject({
      code: 'SLIPWAY_PASTE_SETTING',
      expected: 'app = module:attr',
      where: { line: 1 },
    })
  })
})

describe('stand-ins', () => {
  const ini = `[composite:main]
use = call:nowhere.urlmap:factory
/: line
/v2: api
[composite:api]
use = call:nowhere.auth:factory
noauth = a app
keystone = a b app
[pipeline:line]
pipeline = a b app
[filter:a]
paste.filter_factory = nowhere:a
[filter:b]
use = egg:nowhere#b
[app:app]
paste.app_factory = nowhere:app
colour = red
`

  it.each([
    ['/x', { section: 'app:app', scriptName: '', pathInfo: '/x', filters: ['a', 'b'], settings: { colour: 'red' } }],
    ['/v2/y', { section: 'app:app', scriptName: '/v2', pathInfo: '/y', filters: ['a'], settings: { colour: 'red' } }],
  ])('show where %s arrives in a file whose code is not there', async (path, wanted) => {
    const { uri } = deployment(ini)
    const options = { config, flavour: 'noauth' }
    const { value } = await loadApp(uri, { ...options, replace: standIns('unresolved', options), observe: tracer })
    const response = await inject(value, { path })
    expect(response.json()).toEqual(wanted)
  })

  it('leave real factories in place unless all are replaced', async () => {
    const file = `[pipeline:main]\npipeline = a gone app\n[filter:gone]\npaste.filter_factory = nowhere:f\n${filters}`
    const { uri } = deployment(file, modules)
    const load = async (mode: 'unresolved' | 'all') => {
      const { value } = await loadApp(uri, { config, replace: standIns(mode, { config }), observe: tracer })
      return (await inject(value, { path: '/' })).headers.marks
    }
    expect([await load('unresolved'), await load('all')]).toEqual(['a', undefined])
  })
})

describe('a trace', () => {
  it('lists what a request enters, with the time inside', async () => {
    const { uri } = deployment(
      `[composite:main]\nuse = egg:Paste#urlmap\n/x: line\n[pipeline:line]\npipeline = a b app\n${filters}`,
      modules,
    )
    let way: WayPoint[] = []
    const { value } = await loadApp(uri, { observe: tracer })
    await inject(
      (req) => {
        way = req.environ.way = []
        return value(req)
      },
      { path: '/x/1' },
    )
    expect(way.map(({ kind, name, section }) => [kind, name, section])).toEqual([
      ['composite', 'main', 'composite:main'],
      ['filter', 'a', 'filter:a'],
      ['filter', 'b', 'filter:b'],
      ['app', 'app', 'app:app'],
    ])
    for (const { ms } of way) expect(ms).toBeGreaterThanOrEqual(0)
  })
})
