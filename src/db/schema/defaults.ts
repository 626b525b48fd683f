// Defaults of columns: what a database tells of one, and whether two are the same. Pure.
import type { DefaultShape } from './shape.ts'
import type { ColumnType } from './types.ts'

const nowText = /^(?:now\(\)|localtimestamp|current_timestamp)(?:\(\d*\))?(?: at time zone 'utc')?$/iu

/** The text of a default as SQL has it, brackets and casts included. */
export function parseDefault(text: string | null): DefaultShape | null {
  if (text === null) return null
  const written = bare(text)
  if (/^null$/iu.test(written)) return null
  if (nowText.test(written)) return { kind: 'now' }
  const quoted = /^[bn]?'((?:[^']|'')*)'$/iu.exec(written)
  if (quoted) return { kind: 'value', value: (quoted[1] ?? '').replaceAll("''", "'") }
  if (/^(?:true|false)$/iu.test(written)) return { kind: 'value', value: written.toLowerCase() === 'true' }
  if (/^[+-]?\d+(?:\.\d+)?$/u.test(written)) return { kind: 'value', value: Number(written) }
  return { kind: 'expression', text: written }
}

function bare(text: string): string {
  // PostgreSQL says `'open'::character varying`, SQLite may say `('open')`.
  const written = text
    .trim()
    .replace(/::[\w ."[\]()]+$/u, '')
    .trim()
  const inner = /^\(([^()]*(?:\([^()]*\))?[^()]*)\)$/u.exec(written)?.[1]
  return inner === undefined ? written : bare(inner)
}

/** Of the same meaning for a column of that type: 0 is false, "1.50" is 1.5. */
export function isSameDefault(a: DefaultShape | null, b: DefaultShape | null, type: ColumnType): boolean {
  if (a === null || b === null) return a === b
  if (a.kind === 'value' && b.kind === 'value') return meaning(a.value, type) === meaning(b.value, type)
  if (a.kind === 'expression' && b.kind === 'expression') return a.text === b.text
  return a.kind === b.kind
}

function meaning(value: string | number | boolean, { kind }: ColumnType): string {
  if (kind === 'boolean') return /^(?:1|t|true)$/iu.test(String(value)) ? 'true' : 'false'
  const isNumber = kind === 'decimal' || kind === 'double' || kind === 'integer' || kind === 'smallint'
  return isNumber ? String(Number(value)) : String(value)
}
