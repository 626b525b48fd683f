// Rows that were only marked as deleted are removed for good, in batches. Runs in a db-manage command or wherever a
// program calls it; prints nothing, and opens no database.
import type { DialectName, MigrationDatabase } from './migrations/contract.ts'

/** A table whose rows are marked when they are deleted. */
export interface PurgeTable {
  readonly table: string
  /** The column with the time of the deletion: `deleted_at` unless given. */
  readonly deletedAt?: string
  /** The column that tells rows apart: `id` unless given. */
  readonly key?: string
  /** Rows of other tables that belong to a row of this one, by the column that names it: they go first, marked or not. */
  readonly children?: readonly { readonly table: string; readonly column: string }[]
}

/** What may be purged, by the name of its resource. */
export type PurgeResources = Readonly<Record<string, PurgeTable | readonly PurgeTable[]>>

export interface PurgeOptions {
  /** Rows that were deleted before it. */
  readonly before: Date
  /** Rows of all tables together, children not counted; null is all. */
  readonly maxRows?: number | null
  /** Rows in one transaction. */
  readonly batch?: number
  readonly dryRun?: boolean
  /** After every batch, with what is gone of this table. */
  readonly onBatch?: (table: string, rows: number) => void
}

export interface PurgeCount {
  readonly table: string
  /** Rows that were removed, or with `dryRun` would be. */
  readonly rows: number
}

/** An open database, whatever its tables are. */
interface AnyDatabase {
  readonly kysely: MigrationDatabase
  readonly dialect: DialectName
}

/** Removes what is old enough, table by table in the order given; each batch is a transaction of its own. */
export async function purgeDeleted(
  database: AnyDatabase,
  tables: readonly PurgeTable[],
  options: PurgeOptions,
): Promise<PurgeCount[]> {
  const { maxRows = null, batch = 1000, dryRun = false, onBatch = () => {} } = options
  const counts: PurgeCount[] = []
  let left = maxRows ?? Infinity
  for (const table of tables) {
    let rows = 0
    if (dryRun) rows = Math.min(left, await countRows(database.kysely, table, options.before))
    else {
      for (;;) {
        const most = Math.min(batch, left - rows)
        if (most <= 0) break
        const { found, removed } = await removeBatch(database, table, { before: options.before, most })
        rows += removed
        if (removed > 0) onBatch(table.table, rows)
        if (found < batch) break
      }
    }
    left -= rows
    counts.push({ table: table.table, rows })
  }
  return counts
}

async function countRows(db: MigrationDatabase, { table, deletedAt }: PurgeTable, before: Date): Promise<number> {
  const { rows } = await db
    .selectFrom(table)
    .select((eb) => eb.fn.countAll().as('rows'))
    .where(deletedAt ?? 'deleted_at', '<', before)
    .executeTakeFirstOrThrow()
  return Number(rows)
}

async function removeBatch(
  { kysely, dialect }: AnyDatabase,
  { table, deletedAt = 'deleted_at', key = 'id', children = [] }: PurgeTable,
  { before, most }: { readonly before: Date; readonly most: number },
): Promise<{ found: number; removed: number }> {
  return kysely.transaction().execute(async (transaction) => {
    const old = transaction.selectFrom(table).select(key).where(deletedAt, '<', before)
    const found = (await old.orderBy(deletedAt).limit(most).execute()).map((row) => row[key])
    if (found.length === 0) return { found: 0, removed: 0 }
    // Asked again, held now: a row may have been brought back since. By their keys, as MySQL holds whatever it looks at.
    // SQLite has one writer, and no second reading of what another wrote.
    const held =
      dialect === 'sqlite' ? found : (await old.where(key, 'in', found).forUpdate().execute()).map((row) => row[key])
    if (held.length > 0) {
      for (const child of children) await transaction.deleteFrom(child.table).where(child.column, 'in', held).execute()
      await transaction.deleteFrom(table).where(key, 'in', held).execute()
    }
    return { found: found.length, removed: held.length }
  })
}
