// What finding a route costs among a thousand, beside find-my-way, which fastify uses: both in this process, in turns.
// Each path is a string that nobody has looked at yet, as those of requests are.
import { Buffer } from 'node:buffer'
import findMyWay from 'find-my-way'
import { Mapper } from '../dist/api/index.js'
import { median, percent, ratio, spread, table } from './figures.js'

const rounds = Number(process.env.BENCH_ROUNDS ?? 41)
const batch = 10_000
const collections = 250

const kinds = {
  static: (at) => `/collection-${at}`,
  'one variable': (at) => `/collection-${at}/${id(at)}`,
  'two variables, deep': (at) => `/collection-${at}/${id(at)}/parts/${at}`,
  'an encoded variable': (at) => `/collection-${at}/caf%C3%A9`,
  'no route, at the end': (at) => `/collection-${at}/${id(at)}/pieces/${at}`,
  'no route, at the start': (at) => `/nothing-${at}/${id(at)}`,
}

const id = (at) => `0b9f7c1e-${String(at).padStart(4, '0')}-4a57-9d0c-6f1d2e3c4b5a`

export function routes() {
  const finders = { slipway: slipwayFinder(), 'find-my-way': findMyWayFinder() }
  const rows = Object.entries(kinds).map(([kind, pathOf]) => {
    check(finders, pathOf(7), kind)
    const ours = []
    const theirs = []
    for (let round = -5; round < rounds; round += 1) {
      const order = round % 2 === 0 ? ['slipway', 'find-my-way'] : ['find-my-way', 'slipway']
      for (const name of order) {
        const took = timed(finders[name], freshPaths(pathOf))
        // The first rounds compile.
        if (round >= 0) (name === 'slipway' ? ours : theirs).push(took)
      }
    }
    const cells = [median(ours).toFixed(0), median(theirs).toFixed(0), ratio(median(ours) / median(theirs))]
    return [kind, ...cells, percent(Math.max(spread(ours), spread(theirs)))]
  })
  return table(
    `Finding a route among ${collections * 4} (${rounds} rounds of ${batch}, Node ${process.version})`,
    ['path', 'Slipway, ns', 'find-my-way, ns', 'ratio', 'spread'],
    rows,
  )
}

/** Four routes for each collection, two of them on one path. */
function connectAll(connect) {
  for (let at = 0; at < collections; at += 1) {
    const path = `/collection-${at}`
    connect('GET', path)
    connect('POST', path)
    connect('GET', `${path}/:id`)
    connect('GET', `${path}/:id/parts/:part`)
  }
}

function slipwayFinder() {
  const map = new Mapper()
  connectAll((method, path) => map.connect(path, { conditions: { method } }))
  return (path) => map.match('GET', path)
}

function findMyWayFinder() {
  const router = findMyWay()
  connectAll((method, path) => router.on(method, path, () => undefined))
  return (path) => router.find('GET', path)
}

/** Both find the same, or the figures mean nothing. */
function check(finders, path, kind) {
  const found = Object.values(finders).map((find) => JSON.stringify(find(path)?.params ?? null))
  if (found[0] !== found[1] || (found[0] === 'null') !== kind.startsWith('no route')) {
    throw new Error(`${path}: ${found.join(' and ')}`)
  }
}

function freshPaths(pathOf) {
  return Array.from({ length: batch }, (_, index) => Buffer.from(pathOf(index % collections)).toString('latin1'))
}

/** Nanoseconds of the processors for each path: other work on the machine counts little in them. */
function timed(find, paths) {
  let found = 0
  const start = process.cpuUsage()
  for (const path of paths) if (find(path) !== null) found += 1
  const { user, system } = process.cpuUsage(start)
  if (found !== 0 && found !== paths.length) throw new Error(`${found} of ${paths.length} found`)
  return ((user + system) * 1000) / paths.length
}
