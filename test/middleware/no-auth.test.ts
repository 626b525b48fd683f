// nova's noauth2 tokens: user:project, and who has none is nobody.
import { describe, expect, it } from 'vitest'
import { type App, inject, json } from '../../src/http/index.ts'
import { currentContext } from '../../src/log/index.ts'
import { filterFactory } from '../../src/middleware/no-auth.ts'
import { noAuth, type RequestContext, requestId } from '../../src/middleware/index.ts'
import { contextWith, readableLog } from './filtering.ts'

async function contextOf(headers: Record<string, string>): Promise<RequestContext | undefined> {
  let context: RequestContext | undefined
  const filter = await filterFactory({}, {}, contextWith())
  const app: App = (req) => {
    context = req.environ.context
    return json(null)
  }
  await inject(filter(app), { path: '/', headers, remoteAddress: '192.0.2.1' })
  return context
}

describe('noauth', () => {
  it.each([
    ['admin:proj', 'admin', 'proj', true],
    ['alice:proj', 'alice', 'proj', false],
    ['alice', 'alice', 'alice', false],
    ['alice:', 'alice', 'alice', false],
    ['admin', 'admin', 'admin', true],
    ['a:b:c', 'a', 'b:c', false],
    [' alice:p ', 'alice', 'p', false],
    ['Admin:p', 'Admin', 'p', false],
  ])('the token %j is the user %s in %s, an administrator: %j', async (token, userId, projectId, isAdmin) => {
    const context = await contextOf({ 'x-auth-token': token })
    expect(context).toMatchObject({ userId, projectId, isAdmin, roles: isAdmin ? ['admin'] : [], isAnonymous: false })
    expect(context).toMatchObject({ remoteAddress: '192.0.2.1', authToken: token.trim() })
  })

  it.each([{}, { 'x-auth-token': '' }, { 'x-auth-token': '  ' }, { 'x-user-id': 'admin', 'x-roles': 'admin' }])(
    'with %j nobody asks',
    async (headers: Record<string, string>) => {
      expect(await contextOf(headers)).toMatchObject({
        userId: null,
        projectId: null,
        isAdmin: false,
        isAnonymous: true,
      })
    },
  )

  it('lets log lines name the user', async () => {
    const app = requestId()(noAuth()(() => json(currentContext())))
    const response = await inject(app, { path: '/', headers: { 'x-auth-token': 'alice:shop' } })
    expect(response.json()).toEqual({
      request_id: response.headers['x-openstack-request-id'],
      user: 'alice',
      project: 'shop',
    })
  })

  it('keeps the token out of logs and JSON', async () => {
    const context = await contextOf({ 'x-auth-token': 'geheim:geheim2' })
    const { log, lines } = await readableLog()
    log.info({ context }, 'who')
    expect(lines[0]).toMatchObject({ context: { userId: 'geheim' } })
    expect(JSON.stringify(lines)).not.toContain('geheim:')
    expect(JSON.stringify(context)).not.toContain('geheim:')
  })
})
