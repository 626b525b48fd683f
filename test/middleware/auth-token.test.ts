// keystonemiddleware's auth_token against a fake Keystone of version 3.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { request } from 'undici'
import { describe, expect, expectTypeOf, it, onTestFinished } from 'vitest'
import { type App, createEdge, HttpError, inject, json, text } from '../../src/http/index.ts'
import { filterFactory } from '../../src/middleware/auth-token.ts'
import { authTokenGroup, type AuthTokenSettings, keystoneContext } from '../../src/middleware/index.ts'
import { contextWith, type Line, readableLog, settingsOf } from './filtering.ts'
import { FakeKeystone, tokenOf } from './keystone.ts'

/** What of the identity the app sees. */
const tell: App = ({ headers }) =>
  json(
    Object.fromEntries(
      Object.entries(headers).filter(([name]) => /^(?:x-(?!auth-token|storage-token)|openstack-)/u.test(name)),
    ),
  )

interface Guarded {
  readonly keystone: FakeKeystone
  readonly lines: Line[]
  ask(headers?: Record<string, string>): Promise<{ status: number; headers: Record<string, unknown>; text: string }>
}

async function guarded(texts: Record<string, string> = {}, inside: App = tell): Promise<Guarded> {
  const keystone = await FakeKeystone.start()
  keystone.tokens.set('good', tokenOf({}))
  const { log, lines } = await readableLog()
  const settings = settingsOf(authTokenGroup, {
    auth_url: keystone.url,
    www_authenticate_uri: 'https://keystone.example',
    username: 'shop',
    password: 'geheim',
    project_name: 'service',
    ...texts,
  })
  const app = filterFactory({}, settings, contextWith({ log }))(inside)
  return {
    keystone,
    lines,
    ask: async (headers = {}) => {
      const response = await inject(app, { path: '/', headers })
      return { status: response.status, headers: response.headers, text: response.text() }
    },
  }
}

const challenge = 'Keystone uri="https://keystone.example"'

describe('auth_token, a good token', () => {
  it('logs in, asks Keystone and tells the app who asks', async () => {
    const { keystone, ask } = await guarded()
    const response = await ask({ 'x-auth-token': ' good ' })
    expect(JSON.parse(response.text)).toEqual({
      'x-identity-status': 'Confirmed',
      'x-user-id': 'u1',
      'x-user-name': 'alice',
      'x-user-domain-id': 'default',
      'x-user-domain-name': 'Default',
      'x-project-id': 'p1',
      'x-project-name': 'shop',
      'x-project-domain-id': 'default',
      'x-project-domain-name': 'Default',
      'x-roles': 'member,reader',
      'x-is-admin-project': 'True',
      'x-role': 'member,reader',
      'x-user': 'alice',
      'x-tenant-id': 'p1',
      'x-tenant-name': 'shop',
      'x-tenant': 'shop',
    })
    expect(keystone.asked).toMatchObject([
      { method: 'GET', url: '/', headers: { accept: 'application/json' } },
      {
        method: 'POST',
        url: '/v3/auth/tokens',
        body: {
          auth: {
            identity: {
              methods: ['password'],
              password: { user: { name: 'shop', domain: { name: 'Default' }, password: 'geheim' } },
            },
            scope: { project: { name: 'service', domain: { name: 'Default' } } },
          },
        },
      },
      {
        method: 'GET',
        url: '/v3/auth/tokens',
        headers: { 'x-auth-token': 'service-1', 'x-subject-token': 'good', 'openstack-identity-access-rules': '1' },
      },
    ])
  })

  it.each([
    [{ 'x-storage-token': 'good' }, 200],
    [{ 'x-auth-token': 'bad', 'x-storage-token': 'good' }, 401],
  ])('in %j: %i', async (headers: Record<string, string>, status) => {
    expect((await (await guarded()).ask(headers)).status).toBe(status)
  })

  it.each<[string, object, Record<string, string | undefined>]>([
    [
      'a domain',
      { project: undefined, domain: { id: 'd', name: 'D' } },
      { 'x-domain-id': 'd', 'x-domain-name': 'D', 'x-project-id': undefined, 'x-tenant': undefined },
    ],
    [
      'the whole deployment',
      { project: undefined, system: { all: true } },
      { 'openstack-system-scope': 'all', 'x-project-id': undefined },
    ],
    ['a project that is not the admin project', { is_admin_project: false }, { 'x-is-admin-project': 'False' }],
    ['nobody in particular', { roles: undefined }, { 'x-roles': '' }],
  ])('of %s', async (_what, parts, expected) => {
    const { keystone, ask } = await guarded()
    keystone.tokens.set('scoped', tokenOf(parts))
    const seen = JSON.parse((await ask({ 'x-auth-token': 'scoped' })).text) as Record<string, string>
    for (const [name, value] of Object.entries(expected)) expect([name, seen[name]]).toEqual([name, value])
  })

  const catalog = [
    {
      type: 'compute',
      name: 'nova',
      endpoints: [
        { region: 'one', interface: 'public', url: 'http://p1' },
        { region: 'one', interface: 'internal', url: 'http://i1' },
        { region: 'two', interface: 'public', url: 'http://p2' },
      ],
    },
  ]

  it('with its catalog in the form of version 2', async () => {
    const { keystone, ask } = await guarded()
    keystone.tokens.set('rich', tokenOf({ catalog }))
    const seen = JSON.parse((await ask({ 'x-auth-token': 'rich' })).text) as Record<string, string>
    expect(JSON.parse(seen['x-service-catalog'] ?? '')).toEqual([
      {
        type: 'compute',
        name: 'nova',
        endpoints: [
          { region: 'one', publicURL: 'http://p1', internalURL: 'http://i1' },
          { region: 'two', publicURL: 'http://p2' },
        ],
      },
    ])
  })

  it('without asking for the catalog, when told so', async () => {
    const { keystone, ask } = await guarded({ include_service_catalog: 'false' })
    await ask({ 'x-auth-token': 'good' })
    expect(keystone.asked.at(-1)?.url).toBe('/v3/auth/tokens?nocatalog')
  })

  it.each([
    ['', 1],
    ['/', 1],
    ['/v3', 0],
    ['/v3/', 0],
  ])('with auth_url ending in %j', async (ending, documents) => {
    const { keystone } = await guarded()
    const settings = settingsOf(authTokenGroup, {
      auth_url: keystone.url + ending,
      user_id: 'u',
      password: 'p',
      project_id: 'p',
    })
    const app = filterFactory({}, settings, contextWith())(tell)
    expect((await inject(app, { path: '/', headers: { 'x-auth-token': 'good' } })).status).toBe(200)
    expect(keystone.asked[documents]).toMatchObject({
      url: '/v3/auth/tokens',
      body: { auth: { identity: { password: { user: { id: 'u' } } }, scope: { project: { id: 'p' } } } },
    })
  })

  it('makes a context through keystonecontext', async () => {
    const { ask } = await guarded(
      {},
      keystoneContext()((req) => json(req.environ.context)),
    )
    expect(JSON.parse((await ask({ 'x-auth-token': 'good' })).text)).toMatchObject({
      userId: 'u1',
      roles: ['member', 'reader'],
    })
  })
})

const forgeries: Record<string, string> = {
  'X-Identity-Status': 'Confirmed',
  'X-User-Id': 'root',
  'X-User': 'root',
  'X-User-Name': 'root',
  'X-Roles': 'admin',
  'X-Role': 'admin',
  'X-Project-Id': 'all',
  'X-Tenant': 'all',
  'X-Domain-Id': 'all',
  'X-Is-Admin-Project': 'True',
  'X-Service-Catalog': '[]',
  'X-Service-Identity-Status': 'Confirmed',
  'X-Service-Roles': 'service',
  'X-Service-User-Id': 'root',
  'X-Service-Project-Domain-Name': 'x',
  'OpenStack-System-Scope': 'all',
  X_User_Id: 'root',
  'X-USER_ROLES': 'kept',
  'X-Other': 'kept',
}

describe('auth_token, forged identity', () => {
  it('is taken off a request without a token', async () => {
    const { ask } = await guarded({ delay_auth_decision: 'true' })
    const response = await ask(forgeries)
    expect(JSON.parse(response.text)).toEqual({
      'x-identity-status': 'Invalid',
      'x-user_roles': 'kept',
      'x-other': 'kept',
    })
  })

  it('is taken off a request with a good token', async () => {
    const { keystone, ask } = await guarded()
    keystone.tokens.set('small', tokenOf({ project: undefined, roles: [] }))
    const seen = JSON.parse((await ask({ ...forgeries, 'x-auth-token': 'small' })).text) as Record<string, string>
    expect(seen).toMatchObject({ 'x-user-id': 'u1', 'x-roles': '', 'x-other': 'kept' })
    for (const name of [
      'x-project-id',
      'x-tenant',
      'x-domain-id',
      'openstack-system-scope',
      'x-service-roles',
      'x_user_id',
    ]) {
      expect(Object.keys(seen)).not.toContain(name)
    }
  })

  it('is taken off everything that node keeps of a real request', async () => {
    const { keystone } = await guarded()
    const settings = settingsOf(authTokenGroup, {
      auth_url: keystone.url,
      username: 'shop',
      password: 'x',
      delay_auth_decision: 'yes',
    })
    const app = filterFactory(
      {},
      settings,
      contextWith(),
    )(({ node: { message } }) =>
      json({
        raw: message.rawHeaders,
        distinct: Object.keys(message.headersDistinct),
        headers: Object.keys(message.headers),
      }),
    )
    const server = createServer(createEdge(app).handle)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const { body } = await request(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, {
      headers: forgeries,
      reset: true,
    })
    const all = await body.text()
    expect(all.toLowerCase()).not.toMatch(/root|x-roles|x-user-id|system-scope|x-service|x_user_id/u)
    expect(JSON.parse(all)).toMatchObject({
      raw: expect.arrayContaining(['X-Other', 'kept', 'x-identity-status', 'Invalid']) as string[],
    })
  })
})

describe('auth_token, no good token', () => {
  it.each([{}, { 'x-auth-token': '' }, { 'x-auth-token': 'bad' }])(
    '%j: 401 with the place to get one',
    async (headers: Record<string, string>) => {
      const { ask } = await guarded()
      const response = await ask(headers)
      expect(response).toMatchObject({
        status: 401,
        headers: { 'www-authenticate': challenge, 'content-type': 'application/json' },
      })
      expect(JSON.parse(response.text)).toEqual({
        error: { code: 401, title: 'Unauthorized', message: 'The request you have made requires authentication.' },
      })
    },
  )

  it('is let in when the decision is the app’s', async () => {
    const { ask } = await guarded({ delay_auth_decision: 'true' })
    for (const headers of [{}, { 'x-auth-token': 'bad' }] as Record<string, string>[]) {
      expect(JSON.parse((await ask(headers)).text)).toEqual({ 'x-identity-status': 'Invalid' })
    }
  })

  it('names auth_url when there is no public address', async () => {
    const { keystone, ask } = await guarded({ www_authenticate_uri: '' })
    expect((await ask()).headers['www-authenticate']).toBe(`Keystone uri="${keystone.url}"`)
  })

  it('adds the place to the app’s own 401, returned or raised', async () => {
    const raise: App = async () => {
      throw new HttpError(401)
    }
    for (const app of [() => text('', 401), raise] satisfies App[]) {
      const { ask } = await guarded({}, app)
      expect(await ask({ 'x-auth-token': 'good' })).toMatchObject({
        status: 401,
        headers: { 'www-authenticate': challenge },
      })
    }
    const { ask } = await guarded({}, () => text('', 401, { 'www-authenticate': 'Basic' }))
    expect((await ask({ 'x-auth-token': 'good' })).headers['www-authenticate']).toEqual(['Basic', challenge])
  })
})

describe('auth_token, its cache', () => {
  it.each(['good', 'bad'])('asks once for a %s token', async (token) => {
    const { keystone, ask } = await guarded()
    for (let time = 0; time < 3; time += 1) await ask({ 'x-auth-token': token })
    expect(keystone.validations).toBe(1)
  })

  it('asks once for many requests at the same time, and logs in once', async () => {
    const { keystone, ask } = await guarded()
    let release = (): void => undefined
    keystone.mood.hold = new Promise((resolve) => (release = resolve))
    keystone.tokens.set('other', tokenOf({}))
    const answers = ['good', 'good', 'good', 'other'].map((token) => ask({ 'x-auth-token': token }))
    while (keystone.validations < 2) await new Promise((resolve) => setImmediate(resolve))
    release()
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(keystone.validations).toBe(2)
    expect(keystone.logins.size).toBe(1)
  })

  it('asks each time when told so', async () => {
    const { keystone, ask } = await guarded({ token_cache_time: '-1' })
    for (let time = 0; time < 3; time += 1) await ask({ 'x-auth-token': 'good' })
    expect(keystone.validations).toBe(3)
  })

  it('does not let a token in that has ended', async () => {
    const { keystone, ask } = await guarded()
    keystone.tokens.set('ended', tokenOf({ expires_at: '2020-01-01T00:00:00Z' }))
    expect((await ask({ 'x-auth-token': 'ended' })).status).toBe(401)
  })

  it('answers at once from the cache', async () => {
    const keystone = await FakeKeystone.start()
    keystone.tokens.set('good', tokenOf({}))
    const settings = settingsOf(authTokenGroup, { auth_url: keystone.url, username: 'u', password: 'p' })
    const app = filterFactory({}, settings, contextWith())(tell)
    const kinds: boolean[] = []
    const watched: App = (req) => {
      const answer = app(req)
      kinds.push(answer instanceof Promise)
      return answer
    }
    for (let time = 0; time < 2; time += 1) await inject(watched, { path: '/', headers: { 'x-auth-token': 'good' } })
    expect(kinds).toEqual([true, false])
  })
})

describe('auth_token, a Keystone in trouble', () => {
  it.each<[string, Partial<FakeKeystone['mood']>]>([
    ['answers 500', { status: 500 }],
    ['answers 503', { status: 503 }],
    ['sends us elsewhere', { status: 302 }],
    ['refuses our login', { refusesLogin: true }],
    ['answers no JSON', { nonsense: '<html>' }],
    ['answers other JSON', { nonsense: '{"token":{}}' }],
  ])('that %s: 503, in the log with the reason; later all is well', async (_what, mood) => {
    const { keystone, lines, ask } = await guarded()
    Object.assign(keystone.mood, mood)
    expect(await ask({ 'x-auth-token': 'good' })).toMatchObject({
      status: 503,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
    })
    expect(lines).toEqual([
      expect.objectContaining({ level: 'error', msg: expect.stringContaining('no token can be validated') as string }),
    ])
    expect(JSON.stringify(lines)).not.toContain('geheim')
    for (const key of Object.keys(mood)) delete keystone.mood[key as keyof typeof mood]
    expect((await ask({ 'x-auth-token': 'good' })).status).toBe(200)
  })

  it('that is not there: 503; with the decision at the app, Invalid', async () => {
    // Nothing listens on the reserved port 1.
    const gone = { auth_url: 'http://127.0.0.1:1' }
    expect((await (await guarded(gone)).ask({ 'x-auth-token': 'good' })).status).toBe(503)
    const { ask } = await guarded({ ...gone, delay_auth_decision: 'true' })
    expect(JSON.parse((await ask({ 'x-auth-token': 'good' })).text)).toEqual({ 'x-identity-status': 'Invalid' })
  })

  it('that does not answer in time: 503', async () => {
    const { keystone, ask } = await guarded({ http_connect_timeout: '0.2' })
    let release = (): void => undefined
    keystone.mood.hold = new Promise((resolve) => (release = resolve))
    expect((await ask({ 'x-auth-token': 'good' })).status).toBe(503)
    release()
  })

  it('that has forgotten our own token: one new login', async () => {
    const { keystone, ask } = await guarded({ token_cache_time: '-1' })
    await ask({ 'x-auth-token': 'good' })
    keystone.logins.delete('service-1')
    keystone.logins.add('placeholder')
    expect((await ask({ 'x-auth-token': 'good' })).status).toBe(200)
    expect(keystone.asked.filter(({ method }) => method === 'POST')).toHaveLength(2)
  })
})

describe('auth_token, its settings', () => {
  it('are typed', () => {
    expectTypeOf(filterFactory).parameter(1).toEqualTypeOf<AuthTokenSettings>()
    expectTypeOf<AuthTokenSettings['auth_url']>().toEqualTypeOf<string | null>()
    expectTypeOf<AuthTokenSettings['token_cache_time']>().toEqualTypeOf<number>()
  })

  it.each(['auth_url', 'username', 'password'])('without %s it is not built', (name) => {
    const texts: Record<string, string> = { auth_url: 'http://k', username: 'u', password: 'p' }
    delete texts[name]
    expect(() => filterFactory({}, settingsOf(authTokenGroup, texts), contextWith())).toThrow(
      expect.objectContaining({
        code: 'SLIPWAY_CONFIG_REQUIRED',
        message: `option "keystone_authtoken.${name}" has no value and needs one`,
      }),
    )
  })
})
