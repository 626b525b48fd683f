// nova's keystonecontext: identity headers → the request's context.
import { describe, expect, it } from 'vitest'
import { type App, inject, json, text } from '../../src/http/index.ts'
import { filterFactory } from '../../src/middleware/keystone-context.ts'
import { keystoneContext, type RequestContext, requestId } from '../../src/middleware/index.ts'
import { contextWith } from './filtering.ts'

async function ask(headers: Record<string, string>): Promise<{ status: number; context: RequestContext | undefined }> {
  let context: RequestContext | undefined
  const app: App = (req) => {
    context = req.environ.context
    return text('')
  }
  const { status } = await inject(requestId()(keystoneContext()(app)), { path: '/', headers })
  return { status, context }
}

describe('keystonecontext', () => {
  it('takes over all that auth_token says', async () => {
    const { context } = await ask({
      'x-user-id': 'u1',
      'x-user-name': 'alice',
      'x-user-domain-id': 'd1',
      'x-user-domain-name': 'Default',
      'x-project-id': 'p1',
      'x-project-name': 'shop',
      'x-project-domain-id': 'd2',
      'x-project-domain-name': 'Other',
      'x-roles': 'member, reader,,',
      'x-is-admin-project': 'False',
      'x-service-catalog': '[{"type":"compute"}]',
      'x-auth-token': 't0ken',
    })
    expect(context).toEqual(
      expect.objectContaining({
        userId: 'u1',
        userName: 'alice',
        userDomainId: 'd1',
        userDomainName: 'Default',
        projectId: 'p1',
        projectName: 'shop',
        projectDomainId: 'd2',
        projectDomainName: 'Other',
        domainId: null,
        systemScope: null,
        roles: ['member', 'reader'],
        isAdmin: false,
        isAdminProject: false,
        serviceCatalog: [{ type: 'compute' }],
        requestId: expect.stringMatching(/^req-/u) as string,
      }),
    )
    expect(context?.authToken).toBe('t0ken')
  })

  it.each<[Record<string, string>, Partial<RequestContext>]>([
    [{ 'x-user': 'u' }, { userId: 'u' }],
    [{ 'x-user': 'old', 'x-user-id': 'new' }, { userId: 'new' }],
    [{ 'x-user-id': 'u', 'x-tenant-id': 'p' }, { projectId: 'p' }],
    [{ 'x-user-id': 'u', 'x-tenant': 'p' }, { projectId: 'p' }],
    [
      { 'x-user-id': 'u', 'x-role': 'Admin' },
      { roles: ['Admin'], isAdmin: true },
    ],
    [{ 'x-user-id': 'u', 'openstack-system-scope': 'all' }, { systemScope: 'all' }],
    [{ 'x-user-id': 'u' }, { isAdminProject: true, serviceCatalog: null, roles: [] }],
  ])('of %j makes %j', async (headers, expected) => {
    expect((await ask(headers)).context).toMatchObject(expected)
  })

  it.each<[Record<string, string>, number]>([
    [{}, 401],
    [{ 'x-user-id': '' }, 401],
    [{ 'x-user-name': 'alice' }, 401],
    [{ 'x-user-id': 'u', 'x-service-catalog': '{broken' }, 500],
    [{ 'x-user-id': 'u', 'x-service-catalog': '{"a":1}' }, 500],
  ])('answers %j with %i and asks no app', async (headers, status) => {
    expect(await ask(headers)).toEqual({ status, context: undefined })
  })

  it('is what its factory makes', async () => {
    const filter = await filterFactory({}, {}, contextWith())
    const app = filter((req) => json(req.environ.context?.userId))
    expect((await inject(app, { path: '/', headers: { 'x-user-id': 'u' } })).json()).toBe('u')
  })
})
