// What a database of MySQL or MariaDB holds, by its information schema.
import { type QueryExecutorProvider, sql } from 'kysely'
import { parseDefault } from './defaults.ts'
import { type KeyRow, keyPartsOf } from './foreign-key-rows.ts'
import type { Found } from './reflect.ts'
import type { DefaultShape } from './shape.ts'
import { type ColumnType, parseType } from './types.ts'

interface ColumnRow {
  readonly tbl: string
  readonly name: string
  readonly type: string
  readonly nullable: string
  readonly dflt: string | null
  readonly extra: string
  readonly key: number
}

interface IndexRow {
  readonly tbl: string
  readonly name: string
  readonly not_unique: number
  readonly col: string | null
}

export async function reflectMysql(kysely: QueryExecutorProvider): Promise<Found> {
  const version = await sql<{ version: string }>`select version() as version`.execute(kysely)
  const isMariadb = /mariadb/iu.test(version.rows[0]?.version ?? '')
  const columns = await sql<ColumnRow>`
    select c.table_name as tbl, c.column_name as name, c.column_type as type, c.is_nullable as nullable,
      c.column_default as dflt, c.extra as extra, coalesce(s.seq_in_index, 0) as \`key\`
    from information_schema.columns c
    join information_schema.tables t on t.table_schema = c.table_schema and t.table_name = c.table_name
      and t.table_type = 'BASE TABLE'
    left join information_schema.statistics s on s.table_schema = c.table_schema and s.table_name = c.table_name
      and s.column_name = c.column_name and s.index_name = 'PRIMARY'
    where c.table_schema = database() order by c.table_name, c.ordinal_position`.execute(kysely)
  const indexes = await sql<IndexRow>`
    select table_name as tbl, index_name as name, non_unique as not_unique,
      case when sub_part is null then column_name end as col
    from information_schema.statistics where table_schema = database() and index_name <> 'PRIMARY'
    order by table_name, index_name, seq_in_index`.execute(kysely)
  const keys = await sql<KeyRow>`
    select k.table_name as tbl, k.constraint_name as name, k.referenced_table_name as target, k.column_name as col,
      k.referenced_column_name as reference, r.delete_rule as on_delete, r.update_rule as on_update
    from information_schema.key_column_usage k
    join information_schema.referential_constraints r on r.constraint_schema = k.constraint_schema
      and r.constraint_name = k.constraint_name and r.table_name = k.table_name
    where k.table_schema = database() order by k.table_name, k.constraint_name, k.ordinal_position`.execute(kysely)
  const isJson = isMariadb ? await jsonColumns(kysely) : () => false
  return {
    columns: columns.rows.map((row) => {
      const type: ColumnType = isJson(row.tbl, row.name) ? { kind: 'json' } : parseType(typeText(row.type))
      return {
        table: row.tbl,
        name: row.name,
        type,
        isNullable: row.nullable === 'YES',
        default: isMariadb ? parseDefault(row.dflt) : plainDefault(row),
        isAutoIncrement: row.extra.includes('auto_increment'),
        key: row.key,
      }
    }),
    indexParts: indexes.rows.map((row) => ({
      table: row.tbl,
      name: row.name,
      column: row.col,
      isUnique: row.not_unique === 0,
      // MySQL tells a unique index and a unique constraint apart in nothing.
      isConstraint: row.not_unique === 0,
    })),
    keyParts: keyPartsOf(keys.rows),
  }
}

/** The widths of whole numbers say how they are shown, those of times how exact they are. */
function typeText(type: string): string {
  return type.replace(/^((?:small|medium|big)?int|datetime|timestamp|time)\(\d+\)/u, '$1')
}

/** MySQL tells a value without its quotes, an expression with a word beside it. */
function plainDefault({ dflt, extra }: ColumnRow): DefaultShape | null {
  if (dflt === null) return null
  const isExpression = extra.includes('DEFAULT_GENERATED') || /^current_timestamp/iu.test(dflt)
  return isExpression ? parseDefault(dflt) : { kind: 'value', value: dflt }
}

/** MariaDB keeps JSON as text with a check. */
async function jsonColumns(kysely: QueryExecutorProvider): Promise<(table: string, column: string) => boolean> {
  const checks = await sql<{ tbl: string; clause: string }>`
    select table_name as tbl, check_clause as clause from information_schema.check_constraints
    where constraint_schema = database()`.execute(kysely)
  const found = new Set(
    checks.rows.flatMap(({ tbl, clause }) => {
      const column = /^json_valid\(`([^`]+)`\)$/iu.exec(clause)?.[1]
      return column === undefined ? [] : [`${tbl}.${column}`]
    }),
  )
  return (table, column) => found.has(`${table}.${column}`)
}
