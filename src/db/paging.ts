// Pages by marker: what comes after a row in an order of several columns. Pure: kysely's expressions in and out. An offset
// would read all rows before the page again, and skip some when others are deleted meanwhile.
import type { Expression, ExpressionBuilder, OrderByDirection, SqlBool } from 'kysely'

export interface SortKey<Column extends string = string> {
  readonly column: Column
  readonly direction: OrderByDirection & ('asc' | 'desc')
  /** Where it may be null: null comes before every value, in either dialect; after all when descending. */
  readonly isNullable?: boolean
}

type Row = Readonly<Record<string, unknown>>
type Builder = ExpressionBuilder<Record<string, Record<string, unknown>>, string>

/**
 * The condition that a row stands after the marker. The order must be total: its last column is unique.
 *
 *     query.where((eb) => rowsAfter(eb, sorts, marker))
 */
export function rowsAfter<DB, TB extends keyof DB>(
  eb: ExpressionBuilder<DB, TB>,
  sorts: readonly SortKey[],
  marker: Row,
): Expression<SqlBool> {
  // Which columns there are is the caller's business; of the values nothing is asked but an order.
  const build = eb as unknown as Builder
  // (a, b) after (x, y): a after x, or a the same and b after y. Written out, as the columns differ in direction.
  const ways = sorts.map((sort, index) =>
    build.and([...sorts.slice(0, index).map((same) => isSame(build, same, marker)), isAfter(build, sort, marker)]),
  )
  return build.or(ways)
}

function isSame(eb: Builder, { column }: SortKey, marker: Row): Expression<SqlBool> {
  const value = marker[column]
  return value === null || value === undefined ? eb(column, 'is', null) : eb(column, '=', value)
}

function isAfter(eb: Builder, { column, direction, isNullable }: SortKey, marker: Row): Expression<SqlBool> {
  const value = marker[column]
  const isNull = value === null || value === undefined
  if (direction === 'asc') return isNull ? eb(column, 'is not', null) : eb(column, '>', value)
  if (isNull) return eb.lit(false)
  return isNullable ? eb.or([eb(column, '<', value), eb(column, 'is', null)]) : eb(column, '<', value)
}

/** The same order backwards, for the page before a marker. */
export function reversed<Column extends string>(sorts: readonly SortKey<Column>[]): SortKey<Column>[] {
  return sorts.map((sort) => ({ ...sort, direction: sort.direction === 'asc' ? 'desc' : 'asc' }))
}

/** Puts rows in the order, nulls as `rowsAfter` takes them (PostgreSQL by itself has them last). */
export function inOrder<Q extends { orderBy(column: never, direction: never): Q }>(
  query: Q,
  sorts: readonly SortKey[],
): Q {
  let ordered = query
  for (const { column, direction, isNullable } of sorts) {
    if (isNullable) {
      const nullFirst = (eb: Builder) =>
        eb
          .case()
          .when(eb(column, 'is', null))
          .then(0)
          .else(1)
          .end()
      ordered = ordered.orderBy(nullFirst as never, direction as never)
    }
    ordered = ordered.orderBy(column as never, direction as never)
  }
  return ordered
}
