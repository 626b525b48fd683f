// What the current schema of a PostgreSQL database holds, by its catalogue in three statements.
import { type QueryExecutorProvider, sql } from 'kysely'
import { parseDefault } from './defaults.ts'
import { type KeyRow, keyPartsOf } from './foreign-key-rows.ts'
import type { Found } from './reflect.ts'
import { parseType } from './types.ts'

interface ColumnRow {
  readonly tbl: string
  readonly name: string
  readonly type: string
  readonly is_not_null: boolean
  readonly dflt: string | null
  readonly identity: string
  readonly key: number
}

interface IndexRow {
  readonly tbl: string
  readonly name: string
  readonly is_unique: boolean
  readonly is_constraint: boolean
  readonly col: string | null
}

export async function reflectPostgresql(kysely: QueryExecutorProvider): Promise<Found> {
  const columns = await sql<ColumnRow>`
    select c.relname::text as tbl, a.attname::text as name, format_type(a.atttypid, a.atttypmod) as type,
      a.attnotnull as is_not_null, pg_get_expr(d.adbin, d.adrelid) as dflt, a.attidentity::text as identity,
      coalesce(array_position(k.conkey, a.attnum), 0) as key
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace and n.nspname = current_schema()
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    left join pg_constraint k on k.conrelid = c.oid and k.contype = 'p'
    where c.relkind in ('r', 'p') order by c.relname, a.attnum`.execute(kysely)
  const indexes = await sql<IndexRow>`
    select c.relname::text as tbl, i.relname::text as name, x.indisunique as is_unique, a.attname::text as col,
      exists (select from pg_constraint k where k.conindid = x.indexrelid and k.contype = 'u') as is_constraint
    from pg_index x
    join pg_class c on c.oid = x.indrelid and c.relkind in ('r', 'p')
    join pg_namespace n on n.oid = c.relnamespace and n.nspname = current_schema()
    join pg_class i on i.oid = x.indexrelid
    join unnest(x.indkey::smallint[]) with ordinality as p (attnum, place) on p.place <= x.indnkeyatts
    left join pg_attribute a on a.attrelid = c.oid and a.attnum = p.attnum
    where not x.indisprimary and x.indpred is null order by c.relname, x.indexrelid, p.place`.execute(kysely)
  const keys = await sql<KeyRow>`
    select c.relname::text as tbl, k.conname::text as name, t.relname::text as target, a.attname::text as col,
      b.attname::text as reference, k.confdeltype::text as on_delete, k.confupdtype::text as on_update
    from pg_constraint k
    join pg_class c on c.oid = k.conrelid
    join pg_namespace n on n.oid = c.relnamespace and n.nspname = current_schema()
    join pg_class t on t.oid = k.confrelid
    join unnest(k.conkey, k.confkey) with ordinality as p (own, other, place) on true
    join pg_attribute a on a.attrelid = k.conrelid and a.attnum = p.own
    join pg_attribute b on b.attrelid = k.confrelid and b.attnum = p.other
    where k.contype = 'f' order by c.relname, k.oid, p.place`.execute(kysely)
  return {
    columns: columns.rows.map((row) => {
      const isAutoIncrement = row.identity !== '' || (row.dflt ?? '').startsWith('nextval(')
      return {
        table: row.tbl,
        name: row.name,
        type: parseType(row.type.replace(/^(timestamp|time)\(\d\)/u, '$1')),
        isNullable: !row.is_not_null,
        default: isAutoIncrement ? null : parseDefault(row.dflt),
        isAutoIncrement,
        key: row.key,
      }
    }),
    indexParts: indexes.rows.map((row) => ({
      table: row.tbl,
      name: row.name,
      column: row.col,
      isUnique: row.is_unique,
      isConstraint: row.is_constraint,
    })),
    keyParts: keyPartsOf(keys.rows, (letter) => letters[letter] ?? ''),
  }
}

/** The catalogue's letters for what a foreign key does. */
const letters: Readonly<Record<string, string>> = {
  a: 'no action',
  r: 'restrict',
  c: 'cascade',
  n: 'set null',
  d: 'set default',
}
