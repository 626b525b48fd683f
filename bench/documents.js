// What a real request costs: a GET of a list of documents through the whole Keystone pipeline, the token cached, beside
// the same on Fastify with the plugins that its users take. Both read the same database by the same functions, ask
// the same Keystone, decide by owner and role, write one log line, and answer byte for byte the same documents.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { median, percent, ratio, spread, table } from './figures.js'
import { client, load } from './load.js'
import { startServer } from './measured-server.js'

const here = (name) => fileURLToPath(new URL(name, import.meta.url))
const rounds = Number(process.env.BENCH_ROUNDS ?? 9)
const seconds = Number(process.env.BENCH_SECONDS ?? 2)
const connections = 32
const documents = 20

const servers = {
  fastify: 'Fastify, @fastify/cors and request-context, hooks for token and log',
  slipway: 'Slipway, the reference service with auth_strategy = keystone',
}

export async function documentList() {
  const folder = mkdtempSync(join(tmpdir(), 'documents-'))
  const keystone = await startKeystone()
  const running = []
  try {
    const env = {
      OS_DATABASE__CONNECTION: `sqlite:///${join(folder, 'documents.db')}`,
      OS_DATABASE__AUTO_UPGRADE: 'true',
      OS_DEFAULT__AUTH_STRATEGY: 'keystone',
      OS_KEYSTONE_AUTHTOKEN__AUTH_URL: keystone.url,
      OS_KEYSTONE_AUTHTOKEN__USERNAME: 'service',
      OS_KEYSTONE_AUTHTOKEN__PASSWORD: 'service',
      OS_KEYSTONE_AUTHTOKEN__PROJECT_NAME: 'service',
    }
    const token = await login(keystone.url)
    // The service makes the tables, so it is the first.
    running.push(await startServer('slipway', here('documents/slipway.js'), env))
    const headers = { 'x-auth-token': token }
    await fill(`${running[0].origin}/v1/documents`, headers)
    running.push(await startServer('fastify', here('documents/fastify.js'), env))
    await sameAnswers(running, headers)
    return render(await measure(running, headers))
  } finally {
    for (const server of running) server.stop()
    keystone.stop()
    rmSync(folder, { recursive: true })
  }
}

async function startKeystone() {
  const child = spawn(process.execPath, [here('../bin/service-keystone.js'), '--port', '0', '--until-stdin-ends'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  for await (const line of createInterface(child.stdout)) {
    const url = /^listening on (\S+)$/.exec(line)?.[1]
    if (url !== undefined) return { url, stop: () => child.kill() }
  }
  throw new Error('the stand-in for Keystone did not start')
}

async function login(url) {
  const user = { name: 'demo', domain: { id: 'default' }, password: 'demo' }
  const body = JSON.stringify({
    auth: {
      identity: { methods: ['password'], password: { user } },
      scope: { project: { name: 'demo', domain: { id: 'default' } } },
    },
  })
  const response = await fetch(`${url}/v3/auth/tokens`, { method: 'POST', body })
  if (response.status !== 201) throw new Error(`Keystone's stand-in answered ${response.status}`)
  return response.headers.get('x-subject-token')
}

async function fill(url, headers) {
  for (let index = 0; index < documents; index += 1) {
    const document = { name: `document ${index}`, content: 'A text of about the usual length. '.repeat(4) }
    const body = JSON.stringify({ document })
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body,
    })
    if (response.status !== 201) throw new Error(`${response.status}: ${await response.text()}`)
  }
}

/** The same documents to who asks with the token, 401 to who does not. */
async function sameAnswers(running, headers) {
  const seen = new Set()
  for (const { origin } of running) {
    const response = await fetch(urlOf(origin), { headers })
    const { documents: found } = await response.json()
    if (found.length !== documents) throw new Error(`${origin} lists ${found.length} documents`)
    seen.add(JSON.stringify(found))
    const stranger = await fetch(urlOf(origin))
    if (stranger.status !== 401) throw new Error(`${origin} answers a stranger with ${stranger.status}`)
  }
  if (seen.size !== 1) throw new Error('the answers differ')
}

function urlOf(origin) {
  return `${origin}/v1/documents?limit=${documents}`
}

async function measure(running, headers) {
  const samples = new Map(Object.keys(servers).map((name) => [name, { rate: [], cpu: [], p99: [] }]))
  for (const { origin } of running) await load(urlOf(origin), { seconds: 1, connections, headers })
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? running : running.toReversed()
    for (const server of order) {
      const before = await server.cpu()
      const { requests, seconds: took, p99 } = await load(urlOf(server.origin), { seconds, connections, headers })
      const after = await server.cpu()
      const { rate, cpu, p99: slowest } = samples.get(server.name)
      rate.push(requests / took)
      cpu.push((after - before) / requests)
      slowest.push(p99)
    }
  }
  return samples
}

function render(samples) {
  const base = samples.get('fastify')
  const against = (own, other) => ratio(median(own.map((value, round) => value / other[round])))
  const rows = [...samples].map(([name, { rate, cpu, p99 }]) => [
    servers[name],
    Math.round(median(rate)).toLocaleString('en'),
    against(rate, base.rate),
    median(cpu).toFixed(0),
    against(cpu, base.cpu),
    against(p99, base.p99),
    percent(spread(rate)),
  ])
  const title = `A list of ${documents} documents behind Keystone (${client}, ${connections} keep-alive connections, ${rounds} rounds of ${seconds} s, Node ${process.version})`
  return table(title, ['server', 'req/s', 'ratio', 'CPU µs/request', 'ratio', 'p99 ratio', 'spread'], rows)
}
