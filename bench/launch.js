// `npm run bench launch`: the launcher beside bare prototypes and its peers. Every server is started anew for each
// measurement, in turn; what is compared are ratios of the same round. BENCH_PEERS=slipway,prototype and
// BENCH_LAUNCH=start,load take a part of it.
import { measures } from './launch/measures.js'
import { peers } from './launch/peers.js'
import { renderFigures } from './launch/render.js'
import { renderTargets } from './launch/targets.js'

const rounds = Number(process.env.BENCH_ROUNDS ?? 3)

export async function launch() {
  const chosen = listed(process.env.BENCH_PEERS, Object.keys(peers))
  const left = new Map(chosen.map((name) => [name, peers[name].missing?.() ?? null]))
  const running = chosen.filter((name) => left.get(name) === null)
  const samples = new Map(running.map((name) => [name, new Map()]))
  const notes = chosen
    .filter((name) => left.get(name) !== null)
    .map((name) => `${peers[name].title}: ${left.get(name)}`)
  for (const measure of listed(process.env.BENCH_LAUNCH, Object.keys(measures))) {
    for (let round = 0; round < rounds * (measures[measure].repeats ?? 1); round += 1) {
      for (const name of rotated(running, round)) {
        progress(`${measure} ${round + 1} ${name}`)
        await take(measures[measure], { name, round, samples, notes })
      }
    }
  }
  progress('')
  const versions = running.flatMap((name) => peers[name].version?.() ?? [])
  const head = `Node ${process.version}; ${[...new Set(versions)].join(', ') || 'no other programs'}; ${rounds} rounds`
  const told = notes.map((note) => `- ${note}\n`).join('')
  return `## Launchers\n\n${head}\n\n${told}\n${renderFigures(samples)}\n${renderTargets(samples)}`
}

/** One that cannot be measured is told, and keeps nobody else from it. Figures stand under their round. */
async function take(measure, { name, round, samples, notes }) {
  try {
    for await (const [figure, value] of measure.run(peers[name])) {
      const all = samples.get(name)
      if (!all.has(figure)) all.set(figure, [])
      all.get(figure)[round] = value
    }
  } catch (error) {
    notes.push(`${peers[name].title}: ${error.message}`)
  }
}

function listed(text, all) {
  if (text === undefined) return all
  const wanted = text.split(',')
  const unknown = wanted.filter((name) => !all.includes(name))
  if (unknown.length > 0) throw new Error(`no "${unknown.join(', ')}"; there are ${all.join(', ')}`)
  return wanted
}

/** Each round starts with another server, so that none always follows the same one. */
function rotated(list, by) {
  return [...list.slice(by % list.length), ...list.slice(0, by % list.length)]
}

function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${text}`)
  else if (text !== '' && process.env.BENCH_PROGRESS) process.stderr.write(`${text}\n`)
}
