// Connect middleware as filters: what they set, patch, listen to and answer by themselves.
import * as fc from 'fast-check'
import helmet from 'helmet'
import { request as httpRequest } from 'node:http'
import { Readable } from 'node:stream'
import { createGunzip, createGzip, gunzipSync } from 'node:zlib'
import { request } from 'undici'
import { describe, expect, it } from 'vitest'
import {
  fromConnect,
  fromNode,
  HttpError,
  inject,
  json,
  text,
  type App,
  type ConnectMiddleware,
} from '../../src/http/index.ts'
import { serve, until } from './serving.ts'

const run = (middleware: ConnectMiddleware, app: App, path = '/', method = 'GET') =>
  inject(fromConnect(middleware)(app), { path, method })

describe('headers', () => {
  it('set before next() are on the answer, of helmet too, unless the app sets them itself', async () => {
    const { headers, status } = await run(helmet(), () => text('x', 200, { 'x-frame-options': 'DENY' }))
    expect(status).toBe(200)
    expect(headers['content-security-policy']).toContain("default-src 'self'")
    expect(headers['x-frame-options']).toBe('DENY')
  })

  it.each<[string, ConnectMiddleware]>([
    ['as it is', (_req, res, next) => (res.setHeader('vary', 'Origin').appendHeader('set-cookie', 'a=1'), next())],
    [
      'through a response that is listened to',
      (_req, res, next) => {
        res.setHeader('vary', 'Origin').setHeader('set-cookie', ['a=1'])
        res.on('finish', () => undefined)
        next()
      },
    ],
  ])('that are lists are joined with those of the app, %s', async (_name, middleware) => {
    const { headers } = await run(middleware, () => text('x', 200, { vary: 'Accept', 'set-cookie': ['b=2', 'c=3'] }))
    expect(headers).toMatchObject({ vary: 'Accept, Origin', 'set-cookie': ['a=1', 'b=2', 'c=3'] })
  })

  it.each([false, true])('that cannot be sent are named as elsewhere (listened to: %s)', async (isListened) => {
    const logged: { err: { code: string; message: string } }[] = []
    const app = fromConnect((_req, res, next) => {
      if (isListened) res.on('finish', () => undefined)
      next()
    })(() => ({ status: 200, headers: { 'x-a': 'a\nb' }, body: Readable.from(['x']) }))
    const log = { error: (fields: object) => void logged.push(fields as (typeof logged)[0]) }
    expect((await inject(app, { path: '/', log })).status).toBe(500)
    expect(logged[0]?.err).toMatchObject({
      code: 'SLIPWAY_HTTP_RESPONSE',
      message: expect.stringContaining('"x-a"') as string,
    })
  })
})

describe('the way inward', () => {
  it('is synchronous for synchronous middleware and app', () => {
    const answer = text('x')
    const app = fromConnect((_req, _res, next) => next())(() => answer)
    const seen: unknown[] = []
    const watched: App = (req) => {
      seen.push(app(req))
      return answer
    }
    void inject(watched, { path: '/' })
    expect(seen).toEqual([answer])
  })

  it('shows the path below the mount and takes over a changed url and method', async () => {
    const seen: unknown[] = []
    const middleware: ConnectMiddleware = (req, _res, next) => {
      const { url, originalUrl, baseUrl } = req as typeof req & { originalUrl: string; baseUrl: string }
      seen.push([url, originalUrl, baseUrl])
      req.url = '/changed?new'
      req.method = 'DELETE'
      next()
    }
    const app = fromConnect(middleware)((req) =>
      json([req.method, req.scriptName, req.pathInfo, req.queryString, req.node.message.url]),
    )
    const response = await inject(app, { scriptName: '/v1', path: '/a?b', method: 'POST' })
    expect(seen).toEqual([['/a?b', '/v1/a?b', '/v1']])
    expect(response.json()).toEqual(['DELETE', '/v1', '/changed', 'new', '/v1/a?b'])
  })

  it('has one message for all: what one middleware puts on it the next finds', async () => {
    const login: ConnectMiddleware = (req, _res, next) => (Object.assign(req, { user: 'ann' }), next())
    const listener = fromNode((req, res) => res.end((req as { user?: string }).user))
    expect((await inject(fromConnect(login)(listener), { path: '/' })).text()).toBe('ann')
    const reading: App = async (req) => (await req.body.bytes(), listener(req))
    const read = await inject(fromConnect(login)(reading), { path: '/', method: 'POST', body: 'x' })
    expect(read.text()).toBe('ann')
  })

  it('goes on after a wait, and only once', async () => {
    let calls = 0
    const middleware: ConnectMiddleware = async (_req, _res, next) => {
      await new Promise((resolve) => setImmediate(resolve))
      next()
      next()
    }
    const { status } = await run(middleware, () => text(String((calls += 1))))
    expect([status, calls]).toEqual([200, 1])
  })
})

describe('answers and errors', () => {
  it('of the middleware itself do not reach the app', async () => {
    const { status, body } = await run(
      (_req, res) => res.writeHead(401).end('who?'),
      () => {
        throw new Error('reached')
      },
    )
    expect([status, body.toString()]).toEqual([401, 'who?'])
  })

  it.each<[string, ConnectMiddleware]>([
    ['next(error)', (_req, _res, next) => next(new HttpError(418))],
    [
      'next(error) after next()',
      (_req, _res, next) => {
        setImmediate(() => next(new HttpError(418)))
        next()
      },
    ],
    [
      'throw',
      () => {
        throw new HttpError(418)
      },
    ],
    ['a rejection', () => Promise.reject(new HttpError(418))],
  ])('by %s are raised to the filters outside', async (_name, middleware) => {
    const never: App = () => new Promise(() => undefined)
    const seen: unknown[] = []
    const outside: App = async (req) => {
      try {
        return await fromConnect(middleware)(never)(req)
      } catch (error) {
        seen.push(error)
        throw error
      }
    }
    expect((await inject(outside, { path: '/' })).status).toBe(418)
    expect(seen).toMatchObject([{ status: 418 }])
  })

  it.each<[string, App]>([
    [
      'thrown',
      () => {
        throw new HttpError(409)
      },
    ],
    ['rejected', () => Promise.reject(new HttpError(409))],
  ])('of the app pass through when %s, and end what waits for the response', async (_name, app) => {
    const events: string[] = []
    const middleware: ConnectMiddleware = (_req, res, next) => {
      for (const name of ['finish', 'close', 'end']) res.on(name, () => events.push(name))
      next()
    }
    expect((await run(middleware, app)).status).toBe(409)
    await until(() => events.includes('close'))
    expect(events).toEqual(['end', 'close'])
  })

  it('release the answer of the app when the middleware answered first', async () => {
    const late = new Readable({ read: () => undefined })
    let give: () => void = () => undefined
    const app: App = () => new Promise((resolve) => (give = () => resolve({ status: 200, headers: {}, body: late })))
    const middleware: ConnectMiddleware = (_req, res, next) => {
      next()
      res.writeHead(503).end()
    }
    expect((await run(middleware, app)).status).toBe(503)
    give()
    await until(() => late.destroyed)
  })

  it('that come after the answer are logged', async () => {
    const { url, logged } = await serve(
      fromConnect(async (_req, _res, next) => {
        next()
        await new Promise((resolve) => setImmediate(resolve))
        throw new Error('too late')
      })(() => text('ok')),
    )
    expect(await (await request(url)).body.text()).toBe('ok')
    await until(() => logged.length === 1)
    expect(logged[0]?.err.message).toBe('too late')
  })
})

/** Compresses by patching write and end, as the well-known middleware do it. */
const gzip: ConnectMiddleware = (_req, res, next) => {
  const [write, end] = [res.write.bind(res), res.end.bind(res)]
  const packer = createGzip()
  let isStarted = false
  const start = () => {
    if (isStarted) return
    isStarted = true
    res.setHeader('content-encoding', 'gzip')
    res.removeHeader('content-length')
    packer.on('data', (data: Buffer) => {
      if (!(write as (chunk: Buffer) => boolean)(data)) packer.pause()
    })
    packer.on('end', () => end())
    res.on('drain', () => packer.resume())
  }
  Object.assign(res, {
    write: (chunk: Buffer) => (start(), packer.write(chunk)),
    end: (chunk?: Buffer) => (start(), packer.end(chunk), res),
  })
  packer.on('drain', () => res.emit('drain'))
  next()
}

/** Adds a header at the last moment, as on-headers does. */
const stamped: ConnectMiddleware = (_req, res, next) => {
  const writeHead = res.writeHead.bind(res)
  res.writeHead = (status: number) => {
    res.setHeader('x-stamp', `${status} ${String(res.getHeader('content-length'))}`)
    return writeHead(status)
  }
  next()
}

describe('middleware that patches the response', () => {
  async function* pieces(chunks: readonly Uint8Array[]) {
    yield* chunks
  }

  it('sees the head of the answer before it goes', async () => {
    for (const body of ['grüß', Buffer.from('grüß')]) {
      const { headers } = await run(stamped, () => ({ status: 202, headers: {}, body }))
      expect(headers['x-stamp']).toBe('202 6')
    }
    expect((await run(stamped, () => text('12345'), '/', 'HEAD')).headers).toMatchObject({
      'x-stamp': '200 5',
      'content-length': '5',
    })
  })

  it('sees every byte of the body, whole or in any pieces', async () => {
    const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 3000 }), { maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(chunks, fc.boolean(), async (chunks, isWhole) => {
        const whole = Buffer.concat(chunks)
        const { headers, body } = await run(gzip, () => ({
          status: 200,
          headers: {},
          body: isWhole ? whole : pieces(chunks),
        }))
        expect(headers['content-encoding']).toBe('gzip')
        expect(gunzipSync(body).equals(whole)).toBe(true)
      }),
      { numRuns: 40 },
    )
  })

  it('passes a long body on over a socket with back-pressure, outside and inside of others', async () => {
    const chunk = Buffer.alloc(65_536, 'slipway ')
    async function* long() {
      for (let n = 0; n < 100; n++) yield chunk
    }
    const app: App = () => ({ status: 200, headers: {}, body: long() })
    const { url } = await serve(fromConnect(stamped)(fromConnect(gzip)(fromConnect(stamped)(app))))
    const { body, headers } = await request(url)
    expect(headers['x-stamp']).toBe('200 undefined')
    let bytes = 0
    for await (const piece of body.pipe(createGunzip())) bytes += (piece as Buffer).length
    expect(bytes).toBe(6_553_600)
  })

  it('is told when the client left, and the body of the app is released', async () => {
    const body = new Readable({ read: () => undefined })
    body.push('first')
    const events: string[] = []
    const middleware: ConnectMiddleware = (_req, res, next) => {
      for (const name of ['finish', 'close']) res.on(name, () => events.push(name))
      next()
    }
    const { url, edge, logged } = await serve(fromConnect(middleware)(() => ({ status: 200, headers: {}, body })))
    const client = httpRequest(url, (message) =>
      message.on('error', () => undefined).once('data', () => client.destroy()),
    )
    client.on('error', () => undefined).end()
    await until(() => events.length > 0 && body.destroyed && edge.inFlight === 0)
    expect([events, logged]).toEqual([['close'], []])
  })

  it('fails the body outside when the body inside fails', async () => {
    async function* broken() {
      yield 'first'
      throw new Error('half way')
    }
    const app = fromConnect(stamped)(() => ({ status: 200, headers: {}, body: broken() }))
    await expect(inject(app, { path: '/' })).rejects.toThrow('half way')
  })
})

describe('events of the response', () => {
  it("come in node's order, also for listeners added after next()", async () => {
    const events: string[] = []
    const middleware: ConnectMiddleware = (_req, res, next) => {
      next()
      res.on('finish', () =>
        events.push(`finish ${res.statusCode} ${String(res.getHeader('content-length'))} ${res.writableEnded}`),
      )
      res.on('close', () => events.push('close'))
    }
    const { text: body } = await run(middleware, () => text('abc', 201))
    await until(() => events.length === 2)
    expect([body(), events]).toEqual(['abc', ['finish 201 3 true', 'close']])
  })
})
