// Clients that take their time, with sockets that speak bytes: none holds a connection longer than the options allow.
import { once } from 'node:events'
import { connect as connectTcp, type Socket } from 'node:net'
import { Readable } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type App, text } from '../../../src/http/index.ts'
import { launchGroup } from '../../../src/launch/index.ts'
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

const ways = [
  ['HTTP', null],
  ['HTTPS', {}],
  ['HTTPS beside HTTP/2', { http2: 'true' }],
] as const

function serve(
  app: App,
  ssl: Readonly<Record<string, string>> | null,
  settings: Readonly<Record<string, number>>,
): Promise<ServingHttp> {
  return serveHttp(app, ssl === null ? { settings } : { settings, ssl, pair })
}

async function open({ port, url }: ServingHttp): Promise<Socket> {
  const isTls = url.startsWith('https')
  const socket = isTls
    ? connectTls({ port, host: '127.0.0.1', ca: authority.ca, ALPNProtocols: ['http/1.1'] })
    : connectTcp(port, '127.0.0.1')
  socket.on('error', () => undefined)
  onTestFinished(() => void socket.destroy())
  await once(socket, isTls ? 'secureConnect' : 'connect')
  return socket
}

/** A reset is an end like others: what the client has sent meanwhile was not read. */
async function closed(socket: Socket): Promise<void> {
  await new Promise<void>((resolve) => socket.once('close', () => resolve()))
}

/** All that comes until the server ends it, while the client goes on sending a byte now and then. */
async function drip(socket: Socket, first: string, next: string): Promise<string> {
  let answer = ''
  socket.setEncoding('latin1').on('data', (data: string) => (answer += data))
  socket.write(first)
  const more = setInterval(() => socket.write(next), 20)
  await closed(socket)
  clearInterval(more)
  return answer
}

/** The answer may be lost: what the client has sent meanwhile resets the connection. */
const late = /^(?:HTTP\/1\.1 408 |$)/

/** The handshake has this long as well. */
const slowHead = { headers_timeout: 1 }

describe.each(ways)('over %s', (_name, ssl) => {
  it('a head that comes byte by byte is refused after headers_timeout', async () => {
    const serving = await serve(() => text('ok'), ssl, slowHead)
    const answer = await drip(await open(serving), 'GET / HTTP/1.1\r\nhost: h\r\n', 'x')
    expect(answer).toMatch(late)
  })

  it('a connection that sends nothing is ended after headers_timeout', async () => {
    const serving = await serve(() => text('ok'), ssl, slowHead)
    const socket = await open(serving)
    socket.resume()
    await closed(socket)
  })

  it('a body that comes byte by byte is refused after request_timeout', async () => {
    const serving = await serve(async (req) => text(await req.body.text()), ssl, { request_timeout: 0.6 })
    const answer = await drip(await open(serving), 'POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 100000\r\n\r\n', 'x')
    expect(answer).toMatch(late)
    await until(() => serving.http.inFlight === 0, 'still in hand')
  })

  it('an idle connection is ended after keep_alive_timeout', async () => {
    const serving = await serve(() => text('ok'), ssl, { keep_alive_timeout: 0.3 })
    const socket = await open(serving)
    socket.write('GET / HTTP/1.1\r\nhost: h\r\n\r\n')
    await once(socket, 'data')
    await closed(socket)
  })

  it('a client that does not read its answer is cut off after client_socket_timeout', async () => {
    const body = Readable.from(
      (function* () {
        for (;;) yield Buffer.alloc(65_536)
      })(),
    )
    const serving = await serve(() => ({ status: 200, headers: {}, body }), ssl, { client_socket_timeout: 1 })
    const socket = await open(serving)
    socket.write('GET / HTTP/1.1\r\nhost: h\r\n\r\n')
    socket.pause()
    await until(() => body.destroyed && serving.http.inFlight === 0, 'the answer is still being written')
  })
})

it.each(ways.slice(1))('over %s a handshake that does not go on is ended after headers_timeout', async (_name, ssl) => {
  const { port } = await serve(() => text('ok'), ssl, slowHead)
  const socket = connectTcp(port, '127.0.0.1').on('error', () => undefined)
  await once(socket, 'connect')
  socket.write(Buffer.from('1603010200010001fc0303', 'hex'))
  socket.resume()
  await closed(socket)
})

it('by default each of these has an end', () => {
  const { headers_timeout, request_timeout, client_socket_timeout, keep_alive_timeout } = launchGroup.options
  for (const { default: seconds } of [headers_timeout, request_timeout, client_socket_timeout, keep_alive_timeout]) {
    expect(seconds).toBeGreaterThan(0)
  }
})
