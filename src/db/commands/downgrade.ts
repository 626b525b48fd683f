// `downgrade`: the database back to a revision. What the newer ones have added is lost, so somebody has to say yes.
import { SlipwayError } from '../../errors.ts'
import type { Step } from '../migrations/contract.ts'
import { downgrade as runDowngrade } from '../migrations/engine.ts'
import { planDowngrade } from '../migrations/plan.ts'
import { renderStep } from '../migrations/render-step.ts'
import type { ChosenOf } from './command-table.ts'
import { showPlan } from './show-plan.ts'
import { writeSql } from './write-sql.ts'
import type { Session } from './session.ts'

export async function downgrade(session: Session, chosen: ChosenOf<'downgrade'>): Promise<number> {
  const { revision: target, yes } = chosen
  if (chosen.sql) return writeSql(session, 'downgrade', target)
  const { ask } = session.terminal
  if (!yes && !chosen.dry_run && !ask) throw unconfirmed()
  const graph = await session.graph()
  const steps = planDowngrade(graph, target, await session.rows())
  if (chosen.dry_run) return showPlan(session, steps, chosen)
  if (steps.length > 0 && !yes && ask && !(await isConfirmed(session, steps, ask))) {
    session.terminal.err('nothing was changed\n')
    return refused
  }
  await runDowngrade(await session.database(), graph, target, session.engineOptions(chosen.lock_timeout))
  return 0
}

/** Of an answer that is not yes. */
const refused = 1

async function isConfirmed(session: Session, steps: readonly Step[], ask: (question: string) => Promise<string>) {
  const { url } = await session.database()
  session.terminal.err(`${steps.map(renderStep).join('\n')}\n`)
  const answer = await ask(`On ${url}: what these revisions have added is lost. Go on? [y/N] `)
  return /^y(?:es)?$/iu.test(answer.trim())
}

function unconfirmed(): SlipwayError {
  return new SlipwayError('SLIPWAY_USAGE', 'a downgrade has to be confirmed, and nobody is there to ask', {
    expected: 'a terminal, or --yes',
    hint: 'what would be undone: --dry-run',
  })
}
