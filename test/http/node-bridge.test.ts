// (req, res) listeners as apps: every way to write a response, next to the same listener on a plain server.
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { request } from 'undici'
import { describe, expect, it } from 'vitest'
import { fromNode, inject, text, toNode, type App, type NodeListener } from '../../src/http/index.ts'
import { exchange, serve, serveListener, until } from './serving.ts'

const ways: [string, NodeListener][] = [
  ['end with text', (_req, res) => res.end('hello')],
  ['end with bytes', (_req, res) => res.end(Buffer.from([0, 255]))],
  ['end with another encoding', (_req, res) => res.end('c3bc', 'hex')],
  ['end with a callback only', (_req, res) => res.end(() => undefined)],
  ['end without anything', (_req, res) => res.end()],
  [
    'write and end',
    (_req, res) => (res.write('a'), res.write(Buffer.from('b')), res.write('Yw==', 'base64'), res.end('d')),
  ],
  ['write of nothing', (_req, res) => (res.write(''), res.end('a'))],
  ['writeHead with a reason', (_req, res) => res.writeHead(201, 'Made', { 'X-A': '1' }).end('a')],
  [
    'writeHead with an object over setHeader',
    (_req, res) => (res.setHeader('x-a', '1'), res.writeHead(200, { 'X-A': '2' }).end('a')),
  ],
  [
    'writeHead with a flat list',
    (_req, res) => res.writeHead(200, ['X-A', '1', 'set-cookie', 'a', 'Set-Cookie', 'b']).end('a'),
  ],
  [
    'writeHead with pairs',
    (_req, res) =>
      res
        .writeHead(200, [
          ['x-a', '1'],
          ['x-b', '2'],
        ] as never)
        .end('a'),
  ],
  [
    'statusCode and statusMessage',
    (_req, res) => (Object.assign(res, { statusCode: 404, statusMessage: 'Gone away' }), res.end('a')),
  ],
  ['setHeader with a list', (_req, res) => (res.setHeader('Set-Cookie', ['a=1', 'b=2']), res.end('a'))],
  ['appendHeader', (_req, res) => (res.appendHeader('set-cookie', 'a').appendHeader('set-cookie', 'b'), res.end('a'))],
  ['setHeaders', (_req, res) => (res.setHeaders(new Map([['x-a', '1']])), res.end('a'))],
  ['a length of its own', (_req, res) => (res.setHeader('content-length', 3), res.write('ab'), res.end('c'))],
  ['204 with a body', (_req, res) => (res.writeHead(204), res.end('ignored'))],
  ['304 with a body', (_req, res) => (res.writeHead(304, { etag: '"x"' }), res.write('ignored'), res.end())],
  ['flushHeaders', (_req, res) => (res.flushHeaders(), res.end('a'))],
  ['a pipe', (_req, res) => Readable.from(['a', 'b', 'c']).pipe(res)],
  ['a pipeline', (_req, res) => pipeline(Readable.from(['a', 'b', 'c']), res)],
  ['a pipeline of an iterable', (_req, res) => pipeline(['a', 'b'], res)],
  ['later', (_req, res) => setImmediate(() => res.end('late'))],
]

describe('a listener as an app answers as on a plain server', () => {
  it.each(ways)('%s', async (_name, listener) => {
    const plain = await serveListener((req, res) => void listener(req, res))
    const { url } = await serve(fromNode(listener))
    for (const method of ['GET', 'HEAD'] as const) {
      const [expected, bridged] = [await request(plain.url, { method }), await request(url, { method })]
      const injected = await inject(fromNode(listener), { path: '/', method })
      const body = await expected.body.text()
      expect([bridged.statusCode, bridged.statusText, await bridged.body.text()]).toEqual([
        expected.statusCode,
        expected.statusText,
        body,
      ])
      expect(sorted(bridged.headers)).toEqual(sorted(expected.headers))
      expect([injected.status, injected.text()]).toEqual([expected.statusCode, body])
    }
  })

  /** How the body is framed may differ: a value has a known length where a plain server chunks. */
  function sorted(headers: Record<string, unknown>): [string, unknown][] {
    const framing = new Set(['date', 'transfer-encoding', 'content-length', 'connection', 'keep-alive'])
    return Object.entries(headers).filter(([name]) => !framing.has(name))
  }
})

describe('the answer', () => {
  it('is a whole one when the listener ends with its only chunk, at once when it is synchronous', async () => {
    const app = fromNode((_req, res) => res.setHeader('x-a', 1).end('hello'))
    const answers: unknown[] = []
    await inject(
      (req) => {
        answers.push(app(req))
        return text('')
      },
      { path: '/' },
    )
    expect(answers).toMatchObject([{ status: 200, headers: { 'x-a': 1 }, body: 'hello' }])
  })

  it('is known with the first write, before the end', async () => {
    let end: () => void = () => undefined
    const { url } = await serve(
      fromNode((_req, res) => {
        res.write('first')
        end = () => res.end('last')
      }),
    )
    const { body } = await request(url)
    const pieces: string[] = []
    for await (const piece of body) {
      pieces.push(String(piece))
      end()
    }
    expect(pieces).toEqual(['first', 'last'])
  })
})

describe('the response of a listener', () => {
  it('tells back-pressure by the result of write, the callback and the drain event', async () => {
    const seen: unknown[] = []
    const app = fromNode(async (_req, res) => {
      const large = Buffer.alloc(200_000)
      seen.push(res.write('small'), res.write(large), res.writableNeedDrain)
      await once(res, 'drain')
      seen.push(res.writableNeedDrain)
      await new Promise<void>((resolve) => res.write(large, () => resolve()))
      res.end()
    })
    expect((await inject(app, { path: '/' })).body.length).toBe(400_005)
    expect(seen).toEqual([true, false, true, false])
  })

  it('has the state and events that libraries look at', async () => {
    const events: unknown[] = []
    const app = fromNode((_req, res) => {
      for (const name of ['finish', 'close', 'drain', 'error']) res.on(name, () => events.push(name))
      events.push(res.headersSent, res.writableEnded, res.destroyed, res.socket === _req.socket)
      res.end('x', () => events.push('callback'))
      events.push(res.headersSent, res.writableEnded, res.finished)
      expect(() => res.setHeader('late', '1')).toThrow(
        expect.objectContaining({ code: 'ERR_HTTP_HEADERS_SENT' }) as Error,
      )
      expect(() => res.writeHead(200)).toThrow(expect.objectContaining({ code: 'ERR_HTTP_HEADERS_SENT' }) as Error)
    })
    await inject(app, { path: '/' })
    await until(() => events.includes('close'))
    expect(events).toEqual([false, false, false, true, true, true, true, 'finish', 'callback', 'close'])
  })

  it('refuses writes after the end without an event that would end the process', async () => {
    const codes: unknown[] = []
    const app = fromNode((_req, res) => {
      res.end('x')
      codes.push(res.write('y', (error) => codes.push((error as NodeJS.ErrnoException).code)))
      res.end('z')
    })
    expect((await inject(app, { path: '/' })).text()).toBe('x')
    await until(() => codes.length === 2)
    expect(codes).toEqual([false, 'ERR_STREAM_WRITE_AFTER_END'])
    const listening = fromNode((_req, res) => {
      res.on('error', (error: NodeJS.ErrnoException) => codes.push(error.code))
      res.end('x')
      res.end('y')
    })
    await inject(listening, { path: '/' })
    await until(() => codes.length === 3)
  })

  it.each<[string, NodeListener, string]>([
    ['a status out of range', (_req, res) => res.writeHead(99), 'ERR_HTTP_INVALID_STATUS_CODE'],
    ['a chunk that is no text', (_req, res) => res.write(7), 'ERR_INVALID_ARG_TYPE'],
    ['a line break in a header', (_req, res) => res.setHeader('x-a', '\n'), 'ERR_INVALID_CHAR'],
    ['an odd list of headers', (_req, res) => res.writeHead(200, ['a']), 'ERR_INVALID_ARG_VALUE'],
  ])('throws what node throws for %s, and that becomes a logged 500', async (_name, listener, code) => {
    const { url, logged } = await serve(fromNode(listener))
    const { statusCode, body } = await request(url)
    await body.dump()
    expect([statusCode, logged[0]?.err.code]).toEqual([500, code])
  })

  it('sends early hints and continue on the real connection', async () => {
    const { port } = await serve(
      fromNode((_req, res) => {
        res.writeEarlyHints({ link: '</a.css>; rel=preload' })
        res.writeProcessing()
        res.end('x')
      }),
    )
    const raw = await exchange(port, 'GET / HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n')
    expect(raw).toMatch(
      /^HTTP\/1.1 103 Early Hints\r\nLink: .*\r\n\r\nHTTP\/1.1 102 Processing\r\n\r\nHTTP\/1.1 200 OK/,
    )
  })
})

describe('a listener that fails', () => {
  it.each<[string, NodeListener]>([
    [
      'throws',
      () => {
        throw new Error('of the listener')
      },
    ],
    ['rejects', () => Promise.reject(new Error('of the listener'))],
    ['destroys its response', (_req, res) => res.destroy(new Error('of the listener'))],
  ])('before its answer raises the error to the filters outside: %s', async (_name, listener) => {
    const { url, logged } = await serve(fromNode(listener))
    const { statusCode, body } = await request(url)
    expect([statusCode, await body.text()]).toEqual([500, 'Internal Server Error\n'])
    expect(logged[0]?.err.message).toBe('of the listener')
  })

  it.each<[string, NodeListener]>([
    [
      'rejects',
      async (_req, res) => {
        res.write('a')
        await new Promise((resolve) => setImmediate(resolve))
        throw new Error('half way')
      },
    ],
    [
      'destroys its response',
      (_req, res) => {
        res.write('a')
        setImmediate(() => res.destroy(new Error('half way')))
      },
    ],
  ])('in the middle of its answer breaks the connection: %s', async (_name, listener) => {
    const { port, logged, edge } = await serve(fromNode(listener))
    expect(await exchange(port, 'GET / HTTP/1.1\r\nhost: h\r\n\r\n')).not.toMatch(/0\r\n\r\n$/)
    expect(logged.map(({ err }) => err.message)).toEqual(['half way'])
    await until(() => edge.inFlight === 0)
  })

  it('after its answer is logged', async () => {
    const { url, logged } = await serve(
      fromNode(async (_req, res) => {
        res.end('fine')
        await new Promise((resolve) => setImmediate(resolve))
        throw new Error('too late')
      }),
    )
    expect(await (await request(url)).body.text()).toBe('fine')
    await until(() => logged.length === 1)
    expect(logged[0]?.err.message).toBe('too late')
  })
})

describe('a client that leaves before the answer', () => {
  it('ends the wait and tells the listener', async () => {
    const events: string[] = []
    const { url, edge, logged } = await serve(fromNode((_req, res) => void res.on('close', () => events.push('close'))))
    const client = httpRequest(url).end()
    client.on('error', () => undefined)
    await until(() => edge.inFlight === 1)
    client.destroy()
    await until(() => edge.inFlight === 0 && events.length > 0)
    expect([events, logged]).toEqual([['close'], []])
  })
})

describe('the message of a listener', () => {
  it('is as it was after the answer', async () => {
    const app = fromNode((req, res) => res.end(req.url))
    let after: unknown
    const response = await inject(
      async (req) => {
        const answer = await app(req)
        after = req.node.message.url
        return answer
      },
      { scriptName: '/v1', path: '?a=1' },
    )
    expect([response.text(), after]).toEqual(['/?a=1', '/v1?a=1'])
  })

  it('keeps an asterisk', async () => {
    const { port } = await serve(fromNode((req, res) => res.end(req.url)))
    expect(await exchange(port, 'OPTIONS * HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n')).toMatch(/\r\n\r\n\*$/)
  })

  it('fails its body past the limit, as an error with the status', async () => {
    const errors: unknown[] = []
    const app = fromNode((req, res) => {
      req.on('error', (error) => {
        errors.push(error)
        res.writeHead((error as { status?: number }).status ?? 500).end()
      })
      req.resume()
    })
    const limited: App = (req) => {
      req.bodyLimit = 10
      return app(req)
    }
    const { url } = await serve(limited)
    for (const body of ['x'.repeat(11), Readable.from(['x'.repeat(11)])]) {
      const response = await request(url, { method: 'POST', body })
      await response.body.dump()
      expect(response.statusCode).toBe(413)
    }
    expect(errors).toHaveLength(2)
  })
})

describe('toNode', () => {
  it('makes a listener of an app, and a round trip through both bridges changes nothing', async () => {
    const listener = toNode((req) => text(req.pathInfo, 203))
    const server = await serveListener(listener)
    const { url } = await serve(fromNode(listener))
    for (const base of [server.url, url]) {
      const { statusCode, headers, body } = await request(`${base}/a`)
      expect([statusCode, headers['content-type'], headers['content-length'], await body.text()]).toEqual([
        203,
        'text/plain; charset=utf-8',
        '2',
        '/a',
      ])
    }
  })
})
