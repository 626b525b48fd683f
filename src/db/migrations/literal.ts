// A value as text in SQL, for scripts: what the drivers of this package would send as a parameter. Pure.
import { encode } from '../dialects/sqlite-values.ts'
import type { DialectName } from './contract.ts'

/** @throws TypeError for what has no literal */
export function literalOf(value: unknown, dialect: DialectName): string {
  const sent = dialect === 'sqlite' ? encode(value) : value
  switch (typeof sent) {
    case 'undefined':
      return 'NULL'
    case 'boolean':
      return sent ? 'TRUE' : 'FALSE'
    case 'number':
      return numberLiteral(sent, dialect)
    case 'bigint':
      return signed(String(sent))
    case 'string':
      return textLiteral(sent, dialect)
    case 'object':
      return objectLiteral(sent, dialect)
    default:
      throw new TypeError(`there is no literal for a ${typeof sent}`)
  }
}

/** `a-${-1}` would begin a comment. */
function signed(text: string): string {
  return text.startsWith('-') ? `(${text})` : text
}

function numberLiteral(value: number, dialect: DialectName): string {
  if (Number.isFinite(value)) return signed(Object.is(value, -0) ? '0' : String(value))
  if (dialect === 'postgresql') return `'${value}'`
  throw new TypeError(`there is no literal for ${value}`)
}

function textLiteral(value: string, dialect: DialectName): string {
  const quoted = `'${value.replaceAll("'", "''")}'`
  switch (dialect) {
    case 'sqlite':
      // Its shell ends a statement at a NUL.
      return value.includes('\0') ? `CAST(${hex(Buffer.from(value), 'sqlite')} AS TEXT)` : quoted
    case 'postgresql':
      if (value.includes('\0')) throw new TypeError('PostgreSQL has no text with a NUL character')
      // Means the same whatever standard_conforming_strings is.
      return value.includes('\\') ? `E${quoted.replaceAll('\\', '\\\\')}` : quoted
    case 'mysql':
      return quoted.replaceAll('\\', '\\\\').replaceAll('\0', '\\0').replaceAll('\u001A', '\\Z')
  }
}

function objectLiteral(value: object | null, dialect: DialectName): string {
  if (value === null) return 'NULL'
  if (value instanceof Uint8Array) return hex(value, dialect)
  if (value instanceof Date) {
    const time = value.toISOString().replace('T', ' ').replace('Z', '')
    return dialect === 'postgresql' ? `'${time}+00'` : `'${time}'`
  }
  if (dialect === 'sqlite') throw new TypeError('there is no literal for an object')
  if (!Array.isArray(value)) return textLiteral(JSON.stringify(value), dialect)
  if (dialect === 'mysql') throw new TypeError('there is no literal for an array')
  return `ARRAY[${value.map((one) => literalOf(one, dialect)).join(', ')}]`
}

function hex(value: Uint8Array, dialect: DialectName): string {
  const digits = Buffer.from(value).toString('hex')
  return dialect === 'postgresql' ? `decode('${digits}', 'hex')` : `X'${digits}'`
}
