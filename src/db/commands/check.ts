// `check`: whether the database is what the declared tables say, and what to do when it is not.
import { missingHeads } from '../migrations/graph.ts'
import type { ChosenOf } from './command-table.ts'
import type { Session } from './session.ts'

export async function check(session: Session, { json }: ChosenOf<'check'>): Promise<number> {
  const differences = await session.differences()
  if (json) session.json(differences)
  else if (differences.length === 0) session.lines(['the database fits the declared tables'])
  else session.lines(differences.map(({ text }) => text))
  if (differences.length === 0) return 0
  session.terminal.err(`${await nextStep(session)}\n`)
  return 1
}

async function nextStep(session: Session): Promise<string> {
  const { prog } = session.setup
  const missing = missingHeads(await session.graph(), await session.rows()).map(({ id }) => id)
  if (missing.length > 0) {
    return `the database is not at all heads, ${missing.join(', ')} missing: ${prog} upgrade heads`
  }
  return `to write what leads there: ${prog} revision --autogenerate -m TEXT`
}
