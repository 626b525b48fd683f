// A reload that keeps the workers: restart_method = mutate.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { request } from 'undici'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { kill, RunningService } from './fixtures/running-service.ts'

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mutate-'))
  file = join(folder, 'service.conf')
})

afterEach(async () => {
  await RunningService.killAll()
  rmSync(folder, { recursive: true })
})

function configure(more: string): void {
  writeFileSync(file, `[DEFAULT]\nrestart_method = mutate\n${more}`)
}

async function get(url: string, path = '/'): Promise<Readonly<Record<string, number>>> {
  const { body } = await request(`${url}${path}`, { reset: true })
  return (await body.json()) as Record<string, number>
}

describe.each([
  ['1', 'process'],
  ['2', 'process'],
  ['2', 'thread'],
])('restart_method = mutate (%s workers, %s)', (workers, model) => {
  const flags = (): string[] => ['--config-file', file, '--workers', workers]

  it('changes what can change in the workers that are there, and tells the service', async () => {
    configure(`worker_model = ${model}\n`)
    const service = new RunningService({ flags: flags() })
    const { url, pids } = await service.ready()
    configure(`worker_model = ${model}\nmax_header_size = 9999\ndefault_log_levels = shop=WARN\n`)
    const after = service.signal('SIGHUP')
    await service.line(/^options have been read again, 1 changed; the workers stay$/, after)
    const told = (_: number, index: number) =>
      service.line(new RegExp(`^worker ${index + 1} was told: shop=WARN$`), after)
    await Promise.all(pids.map(told))
    await service.line(/immutable option "max_header_size"/, after)
    expect(pids).toContain((await get(url)).pid)
    expect((await get(url, '/setting')).size).toBe(16_384)
  })

  it('changes nothing when anything is wrong', async () => {
    configure(`worker_model = ${model}\n`)
    const service = new RunningService({ flags: flags() })
    const { url, pids } = await service.ready()
    configure(`worker_model = ${model}\nbacklog = many\n`)
    await service.line(/^reload refused: nothing has changed$/, service.signal('SIGHUP'))
    expect(pids).toContain((await get(url)).pid)
    expect(service.messages.filter((line) => line.includes('was told'))).toEqual([])
  })
})

it('a worker that starts after a change knows of it', async () => {
  configure('')
  const service = new RunningService({ flags: ['--config-file', file, '--workers', '2'] })
  const { pids } = await service.ready()
  configure('default_log_levels = shop=WARN\n')
  await service.line(/^options have been read again/, service.signal('SIGHUP'))
  kill(pids[0] ?? 0)
  await service.line(/^worker 1 \(pid \d+\) is ready$/)
  configure('default_log_levels = shop=ERROR\n')
  const after = service.signal('SIGHUP')
  await service.line(/^worker 1 was told: shop=ERROR$/, after)
  await service.line(/^worker 2 was told: shop=ERROR$/, after)
})
