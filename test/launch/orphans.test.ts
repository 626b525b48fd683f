// What goes wrong around workers, each with its stated end: a module that exits, a service that will not stop, and a master
// that is killed while it has work. Real processes, real signals.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { request } from 'undici'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Load } from './fixtures/load.ts'
import { expectFree, kill, listenApart, RunningService, until, untilGone } from './fixtures/running-service.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'faults-'))
})

afterEach(async () => {
  await RunningService.killAll()
  rmSync(folder, { recursive: true })
})

function configured(settings: Readonly<Record<string, string | number>>): string[] {
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`)
  writeFileSync(join(folder, 'x.conf'), ['[DEFAULT]', ...lines, ''].join('\n'))
  return ['--config-file', join(folder, 'x.conf'), '--workers', '2']
}

const cut = { code: 'UND_ERR_SOCKET' }

describe('a worker', () => {
  it('whose module ends the process when it is imported ends the start, and is not tried again', async () => {
    const service = new RunningService({ reference: './exits.mjs:Service', flags: ['--workers', '2'] })
    expect(await service.exit()).toEqual({ status: 70, signal: null })
    expect(service.lines.at(-1)?.msg).toMatch(/^worker \d could not start: ended with status 5$/)
    expect(service.messages.join('\n')).not.toContain('restarting')
    await untilGone(service.everyPid)
  })

  it('that does not stop when it is told to is left behind at graceful_shutdown_timeout, and says so', async () => {
    const service = new RunningService({
      args: { hangingHook: true },
      flags: [...listenApart(), ...configured({ graceful_shutdown_timeout: 1, keepalive_grace: 0.1 })],
    })
    const { url, host, port } = await service.ready()
    await (await request(url, { reset: true })).body.dump()
    service.signal('SIGTERM')
    expect(await service.exit()).toMatchObject({ signal: null })
    expect(service.messages).toContain('fixture: a close hook did not end in time and was left behind')
    await untilGone(service.everyPid)
    await expectFree(port, host)
  })
})

describe('a master that is killed', () => {
  it('under load costs no request; another takes its addresses and files over', async () => {
    const path = join(folder, 'api.sock')
    const flags = configured({
      pid_file: join(folder, 'x.pid'),
      control_socket: join(folder, 'control.sock'),
    })
    const first = new RunningService({ flags: [...flags, ...listenApart(), '--listen', `unix:${path}`] })
    const { url, host, port, pids } = await first.ready()
    const kept = new Load(url, { clients: 8, thinkMs: 2 })
    await until(() => kept.answered > 300, 'no load')
    kill(first.pid)
    await kept.finished()
    expect(kept.failures).toEqual([])
    expect(kept.refused).toBe(8)
    await untilGone(pids)
    // What it had no time to clear away.
    expect(readFileSync(join(folder, 'x.pid'), 'utf8')).toBe(`${first.pid}\n`)
    expect(existsSync(path)).toBe(true)

    const listens = ['--listen', `${host}:${port}`, '--listen', `unix:${path}`]
    const second = new RunningService({ flags: [...flags, ...listens] })
    expect(await second.ready()).toMatchObject({ port })
    expect(readFileSync(join(folder, 'x.pid'), 'utf8')).toBe(`${second.pid}\n`)
    second.signal('SIGTERM')
    expect(await second.exit()).toEqual({ status: 0, signal: null })
    await untilGone(second.everyPid)
    expect(['x.pid', 'control.sock', 'api.sock'].filter((name) => existsSync(join(folder, name)))).toEqual([])
  })

  it('leaves workers that cut what hangs when their time is over', async () => {
    const flags = configured({ graceful_shutdown_timeout: 1, keepalive_grace: 0.1 })
    const service = new RunningService({ flags: [...flags, ...listenApart()] })
    const { url, host, port, pids } = await service.ready()
    const hung = expect(request(`${url}/hang`, { reset: true })).rejects.toMatchObject(cut)
    await service.line(/^a request hangs$/)
    kill(service.pid)
    await hung
    await untilGone(pids)
    await expectFree(port, host)
  })
})
