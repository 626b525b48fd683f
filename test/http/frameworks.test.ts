// Real apps of Express, Fastify, Koa and Hono behind the bridges: mounted below a prefix, inside a filter, over a
// socket and without one.
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { Client } from 'undici'
import { describe, expect, it, onTestFinished } from 'vitest'
import { adoptApp, inject, type App, type Filter } from '../../src/http/index.ts'
import { serve, until } from './serving.ts'

const big = 3_000_000

/** Produces until it is destroyed, and tells how much. */
class Endless extends Readable {
  produced = 0

  override _read(): void {
    this.produced += 65536
    this.push(Buffer.alloc(65536))
  }
}

interface Made {
  readonly app: App
  readonly endless: Endless
}

function expressApp(): Made {
  const endless = new Endless()
  const app = express()
  app.disable('x-powered-by')
  app.use((_req, res, next) => {
    res.locals.started = true
    next()
  })
  app.get(
    '/hello',
    (req, res) => void res.json({ path: req.path, whole: req.originalUrl, x: req.query.x, base: req.baseUrl }),
  )
  app.post('/echo', express.json(), (req, res) => void res.status(201).json(req.body))
  app.post('/upload', (req, res, next) => void countBytes(req).then((count) => res.send(count), next))
  app.get('/download', (_req, res) => void Readable.from(blocks()).pipe(res.type('bin')))
  app.get('/endless', (_req, res) => void endless.pipe(res).on('close', () => endless.destroy()))
  app.get('/cookies', (_req, res) => void res.cookie('a', '1').cookie('b', '2').status(204).end())
  app.get('/fail', () => {
    throw new Error('inside')
  })
  app.use((error: Error, _req: express.Request, res: express.Response, _next: express.NextFunction) => {
    res.status(500).send(`handled ${error.message}`)
  })
  return { app: adoptApp(app), endless }
}

function fastifyApp(): Made {
  const endless = new Endless()
  const app = fastify()
  app.addContentTypeParser('application/octet-stream', (_req, body, done) => done(null, body))
  app.get('/hello', (req) => ({
    path: req.url.split('?')[0],
    whole: req.originalUrl,
    x: (req.query as { x: string }).x,
    base: '/shop',
  }))
  app.post('/echo', async (req, reply) => reply.code(201).send(req.body))
  app.post('/upload', (req) => countBytes(req.body as Readable))
  app.get('/download', (_req, reply) => reply.type('application/octet-stream').send(Readable.from(blocks())))
  app.get('/endless', (_req, reply) => reply.send(endless))
  app.get('/cookies', (_req, reply) => reply.header('set-cookie', ['a=1; Path=/', 'b=2; Path=/']).code(204).send())
  app.get('/fail', () => {
    throw new Error('inside')
  })
  app.setErrorHandler((error: Error, _req, reply) => reply.code(500).send(`handled ${error.message}`))
  return { app: adoptApp(app), endless }
}

function koaApp(): Made {
  const endless = new Endless()
  const app = new Koa()
  app.silent = true
  app.use(async (ctx, next) => {
    try {
      await next()
    } catch (error) {
      ctx.status = 500
      ctx.body = `handled ${(error as Error).message}`
    }
  })
  app.use(async (ctx) => {
    const original = (ctx.req as { originalUrl?: string }).originalUrl
    switch (`${ctx.method} ${ctx.path}`) {
      case 'GET /hello':
      case 'HEAD /hello':
        ctx.body = { path: ctx.path, whole: original, x: ctx.query.x, base: '/shop' }
        break
      case 'POST /echo':
        ctx.status = 201
        ctx.body = JSON.parse((await ctx.req.setEncoding('utf8').toArray()).join('')) as object
        break
      case 'POST /upload':
        ctx.body = await countBytes(ctx.req)
        break
      case 'GET /download':
        ctx.type = 'bin'
        ctx.body = Readable.from(blocks())
        break
      case 'GET /endless':
        ctx.body = endless
        break
      case 'GET /cookies':
        ctx.set('set-cookie', ['a=1; Path=/', 'b=2; Path=/'])
        ctx.status = 204
        break
      case 'GET /fail':
        throw new Error('inside')
      default:
    }
  })
  return { app: adoptApp(app), endless }
}

function honoApp(): Made {
  const endless = new Endless()
  const app = new Hono().basePath('/shop')
  app.get('/hello', (c) =>
    c.json({
      path: c.req.path.slice('/shop'.length),
      whole: c.req.url.replace(/^http:\/\/[^/]+/, ''),
      x: c.req.query('x'),
      base: '/shop',
    }),
  )
  app.post('/echo', async (c) => c.json(await c.req.json<object>(), 201))
  app.post('/upload', async (c) => c.text(await countBytes(c.req.raw.body ?? Readable.from([]))))
  app.get('/download', (c) => c.body(Readable.toWeb(Readable.from(blocks())) as ReadableStream))
  app.get('/endless', (c) => c.body(Readable.toWeb(endless) as ReadableStream))
  app.get('/cookies', (c) => {
    c.header('set-cookie', 'a=1; Path=/', { append: true })
    c.header('set-cookie', 'b=2; Path=/', { append: true })
    return c.body(null, 204)
  })
  app.get('/fail', () => {
    throw new Error('inside')
  })
  app.onError((error, c) => c.text(`handled ${error.message}`, 500))
  return { app: adoptApp(app), endless }
}

async function countBytes(body: AsyncIterable<unknown>): Promise<string> {
  let bytes = 0
  for await (const chunk of body) bytes += (chunk as Uint8Array).length
  return String(bytes)
}

async function* blocks() {
  for (let sent = 0; sent < big; sent += 60_000) yield Buffer.alloc(60_000, 'x')
}

const mountAt =
  (prefix: string): Filter =>
  (app) =>
  (req) => {
    if (!req.pathInfo.startsWith(prefix)) return { status: 404, headers: {}, body: null }
    req.scriptName += prefix
    req.pathInfo = req.pathInfo.slice(prefix.length)
    return app(req)
  }

const marked: Filter = (app) => async (req) => {
  const response = await app(req)
  response.headers['x-outside'] = 'yes'
  return response
}

const pipeline = (app: App): App => marked(mountAt('/shop')(app))

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly text: string
}

type Ask = (method: string, path: string, body?: string | Readable, type?: string) => Promise<Answer>

function withoutSocket(app: App): Ask {
  return async (method, path, body, type) => {
    const headers = type === undefined ? {} : { 'content-type': type }
    const {
      status,
      headers: sent,
      text,
    } = await inject(app, { method, path, headers, ...(body === undefined ? {} : { body }) })
    return { status, headers: sent, text: text() }
  }
}

async function overSocket(app: App): Promise<{ ask: Ask; connections: () => number }> {
  const { url, server } = await serve(app)
  let connections = 0
  server.on('connection', () => (connections += 1))
  const client = new Client(url)
  onTestFinished(() => client.destroy())
  const ask: Ask = async (method, path, body, type) => {
    const headers = type === undefined ? {} : { 'content-type': type }
    const response = await client.request({ method, path, headers, body: body ?? null, reset: false })
    return { status: response.statusCode, headers: response.headers, text: await response.body.text() }
  }
  return { ask, connections: () => connections }
}

const frameworks: [string, () => Made][] = [
  ['Express', expressApp],
  ['Fastify', fastifyApp],
  ['Koa', koaApp],
  ['Hono', honoApp],
]

describe.each(frameworks)('%s', (name, make) => {
  const check = async (ask: Ask) => {
    const hello = await ask('GET', '/shop/hello?x=1')
    expect(hello).toMatchObject({ status: 200, headers: { 'x-outside': 'yes' } })
    expect(JSON.parse(hello.text)).toMatchObject({ path: '/hello', whole: '/shop/hello?x=1', x: '1' })

    const head = await ask('HEAD', '/shop/hello?x=1')
    expect([head.status, head.text]).toEqual([200, ''])
    expect(head.headers['content-type']).toBe(hello.headers['content-type'])
    // A Fetch response does not know its own length.
    if (name !== 'Hono') expect(head.headers['content-length']).toBe(String(hello.text.length))

    const echo = await ask('POST', '/shop/echo', '{"a":[1,"ü"]}', 'application/json')
    expect([echo.status, echo.text]).toEqual([201, '{"a":[1,"ü"]}'])

    const cookies = await ask('GET', '/shop/cookies')
    expect(cookies).toMatchObject({ status: 204, text: '', headers: { 'set-cookie': ['a=1; Path=/', 'b=2; Path=/'] } })
    expect(cookies.headers['content-length']).toBeUndefined()

    const download = await ask('GET', '/shop/download')
    expect([download.status, download.text.length]).toEqual([200, big])

    const upload = await ask('POST', '/shop/upload', Readable.from(blocks()), 'application/octet-stream')
    expect([upload.status, upload.text]).toEqual([200, String(big)])

    const failed = await ask('GET', '/shop/fail')
    expect(failed).toMatchObject({ status: 500, text: 'handled inside', headers: { 'x-outside': 'yes' } })
    expect((await ask('GET', '/shop/missing')).status).toBe(404)
    expect((await ask('GET', '/elsewhere')).status).toBe(404)
  }

  it('routes, parses, streams, fails and ends as a value, without a socket', async () => {
    await check(withoutSocket(pipeline(make().app)))
  })

  it('does the same over one kept connection', async () => {
    const { ask, connections } = await overSocket(pipeline(make().app))
    await check(ask)
    expect(connections()).toBe(1)
  })

  it('is not read ahead of a slow client, and learns that it left', async () => {
    const { app, endless } = make()
    const { port, edge, logged } = await serve(pipeline(app))
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write('GET /shop/endless HTTP/1.1\r\nhost: h\r\n\r\n')
    socket.pause()
    let seen = 0
    for (let still = 0; still < 100; still = endless.produced === seen && seen > 0 ? still + 1 : 0) {
      seen = endless.produced
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(endless.produced).toBeLessThan(64 * 1024 * 1024)
    socket.destroy()
    await until(() => endless.destroyed && edge.inFlight === 0)
    expect(logged).toEqual([])
  })

  it('ends the upload of a client that leaves', async () => {
    const { port, edge } = await serve(pipeline(make().app))
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    const length = 'content-length: 100\r\ncontent-type: application/octet-stream'
    socket.write(`POST /shop/upload HTTP/1.1\r\nhost: h\r\n${length}\r\n\r\nsome`)
    await until(() => edge.inFlight === 1)
    socket.destroy()
    await until(() => edge.inFlight === 0)
    expect(edge.handled).toBe(1)
  })

  it.each([false, true])('keeps the limit of the body (100-continue: %s)', async (expectsContinue) => {
    const limited: Filter = (app) => (req) => {
      req.bodyLimit = 100_000
      return app(req)
    }
    const { url } = await serve(limited(pipeline(make().app)))
    const statuses = []
    for (const size of [100_000, 100_001]) {
      const client = httpRequest(`${url}/shop/upload`, {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream', ...(expectsContinue ? { expect: '100-continue' } : {}) },
      })
      if (expectsContinue) {
        client.flushHeaders()
        await once(client, 'continue')
      }
      client.end(Buffer.alloc(size))
      const [message] = (await once(client, 'response')) as [Readable & { statusCode: number }]
      statuses.push([message.statusCode, (await message.toArray()).join('').includes('100000')])
    }
    expect(statuses[0]).toEqual([200, true])
    expect(statuses[1]?.[0]).toBeGreaterThanOrEqual(400)
  })

  it('gets the bytes that a filter has read before', async () => {
    const reading: Filter = (app) => async (req) => {
      await req.body.bytes()
      return app(req)
    }
    const { ask } = await overSocket(reading(pipeline(make().app)))
    for (const via of [ask, withoutSocket(reading(pipeline(make().app)))]) {
      const { status, text } = await via('POST', '/shop/echo', '{"a":1}', 'application/json')
      expect([status, text]).toEqual([201, '{"a":1}'])
    }
  })
})
