// TLS as operators meet it: real masters and workers (built files), reloads with new and with broken certificates.
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { Agent, request } from 'undici'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Authority, type Pair } from '../fixtures/certificates.ts'
import { Load } from '../fixtures/load.ts'
import { RunningService, until } from '../fixtures/running-service.ts'

let authority: Authority
let stranger: Authority
let first: Pair
let second: Pair
let folder: string
let conf: string

beforeAll(() => {
  authority = new Authority()
  stranger = new Authority('another authority')
  first = authority.issue('first')
  second = authority.issue('second')
})

afterAll(() => {
  authority.remove()
  stranger.remove()
})

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tls-'))
  conf = join(folder, 'x.conf')
  install(first)
  configure()
})

afterEach(async () => {
  await RunningService.killAll()
  rmSync(folder, { recursive: true })
})

/** Puts a pair where the service looks for it. */
function install({ cert, key }: Pair): void {
  copyFileSync(cert, join(folder, 'api.pem'))
  copyFileSync(key, join(folder, 'api.key'))
}

/** Clients that a busy machine lets wait are not to be taken for idle ones. */
const patient = { keep_alive_timeout: '60', keepalive_grace: '10' }

function configure(ssl: Readonly<Record<string, string>> = {}, settings: Readonly<Record<string, string>> = {}): void {
  const lines = (values: Readonly<Record<string, string>>) =>
    Object.entries(values).map(([name, value]) => `${name} = ${value}`)
  const files = { cert_file: join(folder, 'api.pem'), key_file: join(folder, 'api.key') }
  writeFileSync(
    conf,
    ['[DEFAULT]', ...lines({ ...patient, ...settings }), '[ssl]', ...lines({ ...files, ...ssl }), ''].join('\n'),
  )
}

function serve(workers: number, flags: readonly string[] = []): RunningService {
  return new RunningService({ flags: ['--config-file', conf, '--workers', String(workers), ...flags] })
}

async function handshake(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port, ca: authority.ca, ...options })
  await once(socket, 'secureConnect')
  return socket
}

async function certificateAt(port: number): Promise<string> {
  const socket = await handshake(port)
  const name = socket.getPeerCertificate().subject.CN
  socket.destroy()
  return String(name)
}

/** The workers of before accept until they have read that they are to stop. */
async function untilServed(port: number, name: string): Promise<void> {
  await until(async () => (await certificateAt(port)) === name, `the certificate is not that of ${name}`)
}

async function get(url: string, path = '/'): Promise<{ status: number; body: string }> {
  const dispatcher = new Agent({ connect: { ca: authority.ca } })
  try {
    const { statusCode, body } = await request(`${url}${path}`, { dispatcher })
    return { status: statusCode, body: await body.text() }
  } finally {
    await dispatcher.close()
  }
}

async function speaks(url: string): Promise<boolean> {
  try {
    return (await get(url)).status === 200
  } catch {
    // By a worker of before, which speaks the other.
    return false
  }
}

async function reload(service: RunningService): Promise<void> {
  await service.line(/^reloaded in/, service.signal('SIGHUP'))
}

describe.each([
  ['one worker in process', 1, 'process'],
  ['two processes', 2, 'process'],
  ['two threads', 2, 'thread'],
])('a service with a certificate (%s)', (_name, workers, model) => {
  const serve = (flags: readonly string[] = []): RunningService =>
    new RunningService({
      flags: ['--config-file', conf, '--workers', String(workers), ...flags],
      env: { ...process.env, OS_DEFAULT__WORKER_MODEL: model },
    })

  it('speaks TLS, tells https URLs and how long the certificate is good', async () => {
    const service = serve()
    const { url, port } = await service.ready()
    expect(url).toBe(`https://127.0.0.1:${port}`)
    expect((await get(url)).status).toBe(200)
    expect(await service.line(/^TLS with the certificate of CN=first/)).toMatchObject({ level: 'info' })
    service.signal('SIGTERM')
    expect(await service.exit()).toEqual({ status: 0, signal: null })
    expect(service.messages.join('\n')).not.toMatch(/PRIVATE KEY|BEGIN/)
  })

  it('leaves an address in the clear that says so, and a unix socket', async () => {
    const socket = join(folder, 'a.sock')
    const listen = ['127.0.0.1:0', '127.0.0.1:0?tls=off', `unix:${socket}`].flatMap((one) => ['--listen', one])
    // Two addresses of one key are one: another host makes it two.
    const service = serve(listen.with(3, '127.0.0.2:0?tls=off'))
    await service.line(/^ready in/)
    const urls = (await service.line(/^listening on/)).msg.replace('listening on ', '').split(', ')
    expect(urls).toEqual([
      expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+$/),
      expect.stringMatching(/^http:\/\/127\.0\.0\.2:\d+$/),
      `unix:${socket}`,
    ])
    expect((await get(urls[0] ?? '')).status).toBe(200)
    expect((await request(urls[1] ?? '')).statusCode).toBe(200)
    const { statusCode } = await request('http://unix/', { dispatcher: new Agent({ connect: { socketPath: socket } }) })
    expect(statusCode).toBe(200)
  })

  it('serves the new certificate after a reload, and no request is lost', async () => {
    const service = serve()
    const { url, port } = await service.ready()
    expect(await certificateAt(port)).toBe('first')
    const kept = new Load(url, { clients: 4, thinkMs: 5, ca: authority.ca })
    const fresh = new Load(url, { clients: 2, thinkMs: 5, isFresh: true, ca: authority.ca })
    install(second)
    await reload(service)
    await untilServed(port, 'second')
    install(first)
    await reload(service)
    await untilServed(port, 'first')
    await Promise.all([kept.stop(), fresh.stop()])
    expect([...kept.failures, ...fresh.failures, kept.refused, fresh.refused]).toEqual([0, 0])
    expect(kept.answered).toBeGreaterThan(0)
    service.signal('SIGTERM')
    expect((await service.exit()).status).toBe(0)
  })

  it('keeps its certificate when the new one is broken, and says what is wrong where', async () => {
    const service = serve()
    const { url, port, pids } = await service.ready()
    const socket = await handshake(port)
    copyFileSync(second.key, join(folder, 'api.key'))
    const before = service.signal('SIGHUP')
    await service.line(/^reload refused: nothing has changed$/, before)
    const [told] = service.lines.slice(before).filter(({ level }) => level === 'error')
    expect(told).toMatchObject({
      code: 'SLIPWAY_LAUNCH_TLS',
      msg: expect.stringMatching(
        /^key_file ".*api\.key" does not belong to cert_file ".*api\.pem" \(.*x\.conf:\d+.*found the key of another certificate, expected the key of the certificate of CN=first$/,
      ) as string,
      hint: expect.stringContaining('put both files in place') as string,
    })
    expect(await certificateAt(port)).toBe('first')
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(String(answer)).toMatch(/^HTTP\/1\.1 200/)
    expect(pids).toContain((JSON.parse((await get(url)).body) as { pid: number }).pid)
    install(second)
    await reload(service)
    await untilServed(port, 'second')
    socket.destroy()
  })

  it('changes from plain to TLS and back on the same port by a reload', async () => {
    writeFileSync(conf, '[DEFAULT]\nkeepalive_grace = 0.3\n')
    const service = serve()
    const { url, port } = await service.ready()
    expect((await request(url)).statusCode).toBe(200)
    configure()
    await reload(service)
    await until(() => speaks(`https://127.0.0.1:${port}`), 'no TLS')
    writeFileSync(conf, '[DEFAULT]\nkeepalive_grace = 0.3\n')
    await reload(service)
    await until(() => speaks(url), 'still TLS')
  })

  it('asks clients for a certificate of its authority', async () => {
    configure({ ca_file: authority.caFile })
    const { port } = await serve().ready()
    const ask = async ({ cert, key }: Partial<Pair> = {}): Promise<string> => {
      const { readFileSync } = await import('node:fs')
      const own = cert && key ? { cert: readFileSync(cert), key: readFileSync(key) } : {}
      const socket = connect({ host: '127.0.0.1', port, ca: authority.ca, ...own })
      socket.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
      let answer = ''
      socket.on('data', (data: Buffer) => (answer += String(data)))
      return new Promise((resolve) => {
        socket.once('error', () => resolve('refused'))
        // In TLS 1.3 the client is through when the server looks at what it has sent.
        socket.once('close', () => resolve(answer === '' ? 'refused' : answer.slice(0, 12)))
      })
    }
    expect(await ask(authority.issue('client'))).toBe('HTTP/1.1 200')
    expect(await ask()).toBe('refused')
    expect(await ask(stranger.issue('client'))).toBe('refused')
  })
})

describe('a service with TLS', () => {
  it('does not start with a broken certificate, and ends with 78', async () => {
    writeFileSync(join(folder, 'api.pem'), 'no certificate')
    const service = serve(2)
    const { code, msg } = await service.line(/./)
    expect({ code, msg }).toEqual({
      code: 'SLIPWAY_LAUNCH_TLS',
      msg: expect.stringMatching(/^cert_file ".*api\.pem" holds no certificate$/) as string,
    })
    expect((await service.exit()).status).toBe(78)
  })

  it('starts with a certificate that has expired, and warns', async () => {
    install(authority.issue('old', -1))
    const service = serve(1)
    await service.ready()
    expect(await service.line(/the certificate of CN=old expired 1 day ago$/)).toMatchObject({ level: 'warn' })
  })

  it('resumes a session at whichever worker', async () => {
    configure({ version: 'TLSv1_2' })
    const { port } = await serve(2).ready()
    const socket = await handshake(port, { maxVersion: 'TLSv1.2' })
    const session = socket.getSession()
    socket.destroy()
    if (!session) throw new Error('no session')
    const reused = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const again = await handshake(port, { maxVersion: 'TLSv1.2', session })
        const isReused = again.isSessionReused()
        again.destroy()
        return isReused
      }),
    )
    expect(reused).toEqual(Array.from({ length: 12 }, () => true))
  })

  it('speaks HTTP/2 with those who can, through a rolling reload, without losing a request', async () => {
    configure({ http2: 'true' })
    const service = serve(2)
    const { url } = await service.ready()
    const load = new Load(url, { clients: 4, thinkMs: 5, ca: authority.ca })
    const { connect: connectHttp2 } = await import('node:http2')
    const asked = Array.from({ length: 4 }, async () => {
      const session = connectHttp2(url, { ca: authority.ca })
      const stream = session.request({ ':path': '/slow?ms=400' })
      const [headers] = (await once(stream, 'response')) as [{ ':status': number }]
      stream.resume()
      await once(stream, 'end')
      session.close()
      return headers[':status']
    })
    await reload(service)
    expect(await Promise.all(asked)).toEqual([200, 200, 200, 200])
    await load.stop()
    expect(load.failures).toEqual([])
    service.signal('SIGTERM')
    expect((await service.exit()).status).toBe(0)
  })

  it('ends although a client never finishes its handshake', async () => {
    configure({}, { keepalive_grace: '0.3' })
    const service = serve(1)
    const { port } = await service.ready()
    const socket = connectTcp(port, '127.0.0.1').on('error', () => undefined)
    await once(socket, 'connect')
    // The head of a ClientHello that does not go on.
    socket.write(Buffer.from('1603010200010001fc0303', 'hex'))
    await get(`https://127.0.0.1:${port}`)
    service.signal('SIGTERM')
    expect((await service.exit()).status).toBe(0)
    socket.destroy()
  })
})
