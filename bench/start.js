// How long commands that need no server take, beside a bare node that imports commander alone; and
// the time from start to the first 200 of the reference service.
import { spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { median, percent, ratio, spread, table } from './figures.js'

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
      const { wall, cpu } = timed(args)
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
  return `${table(title, head, rows)}\n${await firstAnswers()}`
}

/** CPU time of all children so far, in milliseconds. */
let childrenTook = childTime()

function timed(args) {
  const begin = performance.now()
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf-8' })
  const wall = performance.now() - begin
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`)
  const before = childrenTook
  childrenTook = childTime()
  return { wall, cpu: childrenTook - before }
}

/** cutime and cstime of this process, in clock ticks of 10 ms: CPU time of children that have ended. */
function childTime() {
  const stat = readFileSync('/proc/self/stat', 'utf-8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[13]) + Number(fields[14])) * 10
}

async function firstAnswers() {
  const rows = []
  for (const workers of [1, 2]) {
    const times = []
    for (let round = 0; round < Math.ceil(rounds / 2); round += 1) times.push(await firstAnswer(workers))
    rows.push([
      `service-server, ${workers} worker${workers > 1 ? 's' : ''}`,
      (median(times) / 1000).toFixed(2),
      percent(spread(times)),
    ])
  }
  return table('Start to the first 200', ['service', 'seconds', 'spread'], rows)
}

async function firstAnswer(workers) {
  const port = await freePort()
  const args = [
    'bin/service-server.js',
    '--config-file',
    'etc/service/service.conf',
    '--listen',
    `127.0.0.1:${port}`,
    '--workers',
    String(workers),
  ]
  const begin = performance.now()
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'ignore' })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  try {
    while (performance.now() - begin < 20_000) {
      if (await answers(`http://127.0.0.1:${port}/healthcheck`)) return performance.now() - begin
    }
    throw new Error('the service did not answer in 20 s')
  } finally {
    child.kill()
    await ended
  }
}

async function answers(url) {
  try {
    return (await fetch(url)).status === 200
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 2))
    return false
  }
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}
