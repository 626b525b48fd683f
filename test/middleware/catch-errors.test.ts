// oslo.middleware's catch_errors, with the rule that an HttpError is a response.
import { describe, expect, it } from 'vitest'
import { type App, ClientGone, HttpError, inject, text } from '../../src/http/index.ts'
import { filterFactory } from '../../src/middleware/catch-errors.ts'
import { catchErrors, requestId } from '../../src/middleware/index.ts'
import { contextWith, readableLog } from './filtering.ts'

function raising(error: unknown): { now: App; later: App } {
  const now: App = () => {
    throw error
  }
  return { now, later: async (req) => now(req) }
}

describe('catch_errors', () => {
  it.each(['now', 'later'] as const)('turns an exception into a 500 and logs it (%s)', async (moment) => {
    const { log, lines } = await readableLog()
    const filter = filterFactory({}, {}, contextWith({ log }))
    const app = requestId()(filter(raising(new Error('disk on fire'))[moment]))
    const response = await inject(app, {
      method: 'POST',
      path: '/a?b=1',
      headers: { 'x-auth-token': 'geheim', 'x-service-token': 'geheim', cookie: 'geheim', 'x-other': 'seen' },
    })
    expect(response.status).toBe(500)
    expect(response.text()).not.toContain('disk on fire')
    expect(response.text()).toContain(String(response.headers['x-openstack-request-id']))
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({
      level: 'error',
      msg: 'POST /a failed',
      request_id: response.headers['x-openstack-request-id'],
      err: { message: 'disk on fire' },
      req: { method: 'POST', url: '/a?b=1', headers: { 'x-other': 'seen', 'x-auth-token': '****' } },
    })
    expect(JSON.stringify(lines)).not.toContain('geheim')
  })

  it.each([
    ['application/json', 'application/json'],
    ['text/html', 'text/html; charset=utf-8'],
    ['*/*', 'text/html; charset=utf-8'],
    [undefined, 'text/plain; charset=utf-8'],
  ])('answers Accept %j with %s', async (accept, type) => {
    const { log } = await readableLog()
    const app = catchErrors(log)(raising(new Error('x')).now)
    const response = await inject(app, { path: '/', headers: accept === undefined ? {} : { accept } })
    expect(response.headers['content-type']).toBe(type)
  })

  it('leaves the status and the headers of an HttpError, and logs none that the client may read', async () => {
    const { log, lines } = await readableLog()
    const refused = new HttpError(409, 'it is taken', { headers: { 'retry-after': '7' } })
    const response = await inject(catchErrors(log)(raising(refused).later), { path: '/' })
    expect(response.status).toBe(409)
    expect(response.headers['retry-after']).toBe('7')
    expect(response.text()).toContain('it is taken')
    expect(lines).toEqual([])
  })

  it('hides and logs the message of an HttpError that is for the operator', async () => {
    const { log, lines } = await readableLog()
    const app = catchErrors(log)(raising(new HttpError(503, 'db-7 is down')).now)
    const response = await inject(app, { path: '/' })
    expect(response.status).toBe(503)
    expect(response.text()).not.toContain('db-7')
    expect(lines[0]).toMatchObject({ err: { message: 'db-7 is down' } })
  })

  it('has no answer for a client that left', async () => {
    const { log, lines } = await readableLog()
    const app = catchErrors(log)(raising(new ClientGone()).later)
    const gone: App = async (req) => {
      await expect(app(req)).rejects.toBeInstanceOf(ClientGone)
      return text('seen')
    }
    expect((await inject(gone, { path: '/' })).text()).toBe('seen')
    expect(lines).toEqual([])
  })

  it('copes with what is no Error', async () => {
    const { log, lines } = await readableLog()
    expect((await inject(catchErrors(log)(raising('a string').now), { path: '/' })).status).toBe(500)
    expect((await inject(catchErrors(log)(raising(undefined).later), { path: '/' })).status).toBe(500)
    expect(lines).toHaveLength(2)
  })

  it('lets answers through as they are', async () => {
    const { log, lines } = await readableLog()
    expect(
      (
        await inject(
          catchErrors(log)(() => text('x', 404)),
          { path: '/' },
        )
      ).status,
    ).toBe(404)
    expect(lines).toEqual([])
  })
})
