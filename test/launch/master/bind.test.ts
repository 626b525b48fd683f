// Binding without accepting, on the Node that runs the tests: real sockets.
import { once } from 'node:events'
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findUser } from '../../../src/launch/accounts.ts'
import { parseAddress } from '../../../src/launch/address.ts'
import { bindListeners, closeListeners, type Listener, rebindListeners } from '../../../src/launch/master/bind.ts'
import { boundListener } from '../../../src/launch/worker/listeners.ts'
import { bindSocket } from '../../../src/launch/master/bound-socket.ts'

let folder: string
let listeners: Listener[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bind-'))
})

afterEach(() => {
  closeListeners(listeners)
  listeners = []
  rmSync(folder, { recursive: true })
})

async function bind(...texts: readonly string[]): Promise<Listener[]> {
  listeners = await bindListeners(texts.map((text) => ({ address: parseAddress(text), where: null, origin: null })))
  return listeners
}

function portOf(listener: Listener | undefined): number {
  const address = listener?.request.address
  return address?.kind === 'tcp' ? address.port : 0
}

/** `open`, or the code of the error. */
async function knock(target: number | string): Promise<string> {
  const socket = typeof target === 'number' ? connect(target, '127.0.0.1') : connect(target)
  const answer = await new Promise<string>((resolve) => {
    socket.once('connect', () => resolve('open'))
    socket.once('error', ({ code = '' }: NodeJS.ErrnoException) => resolve(code))
  })
  socket.destroy()
  return answer
}

async function serving(listener: Listener | undefined): Promise<Server> {
  const server = createServer((socket) => socket.end())
  listener?.socket.adoptInto(server, 16)
  await once(server, 'listening')
  return server
}

async function closed(server: Server): Promise<void> {
  server.close()
  await once(server, 'close')
}

describe('a bound socket', () => {
  it('keeps its port, has a descriptor, and accepts nobody', async () => {
    const [listener] = await bind('127.0.0.1:0')
    const port = portOf(listener)
    expect(port).toBeGreaterThan(0)
    expect(fstatSync(listener?.socket.fd ?? -1).isSocket()).toBe(true)
    expect(await knock(port)).toBe('ECONNREFUSED')
  })

  it('is free again once it is closed, and may be closed twice', async () => {
    const [listener] = await bind('127.0.0.1:0')
    const port = portOf(listener)
    closeListeners(listeners)
    closeListeners(listeners)
    expect(portOf((await bind(`127.0.0.1:${port}`))[0])).toBe(port)
  })

  it.each(['tcp', 'unix'])('serves when a server of this process adopts it, which then owns it (%s)', async (kind) => {
    const path = join(folder, 'a.sock')
    const [listener] = await bind(kind === 'tcp' ? '127.0.0.1:0' : `unix:${path}`)
    const target = kind === 'tcp' ? portOf(listener) : path
    const server = await serving(listener)
    expect(await knock(target)).toBe('open')
    expect(server.address()).toEqual(kind === 'tcp' ? expect.objectContaining({ port: target }) : path)
    const fd = listener?.socket.fd ?? -1
    await closed(server)
    expect(await knock(target)).toBe('ECONNREFUSED')
    // The number is free: whoever gets it next must not lose it to a second close.
    const strangers: number[] = []
    while (!strangers.includes(fd) && strangers.length < 256) strangers.push(openSync('/dev/null', 'r'))
    expect(strangers).toContain(fd)
    listener?.socket.close()
    for (const stranger of strangers) {
      expect(fstatSync(stranger).isCharacterDevice()).toBe(true)
      closeSync(stranger)
    }
  })
})

describe('bindListeners', () => {
  it('resolves names, and takes several addresses', async () => {
    const [first, second] = await bind('localhost:0', '127.0.0.1:0')
    expect(portOf(first)).not.toBe(portOf(second))
  })

  it('binds the same port for IPv4 and IPv6 side by side', async () => {
    const [probe] = await bind('0.0.0.0:0')
    const port = portOf(probe)
    closeListeners(listeners)
    await bind(`0.0.0.0:${port}`, `[::]:${port}`)
    const server = await serving(listeners[0])
    expect(await knock(port)).toBe('open')
    await closed(server)
  })

  it('releases what it had when one address cannot be had', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as { port: number }
    const path = join(folder, 'a.sock')
    await expect(bind(`unix:${path}`, `127.0.0.1:${port}`)).rejects.toMatchObject({
      code: 'SLIPWAY_LAUNCH_PORT_IN_USE',
      exitCode: 69,
      message: expect.stringContaining(`in use by pid ${process.pid} (`) as string,
    })
    expect(existsSync(path)).toBe(false)
    await closed(taken)
  })

  it('says when no interface has the address', async () => {
    await expect(bind('192.0.2.1:0')).rejects.toMatchObject({ code: 'SLIPWAY_LAUNCH_BIND', exitCode: 69 })
  })

  it('lets the first to listen have an address that two have bound, and tells the second', async () => {
    const request = { address: parseAddress('127.0.0.1:0'), where: null, origin: null }
    const [first] = await bind('127.0.0.1:0')
    const second = bindSocket({ ip: '127.0.0.1', port: portOf(first) })
    const server = await serving(first)
    const late = boundListener({ request, socket: second }).listen(createServer(), 16)
    await expect(late).rejects.toMatchObject({ code: 'SLIPWAY_LAUNCH_PORT_IN_USE' })
    await closed(server)
  })
})

describe('a unix socket', () => {
  it('has the mode that was asked for before anybody can connect, and goes when it is closed', async () => {
    const path = join(folder, 'a.sock')
    await bind(`unix:${path}?mode=0640`)
    expect(statSync(path).mode & 0o777).toBe(0o640)
    expect(await knock(path)).toBe('ECONNREFUSED')
    expect(readdirSync(folder)).toEqual(['a.sock'])
    closeListeners(listeners)
    closeListeners(listeners)
    expect(readdirSync(folder)).toEqual([])
  })

  it.skipIf(process.getuid?.() !== 0)(
    'has the owner and the group that were asked for (as root: others cannot give)',
    async () => {
      // Only root may give files to another user.
      const path = join(folder, 'a.sock')
      await bind(`unix:${path}?owner=nobody&group=12345`)
      const { uid } = userInfo({ encoding: 'utf8' })
      expect(statSync(path).uid).not.toBe(uid)
      expect(statSync(path)).toMatchObject({ uid: findUser('nobody', { where: null, what: '' }).uid, gid: 12_345 })
    },
  )

  it('names a user that is not there, and those that are close', async () => {
    await expect(bind(`unix:${join(folder, 'a.sock')}?owner=nobdy`)).rejects.toMatchObject({
      code: 'SLIPWAY_LAUNCH_ACCOUNT',
      exitCode: 78,
      message: `there is no user "nobdy", which "unix:${join(folder, 'a.sock')}?owner=nobdy" names`,
      alternatives: ['nobody'],
    })
    expect(readdirSync(folder)).toEqual([])
  })

  it('takes the place of one that nobody serves, whose end does not touch it', async () => {
    const path = join(folder, 'a.sock')
    const dead = await bind(`unix:${path}`)
    const [alive] = await bind(`unix:${path}`)
    closeListeners(dead)
    const server = await serving(alive)
    expect(await knock(path)).toBe('open')
    await closed(server)
  })

  it('that is handed on stays when it is closed', async () => {
    const path = join(folder, 'a.sock')
    const [listener] = await bind(`unix:${path}`)
    listener?.file?.handOn()
    closeListeners(listeners)
    expect(existsSync(path)).toBe(true)
  })

  it('leaves one alone that is served, and a file that is no socket', async () => {
    const path = join(folder, 'a.sock')
    const served = createServer().listen(path)
    await once(served, 'listening')
    await expect(bind(`unix:${path}`)).rejects.toMatchObject({ code: 'SLIPWAY_LAUNCH_PORT_IN_USE' })
    expect(await knock(path)).toBe('open')
    await closed(served)
    writeFileSync(path, 'precious')
    await expect(bind(`unix:${path}`)).rejects.toMatchObject({
      code: 'SLIPWAY_LAUNCH_BIND',
      message: `cannot listen on "unix:${path}": the file "${path}" exists and is not a socket`,
    })
    expect(readFileSync(path, 'utf8')).toBe('precious')
    await expect(bind(`unix:${join(folder, 'nowhere', 'a.sock')}`)).rejects.toMatchObject({
      message: expect.stringMatching(/its folder does not exist$/) as string,
    })
  })

  it('changes its mode where a reload asks for another, and nothing else', async () => {
    const path = join(folder, 'a.sock')
    await bind(`unix:${path}?mode=0640`)
    const { ino } = statSync(path)
    const request = { address: parseAddress(`unix:${path}?mode=0600`), where: null, origin: null }
    const { listeners: after, added, removed } = await rebindListeners(listeners, [request])
    expect([added, removed]).toEqual([[], []])
    expect(after[0]?.request.address).toEqual(request.address)
    expect(statSync(path)).toMatchObject({ ino, mode: 0o140600 })
  })
})
