// The filters that do one small thing each.
import { describe, expect, it } from 'vitest'
import { type App, appendVary, HttpError, inject, json, text } from '../../src/http/index.ts'
import { filterFactory as cacheFactory } from '../../src/middleware/image-cache.ts'
import { correlationId, legacyV2Compatible, noAuthToken, secureProxyGroup } from '../../src/middleware/index.ts'
import { projectFilterFactory, tokenFilterFactory } from '../../src/middleware/no-auth.ts'
import { filterFactory as sslFactory } from '../../src/middleware/ssl.ts'
import { contextWith, mirror, readableLog, settingsOf } from './filtering.ts'

describe('correlation_id', () => {
  const app = correlationId()((req) =>
    json({ header: req.header('x-correlation-id'), slot: req.environ.correlationId }),
  )

  it.each(['x-correlation-id', 'X_CORRELATION_ID'])('keeps the id that comes in %s', async (name) => {
    const response = await inject(app, { path: '/', headers: { [name]: 'c1' } })
    expect(response.json()).toEqual({ header: 'c1', slot: 'c1' })
    expect(response.headers).not.toHaveProperty('x-correlation-id')
  })

  it('makes one where there is none', async () => {
    for (const headers of [{}, { 'x-correlation-id': '' }] as Record<string, string>[]) {
      const seen = (await inject(app, { path: '/', headers })).json() as { header: string; slot: string }
      expect(seen.header).toMatch(/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/u)
      expect(seen.slot).toBe(seen.header)
    }
  })
})

describe('ssl', () => {
  const schemeOf = async (headers: Record<string, string>, remoteAddress = '10.0.0.1', texts = {}) => {
    const { log, lines } = await readableLog()
    const filter = sslFactory({}, settingsOf(secureProxyGroup, texts), contextWith({ log }))
    const response = await inject(filter(mirror), { path: '/', headers, remoteAddress })
    return { scheme: (response.json() as { scheme: string }).scheme, warnings: lines.map(({ level }) => level) }
  }

  it('takes the scheme of a trusted proxy, and says that it is out of date', async () => {
    expect(await schemeOf({ 'x-forwarded-proto': 'https' })).toEqual({ scheme: 'https', warnings: ['warn'] })
    expect((await schemeOf({ 'x-tls': 'https' }, '10.0.0.1', { secure_proxy_ssl_header: 'X-TLS' })).scheme).toBe(
      'https',
    )
  })

  it.each([
    ['a stranger', { 'x-forwarded-proto': 'https' }, '192.0.2.1'],
    ['a scheme that is none', { 'x-forwarded-proto': 'javascript' }, '10.0.0.1'],
    ['nothing', {}, '10.0.0.1'],
  ])('takes none of %s', async (_, headers: Record<string, string>, address) => {
    expect((await schemeOf(headers, address)).scheme).toBe('http')
  })
})

describe('legacy_v2_compatible', () => {
  it('row 60: hides the microversion from the app and that of the app from the client', async () => {
    let seen: unknown
    const app: App = (req) => {
      seen = [req.header('openstack-api-version'), req.header('x-openstack-nova-api-version'), req.environ.isLegacyV2]
      const response = text('x', 200, {
        'openstack-api-version': 'compute 2.1',
        'x-openstack-nova-api-version': '2.1',
        vary: 'Accept, OpenStack-API-Version, X-OpenStack-Nova-API-Version',
      })
      return response
    }
    const headers = { 'OpenStack-API-Version': 'compute 2.90', 'X-OpenStack-Nova-API-Version': '2.90' }
    const response = await inject(legacyV2Compatible()(app), { path: '/', headers })
    expect(seen).toEqual([undefined, undefined, true])
    expect(response.headers).toEqual({
      'content-type': 'text/plain; charset=utf-8',
      vary: 'Accept',
      'content-length': '1',
    })
  })

  it('takes Vary off when nothing else is in it, and leaves another alone', async () => {
    const app =
      (vary: string | null): App =>
      () => {
        const response = text('x')
        if (vary !== null) appendVary(response, vary)
        return response
      }
    const varyOf = async (vary: string | null) =>
      (await inject(legacyV2Compatible()(app(vary)), { path: '/' })).headers.vary
    expect([await varyOf('openstack-api-version'), await varyOf('Origin'), await varyOf(null)]).toEqual([
      undefined,
      'Origin',
      undefined,
    ])
  })

  it('does so for errors too', async () => {
    const app: App = () => {
      throw new HttpError(400, 'bad', { headers: { 'openstack-api-version': 'compute 2.1' } })
    }
    const response = await inject(legacyV2Compatible()(app), { path: '/' })
    expect(response.status).toBe(400)
    expect(response.headers).not.toHaveProperty('openstack-api-version')
  })
})

describe('noauth2', () => {
  const app = noAuthToken()((req) => json(req.environ.context))

  it('row 19: without a token it answers with the one to use', async () => {
    const response = await inject(app, {
      path: '/v2.1/',
      host: 'api.example',
      headers: { 'x-auth-user': 'u', 'x-auth-project-id': 'p' },
    })
    expect({ status: response.status, headers: response.headers }).toEqual({
      status: 204,
      headers: { 'x-auth-token': 'u:p', 'x-server-management-url': 'http://api.example/v2.1' },
    })
    expect((await inject(app, { path: '/' })).headers).toMatchObject({ 'x-auth-token': 'admin:admin' })
  })

  it('with a token it makes a context, an administrator of admin', async () => {
    const contextOf = async (token: string) =>
      (await inject(app, { path: '/', headers: { 'x-auth-token': token } })).json()
    expect(await contextOf('u:p')).toMatchObject({ userId: 'u', projectId: 'p', isAdmin: false })
    expect(await contextOf('admin:p')).toMatchObject({
      userId: 'admin',
      projectId: 'p',
      isAdmin: true,
      roles: ['admin'],
    })
  })

  it('tells the address with the project in it where the API has it in its paths', async () => {
    const urlOf = async (filter: typeof tokenFilterFactory) =>
      (
        await inject((await filter({}, {}, contextWith()))(app), {
          path: '/v3/',
          headers: { 'x-auth-project-id': 'a/b' },
        })
      ).headers['x-server-management-url']
    expect(await urlOf(tokenFilterFactory)).toBe('http://localhost/v3')
    expect(await urlOf(projectFilterFactory)).toBe('http://localhost/v3/a%2Fb')
  })
})

describe('cache and cachemanage', () => {
  it('row 18: pass everything on and say so once', async () => {
    const { log, lines } = await readableLog()
    const filter = await cacheFactory({}, {}, contextWith({ log, section: 'filter:cache' }))
    const app: App = () => text('in')
    expect(filter(app)).toBe(app)
    expect(lines.map(({ msg }) => msg)).toEqual(['[filter:cache] passes requests on: there is no cache of images here'])
  })
})
