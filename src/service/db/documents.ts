// Documents in the database: what the API reads and writes. Each function is one thing that happens or
// does not; whoever needs several as one hands in a transaction. It knows rows, no requests and no policy.
import type { Kysely, Selectable, Updateable } from 'kysely'
import { inOrder, reversed, rowsAfter, type SortKey } from '../../db/paging.ts'
import type { ServiceTables } from './tables.ts'

export type DocumentRow = Selectable<ServiceTables['documents']>
export type NewDocument = Pick<DocumentRow, 'id' | 'project_id' | 'name' | 'content' | 'store'>
export type DocumentChanges = Partial<Pick<DocumentRow, 'name' | 'content' | 'store'>>

type Database = Kysely<ServiceTables>

export type DocumentColumn = keyof DocumentRow

export interface DocumentQuery {
  /** null: of all projects. */
  readonly projectId: string | null
  /** Any of the values of each column. */
  readonly filters?: Readonly<Partial<Record<DocumentColumn, readonly unknown[]>>>
  /** By creation unless given; the id decides between equals. */
  readonly sorts?: readonly SortKey<DocumentColumn>[]
  readonly limit?: number | null
  /** The row after which (with `isReverse` before which) the page begins. */
  readonly marker?: DocumentRow | null
  readonly isReverse?: boolean
}

/** Rows of one statement: far from what statements may hold, in parameters as in bytes. */
const mostRows = 100

export async function createDocument(db: Database, values: NewDocument): Promise<DocumentRow> {
  const row = rowOf(values)
  await db.insertInto('documents').values(row).execute()
  return row
}

/** All or none. */
export async function createDocuments(db: Database, values: readonly NewDocument[]): Promise<DocumentRow[]> {
  const rows = values.map(rowOf)
  await db.transaction().execute(async (transaction) => {
    for (let at = 0; at < rows.length; at += mostRows) {
      const some = rows.slice(at, at + mostRows)
      await transaction.insertInto('documents').values(some).execute()
    }
  })
  return rows
}

function rowOf(values: NewDocument): DocumentRow {
  return { ...values, created_at: new Date(), updated_at: null, deleted_at: null, deleted: false }
}

/** One that is not deleted; null when there is none, or it is another project's. */
export async function findDocument(
  db: Database,
  id: string,
  projectId: string | null = null,
): Promise<DocumentRow | null> {
  let query = db.selectFrom('documents').selectAll().where('id', '=', id).where('deleted', '=', false)
  if (projectId !== null) query = query.where('project_id', '=', projectId)
  return (await query.executeTakeFirst()) ?? null
}

const nullable: ReadonlySet<DocumentColumn> = new Set(['updated_at', 'deleted_at'])
const byCreation: SortKey<DocumentColumn> = { column: 'created_at', direction: 'asc' }

/** A page, always in the order of `sorts`: a page before a marker is read backwards and turned round. */
export async function listDocuments(db: Database, options: DocumentQuery): Promise<DocumentRow[]> {
  const { projectId, filters = {}, sorts = [byCreation], limit = null, marker = null, isReverse = false } = options
  let query = db.selectFrom('documents').selectAll().where('deleted', '=', false)
  if (projectId !== null) query = query.where('project_id', '=', projectId)
  for (const [column, values = []] of Object.entries(filters)) {
    // SQL has no empty list.
    if (values.length === 0) return []
    query = query.where(column as 'name', 'in', [...values] as string[])
  }
  const order = totalOrder(sorts)
  const way = isReverse ? reversed(order) : order
  if (marker !== null) query = query.where((eb) => rowsAfter(eb, way, marker))
  if (limit !== null) query = query.limit(limit)
  const rows = await inOrder(query, way).execute()
  return isReverse ? rows.reverse() : rows
}

function totalOrder(sorts: readonly SortKey<DocumentColumn>[]): SortKey<DocumentColumn>[] {
  const known = sorts.map(({ column, direction }) => ({ column, direction, isNullable: nullable.has(column) }))
  if (known.some(({ column }) => column === 'id')) return known
  return [...known, { column: 'id', direction: known.at(-1)?.direction ?? 'asc' }]
}

/**
 * Writes the changes if the row is still the one that was read; null when somebody else was there first.
 * `updated_at` moves on with every write, if need be ahead of the clock, so that it tells two writes apart.
 */
export async function updateDocument(
  db: Database,
  read: DocumentRow,
  changes: DocumentChanges,
): Promise<DocumentRow | null> {
  const before = (read.updated_at ?? read.created_at).getTime()
  const values = { ...changes, updated_at: new Date(Math.max(Date.now(), before + 1)) }
  return (await writeIfSame(db, read, values)) ? { ...read, ...values } : null
}

/** Marks it as deleted: `purge_deleted` removes it later. False when it has changed or is gone already. */
export function deleteDocument(db: Database, read: DocumentRow): Promise<boolean> {
  return writeIfSame(db, read, { deleted: true, deleted_at: new Date() })
}

async function writeIfSame(
  db: Database,
  { id, updated_at: updatedAt }: DocumentRow,
  values: Updateable<ServiceTables['documents']>,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('documents')
    .set(values)
    .where('id', '=', id)
    .where('deleted', '=', false)
    .where('updated_at', updatedAt === null ? 'is' : '=', updatedAt)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}
