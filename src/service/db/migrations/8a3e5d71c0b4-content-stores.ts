// Which content store has the content of a document.
import type { MigrationDatabase } from '../../../db/migrations/contract.ts'

export const revision = '8a3e5d71c0b4'
export const down_revision = '1f6b0c2d9a47'
export const message = 'content stores'

export async function upgrade(db: MigrationDatabase): Promise<void> {
  await db.schema
    .alterTable('documents')
    .addColumn('store', 'varchar(64)', (column) => column.notNull().defaultTo('database'))
    .execute()
}

export async function downgrade(db: MigrationDatabase): Promise<void> {
  await db.schema.alterTable('documents').dropColumn('store').execute()
}
