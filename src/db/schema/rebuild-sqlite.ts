// Rebuilds a table of SQLite, in the order that its documentation gives: a new table beside the old one, the rows, the
// old one away, the name, then what hung on it.
import { type QueryExecutorProvider, sql } from 'kysely'
import { SlipwayError } from '../../errors.ts'
import {
  constrains,
  type CreateTable,
  type Definition,
  definitionOf,
  parseCreateTable,
  quoted,
  redefined,
  renderCreateTable,
  without,
} from './create-table-text.ts'
import { clausesText, foreignKeyText, type TableChanges, uniqueText } from './rebuild.ts'
import { parseType, sqlType } from './types.ts'

interface Item {
  readonly type: string
  readonly name: string
  readonly sql: string
}

export async function rebuildSqlite(db: QueryExecutorProvider, table: string, changes: TableChanges): Promise<void> {
  const items = await rows<Item>(
    db,
    `select type, name, sql from sqlite_master where tbl_name = ${text(table)} and sql is not null`,
  )
  const own = items.find(({ type, name }) => type === 'table' && name === table)
  if (!own) refuse(table, 'is not there')
  const wanted = changed(table, parseCreateTable(own.sql), changes)
  const isEnforced = await withoutEnforcement(db, table)
  await run(db, 'savepoint rebuild_table')
  try {
    await replace(
      db,
      table,
      wanted,
      items.filter((item) => item !== own && mayStay(item, changes)),
    )
    await run(db, 'release rebuild_table')
  } catch (error) {
    await run(db, 'rollback to rebuild_table')
    await run(db, 'release rebuild_table')
    throw error
  } finally {
    if (isEnforced) await run(db, 'pragma foreign_keys = on')
  }
}

async function replace(
  db: QueryExecutorProvider,
  table: string,
  wanted: CreateTable,
  items: readonly Item[],
): Promise<void> {
  const beside = `_rebuild_${table}`
  await run(db, renderCreateTable(beside, wanted))
  const found = async (of: string): Promise<string[]> =>
    (await rows<{ name: string }>(db, `select name from pragma_table_xinfo(${text(of)}) where hidden = 0`)).map(
      ({ name }) => name,
    )
  const kept = new Set(await found(beside))
  const columns = (await found(table))
    .filter((name) => kept.has(name))
    .map(quoted)
    .join(', ')
  await run(db, `insert into ${quoted(beside)} (${columns}) select ${columns} from ${quoted(table)}`)
  const counts = await rows(db, `select name from sqlite_master where name = 'sqlite_sequence'`)
  if (counts.length > 0) await keepCount(db, table, beside)
  // Else the new name is looked for in views, which for this moment refer to nothing.
  await run(db, 'pragma legacy_alter_table = on')
  try {
    await run(db, `drop table ${quoted(table)}`)
    await run(db, `alter table ${quoted(beside)} rename to ${quoted(table)}`)
  } finally {
    await run(db, 'pragma legacy_alter_table = off')
  }
  for (const item of items) await run(db, item.sql)
  const broken = await rows<{ parent: string }>(db, `select parent from pragma_foreign_key_check(${text(table)})`)
  if (broken.length > 0) refuse(table, `has rows that refer to nothing in "${broken[0]?.parent}"`)
}

/** Numbers that were given away are not given again. */
async function keepCount(db: QueryExecutorProvider, table: string, beside: string): Promise<void> {
  await run(db, `delete from sqlite_sequence where name = ${text(beside)}`)
  await run(
    db,
    `insert into sqlite_sequence (name, seq) select ${text(beside)}, seq from sqlite_sequence where name = ${text(table)}`,
  )
}

/**
 * Dropping a table deletes its rows, and enforced foreign keys would delete those that refer to them. Says whether they
 * were enforced and no longer are; inside of a transaction that cannot be changed.
 */
async function withoutEnforcement(db: QueryExecutorProvider, table: string): Promise<boolean> {
  const isOn = async (): Promise<boolean> =>
    (await rows<{ foreign_keys: number }>(db, 'pragma foreign_keys')).some((row) => row.foreign_keys === 1)
  if (!(await isOn())) return false
  await run(db, 'pragma foreign_keys = off')
  if (!(await isOn())) return true
  const referring = await rows<{ name: string }>(
    db,
    `select distinct m.name from sqlite_master m join pragma_foreign_key_list(m.name) k where m.type = 'table' and k."table" = ${text(table)} collate nocase`,
  )
  if (referring.length === 0) return false
  return refuse(
    table,
    `cannot be rebuilt in a transaction: foreign keys of ${referring.map(({ name }) => `"${name}"`).join(', ')} lead to it`,
    'the engine of the migrations does not enforce them: leave the transaction to it, or call this outside of one',
  )
}

function changed(table: string, old: CreateTable, changes: TableChanges): CreateTable {
  for (const column of [...Object.keys(changes.alterColumns ?? {}), ...(changes.dropColumns ?? [])]) {
    if (!old.definitions.some((one) => one.column === column)) refuse(table, `has no column "${column}"`)
  }
  const kept = old.definitions.flatMap((one) => changedDefinition(one, changes) ?? [])
  const columns = kept.filter(({ column }) => column !== null)
  const added = Object.entries(changes.addColumns ?? {}).map(([name, to]) =>
    definitionOf(`${quoted(name)} ${sqlType(parseType(to.type), 'sqlite')} ${clausesText(to, 'sqlite')}`),
  )
  const constraints = [
    ...kept.filter(({ column }) => column === null),
    ...(changes.addUniques ?? []).map((key) => definitionOf(uniqueText(key, 'sqlite'))),
    ...(changes.addForeignKeys ?? []).map((key) => definitionOf(foreignKeyText(key, 'sqlite'))),
  ]
  return { ...old, definitions: [...columns, ...added, ...constraints] }
}

function changedDefinition(definition: Definition, changes: TableChanges): Definition | null {
  const { column } = definition
  if (column !== null && changes.dropColumns?.includes(column)) return null
  let kept: Definition | null = definition
  for (const { columns } of changes.dropUniques ?? []) {
    if (kept && constrains(kept, 'unique', columns)) kept = without(kept, 'unique')
  }
  for (const { columns } of changes.dropForeignKeys ?? []) {
    if (kept && constrains(kept, 'references', columns)) kept = without(kept, 'references')
  }
  const to =
    column === null ? undefined : Object.entries(changes.alterColumns ?? {}).find(([name]) => name === column)?.[1]
  if (!kept || !to) return kept
  // What SQLite counts must be called "integer".
  const type = to.autoIncrement ? 'integer' : sqlType(parseType(to.type), 'sqlite')
  return redefined(kept, type, clausesText(to, 'sqlite'))
}

/** An index that was made beside the table may be what a dropped unique was. */
function mayStay({ name }: Item, { dropUniques = [] }: TableChanges): boolean {
  return !dropUniques.some((key) => key.name === name)
}

async function run(db: QueryExecutorProvider, statement: string): Promise<void> {
  await sql.raw(statement).execute(db)
}

async function rows<Row>(db: QueryExecutorProvider, statement: string): Promise<Row[]> {
  return (await sql.raw<Row>(statement).execute(db)).rows
}

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`
}

function refuse(table: string, what: string, hint?: string): never {
  throw new SlipwayError('SLIPWAY_DB_SCHEMA', `table "${table}" ${what}`, { hint })
}
