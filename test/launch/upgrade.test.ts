// One master in the place of another: real processes, real sockets, real clients.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { Client, request } from 'undici'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Load } from './fixtures/load.ts'
import {
  expectFree,
  isAlive,
  listenApart,
  RunningService,
  type Spec,
  until,
  untilGone,
} from './fixtures/running-service.ts'

let folder: string
let control: string
let pidFile: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'upgrade-'))
  control = join(folder, 'control.sock')
  pidFile = join(folder, 'pid')
})

afterEach(async () => {
  await RunningService.killAll()
  rmSync(folder, { recursive: true })
})

/** Always with a control socket and a pid file. Clients that a busy machine lets wait are not to be taken for idle ones. */
function configure(...lines: readonly string[]): string[] {
  const file = join(folder, 'x.conf')
  const patience = ['keep_alive_timeout = 60', 'keepalive_grace = 10']
  const all = ['[DEFAULT]', `control_socket = ${control}`, `pid_file = ${pidFile}`, ...patience, ...lines]
  writeFileSync(file, `${all.join('\n')}\n`)
  return ['--config-file', file]
}

function start({ flags = [], ...spec }: Spec, ...lines: readonly string[]): RunningService {
  return new RunningService({ ...spec, flags: [...configure(...lines), ...flags] })
}

async function ask(path: string, body: object = {}): Promise<{ statusCode: number; answer: Record<string, unknown> }> {
  const client = new Client('http://localhost', { socketPath: control })
  const method = path === '/status' ? 'GET' : 'POST'
  const text = method === 'GET' ? null : JSON.stringify(body)
  const { statusCode, body: answer } = await client.request({ method, path, body: text })
  const parsed = (await answer.json()) as Record<string, unknown>
  await client.close()
  return { statusCode, answer: parsed }
}

/** Its socket is there before it answers. */
async function isRunning(): Promise<boolean> {
  try {
    return (await ask('/status')).answer.state === 'running'
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return false
    throw error
  }
}

async function upgrade(): Promise<number> {
  const { statusCode, answer } = await ask('/upgrade')
  expect(answer).toEqual({ pid: expect.any(Number) as number, before: expect.any(Number) as number })
  expect(statusCode).toBe(200)
  return answer.pid as number
}

async function get(url: string): Promise<{ pid: number }> {
  const { body } = await request(url, { reset: true })
  return (await body.json()) as { pid: number }
}

/** The process that answers, whichever of its threads does. */
async function answerer(url: string): Promise<number> {
  return (await get(`${url}/who`)).pid
}

function pidIn(file: string): number {
  return Number(readFileSync(file, 'utf8'))
}

const kinds = [
  ['one worker', ['workers = 1']],
  ['two processes', ['workers = 2']],
  ['two threads', ['workers = 2', 'worker_model = thread']],
] as const

describe.each(kinds)('an upgrade (%s)', (kind, workers) => {
  /** `pids`: of the processes whose workers answer. */
  async function answering(service: RunningService) {
    const { pids: ids, ...rest } = await service.ready()
    return { ...rest, ids, pids: kind === 'two threads' ? [service.pid] : ids }
  }

  it('loses no request, twice in a row, and hands everything on', async () => {
    const path = join(folder, 'a.sock')
    const service = start({ flags: [...listenApart(), '--listen', `unix:${path}`] }, ...workers)
    const { url, host, port } = await answering(service)
    const { ino } = statSync(path)
    const loads = [
      new Load(url, { clients: 8, path: '/who', isFresh: true, thinkMs: 5 }),
      new Load(url, { clients: 8, path: '/who', thinkMs: 5 }),
    ]
    await until(() => loads.every(({ answered }) => answered > 100), 'no load')
    const second = await upgrade()
    expect(await service.firstExit()).toBe(0)
    const third = await upgrade()
    await untilGone([second])
    await until(() => loads.every(({ byPid }) => byPid.size >= 3), 'the last one does not answer')
    await Promise.all(loads.map((load) => load.stop()))
    expect(loads.map(({ failures, refused }) => [failures, refused])).toEqual([
      [[], 0],
      [[], 0],
    ])
    expect(pidIn(pidFile)).toBe(third)
    expect(((await ask('/status')).answer.master as { pid: number }).pid).toBe(third)
    expect(statSync(path).ino).toBe(ino)
    process.kill(third, 'SIGTERM')
    await untilGone([third, ...service.everyPid])
    expect([path, control, pidFile].filter((file) => existsSync(file))).toEqual([])
    await expectFree(port, host)
  })

  it('reads everything anew: an address that nobody asks for any more goes, a new one is bound', async () => {
    const [before, after] = [join(folder, 'before.sock'), join(folder, 'after.sock')]
    const service = start({ listens: false }, ...workers, 'listen = 127.0.0.1:0', `listen = unix:${before}`)
    const { url } = await answering(service)
    configure(...workers, 'listen = 127.0.0.1:0', `listen = unix:${after}`, 'max_header_size = 2345')
    await upgrade()
    expect(await service.firstExit()).toBe(0)
    expect([existsSync(before), existsSync(after)]).toEqual([false, true])
    const { body } = await request(`${url}/setting`, { reset: true })
    expect(await body.json()).toEqual({ size: 2345 })
  })

  it('whose new master cannot start changes nothing, and tells why', async () => {
    const file = join(folder, 'broken')
    const service = start({ args: { boot: { file } } }, ...workers)
    const { url, pids } = await answering(service)
    writeFileSync(file, '')
    const { statusCode, answer } = await ask('/upgrade')
    expect(statusCode).toBe(409)
    expect(answer).toMatchObject({
      code: 'SLIPWAY_LAUNCH_WORKER_BOOT',
      message: expect.stringMatching(/could not start: Error: the file is there$/) as string,
    })
    await service.line(/^nothing is upgraded: this master goes on$/)
    expect(pids).toContain(await answerer(url))
    expect(pidIn(pidFile)).toBe(service.pid)
    expect((await ask('/status')).answer.state).toBe('running')
    rmSync(file)
    const next = await upgrade()
    expect(await service.firstExit()).toBe(0)
    expect(pidIn(pidFile)).toBe(next)
  })

  it('that a stop comes before ends in order', async () => {
    const hang = join(folder, 'hang')
    const service = start({ args: { boot: { hang } } }, ...workers)
    const { url } = await answering(service)
    writeFileSync(hang, '')
    const refused = expect(ask('/upgrade')).resolves.toMatchObject({
      answer: {
        code: 'SLIPWAY_LAUNCH_UPGRADE',
        message: 'the upgrade is refused: a stop came first (SIGTERM)',
      },
    })
    await service.line(/^the new master \(pid \d+\) is starting$/)
    expect(await get(url)).toHaveProperty('pid')
    service.signal('SIGTERM')
    await refused
    expect(await service.exit()).toEqual({ status: 0, signal: null })
    await untilGone(service.everyPid)
    expect([control, pidFile].filter((file) => existsSync(file))).toEqual([])
  })

  it('finishes what the old master has in hand', async () => {
    const service = start({}, ...workers)
    const { url, ids, pids } = await answering(service)
    const gate = join(folder, 'gate')
    const held = get(`${url}/held?until=${gate}`)
    await service.line(/^a request is held$/)
    const next = await upgrade()
    expect(pids).not.toContain(await answerer(url))
    expect(isAlive(service.pid)).toBe(true)
    // One TERM does not cut what drains already. Nothing is said of it; what was sent after it is obeyed after it.
    service.signal('SIGTERM')
    await service.line(/^SIGUSR1: /, service.signal('SIGUSR1'))
    writeFileSync(gate, '')
    expect(ids).toContain((await held).pid)
    expect(await service.firstExit()).toBe(0)
    expect(isAlive(next)).toBe(true)
  })
})

describe('an upgrade', () => {
  it('that is not ready within start_timeout is given up', async () => {
    const hang = join(folder, 'hang')
    const service = start({ args: { boot: { hang } }, flags: ['--workers', '2'] })
    const { url, pids } = await service.ready()
    writeFileSync(hang, '')
    configure('start_timeout = 1')
    const { answer } = await ask('/upgrade')
    expect(answer.message).toMatch(/could not start: it was not ready within 1 s$/)
    expect(pids).toContain(await answerer(url))
    await untilGone(service.everyPid.filter((pid) => pid !== service.pid && !pids.includes(pid)))
  })

  it('of what cannot be read tells with what status the new master ended', async () => {
    const service = start({ flags: ['--workers', '2'] })
    await service.ready()
    configure('max_header_size = many')
    const { answer } = await ask('/upgrade')
    expect(answer).toMatchObject({
      code: 'SLIPWAY_LAUNCH_UPGRADE',
      message: 'the upgrade is refused: the new master ended with status 78 before it was ready',
    })
  })

  it('is one at a time, and not together with a reload', async () => {
    const hang = join(folder, 'hang')
    const service = start({ args: { boot: { hang } }, flags: ['--workers', '2'] })
    await service.ready()
    writeFileSync(hang, '')
    const first = ask('/upgrade')
    await service.line(/^the new master \(pid \d+\) is starting$/)
    expect((await ask('/upgrade')).answer.message).toBe('the upgrade is refused: another upgrade is running')
    expect((await ask('/reload')).answer.message).toBe('the reload is refused: an upgrade is running')
    service.signal('SIGHUP')
    await service.line(/^SIGHUP: an upgrade is running, whose new master reads everything anew$/)
    service.signal('SIGTERM')
    await first
    expect(await service.exit()).toEqual({ status: 0, signal: null })
  })

  it('is refused while a reload runs', async () => {
    const hang = join(folder, 'hang')
    const service = start({ args: { boot: { hang } }, flags: ['--workers', '2'] })
    await service.ready()
    writeFileSync(hang, '')
    const after = service.signal('SIGHUP')
    await service.line(/^worker 1 \(pid \d+\) is starting$/, after)
    expect((await ask('/upgrade')).answer.message).toBe('the upgrade is refused: a reload is running')
  })

  it('takes another Node, and refuses one that is none', async () => {
    const service = start({ flags: ['--workers', '2'] })
    await service.ready()
    expect((await ask('/upgrade', { node: join(folder, 'no-node') })).answer.message).toMatch(/cannot be run: ENOENT/)
    const node = join(folder, 'node')
    writeFileSync(node, `#!/bin/sh\nexec '${process.execPath}' --no-warnings "$@"\n`)
    chmodSync(node, 0o755)
    const { answer } = await ask('/upgrade', { node })
    expect(readFileSync(`/proc/${String(answer.pid)}/cmdline`, 'utf8')).toContain('--no-warnings')
  })

  it('keeps inherited sockets, by name', async () => {
    const script = 'LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=web exec "$0" "$@"'
    const { bindSocket } = await import('../../src/launch/master/bound-socket.ts')
    const socket = bindSocket({ ip: '127.0.0.1', port: 0 })
    const service = start({
      through: ['/bin/sh', '-c', script],
      descriptors: [socket.fd],
      flags: ['--workers', '2', '--listen', 'fd:web'],
    })
    const { url, port } = await service.ready()
    expect(port).toBe(socket.bound?.port)
    const second = await upgrade()
    const third = await upgrade()
    expect(await answerer(url)).not.toBe(0)
    await untilGone([service.pid, second])
    process.kill(third, 'SIGTERM')
    await untilGone([third])
    socket.close()
  })

  it('names the new main process to systemd, and says nothing of a stop', async () => {
    const said = join(folder, 'said')
    const script = join(folder, 'systemd-notify')
    writeFileSync(script, `#!/bin/sh\n(IFS='|'; echo "$NOTIFY_SOCKET $*") >> "${said}"\n`)
    chmodSync(script, 0o755)
    const path = `${folder}:${dirname(process.execPath)}:/usr/bin:/bin`
    const service = start({
      flags: ['--workers', '2'],
      env: { NOTIFY_SOCKET: '/run/notify', WATCHDOG_USEC: '60000000', WATCHDOG_PID: '1', PATH: path },
    })
    await service.ready()
    const next = await upgrade()
    expect(await service.firstExit()).toBe(0)
    const lines = (): string[] => readFileSync(said, 'utf8').split('\n').slice(0, -1)
    // The new one says so by itself, whether or not the old one is still there.
    await until(() => lines().length >= 3, 'not everything was said')
    const messages = lines().map((line) => line.replace(/STATUS=.*/, '…'))
    expect(messages.sort()).toEqual(
      [
        `/run/notify --pid=${service.pid}|READY=1|…`,
        `/run/notify --pid=${next}`,
        `/run/notify --pid=${next}|READY=1|…`,
      ].sort(),
    )
  })
})

describe('a console script', () => {
  it('tells the master before what is wrong before the launcher is reached', async () => {
    const server = join(import.meta.dirname, '../../bin/service-server.js')
    const deployment = join(import.meta.dirname, '../../etc/service/api-paste.ini')
    const lines = [`api_paste_config = ${deployment}`, 'listen = 127.0.0.1:0', `log_file = ${join(folder, 'x.log')}`]
    const env = { ...process.env, OS_DATABASE__CONNECTION: 'sqlite://', OS_DATABASE__AUTO_UPGRADE: 'true' }
    const child = spawn(process.execPath, [server, ...configure(...lines)], { stdio: 'ignore', env })
    const exited = once(child, 'exit')
    try {
      await until(isRunning, 'it does not start')
      configure(...lines, 'backlog = many')
      const { answer } = await ask('/upgrade')
      expect(answer).toMatchObject({
        code: 'SLIPWAY_CONFIG_VALUE',
        problems: [{ where: { file: join(folder, 'x.conf'), line: 9 } }],
      })
    } finally {
      child.kill('SIGTERM')
    }
    expect(await exited).toEqual([0, null])
  })
})

describe('slipway upgrade', () => {
  const run = promisify(execFile)
  const bin = join(import.meta.dirname, '../../bin/slipway.js')

  it('prints the status of the new master, and who goes', async () => {
    const service = start({ flags: ['--workers', '2'] })
    await service.ready()
    const { stdout, stderr } = await run(process.execPath, [bin, 'upgrade', '--socket', control, '--json'])
    const { master, state } = JSON.parse(stdout) as { master: { pid: number }; state: string }
    expect(state).toBe('running')
    expect(stderr).toBe(`pid ${master.pid} has taken over; pid ${service.pid} finishes what it has in hand\n`)
    expect(await service.firstExit()).toBe(0)
  })
})
