// What a running service tells whoever looks: its control socket, metrics, levels of loggers, reports.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { request } from 'undici'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LevelsRecord } from '../../src/launch/log-levels.ts'
import type { Report } from '../../src/launch/observe/report.ts'
import type { ServiceStatus } from '../../src/launch/status.ts'
import { ask, metricsOf, total } from './fixtures/control-client.ts'
import { kill, RunningService, until } from './fixtures/running-service.ts'

let folder: string
let conf: string
let socketPath: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'observing-'))
  conf = join(folder, 'x.conf')
  socketPath = join(folder, 'c.sock')
  configure()
})

afterEach(async () => {
  await RunningService.killAll()
  rmSync(folder, { recursive: true })
})

function configure(...lines: readonly string[]): void {
  const own = ['[DEFAULT]', 'keepalive_grace = 0.1', `control_socket = ${socketPath}`]
  writeFileSync(conf, `${[...own, ...lines].join('\n')}\n`)
}

function serve(workers: number, spec: ConstructorParameters<typeof RunningService>[0] = {}): RunningService {
  return new RunningService({
    ...spec,
    flags: ['--config-file', conf, '--workers', String(workers), ...(spec.flags ?? [])],
  })
}

async function json<T>(path: string, method = 'GET', body = ''): Promise<T> {
  const { status, text } = await ask({ socketPath, path, method }, body)
  if (status !== 200) throw new Error(`${status}: ${text}`)
  return JSON.parse(text) as T
}

/** Resolves when every process has answered: it has obeyed what it was told before. */
async function untilAllTell(isSo: (report: Report) => boolean = () => true): Promise<Report> {
  let report: Report | null = null
  await until(async () => {
    report = await json<Report>('/report')
    return report.processes.every(({ told }) => told !== null) && isSo(report)
  }, 'a process does not answer')
  return report as unknown as Report
}

async function get(url: string, times = 1): Promise<void> {
  for (let number = 0; number < times; number += 1) await (await request(url, { reset: true })).body.dump()
}

const both = [1, 2]
const kinds: [kind: string, workers: number, line: string][] = [
  ['one worker', 1, ''],
  ['two processes', 2, 'worker_model = process'],
  ['two threads', 2, 'worker_model = thread'],
]

describe('the control socket', () => {
  it.each([
    ['a path that nobody knows, with close ones', 'GET /statsu', '', 404, { alternatives: ['/status'] }],
    ['another method', 'DELETE /status', '', 405, { message: '"/status" takes no DELETE' }],
    ['a body that is no JSON', 'POST /scale', '{workers', 400, { code: 'SLIPWAY_USAGE' }],
    ['no body', 'POST /scale', '', 400, { found: 'nothing' }],
    ['a list', 'POST /scale', '[2]', 400, { message: 'the body of the request is no record' }],
    ['a number that is a text', 'POST /scale', '{"workers":"2"}', 400, { found: '"2"' }],
    ['more than any order has', 'POST /scale', ' '.repeat(20_000), 413, { found: null }],
    ['a level that is none', 'POST /log-level', '{"level":"LOUD"}', 400, { message: 'there is no level "LOUD"' }],
    ['no level', 'POST /log-level', '{"logger":"a"}', 400, { message: 'the level is missing' }],
    ['what cannot be done now', 'POST /scale', '{"workers":3}', 409, { code: 'SLIPWAY_LAUNCH_SCALE' }],
  ])('refuses %s', async (_name, line, body, wanted, problem) => {
    await serve(1).ready()
    const [method = '', path = ''] = line.split(' ')
    const { status, text, headers } = await ask({ socketPath, method, path }, body)
    expect({ status, type: headers['content-type'] }).toEqual({ status: wanted, type: 'application/json' })
    expect((JSON.parse(text) as { problems: object[] }).problems).toMatchObject([problem])
    if (wanted === 405) expect(headers.allow).toBe('GET')
  })

  it('says healthy as long as every worker serves, and not while it drains', async () => {
    const closed = join(folder, 'closed')
    const service = serve(2, { args: { boot: { hold: closed } } })
    const { pids } = await service.ready()
    expect(await ask({ socketPath, path: '/healthz' })).toMatchObject({ status: 200, text: '{"state":"running"}\n' })
    // The next one does not get ready as long as the file is there.
    writeFileSync(closed, '')
    kill(pids[0] ?? 0)
    await until(
      async () => (await ask({ socketPath, path: '/healthz' })).status === 503,
      'it was healthy without one of its workers',
    )
    rmSync(closed)
    await until(async () => (await ask({ socketPath, path: '/healthz' })).status === 200, 'it never got healthy again')
  })
})

describe('the status', () => {
  it.each(kinds)('has the figures of workers (%s)', async (_kind, workers, line) => {
    configure(line)
    const service = serve(workers)
    const { url } = await service.ready()
    await get(`${url}/`, 3)
    let all: ServiceStatus['services'][0]['workers'] = []
    await until(async () => {
      const { services } = await json<ServiceStatus>('/status')
      all = services.flatMap((one) => one.workers)
      return all.reduce((sum, { requests }) => sum + (requests ?? 0), 0) === 3 && all.every((one) => one.loopDelay)
    }, 'the requests were never counted')
    expect(all.reduce((sum, { answers }) => sum + (answers?.['2xx'] ?? 0), 0)).toBe(3)
    for (const { heapUsed, heapTotal, rss, connections, loopDelay, lostLines } of all) {
      expect(heapUsed).toBeGreaterThan(1e6)
      expect(heapTotal).toBeGreaterThanOrEqual(heapUsed ?? Infinity)
      expect(rss).toBeGreaterThan(1e6)
      expect(connections).toBeGreaterThanOrEqual(0)
      expect(loopDelay?.maxMs).toBeGreaterThanOrEqual(loopDelay?.p50Ms ?? Infinity)
      expect(lostLines).toBe(0)
    }
  })

  it('tells how the last reload ended', async () => {
    const service = serve(1)
    await service.ready()
    expect((await json<ServiceStatus>('/status')).lastReload).toBeNull()
    expect((await json<ServiceStatus>('/reload', 'POST')).lastReload).toMatchObject({ outcome: 'done', problem: null })
    configure('backlog = 0')
    expect(await ask({ socketPath, path: '/reload', method: 'POST' })).toMatchObject({ status: 409 })
    const { lastReload } = await json<ServiceStatus>('/status')
    expect(lastReload).toMatchObject({ outcome: 'refused', problem: expect.stringContaining('backlog') as string })
  })
})

describe('metrics', () => {
  it.each(kinds)('never fall when workers are replaced (%s)', async (_kind, workers, line) => {
    configure(line)
    const service = serve(workers)
    const { url } = await service.ready()
    await get(`${url}/`, 5)
    const requests = async (): Promise<number> =>
      total(await metricsOf({ socketPath }), 'slipway_worker_requests_total')
    await until(async () => (await requests()) === 5, 'the requests were never counted')
    await json('/reload', 'POST')
    expect(await requests()).toBe(5)
    await get(`${url}/`, 2)
    await until(async () => (await requests()) === 7, 'those of the new workers were never counted')
    const families = await metricsOf({ socketPath })
    expect(total(families, 'slipway_reloads_total', { outcome: 'done' })).toBe(1)
    expect(total(families, 'slipway_worker_responses_total', { code: '2xx' })).toBe(7)
    expect(total(families, 'slipway_request_duration_seconds_count')).toBe(7)
    expect(total(families, 'slipway_workers', { state: 'ready' })).toBe(workers)
    expect(total(families, 'slipway_up')).toBe(1)
  })

  it('count what a worker did that was killed, and its restart', async () => {
    const service = serve(2)
    const { url, pids } = await service.ready()
    await get(`${url}/`, 6)
    const of = async (name: string): Promise<number> => total(await metricsOf({ socketPath }), name)
    await until(async () => (await of('slipway_worker_requests_total')) === 6, 'the requests were never counted')
    const seen = service.lines.length
    for (const pid of pids) kill(pid)
    for (const id of [1, 2]) await service.line(new RegExp(`^worker ${id} .*is ready`, 'u'), seen)
    expect(await of('slipway_worker_requests_total')).toBe(6)
    expect(await of('slipway_restarts_total')).toBe(2)
  })

  it.each(both)('stand on an address of their own, and nothing else does (%i workers)', async (workers) => {
    configure('metrics_listen = 127.0.0.1:0')
    const service = serve(workers)
    await service.ready()
    const { msg } = await service.line(/^metrics on /u)
    const url = new URL(msg.slice('metrics on '.length))
    const at = { host: url.hostname, port: url.port }
    const answer = await ask({ ...at, path: '/metrics?x=1' })
    expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(total(await metricsOf(at), 'slipway_workers', { service: 'fixture', state: 'ready' })).toBe(workers)
    expect(await ask({ ...at, path: '/metrics', method: 'HEAD' })).toMatchObject({ status: 200, text: '' })
    expect(await ask({ ...at, path: '/metrics', method: 'POST' })).toMatchObject({ status: 405 })
    for (const path of ['/', '/status', '/stop', '/metrics/']) {
      expect(await ask({ ...at, path, method: 'POST' })).toMatchObject({ status: 404 })
    }
    service.signal('SIGTERM')
    expect(await service.exit()).toEqual({ status: 0, signal: null })
  })

  it('on an address that is taken end the start', async () => {
    configure(`metrics_listen = unix:${folder}`)
    expect(await serve(2).exit()).toEqual({ status: 69, signal: null })
  })
})

describe('levels of loggers', () => {
  const debugLine = /^SIGUSR1/u

  it('change in every worker at once, and in those to come', async () => {
    const service = serve(2)
    const { pids } = await service.ready()
    const levels = await json<LevelsRecord>('/log-level', 'POST', '{"level":"CRITICAL"}')
    expect(levels).toEqual({ root: 'CRITICAL', loggers: {}, set: ['root'] })
    // Orders and questions come to a worker in their order.
    await untilAllTell()
    const heard = service.lines.length
    for (const pid of pids) process.kill(pid, 'SIGUSR1')
    kill(pids[1] ?? 0)
    await until(async () => {
      const { services } = await json<ServiceStatus>('/status')
      return services[0]?.workers.every(({ pid, state }) => state === 'ready' && pid !== pids[1]) ?? false
    }, 'the worker was never replaced')
    const { services } = await json<ServiceStatus>('/status')
    const fresh = services[0]?.workers.find(({ pid }) => !pids.includes(pid ?? 0))?.pid ?? 0
    process.kill(fresh, 'SIGUSR1')
    await untilAllTell()
    await json('/log-level', 'POST', '{"level":null}')
    await untilAllTell()
    process.kill(fresh, 'SIGUSR1')
    await service.line(debugLine, heard)
    // What the signals before it made them say was not logged.
    expect(
      service.lines.slice(heard).filter(({ pid, msg }) => pid !== service.pid && debugLine.test(msg)),
    ).toHaveLength(1)
    expect((await json<LevelsRecord>('/log-level')).set).toEqual([])
  })

  it('of one logger are those of it alone', async () => {
    const service = serve(1)
    await service.ready()
    const levels = await json<LevelsRecord>('/log-level', 'POST', '{"level":"warning","logger":"shop.db"}')
    expect(levels).toEqual({ root: 'DEBUG', loggers: { 'shop.db': 'WARNING' }, set: ['shop.db'] })
    expect(await json('/log-level', 'POST', '{"level":null,"logger":"shop.db"}')).toEqual({
      root: 'DEBUG',
      loggers: {},
      set: [],
    })
  })

  it('that a reload brings end what was set', async () => {
    const service = serve(2)
    await service.ready()
    await json('/log-level', 'POST', '{"level":"ERROR","logger":"a"}')
    await json('/reload', 'POST')
    expect((await json<LevelsRecord>('/log-level')).set).toEqual(['a'])
    configure('default_log_levels = b=WARNING')
    await json('/reload', 'POST')
    expect(await json('/log-level')).toEqual({ root: 'DEBUG', loggers: { b: 'WARNING' }, set: [] })
  })
})

describe('a report', () => {
  it.each(kinds)('has every worker, the requests in hand and no secret (%s)', async (_kind, workers, line) => {
    configure(line)
    const secret = 'a-password-of-some-length'
    const service = serve(workers, { env: { ...process.env, SOME_TOKEN: secret } })
    const { url } = await service.ready()
    const hanging = request(`${url}/hang?token=${secret}`).catch(() => undefined)
    const report = await untilAllTell((told) => JSON.stringify(told).includes('/hang'))
    const text = JSON.stringify(report)
    expect(text).not.toContain(secret)
    expect(text).toContain('/hang?token=****')
    expect(report).toMatchObject({
      reason: 'the control socket',
      versions: { service: '1.2.3', node: process.version },
      status: { name: 'fixture', state: 'running' },
      configuration: { groups: { DEFAULT: { control_socket: socketPath, workers: String(workers) } } },
    })
    const { processes } = report
    expect(processes.map(({ title }) => title)).toEqual(
      workers === 1 ? ['launcher'] : ['launcher', 'fixture: worker 1', 'fixture: worker 2'],
    )
    for (const { told, pid, thread } of processes) {
      expect(told?.pid).toBe(pid)
      expect(told?.threadId).toBe(thread ?? 0)
      expect(told?.memory.rss).toBeGreaterThan(1e7)
      expect(told?.resources).not.toEqual({})
    }
    for (const { pid } of processes) kill(pid ?? 0)
    await hanging
  })

  it.each(['process', 'thread'])('says of a %s that does not answer that it is blocked', async (model) => {
    configure('worker_timeout = 0', `worker_model = ${model}`)
    const service = serve(2)
    const { url } = await service.ready()
    void request(`${url}/burn?ms=60000`).catch(() => undefined)
    let report: Report | null = null
    await until(async () => {
      report = await json<Report>('/report')
      // Not one that was only late.
      const isSeen = model === 'process' || JSON.stringify(report).includes('at burn ')
      return isSeen && report.processes.some(({ told }) => told === null)
    }, 'no worker was ever blocked')
    const { renderReport } = await import('../../src/launch/observe/report-text.ts')
    const text = renderReport(report as unknown as Report)
    expect(text).toMatch(/Process \d+(?: thread \d+)? \(under \d+\) \[ fixture: worker [12], blocked, no answer \]/u)
    // A thread can be looked at from outside.
    if (model === 'thread') expect(text).toMatch(/Thread #\d+:\n(?: {2}at .*\n)* {2}at burn /u)
  })

  it.each(both)('comes at SIGUSR2 into the folder of log_dir (%i workers)', async (workers) => {
    configure('[oslo_reports]', `log_dir = ${folder}`)
    const service = serve(workers)
    const { pids } = await service.ready()
    service.signal('SIGUSR2')
    const { msg } = await service.line(/^the report is in /u)
    const path = msg.slice('the report is in '.length)
    expect(path.slice(folder.length)).toMatch(/^\/fixture_gurumeditation_\d{14}$/u)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const text = readFileSync(path, 'utf8')
    for (const title of ['Guru Meditation', 'Package', 'Services', 'Processes', 'Threads', 'Configuration']) {
      expect(text).toMatch(new RegExp(`^==== +${title} +====$`, 'mu'))
    }
    for (const pid of pids) expect(text).toContain(`Process ${pid}`)
    expect(text).toContain(`made = `)
    expect(text).toContain(`, for SIGUSR2`)
  })

  it('row 31: tells the workers, the size of their pools, the backlog and the port, which are options', async () => {
    configure('task_pool_threads = 3', 'backlog = 77', '[oslo_reports]', `log_dir = ${folder}`)
    const service = serve(2)
    const { port, pids } = await service.ready()
    service.signal('SIGUSR2')
    const { msg } = await service.line(/^the report is in /u)
    const text = readFileSync(msg.slice('the report is in '.length), 'utf8')
    for (const line of ['workers = 2', 'task_pool_threads = 3', 'backlog = 77']) expect(text).toContain(line)
    expect(text).toContain(`http://127.0.0.1:${port}`)
    for (const pid of pids) expect(text).toContain(`Process ${pid}`)
  })

  it('comes on standard error without log_dir, also when a worker gets the signal', async () => {
    const service = serve(2)
    const { pids } = await service.ready()
    process.kill(pids[1] ?? 0, 'SIGUSR2')
    await service.line(/^the report is on standard error$/u)
    // It comes through another pipe than the word of it.
    const tells = (text: string): Promise<void> =>
      until(() => service.errors.includes(text), `no "${text}" in the report`)
    await tells('for SIGUSR2 to worker 2')
    await tells(`(pid ${pids[0]})`)
  })

  it('comes when the file of file_event_handler is touched, and then not at SIGUSR2', async () => {
    const file = join(folder, 'touch-me')
    writeFileSync(file, '')
    configure('[oslo_reports]', `log_dir = ${folder}`, `file_event_handler = ${file}`)
    const service = serve(1)
    await service.ready()
    service.signal('SIGUSR2')
    await service.line(/^SIGUSR2: no report, file_event_handler is set/u)
    utimesSync(file, new Date(), new Date(Date.now() + 10_000))
    await service.line(/^the report is in /u)
    expect(readdirSync(folder).filter((name) => name.includes('gurumeditation'))).toHaveLength(1)
  })

  it('that cannot be written is told in the log', async () => {
    configure('[oslo_reports]', `log_dir = ${folder}/nowhere`)
    const service = serve(1)
    await service.ready()
    service.signal('SIGUSR2')
    expect((await service.line(/^the report could not be made/u)).msg).toContain('ENOENT')
    expect((await json<ServiceStatus>('/status')).state).toBe('running')
  })
})
