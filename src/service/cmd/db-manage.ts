// The command `service-db-manage`: the database of the service and its revisions.
import { dbManage } from '../../db/commands/db-manage.ts'
import { projectFolder } from '../deployment.ts'
import { groups } from '../opts.ts'
import { readVersion } from '../version.ts'

/** The exit status of the command. */
export async function main(argv: readonly string[]): Promise<number> {
  const manage = dbManage({
    prog: 'service-db-manage',
    project: 'service',
    version: readVersion(),
    groups,
    from: projectFolder(),
    tables: async () => (await import('../db/tables.ts')).tables,
    purge: { documents: { table: 'documents' } },
  })
  return manage(argv)
}
