// Sockets that another program has opened: real descriptors, handed to real services.
import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, request } from 'undici'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bindSocket, type BoundSocket } from '../../src/launch/master/bound-socket.ts'
import { Load } from './fixtures/load.ts'
import { RunningService, type Spec, until } from './fixtures/running-service.ts'

let folder: string
const sockets: { close(): void }[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'activation-'))
})

afterEach(async () => {
  await RunningService.killAll()
  for (const socket of sockets.splice(0)) socket.close()
  rmSync(folder, { recursive: true })
})

/** What systemd does: LISTEN_PID is the process that will be the service. */
const activated = ['/bin/sh', '-c', 'LISTEN_PID=$$ exec "$0" "$@"']

function start(descriptors: readonly number[], { env = {}, flags = [], ...spec }: Spec = {}): RunningService {
  return new RunningService({
    listens: false,
    through: activated,
    descriptors,
    flags,
    env: { ...(process.env as Record<string, string>), LISTEN_FDS: String(descriptors.length), ...env },
    ...spec,
  })
}

function tcp(ip = '127.0.0.1'): BoundSocket {
  const socket = bindSocket({ ip, port: 0 })
  sockets.push(socket)
  return socket
}

function unix(path: string): BoundSocket {
  const socket = bindSocket({ path, servedAs: path })
  sockets.push(socket)
  return socket
}

async function get(url: string): Promise<{ pid: number; worker: number }> {
  const { body } = await request(url, { reset: true })
  return (await body.json()) as { pid: number; worker: number }
}

describe('inherited sockets', () => {
  it.each(['1', '2'])('are served when nothing else is asked for (%s workers)', async (workers) => {
    const path = join(folder, 'a.sock')
    const [four, six, file] = [tcp(), tcp('::1'), unix(path)]
    const service = start([four.fd, six.fd, file.fd], { flags: ['--workers', workers] })
    await service.ready()
    const urls = [`http://127.0.0.1:${four.bound?.port}`, `http://[::1]:${six.bound?.port}`]
    expect((await service.line(/^listening on/)).msg).toBe(`listening on ${urls.join(', ')}, unix:${path}`)
    for (const url of urls) expect(await get(url)).toHaveProperty('pid')
    const client = new Client('http://localhost', { socketPath: path })
    expect((await client.request({ method: 'GET', path: '/' })).statusCode).toBe(200)
    await client.close()
    service.signal('SIGTERM')
    expect(await service.exit()).toEqual({ status: 0, signal: null })
    expect(existsSync(path)).toBe(true)
  })

  it.each(['1', '2'])('lose nobody who waits in them when the service starts again (%s workers)', async (workers) => {
    const socket = tcp()
    const flags = ['--workers', workers]
    const first = start([socket.fd], { flags })
    const { url } = await first.ready()
    const load = new Load(url, { clients: 16, isFresh: true })
    await until(() => load.answered > 200, 'no load')
    first.signal('SIGTERM')
    expect(await first.exit()).toEqual({ status: 0, signal: null })
    const second = start([socket.fd], { flags })
    await second.ready()
    const before = load.answered
    await until(() => load.answered > before + 200, 'nobody is answered after the start')
    await load.stop()
    expect([load.failures, load.refused]).toEqual([[], 0])
  })

  it('are asked for by name, by number and by address; the others are told and closed', async () => {
    const path = join(folder, 'a.sock')
    const [named, twin, numbered, addressed, left, file] = [tcp(), tcp(), tcp(), tcp(), tcp(), unix(path)]
    const asked = ['fd:api', 'fd:5', `localhost:${addressed.bound?.port}`, `unix:${path}?mode=0600`]
    const service = start(
      [named, twin, numbered, addressed, left, file].map(({ fd }) => fd),
      {
        flags: ['--workers', '2', ...asked.flatMap((text) => ['--listen', text])],
        env: { LISTEN_FDNAMES: 'api:api:x:y:metrics:unknown' },
      },
    )
    await service.ready()
    for (const { bound } of [named, twin, numbered, addressed]) {
      expect(await get(`http://127.0.0.1:${bound?.port}`)).toHaveProperty('pid')
    }
    expect(service.messages).toContain(
      `nobody asks for the inherited socket 7 "metrics" (127.0.0.1:${left.bound?.port}): closed. "listen" would take it as fd:7`,
    )
    expect(service.messages.filter((line) => line.startsWith('nobody asks'))).toHaveLength(1)
  })

  it('stay through a reload', async () => {
    const socket = tcp()
    const service = start([socket.fd], { flags: ['--workers', '2'], env: { LISTEN_FDNAMES: 'api' } })
    const { url, pids } = await service.ready()
    const after = service.signal('SIGHUP')
    await service.line(/^reloaded in/, after)
    expect(pids).not.toContain((await get(url)).pid)
  })

  it('that are meant for another process are left alone, and so are their variables', async () => {
    const socket = tcp()
    const service = start([socket.fd], {
      through: [],
      env: { LISTEN_PID: '1' },
      flags: ['--listen', '127.0.0.1:0'],
    })
    const { port } = await service.ready()
    expect(port).not.toBe(socket.bound?.port)
    expect(service.messages).toContain(
      `sockets of LISTEN_FDS are left alone: they are for pid 1, and this is pid ${service.pid}`,
    )
  })
})

describe('a start is refused', () => {
  async function refusal(service: RunningService) {
    expect(await service.exit()).toEqual({ status: 78, signal: null })
    return service.lines.at(-1)
  }

  it('when a socket that is asked for was not inherited', async () => {
    const socket = tcp()
    const service = start([socket.fd], { flags: ['--listen', 'fd:apo'], env: { LISTEN_FDNAMES: 'api' } })
    expect(await refusal(service)).toMatchObject({
      code: 'SLIPWAY_LAUNCH_ACTIVATION',
      msg: 'cannot listen on "fd:apo": no such socket was inherited',
    })
  })

  it('when a descriptor is no socket, or not open', async () => {
    const file = openSync('/dev/null', 'r')
    sockets.push({ close: () => closeSync(file) })
    expect(await refusal(start([file], { env: { LISTEN_FDNAMES: 'api' } }))).toMatchObject({
      code: 'SLIPWAY_LAUNCH_ACTIVATION',
      msg: 'cannot serve the inherited socket 3 "api": it is no socket',
    })
    expect(await refusal(start([tcp().fd], { env: { LISTEN_FDS: '40' } }))).toMatchObject({
      msg: expect.stringMatching(
        /^cannot serve the inherited socket \d+: (?:it is no socket|descriptor \d+ is not open)$/,
      ) as string,
    })
  })

  it('when it is a datagram socket', async () => {
    const socket = createSocket('udp4')
    sockets.push(socket)
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    const { fd } = (socket as unknown as Record<symbol, { handle: { fd: number } }>)[stateOf(socket)]?.handle ?? {
      fd: -1,
    }
    expect(await refusal(start([fd]))).toMatchObject({
      msg: 'cannot serve the inherited socket 3: it does not take connections, it is a datagram socket',
      hint: 'in the .socket unit, ListenStream= is for what takes connections',
    })
  })

  it.each(['tcp', 'unix'])('when it is a connection (%s)', async (kind) => {
    const server = createServer()
    sockets.push(server)
    const path = join(folder, 'b.sock')
    if (kind === 'tcp') server.listen(0, '127.0.0.1')
    else server.listen(path)
    await once(server, 'listening')
    const client = kind === 'tcp' ? connect(portOf(server), '127.0.0.1') : connect(path)
    sockets.push({ close: () => client.destroy() })
    await once(client, 'connect')
    const { fd } = (client as unknown as { _handle: { fd: number } })._handle
    expect(await refusal(start([fd]))).toMatchObject({
      msg: 'cannot serve the inherited socket 3: it is one connection',
      hint: 'in the .socket unit, Accept=no: the service accepts its connections itself',
    })
  })
})

/** Where node:dgram keeps its handle. */
function stateOf(socket: object): symbol {
  return (
    Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'state symbol') ?? Symbol('none')
  )
}

function portOf(server: Server): number {
  return (server.address() as { port: number }).port
}

const activate = '/usr/bin/systemd-socket-activate'

/** As the kernel tells it (SO_ACCEPTCON): the file is there a moment before, and a try to connect would start the service. */
function isListening(path: string): boolean {
  const sockets = readFileSync('/proc/net/unix', 'utf-8').split('\n')
  return sockets.some((line) => line.endsWith(` ${path}`) && line.split(' ')[3] === '00010000')
}

describe('systemd-socket-activate', () => {
  let child: ChildProcess | null = null

  afterEach(async () => {
    if (child === null || child.exitCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  })

  // Part of systemd, which not every machine has.
  it.skipIf(!existsSync(activate))('starts the service with the first connection, which is answered', async () => {
    const path = join(folder, 'c.sock')
    const main = join(import.meta.dirname, 'fixtures', 'start.mjs')
    const json = JSON.stringify({ flags: ['--listen', 'fd:web'] })
    child = spawn(activate, ['-l', path, '--fdname=web', process.execPath, main, json], { stdio: 'ignore' })
    await until(() => isListening(path), 'it does not listen')
    const client = new Client('http://localhost', { socketPath: path })
    const { body } = await client.request({ method: 'GET', path: '/' })
    // It becomes the service, pid and all.
    expect(await body.json()).toEqual({ worker: 1, pid: child.pid })
    await client.close()
  })
})
