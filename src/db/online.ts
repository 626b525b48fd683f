// Online data migrations: rows brought into their new form in batches while the service runs. Runs in a db-manage
// command or wherever a program calls it; prints nothing, and opens no database.
import type { MigrationDatabase } from './migrations/contract.ts'

/** What a batch found and did. */
export interface OnlineCount {
  /** Rows that still had the old form when the batch began; counting no further than one needs to is fine. */
  readonly needed: number
  /** Rows that the batch has brought into the new form. */
  readonly done: number
}

/**
 * Migrates at most `most` rows. It is called again until it has done none, by this run and by later ones, so it
 * must find what is left on its own.
 */
export type OnlineMigration = (db: MigrationDatabase, most: number) => Promise<OnlineCount>

/** By name, in the order in which they run. */
export type OnlineMigrations = Readonly<Record<string, OnlineMigration>>

export interface OnlineOptions {
  /** At most so many rows in all; null is all rows, in batches of `batch`. */
  readonly maxCount?: number | null
  readonly batch?: number
  /** After every batch. */
  readonly onBatch?: (progress: OnlineProgress) => void
}

export interface OnlineProgress extends OnlineRow {
  /** Of this batch. */
  readonly count: OnlineCount
  readonly error: unknown
}

/** What came of one migration. */
export interface OnlineRow {
  readonly name: string
  readonly needed: number
  readonly done: number
}

export interface OnlineResult {
  readonly rows: readonly OnlineRow[]
  /** As nova-manage ends: 0 nothing is left, 1 more may remain, 2 some failed and nothing else was done. */
  readonly status: 0 | 1 | 2
}

/**
 * Runs the migrations in rounds until a round does nothing; with `maxCount` one round. A migration that throws does not
 * stop the others.
 */
export async function migrateOnline(
  db: MigrationDatabase,
  migrations: OnlineMigrations,
  options: OnlineOptions = {},
): Promise<OnlineResult> {
  const { maxCount = null, batch = 50, onBatch = () => {} } = options
  const totals = new Map<string, OnlineRow>()
  for (;;) {
    const round = await runRound(db, migrations, { most: maxCount ?? batch, totals, onBatch })
    if (maxCount === null && round.done > 0) continue
    // With a limit, what failed may be worth another try as long as the others get on.
    const isStuck = round.failed && (maxCount === null || round.done === 0)
    return { rows: [...totals.values()], status: isStuck ? 2 : round.done > 0 ? 1 : 0 }
  }
}

interface Round {
  readonly most: number
  readonly totals: Map<string, OnlineRow>
  readonly onBatch: (progress: OnlineProgress) => void
}

async function runRound(
  db: MigrationDatabase,
  migrations: OnlineMigrations,
  { most, totals, onBatch }: Round,
): Promise<{ done: number; failed: boolean }> {
  let done = 0
  let failed = false
  for (const [name, migrate] of Object.entries(migrations)) {
    if (done >= most) break
    let count: OnlineCount = { needed: 0, done: 0 }
    let error: unknown = null
    try {
      count = await migrate(db, most - done)
    } catch (fault) {
      error = fault
      failed = true
    }
    done += count.done
    const before = totals.get(name) ?? { name, needed: 0, done: 0 }
    const row = { name, needed: Math.max(before.needed, before.done + count.needed), done: before.done + count.done }
    totals.set(name, row)
    onBatch({ ...row, count, error })
  }
  return { done, failed }
}
