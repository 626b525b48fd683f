// glance's context filters.
import { describe, expect, it } from 'vitest'
import { type App, type Filter, HttpError, inject, json } from '../../src/http/index.ts'
import { filterFactory, unauthenticatedFilterFactory } from '../../src/middleware/identity-context.ts'
import { identityContextGroup, requestId } from '../../src/middleware/index.ts'
import { settingsOf } from './filtering.ts'

const app: App = (req) => json({ context: req.environ.context, id: req.environ.requestId })
const confirmed = {
  'x-identity-status': 'Confirmed',
  'x-user-id': 'u1',
  'x-project-id': 'p1',
  'x-roles': 'Member, ADMIN',
}

const context = (texts: Record<string, string> = {}): Filter =>
  filterFactory({}, settingsOf(identityContextGroup, texts))

async function seen(filter: Filter, headers: Record<string, string> = {}) {
  const response = await inject(filter(app), { path: '/', headers })
  return { status: response.status, header: response.headers['x-openstack-request-id'], ...parsed(response) }
}

function parsed(response: { status: number; json(): unknown }): { context?: unknown; id?: string } {
  return response.status === 200 ? (response.json() as { context: unknown; id: string }) : {}
}

describe('context', () => {
  it('row 18: makes the context of a confirmed identity, roles in lower case', async () => {
    expect((await seen(context(), confirmed)).context).toMatchObject({
      userId: 'u1',
      projectId: 'p1',
      roles: ['member', 'admin'],
      isAdmin: true,
    })
    const { context: ofOther } = await seen(context({ admin_role: 'Boss' }), confirmed)
    expect(ofOther).toMatchObject({ isAdmin: false })
  })

  it.each([
    ['nothing', {}],
    ['an identity that is not confirmed', { ...confirmed, 'x-identity-status': 'Invalid' }],
    ['a status without a user', { 'x-identity-status': 'Confirmed' }],
  ])('answers %s with 401', async (_, headers: Record<string, string>) => {
    expect((await seen(context(), headers)).status).toBe(401)
  })

  it('lets strangers in where that is allowed, with no rights', async () => {
    const { status, context: anonymous } = await seen(context({ allow_anonymous_access: 'true' }), {
      'x-roles': 'admin',
    })
    expect({ status, anonymous }).toMatchObject({ status: 200, anonymous: { userId: null, roles: [], isAdmin: false } })
  })

  it('gives the id of the request back: its own, the one that the caller gave, or that of request_id', async () => {
    const own = await seen(context(), confirmed)
    expect(own.id).toMatch(/^req-[\da-f-]{36}$/u)
    expect(own.header).toBe(own.id)
    for (const [given, id] of [
      ['req-mine', 'req-mine'],
      ['mine', 'req-mine'],
    ] as const) {
      const { header, id: taken } = await seen(context(), { ...confirmed, 'x-openstack-request-id': given })
      expect({ header, taken }).toEqual({ header: id, taken: id })
    }
    const outer = await seen((inner) => requestId()(context()(inner)), {
      ...confirmed,
      'x-openstack-request-id': 'mine',
    })
    expect(outer.id).toMatch(/^req-[\da-f-]{36}$/u)
  })

  it('answers 431 to an id that is too long; the original goes on with the error as its context', async () => {
    const headers = { ...confirmed, 'x-openstack-request-id': 'x'.repeat(65) }
    expect((await seen(context(), headers)).status).toBe(431)
    expect((await seen(context({ max_request_id_length: '0' }), headers)).status).toBe(200)
  })

  it('labels errors too', async () => {
    const failing: App = () => {
      throw new HttpError(404)
    }
    const response = await inject(context()(failing), { path: '/', headers: confirmed })
    expect({ status: response.status, id: response.headers['x-openstack-request-id'] }).toMatchObject({
      status: 404,
      id: expect.stringMatching(/^req-/u) as string,
    })
  })
})

describe('unauthenticated-context', () => {
  it('row 18: makes an administrator of everybody', async () => {
    const filter = unauthenticatedFilterFactory({}, settingsOf(identityContextGroup))
    const { status, context: everybody, header } = await seen(filter)
    expect({ status, everybody }).toMatchObject({
      status: 200,
      everybody: { userId: null, isAdmin: true, roles: ['admin'] },
    })
    expect(header).toMatch(/^req-/u)
  })
})
