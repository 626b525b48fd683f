// Tables as a service declares them, once: kysely's types and the wanted shape of the database come from the same text.
import type { ColumnType as KyselyColumn } from 'kysely'
import { SlipwayError } from '../../errors.ts'
import { type ColumnShape, type DefaultShape, type ForeignKeyAction, nameOf, type TableShape } from './shape.ts'
import type { ColumnType } from './types.ts'

/** As a default: the time at which the row is written. */
export const now: { readonly kind: 'now' } = Object.freeze({ kind: 'now' })

interface ColumnSettings<T = unknown> {
  /** Columns hold a value unless this says otherwise. */
  readonly nullable?: boolean
  readonly default?: T | typeof now
  readonly primaryKey?: boolean
  /** The database counts; for a primary key of whole numbers. */
  readonly autoIncrement?: boolean
  readonly unique?: boolean
  readonly index?: boolean
  /** `table.column` */
  readonly references?: `${string}.${string}`
  readonly onDelete?: ForeignKeyAction
  readonly onUpdate?: ForeignKeyAction
}

declare const values: unique symbol

/** A column; its second part exists only for the compiler. */
export interface Column<Values = unknown> {
  readonly type: ColumnType
  readonly settings: ColumnSettings
  readonly [values]?: Values
}

type NullOf<S> = S extends { readonly nullable: true } ? null : never
type MayLack<S> = S extends
  | { readonly nullable: true }
  | { readonly default: unknown }
  | { readonly autoIncrement: true }
  ? undefined
  : never
type ValuesOf<Read, Write, S> = KyselyColumn<Read | NullOf<S>, Write | NullOf<S> | MayLack<S>, Write | NullOf<S>>

function columnOf<Read, Write = Read>(
  type: ColumnType,
): <const S extends ColumnSettings<Write> = ColumnSettings<Write>>(settings?: S) => Column<ValuesOf<Read, Write, S>> {
  return (settings) => Object.freeze({ type, settings: settings ?? {} })
}

/** Whole numbers beyond 2^53 come as bigint; decimals, dates, times and JSON as text; times of day and date as Date. */
export const column = Object.freeze({
  varchar: <const S extends ColumnSettings<string> = ColumnSettings<string>>(
    length: number,
    settings?: S,
  ): Column<ValuesOf<string, string, S>> => columnOf<string>({ kind: 'varchar', length })(settings),
  decimal: <const S extends ColumnSettings<string | number> = ColumnSettings<string | number>>(
    precision: number,
    scale: number,
    settings?: S,
  ): Column<ValuesOf<string, string | number, S>> =>
    columnOf<string, string | number>({ kind: 'decimal', precision, scale })(settings),
  text: columnOf<string>({ kind: 'text' }),
  smallint: columnOf<number>({ kind: 'smallint' }),
  integer: columnOf<number>({ kind: 'integer' }),
  bigint: columnOf<number | bigint>({ kind: 'bigint' }),
  boolean: columnOf<boolean>({ kind: 'boolean' }),
  double: columnOf<number>({ kind: 'double' }),
  datetime: columnOf<Date>({ kind: 'datetime' }),
  date: columnOf<string>({ kind: 'date' }),
  time: columnOf<string>({ kind: 'time' }),
  json: columnOf<string>({ kind: 'json' }),
  binary: columnOf<Buffer>({ kind: 'binary' }),
})

type Columns = Readonly<Record<string, Column>>

/** A declared table. */
export interface Table<Name extends string = string, C extends Columns = Columns> {
  readonly name: Name
  readonly columns: C
  readonly shape: TableShape
}

/** A table's interface for kysely: `interface Tables { documents: TableOf<typeof documents> }`. */
export type TableOf<T extends Table> = {
  [K in keyof T['columns']]: T['columns'][K] extends Column<infer Values> ? Values : never
}

interface TableSettings<K extends string> {
  /** For a key of several columns. */
  readonly primaryKey?: readonly K[]
  readonly indexes?: readonly (readonly K[])[]
  readonly uniques?: readonly (readonly K[])[]
}

/**
 * Declares a table.
 *
 *     const documents = defineTable('documents', {
 *       id: column.integer({ primaryKey: true, autoIncrement: true }),
 *       name: column.varchar(255, { index: true }),
 *       created_at: column.datetime({ default: now }),
 *     })
 *
 * @throws SlipwayError SLIPWAY_DB_SCHEMA for a declaration that contradicts itself
 */
export function defineTable<Name extends string, C extends Columns>(
  name: Name,
  columns: C,
  settings: TableSettings<keyof C & string> = {},
): Table<Name, C> {
  return Object.freeze({ name, columns, shape: shapeOf(name, columns, settings) })
}

function shapeOf(name: string, columns: Columns, settings: TableSettings<string>): TableShape {
  const all = Object.entries(columns)
  const having = (key: keyof ColumnSettings): string[][] =>
    all.filter(([, { settings }]) => settings[key]).map(([column]) => [column])
  const primaryKey = settings.primaryKey ?? having('primaryKey').flat()
  if (primaryKey.length === 0) refuse(name, 'has no primary key')
  const indexes = [
    ...[...having('unique'), ...(settings.uniques ?? [])].map((of) => ({
      name: nameOf('uq', name, of),
      columns: of,
      isUnique: true,
      isConstraint: true,
    })),
    ...[...having('index'), ...(settings.indexes ?? [])].map((of) => ({
      name: nameOf('ix', name, of),
      columns: of,
      isUnique: false,
      isConstraint: false,
    })),
  ]
  for (const used of [...primaryKey, ...indexes.flatMap(({ columns: of }) => of)]) {
    if (!Object.hasOwn(columns, used)) refuse(name, `names column "${used}", which it has not`)
  }
  return {
    name,
    columns: all.map(([column, given]) => columnShape(name, column, given, primaryKey)),
    primaryKey,
    indexes,
    foreignKeys: all.flatMap(([column, { settings: of }]) =>
      of.references === undefined ? [] : [foreignKey(name, column, of)],
    ),
  }
}

function columnShape(
  table: string,
  name: string,
  { type, settings }: Column,
  primaryKey: readonly string[],
): ColumnShape {
  const isKey = primaryKey.includes(name)
  if (isKey && settings.nullable) refuse(table, `has the nullable column "${name}" in its primary key`)
  if (settings.autoIncrement && (primaryKey.length !== 1 || !isKey)) {
    refuse(table, `counts column "${name}", which is not its primary key`)
  }
  return {
    name,
    type,
    isNullable: settings.nullable ?? false,
    default: defaultOf(table, name, settings.default),
    isAutoIncrement: settings.autoIncrement ?? false,
  }
}

function defaultOf(table: string, column: string, given: unknown): DefaultShape | null {
  if (given === undefined) return null
  if (given === now) return { kind: 'now' }
  if (typeof given === 'bigint') return { kind: 'value', value: String(given) }
  if (typeof given === 'string' || typeof given === 'number' || typeof given === 'boolean') {
    return { kind: 'value', value: given }
  }
  return refuse(
    table,
    `gives column "${column}" a default that no database can hold: a text, a number, a boolean or now`,
  )
}

function foreignKey(table: string, column: string, settings: ColumnSettings): TableShape['foreignKeys'][number] {
  const [target = '', reference = ''] = (settings.references ?? '').split('.')
  return {
    name: nameOf('fk', table, [column]),
    columns: [column],
    table: target,
    references: [reference],
    onDelete: settings.onDelete ?? 'no action',
    onUpdate: settings.onUpdate ?? 'no action',
  }
}

function refuse(table: string, what: string): never {
  throw new SlipwayError('SLIPWAY_DB_SCHEMA', `table "${table}" ${what}`)
}
