// Several services under one launcher: each with its own workers, addresses and name, all with one life.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { request } from 'undici'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Load } from './fixtures/load.ts'
import { RunningService, until, untilGone } from './fixtures/running-service.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'services-'))
})

afterEach(async () => {
  await RunningService.killAll()
  rmSync(folder, { recursive: true })
})

const agent = { name: 'agent', reference: './service.mjs:Agent', workers: 1, listen: [] }
const api = { name: 'api', workers: 2 }
const admin = { name: 'admin', workers: 1, listen: ['127.0.0.1:0'] }

async function get(url: string): Promise<{ pid: number }> {
  const { body } = await request(url, { reset: true })
  return (await body.json()) as { pid: number }
}

async function urlsOf(service: RunningService): Promise<string[]> {
  await service.ready()
  return (await service.line(/^listening on/)).msg.replace('listening on ', '').split(', ')
}

describe('several services', () => {
  it('start together, each worker in a process of its own, and stop together', async () => {
    const service = new RunningService({ services: [api, admin, agent] })
    const [first = '', second = ''] = await urlsOf(service)
    const { pids } = await service.ready()
    expect(pids).toHaveLength(4)
    expect(pids).not.toContain(service.pid)
    const answers = [await get(first), await get(second)].map(({ pid }) => pid)
    expect(pids.slice(0, 2)).toContain(answers[0])
    expect(answers[1]).toBe(pids[2])
    service.signal('SIGTERM')
    expect(await service.exit()).toEqual({ status: 0, signal: null })
    await untilGone(service.everyPid)
  })

  it('row 21: may be two apps of one deployment file, each on a port of its own', async () => {
    const file = join(folder, 'api-paste.ini')
    const factories = `${import.meta.dirname}/fixtures/factories.mjs`
    writeFileSync(
      file,
      '[composite:osapi_compute]\nuse = egg:Paste#urlmap\n/v2.1: hello\n[composite:metadata]\nuse = egg:Paste#urlmap\n/: meta\n' +
        '[pipeline:meta]\npipeline = cors metaapp\n[filter:cors]\npaste.filter_factory = oslo_middleware.cors:filter_factory\n' +
        `allowed_origin = https://horizon.example\n[app:hello]\npaste.app_factory = ${factories}:helloFactory\n` +
        `[app:metaapp]\npaste.app_factory = ${factories}:pidFactory\n`,
    )
    const reference = 'slipway.launch:PasteService'
    const service = new RunningService({
      services: [
        { name: 'osapi_compute', reference, args: { uri: `config:${file}`, name: 'osapi_compute' }, workers: 1 },
        {
          name: 'metadata',
          reference,
          args: { uri: `config:${file}`, name: 'metadata' },
          workers: 1,
          listen: ['127.0.0.1:0'],
        },
      ],
    })
    const [compute = '', metadata = ''] = await urlsOf(service)
    expect(new URL(compute).port).not.toBe(new URL(metadata).port)
    const headers = { origin: 'https://horizon.example' }
    const hello = await request(`${compute}/v2.1`, { headers, reset: true })
    expect([await hello.body.text(), hello.headers['access-control-allow-origin']]).toEqual([
      'hello from paste.ini',
      undefined,
    ])
    const meta = await request(`${metadata}/`, { headers, reset: true })
    const { pids } = await service.ready()
    expect([await meta.body.json(), meta.headers['access-control-allow-origin']]).toEqual([
      { pid: pids[1] },
      'https://horizon.example',
    ])
    const elsewhere = await request(`${metadata}/v2.1`, { reset: true })
    expect(await elsewhere.body.json()).toEqual({ pid: pids[1] })
    service.signal('SIGTERM')
    expect(await service.exit()).toEqual({ status: 0, signal: null })
  })

  it('end together when one of them cannot start, with its diagnostic', async () => {
    const service = new RunningService({ services: [api, { ...admin, args: { boot: 'throw' } }] })
    expect(await service.exit()).toEqual({ status: 70, signal: null })
    expect(service.lines.find(({ code }) => code !== undefined)).toMatchObject({
      code: 'SLIPWAY_LAUNCH_WORKER_BOOT',
      msg: 'admin worker 1 could not start: TypeError: the fixture cannot start',
    })
    await untilGone(service.everyPid)
  })

  it('are reloaded without a failed request', async () => {
    const service = new RunningService({ services: [api, admin, agent] })
    const [first = '', second = ''] = await urlsOf(service)
    const { pids } = await service.ready()
    const loads = [first, second].map((url) => new Load(url, { clients: 6, thinkMs: 2 }))
    const { msg } = await service.line(/^reloaded in \d+ ms, 4 workers/, service.signal('SIGHUP'))
    const now = (/\(pids ([\d, ]+)\)/.exec(msg)?.[1] ?? '').split(', ').map(Number)
    expect(now.filter((pid) => pids.includes(pid))).toEqual([])
    for (const load of loads) {
      const answered = load.answered
      await until(() => load.answered > answered + 20, 'nothing is answered')
      await load.stop()
      expect(load.failures).toEqual([])
    }
  })

  it('all stay as they are when one of them cannot be reloaded', async () => {
    const file = join(folder, 'broken')
    const service = new RunningService({ services: [api, { ...admin, args: { boot: { file } } }] })
    const [first = '', second = ''] = await urlsOf(service)
    const loads = [first, second].map((url) => new Load(url, { clients: 4, isFresh: true }))
    writeFileSync(file, '')
    await service.line(/^reload refused: nothing has changed$/, service.signal('SIGHUP'))
    rmSync(file)
    for (const load of loads) {
      const answered = load.answered
      await until(() => load.answered > answered + 20, 'nothing is answered')
      await load.stop()
      expect(load.failures).toEqual([])
    }
    await service.line(/^reloaded in \d+ ms, 3 workers/, service.signal('SIGHUP'))
  })

  it('are named in the log, and a signal scales the first', async () => {
    const service = new RunningService({ services: [api, admin] })
    await service.ready()
    await service.line(/^now 3 workers \(pids [\d, ]+\) of api$/, service.signal('SIGTTIN'))
    await service.line(/^api worker 3 \(pid \d+\) is starting$/)
  })

  it.each([
    [[api, { ...api, listen: [] }], 'two services have the name "api"'],
    [
      [
        { ...api, listen: ['127.0.0.1:1'] },
        { ...admin, listen: ['127.0.0.1:1'] },
      ],
      'the services "api" and "admin" would both listen on "127.0.0.1:1"',
    ],
  ])('are refused when they cannot be told apart (%#)', async (services, message) => {
    const service = new RunningService({ services })
    expect(await service.exit()).toMatchObject({ status: expect.any(Number) as number, signal: null })
    expect(service.lines.at(-1)).toMatchObject({ code: 'SLIPWAY_LAUNCH_SERVICE', msg: message })
    expect(service.everyPid).toEqual([service.pid])
  })
})
