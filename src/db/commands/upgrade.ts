// `upgrade`: the database up to a revision, or what would lead there: as a plan, as SQL.
import { SlipwayError } from '../../errors.ts'
import { upgrade as runUpgrade } from '../migrations/engine.ts'
import { planUpgrade } from '../migrations/plan.ts'
import type { ChosenOf } from './command-table.ts'
import { showPlan } from './show-plan.ts'
import { writeSql } from './write-sql.ts'
import type { Session } from './session.ts'

export async function upgrade(session: Session, chosen: ChosenOf<'upgrade'>): Promise<number> {
  const target = targetOf(chosen)
  if (chosen.sql) return writeSql(session, 'upgrade', target)
  const graph = await session.graph()
  if (chosen.dry_run) return showPlan(session, planUpgrade(graph, target, await session.rows()), chosen)
  await runUpgrade(await session.database(), graph, target, session.engineOptions(chosen.lock_timeout))
  return 0
}

/** All in one word: the flags say the same as a target does. */
function targetOf({ revision, delta, expand, contract }: ChosenOf<'upgrade'>): string {
  if (expand || contract) {
    if (expand && contract) throw usage('--expand and --contract are two upgrades', 'one of them, or heads for both')
    const flag = expand ? '--expand' : '--contract'
    if (revision !== null) throw usage(`"${revision}" and ${flag} both say where to`, 'one of them')
    const branch = expand ? 'expand' : 'contract'
    return `${branch}@${delta === null ? 'head' : `+${delta}`}`
  }
  if (delta !== null) {
    if (revision !== null && /[+-]\d+$/u.test(revision)) {
      throw usage(
        '--delta and a relative revision both say how far',
        'one of them',
        'Use either --delta or relative revision, not both',
      )
    }
    return `${revision ?? ''}+${delta}`
  }
  if (revision !== null) return revision
  throw usage(
    'it is not said where to',
    'a revision, such as heads, or --delta N',
    'You must provide a revision or relative delta',
  )
}

function usage(message: string, expected: string, original?: string): SlipwayError {
  return new SlipwayError('SLIPWAY_USAGE', message, { expected, original })
}
