// Runs that are killed (SIGKILL) at any moment: what they leave is a revision, and never a lock. Processes of the built
// package, put into one file: to load many is most of what such a run costs.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { type Database, openDatabase } from '../../../src/db/connect.ts'
import { upgrade } from '../../../src/db/migrations/engine.ts'
import { ancestorsOf, buildGraph } from '../../../src/db/migrations/graph.ts'
import { currentNodes } from '../../../src/db/migrations/plan.ts'
import { eachDatabase } from '../databases.ts'
import { databaseSettings } from '../settings.ts'
import { chain } from './chain.mjs'

type Any = Database<Record<string, Record<string, unknown>>>

const source = fileURLToPath(new URL('upgrade-child.mjs', import.meta.url))
const modules = fileURLToPath(new URL('../../../node_modules', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'slipway-killed-'))
const program = join(folder, 'upgrade-child.js')
const size = 40
const graph = buildGraph(chain(size))

beforeAll(async () => {
  symlinkSync(modules, join(folder, 'node_modules'))
  const bundle = await rolldown({
    input: source,
    platform: 'node',
    external: ['@photostructure/sqlite', 'pg', 'mysql2'],
  })
  await bundle.write({ dir: folder, format: 'esm', entryFileNames: '[name].js' })
  await bundle.close()
})
afterAll(() => rmSync(folder, { recursive: true }))

/** A run in a process of its own. `onLine` sees each line that it writes. */
function start(connection: string, onLine: (text: string, child: ChildProcess) => void, stops?: number) {
  const settings = databaseSettings({ connection })
  const child = spawn(process.execPath, [program, JSON.stringify({ settings, size, stops })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  createInterface(child.stdout).on('line', (text) => onLine(text, child))
  onTestFinished(() => void (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL')))
  return once(child, 'close') as Promise<[status: number | null, signal: NodeJS.Signals | null]>
}

async function open(connection: string): Promise<Any> {
  return openDatabase<Record<string, Record<string, unknown>>>(databaseSettings({ connection }))
}

/** The tables are those of the revisions that the version table speaks of, whole; none of another. */
async function isAtRevision({ kysely }: Any): Promise<number> {
  const all = await kysely.introspection.getTables()
  const tables = all.filter(({ name }) => name.startsWith('t_')).map(({ name, columns }) => `${name} ${columns.length}`)
  const isNew = !all.some(({ name }) => name === 'alembic_version')
  const rows = isNew ? [] : await kysely.selectFrom('alembic_version').select('version_num').execute()
  const applied = [
    ...ancestorsOf(
      currentNodes(
        graph,
        rows.map(({ version_num: row }) => String(row)),
      ),
    ),
  ]
  expect(tables.sort()).toEqual(applied.map(({ id }) => `t_${id} 2`).sort())
  const marks =
    applied.length === 0 ? [] : await kysely.selectFrom('t_r0000').select('step').where('step', '>=', 100).execute()
  expect(marks.map(({ step }) => Number(step) - 100).sort((a, b) => a - b)).toEqual(
    applied.map(({ index }) => index).sort((a, b) => a - b),
  )
  return applied.length
}

/** Numbers from 0 to 1, the same in each run. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return state / 0x7fffffff
  }
}

it(
  'a hundred runs that are killed at any moment leave a revision each, and the next run goes on',
  { timeout: 400_000 },
  async () => {
    const wanted = 100
    let killed = 0
    /** On a file of its own, killed until it is done. */
    const series = async (seed: number): Promise<void> => {
      const random = seeded(seed)
      for (let file = 0; killed < wanted; file += 1) {
        const url = `sqlite:///${join(folder, `${seed}-${file}.db`)}`
        for (let done = 0; done < size && killed < wanted;) {
          // Some lines after the first, and somewhere between two lines.
          let linesLeft = 1 + Math.floor(random() * 6)
          const delayMs = random() * 4
          const [, signal] = await start(url, (_, child) => {
            linesLeft -= 1
            if (linesLeft === 0) setTimeout(() => child.kill('SIGKILL'), delayMs)
          })
          if (signal === 'SIGKILL') killed += 1
          const database = await open(url)
          try {
            const before = await isAtRevision(database)
            expect(before).toBeGreaterThanOrEqual(done)
            done = before
            if (killed % 10 === 0) {
              // Nobody has to take a lock away.
              await upgrade(database, graph, 'heads', { lockTimeoutMs: 0 })
              done = await isAtRevision(database)
              expect(done).toBe(size)
            }
          } finally {
            await database.close()
          }
        }
      }
    }
    await Promise.all([series(1), series(2)])
    expect(killed).toBeGreaterThanOrEqual(wanted)
  },
)

eachDatabase('a run that is killed', (server) => {
  it('lets go of the lock, and the run that waits for it goes on', async () => {
    const url = await server.fresh()
    let child: ChildProcess | null = null
    let tell: () => void = () => undefined
    const inside = new Promise<void>((resolve) => (tell = resolve))
    const ended = start(
      url,
      (text, one) => {
        child = one
        if (text === 'inside') tell()
      },
      5,
    )
    await inside
    const database = await open(url)
    onTestFinished(() => database.close())
    const { steps } = await upgrade(database, graph, 'r0004', {
      onWait: () => child?.kill('SIGKILL'),
    })
    expect(await ended).toEqual([null, 'SIGKILL'])
    expect(steps).toEqual([])
    // What MySQL has done of the sixth stays.
    if (server.dialect === 'mysql') return
    await upgrade(database, graph, 'heads', { lockTimeoutMs: 0 })
    expect(await isAtRevision(database)).toBe(size)
  })
})
