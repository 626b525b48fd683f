// Ids and projects compared letter by letter, as the other databases do: to MySQL and MariaDB `shop` and `SHOP` are
// the same otherwise, and one project would be told of what another one has.
import { sql } from 'kysely'
import type { MigrationContext, MigrationDatabase } from '../../../db/migrations/contract.ts'

export const revision = '5d0e7f8b9c21'
export const down_revision = '8a3e5d71c0b4'
export const message = 'exact ids'

export async function upgrade(db: MigrationDatabase, { dialect }: MigrationContext): Promise<void> {
  if (dialect !== 'mysql') return
  await sql`alter table documents
    modify id varchar(36) character set utf8mb4 collate utf8mb4_bin not null,
    modify project_id varchar(64) character set utf8mb4 collate utf8mb4_bin not null`.execute(db)
}

export async function downgrade(db: MigrationDatabase, { dialect }: MigrationContext): Promise<void> {
  if (dialect !== 'mysql') return
  await sql`alter table documents modify id varchar(36) not null, modify project_id varchar(64) not null`.execute(db)
}
