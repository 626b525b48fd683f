// Bodies of requests: whole, streamed, limited, cut off; without a socket where the socket does not matter.
import * as fc from 'fast-check'
import { once } from 'node:events'
import { STATUS_CODES } from 'node:http'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { request } from 'undici'
import { describe, expect, it } from 'vitest'
import { inject, json, text, type App } from '../../src/http/index.ts'
import { exchange, serve, until } from './serving.ts'

const post = (app: App, body: string | Uint8Array | Readable) => inject(app, { method: 'POST', path: '/', body })

describe('reading', () => {
  it('gives the same bytes for every chunking, as bytes and as a stream', async () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(chunks, fc.boolean(), async (chunks, isStreamed) => {
        const whole = Buffer.concat(chunks)
        const app: App = async (req) => {
          if (!isStreamed) return { status: 200, headers: {}, body: await req.body.bytes() }
          return { status: 200, headers: {}, body: req.body.stream() }
        }
        const { body } = await post(
          app,
          Readable.from(
            chunks.filter((chunk) => chunk.length > 0),
            { objectMode: false },
          ),
        )
        expect(body.equals(whole)).toBe(true)
      }),
    )
  })

  it('may be repeated in any form', async () => {
    const response = await post(async (req) => {
      const { body } = req
      const [value, again, bytes] = [await body.json(), await body.text(), await body.bytes()]
      const replayed = (await body.stream().toArray()).join('')
      return json([value, again, bytes.length, replayed])
    }, '\uFEFF{"a":"ü"}')
    expect(response.json()).toEqual([{ a: 'ü' }, '{"a":"ü"}', 13, '\uFEFF{"a":"ü"}'])
  })

  it('of a request without a body gives nothing, also over a connection', async () => {
    const app: App = async (req) => json([await req.body.text(), (await req.body.bytes()).length])
    expect((await inject(app, { path: '/' })).json()).toEqual(['', 0])
    const { url } = await serve(app)
    expect(await (await request(url)).body.json()).toEqual(['', 0])
  })

  it('refuses bytes after the stream was taken, and after a library read the message itself', async () => {
    const taken: App = async (req) => {
      req.body.stream().resume()
      return text(await req.body.text().catch((error: Error) => error.message))
    }
    expect((await post(taken, 'x')).text()).toBe('the request body was already taken as a stream')
    const read: App = async (req) => {
      await req.node.message.toArray()
      return text(await req.body.text().catch((error: Error) => error.message))
    }
    expect((await post(read, 'x')).text()).toBe("the request body was already read from node's message")
  })

  it('leaves the connection usable when the app stops half way through the stream', async () => {
    const { url } = await serve(async (req) => {
      for await (const chunk of req.body.stream()) return text(String((chunk as Buffer).length > 0))
      return text('none')
    })
    for (const _ of [1, 2]) {
      const { body } = await request(url, { method: 'POST', body: Buffer.alloc(5_000_000) })
      expect(await body.text()).toBe('true')
    }
  })
})

describe('json', () => {
  it.each(['{"__proto__":{"x":1},"a":[{"__proto__":1,"b":2}]}', '{"\\u005f_pr\\u006Fto__":{"x":1},"a":[{"b":2}]}'])(
    'answers 400 for keys that change prototypes: %s',
    async (source) => {
      const { status, text: body } = await post(async (req) => json(await req.body.json()), source)
      const message = 'Malformed request body: "__proto__" is not allowed as a key.'
      expect([status, body()]).toEqual([400, `400 Bad Request\n\n${message}\n`])
    },
  )

  it('takes the same word as a value', async () => {
    const response = await post(async (req) => json(await req.body.json()), '{"a":"__proto__"}')
    expect(response.json()).toEqual({ a: '__proto__' })
  })

  it.each([
    ['', 1, 1],
    ['{', 1, 2],
    ['{"__proto__":', 1, 14],
    ['NaN', 1, 1],
    ['[1,\n\n 2,,]', 3, 4],
    ['{"a": 1} x', 1, 10],
    ['{"a": "\u0001"}', 1, 8],
    ['{} // comment', 1, 4],
  ])('answers 400 for %j with the place of the fault', async (source, line, column) => {
    const { status, text: body } = await post(async (req) => json(await req.body.json()), source)
    const message = `Malformed request body: cannot understand JSON at line ${line}, column ${column}.`
    expect([status, body()]).toEqual([400, `400 Bad Request\n\n${message}\n`])
  })

  it.each([
    ['arrays', '['.repeat(10_000) + ']'.repeat(10_000)],
    ['objects', '{"a":'.repeat(10_000) + '1' + '}'.repeat(10_000)],
    ['arrays without an end', '['.repeat(1_000_000)],
    ['keys that are refused', '{"__proto__":'.repeat(10_000) + '1' + '}'.repeat(10_000)],
  ])('answers 400 for %s nested past what a serialiser can write', async (_name, source) => {
    const { status, text: body } = await post(async (req) => json(await req.body.json()), source)
    expect([status, body()]).toEqual([
      400,
      '400 Bad Request\n\nMalformed request body: JSON nested deeper than 1000 levels.\n',
    ])
  })

  it('takes brackets in strings for no nesting', async () => {
    const source = JSON.stringify({ a: '["\\{'.repeat(2000), b: 1 })
    const response = await post(async (req) => json(await req.body.json()), source)
    expect(response.json()).toEqual(JSON.parse(source))
  })

  it('gives back what JSON can say', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), async (source) => {
        fc.pre(!source.includes('"__proto__":'))
        const response = await post(async (req) => json(await req.body.json()), source)
        expect(response.json()).toEqual(JSON.parse(source))
      }),
    )
  })
})

describe('the limit', () => {
  const limited: App = async (req) => {
    req.bodyLimit = 10
    return text(req.pathInfo === '/stream' ? (await req.body.stream().toArray()).join('') : await req.body.text())
  }
  const message = `413 ${STATUS_CODES[413]}\n\nRequest is too large. Larger than max_request_body_size (10).\n`

  it.each([
    ['/', 'with a length', () => 'a'.repeat(11)],
    ['/stream', 'with a length', () => 'a'.repeat(11)],
    ['/', 'in chunks', () => Readable.from(['aaaaaa', 'aaaaaa'])],
    ['/stream', 'in chunks', () => Readable.from(['aaaaaa', 'aaaaaa'])],
  ])('answers 413 past it: %s, %s, and the connection goes on', async (path, _name, body) => {
    const { url } = await serve(limited)
    const answers = []
    for (const sent of [body(), 'a'.repeat(10)]) {
      const response = await request(url + path, { method: 'POST', body: sent })
      answers.push([response.statusCode, await response.body.text()])
    }
    expect(answers).toEqual([
      [413, message],
      [200, 'aaaaaaaaaa'],
    ])
  })
})

describe('a client gone half way', () => {
  it.each<[string, App]>([
    ['bytes', async (req) => text(await req.body.text())],
    ['stream', async (req) => text((await req.body.stream().toArray()).join(''))],
  ])('fails the read as ClientGone: %s', async (_name, app) => {
    const errors: unknown[] = []
    const { port, edge, logged } = await serve(async (req) => {
      try {
        return await app(req)
      } catch (error) {
        errors.push(error)
        throw error
      }
    })
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    socket.write('POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 100\r\n\r\nsome')
    await until(() => edge.inFlight === 1)
    socket.destroy()
    await until(() => edge.inFlight === 0)
    expect(errors).toMatchObject([{ code: 'ECONNRESET' }])
    expect(logged).toEqual([])
  })

  it('is also told to one who only starts to read afterwards', async () => {
    let go: () => void = () => undefined
    const gate = new Promise<void>((resolve) => (go = resolve))
    const errors: unknown[] = []
    const { port, edge } = await serve(async (req) => {
      await gate
      return text(await req.body.text().catch((error: unknown) => (errors.push(error), '')))
    })
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    socket.write('POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 100\r\n\r\nsome')
    await until(() => edge.inFlight === 1)
    socket.destroy()
    await until(() => socket.closed)
    go()
    await until(() => edge.inFlight === 0)
    expect(errors).toMatchObject([{ name: 'ClientGone' }])
  })
})

describe('inject and the edge', () => {
  it('give an app the same body', async () => {
    const app: App = async (req) => json([req.method, await req.body.text(), req.header('content-length')])
    const { port } = await serve(app)
    const raw = await exchange(port, 'PUT / HTTP/1.1\r\nhost: h\r\ncontent-length: 3\r\nconnection: close\r\n\r\nabc')
    const { body } = await inject(app, { method: 'PUT', path: '/', body: 'abc' })
    expect(raw.split('\r\n\r\n')[1]).toBe(body.toString())
  })
})
