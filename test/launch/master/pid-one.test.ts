// A launcher that is process 1, in a pid namespace of its own as a container has it. Pids in its lines are those of the
// namespace; here all are looked up from outside.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { request } from 'undici'
import { afterEach, describe, expect, it } from 'vitest'
import { reaperScript } from '../../../src/launch/master/pid-one.ts'
import { until } from '../fixtures/running-service.ts'

const main = fileURLToPath(new URL('../fixtures/start.mjs', import.meta.url))
const namespace = ['--user', '--map-root-user', '--pid', '--fork', '--kill-child', '--mount-proc']
const canUnshare = spawnSync('unshare', [...namespace, 'true']).status === 0
const canBecome = 'execve' in process

let running: ChildProcess | null = null

afterEach(async () => {
  const left = running
  running = null
  if (left === null || left.exitCode !== null) return
  const ended = once(left, 'close')
  left.kill('SIGKILL')
  await ended
})

class Container {
  readonly lines: string[] = []
  readonly process: ChildProcess
  #text = ''

  constructor(workers: number, before: readonly string[] = []) {
    const flags = ['--debug', '--listen', '127.0.0.1:0', '--workers', String(workers)]
    const command = [...before, process.execPath, main, JSON.stringify({ flags })]
    this.process = spawn('unshare', [...namespace, ...command], { stdio: ['ignore', 'pipe', 'inherit'] })
    this.process.stdout?.on('data', (chunk: Buffer) => {
      const parts = (this.#text + chunk.toString()).split('\n')
      this.#text = parts.pop() ?? ''
      this.lines.push(...parts.map((line) => (JSON.parse(line) as { msg: string }).msg))
    })
    running = this.process
  }

  async line(pattern: RegExp): Promise<string> {
    await until(
      () => this.lines.some((line) => pattern.test(line)),
      `no line like ${pattern}: ${this.lines.join('\n')}`,
    )
    return this.lines.find((line) => pattern.test(line)) ?? ''
  }

  async url(): Promise<string> {
    await this.line(/^ready in/)
    return (await this.line(/^listening on/)).split(' ').at(-1) ?? ''
  }

  /** Process 1, by its pid outside. */
  get init(): number {
    const { pid } = this.process
    const init = Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'))
    // A signal to 0 would be one to the tests themselves.
    if (init === 0) throw new Error(`process 1 has ended: ${this.lines.join('\n')}`)
    return init
  }

  /** Each process in the namespace, by its pid outside. */
  get processes(): { pid: number; name: string }[] {
    const own = readlinkSync(`/proc/${this.init}/ns/pid`)
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => {
        try {
          // A zombie has no namespace to look at any more; its parent is process 1.
          const [, name = '', parent = ''] =
            /^\d+ \((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
          const isInside = Number(parent) === this.init || readlinkSync(`/proc/${pid}/ns/pid`) === own
          return isInside ? [{ pid: Number(pid), name }] : []
        } catch {
          // Gone meanwhile.
          return []
        }
      })
  }
}

async function expectReaped(container: Container): Promise<void> {
  const { body } = await request(`${await container.url()}/orphan`, { reset: true })
  await body.dump()
  const orphans = (): number[] => container.processes.flatMap(({ pid, name }) => (name === 'sleep' ? pid : []))
  await until(() => orphans().length === 1, 'no orphan')
  for (const pid of orphans()) process.kill(pid, 'SIGKILL')
  await until(() => orphans().length === 0, 'the orphan has become a zombie')
}

async function expectObedience(container: Container): Promise<void> {
  process.kill(container.init, 'SIGHUP')
  await container.line(/^reloaded in/)
  process.kill(container.init, 'SIGUSR1')
  await container.line(/^SIGUSR1: the log files are opened again/)
  const ended = once(container.process, 'close')
  process.kill(container.init, 'SIGTERM')
  await container.line(/^SIGTERM: draining/)
  expect(await ended).toEqual([0, null])
}

// Skipped where the system forbids namespaces to its users, as many containers do.
describe.runIf(canUnshare)('process 1', () => {
  it.each([1, 2])(
    'as a shell that starts the launcher reaps orphans and passes signals on (%i workers)',
    async (workers) => {
      const container = new Container(workers, ['/bin/sh', '-c', reaperScript, 'sh'])
      await expectReaped(container)
      expect(container.lines.join('\n')).not.toContain('nobody reaps')
      await expectObedience(container)
    },
  )

  it('as a shell ends with the status of what it started', async () => {
    const child = spawn('unshare', [...namespace, '/bin/sh', '-c', reaperScript, 'sh', '/bin/sh', '-c', 'exit 42'])
    expect(await once(child, 'close')).toEqual([42, null])
  })

  // What Node 22.15 and 23.11 have brought.
  it.runIf(canBecome)('becomes such a shell by itself', async () => {
    const container = new Container(2)
    await expectReaped(container)
    await expectObedience(container)
  })

  it.runIf(!canBecome)('says so where it cannot, and obeys its signals', async () => {
    const container = new Container(2)
    await container.line(/^process 1 of a container, and nobody reaps what orphans leave behind$/)
    await container.url()
    await expectObedience(container)
  })
})
