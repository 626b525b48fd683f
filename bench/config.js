// What configuration costs: reading and validating 5,000 lines with 300 options, beside oslo.config where
// Debian's package is installed; and what a start pays for it.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { median, percent, ratio, spread, table } from './figures.js'

const rounds = Number(process.env.BENCH_ROUNDS ?? 9)
const reads = 60
const here = (name) => fileURLToPath(new URL(`./config/${name}`, import.meta.url))

const readers = {
  slipway: [process.execPath, [here('read.js')]],
  'oslo.config': ['python3', [here('read.py')]],
}

const files = {
  '300 settings in 5,000 lines, the others comments': commented,
  '5,000 settings, most of them set again and again': repeated,
  'an empty file': () => '',
}

export async function config() {
  const peers = Object.keys(readers).filter((name) => name === 'slipway' || hasOslo())
  const missing =
    peers.length < 2
      ? 'oslo.config is not installed here (Debian: python3-oslo.config), so there is nothing to compare with.\n\n'
      : ''
  const folder = mkdtempSync(join(tmpdir(), 'slipway-bench-'))
  try {
    const rows = Object.entries(files).flatMap(([title, textOf], index) => {
      const file = join(folder, `${index}.conf`)
      writeFileSync(file, textOf())
      return rowsOf(title, file, peers)
    })
    const head = [
      'file',
      'reader',
      'load ms',
      'first read ms',
      'both: what a start pays',
      'ratio',
      'later reads ms',
      'ratio',
      'spread',
    ]
    const title = `Reading and validating configuration (300 options, ${rounds} processes of ${reads} reads, Node ${process.version})`
    return `${missing}${table(title, head, rows)}\n${startTrace()}`
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Each reader in a process of its own, in turn; ratios of the same round. */
function rowsOf(title, file, peers) {
  const samples = new Map(peers.map((name) => [name, []]))
  for (let round = 0; round <= rounds; round += 1) {
    for (const name of peers) {
      const sample = run(name, file)
      // The first round fills the disk's caches.
      if (round > 0) samples.get(name).push(sample)
    }
  }
  const base = samples.get(peers.at(-1))
  return peers.map((name) => {
    const own = samples.get(name)
    const of = (measure) => own.map(measure)
    const against = (measure) => ratio(median(own.map((sample, round) => measure(sample) / measure(base[round]))))
    return [
      title,
      name,
      median(of(({ load }) => load)).toFixed(0),
      median(of(({ cold }) => cold)).toFixed(1),
      median(of(startOf)).toFixed(0),
      against(startOf),
      median(of(laterOf)).toFixed(1),
      against(laterOf),
      percent(spread(of(laterOf))),
    ]
  })
}

const startOf = ({ load, cold }) => load + cold
const laterOf = ({ warm }) => median(warm)

/** The steps of a start of the reference service, beside a Node that does nothing. */
function startTrace() {
  const steps = []
  const whole = []
  const bare = []
  for (let round = 0; round <= rounds; round += 1) {
    const empty = timed(['--eval', ''])
    const own = timed([here('start.js')])
    if (round === 0) continue
    bare.push(empty.ms)
    whole.push(own.ms)
    steps.push(JSON.parse(own.stdout))
  }
  const rows = Object.keys(steps[0]).map((name) => [name, median(steps.map((step) => step[name])).toFixed(1)])
  const totals = [
    ['node that does nothing, whole process', median(bare).toFixed(0)],
    ['all of the above, whole process', median(whole).toFixed(0)],
  ]
  return table('What a start of the reference service pays for its configuration', ['step', 'ms'], [...rows, ...totals])
}

function timed(args) {
  const begin = performance.now()
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf-8' })
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`)
  return { ms: performance.now() - begin, stdout }
}

function run(name, file) {
  const [command, args] = readers[name]
  const { status, stdout, stderr } = spawnSync(command, [...args, file, String(reads)], { encoding: 'utf-8' })
  if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`)
  return JSON.parse(stdout)
}

function hasOslo() {
  return spawnSync('python3', ['-c', 'import oslo_config.cfg']).status === 0
}

/** As an operator's file is: a generated sample with what it sets. */
function commented() {
  return sections((lines) => {
    const about = '# What this option is for, in the words of the sample file, and (kind of value)\n'
    return lines.map((line) => `${about.repeat(14)}#\n${line}`)
  })
}

function repeated() {
  return sections((lines) => Array.from({ length: 17 }, () => lines).flat())
}

function sections(render) {
  const values = ['a text of some length', '5', 'true', 'a, b, c', '1.5']
  return Array.from({ length: 10 }, (_none, index) => {
    const lines = Array.from({ length: 30 }, (_none, at) => `option_${at} = ${values[at % values.length]}\n`)
    return `[${index === 0 ? 'DEFAULT' : `group_${index}`}]\n${render(lines).join('')}`
  }).join('\n')
}
