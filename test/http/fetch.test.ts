// Fetch handlers as apps.
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { Readable } from 'node:stream'
import { request } from 'undici'
import { describe, expect, it } from 'vitest'
import { fromFetch, inject, type App, type FetchHandler } from '../../src/http/index.ts'
import { exchange, serve, until } from './serving.ts'

describe('the Request', () => {
  it('is a real one with method, whole url, headers and body', async () => {
    const app = fromFetch(async (given) => {
      const request = new Request(given)
      return Response.json([request.method, request.url, request.headers.get('x-a'), await request.text()])
    })
    const response = await inject(app, {
      method: 'PUT',
      scriptName: '/v1',
      path: '/a%2F?b=c',
      host: 'h:8',
      headers: { 'x-a': ['1', '2'] },
      body: Readable.from(['so', 'me']),
    })
    expect(response.json()).toEqual(['PUT', 'http://h:8/v1/a%2F?b=c', '1, 2', 'some'])
  })

  it.each(['GET', 'HEAD', 'DELETE', 'POST'])('has no body for a %s without one', async (method) => {
    let body: unknown = 'not asked'
    await inject(
      fromFetch((given) => ((body = given.body), new Response())),
      { path: '/', method },
    )
    expect(body).toBeNull()
  })

  it('is aborted when the client leaves', async () => {
    const reasons: unknown[] = []
    const { url, edge } = await serve(
      fromFetch(async ({ signal }) => {
        await once(signal, 'abort')
        reasons.push(signal.reason)
        return new Response()
      }),
    )
    const client = httpRequest(url).end()
    client.on('error', () => undefined)
    await until(() => edge.inFlight === 1)
    client.destroy()
    await until(() => edge.inFlight === 0)
    expect(reasons).toMatchObject([{ name: 'ClientGone' }])
  })

  it.each(['GET / HTTP/1.1\r\nhost: a b', 'TRACE / HTTP/1.1\r\nhost: h'])(
    'that cannot be made is a 400: %j',
    async (start) => {
      const { port } = await serve(fromFetch(() => new Response('reached')))
      expect(await exchange(port, `${start}\r\nconnection: close\r\n\r\n`)).toMatch(/^HTTP\/1.1 400 /)
    },
  )
})

describe('the Response', () => {
  const answer = (handler: FetchHandler) => inject(fromFetch(handler), { path: '/' })

  it('keeps status, reason, all cookies and a body of bytes', async () => {
    const headers = new Headers({ 'x-a': '1' })
    headers.append('set-cookie', 'a=1')
    headers.append('set-cookie', 'b=2')
    const { url } = await serve(
      fromFetch(() => new Response(new Uint8Array([1, 2]), { status: 201, statusText: 'Made', headers })),
    )
    const { statusCode, statusText, headers: sent, body } = await request(url)
    expect([statusCode, statusText, sent['x-a'], sent['set-cookie']]).toEqual([201, 'Made', '1', ['a=1', 'b=2']])
    expect(new Uint8Array(await body.arrayBuffer())).toEqual(new Uint8Array([1, 2]))
  })

  it('without a body has none', async () => {
    const { status, headers, body } = await answer(() => new Response(null, { status: 202 }))
    expect([status, headers['content-length'], body.length]).toEqual([202, '0', 0])
  })

  it('streams, and its source is cancelled when the client leaves', async () => {
    let isCancelled = false
    const endless = () =>
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
        cancel: () => {
          isCancelled = true
        },
      })
    const { url, edge, logged } = await serve(fromFetch(() => new Response(endless())))
    const client = httpRequest(url, (message) => {
      message.on('error', () => undefined)
      message.once('data', () => client.destroy())
    })
    client.on('error', () => undefined).end()
    await until(() => isCancelled && edge.inFlight === 0)
    expect(logged).toEqual([])
  })

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a string', 'x'],
    ['one of ours', { status: 200, headers: {}, body: null }],
  ])('that is none becomes a 500 with words in the log: %s', async (_name, value) => {
    for (const handler of [() => value, () => Promise.resolve(value)]) {
      const logged: { err: { code?: string } }[] = []
      const log = { error: (fields: object) => void logged.push(fields as (typeof logged)[0]) }
      const { status } = await inject(fromFetch(handler as unknown as FetchHandler), { path: '/', log })
      expect([status, logged[0]?.err.code]).toEqual([500, 'SLIPWAY_HTTP_RESPONSE'])
    }
  })

  it('may be answered at once', async () => {
    const answers: unknown[] = []
    const app = fromFetch(() => new Response(null, { status: 204 }))
    const watched: App = (req) => {
      answers.push(app(req))
      return { status: 204, headers: {}, body: null }
    }
    await inject(watched, { path: '/' })
    expect(answers).toMatchObject([{ status: 204, body: null }])
  })
})
