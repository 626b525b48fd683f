// HTTP/2 as clients meet it: real TLS, the client of node:http2, what the edge and the bridges answer.
import { once } from 'node:events'
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2'
import { request as httpsRequest } from 'node:https'
import { Readable } from 'node:stream'
import { hashSync } from 'bcryptjs'
import express from 'express'
import { Agent, fetch as undiciFetch } from 'undici'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type App, type Filter, fromFetch, fromNode, json, text } from '../../../src/http/index.ts'
import { basicAuth, legacyV2Compatible } from '../../../src/middleware/index.ts'
import { Authority, type Pair } from '../fixtures/certificates.ts'
import { until } from '../fixtures/running-service.ts'
import { serveHttp, type ServingHttp } from '../fixtures/serving-http.ts'

let authority: Authority
let pair: Pair

beforeAll(() => {
  authority = new Authority()
  pair = authority.issue('server')
})

afterAll(() => authority.remove())

async function serve(app: App, settings: Readonly<Record<string, string | number>> = {}): Promise<ServingHttp> {
  return serveHttp(app, { pair, ssl: { http2: 'true' }, settings })
}

async function open({ url }: ServingHttp): Promise<ClientHttp2Session> {
  const session = connect(url, { ca: authority.ca })
  session.on('error', () => undefined)
  onTestFinished(() => session.destroy())
  await once(session, 'connect')
  return session
}

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

async function answerOf(stream: ClientHttp2Stream): Promise<Answer> {
  const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders & { ':status': number }]
  let body = ''
  for await (const piece of stream.setEncoding('utf8')) body += piece as string
  return { status: headers[':status'], headers, body }
}

async function ask(session: ClientHttp2Session, headers: OutgoingHttpHeaders = {}, body?: string): Promise<Answer> {
  const stream = session.request(headers, { endStream: body === undefined })
  if (body !== undefined) stream.end(body)
  return answerOf(stream)
}

describe('a request over HTTP/2', () => {
  it('is to an app what it is over HTTP/1', async () => {
    const serving = await serve((req) =>
      json({
        method: req.method,
        path: req.pathInfo,
        query: req.queryString,
        scheme: req.scheme,
        host: req.host,
        address: req.remoteAddress,
        names: Object.keys(req.headers),
        raw: req.node.message.rawHeaders.filter((_, index) => index % 2 === 0),
        url: req.applicationUrl,
      }),
    )
    const session = await open(serving)
    const { status, body } = await ask(session, { ':path': '/a%2Fb?c=d', 'x-one': '1' })
    expect(status).toBe(200)
    expect(JSON.parse(body)).toEqual({
      method: 'GET',
      path: '/a%2Fb',
      query: 'c=d',
      scheme: 'https',
      host: `127.0.0.1:${serving.port}`,
      address: '127.0.0.1',
      names: ['x-one', 'host'],
      raw: ['x-one'],
      url: serving.url,
    })
  })

  it.each([
    ['with its length', { 'content-length': '5' }],
    ['without', {}],
  ])('gives its body, %s', async (_name, headers) => {
    const session = await open(await serve(async (req) => text(`<${await req.body.text()}>`)))
    expect(await ask(session, { ':method': 'POST', ...headers }, 'hello')).toMatchObject({
      status: 200,
      body: '<hello>',
    })
  })

  it('loses the headers that filters take off it', async () => {
    const app: App = (req) => json({ headers: req.headers, raw: req.node.message.rawHeaders })
    const seen = async (filter: Filter, headers: OutgoingHttpHeaders) => {
      const answer = await ask(await open(await serve(filter(app))), headers)
      return { status: answer.status, hasKept: /authorization|api-version/iu.test(answer.body) }
    }
    const users = new Map([['alice', hashSync('secret', 4)]])
    const basic = `Basic ${Buffer.from('alice:secret').toString('base64')}`
    const gone = { status: 200, hasKept: false }
    expect(
      await seen(
        basicAuth(() => users),
        { authorization: basic },
      ),
    ).toEqual(gone)
    expect(await seen(legacyV2Compatible(), { 'openstack-api-version': 'compute 2.1' })).toEqual(gone)
  })

  it('is refused when its body is beyond the limit, and the connection goes on', async () => {
    const session = await open(
      await serve(async (req) => {
        req.bodyLimit = 10
        return text(await req.body.text())
      }),
    )
    expect((await ask(session, { ':method': 'PUT' }, 'x'.repeat(100_000))).status).toBe(413)
    expect((await ask(session, { ':method': 'PUT' }, 'short')).body).toBe('short')
  })

  it('sends 100 Continue when the app first reads the body', async () => {
    const session = await open(await serve(async (req) => text(await req.body.text())))
    const stream = session.request({ ':method': 'POST', expect: '100-continue' }, { endStream: false })
    await once(stream, 'continue')
    stream.end('waited')
    expect(await answerOf(stream)).toMatchObject({ status: 200, body: 'waited' })
  })

  it('that breaks off in its body is no whole one', async () => {
    let seen: Promise<unknown> = Promise.resolve()
    let isReading = false
    const session = await open(
      await serve((req) => {
        seen = req.body.text().catch((error: unknown) => error)
        isReading = true
        return seen.then(() => text('never'))
      }),
    )
    const stream = session.request({ ':method': 'POST' }, { endStream: false })
    stream.on('error', () => undefined).write('half')
    await until(() => isReading, 'not asked')
    session.destroy()
    expect(await seen).toMatchObject({ code: 'ECONNRESET' })
  })

  it('that broke off before the app reads is no whole one either', async () => {
    let begin: (() => void) | undefined
    let seen: Promise<unknown> | undefined
    const begun = new Promise<void>((resolve) => (begin = resolve))
    const session = await open(
      await serve(async (req) => {
        begin?.()
        await once(req.node.message, 'close')
        seen = req.body.text().catch((error: unknown) => error)
        await seen
        return text('never')
      }),
    )
    const stream = session.request({ ':method': 'POST' }, { endStream: false })
    stream.on('error', () => undefined).write('half')
    await begun
    session.destroy()
    await until(() => seen !== undefined, 'the request did not close')
    expect(await seen).toMatchObject({ code: 'ECONNRESET' })
  })

  it('tells the app when its client has gone', async () => {
    let isGone = false
    let hasBegun = false
    const serving = await serve(async (req) => {
      hasBegun = true
      await new Promise<void>((resolve) => req.signal.addEventListener('abort', () => resolve()))
      isGone = true
      return text('too late')
    })
    const session = await open(serving)
    const stream = session.request().on('error', () => undefined)
    await until(() => hasBegun, 'not asked')
    stream.close(constants.NGHTTP2_CANCEL)
    await until(() => isGone && serving.http.inFlight === 0, 'the app was not told')
  })

  it('with a head beyond max_header_size is refused', async () => {
    const serving = await serve(() => text('ok'), { max_header_size: 2048 })
    const session = await open(serving)
    // The limit holds once the client has confirmed it.
    expect((await ask(session, { 'x-short': 'x' })).status).toBe(200)
    await expect(ask(session, { 'x-long': 'x'.repeat(4096) })).rejects.toThrow()
  })
})

describe('an answer over HTTP/2', () => {
  it('has no headers of connections and no reason, and no warning comes of them', async () => {
    const warnings: Error[] = []
    const onWarning = (warning: Error): void => void warnings.push(warning)
    process.on('warning', onWarning)
    onTestFinished(() => void process.off('warning', onWarning))
    const session = await open(
      await serve(() => ({
        status: 201,
        reason: 'Fine',
        headers: { connection: 'close', 'Keep-Alive': 'timeout=5', 'set-cookie': ['a=1', 'b=2'], 'x-number': 7 },
        body: 'made',
      })),
    )
    const { status, headers, body } = await ask(session)
    expect({ status, body }).toEqual({ status: 201, body: 'made' })
    expect(headers).toMatchObject({ 'set-cookie': ['a=1', 'b=2'], 'x-number': '7', 'content-length': '4' })
    expect(Object.keys(headers)).not.toContain('connection')
    expect(Object.keys(headers)).not.toContain('keep-alive')
    expect(warnings).toEqual([])
  })

  it.each([
    ['HEAD', 200, 'whole', 'whole'.length],
    ['GET', 204, '', undefined],
    ['GET', 304, '', undefined],
  ])('to %s with status %i has no body', async (method, status, body, length) => {
    const session = await open(await serve(() => ({ status, headers: {}, body })))
    const answer = await ask(session, { ':method': method })
    expect(answer).toMatchObject({ status, body: '' })
    expect(answer.headers['content-length']).toBe(length === undefined ? undefined : String(length))
  })

  it('of a stream comes whole, with back-pressure', async () => {
    const piece = 'x'.repeat(50_000)
    const session = await open(
      await serve(() => ({ status: 200, headers: {}, body: Readable.from(Array.from({ length: 40 }, () => piece)) })),
    )
    expect((await ask(session)).body).toHaveLength(2_000_000)
  })

  it('releases its stream when the client goes', async () => {
    const body = new Readable({ read: () => undefined })
    body.push('first')
    const serving = await serve(() => ({ status: 200, headers: {}, body }))
    const stream = (await open(serving)).request().on('error', () => undefined)
    await once(stream, 'data')
    stream.close(constants.NGHTTP2_CANCEL)
    await until(() => body.destroyed && serving.http.inFlight === 0, 'the body was not released')
  })

  it('with a line break in a header is a 500 and splits nothing', async () => {
    const session = await open(
      await serve(() => ({ status: 200, headers: { 'x-evil': 'a\r\nset-cookie: b=1' }, body: '' })),
    )
    const { status, headers } = await ask(session)
    expect(status).toBe(500)
    expect(headers).not.toHaveProperty('x-evil')
  })

  it('of an app that throws is a 500', async () => {
    const session = await open(
      await serve(() => {
        throw new Error('no')
      }),
    )
    expect(await ask(session)).toMatchObject({ status: 500, body: 'Internal Server Error\n' })
  })

  it('comes of an Express app with its body parser, and of a Fetch handler', async () => {
    const app = express()
      .use(express.json())
      .post(
        '/',
        (req, res) => void res.json({ got: req.body as unknown, host: req.headers.host, isSecure: req.secure }),
      )
    const serving = await serve(fromNode(app))
    const headers = { ':method': 'POST', 'content-type': 'application/json' }
    const answer = await ask(await open(serving), headers, '{"a":1}')
    expect(JSON.parse(answer.body)).toEqual({ got: { a: 1 }, host: `127.0.0.1:${serving.port}`, isSecure: true })
    const fetching = await serve(
      fromFetch(async (request) => Response.json([request.method, request.url, await request.text()])),
    )
    const fetched = await ask(await open(fetching), headers, 'hi')
    expect(JSON.parse(fetched.body)).toEqual(['POST', `${fetching.url}/`, 'hi'])
  })
})

describe('beside HTTP/2', () => {
  it('clients that speak HTTP/1.1 are served', async () => {
    const serving = await serve((req) => text(req.node.message.httpVersion))
    const client = httpsRequest(serving.url, { ca: authority.ca, agent: false }).end()
    const [response] = (await once(client, 'response')) as [Readable & { statusCode: number }]
    expect(response.statusCode).toBe(200)
    expect(String(await response.toArray())).toBe('1.1')
  })

  it('undici speaks whichever it is told to', async () => {
    const serving = await serve((req) => text(req.node.message.httpVersion))
    for (const allowH2 of [true, false]) {
      const dispatcher = new Agent({ allowH2, connect: { ca: authority.ca } })
      const response = await undiciFetch(serving.url, { dispatcher })
      expect(await response.text()).toBe(allowH2 ? '2.0' : '1.1')
      await dispatcher.close()
    }
  })
})

describe('a drain with HTTP/2', () => {
  it('answers what is in hand, and tells its client to ask elsewhere before that', async () => {
    let release: (() => void) | undefined
    const held = new Promise<void>((resolve) => (release = resolve))
    const app: App = async (req) => {
      if (req.pathInfo === '/held') await held
      return text(req.pathInfo)
    }
    const serving = await serve(app, { keepalive_grace: 30 })
    const session = await open(serving)
    const slow = ask(session, { ':path': '/held' })
    await until(() => serving.http.inFlight === 1, 'not in hand')
    const goaway = once(session, 'goaway')
    const stopped = serving.stop()
    expect((await goaway)[0]).toBe(constants.NGHTTP2_NO_ERROR)
    release?.()
    expect((await slow).body).toBe('/held')
    expect(await stopped).toBe(0)
  })

  it('answers an idle client once more, and tells it then', async () => {
    const serving = await serve(() => text('answered'), { keepalive_grace: 30 })
    const session = await open(serving)
    await ask(session)
    const stopped = serving.stop()
    const goaway = once(session, 'goaway')
    expect((await ask(session)).body).toBe('answered')
    await goaway
    expect(await stopped).toBe(0)
  })

  it('ends idle connections after the grace', async () => {
    const serving = await serve(() => text('ok'), { keepalive_grace: 0.05 })
    const session = await open(serving)
    await ask(session)
    const closed = once(session, 'close')
    expect(await serving.stop()).toBe(0)
    await closed
  })

  it('cuts what is left at the deadline, and says how much', async () => {
    const serving = await serve(() => new Promise(() => undefined))
    const session = await open(serving)
    const stream = session.request().on('error', () => undefined)
    await until(() => serving.http.inFlight === 1, 'not in hand')
    const deadline = new AbortController()
    const stopped = serving.stop(deadline.signal)
    await once(session, 'goaway')
    deadline.abort()
    expect(await stopped).toBe(1)
    await until(() => stream.closed, 'the stream goes on')
  })
})

describe('a connection of HTTP/2', () => {
  it('without a request ends after headers_timeout, an idle one after keep_alive_timeout', async () => {
    // The handshake has this long as well.
    await once(await open(await serve(() => text('ok'), { headers_timeout: 1 })), 'close')
    const used = await open(await serve(() => text('ok'), { keep_alive_timeout: 0.2 }))
    await ask(used)
    await once(used, 'close')
  })

  it('has a request whose body does not come cut off after request_timeout', async () => {
    const serving = await serve(async (req) => text(await req.body.text()), { request_timeout: 0.2 })
    const stream = (await open(serving)).request({ ':method': 'POST' }, { endStream: false })
    const closed = once(stream, 'close')
    stream.on('error', () => undefined).write('slow')
    await closed
    expect(stream.rstCode).toBe(constants.NGHTTP2_CANCEL)
    await until(() => serving.http.inFlight === 0, 'still in hand')
  })

  it('is closed with an answer after keepalive_requests', async () => {
    const serving = await serve(() => text('ok'), { keepalive_requests: 1 })
    const session = await open(serving)
    const goaway = once(session, 'goaway')
    expect((await ask(session)).status).toBe(200)
    await goaway
    await once(session, 'close')
  })
})
