// `--sql`: what a run would do, as a script in alembic's layout. Migrations run against a database that writes down
// their statements and can answer nothing.
import { type CompiledQuery, type DatabaseConnection, type Dialect, Kysely, type QueryResult, sql } from 'kysely'
import { messageOf } from '../../diagnostic.ts'
import { isSlipwayError, SlipwayError } from '../../errors.ts'
import type { DialectName, MigrationContext, MigrationDatabase, MigrationTables, Step } from './contract.ts'
import { dialectParts } from './dialect-parts.ts'
import type { RevisionGraph } from './graph.ts'
import { parseRange } from './history.ts'
import { placeOf } from './link-revisions.ts'
import { offlineCompiler } from './offline-compiler.ts'
import { planDowngrade, planStamp, planUpgrade } from './plan.ts'
import { renderStepIds } from './render-step.ts'
import { OwnDriver } from './migration-session.ts'
import { resolveRevision } from './targets.ts'
import { createTable, defaultVersionTable, dropTable, type RowChange, writeRows } from './version-table.ts'

export interface OfflineOptions {
  readonly dialect: DialectName
  /** Default `alembic_version`. */
  readonly versionTable?: string | undefined
  /** Lines of migrations for the operator; none of them is in the script. */
  readonly say?: ((text: string) => void) | undefined
}

/**
 * The script that upgrades; `target`: a target, from the base, or `from:to`.
 * @throws SlipwayError SLIPWAY_DB_TARGET, SLIPWAY_DB_OFFLINE
 */
export async function renderUpgrade(graph: RevisionGraph, target: string, options: OfflineOptions): Promise<string> {
  const { from, to } = rangeOf(target) ?? { from: '', to: target }
  const rows = rowsAt(graph, from)
  return renderSteps(planUpgrade(graph, to, rows), options)
}

/** The script that downgrades; `target`: `from:to`. */
export async function renderDowngrade(graph: RevisionGraph, target: string, options: OfflineOptions): Promise<string> {
  const range = rangeOf(target)
  if (!range) {
    throw new SlipwayError('SLIPWAY_DB_TARGET', `"${target}" does not say where a downgrade begins`, {
      expected: `from:to, such as head:${target}`,
      hint: 'with --sql nobody asks the database where it is',
      original: 'downgrade with --sql requires <fromrev>:<torev>',
    })
  }
  const rows = rowsAt(graph, range.from)
  return renderSteps(planDowngrade(graph, range.to, rows), options)
}

/** The script that stamps; targets may be `from:to`, all with the same beginning. */
export async function renderStamp(
  graph: RevisionGraph,
  targets: readonly string[],
  options: OfflineOptions,
): Promise<string> {
  const ranges = targets.map((target) => rangeOf(target) ?? { from: '', to: target })
  const begins = [...new Set(ranges.map(({ from }) => from).filter((from) => from !== ''))]
  const [begin = '', second] = begins
  if (second !== undefined) {
    throw new SlipwayError('SLIPWAY_DB_TARGET', 'a stamp with --sql begins at one revision', {
      found: begins.join(', '),
      original: 'Stamp operation with --sql only supports a single starting revision at a time',
    })
  }
  const rows = rowsAt(graph, begin)
  const steps = planStamp(
    graph,
    ranges.map(({ to }) => to),
    rows,
  )
  const script = new Script(options)
  for (const step of steps) {
    await script.transaction(true, async () => {
      if (step.before.length === 0) await script.createTable()
      script.comment(`Running stamp_revision ${step.from.join(', ')} -> ${step.to.join(', ')}`)
      await script.writeRows(step)
    })
  }
  return script.end(steps)
}

function rangeOf(target: string) {
  if (!target.includes(':')) return null
  const range = parseRange(target)
  if (range) return range
  throw new SlipwayError('SLIPWAY_DB_TARGET', `"${target}" is no range`, { expected: 'from:to' })
}

function rowsAt(graph: RevisionGraph, from: string): string[] {
  const node = from === '' ? null : resolveRevision(graph, from)
  return node ? [node.id] : []
}

async function renderSteps(steps: readonly Step[], options: OfflineOptions): Promise<string> {
  const script = new Script(options)
  for (const step of steps) {
    await script.transaction(step.revision.transaction, async () => {
      if (step.before.length === 0) await script.createTable()
      script.comment(renderStepIds(step))
      await script.migrate(step)
      await script.writeRows(step)
    })
  }
  return script.end(steps)
}

/** A script on its way. */
class Script {
  readonly #db: MigrationDatabase
  readonly #context: MigrationContext
  readonly #table: string
  readonly #parts: string[] = []

  constructor({ dialect, versionTable = defaultVersionTable, say }: OfflineOptions) {
    const own: Dialect = {
      ...dialectParts(dialect),
      createQueryCompiler: () => offlineCompiler(dialect),
      createDriver: () => new OwnDriver(new WritingConnection(this.#parts), this.#transactions),
    }
    this.#db = new Kysely<MigrationTables>({ dialect: own })
    this.#context = { dialect, offline: true, sql, say: (text) => say?.(text) }
    this.#table = versionTable
  }

  comment(text: string): void {
    this.#parts.push(`-- ${text}`)
  }

  createTable(): Promise<void> {
    return createTable(this.#db, this.#table)
  }

  writeRows(change: RowChange): Promise<void> {
    return writeRows(this.#db, this.#table, change)
  }

  /** MySQL commits each change of the schema by itself: there is no transaction to write. */
  async transaction(isWanted: boolean, work: () => Promise<void>): Promise<void> {
    const has = isWanted && this.#context.dialect !== 'mysql'
    if (has) this.#parts.push('BEGIN;')
    await work()
    if (has) this.#parts.push('COMMIT;')
  }

  async migrate({ direction, revision }: Step): Promise<void> {
    const { id, module } = revision
    try {
      const migrate = module[direction]
      if (!migrate) throw new TypeError(`the file exports no ${direction}`)
      await migrate(this.#db, this.#context)
      // A statement that nobody waited for is in its place all the same.
      await new Promise(setImmediate)
    } catch (error) {
      const text = messageOf(error)
      throw new SlipwayError('SLIPWAY_DB_OFFLINE', `revision "${id}" cannot be written as SQL: ${text}`, {
        where: placeOf(revision),
        hint: isSlipwayError(error) ? (error.hint ?? undefined) : undefined,
        cause: error,
      })
    }
  }

  async end(steps: readonly RowChange[]): Promise<string> {
    if (steps.at(-1)?.after.length === 0) await dropTable(this.#db, this.#table)
    return this.#parts.map((part) => `${part}\n\n`).join('')
  }

  /** Those that a migration begins itself. */
  readonly #transactions = {
    begin: async () => void this.#parts.push('SAVEPOINT slipway;'),
    commit: async () => void this.#parts.push('RELEASE SAVEPOINT slipway;'),
    rollback: async () => void this.#parts.push('ROLLBACK TO SAVEPOINT slipway;'),
  }
}

class WritingConnection implements DatabaseConnection {
  readonly #parts: string[]

  constructor(parts: string[]) {
    this.#parts = parts
  }

  async executeQuery<Row>({ sql: text }: CompiledQuery): Promise<QueryResult<Row>> {
    this.#parts.push(`${text.trim().replace(/;$/u, '')};`)
    return unanswered
  }

  streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw answerless()
  }
}

/** A statement may be sent for what it does (`SELECT setval(…)`); only to look at its answer is too much. */
const unanswered: QueryResult<never> = Object.freeze({
  get rows(): never {
    throw answerless()
  },
})

function answerless(): SlipwayError {
  return new SlipwayError('SLIPWAY_DB_OFFLINE', 'it reads from the database', {
    hint: 'run it without --sql, or write it as INSERT … SELECT; context.offline tells a migration',
  })
}
