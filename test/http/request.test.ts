// The request over a message of node, as the parser gives it: targets, headers, what filters override.
import * as fc from 'fast-check'
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { HttpRequest, inject, text } from '../../src/http/index.ts'
import { exchange, serve } from './serving.ts'

function requestFor(url: string, method = 'GET', headers: Record<string, string> = {}): HttpRequest {
  const message = new IncomingMessage(new Socket())
  return new HttpRequest(Object.assign(message, { url, method, headers }), null)
}

describe('the target', () => {
  it.each<[string, string, string, string | undefined, string]>([
    ['GET', '/a/b?c=d', '/a/b', 'host', 'c=d'],
    ['GET', '/a%2Fb/../c//', '/a%2Fb/../c//', 'host', ''],
    ['GET', '/?a?b', '/', 'host', 'a?b'],
    ['GET', '//other/a', '//other/a', 'host', ''],
    ['GET', 'http://other:81/a?b', '/a', 'other:81', 'b'],
    ['GET', 'HTTPS://user:pass@other', '/', 'other', ''],
    ['GET', 'http://other?b=/', '/', 'other', 'b=/'],
    ['OPTIONS', 'http://other', '', 'other', ''],
    ['OPTIONS', '*', '', 'host', ''],
    ['CONNECT', 'other:443', '', 'other:443', ''],
  ])('%s %s is split into path "%s", host "%s" and query "%s"', (method, url, path, host, query) => {
    const req = requestFor(url, method, { host: 'host' })
    expect([req.pathInfo, req.host, req.queryString, req.scriptName]).toEqual([path, host, query, ''])
  })

  it('loses no character, whatever the form', () => {
    const visible = fc.string({ unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCodePoint(code)) })
    const origin = fc.constantFrom('', 'http://h', 'https://h:8443', 'coap+tcp://[::1]:1')
    fc.assert(
      fc.property(origin, visible, (before, rest) => {
        const req = requestFor(`${before}/${rest}`)
        const after = req.queryString === '' ? '' : `?${req.queryString}`
        const whole = `${req.scriptName}${req.pathInfo}${after}`
        // An empty query is the one thing that may go.
        expect(whole).toBe(after === '' ? `/${rest}`.replace(/\?$/, '') : `/${rest}`)
        if (before !== '') expect(before.endsWith(`://${req.host}`)).toBe(true)
      }),
    )
  })

  it('is split over a real connection too, without a Host header', async () => {
    const { port } = await serve((req) => text(`${req.host}|${req.pathInfo}|${req.applicationUrl}`))
    expect(await exchange(port, 'GET /p HTTP/1.0\r\n\r\n')).toMatch(
      new RegExp(`\\r\\n\\r\\nundefined\\|/p\\|http://127.0.0.1:${port}$`),
    )
    const proxied = await exchange(port, 'GET http://far/p HTTP/1.1\r\nhost: near\r\nconnection: close\r\n\r\n')
    expect(proxied).toMatch(/far\|\/p\|http:\/\/far$/)
    const star = await exchange(port, 'OPTIONS * HTTP/1.1\r\nhost: near\r\nconnection: close\r\n\r\n')
    expect(star).toMatch(/near\|\|http:\/\/near$/)
  })
})

describe('what is asked for later', () => {
  it('finds headers in any case and none of a plain object', () => {
    const req = requestFor('/', 'GET', { 'x-one': '1' })
    expect([req.header('X-One'), req.header('constructor'), req.header('__proto__')]).toEqual([
      '1',
      undefined,
      undefined,
    ])
  })

  it('parses the query of the moment', () => {
    const req = requestFor('/?a=1&a=2')
    expect(req.query.getAll('a')).toEqual(['1', '2'])
    expect(req.query).toBe(req.query)
    req.queryString = 'b=%20'
    expect([...req.query]).toEqual([['b', ' ']])
  })

  it('has the connection speak for scheme, host and address until a filter overrides them', () => {
    const req = requestFor('/', 'GET', { host: 'h:1' })
    req.scriptName = '/v1'
    expect([req.scheme, req.host, req.remoteAddress, req.applicationUrl]).toEqual([
      'http',
      'h:1',
      undefined,
      'http://h:1/v1',
    ])
    Object.assign(req, { scheme: 'https', host: 'public', remoteAddress: '192.0.2.1' })
    expect([req.scheme, req.host, req.remoteAddress, req.applicationUrl]).toEqual([
      'https',
      'public',
      '192.0.2.1',
      'https://public/v1',
    ])
    req.host = undefined
    expect([req.host, req.applicationUrl]).toEqual([undefined, 'https://localhost/v1'])
  })

  it('keeps the smallest limit of the body', () => {
    const req = requestFor('/')
    const limits = [req.bodyLimit]
    for (const bytes of [10, 20, 5]) {
      req.bodyLimit = bytes
      limits.push(req.bodyLimit)
    }
    expect(limits).toEqual([Infinity, 10, 10, 5])
  })

  it('has a signal that never fires where there is no client', async () => {
    const { status } = await inject((req) => text('', req.signal.aborted ? 500 : 200), { path: '/' })
    expect(status).toBe(200)
  })
})
