// Values on their way into SQLite and out of it. SQLite knows numbers, texts and blobs; what a column was declared as
// says what they mean, so that a program reads the same values as from the other databases. Pure.
import type { StatementColumnMetadata } from '@photostructure/sqlite'

type Decode = (value: unknown) => unknown

/** A value as a statement takes it: dates as text in UTC, which sorts as CURRENT_TIMESTAMP does. */
export function encode(value: unknown): unknown {
  if (value === undefined) return null
  if (typeof value === 'boolean') return value ? 1 : 0
  return value instanceof Date ? value.toISOString().replace('T', ' ').replace('Z', '') : value
}

export interface Column {
  readonly name: string
  /** Null where SQLite's values are those that are meant. */
  readonly decode: Decode | null
}

/** The columns of a statement in their order. One of an expression has no declared type. */
export function columnsOf(columns: readonly StatementColumnMetadata[]): Column[] {
  return columns.map(({ name, type }) => ({ name, decode: type === null ? null : decoderOf(type) }))
}

function decoderOf(declared: string): Decode | null {
  const [, name = '', , scale] =
    /^\s*(\w+)[^(]*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?/u.exec(declared.toLowerCase()) ?? []
  switch (name) {
    case 'bool':
    case 'boolean':
      return (value) => (typeof value === 'number' || typeof value === 'bigint' ? Number(value) !== 0 : value)
    case 'datetime':
    case 'timestamp':
    case 'timestamptz':
      return decodeTime
    case 'decimal':
    case 'numeric':
      return (value) => decodeDecimal(value, Number(scale ?? 0), scale !== undefined)
    case 'json':
    case 'jsonb':
      // Of an undeclared kind SQLite makes a number where the text is one.
      return (value) => (typeof value === 'number' || typeof value === 'bigint' ? String(value) : value)
    case 'blob':
    case 'binary':
    case 'varbinary':
    case 'bytea':
      return (value) =>
        value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.length) : value
    default:
      return null
  }
}

/** A time without a zone is UTC. What is no time stays as it is. */
function decodeTime(value: unknown): unknown {
  if (typeof value !== 'string') return value
  const text = value.trim().replace(' ', 'T')
  const time = new Date(/(?:Z|[+-]\d\d:?\d\d)$/iu.test(text) || !text.includes('T') ? text : `${text}Z`)
  return Number.isNaN(time.getTime()) ? value : time
}

function decodeDecimal(value: unknown, scale: number, isScaled: boolean): unknown {
  if (typeof value === 'bigint') return scale > 0 ? `${value}.${'0'.repeat(scale)}` : String(value)
  if (typeof value !== 'number') return value
  return isScaled ? value.toFixed(scale) : String(value)
}

/** A whole number as a number where that is exact. */
export function numberOf(value: unknown): unknown {
  if (typeof value !== 'bigint') return value
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value
}
