// oslo.middleware's request_id and nova's compute_req_id.
import { describe, expect, it } from 'vitest'
import { type App, empty, HttpError, inject, json, text } from '../../src/http/index.ts'
import { currentContext } from '../../src/log/index.ts'
import { computeFilterFactory, filterFactory } from '../../src/middleware/request-id.ts'
import { requestId } from '../../src/middleware/index.ts'
import { contextWith } from './filtering.ts'

const uuid = 'b0a5bd9e-1c2f-4a33-8f1e-0123456789ab'
const generated = /^req-[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/u

const tell: App = ({ environ }) => json({ own: environ.requestId, global: environ.globalRequestId ?? null })

describe('request_id', () => {
  it('makes a new id for every request and returns it', async () => {
    const app = requestId()(tell)
    const [first, second] = [await inject(app, { path: '/' }), await inject(app, { path: '/' })]
    expect(first.headers['x-openstack-request-id']).toMatch(generated)
    expect(first.json()).toEqual({ own: first.headers['x-openstack-request-id'], global: null })
    expect(second.headers['x-openstack-request-id']).not.toBe(first.headers['x-openstack-request-id'])
  })

  it.each([
    [`req-${uuid}`, true],
    [`req-${uuid.toUpperCase()}`, false],
    [uuid, false],
    [`req-${uuid}x`, false],
    [`req-${uuid.replaceAll('-', '')}`, false],
    ['', false],
    ['x'.repeat(8000), false],
  ])("of the caller's id %j keeps it as the global one: %j", async (given, isKept) => {
    const response = await inject(requestId()(tell), { path: '/', headers: { 'X-OpenStack-Request-Id': given } })
    expect(response.json()).toMatchObject({ global: isKept ? given : null })
    expect(response.headers['x-openstack-request-id']).toMatch(generated)
    expect(response.headers['x-openstack-request-id']).not.toBe(given)
  })

  it('leaves an id alone that the app has set', async () => {
    const app = requestId()(() => text('', 200, { 'x-openstack-request-id': 'mine' }))
    expect((await inject(app, { path: '/' })).headers['x-openstack-request-id']).toBe('mine')
  })

  it('adds nothing when the app raises, at once or later', async () => {
    const raise = (): never => {
      throw new HttpError(400)
    }
    for (const app of [raise, async () => raise()] satisfies App[]) {
      const response = await inject(requestId()(app), { path: '/' })
      expect(response.status).toBe(400)
      expect(response.headers['x-openstack-request-id']).toBeUndefined()
    }
  })

  it('answers at once when the app does', async () => {
    const answers: unknown[] = []
    const app = requestId()(() => empty())
    const watched: App = (req) => {
      const answer = app(req)
      answers.push(answer)
      return answer
    }
    await inject(watched, { path: '/' })
    expect(answers).toEqual([expect.objectContaining({ status: 204 })])
  })

  it('puts the ids into every log line of the request, also after it waited', async () => {
    const app = requestId()(async () => {
      await new Promise((resolve) => setImmediate(resolve))
      return json(currentContext())
    })
    const response = await inject(app, { path: '/', headers: { 'x-openstack-request-id': `req-${uuid}` } })
    expect(response.json()).toEqual({
      request_id: response.headers['x-openstack-request-id'],
      global_request_id: `req-${uuid}`,
    })
    expect(currentContext()).toBeUndefined()
  })

  it('is what its factory makes', async () => {
    const filter = await filterFactory({}, {}, contextWith())
    expect(Object.keys((await inject(filter(tell), { path: '/' })).headers)).toContain('x-openstack-request-id')
  })
})

describe('compute_req_id', () => {
  it('returns the same id in both headers', async () => {
    const filter = await computeFilterFactory({}, {}, contextWith())
    const { headers } = await inject(filter(tell), { path: '/' })
    expect(headers['x-compute-request-id']).toMatch(generated)
    expect(headers['x-compute-request-id']).toBe(headers['x-openstack-request-id'])
  })

  it('leaves each of them alone that the app has set', async () => {
    const filter = await computeFilterFactory({}, {}, contextWith())
    const app = filter(() => text('', 200, { 'x-compute-request-id': 'mine' }))
    const { headers } = await inject(app, { path: '/' })
    expect(headers['x-compute-request-id']).toBe('mine')
    expect(headers['x-openstack-request-id']).toMatch(generated)
  })
})
