// `purge_deleted`: rows that were marked as deleted long enough ago are removed for good.
import { closeNames } from '../../diagnostic.ts'
import { SlipwayError } from '../../errors.ts'
import { type PurgeResources, type PurgeTable, purgeDeleted } from '../purge.ts'
import type { ChosenOf } from './command-table.ts'
import type { Session } from './session.ts'

const secondsOf = { days: 86_400, hours: 3600, minutes: 60, seconds: 1 } as const

/** In days, as tacker-db-manage has it. */
const defaultAge = 90

export async function purgeDeletedRows(session: Session, chosen: ChosenOf<'purge_deleted'>): Promise<number> {
  const { terminal, setup } = session
  const tables = tablesOf(setup.purge ?? {}, chosen.resource)
  // Nothing is older than time is counted.
  const before = new Date(Math.max(0, Date.now() - ageOf(chosen) * secondsOf[chosen.granularity] * 1000))
  const counts = await purgeDeleted(await session.database(), tables, {
    before,
    maxRows: chosen.max_rows,
    dryRun: chosen.dry_run,
    onBatch: (table, rows) => terminal.err(`${table}: ${rows} rows removed\n`),
  })
  const total = counts.reduce((sum, { rows }) => sum + rows, 0)
  const when = before.toISOString().slice(0, 19).replace('T', ' ')
  for (const { table, rows } of counts) terminal.out(`${table}  ${rows}\n`)
  terminal.err(`${total} rows deleted before ${when} UTC ${chosen.dry_run ? 'would be removed' : 'removed'}\n`)
  if (chosen.max_rows !== null && total >= chosen.max_rows) terminal.err('more may remain: run it again\n')
  return 0
}

function ageOf({ age, age_in_days: flag }: ChosenOf<'purge_deleted'>): number {
  if (age !== null && flag !== null) {
    throw new SlipwayError('SLIPWAY_USAGE', 'the age is given twice', { expected: 'a word, or --age-in-days' })
  }
  return age ?? flag ?? defaultAge
}

function tablesOf(resources: PurgeResources, name: string): PurgeTable[] {
  if (name === 'all') return Object.values(resources).flat()
  if (Object.hasOwn(resources, name)) return [resources[name] ?? []].flat()
  const names = ['all', ...Object.keys(resources)]
  throw new SlipwayError('SLIPWAY_USAGE', `there is no resource "${name}" to purge`, {
    expected: `one of ${names.join(', ')}`,
    alternatives: () => closeNames(name, names),
  })
}
