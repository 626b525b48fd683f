// What looking up entry points of installed packages costs: `slipway list` in projects with generated packages, beside a
// bare node that imports commander alone; and one lookup in a process that runs, with ten packages and with ten thousand.
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { median, percent, ratio, spread, table } from './figures.js'
import { timed } from './timed.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const rounds = Number(process.env.BENCH_ROUNDS ?? 15)
const sizes = [10, 2000, 10_000]
const plugins = 5

const commander = import.meta.resolve('commander')
const bare = [
  '--input-type=module',
  '--eval',
  `import { Command } from '${commander}'; new Command('x').option('-a').parse(['node', 'x'])`,
]
const slipway = join(root, 'bin', 'slipway.js')

export async function entrypoints() {
  const scratch = mkdtempSync(join(tmpdir(), 'slipway-bench-'))
  const before = process.env.XDG_CACHE_HOME
  try {
    process.env.XDG_CACHE_HOME = join(scratch, 'cache')
    const projects = new Map(sizes.map((size) => [size, makeProject(join(scratch, String(size)), size)]))
    return `${commandTable(projects, join(scratch, 'cache'))}\n${await lookupTable(projects)}`
  } finally {
    if (before === undefined) delete process.env.XDG_CACHE_HOME
    else process.env.XDG_CACHE_HOME = before
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** As npm leaves it: a lock file, one package in five below a scope, few packages with entry points. */
function makeProject(folder, size) {
  write(join(folder, 'package.json'), { name: 'bench', entryPoints: { commands: { bench: './bench.js:main' } } })
  write(join(folder, 'bench.js'), '')
  for (let index = 0; index < size; index += 1) {
    const name = index % 5 === 0 ? `@scope-${(index / 5) % 20}/package-${index}` : `package-${index}`
    const isPlugin = index % Math.ceil(size / plugins) === 1
    const extra = isPlugin ? { entryPoints: { 'bench.drivers': { [`driver-${index}`]: './index.js:Driver' } } } : {}
    write(join(folder, 'node_modules', name, 'package.json'), {
      name,
      version: '1.0.0',
      description: 'A generated package, whose manifest has about the usual length.'.repeat(8),
      main: 'index.js',
      ...extra,
    })
    if (isPlugin) write(join(folder, 'node_modules', name, 'index.js'), 'export class Driver {}\n')
  }
  write(join(folder, 'node_modules', '.package-lock.json'), {})
  return folder
}

function write(file, content) {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content, null, 2))
}

function commandTable(projects, cache) {
  const list = [slipway, 'list']
  const all = [...list, '--all', '--group', 'bench.drivers']
  const touch = (folder) => {
    const now = new Date()
    utimesSync(join(folder, 'node_modules', 'package-1', 'package.json'), now, now)
  }
  const cases = [
    { name: 'node + commander', args: bare, size: 10 },
    ...[10, 2000].map((size) => ({ name: `list, ${size} packages`, args: list, size })),
    ...sizes.map((size) => ({ name: `list --all, ${size} packages, warm`, args: all, size, keepsWarm: true })),
    { name: 'list --all, 2000 packages, one changed', args: all, size: 2000, prepare: touch },
    {
      name: 'list --all, 2000 packages, cold',
      args: all,
      size: 2000,
      prepare: () => rmSync(cache, { recursive: true }),
    },
  ]
  const samples = cases.map(() => ({ wall: [], cpu: [] }))
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, { args, size, prepare, keepsWarm }] of cases.entries()) {
      const cwd = projects.get(size)
      // What the case before has made of the cache is mended outside of the time.
      if (keepsWarm) for (let again = 0; again < 2; again += 1) timed(args, { cwd })
      if (prepare) timed(args, { cwd })
      prepare?.(cwd)
      const { wall, cpu } = timed(args, { cwd })
      // The first round fills the disk's caches.
      if (round === 0) continue
      samples[index].wall.push(wall)
      samples[index].cpu.push(cpu)
    }
  }
  const [base] = samples
  const rows = samples.map(({ wall, cpu }, index) => [
    cases[index].name,
    median(wall).toFixed(0),
    ratio(median(wall.map((value, round) => value / base.wall[round]))),
    ratio(median(cpu.map((value, round) => value / base.cpu[round]))),
    percent(spread(wall)),
  ])
  const title = `Entry points of installed packages (${rounds} rounds, Node ${process.version})`
  return table(title, ['command', 'wall ms', 'ratio', 'CPU ratio', 'spread'], rows)
}

async function lookupTable(projects) {
  const { readEntryPoints } = await import('../dist/entrypoints/index.js')
  const rows = []
  for (const [size, from] of projects) {
    const times = []
    for (let round = 0; round < 200; round += 1) {
      const begin = performance.now()
      const found = await readEntryPoints({ group: 'bench.drivers', from })
      times.push((performance.now() - begin) * 1000)
      if (found.length !== plugins) throw new Error(`${found.length} drivers among ${size} packages`)
    }
    rows.push([String(size), median(times.slice(20)).toFixed(0), percent(spread(times.slice(20)))])
  }
  return table('One lookup of a group, warm', ['packages', 'µs', 'spread'], rows)
}
