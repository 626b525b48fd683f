// What an SQLite database holds, by its pragmas in three statements.
import { type QueryExecutorProvider, sql } from 'kysely'
import { parseDefault } from './defaults.ts'
import { actionOf, type Found, type FoundColumn, type FoundIndexPart, type FoundKeyPart } from './reflect.ts'
import { parseType } from './types.ts'

interface ColumnRow {
  readonly tbl: string
  readonly definition: string
  readonly name: string
  readonly type: string
  readonly is_not_null: number
  readonly dflt: string | null
  readonly key: number
}

interface IndexRow {
  readonly tbl: string
  readonly name: string
  readonly is_unique: number
  readonly origin: string
  readonly col: string | null
}

interface KeyRow {
  readonly tbl: string
  readonly id: number
  readonly target: string
  readonly col: string
  readonly reference: string | null
  readonly on_delete: string
  readonly on_update: string
}

export async function reflectSqlite(kysely: QueryExecutorProvider): Promise<Found> {
  const columns = await sql<ColumnRow>`
    select m.name as tbl, m.sql as definition, c.name, c.type, c."notnull" as is_not_null, c.dflt_value as dflt, c.pk as key
    from sqlite_master m join pragma_table_xinfo(m.name) c
    where m.type = 'table' and m.name not like 'sqlite\\_%' escape '\\' and c.hidden = 0 order by m.name, c.cid`.execute(
    kysely,
  )
  const indexes = await sql<IndexRow>`
    select m.name as tbl, i.name, i."unique" as is_unique, i.origin, p.name as col
    from sqlite_master m join pragma_index_list(m.name) i join pragma_index_info(i.name) p
    where m.type = 'table' and i.partial = 0 and i.origin <> 'pk' order by m.name, i.seq desc, p.seqno`.execute(kysely)
  const keys = await sql<KeyRow>`
    select m.name as tbl, k.id, k."table" as target, k."from" as col, k."to" as reference, k.on_delete, k.on_update
    from sqlite_master m join pragma_foreign_key_list(m.name) k
    where m.type = 'table' order by m.name, k.id desc, k.seq`.execute(kysely)
  return {
    columns: columns.rows.map(columnOf),
    indexParts: indexes.rows.map(indexPart),
    keyParts: keys.rows.map((row) => keyPart(row, columns.rows)),
  }
}

function columnOf(row: ColumnRow): FoundColumn {
  return {
    table: row.tbl,
    name: row.name,
    type: parseType(row.type),
    // SQLite lets null into a primary key that is no rowid; nobody means that.
    isNullable: row.is_not_null === 0 && row.key === 0,
    default: parseDefault(row.dflt),
    isAutoIncrement: row.key > 0 && /\bautoincrement\b/iu.test(row.definition),
    key: row.key,
  }
}

function indexPart({ tbl, name, is_unique, origin, col }: IndexRow): FoundIndexPart {
  return { table: tbl, name, column: col, isUnique: is_unique === 1, isConstraint: origin === 'u' }
}

/** A key without named columns leads to the primary key of the other table. Its own name is not kept by SQLite. */
function keyPart(row: KeyRow, columns: readonly ColumnRow[]): FoundKeyPart {
  const primary = columns.find(({ tbl, key }) => tbl === row.target && key === 1)?.name
  return {
    from: row.tbl,
    name: String(row.id),
    table: row.target,
    column: row.col,
    reference: row.reference ?? primary ?? '',
    onDelete: actionOf(row.on_delete),
    onUpdate: actionOf(row.on_update),
  }
}
