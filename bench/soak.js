// `npm run soak [seconds]`: the service under 48 clients while it is reloaded, scaled, and loses a worker.
// Bounded. Prints the counts of each phase; status 1 when a request failed that should not have. Runs with the
// Node that runs it: other versions by calling their binary with this file.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'undici'

const server = fileURLToPath(new URL('../bin/service-server.js', import.meta.url))
const config = fileURLToPath(new URL('../etc/service/service.conf', import.meta.url))
const clients = { fresh: 24, kept: 24 }
const thinkMs = 3
const longestMs = 60_000

/** The service as a process; its log lines as they come. */
class Running {
  lines = []
  #wake = () => undefined

  constructor(workers) {
    const flags = ['--config-file', config, '--listen', '127.0.0.1:0', '--workers', String(workers)]
    this.child = spawn(process.execPath, [server, ...flags], { stdio: ['ignore', 'pipe', 'inherit'], detached: true })
    createInterface(this.child.stdout).on('line', (line) => {
      this.lines.push(JSON.parse(line).msg)
      this.#wake()
    })
    this.ended = new Promise((resolve) => this.child.once('exit', (status, signal) => resolve(status ?? signal)))
  }

  /** The first line that matches after the first `from`. */
  async line(pattern, from = 0) {
    const deadline = performance.now() + longestMs
    for (;;) {
      const found = this.lines.slice(from).find((line) => pattern.test(line))
      if (found !== undefined) return found
      if (performance.now() > deadline) throw new Error(`no line like ${pattern}:\n${this.lines.join('\n')}`)
      await Promise.race([new Promise((resolve) => (this.#wake = resolve)), sleep(100)])
    }
  }

  /** Sends a signal and waits for the line that answers it. */
  async signal(signal, pattern) {
    const from = this.lines.length
    this.child.kill(signal)
    return this.line(pattern, from)
  }
}

/** What all clients have met since the last look. */
const counts = { answered: 0, refused: 0, failures: [] }
const switchedOff = new AbortController()

async function client(url, isFresh) {
  let connection = new Client(url)
  while (!switchedOff.signal.aborted) {
    try {
      const { statusCode, body } = await connection.request({ method: 'GET', path: '/' })
      await body.dump()
      if (statusCode === 200) counts.answered += 1
      else counts.failures.push(`status ${statusCode}`)
    } catch (error) {
      if (error.code === 'ECONNREFUSED') {
        counts.refused += 1
        break
      }
      counts.failures.push(error.code ?? error.message)
    }
    if (isFresh) {
      await connection.close()
      connection = new Client(url)
    } else await sleep(thinkMs * (0.5 + Math.random()))
  }
  await connection.destroy()
}

const rows = []

/** Runs one phase under load, and counts it. `allowed`: how many requests it may fail. */
async function phase(name, allowed, act) {
  Object.assign(counts, { answered: 0, refused: 0, failures: [] })
  await act()
  // What was in hand at the end belongs to this phase.
  await sleep(200)
  const kinds = [...new Set(counts.failures)].join(' ')
  rows.push({
    name,
    answered: counts.answered,
    failed: counts.failures.length,
    allowed,
    refused: counts.refused,
    kinds,
  })
}

async function times(number, act) {
  for (let index = 0; index < number; index++) await act()
}

async function soak(seconds) {
  const service = new Running(2)
  try {
    await service.line(/^ready in/)
    const [url] = /http:\S+/.exec(await service.line(/^listening on/))
    const load = Promise.all([
      ...Array.from({ length: clients.fresh }, () => client(url, true)),
      ...Array.from({ length: clients.kept }, () => client(url, false)),
    ])
    const until = performance.now() + seconds * 1000
    do {
      await phase('no event', 0, () => sleep(1000))
      await phase('10 rolling reloads', 0, () =>
        times(10, () => service.signal('SIGHUP', /^reloaded in|^reload refused/).then(expectReloaded)),
      )
      await phase('3 times one worker more, one less', 0, () =>
        times(3, async () => {
          await service.signal('SIGTTIN', /^now 3 workers/)
          await service.signal('SIGTTOU', /^now 2 workers/)
        }),
      )
      await phase('3 workers killed', 3 * (clients.fresh + clients.kept), () => times(3, () => killOne(service)))
    } while (performance.now() < until)
    await phase('the service stopped', 1, async () => {
      service.child.kill('SIGTERM')
      const status = await service.ended
      if (status !== 0) throw new Error(`the stop ended with ${status}`)
      await load
    })
  } finally {
    switchedOff.abort()
    service.child.kill('SIGKILL')
  }
}

function expectReloaded(line) {
  if (!line.startsWith('reloaded')) throw new Error(line)
}

async function killOne(service) {
  const from = service.lines.length
  const pids = service.lines.flatMap((line) => /\(pids? ([\d, ]+)\)/.exec(line)?.[1].split(', ') ?? [])
  // The last that was named serves; those before it may be finishing.
  const pid = pids.map(Number).findLast(isAlive)
  process.kill(pid, 'SIGKILL')
  await service.line(/is ready$/, from)
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const seconds = Number(process.argv[2] ?? 1)
await soak(seconds)
const table = rows.map(
  ({ name, answered, failed, refused, kinds }) =>
    `${name.padEnd(36)} ${String(answered).padStart(9)} ${String(failed).padStart(7)} ${String(refused).padStart(8)}  ${kinds}`,
)
process.stdout.write(
  `Node ${process.versions.node}, 2 workers, ${clients.fresh} clients with new connections, ${clients.kept} kept alive\n`,
)
process.stdout.write(`${'phase'.padEnd(36)} ${'answered'.padStart(9)}  failed  refused\n${table.join('\n')}\n`)
process.exitCode = rows.some(({ failed, allowed }) => failed > allowed) ? 1 : 0
