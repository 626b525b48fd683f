// Requests without a socket, next to the same requests over one.
import { Readable } from 'node:stream'
import { request } from 'undici'
import { describe, expect, it } from 'vitest'
import { inject, json, text, type App } from '../../src/http/index.ts'
import { serve } from './serving.ts'

describe('inject', () => {
  it('gives the app what a connection would', async () => {
    const app: App = (req) =>
      json({
        method: req.method,
        scriptName: req.scriptName,
        pathInfo: req.pathInfo,
        queryString: req.queryString,
        host: req.host,
        remoteAddress: req.remoteAddress,
        url: req.node.message.url,
        headers: req.headers,
      })
    const options = { scriptName: '/v1', path: '/a?b', headers: { 'X-List': ['1', '2'], cookie: ['a=1', 'b=2'] } }
    expect(
      (await inject(app, { ...options, method: 'PATCH', host: 'h:8', remoteAddress: '192.0.2.7' })).json(),
    ).toEqual({
      method: 'PATCH',
      scriptName: '/v1',
      pathInfo: '/a',
      queryString: 'b',
      host: 'h:8',
      remoteAddress: '192.0.2.7',
      url: '/v1/a?b',
      headers: { host: 'h:8', 'x-list': '1, 2', cookie: 'a=1; b=2' },
    })
  })

  it.each<[string, App]>([
    ['text', () => text('grüß')],
    ['bytes', () => ({ status: 200, headers: { 'x-n': 1 }, body: new Uint8Array([1, 2]) })],
    ['a stream', () => ({ status: 200, headers: {}, body: Readable.from(['a', 'b']) })],
    ['204', () => text('x', 204)],
    ['cookies', () => ({ status: 200, headers: { 'set-cookie': ['a', 'b'] }, body: null })],
    ['an error', () => Promise.reject(new Error('x'))],
    ['a bad header', () => text('x', 200, { 'x-a': '\n' })],
    ['no response', (() => undefined) as unknown as App],
  ])('gives what a client gets over a connection: %s', async (_name, app) => {
    const { url } = await serve(app)
    for (const method of ['GET', 'HEAD'] as const) {
      const sent = await request(url, { method })
      const injected = await inject(app, { method, path: '/' })
      const {
        date: _date,
        connection: _connection,
        'keep-alive': _alive,
        'transfer-encoding': _te,
        ...headers
      } = sent.headers
      expect({ status: sent.statusCode, headers, body: await sent.body.text() }).toEqual({
        status: injected.status,
        headers: injected.headers,
        body: injected.text(),
      })
    }
  })

  it('raises what a body raises half way, and logs what became a 500', async () => {
    const broken: App = () => ({ status: 200, headers: {}, body: Readable.from(fail()) })
    async function* fail() {
      yield 'a'
      throw new Error('half way')
    }
    await expect(inject(broken, { path: '/' })).rejects.toThrow('half way')
    const logged: object[] = []
    const log = { error: (fields: object) => void logged.push(fields) }
    await inject(() => Promise.reject(new Error('x')), { path: '/p', log })
    expect(logged).toMatchObject([{ path: '/p', err: { message: 'x' } }])
  })

  it('fails the read of a body whose source fails', async () => {
    const source = new Readable({
      read() {
        this.destroy(new Error('disk'))
      },
    })
    const app: App = async (req) =>
      json(await req.body.text().catch((error: Error) => [error.name, String(error.cause)]))
    expect((await inject(app, { path: '/', method: 'POST', body: source })).json()).toEqual([
      'ClientGone',
      'Error: disk',
    ])
  })
})
