// The shape of tables, declared or found in a database: plain data, in which the two can be compared.
import { createHash } from 'node:crypto'
import type { ColumnType } from './types.ts'

/** What a column gets that is not given: a value, the time of the moment, or an expression of the database. */
export type DefaultShape =
  | { readonly kind: 'value'; readonly value: string | number | boolean }
  | { readonly kind: 'now' }
  | { readonly kind: 'expression'; readonly text: string }

export interface ColumnShape {
  readonly name: string
  readonly type: ColumnType
  readonly isNullable: boolean
  readonly default: DefaultShape | null
  readonly isAutoIncrement: boolean
}

export interface IndexShape {
  readonly name: string
  readonly columns: readonly string[]
  readonly isUnique: boolean
  /** A unique constraint, which is dropped as a constraint and not as an index. */
  readonly isConstraint: boolean
}

/** What happens to a row whose target goes. */
export type ForeignKeyAction = 'no action' | 'restrict' | 'cascade' | 'set null' | 'set default'

export interface ForeignKeyShape {
  readonly name: string
  readonly columns: readonly string[]
  readonly table: string
  readonly references: readonly string[]
  readonly onDelete: ForeignKeyAction
  readonly onUpdate: ForeignKeyAction
}

export interface TableShape {
  readonly name: string
  readonly columns: readonly ColumnShape[]
  readonly primaryKey: readonly string[]
  readonly indexes: readonly IndexShape[]
  readonly foreignKeys: readonly ForeignKeyShape[]
}

// The shortest limit of the three databases.
const longestName = 63

/** `uq_documents_owner_id_name`: names that nobody gave, as the conventions of alembic make them. */
export function nameOf(kind: 'ix' | 'uq' | 'fk', table: string, columns: readonly string[]): string {
  const name = [kind, table, ...columns].join('_')
  if (name.length <= longestName) return name
  return `${name.slice(0, longestName - 9)}_${createHash('sha256').update(name).digest('hex').slice(0, 8)}`
}
