// Changes of a table that migrations write once for all three databases. PostgreSQL and MySQL alter it; SQLite can
// alter little, so there the table is built anew beside itself, filled, and takes its own name over.
import type { QueryExecutorProvider } from 'kysely'
import { SlipwayError } from '../../errors.ts'
import type { DialectName, MigrationContext } from '../migrations/contract.ts'
import type { ColumnShape, DefaultShape, ForeignKeyAction } from './shape.ts'
import { parseType, sqlType, typeName } from './types.ts'

/** A column as it is to be. */
export interface ColumnChange {
  /** As in a declaration: `varchar(64)`, `integer`, `decimal(10, 2)`, `datetime`, `binary`. */
  readonly type: string
  /** Default false. */
  readonly nullable?: boolean
  /** A value, the time of the moment as `{ now: true }`, or an expression of the database as `{ sql: '…' }`. */
  readonly default?: string | number | boolean | { readonly now: true } | { readonly sql: string }
  /** Of a column that the database counts, and shall go on counting. */
  readonly autoIncrement?: boolean
}

export interface UniqueChange {
  readonly name: string
  readonly columns: readonly string[]
}

export interface ForeignKeyChange extends UniqueChange {
  readonly table: string
  readonly references: readonly string[]
  readonly onDelete?: ForeignKeyAction
  readonly onUpdate?: ForeignKeyAction
}

/** What is to be done, in this order. */
export interface TableChanges {
  readonly dropForeignKeys?: readonly UniqueChange[]
  readonly dropUniques?: readonly UniqueChange[]
  readonly dropColumns?: readonly string[]
  readonly alterColumns?: Readonly<Record<string, ColumnChange>>
  readonly addColumns?: Readonly<Record<string, ColumnChange>>
  readonly addUniques?: readonly UniqueChange[]
  readonly addForeignKeys?: readonly ForeignKeyChange[]
}

/**
 * Changes a table in a migration, on any database.
 *
 *     await rebuildTable(db, context, 'documents', { alterColumns: { name: { type: 'varchar(64)', nullable: true } } })
 *
 * On SQLite foreign keys that lead to the table must not be enforced meanwhile. In the transaction of a migration they
 * are not; outside of a transaction the rebuild sees to it. In one that the caller has begun it is refused.
 *
 * @throws SlipwayError SLIPWAY_DB_SCHEMA for a table or column that is not there, and where SQLite cannot rebuild
 */
export async function rebuildTable(
  db: QueryExecutorProvider,
  context: Pick<MigrationContext, 'dialect'> & Partial<Pick<MigrationContext, 'offline'>>,
  table: string,
  changes: TableChanges,
): Promise<void> {
  const { sql } = await import('kysely')
  if (context.dialect !== 'sqlite') {
    for (const text of alterations(context.dialect, table, changes)) await sql.raw(text).execute(db)
    return
  }
  if (context.offline === true) {
    throw new SlipwayError('SLIPWAY_DB_OFFLINE', `the change of table "${table}" cannot be written down as SQL`, {
      hint: 'on SQLite the table is rebuilt from what it is at that moment: run the upgrade on the database',
    })
  }
  const { rebuildSqlite } = await import('./rebuild-sqlite.ts')
  await rebuildSqlite(db, table, changes)
}

/** The statements of PostgreSQL or MySQL. */
function alterations(dialect: DialectName, table: string, changes: TableChanges): string[] {
  const name = quoter(dialect)
  const isMysql = dialect === 'mysql'
  return [
    ...(changes.dropForeignKeys ?? []).map((key) => `drop ${isMysql ? 'foreign key' : 'constraint'} ${name(key.name)}`),
    ...(changes.dropUniques ?? []).map((key) => `drop ${isMysql ? 'index' : 'constraint'} ${name(key.name)}`),
    ...(changes.dropColumns ?? []).map((column) => `drop column ${name(column)}`),
    ...Object.entries(changes.alterColumns ?? {}).flatMap(([column, to]) =>
      isMysql ? [`modify column ${name(column)} ${columnText(to, dialect)}`] : alterPostgresql(name(column), to),
    ),
    ...Object.entries(changes.addColumns ?? {}).map(
      ([column, to]) => `add column ${name(column)} ${columnText(to, dialect)}`,
    ),
    ...(changes.addUniques ?? []).map((key) => `add ${uniqueText(key, dialect)}`),
    ...(changes.addForeignKeys ?? []).map((key) => `add ${foreignKeyText(key, dialect)}`),
  ].map((text) => `alter table ${name(table)} ${text}`)
}

/** The default goes first: the old one may not fit the new type. */
function alterPostgresql(column: string, to: ColumnChange): string[] {
  const type = sqlType(parseType(to.type), 'postgresql')
  if (to.autoIncrement) return [`alter column ${column} type ${type}`]
  const value = defaultText(to, 'postgresql')
  return [
    'drop default',
    `type ${type} using ${column}::${type}`,
    to.nullable ? 'drop not null' : 'set not null',
    ...(value === null ? [] : [`set default ${value}`]),
  ].map((change) => `alter column ${column} ${change}`)
}

/** Type and clauses, behind the name. */
function columnText(to: ColumnChange, dialect: DialectName): string {
  const counts = to.autoIncrement ? ' auto_increment' : ''
  return `${sqlType(parseType(to.type), dialect)} ${clausesText(to, dialect)}`.trim() + counts
}

export function clausesText(to: ColumnChange, dialect: DialectName): string {
  const value = defaultText(to, dialect)
  return `${to.nullable ? '' : 'not null'}${value === null ? '' : ` default ${value}`}`.trim()
}

export function uniqueText({ name: given, columns }: UniqueChange, dialect: DialectName): string {
  const name = quoter(dialect)
  return `constraint ${name(given)} unique (${columns.map(name).join(', ')})`
}

export function foreignKeyText(key: ForeignKeyChange, dialect: DialectName): string {
  const name = quoter(dialect)
  const actions = [
    ...(key.onDelete === undefined ? [] : [` on delete ${key.onDelete}`]),
    ...(key.onUpdate === undefined ? [] : [` on update ${key.onUpdate}`]),
  ]
  const target = `${name(key.table)} (${key.references.map(name).join(', ')})`
  return `constraint ${name(key.name)} foreign key (${key.columns.map(name).join(', ')}) references ${target}${actions.join('')}`
}

function defaultText({ default: given }: ColumnChange, dialect: DialectName): string | null {
  if (given === undefined) return null
  if (typeof given !== 'object') return literal(given, dialect)
  if ('sql' in given) return given.sql
  return dialect === 'mysql' ? 'CURRENT_TIMESTAMP(6)' : 'CURRENT_TIMESTAMP'
}

function literal(value: string | number | boolean, dialect: DialectName): string {
  if (typeof value === 'boolean') return dialect === 'postgresql' ? String(value) : String(Number(value))
  if (typeof value === 'number') return String(value)
  const escaped = dialect === 'mysql' ? value.replaceAll('\\', '\\\\') : value
  return `'${escaped.replaceAll("'", "''")}'`
}

function quoter(dialect: DialectName): (name: string) => string {
  const sign = dialect === 'mysql' ? '`' : '"'
  return (name) => `${sign}${name.replaceAll(sign, sign + sign)}${sign}`
}

/** A change as it is written from a shape. */
export function changeOf({ type, isNullable, default: given, isAutoIncrement }: ColumnShape): ColumnChange {
  return {
    type: typeName(type),
    ...(isNullable ? { nullable: true } : {}),
    ...(given === null ? {} : { default: writtenDefault(given) }),
    ...(isAutoIncrement ? { autoIncrement: true } : {}),
  }
}

function writtenDefault(given: DefaultShape): NonNullable<ColumnChange['default']> {
  if (given.kind === 'value') return given.value
  return given.kind === 'now' ? { now: true } : { sql: given.text }
}
