// What each element of a pipeline costs: sums that add up, whoever calls whom.
import { afterEach, describe, expect, it, vi } from 'vitest'
import { inject, type App } from '../../src/http/index.ts'
import { loadApp } from '../../src/paste/load.ts'
import { createMeasure, type Measure } from '../../src/paste/measure.ts'
import { deployment } from './deployment.ts'

const modules = {
  'shop.js': `
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
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

afterEach(() => void vi.useRealTimers())

/** The answer, on a clock that goes only from timer to timer: what is measured is what the timers say. */
async function onOwnClock<T>(begin: () => Promise<T>): Promise<T> {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout'] })
  const progress = { isOver: false }
  const answered = begin().finally(() => (progress.isOver = true))
  while (!progress.isOver) {
    await vi.advanceTimersToNextTimerAsync()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return answered
}

async function load(name: string): Promise<{ app: App; measure: Measure }> {
  const measure = createMeasure()
  const { uri } = deployment(ini, modules)
  return { app: (await loadApp(uri, { name, observe: measure.observer })).value, measure }
}

describe('the figures of a pipeline', () => {
  it('are those of each element by itself, in the order in which a request meets them', async () => {
    const { app, measure } = await load('main')
    await onOwnClock(() => Promise.all([1, 2, 3].map(() => inject(app, { path: '/' }))))
    expect(measure.figures()).toEqual([
      { name: 'sync', calls: 3, errors: 0, ownMs: 0 },
      { name: 'slow', calls: 3, errors: 0, ownMs: 3 * 20 },
      { name: 'hello', calls: 3, errors: 0, ownMs: 3 * 60 },
    ])
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
    for (const path of ['/a/x', '/b/x']) {
      expect((await onOwnClock(() => inject(app, { path }))).status).toBe(200)
    }
    expect(measure.figures().map(({ name, calls, ownMs }) => [name, calls, ownMs])).toEqual([
      ['map', 2, 0],
      ['sync', 1, 0],
      ['slow', 1, 20],
      ['hello', 1, 60],
      ['plain', 1, 0],
    ])
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
    const answer = await onOwnClock(async () => {
      const answered = inject(app, { path: '/' })
      await new Promise((resolve) => setTimeout(resolve, 10))
      expect(measure.figures().map(({ name, calls, ownMs }) => [name, calls, ownMs])).toEqual([
        ['sync', 1, 0],
        ['slow', 1, 0],
        ['hello', 0, 0],
      ])
      return answered
    })
    expect(answer.status).toBe(200)
    expect(measure.figures().every(({ ownMs }) => ownMs >= 0)).toBe(true)
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
