// The table of documents.
import type { MigrationContext, MigrationDatabase } from '../../../db/migrations/contract.ts'

export const revision = '1f6b0c2d9a47'
export const down_revision = null
export const message = 'documents'

export async function upgrade(db: MigrationDatabase, { dialect, sql }: MigrationContext): Promise<void> {
  const time = dialect === 'mysql' ? sql`datetime(6)` : 'timestamp'
  // MySQL's text ends at 64 kB, which is less than a request may have.
  const long = dialect === 'mysql' ? sql`longtext` : 'text'
  // Letter by letter, as the other databases compare: to MySQL `shop` and `SHOP` are the same otherwise, and one
  // project would be told of what another one has.
  const exact = (width: number) =>
    dialect === 'mysql'
      ? sql`varchar(${sql.lit(width)}) character set utf8mb4 collate utf8mb4_bin`
      : (`varchar(${width})` as const)
  await db.schema
    .createTable('documents')
    .addColumn('id', exact(36), (column) => column.primaryKey())
    .addColumn('project_id', exact(64), (column) => column.notNull())
    .addColumn('name', 'varchar(255)', (column) => column.notNull())
    .addColumn('content', long, (column) => column.notNull())
    .addColumn('created_at', time, (column) => column.notNull())
    .addColumn('updated_at', time)
    .addColumn('deleted_at', time)
    .addColumn('deleted', 'boolean', (column) => column.notNull().defaultTo(false))
    .execute()
  await db.schema
    .createIndex('ix_documents_project_id_deleted_created_at')
    .on('documents')
    .columns(['project_id', 'deleted', 'created_at'])
    .execute()
  await db.schema.createIndex('ix_documents_deleted_at').on('documents').column('deleted_at').execute()
}

export async function downgrade(db: MigrationDatabase): Promise<void> {
  await db.schema.dropTable('documents').execute()
}
