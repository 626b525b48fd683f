// The shape of a live database: its tables with columns, keys and indexes, read in a few statements. What cannot be
// declared (views, checks, partial indexes and those of expressions) is left out.
import type { QueryExecutorProvider } from 'kysely'
import type { DialectName } from '../migrations/contract.ts'
import type { ColumnShape, ForeignKeyAction, ForeignKeyShape, IndexShape, TableShape } from './shape.ts'

/** A column as it was found, with its table and whether it belongs to the primary key. */
export interface FoundColumn extends ColumnShape {
  readonly table: string
  /** Place in the primary key from 1, or 0. */
  readonly key: number
}

/** A part of an index or of a foreign key, in order. */
export interface FoundIndexPart extends Omit<IndexShape, 'columns'> {
  readonly table: string
  /** null for an expression. */
  readonly column: string | null
}

export interface FoundKeyPart extends Omit<ForeignKeyShape, 'columns' | 'references' | 'table'> {
  readonly from: string
  readonly table: string
  readonly column: string
  readonly reference: string
}

/** All of a database. */
export interface Found {
  readonly columns: readonly FoundColumn[]
  readonly indexParts: readonly FoundIndexPart[]
  readonly keyParts: readonly FoundKeyPart[]
}

/** A database that can be asked, whatever its tables are. */
export interface AnyDatabase {
  readonly kysely: QueryExecutorProvider
  readonly dialect: DialectName
}

/** The tables of the database, by name. */
export async function reflectTables({ kysely, dialect }: AnyDatabase): Promise<ReadonlyMap<string, TableShape>> {
  const tables = assemble(await found(kysely, dialect))
  return new Map(tables.map((table) => [table.name, table]))
}

async function found(kysely: QueryExecutorProvider, dialect: DialectName): Promise<Found> {
  switch (dialect) {
    case 'sqlite':
      return (await import('./reflect-sqlite.ts')).reflectSqlite(kysely)
    case 'postgresql':
      return (await import('./reflect-postgresql.ts')).reflectPostgresql(kysely)
    case 'mysql':
      return (await import('./reflect-mysql.ts')).reflectMysql(kysely)
  }
}

function assemble({ columns, indexParts, keyParts }: Found): TableShape[] {
  const columnsOf = groupBy(columns, ({ table }) => table)
  const indexesOf = groupBy(indexParts, ({ table }) => table)
  const keysOf = groupBy(keyParts, ({ from }) => from)
  return [...columnsOf].map(([name, own]) => ({
    name,
    columns: own.map(({ table: _table, key: _key, ...column }) => column),
    primaryKey: own
      .filter(({ key }) => key > 0)
      .toSorted((a, b) => a.key - b.key)
      .map((column) => column.name),
    indexes: indexesFrom(indexesOf.get(name) ?? []),
    foreignKeys: keysFrom(keysOf.get(name) ?? []),
  }))
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group) group.push(item)
    else groups.set(key, [item])
  }
  return groups
}

function indexesFrom(parts: readonly FoundIndexPart[]): IndexShape[] {
  return [...groupBy(parts, ({ name }) => name)].flatMap(([name, own]) => {
    const columns = own.map(({ column }) => column)
    const [first] = own
    if (!first || !isWhole(columns)) return []
    return [{ name, columns, isUnique: first.isUnique, isConstraint: first.isConstraint }]
  })
}

function isWhole(columns: readonly (string | null)[]): columns is readonly string[] {
  return !columns.includes(null)
}

function keysFrom(parts: readonly FoundKeyPart[]): ForeignKeyShape[] {
  return [...groupBy(parts, ({ name }) => name)].flatMap(([name, own]) => {
    const [first] = own
    if (!first) return []
    const { table, onDelete, onUpdate } = first
    const columns = own.map(({ column }) => column)
    return [{ name, columns, table, references: own.map(({ reference }) => reference), onDelete, onUpdate }]
  })
}

/** `RESTRICT` is what no action is as long as a check is not deferred, and MySQL tells the one for the other. */
export function actionOf(text: string): ForeignKeyAction {
  const action = text.toLowerCase()
  return action === 'cascade' || action === 'set null' || action === 'set default' || action === 'restrict'
    ? action
    : 'no action'
}
