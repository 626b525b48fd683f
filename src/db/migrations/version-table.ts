// The table that says where a database is: laid out as alembic's, a row for each head, none at the base. What a Python
// program has written is read, and the other way round.
import { type Kysely, sql } from 'kysely'
import { SlipwayError } from '../../errors.ts'
import type { DialectName, MigrationDatabase } from './contract.ts'
import { longestId } from './revision-module.ts'
import type { MigrationSession } from './migration-session.ts'

export const defaultVersionTable = 'alembic_version'

/** The rows, sorted; none when there is no table. Writes nothing. */
export async function readRows(session: MigrationSession, table: string): Promise<string[]> {
  if (!(await hasTable(session, table))) return []
  const { db } = session.open('the engine')
  const { rows } = await sql<{ version_num: string }>`SELECT version_num FROM ${sql.table(table)}`.execute(db)
  return rows.map(({ version_num }) => version_num).sort()
}

const tableQueries: Readonly<Record<DialectName, string>> = {
  sqlite: `SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?`,
  postgresql: 'SELECT 1 FROM pg_class WHERE oid = to_regclass(quote_ident($1))',
  mysql: 'SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?',
}

async function hasTable(session: MigrationSession, table: string): Promise<boolean> {
  return (await session.query(tableQueries[session.dialect], [table])).length > 0
}

export async function ensureTable(session: MigrationSession, table: string): Promise<void> {
  if (!(await hasTable(session, table))) await createTable(session.open('the engine').db, table)
}

type Executor = Pick<Kysely<unknown>, 'getExecutor'>

export async function createTable(db: MigrationDatabase, table: string): Promise<void> {
  await sql`CREATE TABLE ${sql.table(table)} (
    version_num VARCHAR(${sql.lit(longestId)}) NOT NULL,
    CONSTRAINT ${sql.id(`${table}_pkc`)} PRIMARY KEY (version_num)
)`.execute(db)
}

export async function dropTable(db: MigrationDatabase, table: string): Promise<void> {
  await sql`DROP TABLE ${sql.table(table)}`.execute(db)
}

export async function purgeRows(db: MigrationDatabase, table: string): Promise<void> {
  await sql`DELETE FROM ${sql.table(table)}`.execute(db)
}

/** The rows before and after a step. */
export interface RowChange {
  readonly before: readonly string[]
  readonly after: readonly string[]
}

/**
 * Turns the rows before into those after. One statement hits one row, so that a run beside this one is noticed.
 * @throws SlipwayError SLIPWAY_DB_VERSION
 */
export async function writeRows(db: MigrationDatabase, table: string, { before, after }: RowChange): Promise<void> {
  const gone = before.filter((row) => !after.includes(row))
  const come = after.filter((row) => !before.includes(row))
  const name = sql.table(table)
  const [from, to] = [gone.pop(), come.pop()]
  for (const row of gone) await one(sql`DELETE FROM ${name} WHERE version_num = ${row}`, db, table, row)
  for (const row of come) await one(sql`INSERT INTO ${name} (version_num) VALUES (${row})`, db, table, row)
  if (from !== undefined && to !== undefined) {
    await one(sql`UPDATE ${name} SET version_num = ${to} WHERE version_num = ${from}`, db, table, from)
  } else if (from !== undefined) {
    await one(sql`DELETE FROM ${name} WHERE version_num = ${from}`, db, table, from)
  } else if (to !== undefined) {
    await one(sql`INSERT INTO ${name} (version_num) VALUES (${to})`, db, table, to)
  }
}

async function one(statement: ReturnType<typeof sql>, db: Executor, table: string, row: string): Promise<void> {
  const { numAffectedRows = 1n } = await statement.execute(db)
  if (numAffectedRows === 1n) return
  throw new SlipwayError('SLIPWAY_DB_VERSION', `row "${row}" of "${table}" has changed while migrations ran`, {
    found: `${numAffectedRows} rows of this revision`,
    expected: 'no other program that migrates the same database',
    original: `Online migration expected to match one row when updating '${row}' in '${table}'; ${numAffectedRows} found`,
  })
}
