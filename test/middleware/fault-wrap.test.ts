// nova's fault bodies.
import { describe, expect, it } from 'vitest'
import { type App, ClientGone, HttpError, inject, text } from '../../src/http/index.ts'
import { filterFactory } from '../../src/middleware/fault-wrap.ts'
import { faultWrap, requestId } from '../../src/middleware/index.ts'
import { contextWith, readableLog } from './filtering.ts'

const raising =
  (error: unknown): App =>
  () => {
    throw error
  }

async function wrapped(app: App, path = '/') {
  const { log, lines } = await readableLog()
  const filter = filterFactory({}, {}, contextWith({ log }))
  return { response: await inject(requestId()(filter(app)), { path }), lines }
}

describe('faultwrap', () => {
  it.each([
    [400, 'badRequest'],
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [404, 'itemNotFound'],
    [405, 'badMethod'],
    [409, 'conflictingRequest'],
    [413, 'overLimit'],
    [415, 'badMediaType'],
    [429, 'overLimit'],
    [418, 'computeFault'],
  ])('row 19: names the fault of status %i %s', async (status, name) => {
    const { response, lines } = await wrapped(raising(new HttpError(status, 'why')))
    expect(response.status).toBe(status)
    expect(response.headers['content-type']).toBe('application/json')
    expect(response.json()).toEqual({ [name]: { code: status, message: 'why' } })
    expect(lines).toEqual([])
  })

  it('tells with an overLimit when to come back, and keeps the headers', async () => {
    const { response } = await wrapped(raising(new HttpError(429, 'slow down', { headers: { 'retry-after': 7 } })))
    expect(response.headers['retry-after']).toBe('7')
    expect(response.json()).toEqual({ overLimit: { code: 429, message: 'slow down', retryAfter: '7' } })
  })

  it('leaves what the app answers as it is: an unmatched path stays a plain 404', async () => {
    const { response } = await wrapped((req) => new HttpError(404).toResponse(req))
    expect(response.text()).toBe('404 Not Found\n')
  })

  it.each([
    ['an error', new Error('disk on fire'), 500, 'computeFault'],
    ['an HttpError for the operator', new HttpError(503, 'disk on fire'), 503, 'serviceUnavailable'],
    ['a string', 'disk on fire', 500, 'computeFault'],
  ])('hides and logs the text of %s', async (_, error, status, name) => {
    for (const app of [raising(error), async () => raising(error)(undefined as never)] as App[]) {
      const { response, lines } = await wrapped(app)
      expect(response.status).toBe(status)
      expect(response.text()).not.toContain('disk')
      expect(Object.keys(response.json() as object)).toEqual([name])
      expect(response.text()).toContain(String(response.headers['x-openstack-request-id']))
      expect(JSON.stringify(lines)).toContain('disk on fire')
    }
  })

  it('keeps status, headers and text of the errors of other libraries that are safe to show', async () => {
    const foreign = Object.assign(new Error('no such flavor'), { status: 404, expose: true, headers: { 'X-A': 'b' } })
    const { response } = await wrapped(raising(foreign))
    expect(response.json()).toEqual({ itemNotFound: { code: 404, message: 'no such flavor' } })
    expect(response.headers['x-a']).toBe('b')
  })

  it('has no answer for a client that left, and makes no promise of its own', async () => {
    const { log } = await readableLog()
    const answers: unknown[] = []
    const outer: App = (req) => {
      expect(() => faultWrap(log)(raising(new ClientGone()))(req)).toThrow(ClientGone)
      answers.push(faultWrap(log)(() => text('now'))(req))
      return text('')
    }
    await inject(outer, { path: '/' })
    expect(answers[0]).toMatchObject({ status: 200 })
  })
})
