// What a request costs: seven filters under a urlmap from a deployment file, beside a bare node:http
// handler with the same answer, and beside Fastify, Koa and Express with seven hooks each.
import { fileURLToPath } from 'node:url'
import { median, percent, ratio, spread, table } from './figures.js'
import { client, load } from './load.js'
import { startServer } from './measured-server.js'

const servers = {
  bare: 'bare node:http',
  slipway: 'Slipway, 7 filters under urlmap',
  reference: 'Slipway, the 7 real filters of the reference service',
  fastify: 'Fastify, 7 onRequest hooks',
  koa: 'Koa, 7 middlewares',
  express: 'Express, 7 middlewares',
}

const rounds = Number(process.env.BENCH_ROUNDS ?? 9)
const seconds = Number(process.env.BENCH_SECONDS ?? 2)
const connections = 32

export async function overhead() {
  const running = []
  try {
    for (const name of Object.keys(servers)) {
      running.push(await startServer(name, fileURLToPath(new URL(`./overhead/${name}.js`, import.meta.url))))
    }
    const samples = new Map(running.map(({ name }) => [name, { rate: [], cpu: [] }]))
    for (const server of running) await load(urlOf(server), { seconds: 1, connections })
    for (let round = 0; round < rounds; round += 1) {
      for (const server of rotated(running, round)) {
        const before = await server.cpu()
        const { requests, seconds: took } = await load(urlOf(server), { seconds, connections })
        const after = await server.cpu()
        samples.get(server.name).rate.push(requests / took)
        samples.get(server.name).cpu.push((after - before) / requests)
      }
    }
    return render(samples)
  } finally {
    for (const server of running) server.stop()
  }
}

function urlOf({ origin }) {
  return `${origin}/v1/hello`
}

/** Each round starts with another server, so that none always follows the same one. */
function rotated(list, by) {
  return [...list.slice(by % list.length), ...list.slice(0, by % list.length)]
}

function render(samples) {
  const base = samples.get('bare')
  const rows = [...samples].map(([name, { rate, cpu }]) => [
    servers[name],
    Math.round(median(rate)).toLocaleString('en'),
    ratio(median(rate.map((value, round) => value / base.rate[round]))),
    median(cpu).toFixed(1),
    ratio(median(cpu.map((value, round) => value / base.cpu[round]))),
    percent(spread(rate)),
  ])
  const title = `Requests (${client}, ${connections} keep-alive connections, ${rounds} rounds of ${seconds} s, Node ${process.version})`
  return table(title, ['server', 'req/s', 'ratio to bare', 'CPU µs/request', 'ratio to bare', 'spread'], rows)
}
