// The types of columns: the few that all three databases have, what each calls them, and what a live column's text
// means. Pure.
import type { DialectName } from '../migrations/contract.ts'

type PlainKind =
  | 'text'
  | 'smallint'
  | 'integer'
  | 'bigint'
  | 'boolean'
  | 'double'
  | 'datetime'
  | 'date'
  | 'time'
  | 'json'
  | 'binary'

/** A type as it is declared; `other` is one of a live database that has no name here. */
export type ColumnType =
  | { readonly kind: PlainKind }
  | { readonly kind: 'varchar'; readonly length: number }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'other'; readonly text: string }

const kinds: Readonly<Record<string, PlainKind>> = {
  text: 'text',
  tinytext: 'text',
  mediumtext: 'text',
  longtext: 'text',
  clob: 'text',
  smallint: 'smallint',
  int2: 'smallint',
  int: 'integer',
  int4: 'integer',
  integer: 'integer',
  serial: 'integer',
  mediumint: 'integer',
  bigint: 'bigint',
  int8: 'bigint',
  bigserial: 'bigint',
  bool: 'boolean',
  boolean: 'boolean',
  double: 'double',
  'double precision': 'double',
  float: 'double',
  float8: 'double',
  real: 'double',
  datetime: 'datetime',
  timestamp: 'datetime',
  timestamptz: 'datetime',
  'timestamp without time zone': 'datetime',
  'timestamp with time zone': 'datetime',
  date: 'date',
  time: 'time',
  'time without time zone': 'time',
  json: 'json',
  jsonb: 'json',
  blob: 'binary',
  tinyblob: 'binary',
  mediumblob: 'binary',
  longblob: 'binary',
  bytea: 'binary',
  binary: 'binary',
  varbinary: 'binary',
}

const varying = new Set(['varchar', 'character varying', 'nvarchar', 'char', 'character', 'nchar'])
const decimals = new Set(['decimal', 'numeric', 'dec'])

/** What the text of a type means: of a declaration (`varchar(64)`, `datetime`), or as a database tells it. */
export function parseType(text: string): ColumnType {
  const written = text.trim().toLowerCase().replaceAll(/\s+/gu, ' ')
  // A boolean of MySQL is known by its width alone.
  if (written.startsWith('tinyint(1)')) return { kind: 'boolean' }
  // `timestamp(6) without time zone`: the name may stand on both sides of its numbers.
  const [, first, second] = /\( ?(\d+) ?(?:, ?(\d+) ?)?\)/u.exec(written) ?? []
  const full = written.replace(/ ?\([\d, ]*\)/u, '')
  if (varying.has(full) && first !== undefined) return { kind: 'varchar', length: Number(first) }
  if (decimals.has(full) && first !== undefined) {
    return { kind: 'decimal', precision: Number(first), scale: Number(second ?? 0) }
  }
  const kind = Object.hasOwn(kinds, full) ? kinds[full] : undefined
  // As it is written: a type of one's own may need its capitals, an enumeration its values.
  return kind === undefined ? { kind: 'other', text: text.trim() } : { kind }
}

/** Its name in declarations and messages: `varchar(64)`, `decimal(10, 2)`, `datetime`. */
export function typeName(type: ColumnType): string {
  switch (type.kind) {
    case 'varchar':
      return `varchar(${type.length})`
    case 'decimal':
      return `decimal(${type.precision}, ${type.scale})`
    case 'other':
      return type.text
    default:
      return type.kind
  }
}

/** Its name in a database, as the schema builder takes it. Times keep milliseconds. */
export function sqlType(type: ColumnType, dialect: DialectName): string {
  switch (type.kind) {
    case 'double':
      return 'double precision'
    case 'datetime':
      return dialect === 'mysql' ? 'datetime(6)' : 'timestamp'
    case 'binary':
      return dialect === 'postgresql' ? 'bytea' : 'blob'
    default:
      return typeName(type)
  }
}

export function isSameType(a: ColumnType, b: ColumnType): boolean {
  return typeName(a) === typeName(b)
}
