// What happens to a service under load: each phase does one thing to it and says how many requests that may cost.
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Client } from 'undici'
import { makeCertificate } from './certificate.js'

const slipway = fileURLToPath(new URL('../../bin/slipway.js', import.meta.url))
const run = promisify(execFile)

/** Each: whether it applies to a way of running, its name, and what it does; it returns how many requests it may lose. */
export const phases = [
  { name: 'no event', act: () => sleep(1000).then(none) },
  { name: '10 rolling reloads', act: ({ service }) => times(10, () => service.reload()) },
  {
    name: '3 times one worker more, one less',
    act: ({ service }) =>
      times(3, async () => {
        await service.signal('SIGTTIN', /^now 3 workers/)
        await service.signal('SIGTTOU', /^now 2 workers/)
      }),
  },
  {
    name: '3 workers killed',
    applies: ({ model }) => model === 'process',
    act: async ({ service }) => {
      let held = 0
      await times(3, async () => (held += await killOne(service)))
      return held
    },
  },
  {
    name: '3 new certificates, each by a reload',
    applies: ({ tls }) => tls,
    act: ({ service, url }) =>
      times(3, async () => {
        const before = await fingerprint(url)
        makeCertificate(service.folder)
        await service.reload()
        if ((await fingerprint(url)) === before) throw new Error('the old certificate is still served')
      }),
  },
  {
    name: '3 upgrades',
    applies: ({ upgrade }) => upgrade,
    act: ({ service }) =>
      times(3, async () => {
        const { pid } = service
        await run(process.execPath, [slipway, 'upgrade', '--socket', service.controlSocket], { timeout: 60_000 })
        if (service.pid === pid) throw new Error('the old master is still there')
      }),
  },
]

/** The last one: a balancer that asks for the health sees the end coming, and takes the service out before its door closes. */
export const lastPhase = {
  name: 'the service stopped, behind a balancer',
  act: async ({ service, url, clients }) => {
    const stopped = service.stop()
    const probe = new Client(url, { connect: { rejectUnauthorized: false } })
    for (;;) {
      const { statusCode, body } = await probe.request({ method: 'GET', path: '/healthcheck', reset: true })
      await body.dump()
      if (statusCode === 503) break
      await sleep(20)
    }
    clients.hold()
    await probe.destroy()
    await stopped
    return 0
  },
}

function none() {
  return 0
}

async function times(number, act) {
  for (let index = 0; index < number; index += 1) await act()
  return 0
}

/** Kills a worker as the kernel does when memory is short. Stopped first, so that what it holds can be counted. */
async function killOne(service) {
  const from = service.lines.length
  const pid = service.workers.findLast((pid) => heldConnections(pid) > 0) ?? service.workers.at(-1)
  process.kill(pid, 'SIGSTOP')
  while (!/\) T /u.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))) await sleep(1)
  const held = heldConnections(pid)
  process.kill(pid, 'SIGKILL')
  await service.line(/is ready$/, from)
  return held
}

/** Connections of TCP that a process has accepted. */
function heldConnections(pid) {
  const open = new Set()
  for (const table of ['tcp', 'tcp6']) {
    for (const line of readFileSync(`/proc/${pid}/net/${table}`, 'latin1').split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/u)
      // All but those that listen.
      if (fields.length > 9 && fields[3] !== '0A') open.add(`socket:[${fields[9]}]`)
    }
  }
  return readdirSync(`/proc/${pid}/fd`).filter((fd) => open.has(linkOf(`/proc/${pid}/fd/${fd}`))).length
}

/** A descriptor may be closed while the list is read. */
function linkOf(path) {
  try {
    return readlinkSync(path)
  } catch {
    return null
  }
}

function fingerprint(url) {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256)
      socket.destroy()
    })
    socket.on('error', reject)
  })
}
