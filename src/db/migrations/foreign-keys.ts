// Foreign keys of SQLite while a migration runs, in the order of SQLite's manual ("Making Other Kinds Of Table Schema
// Changes"): not enforced, as dropping a table that is rebuilt would delete the rows that refer to it; counted before
// the commit, so that what then refers to nothing fails the migration. Other databases go on enforcing theirs.
import { SlipwayError } from '../../errors.ts'
import type { MigrationSession } from './migration-session.ts'

/** Runs the work of a transaction and looks at what it has left. */
type Guard = (work: () => Promise<void>) => Promise<void>

/**
 * Runs a transaction with its foreign keys not enforced; they cannot be switched within one. A connection that does not
 * enforce them anyway is left alone.
 */
export async function withoutForeignKeys(
  session: MigrationSession,
  transaction: (guard: Guard) => Promise<void>,
): Promise<void> {
  if (session.dialect !== 'sqlite' || !(await areEnforced(session))) return transaction((work) => work())
  await session.query('pragma foreign_keys = off')
  try {
    await transaction((work) => refusingNewOrphans(session, work))
  } finally {
    await session.query('pragma foreign_keys = on')
  }
}

async function areEnforced(session: MigrationSession): Promise<boolean> {
  const [row] = await session.query<{ foreign_keys: number }>('pragma foreign_keys')
  return row?.foreign_keys === 1
}

/** Rows of a table that refer to nothing in another one. */
interface Orphans {
  readonly table: string
  readonly parent: string
  readonly count: number
}

/** What was broken before, by a program that does not enforce foreign keys, is not this migration's fault. */
async function refusingNewOrphans(session: MigrationSession, work: () => Promise<void>): Promise<void> {
  const before = await orphansNow(session)
  await work()
  if (before === null) return
  const after = await orphansNow(session)
  if (after === null) throw mismatch()
  if (total(after) <= total(before)) return
  const grown = after.filter(({ table, parent, count }) => count > countOf(before, table, parent))
  const [first] = grown
  throw new SlipwayError(
    'SLIPWAY_DB_MIGRATION',
    `it leaves rows of "${first?.table}" that refer to nothing in "${first?.parent}"`,
    {
      found: grown.map(({ table, parent, count }) => `${count} of "${table}" to "${parent}"`).join(', '),
      hint: 'on SQLite nothing cascades while a migration runs: it deletes or changes the rows that refer to others itself',
    },
  )
}

/** Null when a foreign key leads to columns that are no key: SQLite refuses to look. */
async function orphansNow(session: MigrationSession): Promise<readonly Orphans[] | null> {
  try {
    return await session.query<Orphans>(
      'select "table", parent, count(*) as count from pragma_foreign_key_check group by "table", parent',
    )
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('foreign key mismatch')) return null
    throw error
  }
}

function mismatch(): SlipwayError {
  return new SlipwayError('SLIPWAY_DB_MIGRATION', 'it leaves a foreign key to columns that are no key', {
    expected: 'a primary key or a unique index of the columns that are referred to',
  })
}

function total(orphans: readonly Orphans[]): number {
  return orphans.reduce((sum, { count }) => sum + count, 0)
}

function countOf(orphans: readonly Orphans[], table: string, parent: string): number {
  return orphans.find((one) => one.table === table && one.parent === parent)?.count ?? 0
}
