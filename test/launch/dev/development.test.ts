// What developers have: reloads by editing, an inspector in each worker, breakpoints. Real services; the edits are
// those of editors, the debugger speaks the protocol of V8.
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { request } from 'undici'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { slipway } from '../../cli/slipway.ts'
import type { ServiceStatus, WorkerRecord } from '../../../src/launch/status.ts'
import { RunningService, until, untilGone } from '../fixtures/running-service.ts'
import { Debugger } from './debugger.ts'

let folder: string

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'development-')))
})

afterEach(async () => {
  await RunningService.killAll()
  rmSync(folder, { recursive: true })
})

/** As editors save: a new file takes the place of the old one. */
function save(name: string, text: string): void {
  writeFileSync(join(folder, `${name}.new~`), text)
  renameSync(join(folder, `${name}.new~`), join(folder, name))
}

function configure(settings: Readonly<Record<string, string | number>> = {}): string[] {
  const all = { keepalive_grace: 0.2, control_socket: join(folder, 'control.sock'), ...settings }
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`)
  save('x.conf', ['[DEFAULT]', ...lines, ''].join('\n'))
  return ['--config-file', join(folder, 'x.conf')]
}

async function workers(): Promise<readonly WorkerRecord[]> {
  const { stdout } = await slipway(['status', '--socket', join(folder, 'control.sock'), '--json'])
  return (JSON.parse(stdout) as ServiceStatus).services[0]?.workers ?? []
}

async function expectStopped(service: RunningService): Promise<void> {
  service.signal('SIGTERM')
  expect(await service.exit()).toEqual({ status: 0, signal: null })
  await untilGone(service.everyPid)
}

async function textOf(url: string): Promise<string> {
  return (await request(url, { reset: true })).body.text()
}

/** The worker of before accepts until it has read that it is to stop. */
async function untilServed(url: string, text: string): Promise<void> {
  await until(async () => (await textOf(url)) === text, `"${text}" is not served`)
}

describe('a service with reload', () => {
  const greeter = `
    import { createServer } from 'node:http'
    import { word } from './lib/word.mjs'
    export class Greeter {
      async start({ listeners }) {
        this.server = createServer((req, res) => res.end(word))
        for (const one of listeners) await one.listen(this.server, 10)
      }
      stop() {
        this.server.close()
      }
      wait() {}
    }
  `

  it('of one thread serves what was saved last', async () => {
    mkdirSync(join(folder, 'lib'))
    save('greeter.mjs', greeter)
    save('lib/word.mjs', `export const word = 'one'`)
    const service = new RunningService({
      reference: './greeter.mjs:Greeter',
      flags: [...configure({ worker_model: 'thread' }), '--reload'],
      options: { from: folder },
    })
    const { url } = await service.ready()
    await service.line(/^reloads when a file changes: /)
    save('lib/word.mjs', `export const word = 'two'`)
    await service.line(/^reloaded in .* 1 worker \(thread \d+\)$/)
    await untilServed(url, 'two')
    await expectStopped(service)
  })

  it('serves what was saved last, keeps what runs when that is broken, and says which file it was', async () => {
    mkdirSync(join(folder, 'lib'))
    save('greeter.mjs', greeter)
    save('lib/word.mjs', `export const word = 'one'`)
    const service = new RunningService({
      reference: './greeter.mjs:Greeter',
      flags: [...configure(), '--reload'],
      options: { from: folder },
    })
    const { url, pids } = await service.ready()
    expect(pids).not.toContain(service.pid)
    await service.line(/^reloads when a file changes: /)
    expect(await textOf(url)).toBe('one')

    save('lib/word.mjs', `export const word = 'two'`)
    await service.line(/\/lib\/word\.mjs changed: reloading$/)
    await service.line(/^reloaded in/)
    await untilServed(url, 'two')

    let after = service.lines.length
    save('lib/word.mjs', `export const word = `)
    await service.line(/^reload refused: nothing has changed$/, after)
    expect(service.messages.slice(after).join('\n')).toContain('does not parse')
    expect(await textOf(url)).toBe('two')

    after = service.lines.length
    save('lib/word.mjs', `export const word = 'three'`)
    await service.line(/^reloaded in/, after)
    await untilServed(url, 'three')

    after = service.lines.length
    configure({ workers: 2 })
    await service.line(/\/x\.conf changed: reloading$/, after)
    expect((await service.line(/^reloaded in .* 2 workers/, after)).msg).toMatch(/pids \d+, \d+/)
    await expectStopped(service)
  })

  it('watches nothing without the option', async () => {
    const service = new RunningService({ flags: configure() })
    await service.ready()
    await expectStopped(service)
    expect(service.messages.join('\n')).not.toContain('reloads when')
  })
})

describe('a service with inspect', () => {
  it.each(['process', 'thread'])('has an inspector in each worker, and the status says where (%s)', async (model) => {
    const flags = configure({ worker_model: model, workers: 2 })
    const service = new RunningService({ flags: [...flags, '--inspect', '0'] })
    await service.ready()
    const inspectors = (await workers()).map(({ inspector }) => inspector)
    expect(new Set(inspectors).size).toBe(2)
    for (const inspector of inspectors) {
      expect(service.messages.some((line) => line.endsWith(`can be debugged: ${inspector}`))).toBe(true)
      const one = await Debugger.attach(inspector ?? '')
      // The stop below does not wait for it to leave.
      onTestFinished(() => one.detach())
      expect(await one.send('Runtime.evaluate', { expression: '6 * 7' })).toMatchObject({
        result: { result: { value: 42 } },
      })
    }
    const { stdout } = await slipway(['status', '--socket', join(folder, 'control.sock')])
    expect(stdout).toContain(`worker 2 can be debugged: ${inspectors[1]}`)
    await expectStopped(service)
  })

  it.each(['1', '2'])('has the port that was asked for, another while it is taken (%s workers)', async (count) => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const flags = [...configure(), '--workers', count, '--inspect', String(port)]
    const other = new RunningService({ flags })
    await other.ready()
    expect((await workers())[0]?.inspector).not.toContain(`:${port}/`)
    await expectStopped(other)
    server.close()
    await once(server, 'close')
    const service = new RunningService({ flags })
    await service.ready()
    expect((await workers())[0]?.inspector).toContain(`ws://127.0.0.1:${port}/`)
    await expectStopped(service)
  })
})

describe('a worker at a breakpoint()', () => {
  it.each(['process', 'thread'])(
    'waits for its debugger as long as it takes, while a hung one is killed (%s)',
    async (model) => {
      const flags = configure({ worker_model: model, workers: 2, worker_timeout: 2 })
      const service = new RunningService({ flags })
      const { url } = await service.ready()
      const answer = request(`${url}/breakpoint`, { reset: true })
      const { msg } = await service.line(/stands at a breakpoint/)
      const [, id, place, inspector = ''] =
        /^worker (\d) .* breakpoint, (.*): attach a debugger to (ws:.*)$/.exec(msg) ?? []
      expect(place).toMatch(/service\.mjs:\d+$/)
      expect((await workers())[Number(id) - 1]).toMatchObject({ inspector, breakpoint: place })
      // The other takes this one, later, and is past its time before.
      const hung = request(`${url}/burn?ms=60000`, { reset: true })
      const lost = expect(hung).rejects.toThrow()
      const other = id === '1' ? '2' : '1'
      await service.line(new RegExp(`^worker ${other} .* died: its event loop was blocked for 2 s`))
      await lost
      const one = await Debugger.attach(inspector)
      expect(await one.paused()).toMatchObject({ functionName: 'answer' })
      await one.resume()
      expect((await answer).statusCode).toBe(200)
      expect(((await (await answer).body.json()) as { worker: number }).worker).toBe(Number(id))
      await service.line(/goes on from /)
      expect(service.messages.filter((line) => line.startsWith(`worker ${id} `) && line.includes('died'))).toEqual([])
      await expectStopped(service)
      one.detach()
    },
  )

  it('in the one process says where', async () => {
    const service = new RunningService({ flags: configure() })
    const { url } = await service.ready()
    const answer = request(`${url}/breakpoint`, { reset: true })
    const { msg } = await service.line(/^the service stands at a breakpoint/)
    const one = await Debugger.attach(/ws:.*$/.exec(msg)?.[0] ?? '')
    await one.paused()
    await one.resume()
    expect((await answer).statusCode).toBe(200)
    await (await answer).body.dump()
    one.detach()
    await expectStopped(service)
  })
})
