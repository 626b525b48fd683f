// Reload and scaling as operators meet them: real masters and workers (built files), real sockets, real signals.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { request } from 'undici'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Load } from './fixtures/load.ts'
import { expectFree, isAlive, kill, listenApart, RunningService, until, untilGone } from './fixtures/running-service.ts'

const fixtures = join(import.meta.dirname, 'fixtures')
let folder: string
let conf: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reload-'))
  conf = join(folder, 'x.conf')
  configure({})
})

afterEach(async () => {
  await RunningService.killAll()
  rmSync(folder, { recursive: true })
})

function configure(settings: Readonly<Record<string, string | number>>): void {
  const lines = Object.entries({ keepalive_grace: 0.3, ...settings }).map(([name, value]) => `${name} = ${value}`)
  writeFileSync(conf, ['[DEFAULT]', ...lines, ''].join('\n'))
}

function serve(workers: number, spec: ConstructorParameters<typeof RunningService>[0] = {}): RunningService {
  return new RunningService({
    ...spec,
    flags: ['--config-file', conf, ...(workers === 0 ? [] : ['--workers', String(workers)]), ...(spec.flags ?? [])],
  })
}

/** Sends SIGHUP and waits for the outcome; the pids that serve from then on. */
async function reload(service: RunningService): Promise<number[]> {
  const after = service.signal('SIGHUP')
  const { msg } = await service.line(/^reloaded in \d+ ms|^reload refused/, after)
  expect(msg).toMatch(/^reloaded/)
  return pidsOf(msg)
}

async function refusedReload(service: RunningService): Promise<string[]> {
  const after = service.signal('SIGHUP')
  await service.line(/^reload refused: nothing has changed$/, after)
  return service.lines.slice(after).flatMap(({ level, msg }) => (level === 'error' ? msg : []))
}

/** The workers of before accept until they have read that they are to stop. */
async function untilServed(isNew: () => Promise<boolean>): Promise<void> {
  await until(isNew, 'what was reloaded does not serve')
}

function pidsOf(line: string): number[] {
  return (/\(pids? ([\d, ]+)\)/.exec(line)?.[1] ?? '').split(', ').map(Number)
}

async function get<T>(url: string): Promise<T> {
  const { body } = await request(url, { reset: true })
  return (await body.json()) as T
}

interface Answer {
  readonly pid: number
  readonly worker: number
}

async function expectStopped(service: RunningService): Promise<void> {
  service.signal('SIGTERM')
  expect(await service.exit()).toEqual({ status: 0, signal: null })
  await untilGone(service.everyPid)
}

describe('a reload', () => {
  it.each([1, 2])(
    'under load loses no request of 48 clients, new and kept connections (%i workers)',
    async (workers) => {
      // Clients that a busy machine lets wait are not to be taken for idle ones.
      configure({ keep_alive_timeout: 60, keepalive_grace: 10 })
      const service = serve(workers)
      const { url } = await service.ready()
      const fresh = new Load(url, { clients: 24, isFresh: true, thinkMs: 2 })
      const kept = new Load(url, { clients: 24, thinkMs: 3 })
      for (let round = 1; round <= 3; round++) {
        const before = { fresh: fresh.answered, kept: kept.answered }
        await until(() => fresh.answered > before.fresh + 200 && kept.answered > before.kept + 200, 'no load')
        const pids = await reload(service)
        expect(pids).toHaveLength(workers)
      }
      await Promise.all([fresh.stop(), kept.stop()])
      expect([...fresh.failures, ...kept.failures]).toEqual([])
      expect(fresh.refused + kept.refused).toBe(0)
      await expectStopped(service)
    },
  )

  it('replaces every worker, and the old ones go', async () => {
    const service = serve(2)
    const { url, pids } = await service.ready()
    const successors = await reload(service)
    expect(successors).toHaveLength(2)
    expect(successors.filter((pid) => pids.includes(pid))).toEqual([])
    await untilGone(pids)
    expect(successors).toContain((await get<Answer>(url)).pid)
    await expectStopped(service)
  })

  it.each([1, 2])('takes over changed settings (%i workers)', async (workers) => {
    configure({ max_header_size: 4096 })
    const service = serve(workers)
    const { url } = await service.ready()
    expect(await get(`${url}/setting`)).toEqual({ size: 4096 })
    configure({ max_header_size: 8192 })
    await reload(service)
    await untilServed(async () => (await get<{ size: number }>(`${url}/setting`)).size === 8192)
  })

  it.each([1, 2])(
    'lets requests in hand finish on the old app, and releases it after them (%i workers)',
    async (workers) => {
      const service = serve(workers)
      const { url, pids } = await service.ready()
      const gate = join(folder, 'gate')
      const held = get<Answer>(`${url}/held?until=${gate}`)
      await service.line(/^a request is held$/)
      await reload(service)
      writeFileSync(gate, '')
      const { pid } = await held
      expect(pids).toContain(pid)
      await until(() => service.messages.filter((line) => line === 'closed first').length === workers, 'not released')
      const told = service.lines.flatMap((line) => (line.pid === pid ? line.msg : []))
      expect(told.filter((line) => line === 'closed second' || line === 'the held request is answered')).toEqual([
        'the held request is answered',
        'closed second',
      ])
      expect(await get(url)).toHaveProperty('pid')
      await expectStopped(service)
    },
  )

  it.each([1, 2])(
    'with a broken configuration is refused with every problem, and nothing changes (%i workers)',
    async (workers) => {
      const service = serve(workers)
      const { url, pids } = await service.ready()
      writeFileSync(conf, '[DEFAULT]\nstart_timeout = soon\nbacklog = 0\n')
      const told = await refusedReload(service)
      expect(told).toEqual([
        expect.stringMatching(/start_timeout.*x\.conf:2:\d+: start_timeout = soon\)/),
        expect.stringMatching(/backlog.*x\.conf:3:\d+: backlog = 0\)/),
        'reload refused: nothing has changed',
      ])
      expect(pids).toContain((await get<Answer>(url)).pid)
      expect(service.everyPid.filter(isAlive)).toEqual(expect.arrayContaining(pids))
      configure({})
      await reload(service)
      await expectStopped(service)
    },
  )

  it.each([1, 2])(
    'reads the deployment file anew, and refuses a broken one with its place (%i workers)',
    async (workers) => {
      const file = join(folder, 'paste.ini')
      const text = readFileSync(join(fixtures, 'paste.ini'), 'utf8')
      writeFileSync(file, text)
      const service = serve(workers, { serve: { uri: `config:${file}` } })
      const { url } = await service.ready()
      writeFileSync(file, text.replace('stamp hello', 'stamp hallo'))
      const [problem = ''] = await refusedReload(service)
      expect(problem).toMatch(/"hallo".*paste\.ini:2:\d+: pipeline = stamp hallo\)/)
      expect((await request(url, { reset: true })).headers['x-stamp']).toBe('launch')
      writeFileSync(file, text.replace('value = launch', 'value = anew'))
      await reload(service)
      await untilServed(async () => (await request(url, { reset: true })).headers['x-stamp'] === 'anew')
      await until(
        () => service.messages.filter((line) => line === 'hello is released').length === workers,
        'not released',
      )
      await expectStopped(service)
    },
  )

  it.each([1, 2])('whose new app cannot start is taken back, with the stack of why (%i workers)', async (workers) => {
    const file = join(folder, 'broken')
    const service = serve(workers, { args: { boot: { file } } })
    const { url, pids } = await service.ready()
    writeFileSync(file, '')
    const after = service.lines.length
    const [problem] = await refusedReload(service)
    expect(problem).toMatch(/could not start: Error: the file is there$/)
    expect(service.lines.slice(after).some(({ stack = '' }) => /service\.mjs:\d+/.test(stack))).toBe(true)
    expect(pids).toContain((await get<Answer>(url)).pid)
    rmSync(file)
    await reload(service)
    expect(await get(url)).toHaveProperty('pid')
    await expectStopped(service)
  })

  it.each([2, 3])('that fails at the last of %i workers gives all of them back', async (workers) => {
    const file = join(folder, 'broken')
    const patient = { keep_alive_timeout: 60, keepalive_grace: 10 }
    configure({ ...patient, max_header_size: 4096 })
    const service = serve(workers, { args: { boot: { file, worker: workers } } })
    const { url } = await service.ready()
    const load = new Load(url, { clients: 16, thinkMs: 2 })
    await until(() => load.answered > 100, 'no load')
    writeFileSync(file, '')
    configure({ ...patient, max_header_size: 8192 })
    const [problem] = await refusedReload(service)
    expect(problem).toMatch(/^the reload was taken back, the workers from before go on: worker \d could not start/)
    await until(() => service.everyPid.filter(isAlive).length === workers + 1, 'those of the reload do not go')
    const sizes = await Promise.all(Array.from({ length: 12 }, () => get<{ size: number }>(`${url}/setting`)))
    expect(new Set(sizes.map(({ size }) => size))).toEqual(new Set([4096]))
    await load.stop()
    expect(load.failures).toEqual([])
    expect(load.refused).toBe(0)
    await expectStopped(service)
  })

  it.each([1, 2])('whose new app does not get ready in time is taken back (%i workers)', async (workers) => {
    const hang = join(folder, 'hang')
    const service = serve(workers, { args: { boot: { hang } } })
    const { url, pids } = await service.ready()
    writeFileSync(hang, '')
    configure({ start_timeout: 1 })
    const [problem] = await refusedReload(service)
    expect(problem).toMatch(/it was not ready within 1 s/)
    expect(pids).toContain((await get<Answer>(url)).pid)
  })

  it('that was ordered while one runs follows it, once', async () => {
    const hold = join(folder, 'hold')
    const service = serve(2, { args: { boot: { hold } } })
    await service.ready()
    writeFileSync(hold, '')
    const after = service.signal('SIGHUP')
    await service.line(/^SIGHUP: reloading$/, after)
    service.signal('SIGHUP')
    await service.line(/^SIGHUP: a reload is running; another follows$/, after)
    service.signal('SIGHUP')
    // Nothing is said of the third order; what was sent after it is obeyed after it.
    await service.line(/^SIGUSR1: /, service.signal('SIGUSR1'))
    rmSync(hold)
    const ends = () => service.messages.filter((line) => line.startsWith('reloaded in')).length
    await until(() => ends() === 2, 'no second reload')
    await expectStopped(service)
    expect(service.messages.filter((line) => line === 'SIGHUP: reloading')).toHaveLength(2)
  })

  it.each([1, 2])('that is in hand when a stop comes leaves nothing behind (%i workers)', async (workers) => {
    const hang = join(folder, 'hang')
    const service = serve(workers, { args: { boot: { hang } }, flags: listenApart() })
    const { host, port } = await service.ready()
    writeFileSync(hang, '')
    configure({ start_timeout: 2 })
    const after = service.signal('SIGHUP')
    await service.line(workers === 1 ? /^SIGHUP: reloading$/ : /worker 1 .* is starting/, after)
    service.signal('SIGTERM')
    if (workers === 1) {
      // The start that hangs keeps the process; what it has to finish is done.
      await service.line(/closed first/, after)
      kill(service.pid)
    } else expect(await service.exit()).toEqual({ status: 0, signal: null })
    await untilGone(service.everyPid)
    await expectFree(port, host)
  })

  it('replaces a worker that had failed for good', async () => {
    const file = join(folder, 'broken')
    const service = serve(2, {
      args: { boot: { file } },
      options: { respawn: { delaysMs: [0, 5], minUptimeMs: 60_000, maxFastDeaths: 2 } },
    })
    const { pids } = await service.ready()
    writeFileSync(file, '')
    kill(pids[0] ?? 0)
    await service.line(/stays down; 1 worker left/)
    rmSync(file)
    expect(await reload(service)).toHaveLength(2)
    await expectStopped(service)
  })
})

describe('addresses at a reload', () => {
  it.each([1, 2])('come and go, with the files of their sockets (%i workers)', async (workers) => {
    const paths = ['a.sock', 'b.sock'].map((name) => join(folder, name))
    const [a = '', b = ''] = paths
    configure({ listen: `unix:${a}` })
    const service = serve(workers, { listens: false })
    await service.ready()
    expect(existsSync(a)).toBe(true)
    configure({ listen: `unix:${b}` })
    await reload(service)
    expect(existsSync(b)).toBe(true)
    await until(() => !existsSync(a), 'the old socket is still there')
    await expectStopped(service)
    expect(existsSync(b)).toBe(false)
  })

  it.each([1, 2])('keep their port, and one that cannot be had refuses the reload (%i workers)', async (workers) => {
    const blocker = await listening()
    const { port } = blocker.address() as { port: number }
    const other = `${ownHost}:${port}`
    configure({ listen: '127.0.0.1:0' })
    const service = serve(workers, { listens: false })
    const { url } = await service.ready()
    writeFileSync(conf, `[DEFAULT]\nlisten = 127.0.0.1:0\nlisten = ${other}\n`)
    const [problem] = await refusedReload(service)
    expect(problem).toContain(`cannot listen on "${other}": the address is in use`)
    blocker.close()
    await once(blocker, 'close')
    await reload(service)
    expect(await get(url)).toHaveProperty('pid')
    expect(await get(`http://${other}`)).toHaveProperty('pid')
    const old = new Load(url, { clients: 8, thinkMs: 2 })
    await until(() => old.answered > 50, 'no load')
    writeFileSync(conf, `[DEFAULT]\nlisten = ${other}\n`)
    await reload(service)
    // Those on the address that goes are answered, then refused. Who connects in the moment when the last listener
    // closes may be reset: nobody is left to take it over.
    await old.finished()
    expect(old.failures.length).toBeLessThanOrEqual(1)
    expect(await get(`http://${other}`)).toHaveProperty('pid')
    await expectStopped(service)
  })
})

describe('the number of workers', () => {
  it('follows the configuration at a reload', async () => {
    configure({ workers: 2 })
    const service = serve(0)
    const { url } = await service.ready()
    configure({ workers: 3 })
    expect(await reload(service)).toHaveLength(3)
    configure({ workers: 1 })
    const [only, ...others] = await reload(service)
    expect(others).toEqual([])
    await until(() => service.everyPid.filter(isAlive).length === 2, 'more than one worker is left')
    expect((await get<Answer>(url)).pid).toBe(only)
    await expectStopped(service)
  })

  it('changes by TTIN and TTOU under load without a lost request, and a reload keeps it', async () => {
    configure({ keep_alive_timeout: 60, keepalive_grace: 10 })
    const service = serve(2)
    const { url } = await service.ready()
    const load = new Load(url, { clients: 24, thinkMs: 2 })
    const fresh = new Load(url, { clients: 8, isFresh: true })
    await until(() => load.answered > 100, 'no load')
    const after = service.signal('SIGTTIN')
    // Two signals of a kind that wait together are one to the kernel.
    await service.line(/^SIGTTIN: from 2 to 3 workers$/, after)
    service.signal('SIGTTIN')
    await service.line(/^now 4 workers \(pids/, after)
    expect(await reload(service)).toHaveLength(4)
    const shrinking = service.signal('SIGTTOU')
    await service.line(/^now 3 workers/, shrinking)
    await until(() => service.everyPid.filter(isAlive).length === 4, 'the fourth worker does not go')
    await Promise.all([load.stop(), fresh.stop()])
    expect([...load.failures, ...fresh.failures]).toEqual([])
    await expectStopped(service)
  })

  it('never falls below one, and cannot change in a process that serves itself', async () => {
    const service = serve(2)
    await service.ready()
    service.signal('SIGTTOU')
    await service.line(/^now 1 worker \(pid/)
    service.signal('SIGTTOU')
    await service.line(/^SIGTTOU: the number of workers has not changed: cannot scale to 0 workers$/)
    const single = serve(1)
    await single.ready()
    single.signal('SIGTTIN')
    await single.line(/^SIGTTIN: the number of workers has not changed: .* runs in the process itself$/)
    await expectStopped(single)
    await expectStopped(service)
  })

  it('stays when a new worker cannot start', async () => {
    const file = join(folder, 'broken')
    const service = serve(2, { args: { boot: { file } } })
    const { url } = await service.ready()
    writeFileSync(file, '')
    service.signal('SIGTTIN')
    await service.line(
      /^SIGTTIN: the number of workers has not changed: worker 3 could not start: .*the file is there$/,
    )
    expect(await get(url)).toHaveProperty('pid')
    await expectStopped(service)
  })
})

/** Of this machine as every 127.…, and nobody else's: a port that is free here stays so. */
const ownHost = '127.0.0.3'

async function listening(): Promise<Server> {
  const server = createServer().listen(0, ownHost)
  await once(server, 'listening')
  return server
}
