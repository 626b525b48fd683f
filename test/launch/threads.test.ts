// Workers that are threads: what differs from processes, and that a client sees no difference.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { request } from 'undici'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Load } from './fixtures/load.ts'
import { expectFree, listenApart, RunningService, type Spec, until, untilGone } from './fixtures/running-service.ts'

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'threads-'))
  file = join(folder, 'service.conf')
})

afterEach(async () => {
  await RunningService.killAll()
  rmSync(folder, { recursive: true })
})

function withThreads(more = '', { flags = [], ...spec }: Spec = {}): RunningService {
  writeFileSync(file, `[DEFAULT]\nworkers = 2\nworker_model = thread\n${more}`)
  return new RunningService({ ...spec, flags: ['--config-file', file, ...flags] })
}

/** `pid` is the number of the thread. */
async function get(url: string): Promise<{ pid: number; worker: number }> {
  const { body } = await request(url, { reset: true })
  return (await body.json()) as { pid: number; worker: number }
}

function descriptorsOf(service: RunningService): number {
  return readdirSync(`/proc/${service.pid}/fd`).length
}

describe('workers that are threads', () => {
  it('share one port and the process of their master', async () => {
    const service = withThreads()
    const { url, pids } = await service.ready()
    await service.line(/^ready in \d+ ms, 2 workers \(threads \d+, \d+\)$/)
    const load = new Load(url, { clients: 16, isFresh: true, path: '/burn?ms=2' })
    await until(() => pids.every((thread) => load.byPid.has(thread)), 'one worker never answers')
    await load.stop()
    expect(load.failures).toEqual([])
    expect(new Set(load.byPid.keys())).toEqual(new Set(pids))
    expect(service.everyPid).toEqual([service.pid])
  })

  it('are replaced in a reload without a failed request, and leave no descriptor behind', async () => {
    const service = withThreads()
    const { url, pids } = await service.ready()
    const kept = new Load(url, { clients: 8, thinkMs: 3 })
    const fresh = new Load(url, { clients: 8, isFresh: true })
    for (let round = 0; round < 3; round++) {
      const answered = kept.answered + fresh.answered
      await service.line(/^reloaded in \d+ ms, 2 workers/, service.signal('SIGHUP'))
      await until(() => kept.answered + fresh.answered > answered + 100, 'nothing is answered')
    }
    await until(() => fresh.byPid.size > pids.length, 'new threads never answer')
    await kept.stop()
    await fresh.stop()
    expect([...kept.failures, ...fresh.failures]).toEqual([])
    // Those that were replaced have gone with all they had opened; what two workers hold is less than this.
    await until(() => descriptorsOf(service) < 60, 'descriptors stay open')
  })

  it.each([
    ['/throw', /^worker \d \(thread \d+\) died: uncaught exception: RangeError: nobody catches this; restarting now$/],
    ['/reject', /^worker \d \(thread \d+\) died: unhandled rejection: Error: an orphaned promise; restarting now$/],
  ])('that crash at %s answer what they have in hand, and are replaced', async (path, story) => {
    const service = withThreads()
    const { url } = await service.ready()
    expect(await get(`${url}${path}`)).toHaveProperty('pid')
    expect((await service.line(/died: /)).msg).toMatch(story)
    await service.line(/^worker \d \(thread \d+\) is ready$/)
    expect(await get(url)).toHaveProperty('pid')
  })

  it('that call process.exit end alone', async () => {
    const service = withThreads()
    const { url } = await service.ready()
    await expect(get(`${url}/exit`)).rejects.toMatchObject({ code: 'UND_ERR_SOCKET' })
    await service.line(/^worker \d \(thread \d+\) died: ended with status 3; restarting now$/)
    await service.line(/^worker \d \(thread \d+\) is ready$/)
    expect(await get(url)).toHaveProperty('pid')
  })

  it('that block their event loop are ended after worker_timeout', async () => {
    const service = withThreads('worker_timeout = 2\n')
    const { url } = await service.ready()
    await expect(get(`${url}/burn?ms=60000`)).rejects.toMatchObject({ code: 'UND_ERR_SOCKET' })
    await service.line(/died: its event loop was blocked for 2 s; restarting now$/)
    await service.line(/^worker \d \(thread \d+\) is ready$/)
    expect(await get(url)).toHaveProperty('pid')
  })

  it('that grow are replaced one by one, by what each holds itself', async () => {
    const service = withThreads('max_worker_rss = 200MiB\n')
    const { url } = await service.ready()
    await get(`${url}/leak?ms=210`)
    await service.line(/^worker \d \(thread \d+\) has grown to \d+ MiB; another takes its place$/)
    await service.line(/^worker \d \(thread \d+\) is ready$/)
    expect(service.messages.filter((line) => line.includes('has grown'))).toHaveLength(1)
  })

  it('that throw at boot end the start with their diagnostic', async () => {
    const service = withThreads('', { args: { boot: 'throw' } })
    expect(await service.exit()).toEqual({ status: 70, signal: null })
    expect(service.lines.at(-1)).toMatchObject({
      code: 'SLIPWAY_LAUNCH_WORKER_BOOT',
      msg: expect.stringMatching(/could not start: TypeError: the fixture cannot start$/) as string,
    })
  })

  it('that hang at boot end the start after start_timeout', async () => {
    const service = withThreads('start_timeout = 1\n', { args: { boot: 'hang' } })
    expect(await service.exit()).toEqual({ status: 70, signal: null })
    expect(service.lines.at(-1)?.msg).toMatch(/could not start: it was not ready within 1 s$/)
  })

  it('finish what they have in hand at a stop, and free the port', async () => {
    const service = withThreads('', { flags: listenApart() })
    const { url, host, port } = await service.ready()
    const gate = join(folder, 'gate')
    const held = get(`${url}/held?until=${gate}`)
    await service.line(/^a request is held$/)
    const fresh = new Load(url, { clients: 4, isFresh: true })
    await until(() => fresh.answered > 20, 'no load')
    await service.line(/^SIGTERM: draining$/, service.signal('SIGTERM'))
    writeFileSync(gate, '')
    expect(await held).toHaveProperty('pid')
    expect(await service.exit()).toEqual({ status: 0, signal: null })
    await fresh.stop()
    await expectFree(port, host)
    await untilGone(service.everyPid)
  })

  it('grow and shrink in number', async () => {
    const service = withThreads()
    await service.ready()
    await service.line(/^now 3 workers \(threads \d+, \d+, \d+\)$/, service.signal('SIGTTIN'))
    await service.line(/^now 2 workers \(threads \d+, \d+\)$/, service.signal('SIGTTOU'))
  })

  it('give way to processes when a reload says so, and come back', async () => {
    const service = withThreads()
    await service.ready()
    writeFileSync(file, '[DEFAULT]\nworkers = 2\nworker_model = process\n')
    await service.line(/^reloaded in \d+ ms, 2 workers \(pids \d+, \d+\)$/, service.signal('SIGHUP'))
    writeFileSync(file, '[DEFAULT]\nworkers = 2\nworker_model = thread\n')
    await service.line(/^reloaded in \d+ ms, 2 workers \(threads \d+, \d+\)$/, service.signal('SIGHUP'))
  })

  it('serve a unix socket', async () => {
    const path = join(folder, 'a.sock')
    const service = withThreads(`listen = unix:${path}\n`, { listens: false })
    await service.ready()
    const { Client } = await import('undici')
    const client = new Client('http://localhost', { socketPath: path })
    const { statusCode, body } = await client.request({ method: 'GET', path: '/' })
    await body.dump()
    await client.close()
    expect(statusCode).toBe(200)
    service.signal('SIGTERM')
    expect(await service.exit()).toEqual({ status: 0, signal: null })
    expect(readdirSync(folder)).toEqual(['service.conf'])
  })
})
