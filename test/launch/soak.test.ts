// The short form of `npm run soak`: one thing after the other happens to a service under load, and every request is counted.
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { request } from 'undici'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Load } from './fixtures/load.ts'
import { kill, RunningService, until, untilGone } from './fixtures/running-service.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'soak-'))
})

afterEach(async () => {
  await RunningService.killAll()
  rmSync(folder, { recursive: true })
})

/** An app beside its health check. */
const deployment = `
[composite:main]
use = egg:Paste#urlmap
/ = pid
/healthcheck = health

[app:pid]
paste.app_factory = ./test/launch/fixtures/factories.mjs:pidFactory

[app:health]
use = egg:slipway#healthcheck
`

function serving(flags: readonly string[], settings: readonly string[] = []): RunningService {
  writeFileSync(join(folder, 'paste.ini'), deployment)
  writeFileSync(join(folder, 'x.conf'), ['[DEFAULT]', ...settings, ''].join('\n'))
  return new RunningService({
    serve: { uri: 'config:paste.ini', relativeTo: folder },
    flags: ['--config-file', join(folder, 'x.conf'), ...flags],
  })
}

async function statusOf(url: string): Promise<number> {
  const { statusCode, body } = await request(url, { reset: true })
  await body.dump()
  return statusCode
}

describe('a stop behind a load balancer', () => {
  // All that clients do below is to happen while the door is open.
  const delay = 'stop_delay = 5'

  it.each([
    ['1', 'process'],
    ['2', 'process'],
    ['2', 'thread'],
  ])('is told by the health check while the door is open (%s, %s)', async (workers, model) => {
    const service = serving(['--workers', workers], [delay, `worker_model = ${model}`])
    const { url } = await service.ready()
    const kept = new Load(url, { clients: 8, thinkMs: 2 })
    const fresh = new Load(url, { clients: 8, thinkMs: 2, isFresh: true })
    await until(() => kept.answered > 50 && fresh.answered > 50, 'no load')
    service.signal('SIGTERM')
    await until(async () => (await statusOf(`${url}/healthcheck`)) === 503, 'the health check never says so')
    expect(await statusOf(url)).toBe(200)
    // What the balancer does: what is in hand is waited for, nothing more is sent.
    await Promise.all([kept.stop(), fresh.stop()])
    expect(await service.exit()).toEqual({ status: 0, signal: null })
    expect([...kept.failures, ...fresh.failures]).toEqual([])
    expect(kept.refused + fresh.refused).toBe(0)
    await untilGone(service.everyPid)
  })
})

describe('a service under load', () => {
  it.each(['process', 'thread'])(
    'loses nothing by reloads and scaling, and by a killed process no more than it held (%s)',
    async (model) => {
      const service = serving(['--workers', '2'], [`worker_model = ${model}`])
      const { url } = await service.ready()
      const loads = [false, true].map((isFresh) => new Load(url, { clients: 8, thinkMs: 3, isFresh }))
      const failures = (): string[] => loads.flatMap((load) => load.failures)
      const signal = (name: NodeJS.Signals, answer: RegExp) => service.line(answer, service.signal(name))

      for (let round = 0; round < 2; round += 1) await signal('SIGHUP', /^reloaded in/)
      expect((await signal('SIGTTIN', /^now /)).msg).toMatch(/^now 3 workers/)
      await signal('SIGHUP', /^reloaded in/)
      const { msg } = await signal('SIGTTOU', /^now /)
      expect(msg).toMatch(/^now 2 workers/)
      expect(failures()).toEqual([])

      let held = 0
      if (model === 'process') {
        const pid = Number(/\(pids (\d+)/.exec(msg)?.[1])
        const after = service.lines.length
        held = await stopped(pid)
        kill(pid)
        await service.line(/ is ready$/, after)
      }
      const answered = loads.map((load) => load.answered)
      await until(() => loads.every((load, index) => load.answered > (answered[index] ?? 0) + 50), 'nobody serves')
      expect(failures().length).toBeLessThanOrEqual(held)

      await Promise.all(loads.map((load) => load.stop()))
      expect(loads.map(({ refused }) => refused)).toEqual([0, 0])
      service.signal('SIGTERM')
      expect(await service.exit()).toEqual({ status: 0, signal: null })
      await untilGone(service.everyPid)
    },
    60_000,
  )
})

/** Stops a process where it is; how many connections it has accepted and still holds. */
async function stopped(pid: number): Promise<number> {
  process.kill(pid, 'SIGSTOP')
  await until(() => /\) T /.test(readFileSync(`/proc/${pid}/stat`, 'latin1')), `${pid} does not stop`)
  const rows = readFileSync(`/proc/${pid}/net/tcp`, 'latin1').split('\n').slice(1)
  const fields = rows.map((row) => row.trim().split(/\s+/))
  // The state 0A is that of a listener.
  const sockets = new Set(fields.filter(([, , , state]) => state !== '0A').map((field) => `socket:[${field[9]}]`))
  return readdirSync(`/proc/${pid}/fd`).filter((fd) => sockets.has(readlinkSync(`/proc/${pid}/fd/${fd}`))).length
}
