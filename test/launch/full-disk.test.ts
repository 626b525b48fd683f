// A service whose log cannot be written goes on serving. /dev/full answers every write as a full disk does.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ServiceStatus } from '../../src/launch/status.ts'
import { ask, metricsOf, total } from './fixtures/control-client.ts'
import { until } from './fixtures/running-service.ts'

const main = fileURLToPath(new URL('./fixtures/start.mjs', import.meta.url))
// Only Linux has it.
const hasFull = existsSync('/dev/full')

let folder: string
let socketPath: string
let http: string
let service: ChildProcess | null = null
let errors = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'full-disk-'))
  socketPath = join(folder, 'c.sock')
  http = join(folder, 'h.sock')
  errors = ''
})

afterEach(async () => {
  if (service?.exitCode === null && service.signalCode === null) {
    service.kill('SIGKILL')
    await once(service, 'exit')
  }
  service = null
  rmSync(folder, { recursive: true })
})

function start(workers: number, lines: readonly string[], stdout: number | 'ignore'): ChildProcess {
  const conf = join(folder, 'x.conf')
  const own = ['[DEFAULT]', 'keepalive_grace = 0', `control_socket = ${socketPath}`, `listen = unix:${http}`]
  writeFileSync(conf, `${[...own, ...lines].join('\n')}\n`)
  const json = JSON.stringify({ flags: ['--debug', '--config-file', conf, '--workers', String(workers)] })
  const child = spawn(process.execPath, [main, json], { stdio: ['ignore', stdout, 'pipe'] })
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  service = child
  return child
}

async function running(): Promise<void> {
  await until(async () => {
    // Bound is not yet listening.
    const answer = await ask({ socketPath, path: '/healthz' }).catch(() => null)
    return answer?.status === 200
  }, 'it never ran')
}

/** Complaints of that kind, one process each. */
function complaints(text: string): number {
  return errors.split('\n').filter((line) => line.includes(text)).length
}

describe.skipIf(!hasFull)('a disk that is full (skipped where there is no /dev/full)', () => {
  it.each([1, 2])('under the log file: it serves, says so once, counts, and recovers (%i workers)', async (workers) => {
    const log = join(folder, 'x.log')
    symlinkSync('/dev/full', log)
    start(workers, [`log_file = ${log}`], 'ignore')
    await running()
    expect((await ask({ socketPath: http, path: '/' })).status).toBe(200)
    const full = (): number => complaints('x.log" cannot be written: ENOSPC')
    if (workers > 1) {
      const { services } = JSON.parse((await ask({ socketPath, path: '/status' })).text) as ServiceStatus
      const pids = services[0]?.workers.flatMap(({ pid }) => pid ?? []) ?? []
      // Each has something to log now.
      for (const pid of [...pids, ...pids]) process.kill(pid, 'SIGUSR1')
      await until(() => full() === 1 + workers, 'the workers have not complained')
    }
    expect(total(await metricsOf({ socketPath }), 'slipway_log_lines_lost_total')).toBeGreaterThan(1)

    // What logrotate does; a link to another file is another file.
    rmSync(log)
    writeFileSync(log, '')
    await until(async () => {
      await ask({ socketPath, path: '/log-level', method: 'POST' }, '{"level":"DEBUG"}')
      return readFileSync(log, 'utf8').includes('the control socket: ')
    }, 'it never logged again')
    // The line comes first, the word of it through a pipe.
    await until(() => /x\.log" can be written again, \d+ lines were lost/u.test(errors), 'it never said so')
    expect(full()).toBe(workers === 1 ? 1 : 1 + workers)
    const { services } = JSON.parse((await ask({ socketPath, path: '/status' })).text) as ServiceStatus
    expect(services[0]?.workers.every(({ restarts }) => restarts === 0)).toBe(true)
  })

  it.each([1, 2])('under standard output: it serves, says so once, and ends in order (%i workers)', async (workers) => {
    const full = openSync('/dev/full', 'w')
    const child = start(workers, [], full)
    closeSync(full)
    await running()
    expect((await ask({ socketPath: http, path: '/' })).status).toBe(200)
    await ask({ socketPath, path: '/reload', method: 'POST' })
    expect((await ask({ socketPath: http, path: '/' })).status).toBe(200)
    child.kill('SIGTERM')
    expect(await once(child, 'close')).toEqual([0, null])
    // Of each process one: the reload has started new ones.
    expect(complaints('standard output cannot be written')).toBe(workers === 1 ? 1 : 5)
  })
})
