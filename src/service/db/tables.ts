// The tables of the service, declared once: kysely's types come from here, and `service-db-manage check` compares the
// database with it.
import { column, defineTable, type TableOf } from '../../db/schema/table.ts'

export const documents = defineTable(
  'documents',
  {
    id: column.varchar(36, { primaryKey: true }),
    project_id: column.varchar(64),
    name: column.varchar(255),
    /** What the store has made of the content. */
    content: column.text(),
    /** The content store that has it: the name of its entry point. */
    store: column.varchar(64, { default: 'database' }),
    created_at: column.datetime(),
    updated_at: column.datetime({ nullable: true }),
    deleted_at: column.datetime({ nullable: true, index: true }),
    deleted: column.boolean({ default: false }),
  },
  { indexes: [['project_id', 'deleted', 'created_at']] },
)

export interface ServiceTables {
  documents: TableOf<typeof documents>
}

export const tables = [documents]
