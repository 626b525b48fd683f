// What is said to systemd: the arguments of systemd-notify, which a script stands in for.
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ServiceManager } from '../../../src/launch/master/service-manager.ts'
import { nullLogger } from '../../../src/log/index.ts'
import { RunningService, until, untilGone } from '../fixtures/running-service.ts'

let folder: string
let said: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'notify-'))
  said = join(folder, 'said')
  const script = join(folder, 'systemd-notify')
  writeFileSync(script, `#!/bin/sh\n(IFS='|'; echo "$NOTIFY_SOCKET $*") >> "${said}"\n`)
  chmodSync(script, 0o755)
})

afterEach(async () => {
  await RunningService.killAll()
  rmSync(folder, { recursive: true })
})

function messages(): string[] {
  return existsSync(said) ? readFileSync(said, 'utf8').trimEnd().split('\n') : []
}

describe('a service under systemd', () => {
  it.each([1, 2])('says when it is ready, reloads and stops, in order (%i workers)', async (workers) => {
    const service = new RunningService({
      flags: ['--workers', String(workers)],
      env: { NOTIFY_SOCKET: '/run/notify', PATH: `${folder}:${dirname(process.execPath)}:/usr/bin:/bin` },
    })
    await service.ready()
    await until(() => messages().length === 1, 'READY was not said')
    const after = service.signal('SIGHUP')
    await service.line(/^reloaded in/, after)
    service.signal('SIGTERM')
    expect(await service.exit()).toEqual({ status: 0, signal: null })
    const start = `/run/notify --pid=${service.pid}`
    expect(messages().map((line) => line.replace(/\d+ workers? .*|USEC=\d+/, '…'))).toEqual([
      `${start}|READY=1|STATUS=…`,
      `${start}|RELOADING=1|MONOTONIC_…|STATUS=reloading`,
      `${start}|READY=1|STATUS=…`,
      `${start}|STOPPING=1|STATUS=draining: SIGTERM`,
    ])
    await untilGone(service.everyPid)
  })
})

describe('the service manager', () => {
  it('is told that the master lives, twice as often as asked for', async () => {
    const before = process.env.PATH
    process.env.PATH = `${folder}:${before}`
    const env = { NOTIFY_SOCKET: '/run/notify', WATCHDOG_USEC: '100000', WATCHDOG_PID: String(process.pid) }
    const manager = new ServiceManager(nullLogger, env)
    expect(env).toEqual({})
    manager.ready('here')
    await until(() => messages().filter((line) => line.endsWith('|WATCHDOG=1')).length >= 2, 'no WATCHDOG')
    await manager.close()
    process.env.PATH = before
  })

  it('is left alone where there is none', async () => {
    const manager = new ServiceManager(nullLogger, {})
    manager.ready('here')
    manager.stopping('there')
    await manager.close()
    expect(messages()).toEqual([])
  })
})
