// What is measured of a server: each measure starts it, yields [figure, value] pairs, and has ended it when it returns. The
// figures' names end in the number of workers.
import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { load } from '../load.js'
import { Server } from './server.js'

const seconds = Number(process.env.BENCH_SECONDS ?? 3)
const connections = 64
const reloads = 3
const warmRequests = 10_000
const longestWarmMs = 6000
const client = fileURLToPath(new URL('client.js', import.meta.url))

const startTime = {
  repeats: 3,
  async *run(peer) {
    for (const workers of peer.workers ?? [1, 2]) {
      yield* using(peer, { workers }, async function* (server, startMs) {
        yield [`start cpu ${workers}`, server.cpu() / 1000]
        yield [`start ${workers}`, startMs]
      })
    }
  },
}

const loads = {
  async *run(peer) {
    for (const workers of peer.workers ?? [1, 2]) {
      // One worker has a core for itself, the load the other; two share both with it.
      const cores = workers === 1 ? { server: 0, load: 1 } : { load: null }
      yield* using(peer, { workers, core: cores.server }, async function* (server) {
        for (const isFresh of [false, true]) await warm(server.url, { isFresh, core: cores.load, workers })
        for (const isFresh of [false, true]) {
          const kind = isFresh ? 'fresh' : 'kept'
          const before = server.cpu()
          const took = await load(server.url, { seconds, connections, isFresh, core: cores.load })
          yield [`${kind} rate ${workers}`, took.requests / took.seconds]
          yield [`${kind} p99 ${workers}`, took.p99]
          yield [`${kind} cpu ${workers}`, (server.cpu() - before) / took.requests]
        }
        const { worker, all } = server.memory()
        if (worker !== null) yield [`worker memory ${workers}`, worker]
        yield [`memory ${workers}`, all]
      })
    }
  },
}

/** Whichever worker accepts the request for /block holds its event loop for 400 ms, every 800 ms. */
const blocked = {
  async *run(peer) {
    if (peer.blocks === false || !canHaveTwo(peer)) return
    yield* using(peer, { workers: 2 }, async function* (server) {
      const counts = await clients(server, () => sleep(seconds * 1000), [
        { name: 'others', clients: 16, isFresh: true, thinkMs: 5 },
        { name: 'block', clients: 1, isFresh: true, everyMs: 800, path: '/block' },
      ])
      yield ['blocked rate 2', counts.others.answered / seconds]
      yield ['blocked p50 2', counts.others.p50]
      yield ['blocked p99 2', counts.others.p99]
    })
  },
}

const reloaded = {
  async *run(peer) {
    if (peer.reload === undefined || !canHaveTwo(peer)) return
    for (const name of ['fresh', 'kept']) {
      const group = name === 'fresh' ? { isFresh: true } : { thinkMs: 3 }
      yield* using(peer, { workers: 2 }, async function* (server) {
        const act = async () => {
          await sleep(500)
          for (let reload = 0; reload < reloads; reload += 1) await server.reload()
          // Until the last of the old workers has gone.
          await sleep(2000)
        }
        const counts = await clients(server, act, [{ name, clients: 24, ...group }])
        yield [`lost ${name} 2`, counts[name].failed]
        yield [`answered ${name} 2`, counts[name].answered]
        yield [`kinds ${name} 2`, counts[name].kinds]
      })
    }
  },
}

export const measures = { start: startTime, load: loads, block: blocked, reload: reloaded }

/** Until each worker has been compiled for it, or never mind: by requests, as a busy machine makes seconds mean little. */
async function warm(url, { isFresh, core, workers }) {
  const deadline = performance.now() + longestWarmMs
  for (let left = warmRequests * workers; left > 0 && performance.now() < deadline;) {
    left -= (await load(url, { seconds: 1, connections, isFresh, core })).requests
  }
}

function canHaveTwo(peer) {
  return (peer.workers ?? [2]).includes(2)
}

async function* using(peer, how, run) {
  const server = new Server(peer)
  try {
    const startMs = await server.start(how)
    yield* run(server, startMs)
  } finally {
    await server.stop()
  }
}

/** Counts of clients in a process of their own while something happens. */
async function clients(server, act, groups) {
  const child = spawn(process.execPath, [client, String(server.port), server.path, JSON.stringify(groups)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.setEncoding('utf-8').on('data', (part) => (text += part))
  const ended = new Promise((resolve) => child.once('close', resolve))
  try {
    await act()
    child.stdin.end()
    await ended
    return JSON.parse(text)
  } finally {
    child.kill('SIGKILL')
  }
}
