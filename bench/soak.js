// `npm run soak [-- --seconds N --model process|thread --tls --upgrade]`: the service under 48 clients while it is reloaded,
// scaled, upgraded, gets new certificates and loses workers. Without flags each way of running that this build has, briefly.
// Bounded. Prints the counts of each phase; status 1 when a request was lost that should not have been. Runs with the Node
// that runs it: other versions by calling their binary with this file.
import { parseArgs } from 'node:util'
import { setTimeout as sleep } from 'node:timers/promises'
import { hasOption, hasVerb, Running } from './running.js'
import { makeCertificate } from './soak/certificate.js'
import { Clients } from './soak/clients.js'
import { lastPhase, phases } from './soak/phases.js'

const load = { fresh: 24, kept: 24 }

const { values: flags } = parseArgs({
  options: {
    seconds: { type: 'string', default: '1' },
    model: { type: 'string' },
    tls: { type: 'boolean', default: false },
    upgrade: { type: 'boolean', default: false },
  },
})

const known = { tls: hasOption('[ssl]'), upgrade: hasVerb('upgrade') }

/** The ways of running that are asked for, or all that there are. */
function ways() {
  const { model, tls, upgrade } = flags
  if (model !== undefined || tls || upgrade) return [{ model: model ?? 'process', tls, upgrade }]
  const all = ['process', 'thread'].flatMap((model) => [
    { model, tls: false, upgrade: known.upgrade },
    { model, tls: true, upgrade: known.upgrade },
  ])
  return all.filter(({ tls }) => !tls || known.tls)
}

function settingsFor({ model, tls }, folder) {
  // Long enough for a balancer to ask for the health.
  const settings = ['stop_delay = 1', `worker_model = ${model}`]
  if (!tls) return settings
  const { key, cert } = makeCertificate(folder)
  return [...settings, '[ssl]', `cert_file = ${cert}`, `key_file = ${key}`]
}

async function soak(way) {
  const service = new Running({ workers: 2, settings: (folder) => settingsFor(way, folder) })
  const rows = []
  let clients = null
  try {
    const url = await service.ready()
    clients = new Clients(url, load)
    const state = { service, url, clients }
    const own = phases.filter(({ applies }) => applies?.(way) ?? true)
    const until = performance.now() + Number(flags.seconds) * 1000
    do {
      for (const phase of own) rows.push(await through(phase, state))
    } while (performance.now() < until)
    rows.push(await through(lastPhase, state))
  } finally {
    service.end()
    await clients?.stop()
  }
  return rows
}

/** One phase under load, and what it cost. */
async function through({ name, act }, state) {
  state.clients.reset()
  const allowed = await act(state)
  // What was in hand at the end belongs to this phase.
  await sleep(200)
  const { answered, refused, failures } = state.clients.counts
  return { name, answered, refused, failed: failures.length, allowed, kinds: [...new Set(failures)].join(' ') }
}

function render({ name, answered, failed, allowed, refused, kinds }) {
  const numbers = [answered, failed, allowed, refused].map((value) => String(value).padStart(9)).join(' ')
  return `${name.padEnd(40)}${numbers}  ${kinds}\n`
}

for (const way of ways()) {
  const traits = [`worker_model ${way.model}`, way.tls ? 'TLS' : 'no TLS'].join(', ')
  process.stdout.write(`\nNode ${process.versions.node}, 2 workers, ${traits}; `)
  process.stdout.write(`${load.fresh} clients with new connections, ${load.kept} kept alive\n`)
  process.stdout.write(`${'phase'.padEnd(40)} answered      lost   allowed   refused\n`)
  const rows = await soak(way)
  for (const row of rows) process.stdout.write(render(row))
  if (rows.some(({ failed, refused, allowed }) => failed > allowed || refused > 0)) process.exitCode = 1
}
