// Workers that are worn or hang, and those who look after them: real processes, real sockets.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, request } from 'undici'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Load } from './fixtures/load.ts'
import { RunningService, until, untilGone } from './fixtures/running-service.ts'

let folder: string
let conf: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'supervision-'))
  conf = join(folder, 'x.conf')
})

afterEach(async () => {
  await RunningService.killAll()
  rmSync(folder, { recursive: true })
})

function serve(workers: number, settings: Readonly<Record<string, string | number>>): RunningService {
  const lines = Object.entries({ keepalive_grace: 0.3, ...settings }).map(([name, value]) => `${name} = ${value}`)
  writeFileSync(conf, ['[DEFAULT]', ...lines, ''].join('\n'))
  return new RunningService({ flags: ['--config-file', conf, '--workers', String(workers)] })
}

/** Clients that a busy machine lets wait are not to be taken for idle ones. */
const patient = { keep_alive_timeout: 60, keepalive_grace: 10 }

async function expectStopped(service: RunningService): Promise<void> {
  service.signal('SIGTERM')
  expect(await service.exit()).toEqual({ status: 0, signal: null })
  await untilGone(service.everyPid)
}

describe('a worker', () => {
  it('goes after max_requests, and its clients notice nothing', async () => {
    const service = serve(2, { ...patient, max_requests: 300, max_requests_jitter: 100 })
    const { url, pids } = await service.ready()
    const kept = new Load(url, { clients: 16, thinkMs: 2 })
    const fresh = new Load(url, { clients: 8, isFresh: true })
    for (const pid of pids) await service.line(new RegExp(`\\(pid ${pid}\\) has answered \\d+ requests; another takes`))
    await untilGone(pids)
    await Promise.all([kept.stop(), fresh.stop()])
    expect([...kept.failures, ...fresh.failures]).toEqual([])
    expect(kept.refused + fresh.refused).toBe(0)
    await expectStopped(service)
  })

  it('goes when it has outgrown max_worker_rss, the others stay', async () => {
    const service = serve(2, { max_worker_rss: '150MiB' })
    const { url, pids } = await service.ready()
    const { body } = await request(`${url}/leak?ms=200`, { reset: true })
    const { pid } = (await body.json()) as { pid: number }
    const { msg } = await service.line(/has grown to \d+ MiB; another takes its place$/)
    expect(msg).toContain(`(pid ${pid})`)
    await untilGone([pid])
    const other = pids.find((one) => one !== pid)
    await expectStopped(service)
    expect(service.messages.filter((line) => line.includes(`(pid ${other}) has`))).toEqual([])
  })

  it('whose event loop is blocked is killed after worker_timeout, with the place where it hung', async () => {
    // Whoever looks where it hangs begins at half the time.
    const service = serve(2, { worker_timeout: 5, worker_timeout_stack: 'true' })
    const { url, pids } = await service.ready()
    const client = new Client(url)
    const hung = expect(client.request({ method: 'GET', path: '/burn?ms=60000' })).rejects.toMatchObject({
      code: 'UND_ERR_SOCKET',
    })
    const death = await service.line(/died: its event loop was blocked for 5 s; restarting now$/)
    await hung
    await client.destroy()
    expect(death.stack).toMatch(/at burn \(.*service\.mjs:\d+:\d+\)/)
    await service.line(/^worker \d \(pid \d+\) is ready$/)
    expect(pids.filter((pid) => death.msg.includes(`pid ${pid}`))).toHaveLength(1)
    await expectStopped(service)
  })

  it('that is only busy now and then is left alone', async () => {
    const service = serve(2, { worker_timeout: 3 })
    const { url, pids } = await service.ready()
    const load = new Load(url, { clients: 4, path: '/burn?ms=200' })
    await until(() => load.answered > 40, 'no load')
    await load.stop()
    // The shared queue may give all connections to one of the two; what counts is that neither was replaced.
    for (const pid of load.byPid.keys()) expect(pids).toContain(pid)
    expect(service.everyPid).toEqual([service.pid, ...pids])
    expect(load.failures).toEqual([])
    await expectStopped(service)
  })
})

describe('a kept connection', () => {
  it.each([1, 2])('is closed with an answer after keepalive_requests (%i workers)', async (workers) => {
    const service = serve(workers, { ...patient, keepalive_requests: 20 })
    const { url } = await service.ready()
    const client = new Client(url)
    const closings: number[] = []
    for (let index = 1; index <= 30; index++) {
      const { headers, body } = await client.request({ method: 'GET', path: '/' })
      await body.dump()
      if (headers.connection === 'close') closings.push(index)
    }
    await client.destroy()
    expect(closings).toHaveLength(1)
    expect(closings[0]).toBeGreaterThanOrEqual(18)
    expect(closings[0]).toBeLessThanOrEqual(22)
    await expectStopped(service)
  })
})
