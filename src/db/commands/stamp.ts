// `stamp`: the version table says where the database is; no revision is run.
import { stamp as runStamp } from '../migrations/engine.ts'
import type { ChosenOf } from './command-table.ts'
import { writeStampSql } from './write-sql.ts'
import type { Session } from './session.ts'

export async function stamp(session: Session, chosen: ChosenOf<'stamp'>): Promise<number> {
  const { revisions, purge, sql, lock_timeout: seconds } = chosen
  if (sql) return writeStampSql(session, revisions, purge)
  const { terminal } = session
  const options = { ...session.engineOptions(seconds), purge }
  const { steps } = await runStamp(await session.database(), await session.graph(), revisions, options)
  for (const { direction, from, to } of steps) {
    terminal.err(`Running stamp_${direction} ${from.join(', ')} -> ${to.join(', ')}\n`)
  }
  return 0
}
