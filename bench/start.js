// How long commands that need no server take, beside a bare node that imports commander alone; and
// the time from start to the first 200 of the reference service, beside the least that any master takes.
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { median, percent, ratio, spread, table } from './figures.js'
import { timed } from './timed.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const rounds = Number(process.env.BENCH_ROUNDS ?? 15)

const commands = {
  'node + commander': [
    '--input-type=module',
    '--eval',
    "import { Command } from 'commander'; new Command('x').option('-a').parse(['node', 'x'])",
  ],
  'slipway --version': ['bin/slipway.js', '--version'],
  'slipway --help': ['bin/slipway.js', '--help'],
  'slipway list': ['bin/slipway.js', 'list'],
  'service-server --help': ['bin/service-server.js', '--help'],
}

export async function start() {
  const samples = new Map(Object.keys(commands).map((name) => [name, { wall: [], cpu: [] }]))
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, args] of Object.entries(commands)) {
      const { wall, cpu } = timed(args, { cwd: root })
      // The first round fills the disk's caches.
      if (round === 0) continue
      samples.get(name).wall.push(wall)
      samples.get(name).cpu.push(cpu)
    }
  }
  const base = samples.get('node + commander')
  const rows = [...samples].map(([name, { wall, cpu }]) => [
    name,
    median(wall).toFixed(0),
    ratio(median(wall.map((value, round) => value / base.wall[round]))),
    median(cpu).toFixed(0),
    ratio(median(cpu.map((value, round) => value / base.cpu[round]))),
    percent(spread(wall)),
  ])
  const title = `Start of commands (${rounds} rounds, Node ${process.version})`
  const head = ['command', 'wall ms', 'ratio', 'CPU ms', 'ratio', 'spread']
  return `${table(title, head, rows)}\n${generatedCommands()}\n${await firstAnswers()}`
}

/** Each a command that is generated, beside a file that imports the same target itself. */
const pairs = {
  'slipway --version': [
    ['bin/slipway.js', '--version'],
    ['bench/start/slipway-by-hand.js', '--version'],
  ],
  'slipway list': [
    ['bin/slipway.js', 'list'],
    ['bench/start/slipway-by-hand.js', 'list'],
  ],
  'a main that prints a word': [['bench/start/word-generated.js'], ['bench/start/word-by-hand.js']],
  // The dearest: a generated command opens the standard streams, which every main that says a word has opened by hand too.
  'an empty main': [['bench/start/empty-generated.js'], ['bench/start/empty-by-hand.js']],
}

/** Runs of a sample: the clock of CPU time goes in steps of 10 ms. */
const runs = 8

function generatedCommands() {
  const taken = new Map(Object.keys(pairs).map((name) => [name, []]))
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, pair] of Object.entries(pairs)) {
      const [generated, byHand] = sumsOf(pair)
      if (round > 0) taken.get(name).push({ generated, byHand, ratio: generated / byHand })
    }
  }
  const rows = [...taken].map(([name, samples]) => [
    name,
    (median(samples.map(({ generated }) => generated)) / runs).toFixed(0),
    (median(samples.map(({ byHand }) => byHand)) / runs).toFixed(0),
    ratio(median(samples.map((sample) => sample.ratio))),
    percent(spread(samples.map((sample) => sample.ratio))),
  ])
  const head = ['command', 'CPU ms generated', 'by hand', 'ratio', 'spread of the ratio']
  return table(`Generated commands (${rounds} rounds of ${runs} runs, Node ${process.version})`, head, rows)
}

/** CPU time of both, run in turns. */
function sumsOf(pair) {
  const sums = pair.map(() => 0)
  for (let run = 0; run < runs; run += 1) {
    for (const [which, args] of pair.entries()) sums[which] += timed(args, { cwd: root }).cpu
  }
  return sums
}

const floor = 'bare master, 2 workers'

/** What is started on a port, by name; the floor is what the others are compared with. */
const services = {
  [floor]: (port) => ['bench/start/floor.cjs', port, 2],
  'service-server, 2 workers': (port) => serviceServer(port, 2),
  'service-server, 1 worker': (port) => serviceServer(port, 1),
}

function serviceServer(port, workers) {
  const config = ['--config-file', 'etc/service/service.conf']
  return ['bin/service-server.js', ...config, '--listen', `127.0.0.1:${port}`, '--workers', workers]
}

/** The first start, which does not count, makes the tables; the others find them, as starts do. */
const databases = mkdtempSync(join(tmpdir(), 'start-'))
process.on('exit', () => rmSync(databases, { recursive: true }))

async function firstAnswers() {
  const samples = new Map(Object.keys(services).map((name) => [name, []]))
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, argsFor] of Object.entries(services)) {
      const sample = await firstAnswer(argsFor)
      if (round > 0) samples.get(name).push(sample)
    }
  }
  const bare = samples.get(floor)
  const rows = [...samples].map(([name, taken]) => [
    name,
    median(taken.map(({ wall }) => wall)).toFixed(0),
    ratio(median(taken.map(({ wall }, round) => wall / bare[round].wall))),
    median(taken.map(({ master }) => master)).toFixed(0),
    median(taken.map(({ worker }) => worker)).toFixed(0),
    percent(spread(taken.map(({ wall }) => wall))),
  ])
  const head = ['service', 'wall ms', 'ratio', 'CPU ms of the first process', 'of a worker', 'spread']
  return table(`Start to the first 200 (${rounds} rounds, Node ${process.version})`, head, rows)
}

async function firstAnswer(argsFor) {
  const port = await freePort()
  const begin = performance.now()
  const env = { ...process.env, OS_DATABASE__CONNECTION: `sqlite:///${join(databases, 'start.db')}` }
  const child = spawn(process.execPath, argsFor(port).map(String), { cwd: root, stdio: 'ignore', env })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  try {
    while (!(await answers(port))) {
      if (performance.now() - begin > 20_000) throw new Error('the service did not answer in 20 s')
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    const wall = performance.now() - begin
    const workers = childrenOf(child.pid).map(cpuOf)
    return { wall, master: cpuOf(child.pid), worker: workers.length === 0 ? 0 : median(workers) }
  } finally {
    child.kill()
    await ended
  }
}

/** By a bare socket: a client with a pool would load the machine more than the service does. */
function answers(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => socket.write('GET /healthcheck HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n'))
    socket.once('data', (head) => {
      resolve(head.toString().startsWith('HTTP/1.1 200'))
      socket.destroy()
    })
    socket.on('error', () => resolve(false))
    socket.on('close', () => resolve(false))
  })
}

function childrenOf(pid) {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf-8').split(' ').filter(Boolean).map(Number)
}

/** Milliseconds that all threads of a process have had so far: a busy machine changes them less than it changes the wall's. */
function cpuOf(pid) {
  const threads = readdirSync(`/proc/${pid}/task`)
  const taken = threads.map((id) => Number(readFileSync(`/proc/${pid}/task/${id}/schedstat`, 'utf-8').split(' ', 1)[0]))
  return taken.reduce((sum, nanoseconds) => sum + nanoseconds, 0) / 1e6
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}
