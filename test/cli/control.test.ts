// The verbs that talk to a running service: the built command against real services.
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { renderStatus } from '../../src/cli/render-status.ts'
import { showStatus } from '../../src/cli/show-status.ts'
import { painter } from '../../src/diagnostic.ts'
import type { ServiceStatus } from '../../src/launch/status.ts'
import { kill, RunningService, until, untilGone } from '../launch/fixtures/running-service.ts'
import { slipway } from './slipway.ts'

let folder: string
let conf: string
let socket: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'control-'))
  conf = join(folder, 'x.conf')
  socket = join(folder, 'control.sock')
  configure()
})

afterEach(async () => {
  await RunningService.killAll()
  rmSync(folder, { recursive: true })
})

function configure(more = ''): void {
  const lines = ['[DEFAULT]', 'keepalive_grace = 0.3', `control_socket = ${socket}`, `pid_file = ${folder}/x.pid`, more]
  writeFileSync(conf, `${lines.join('\n')}\n`)
}

function serve(workers: number): RunningService {
  return new RunningService({ flags: ['--config-file', conf, '--workers', String(workers)] })
}

async function statusOf(): Promise<ServiceStatus> {
  const { stdout } = await slipway(['status', '--socket', socket, '--json'])
  return JSON.parse(stdout) as ServiceStatus
}

describe('slipway status', () => {
  it.each([1, 2])('tells what runs, as JSON and as a table (%i workers)', async (workers) => {
    const service = serve(workers)
    const { url, pids } = await service.ready()
    const status = await statusOf()
    expect(status).toMatchObject({
      name: 'fixture',
      version: '1.2.3',
      state: 'running',
      since: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
      master: { pid: service.pid },
      listeners: [url],
    })
    const [first] = status.services
    expect(first?.workers.map(({ id, pid, state }) => ({ id, pid, state }))).toEqual(
      pids.map((pid, index) => ({ id: index + 1, pid, state: 'ready' })),
    )
    expect(first?.workers[0]).toMatchObject({ kind: workers === 1 ? 'in-process' : 'process', restarts: 0 })
    const table = await slipway(['status', '--config-file', conf])
    expect(table).toMatchObject({ status: 0, stderr: '' })
    for (const pid of pids) expect(table.stdout).toMatch(new RegExp(` +\\d +${pid} +ready `))
  })

  it('is for the owner only, and its socket goes with the service', async () => {
    const service = serve(1)
    await service.ready()
    expect(statSync(socket).mode & 0o777).toBe(0o600)
    service.signal('SIGTERM')
    expect(await service.exit()).toEqual({ status: 0, signal: null })
    expect(existsSync(socket)).toBe(false)
  })

  it('ends with 1 when a worker is missing, and says how it ended', async () => {
    const broken = join(folder, 'broken')
    const service = new RunningService({
      args: { boot: { file: broken } },
      flags: ['--config-file', conf, '--workers', '2'],
      options: { respawn: { delaysMs: [0], minUptimeMs: 60_000, maxFastDeaths: 2 } },
    })
    const { pids } = await service.ready()
    writeFileSync(broken, '')
    kill(pids[0] ?? 0)
    await service.line(/stays down/)
    const { status, stdout } = await slipway(['status', '--socket', socket])
    expect(status).toBe(1)
    expect(stdout).toMatch(/state +degraded/)
    expect(stdout).toMatch(/1 +- +failed .* Error: the file is there/)
  })

  it('ends with 69 when nobody answers, with 64 when no service is named', async () => {
    expect(await slipway(['status', '--socket', socket])).toMatchObject({
      status: 69,
      stdout: '',
      stderr: expect.stringContaining('there is no such socket') as string,
    })
    expect(await slipway(['status'])).toMatchObject({ status: 64 })
  })

  it('--watch shows it again and again, with rates, until the service ends', async () => {
    const service = serve(1)
    await service.ready()
    const texts: string[] = []
    const facts = { isTTY: false, columns: null }
    const out = (text: string): void => void texts.push(text)
    const terminal = { out, err: out, stdout: facts, stderr: facts, env: {}, cwd: folder }
    const watching = showStatus({ socket, watch: '0.1' }, terminal)
    await Promise.race([watching, until(() => texts.length > 2, 'it was not shown three times')])
    service.signal('SIGTERM')
    await expect(watching).rejects.toMatchObject({ code: 'SLIPWAY_LAUNCH_CONTROL' })
    expect(texts[0]).not.toContain('req/s')
    expect(texts[2]).toContain('req/s')
  })

  it.each(['soon', '0', '1e9'])('--watch %s ends with 64', async (seconds) => {
    expect(await slipway(['status', '--socket', socket, '--watch', seconds])).toMatchObject({ status: 64 })
  })

  it('takes no other server for a service', async () => {
    const server = createServer((connection) => connection.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi'))
    server.listen(socket)
    await once(server, 'listening')
    const { status, stderr } = await slipway(['status', '--socket', socket])
    server.close()
    expect({ status, stderr }).toEqual({
      status: 69,
      stderr: expect.stringContaining('is no control socket') as string,
    })
  })
})

describe('slipway reload', () => {
  it.each([1, 2])(
    'returns when the new workers serve; a refused one with every problem (%i workers)',
    async (workers) => {
      const service = serve(workers)
      await service.ready()
      expect(await slipway(['reload', '--socket', socket])).toMatchObject({ status: 0, stderr: '' })
      await service.line(/^the control socket: reloading$/)
      configure('backlog = 0\nstart_timeout = soon')
      const { status, stderr } = await slipway(['reload', '--socket', socket])
      expect(status).toBe(78)
      expect(stderr).toMatch(/x\.conf:5/)
      expect(stderr).toMatch(/x\.conf:6/)
      expect((await statusOf()).state).toBe('running')
    },
  )
})

describe('slipway scale', () => {
  it('returns when the workers serve', async () => {
    const service = serve(2)
    await service.ready()
    const { stdout } = await slipway(['scale', '3', '--socket', socket, '--json'])
    const { services } = JSON.parse(stdout) as ServiceStatus
    expect(services[0]?.workers.map(({ state }) => state)).toEqual(['ready', 'ready', 'ready'])
  })

  it.each([
    [2, '0', 64],
    [2, 'many', 64],
    [1, '2', 64],
  ])('of %i workers to %s ends with %i', async (workers, wanted, status) => {
    const service = serve(workers)
    await service.ready()
    expect(await slipway(['scale', wanted, '--socket', socket])).toMatchObject({ status, stdout: '' })
  })
})

describe('slipway log-level', () => {
  it('shows the levels, changes one, and takes it back', async () => {
    await serve(2).ready()
    const run = async (...args: string[]) => slipway(['log-level', ...args, '--socket', socket])
    expect(await run()).toEqual({ status: 0, stdout: 'root  DEBUG\n', stderr: '' })
    expect((await run('warning', '--logger', 'shop.db')).stdout).toBe('root     DEBUG\nshop.db  WARNING  set by hand\n')
    expect(JSON.parse((await run('ERROR', '--json')).stdout)).toEqual({
      root: 'ERROR',
      loggers: { 'shop.db': 'WARNING' },
      set: ['shop.db', 'root'],
    })
    expect((await run('--reset')).stdout).toBe('root  DEBUG\n')
  })

  it.each([
    [['LOUD'], 'there is no level "LOUD"'],
    [['DEBUG', '--reset'], 'a level and --reset do not go together'],
    [['--logger', 'a'], 'no level for the logger "a"'],
    [[], 'no service is named'],
  ])('%j alone ends with 64', async (args, message) => {
    const { status, stderr } = await slipway(['log-level', ...args])
    expect({ status, stderr }).toEqual({ status: 64, stderr: expect.stringContaining(message) as string })
  })
})

describe('slipway report', () => {
  it('shows everything, as text and as JSON', async () => {
    const service = serve(2)
    const { pids } = await service.ready()
    const { status, stdout, stderr } = await slipway(['report', '--socket', socket])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    for (const pid of [service.pid, ...pids]) expect(stdout).toMatch(new RegExp(`Process ${pid}\\b`, 'u'))
    const json = await slipway(['report', '--json', '--config-file', conf])
    expect(JSON.parse(json.stdout)).toMatchObject({ status: { name: 'fixture' }, versions: { service: '1.2.3' } })
  })
})

describe('slipway stop', () => {
  it.each([1, 2])('returns when the service has ended, with its status (%i workers)', async (workers) => {
    const service = serve(workers)
    await service.ready()
    expect(await slipway(['stop', '--socket', socket])).toEqual({ status: 0, stdout: '', stderr: '' })
    expect(await service.exit()).toEqual({ status: 0, signal: null })
    expect(service.messages).toContain('the control socket: draining')
    await untilGone(service.everyPid)
  })
})

describe('the pid file', () => {
  it('holds the pid of the master, replaces a stale one, and goes at the end', async () => {
    const file = join(folder, 'x.pid')
    writeFileSync(file, '1\n')
    const service = serve(2)
    await service.ready()
    expect(readFileSync(file, 'utf8')).toBe(`${service.pid}\n`)
    service.signal('SIGTERM')
    await service.exit()
    expect(existsSync(file)).toBe(false)
  })

  it('that cannot be written ends the start, and leaves nothing behind', async () => {
    writeFileSync(conf, `[DEFAULT]\npid_file = ${folder}/nowhere/x.pid\n`)
    const service = serve(2)
    expect(await service.exit()).toEqual({ status: 77, signal: null })
    expect(service.lines.at(-1)).toMatchObject({ code: 'SLIPWAY_LAUNCH_PID_FILE' })
    await untilGone(service.everyPid)
  })
})

describe('the table', () => {
  it('shows figures that are not known as a dash, and how long it is', () => {
    const since = '2026-05-04T08:00:12.000Z'
    const worker = {
      kind: 'process',
      thread: null,
      restarts: 0,
      since,
      pid: 824,
      requests: 12,
      inFlight: 1,
      rss: 2 ** 26,
      inspector: null,
      breakpoint: null,
    } as const
    const loopDelay = { p50Ms: 0.2, p99Ms: 12.4, maxMs: 30 }
    const answers = { '1xx': 0, '2xx': 9, '3xx': 0, '4xx': 2, '5xx': 1 }
    const memory = { heapUsed: 2 ** 25, heapTotal: 2 ** 26 }
    const filters = [
      { name: 'cors', calls: 12, errors: 0, ownMs: 3 },
      { name: 'auth_token', calls: 12, errors: 1, ownMs: 9 },
    ]
    const known = { loopDelay, answers, connections: 4, lostLines: 0, filters, ...memory }
    const unknown = {
      pid: null,
      since: null,
      requests: null,
      inFlight: null,
      rss: null,
      heapUsed: null,
      heapTotal: null,
      utilisation: null,
      loopDelay: null,
      connections: null,
      answers: null,
      filters: null,
      lostLines: null,
    }
    const first = { ...worker, ...known, id: 1, state: 'ready', utilisation: 0.221, lastExit: null } as const
    const status: ServiceStatus = {
      name: 'shop',
      version: '1.0',
      state: 'degraded',
      since,
      master: { pid: 812 },
      listeners: ['http://127.0.0.1:8774'],
      services: [
        {
          name: 'shop',
          workers: [
            first,
            { ...worker, ...unknown, id: 2, state: 'failed', restarts: 8, lastExit: 'killed by SIGSEGV' },
          ],
        },
      ],
      lastReload: { outcome: 'refused', at: '2026-05-05T11:00:00Z', problem: 'option "backlog" cannot be "0"' },
    }
    const now = Date.parse('2026-05-05T11:03:00Z')
    expect(renderStatus(status, { now, paint: painter(false) })).toBe(
      [
        'shop 1.0',
        '  state        degraded for 1 d 3 h, since 2026-05-04 08:00:12 UTC',
        '  pid          812',
        '  listens on   http://127.0.0.1:8774',
        '  workers      1 of 2 ready',
        '  last reload  refused 3 min ago: option "backlog" cannot be "0"',
        '',
        '  id  pid  state   for      requests  5xx  in hand  conns  busy  lag p99    heap  memory  restarts  last end',
        '  1   824  ready   1 d 3 h        12    1        1      4  22 %    12 ms  32 MiB  64 MiB         0  -',
        '  2   -    failed  -               -    -        -      -     -        -       -       -         8  killed by SIGSEGV',
        '',
        '  filter      calls  errors  own time  share',
        '  auth_token     12       1  0.750 ms   75 %',
        '  cors           12       0  0.250 ms   25 %',
        '',
      ].join('\n'),
    )
    const before = {
      at: now - 2000,
      status: { ...status, services: [{ name: 'shop', workers: [{ ...first, requests: 2 }] }] },
    }
    const [head, row] = renderStatus(status, { now, paint: painter(false), before })
      .split('\n')
      .slice(7, 9)
    expect(head).toMatch(/ req\/s$/u)
    expect(row).toMatch(/ 5$/u)
  })
})
