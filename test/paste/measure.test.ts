// What each element of a pipeline costs: sums that add up, whoever calls whom.
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { inject, type App } from '../../src/http/index.ts'
import { loadApp } from '../../src/paste/load.ts'
import { createMeasure, type Measure } from '../../src/paste/measure.ts'
import { deployment } from './deployment.ts'

const modules = {
  'shop.js': `
import { setTimeout as sleep } from 'node:timers/promises'
export const slow = (globalConf, { ms }) => (app) => async (req) => {
  await sleep(Number(ms))
  return app(req)
}
export const sync = () => (app) => (req) => app(req)
export const late = async (app) => async (req) => app(req)
export const listener = (app) => (req, res) => { res.end('from a listener') }
export const hello = (globalConf, { ms }) => async (req) => {
  await sleep(Number(ms ?? 0))
  if (req.pathInfo === '/fail') throw new Error('no')
  if (req.pathInfo === '/missing') throw Object.assign(new Error('no such thing'), { status: 404, expose: true })
  return { status: 200, headers: {}, body: 'hello' }
}
`,
}

const ini = `
[pipeline:main]
pipeline = sync slow hello

[pipeline:odd]
pipeline = late listener hello

[composite:map]
use = egg:Paste#urlmap
/a = main
/b = plain

[filter:sync]
paste.filter_factory = shop:sync
[filter:slow]
paste.filter_factory = shop:slow
ms = 20
[filter:late]
paste.filter_app_factory = shop:late
[filter:listener]
paste.filter_app_factory = shop:listener
[app:hello]
paste.app_factory = shop:hello
ms = 60
[app:plain]
paste.app_factory = shop:hello
`

async function load(name: string): Promise<{ app: App; measure: Measure }> {
  const measure = createMeasure()
  const { uri } = deployment(ini, modules)
  return { app: (await loadApp(uri, { name, observe: measure.observer })).value, measure }
}

describe('the figures of a pipeline', () => {
  it('are those of each element by itself, in the order in which a request meets them', async () => {
    const { app, measure } = await load('main')
    await Promise.all([1, 2, 3].map(() => inject(app, { path: '/' })))
    const figures = measure.figures()
    expect(figures.map(({ name, calls, errors }) => ({ name, calls, errors }))).toEqual([
      { name: 'sync', calls: 3, errors: 0 },
      { name: 'slow', calls: 3, errors: 0 },
      { name: 'hello', calls: 3, errors: 0 },
    ])
    const [sync, slow, hello] = figures.map(({ ownMs }) => ownMs) as [number, number, number]
    // Timers never fire early by more than a millisecond; what they are late by is no time of the filter outside.
    expect(slow).toBeGreaterThan(3 * 18)
    expect(hello).toBeGreaterThan(3 * 58)
    expect(hello).toBeGreaterThan(slow)
    expect(sync).toBeLessThan(slow)
  })

  it('count an error where it comes from, and no answer as one', async () => {
    const { app, measure } = await load('main')
    await inject(app, { path: '/fail' })
    await inject(app, { path: '/missing' })
    expect(measure.figures().map(({ name, errors }) => [name, errors])).toEqual([
      ['sync', 0],
      ['slow', 0],
      ['hello', 1],
    ])
  })

  it('take the parts of a composite from its time', async () => {
    const { app, measure } = await load('map')
    expect((await inject(app, { path: '/a/x' })).status).toBe(200)
    expect((await inject(app, { path: '/b/x' })).status).toBe(200)
    const figures = measure.figures()
    expect(figures.map(({ name, calls }) => [name, calls])).toEqual([
      ['map', 2],
      ['sync', 1],
      ['slow', 1],
      ['hello', 1],
      ['plain', 1],
    ])
    expect(figures[0]?.ownMs).toBeLessThan(figures[3]?.ownMs ?? 0)
  })

  it('leave alone what a filter_app_factory makes: a promise, a listener', async () => {
    const { app, measure } = await load('odd')
    expect((await inject(app, { path: '/' })).text()).toBe('from a listener')
    expect(measure.figures().map(({ name, calls }) => [name, calls])).toEqual([
      ['late', 1],
      ['listener', 1],
      ['hello', 0],
    ])
  })

  it('are zeros and more while requests are under way', async () => {
    const { app, measure } = await load('main')
    const answered = inject(app, { path: '/' })
    await sleep(0)
    expect(measure.figures().every(({ ownMs }) => ownMs >= 0)).toBe(true)
    expect((await answered).status).toBe(200)
  })

  it('are asked of nobody without a measure: the app is what its factory has made', async () => {
    const made: App = () => ({ status: 200, headers: {}, body: '' })
    ;(globalThis as { made?: App }).made = made
    const { uri } = deployment('[app:main]\npaste.app_factory = shop:given\n', {
      'shop.js': 'export const given = () => globalThis.made',
    })
    expect((await loadApp(uri)).value).toBe(made)
    expect((await loadApp(uri, { observe: createMeasure().observer })).value).not.toBe(made)
  })
})
