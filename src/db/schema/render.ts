// Differences as the code of a migration: the bodies of `upgrade(db, context)` and `downgrade(db, context)`, in kysely's
// schema builder, the same text for all three databases. Pure; the file round them is the template's.
import { quote } from '../../entrypoints/string-literal.ts'
import type { DialectName } from '../migrations/contract.ts'
import { type Difference, inverse } from './compare.ts'
import { changeOf, type TableChanges } from './rebuild.ts'
import {
  type ColumnShape,
  type DefaultShape,
  type ForeignKeyShape,
  type IndexShape,
  nameOf,
  type TableShape,
} from './shape.ts'
import { type ColumnType, sqlType } from './types.ts'

export interface RenderedDifferences {
  /** Statements, indented by two; '' when there is nothing to do. */
  readonly upgrade: string
  readonly downgrade: string
  /** What they use beside `db` and `context`: `import { rebuildTable } from 'slipway/db'`. */
  readonly imports: readonly string[]
}

/** What makes a live database as declared, and the way back. */
export function renderDifferences(differences: readonly Difference[]): RenderedDifferences {
  const upgrade = renderBody(differences)
  const downgrade = renderBody(inverse(differences))
  return {
    upgrade,
    downgrade,
    imports: `${upgrade}${downgrade}`.includes('rebuildTable(') ? ["import { rebuildTable } from 'slipway/db'"] : [],
  }
}

function renderBody(all: readonly Difference[]): string {
  const of = <K extends Difference['kind']>(kind: K): (Difference & { kind: K })[] =>
    all.filter((one): one is Difference & { kind: K } => one.kind === kind)
  const added = byReference(of('add_table').map(({ shape }) => shape))
  const dropped = byReference(of('drop_table').map(({ shape }) => shape)).toReversed()
  const changed = [...new Set(all.map(({ table }) => table))]
  const primary = of('change_primary_key')
  return [
    ...primary.map(({ text }) => `// By hand, as no two databases do it alike: ${text}.`),
    ...of('drop_index')
      .filter(({ index }) => !index.isConstraint)
      .map(({ index, table }) => dropIndex(table, index)),
    ...added.flatMap(createTable),
    ...changed.flatMap((table) =>
      changeTable(
        table,
        all.filter((one) => one.table === table),
      ),
    ),
    ...of('add_index')
      .filter(({ index }) => !index.isConstraint)
      .map(({ index, table }) => createIndex(table, index)),
    ...dropped.flatMap((shape) => [`await db.schema.dropTable(${quote(shape.name)}).execute()`]),
  ]
    .map((statement) => statement.replaceAll(/^(?=.)/gmu, '  '))
    .join('\n')
}

/** Tables after those that they refer to. Of a circle the order is that of the declaration. */
function byReference(tables: readonly TableShape[]): TableShape[] {
  const sorted = new Set<TableShape>()
  const visiting = new Set<TableShape>()
  const visit = (table: TableShape): void => {
    if (visiting.has(table)) return
    visiting.add(table)
    for (const key of table.foreignKeys) {
      const target = tables.find(({ name }) => name === key.table)
      if (target) visit(target)
    }
    sorted.add(table)
  }
  for (const table of tables) visit(table)
  return [...sorted]
}

function createTable(shape: TableShape): string[] {
  const [key] = shape.primaryKey
  const single = shape.primaryKey.length === 1 ? key : undefined
  const lines = [
    ...shape.columns.map((column) => `.addColumn(${columnArguments(column, column.name === single)})`),
    ...(shape.primaryKey.length > 1
      ? [`.addPrimaryKeyConstraint(${quote(`pk_${shape.name}`)}, ${list(shape.primaryKey)})`]
      : []),
    ...shape.indexes
      .filter(({ isConstraint }) => isConstraint)
      .map(
        ({ name, columns }) =>
          `.addUniqueConstraint(${quote(constraintName(name, shape.name, columns))}, ${list(columns)})`,
      ),
    ...shape.foreignKeys.map((one) => `.addForeignKeyConstraint(${foreignKeyArguments(one, shape.name)})`),
  ]
  return [
    ['await db.schema', `.createTable(${quote(shape.name)})`, ...lines, '.execute()'].join('\n  '),
    ...shape.indexes.filter(({ isConstraint }) => !isConstraint).map((index) => createIndex(shape.name, index)),
  ]
}

function columnArguments(column: ColumnShape, isKey: boolean): string {
  const calls = columnCalls(column, isKey)
  const type = typeText(column)
  return calls === '' ? `${quote(column.name)}, ${type}` : `${quote(column.name)}, ${type}, (column) => ${calls}`
}

function columnCalls({ isAutoIncrement, isNullable, default: given }: ColumnShape, isKey: boolean): string {
  if (isAutoIncrement && isKey) {
    return `(context.dialect === 'postgresql' ? column.generatedByDefaultAsIdentity() : column.autoIncrement()).primaryKey()`
  }
  const calls = [
    ...(isKey ? ['.primaryKey()'] : []),
    ...(isNullable ? [] : ['.notNull()']),
    ...(given === null ? [] : [`.defaultTo(${defaultCode(given)})`]),
  ]
  return calls.length === 0 ? '' : `column${calls.join('')}`
}

function typeText({ type, isAutoIncrement }: ColumnShape): string {
  // What SQLite counts must be called "integer".
  if (isAutoIncrement && type.kind === 'bigint') return "context.dialect === 'sqlite' ? 'integer' : 'bigint'"
  const [usual, mysql, postgresql] = [typeCode(type, 'sqlite'), typeCode(type, 'mysql'), typeCode(type, 'postgresql')]
  if (mysql !== usual) return `context.dialect === 'mysql' ? ${mysql} : ${usual}`
  return postgresql === usual ? usual : `context.dialect === 'postgresql' ? ${postgresql} : ${usual}`
}

/** The schema builder refuses types that it does not know. */
function typeCode(type: ColumnType, dialect: DialectName): string {
  return type.kind === 'other' ? sqlTag(type.text) : quote(sqlType(type, dialect))
}

function defaultCode(given: DefaultShape): string {
  if (given.kind === 'value') return typeof given.value === 'string' ? quote(given.value) : String(given.value)
  if (given.kind === 'expression') return sqlTag(given.text)
  return "context.dialect === 'mysql' ? context.sql`CURRENT_TIMESTAMP(6)` : context.sql`CURRENT_TIMESTAMP`"
}

function sqlTag(text: string): string {
  return `context.sql\`${text.replaceAll(/[`\\$]/gu, '\\$&')}\``
}

function foreignKeyArguments(key: ForeignKeyShape, table: string): string {
  const name = constraintName(key.name, table, key.columns, 'fk')
  const actions = [
    ...(key.onDelete === 'no action' ? [] : [`.onDelete(${quote(key.onDelete)})`]),
    ...(key.onUpdate === 'no action' ? [] : [`.onUpdate(${quote(key.onUpdate)})`]),
  ]
  const parts = [quote(name), list(key.columns), quote(key.table), list(key.references)]
  return [...parts, ...(actions.length === 0 ? [] : [`(key) => key${actions.join('')}`])].join(', ')
}

/** SQLite keeps no names of foreign keys, and has names of its own for unique constraints. */
function constraintName(name: string, table: string, columns: readonly string[], kind: 'uq' | 'fk' = 'uq'): string {
  return /^(?:\d+$|sqlite_autoindex_)/u.test(name) ? nameOf(kind, table, columns) : name
}

function createIndex(table: string, { name, columns, isUnique }: IndexShape): string {
  const unique = isUnique ? '.unique()' : ''
  return `await db.schema.createIndex(${quote(name)}).on(${quote(table)}).columns(${list(columns)})${unique}.execute()`
}

/** Names of indexes are one table's in MySQL, one schema's elsewhere. */
function dropIndex(table: string, { name }: IndexShape): string {
  const drop = `db.schema.dropIndex(${quote(name)})`
  return `await (context.dialect === 'mysql' ? ${drop}.on(${quote(table)}) : ${drop}).execute()`
}

/** Columns that any database can add or drop are altered; all else of a table is one rebuild. */
function changeTable(table: string, all: readonly Difference[]): string[] {
  const plain = all.flatMap((one) => {
    if (one.kind === 'add_column' && isSimple(one.column)) {
      return [`await db.schema.alterTable(${quote(table)}).addColumn(${columnArguments(one.column, false)}).execute()`]
    }
    if (one.kind === 'drop_column' && !isConstrained(one.column.name, all)) {
      return [`await db.schema.alterTable(${quote(table)}).dropColumn(${quote(one.column.name)}).execute()`]
    }
    return []
  })
  const changes = changesOf(table, all)
  if (Object.keys(changes).length === 0) return plain
  return [`await rebuildTable(db, context, ${quote(table)}, ${code(changes)})`, ...plain]
}

/** SQLite adds a column to filled tables only when every row gets a constant. */
function isSimple({ isNullable, default: given }: ColumnShape): boolean {
  return given === null ? isNullable : given.kind === 'value'
}

function isConstrained(column: string, all: readonly Difference[]): boolean {
  return all.some(
    (one) =>
      (one.kind === 'drop_index' && one.index.isConstraint && one.index.columns.includes(column)) ||
      (one.kind === 'drop_foreign_key' && one.foreignKey.columns.includes(column)),
  )
}

function changesOf(table: string, all: readonly Difference[]): TableChanges {
  const keys = (kind: 'add_foreign_key' | 'drop_foreign_key') =>
    all.flatMap((one) =>
      one.kind === kind
        ? [{ ...one.foreignKey, name: constraintName(one.foreignKey.name, table, one.foreignKey.columns, 'fk') }]
        : [],
    )
  const uniques = (kind: 'add_index' | 'drop_index') =>
    all.flatMap((one) =>
      one.kind === kind && one.index.isConstraint
        ? [{ name: constraintName(one.index.name, table, one.index.columns), columns: one.index.columns }]
        : [],
    )
  const columns = (kind: 'add_column' | 'change_column') =>
    Object.fromEntries(
      all.flatMap((one) =>
        one.kind === kind && (kind === 'change_column' || !isSimple(one.column))
          ? [[one.column.name, changeOf(one.column)]]
          : [],
      ),
    )
  const changes = {
    dropForeignKeys: keys('drop_foreign_key').map(({ name, columns: of }) => ({ name, columns: of })),
    dropUniques: uniques('drop_index'),
    dropColumns: all.flatMap((one) =>
      one.kind === 'drop_column' && isConstrained(one.column.name, all) ? [one.column.name] : [],
    ),
    alterColumns: columns('change_column'),
    addColumns: columns('add_column'),
    addUniques: uniques('add_index'),
    addForeignKeys: keys('add_foreign_key').map(keyChange),
  }
  return Object.fromEntries(Object.entries(changes).filter(([, one]) => Object.keys(one).length > 0))
}

function keyChange({ name, columns, table, references, onDelete, onUpdate }: ForeignKeyShape): object {
  return {
    name,
    columns,
    table,
    references,
    ...(onDelete === 'no action' ? {} : { onDelete }),
    ...(onUpdate === 'no action' ? {} : { onUpdate }),
  }
}

/** Plain data as code. */
function code(value: unknown, indent = ''): string {
  if (typeof value === 'string') return quote(value)
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) {
    if (value.every((one) => typeof one === 'string')) return list(value)
    return `[${value.map((one) => code(one, indent)).join(', ')}]`
  }
  const inner = `${indent}  `
  const lines = Object.entries(value).map(
    ([key, one]) => `${inner}${/^[a-z_]\w*$/iu.test(key) ? key : quote(key)}: ${code(one, inner)},`,
  )
  return `{\n${lines.join('\n')}\n${indent}}`
}

function list(words: readonly string[]): string {
  return `[${words.map(quote).join(', ')}]`
}
