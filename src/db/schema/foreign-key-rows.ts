// Foreign keys as the catalogues of PostgreSQL and MySQL give them: a row for each column. Pure.
import { actionOf, type FoundKeyPart } from './reflect.ts'

export interface KeyRow {
  readonly tbl: string
  readonly name: string
  readonly target: string
  readonly col: string
  readonly reference: string
  readonly on_delete: string
  readonly on_update: string
}

/** `action`: the words for what a catalogue says happens on a change. */
export function keyPartsOf(rows: readonly KeyRow[], action: (told: string) => string = (told) => told): FoundKeyPart[] {
  return rows.map((row) => ({
    from: row.tbl,
    name: row.name,
    table: row.target,
    column: row.col,
    reference: row.reference,
    onDelete: actionOf(action(row.on_delete)),
    onUpdate: actionOf(action(row.on_update)),
  }))
}
