// oslo.middleware's sizelimit: the texts are what clients of it know.
import { Readable } from 'node:stream'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { type App, inject, text } from '../../src/http/index.ts'
import { filterFactory } from '../../src/middleware/sizelimit.ts'
import { osloMiddlewareGroup, type OsloMiddlewareSettings, sizelimit } from '../../src/middleware/index.ts'
import { settingsOf } from './filtering.ts'

const echo: App = async (req) => text(await req.body.text())

describe('sizelimit', () => {
  it.each([
    [9, 200],
    [10, 200],
    [11, 413],
    [200_000, 413],
  ])('of 10 bytes answers a body of %i bytes with %i, with a length and without', async (size, status) => {
    const body = 'x'.repeat(size)
    for (const sent of [body, Readable.from([body.slice(0, 5), body.slice(5)], { objectMode: false })]) {
      const response = await inject(sizelimit(10)(echo), { method: 'POST', path: '/', body: sent })
      expect(response.status).toBe(status)
      if (status === 413) {
        expect(response.text()).toContain('Request is too large. Larger than max_request_body_size (10).')
      }
    }
  })

  it('refuses by the length alone, before the app is asked', async () => {
    let calls = 0
    const app = sizelimit(10)(() => {
      calls += 1
      return text('')
    })
    expect((await inject(app, { method: 'PUT', path: '/', body: 'x'.repeat(11) })).status).toBe(413)
    expect(calls).toBe(0)
  })

  it('lets the smallest limit of a pipeline hold', async () => {
    const stream = () => Readable.from(['x'.repeat(50)], { objectMode: false })
    for (const app of [sizelimit(10)(sizelimit(100)(echo)), sizelimit(100)(sizelimit(10)(echo))]) {
      expect((await inject(app, { method: 'POST', path: '/', body: stream() })).text()).toContain('(10)')
    }
  })

  it('leaves a request without a body alone', async () => {
    let limit = 0
    const app = sizelimit(10)((req) => {
      limit = req.bodyLimit
      return text('ok')
    })
    expect((await inject(app, { path: '/' })).text()).toBe('ok')
    expect(limit).toBe(Infinity)
  })

  it('allows 114688 bytes unless told otherwise, and takes a number from the settings', async () => {
    const settings = settingsOf(osloMiddlewareGroup)
    expectTypeOf(settings.max_request_body_size).toEqualTypeOf<number>()
    expectTypeOf(settings).toEqualTypeOf<OsloMiddlewareSettings>()
    const sent = (size: number, filter: ReturnType<typeof sizelimit>) =>
      inject(filter(echo), { method: 'POST', path: '/', body: 'x'.repeat(size) })
    expect((await sent(114_688, filterFactory({}, settings))).status).toBe(200)
    expect((await sent(114_689, filterFactory({}, settings))).status).toBe(413)
    expect(filterFactory.options).toBe(osloMiddlewareGroup)
    const small = settingsOf(osloMiddlewareGroup, { max_request_body_size: '10' })
    expect((await sent(11, filterFactory({}, { ...small }))).status).toBe(413)
  })
})
