// `npm run leak [-- --cycles N --model process|thread]`: reloads a service again and again, and looks whether its master keeps
// anything of the workers that went: descriptors, threads, heap after a collection, memory. Without flags 2,000 cycles with
// thread workers and 200 with processes. Status 1 when a figure grows. Linux only.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { request } from 'undici'
import { isFlat, trend } from './leak/trend.js'
import { Running } from './running.js'

const samplesPerRun = 40
const workers = 2
const probe = fileURLToPath(new URL('leak/probe.js', import.meta.url))

/** How much the line through the last half may rise, from what it is at. */
const figures = {
  descriptors: { limit: () => 0.5, show: (value) => value.toFixed(0), unit: '' },
  threads: { limit: () => 0.5, show: (value) => value.toFixed(0), unit: '' },
  heap: { limit: (mean) => mean * 0.02, show: megabytes, unit: ' MB' },
  external: { limit: (mean) => mean * 0.02 + 2 ** 16, show: megabytes, unit: ' MB' },
  pss: { limit: (mean) => mean * 0.03, show: megabytes, unit: ' MB' },
  rss: { limit: (mean) => mean * 0.03, show: megabytes, unit: ' MB' },
}

const { values: flags } = parseArgs({ options: { cycles: { type: 'string' }, model: { type: 'string' } } })
const defaults = { thread: 2000, process: 200 }

for (const model of ['process', 'thread']) {
  if (flags.model !== undefined && flags.model !== model) continue
  if (!(await isTight(model, Number(flags.cycles ?? defaults[model])))) process.exitCode = 1
}

async function isTight(model, cycles) {
  const service = new Running({
    workers,
    settings: () => [`worker_model = ${model}`],
    // What the compiler finds worth optimising grows for hundreds of cycles and is no leak.
    nodeFlags: ['--expose-gc', '--no-opt', '--no-maglev', '--import', probe],
    env: { LEAK_PROBE_PARENT: String(process.pid) },
  })
  try {
    const url = await service.ready()
    const rows = await cycle(service, { url, cycles })
    await service.stop()
    return report(model, cycles, rows)
  } finally {
    service.end()
  }
}

/** Each cycle replaces every worker; a request in between is answered by a new one. */
async function cycle(service, { url, cycles }) {
  const rows = []
  const every = Math.max(1, Math.floor(cycles / samplesPerRun))
  const begin = performance.now()
  for (let done = 1; done <= cycles; done += 1) {
    await service.reload()
    service.lines.length = 0
    const { body } = await request(url, { reset: true })
    await body.dump()
    if (done % every !== 0) continue
    rows.push([done, await look(service)])
    progress(
      `${done} of ${cycles}, ${((performance.now() - begin) / done).toFixed(0)} ms each: ${shown(rows.at(-1)[1])}`,
    )
  }
  return rows
}

/** When the last workers from before have gone: a look in between would count them. */
async function look(service) {
  const deadline = performance.now() + 15_000
  let last = null
  // Two looks in a row that agree.
  for (;;) {
    const now = await figuresOf(service)
    if (last !== null && now.descriptors === last.descriptors && now.threads === last.threads) return now
    if (performance.now() > deadline) return now
    last = now
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

async function figuresOf(service) {
  const { pid } = service
  const { heap, external } = await service.ask('memory')
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1')
  const size = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'mu').exec(rollup)?.[1]) * 1024
  return {
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    threads: readdirSync(`/proc/${pid}/task`).length,
    heap,
    external,
    pss: size('Pss'),
    rss: size('Rss'),
  }
}

function report(model, cycles, rows) {
  process.stdout.write(`\nNode ${process.versions.node}, ${workers} workers, ${model}: ${cycles} reloads\n`)
  let isTight = true
  for (const [name, { limit, show, unit }] of Object.entries(figures)) {
    const line = trend(rows.map(([done, values]) => [done, values[name]]))
    const isLevel = isFlat(line, limit(line.mean))
    isTight &&= isLevel
    const [first, last] = [rows[0], rows.at(-1)].map(([, values]) => show(values[name]))
    const slope = `${(line.slope * 1000).toPrecision(3)} ± ${(line.error * 1000).toPrecision(2)}`
    const per = unit === '' ? 'per 1,000 cycles' : 'bytes per 1,000 cycles'
    process.stdout.write(
      `${name.padEnd(12)} ${first} → ${last}${unit}, last half ${slope} ${per}: ${isLevel ? 'flat' : 'GROWS'}\n`,
    )
  }
  return isTight
}

function shown(values) {
  return Object.entries(figures)
    .map(([name, { show, unit }]) => `${name} ${show(values[name])}${unit}`)
    .join(', ')
}

function megabytes(bytes) {
  return (bytes / 2 ** 20).toFixed(2)
}

function progress(text) {
  process.stderr.write(process.stderr.isTTY ? `\r\u001B[K${text}` : `${text}\n`)
}
