// How a live database differs from the declared tables: what `check` tells and what `revision --autogenerate` writes
// down. As alembic's comparison; a column or table with another name is one dropped and one added.
import { isSameDefault } from './defaults.ts'
import type { DialectName } from '../migrations/contract.ts'
import { type AnyDatabase, reflectTables } from './reflect.ts'
import type { ColumnShape, ForeignKeyShape, IndexShape, TableShape } from './shape.ts'
import type { Table } from './table.ts'
import { isSameType, typeName } from './types.ts'

/** One thing that has to be done to a live database to make it what is declared. `text` says it in words. */
export type Difference = { readonly table: string; readonly text: string } & (
  | { readonly kind: 'add_table' | 'drop_table'; readonly shape: TableShape }
  | { readonly kind: 'add_column' | 'drop_column'; readonly column: ColumnShape }
  | { readonly kind: 'change_column'; readonly column: ColumnShape; readonly was: ColumnShape }
  | { readonly kind: 'add_index' | 'drop_index'; readonly index: IndexShape }
  | { readonly kind: 'add_foreign_key' | 'drop_foreign_key'; readonly foreignKey: ForeignKeyShape }
  | { readonly kind: 'change_primary_key'; readonly columns: readonly string[]; readonly was: readonly string[] }
)

export interface CompareOptions {
  /** Tables that are none of the service's: names, or patterns of them. `alembic_version` always is one. */
  readonly ignore?: readonly (string | RegExp)[]
}

/** What is to be done to the database, in the order of the tables; nothing when it is as declared. */
export async function compareSchema(
  db: AnyDatabase,
  tables: readonly Table[],
  { ignore = [] }: CompareOptions = {},
): Promise<Difference[]> {
  const isIgnored = (name: string): boolean =>
    name === 'alembic_version' || ignore.some((one) => (typeof one === 'string' ? one === name : one.test(name)))
  const live = new Map([...(await reflectTables(db))].filter(([name]) => !isIgnored(name)))
  const declared = tables.map(({ shape }) => shape).filter(({ name }) => !isIgnored(name))
  const names = new Set(declared.map(({ name }) => name))
  return [
    ...declared.flatMap((shape) => {
      const found = live.get(shape.name)
      return found ? compareTable(found, shape, db.dialect) : [tableDifference('add_table', shape)]
    }),
    ...[...live.values()].filter(({ name }) => !names.has(name)).map((shape) => tableDifference('drop_table', shape)),
  ]
}

/** The way back: what undoes these differences, in opposite order. */
export function inverse(differences: readonly Difference[]): Difference[] {
  return differences.toReversed().map((one): Difference => {
    switch (one.kind) {
      case 'add_table':
      case 'drop_table':
        return tableDifference(one.kind === 'add_table' ? 'drop_table' : 'add_table', one.shape)
      case 'add_column':
      case 'drop_column':
        return columnDifference(one.kind === 'add_column' ? 'drop_column' : 'add_column', one.table, one.column)
      case 'change_column':
        return changeOf(one.table, one.column, one.was)
      case 'add_index':
      case 'drop_index':
        return indexDifference(one.kind === 'add_index' ? 'drop_index' : 'add_index', one.table, one.index)
      case 'add_foreign_key':
      case 'drop_foreign_key':
        return keyDifference(
          one.kind === 'add_foreign_key' ? 'drop_foreign_key' : 'add_foreign_key',
          one.table,
          one.foreignKey,
        )
      case 'change_primary_key':
        return primaryDifference(one.table, one.columns, one.was)
    }
  })
}

function compareTable(live: TableShape, wanted: TableShape, dialect: DialectName): Difference[] {
  const { name } = wanted
  const isPrimarySame = signature(live.primaryKey) === signature(wanted.primaryKey)
  return [
    ...compareColumns(live, wanted),
    ...(isPrimarySame ? [] : [primaryDifference(name, live.primaryKey, wanted.primaryKey)]),
    ...compareIndexes(live, wanted, dialect),
    ...compareKeys(live, wanted),
  ]
}

function compareColumns(live: TableShape, wanted: TableShape): Difference[] {
  const { name: table } = wanted
  const found = new Map(live.columns.map((column) => [column.name, column]))
  const names = new Set(wanted.columns.map(({ name }) => name))
  return [
    ...wanted.columns.flatMap((column) => {
      const was = found.get(column.name)
      if (!was) return [columnDifference('add_column', table, column)]
      return isSameColumn(was, column) ? [] : [changeOf(table, was, column)]
    }),
    ...live.columns
      .filter(({ name }) => !names.has(name))
      .map((column) => columnDifference('drop_column', table, column)),
  ]
}

function isSameColumn(live: ColumnShape, wanted: ColumnShape): boolean {
  // What SQLite counts is "integer", which holds 64 bits there.
  const isCounted = live.isAutoIncrement && wanted.isAutoIncrement && live.type.kind === 'integer'
  return (
    (isCounted || isSameType(live.type, wanted.type)) &&
    live.isNullable === wanted.isNullable &&
    isSameDefault(live.default, wanted.default, wanted.type)
  )
}

/** By what they cover, not by name: a name changes nothing that a service can see. */
function compareIndexes(live: TableShape, wanted: TableShape, dialect: DialectName): Difference[] {
  const of = ({ columns, isUnique }: IndexShape): string => `${isUnique}:${signature(columns)}`
  const [found, declared] = [new Set(live.indexes.map(of)), new Set(wanted.indexes.map(of))]
  // MySQL makes an index for every foreign key and drops it with the key.
  const keys = dialect === 'mysql' ? [...live.foreignKeys, ...wanted.foreignKeys] : []
  const forKeys = new Set(keys.map(({ columns }) => `false:${signature(columns)}`))
  return [
    ...wanted.indexes.filter((one) => !found.has(of(one))).map((one) => indexDifference('add_index', live.name, one)),
    ...live.indexes
      .filter((one) => !declared.has(of(one)) && !forKeys.has(of(one)))
      .toSorted((a, b) => (of(a) < of(b) ? 1 : -1))
      .map((one) => indexDifference('drop_index', live.name, one)),
  ]
}

function compareKeys(live: TableShape, wanted: TableShape): Difference[] {
  const action = (name: string): string => (name === 'restrict' ? 'no action' : name)
  const of = ({ columns, table, references, onDelete, onUpdate }: ForeignKeyShape): string =>
    [signature(columns), table, signature(references), action(onDelete), action(onUpdate)].join('>')
  const [found, declared] = [new Set(live.foreignKeys.map(of)), new Set(wanted.foreignKeys.map(of))]
  return [
    ...live.foreignKeys
      .filter((one) => !declared.has(of(one)))
      .map((one) => keyDifference('drop_foreign_key', live.name, one)),
    ...wanted.foreignKeys
      .filter((one) => !found.has(of(one)))
      .map((one) => keyDifference('add_foreign_key', live.name, one)),
  ]
}

const signature = (names: readonly string[]): string => names.join(',')

function tableDifference(kind: 'add_table' | 'drop_table', shape: TableShape): Difference {
  return { kind, table: shape.name, shape, text: `${verbOf(kind)} table "${shape.name}"` }
}

function columnDifference(kind: 'add_column' | 'drop_column', table: string, column: ColumnShape): Difference {
  return { kind, table, column, text: `${verbOf(kind)} column "${table}.${column.name}"` }
}

function changeOf(table: string, was: ColumnShape, column: ColumnShape): Difference {
  const changes = [
    ...(isSameType(was.type, column.type) ? [] : [`type ${typeName(was.type)} to ${typeName(column.type)}`]),
    ...(was.isNullable === column.isNullable
      ? []
      : [column.isNullable ? 'not null to nullable' : 'nullable to not null']),
    ...(isSameDefault(was.default, column.default, column.type)
      ? []
      : [`default ${defaultText(was)} to ${defaultText(column)}`]),
  ]
  return {
    kind: 'change_column',
    table,
    column,
    was,
    text: `change column "${table}.${column.name}": ${changes.join(', ')}`,
  }
}

function defaultText({ default: given }: ColumnShape): string {
  if (given === null) return 'none'
  if (given.kind === 'value') return JSON.stringify(given.value)
  return given.kind === 'now' ? 'now' : given.text
}

function indexDifference(kind: 'add_index' | 'drop_index', table: string, index: IndexShape): Difference {
  const what = index.isUnique ? 'unique' : 'index'
  return {
    kind,
    table,
    index,
    text: `${verbOf(kind)} ${what} "${index.name}" on "${table}" (${index.columns.join(', ')})`,
  }
}

function keyDifference(
  kind: 'add_foreign_key' | 'drop_foreign_key',
  table: string,
  foreignKey: ForeignKeyShape,
): Difference {
  const { columns, table: target, references } = foreignKey
  const text = `${verbOf(kind)} foreign key of "${table}" (${columns.join(', ')}) to "${target}" (${references.join(', ')})`
  return { kind, table, foreignKey, text }
}

function primaryDifference(table: string, was: readonly string[], columns: readonly string[]): Difference {
  const text = `change primary key of "${table}": (${was.join(', ')}) to (${columns.join(', ')})`
  return { kind: 'change_primary_key', table, columns, was, text }
}

function verbOf(kind: string): string {
  return kind.startsWith('add') ? 'add' : 'drop'
}
