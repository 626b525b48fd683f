// Runs plans on a database: each migration in a transaction of its own together with its row of the version table, all
// under a lock. What fails leaves the database at the last revision that went well. Runs in the process of a command.
import { type Kysely, sql } from 'kysely'
import { messageOf } from '../../diagnostic.ts'
import { SlipwayError } from '../../errors.ts'
import type { DialectName, MigrationContext, StampStep, Step } from './contract.ts'
import { migrationFailed } from './failure.ts'
import { withoutForeignKeys } from './foreign-keys.ts'
import type { RevisionGraph } from './graph.ts'
import { placeOf } from './link-revisions.ts'
import { type LockOptions, withLock } from './lock.ts'
import { planDowngrade, planStamp, planUpgrade } from './plan.ts'
import { renderStep } from './render-step.ts'
import { type Scope, MigrationSession } from './migration-session.ts'
import { defaultVersionTable, ensureTable, purgeRows, readRows, writeRows } from './version-table.ts'

export interface EngineDatabase {
  /** Any kysely on the database; one connection of it is held for the run. */
  readonly kysely: Pick<Kysely<unknown>, 'getExecutor'>
  readonly dialect: DialectName
}

export interface EngineOptions extends LockOptions {
  /** Default `alembic_version`. */
  readonly versionTable?: string | undefined
  /** Lines for the operator: `Running upgrade a -> b, message`, and what migrations say. */
  readonly say?: ((text: string) => void) | undefined
}

export interface StampOptions extends EngineOptions {
  /** All rows go first, also those that nobody knows. */
  readonly purge?: boolean | undefined
}

/** What a run has done; rows as they were and are in the version table. */
export interface Run<S = Step> {
  readonly steps: readonly S[]
  readonly before: readonly string[]
  readonly after: readonly string[]
}

/** The rows of the version table, sorted; none at the base. Writes nothing, takes no lock. */
export function readCurrent(database: EngineDatabase, options: EngineOptions = {}): Promise<string[]> {
  return inSession(database, (session) => readRows(session, tableOf(options)))
}

/**
 * Brings the database up to a target.
 * @throws SlipwayError SLIPWAY_DB_TARGET, _VERSION, _LOCKED, _MIGRATION
 */
export function upgrade(
  database: EngineDatabase,
  graph: RevisionGraph,
  target: string,
  options: EngineOptions = {},
): Promise<Run> {
  return run(database, (rows) => planUpgrade(graph, target, rows), options)
}

/**
 * Brings the database down to a target, which stays.
 * @throws SlipwayError SLIPWAY_DB_TARGET, _VERSION, _LOCKED, _MIGRATION
 */
export function downgrade(
  database: EngineDatabase,
  graph: RevisionGraph,
  target: string,
  options: EngineOptions = {},
): Promise<Run> {
  return run(database, (rows) => planDowngrade(graph, target, rows), options)
}

/**
 * Writes into the version table that the database is at these revisions. Runs no migration.
 * @throws SlipwayError SLIPWAY_DB_TARGET, _VERSION, _LOCKED
 */
export function stamp(
  database: EngineDatabase,
  graph: RevisionGraph,
  targets: readonly string[],
  options: StampOptions = {},
): Promise<Run<StampStep>> {
  const table = tableOf(options)
  return inSession(database, (session) =>
    withLock(session, table, options, async () => {
      const before = await readRows(session, table)
      const steps = planStamp(graph, targets, options.purge ? [] : before)
      await ensureTable(session, table)
      await inTransaction(session, async () => {
        const { db } = session.open('stamp')
        if (options.purge) await purgeRows(db, table)
        for (const step of steps) await writeRows(db, table, step)
      })
      return { steps, before, after: await readRows(session, table) }
    }),
  )
}

function tableOf({ versionTable = defaultVersionTable }: EngineOptions): string {
  return versionTable
}

function inSession<T>(
  { kysely, dialect }: EngineDatabase,
  work: (session: MigrationSession) => Promise<T>,
): Promise<T> {
  return kysely.getExecutor().provideConnection((connection) => work(new MigrationSession(dialect, connection)))
}

function run(
  database: EngineDatabase,
  plan: (rows: readonly string[]) => readonly Step[],
  options: EngineOptions,
): Promise<Run> {
  const table = tableOf(options)
  return inSession(database, (session) =>
    withLock(session, table, options, async () => {
      // Read under the lock: what another run has done meanwhile is not done again.
      const before = await readRows(session, table)
      const steps = plan(before)
      refuseOneWay(steps)
      if (steps.length > 0) await ensureTable(session, table)
      for (const [index, step] of steps.entries()) {
        options.signal?.throwIfAborted()
        options.say?.(renderStep(step))
        await runStep(session, step, { table, say: options.say, done: steps.slice(0, index) })
      }
      return { steps, before, after: steps.at(-1)?.after.toSorted() ?? before }
    }),
  )
}

/** Found before anything runs. */
function refuseOneWay(steps: readonly Step[]): void {
  for (const { direction, revision } of steps) {
    if (direction === 'upgrade' || revision.module.downgrade) continue
    throw new SlipwayError('SLIPWAY_DB_MIGRATION', `revision "${revision.id}" cannot be downgraded`, {
      where: placeOf(revision),
      found: 'the file exports no downgrade',
      hint: 'nothing was changed; restore a backup, or write a revision that leads on',
    })
  }
}

interface StepRun {
  readonly table: string
  readonly say: EngineOptions['say']
  /** What has gone well before. */
  readonly done: readonly Step[]
}

async function runStep(session: MigrationSession, step: Step, { table, say, done }: StepRun): Promise<void> {
  const { direction, revision } = step
  const scope = session.open(`revision "${revision.id}"`)
  const context: MigrationContext = { dialect: session.dialect, offline: false, sql, say: (text) => say?.(text) }
  const work = async () => {
    await revision.module[direction]?.(scope.db, context)
    await refusePending(scope)
    scope.close()
    await writeRows(session.open('the engine').db, table, step)
  }
  try {
    await (revision.transaction
      ? withoutForeignKeys(session, (guard) => inTransaction(session, () => guard(work)))
      : work())
  } catch (error) {
    scope.close()
    throw migrationFailed(error, { step, scope, done, dialect: session.dialect })
  }
}

/** A statement that nobody waits for would end up outside of the transaction. */
async function refusePending(scope: Scope): Promise<void> {
  await new Promise(setImmediate)
  if (scope.pending === 0) return
  throw new SlipwayError('SLIPWAY_DB_MIGRATION', `it returned while ${scope.pending} of its statements still ran`, {
    hint: 'an await is missing before one of them',
  })
}

async function inTransaction(session: MigrationSession, work: () => Promise<void>): Promise<void> {
  await session.begin()
  try {
    await work()
    await session.commit()
  } catch (error) {
    await rollbackAfter(error, session)
    throw error
  }
}

async function rollbackAfter(fault: unknown, session: MigrationSession): Promise<void> {
  try {
    await session.rollback()
  } catch (error) {
    // The connection is gone, or the database has rolled back by itself: the first fault is the one to tell.
    const text = messageOf(fault)
    throw new AggregateError([fault, error], text, { cause: error })
  }
}
