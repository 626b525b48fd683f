// What a log line costs beside bare pino, each logger in a process of its own that writes to a file; and
// what the request's context costs a server that logs every request.
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { median, percent, ratio, spread, table } from './figures.js'
import { client, load } from './load.js'

const rounds = Number(process.env.BENCH_ROUNDS ?? 15)
const seconds = Number(process.env.BENCH_SECONDS ?? 2)
const linesPerRound = 20_000
const connections = 32

const loggers = {
  pino: 'bare pino, to a file, synchronously',
  'pino-same': 'pino with level names and ISO time',
  slipway: 'Slipway',
  'pino-context': 'bare pino, a child for each request',
  'slipway-context': 'Slipway, a context for each request',
  'slipway-text': 'Slipway, log_format = text',
}

const programs = {
  line: new URL('./log/line.js', import.meta.url),
  cycle: new URL('./log/cycle.js', import.meta.url),
  server: new URL('./log/server.js', import.meta.url),
}

const servers = { byHand: "the request's fields given by hand", byContext: "the request's fields by the context" }

export async function log() {
  return `${await lines()}\n${await contexts()}`
}

async function lines() {
  const running = []
  try {
    for (const name of Object.keys(loggers)) running.push(await started('line', name))
    const samples = new Map(running.map(({ name }) => [name, { wall: [], cpu: [] }]))
    for (let round = 0; round <= rounds; round += 1) {
      for (const { name, child } of rotated(running, round)) {
        const told = answerOf(child, name)
        child.send(linesPerRound)
        const { wall, cpu } = await told
        // The first round compiles.
        if (round === 0) continue
        samples.get(name).wall.push(wall)
        samples.get(name).cpu.push(cpu)
      }
    }
    return table(
      `A line of the request log (${rounds} rounds of ${linesPerRound.toLocaleString('en')} lines, Node ${process.version})`,
      ['logger', 'µs/line', 'ratio to bare', 'CPU µs/line', 'ratio to bare', 'spread'],
      rowsOf(samples, loggers, 'wall', (value) => value.toFixed(2)),
    )
  } finally {
    for (const { child } of running) child.disconnect()
  }
}

async function contexts() {
  const running = []
  const cycling = []
  try {
    for (const name of Object.keys(servers)) {
      running.push(await started('server', name))
      cycling.push(await started('cycle', name))
    }
    const samples = new Map(running.map(({ name }) => [name, { rate: [], cpu: [], alone: [] }]))
    for (let round = 0; round <= rounds; round += 1) {
      for (const { name, child, first } of rotated(running, round)) {
        const before = await cpuOf(child, name)
        const { requests, seconds: took } = await load(`http://127.0.0.1:${first.port}/`, { seconds, connections })
        const cpu = (await cpuOf(child, name)) - before
        if (round === 0) continue
        samples.get(name).rate.push(requests / took)
        samples.get(name).cpu.push(cpu / requests)
      }
      for (const { name, child } of rotated(cycling, round)) {
        const told = answerOf(child, name)
        child.send(linesPerRound)
        const { cpu } = await told
        if (round > 0) samples.get(name).alone.push(cpu)
      }
    }
    return table(
      `A server that logs every request (${client}, ${rounds} rounds of ${seconds} s, Node ${process.version})`,
      [
        'server',
        'req/s',
        'ratio to by hand',
        'CPU µs/request',
        'ratio to by hand',
        'spread',
        'CPU µs of context and line alone',
      ],
      rowsOf(samples, servers, 'rate', (value) => Math.round(value).toLocaleString('en')).map((row, index) => [
        ...row,
        median([...samples.values()][index].alone).toFixed(2),
      ]),
    )
  } finally {
    for (const { child } of [...running, ...cycling]) child.disconnect()
  }
}

/** Ratios of one round to another's of the same round, then the median: what drifts in between drops out. */
function rowsOf(samples, names, main, shown) {
  const [base] = samples.values()
  const against = (key, own) => ratio(median(own.map((value, round) => value / base[key][round])))
  return [...samples].map(([name, own]) => [
    names[name],
    shown(median(own[main])),
    against(main, own[main]),
    median(own.cpu).toFixed(2),
    against('cpu', own.cpu),
    percent(spread(own[main])),
  ])
}

async function started(program, name) {
  const child = fork(fileURLToPath(programs[program]), [name], { execArgv: [] })
  return { name, child, first: await answerOf(child, name) }
}

async function cpuOf(child, name) {
  const told = answerOf(child, name)
  child.send('cpu')
  return (await told).cpu
}

function answerOf(child, name) {
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error(`${name} ended`))
    child.once('exit', ended)
    child.once('message', (message) => {
      child.off('exit', ended)
      resolve(message)
    })
  })
}

/** Each round starts with another, so that none always follows the same one. */
function rotated(list, by) {
  return [...list.slice(by % list.length), ...list.slice(0, by % list.length)]
}
