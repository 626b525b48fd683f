// oslo.middleware's http_proxy_to_wsgi, with a list of whom to believe.
import * as fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { inject } from '../../src/http/index.ts'
import { filterFactory } from '../../src/middleware/http-proxy-to-wsgi.ts'
import { osloMiddlewareGroup } from '../../src/middleware/index.ts'
import { contextWith, mirror, readableLog, settingsOf } from './filtering.ts'

const enabled = { enable_proxy_headers_parsing: 'true' }
const untouched = {
  scheme: 'http',
  host: 'backend:8774',
  remoteAddress: '10.0.0.1',
  scriptName: '/v1',
  pathInfo: '/x',
  url: 'http://backend:8774/v1',
}

function ask(headers: Record<string, string>, texts: Record<string, string> = enabled, remoteAddress = '10.0.0.1') {
  const app = filterFactory({}, settingsOf(osloMiddlewareGroup, texts), contextWith())(mirror)
  return inject(app, { scriptName: '/v1', path: '/x', host: 'backend:8774', remoteAddress, headers }).then((response) =>
    response.json(),
  )
}

describe('http_proxy_to_wsgi', () => {
  it.each<[string, Record<string, string>, Partial<typeof untouched>]>([
    ['nothing', {}, {}],
    [
      'Forwarded',
      { forwarded: 'for=192.0.2.60;proto=https;host=api.example;by=10.0.0.1' },
      { scheme: 'https', host: 'api.example', remoteAddress: '192.0.2.60', url: 'https://api.example/v1' },
    ],
    [
      'the first element of Forwarded when all hops are trusted',
      { forwarded: 'for="[2001:db8::1]:4711";proto=https;host=a, for=10.0.0.2;proto=http;host=b' },
      { scheme: 'https', host: 'a', remoteAddress: '2001:db8::1', url: 'https://a/v1' },
    ],
    [
      'Forwarded before X-Forwarded-*',
      { forwarded: 'proto=https', 'x-forwarded-proto': 'http', 'x-forwarded-host': 'b', 'x-forwarded-for': '9.9.9.9' },
      { scheme: 'https', remoteAddress: 'unknown', url: 'https://backend:8774/v1' },
    ],
    [
      'X-Forwarded-*',
      { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'api.example', 'x-forwarded-for': '192.0.2.60, 10.0.0.2' },
      { scheme: 'https', host: 'api.example', remoteAddress: '192.0.2.60', url: 'https://api.example/v1' },
    ],
    ['the port of an address', { 'x-forwarded-for': '192.0.2.60:5555' }, { remoteAddress: '192.0.2.60' }],
    [
      'the prefix',
      { 'x-forwarded-prefix': '/compute/' },
      { scriptName: '/compute/v1', url: 'http://backend:8774/compute/v1' },
    ],
    [
      'the prefix beside Forwarded',
      { forwarded: 'for=192.0.2.60', 'x-forwarded-prefix': '/compute' },
      { remoteAddress: '192.0.2.60', scriptName: '/compute/v1', url: 'http://backend:8774/compute/v1' },
    ],
    ['an obfuscated client', { forwarded: 'for=_hidden' }, { remoteAddress: '_hidden' }],
    ['capitals of the scheme', { 'x-forwarded-proto': 'HTTPS' }, { scheme: 'https', url: 'https://backend:8774/v1' }],
  ])('takes %s', async (_what, headers, changed) => {
    expect(await ask(headers)).toEqual({ ...untouched, ...changed })
  })

  it.each<[string, Record<string, string>, Partial<typeof untouched>]>([
    [
      'an address before the one that the proxy saw',
      { 'x-forwarded-for': '127.0.0.1, 203.0.113.9' },
      { remoteAddress: '203.0.113.9' },
    ],
    [
      'an element of Forwarded before the one that the proxy wrote',
      { forwarded: 'for=127.0.0.1;host=evil.example;proto=https, for=203.0.113.9' },
      { remoteAddress: '203.0.113.9' },
    ],
    [
      'the scheme and host of entries that the client wrote',
      {
        'x-forwarded-for': '1.1.1.1, 203.0.113.9',
        'x-forwarded-proto': 'http, https',
        'x-forwarded-host': 'evil, api',
      },
      { remoteAddress: '203.0.113.9', scheme: 'https', host: 'api', url: 'https://api/v1' },
    ],
    [
      'a broken Forwarded, which must not leave the proxy’s own address',
      { forwarded: 'for="open' },
      { remoteAddress: 'unknown' },
    ],
    ['an address that is none', { 'x-forwarded-for': '127.1' }, { remoteAddress: 'unknown' }],
    ['a host that is none', { 'x-forwarded-host': 'evil.example/"><script>' }, {}],
    ['a scheme that is none', { 'x-forwarded-proto': 'javascript' }, {}],
    ['a prefix that is another host', { 'x-forwarded-prefix': '//evil.example' }, {}],
  ])('is not fooled by %s', async (_what, headers, changed) => {
    expect(await ask(headers)).toEqual({ ...untouched, ...changed })
  })

  const everything = {
    forwarded: 'for=1.1.1.1;proto=https;host=evil',
    'x-forwarded-prefix': '/evil',
    'x-forwarded-for': '1.1.1.1',
  }

  it('does nothing unless it is switched on', async () => {
    expect(await ask(everything, {})).toEqual(untouched)
    const app = filterFactory({}, settingsOf(osloMiddlewareGroup), contextWith())(mirror)
    expect(app).toBe(mirror)
  })

  it.each([
    [{}, '203.0.113.1', false],
    [{}, '192.168.7.7', true],
    [{}, '::1', true],
    [{ trusted_proxies: 'loopback' }, '10.0.0.1', false],
    [{ trusted_proxies: '203.0.113.0/24' }, '203.0.113.1', true],
    [{ trusted_proxies: '203.0.113.0/24' }, '127.0.0.1', false],
    [{ trusted_proxies: 'all' }, '203.0.113.1', true],
  ])('with %j believes %s: %j', async (texts, peer, isBelieved) => {
    const seen = await ask(everything, { ...enabled, ...texts }, peer)
    expect(seen).toMatchObject({
      remoteAddress: isBelieved ? '1.1.1.1' : peer,
      scriptName: isBelieved ? '/evil/v1' : '/v1',
    })
  })

  it('says once that headers are not believed', async () => {
    const { log, lines } = await readableLog()
    const app = filterFactory({}, settingsOf(osloMiddlewareGroup, enabled), contextWith({ log }))(mirror)
    for (const remoteAddress of ['203.0.113.1', '203.0.113.1', '203.0.113.2']) {
      await inject(app, { path: '/', remoteAddress, headers: everything })
    }
    await inject(app, { path: '/', remoteAddress: '203.0.113.3' })
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({ level: 'warn', remote_address: '203.0.113.1' })
    expect(lines[0]?.msg).toContain('trusted_proxies')
  })

  it('never raises and never makes links of anything but a host and a path', async () => {
    const text = fc.oneof(fc.stringMatching(/^[\x20-\x7E]*$/u), fc.stringMatching(/^[",;= for\\[\]:.0-9]*$/u))
    await fc.assert(
      fc.asyncProperty(
        fc.record({ forwarded: text, 'x-forwarded-host': text, 'x-forwarded-prefix': text }, { requiredKeys: [] }),
        async (headers) => {
          const seen = (await ask(headers)) as typeof untouched
          expect(seen.url).toMatch(/^https?:\/\/[\w.[\]:-]+(?:\/[\w.~!$&'()*+;=:@%-]+)*$/u)
        },
      ),
    )
  })

  it('has typed settings, and refuses a bad list when it is built', () => {
    const settings = settingsOf(osloMiddlewareGroup)
    expectTypeOf(settings.enable_proxy_headers_parsing).toEqualTypeOf<boolean>()
    expectTypeOf(settings.trusted_proxies).toEqualTypeOf<readonly string[]>()
    expect(settings.trusted_proxies).toEqual(['unix', 'loopback', 'linklocal', 'private'])
    const where = { file: 'api-paste.ini', line: 7 }
    expect(() =>
      filterFactory(
        {},
        settingsOf(osloMiddlewareGroup, { ...enabled, trusted_proxies: '10.0.0' }),
        contextWith({ where }),
      ),
    ).toThrow(expect.objectContaining({ code: 'SLIPWAY_CONFIG_VALUE', where }))
  })
})
