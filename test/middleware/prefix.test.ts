// PasteDeploy's PrefixMiddleware, with a list of whom to believe.
import { describe, expect, expectTypeOf, it } from 'vitest'
import { inject } from '../../src/http/index.ts'
import { filterFactory } from '../../src/middleware/prefix.ts'
import { prefixGroup, type PrefixSettings } from '../../src/middleware/index.ts'
import { contextWith, mirror, settingsOf } from './filtering.ts'

function ask(
  texts: Record<string, string>,
  path: string,
  headers: Record<string, string> = {},
  remoteAddress = '127.0.0.1',
) {
  const app = filterFactory({}, settingsOf(prefixGroup, texts), contextWith())(mirror)
  return inject(app, { path, host: 'backend:8080', headers, remoteAddress }).then((response) => response.json())
}

describe('prefix', () => {
  it.each([
    ['/shop', '/shop/cart', '/shop', '/cart'],
    ['/shop', '/cart', '/shop', '/cart'],
    ['/shop', '/shop', '/shop', '/'],
    ['/shop/', '/shop/', '/shop', '/'],
    ['/shop', '/shopping', '/shop', '/shopping'],
    ['/sh.p', '/shop/x', '/sh.p', '/shop/x'],
    ['/', '/cart', '', '/cart'],
    ['/', '/', '', '/'],
  ])('%j makes of %j the script name %j and the path %j', async (prefix, path, scriptName, pathInfo) => {
    expect(await ask({ prefix }, path)).toMatchObject({ scriptName, pathInfo })
  })

  const forwarded = {
    'x-forwarded-server': 'server.example',
    'x-forwarded-for': '192.0.2.1',
    'x-forwarded-proto': 'https',
  }

  it.each<[string, Record<string, string>, Record<string, string>, Record<string, string>]>([
    ['the forwarded server', {}, forwarded, { host: 'server.example', scheme: 'https', remoteAddress: '192.0.2.1' }],
    ['the forwarded host first', {}, { ...forwarded, 'x-forwarded-host': 'a.example' }, { host: 'a.example' }],
    ['the forwarded scheme first', {}, { ...forwarded, 'x-forwarded-scheme': 'http' }, { scheme: 'http' }],
    [
      'nothing when told so',
      { translate_forwarded_server: 'no' },
      forwarded,
      { host: 'backend:8080', scheme: 'http', remoteAddress: '127.0.0.1' },
    ],
    ['a port', { force_port: '8443' }, {}, { host: 'backend:8443' }],
    ['a port after the forwarded host', { force_port: '8443' }, forwarded, { host: 'server.example:8443' }],
    ['the default port', { force_port: '' }, {}, { host: 'backend' }],
    ['a scheme', { scheme: 'https' }, { 'x-forwarded-proto': 'http' }, { scheme: 'https' }],
  ])('takes %s', async (_what, texts, headers, seen) => {
    expect(await ask({ prefix: '/shop', ...texts }, '/shop', headers)).toMatchObject(seen)
  })

  it('believes nobody who is not trusted', async () => {
    expect(await ask({}, '/', forwarded, '203.0.113.1')).toMatchObject({
      host: 'backend:8080',
      remoteAddress: '203.0.113.1',
    })
    const texts = { trusted_proxies: '203.0.113.1' }
    expect(await ask(texts, '/', forwarded, '203.0.113.1')).toMatchObject({ remoteAddress: '192.0.2.1' })
  })

  it('keeps the brackets of an IPv6 host when it sets the port', async () => {
    const app = filterFactory({}, settingsOf(prefixGroup, { force_port: '1' }), contextWith())(mirror)
    expect((await inject(app, { path: '/', host: '[::1]:8080' })).json()).toMatchObject({ host: '[::1]:1' })
    expect((await inject(app, { path: '/', host: '[::1]' })).json()).toMatchObject({ host: '[::1]:1' })
  })

  it('has typed settings', () => {
    expectTypeOf(filterFactory).parameter(1).toEqualTypeOf<PrefixSettings>()
    expectTypeOf<PrefixSettings['scheme']>().toEqualTypeOf<'http' | 'https' | null>()
    expect(filterFactory.options).toBe(prefixGroup)
  })
})
