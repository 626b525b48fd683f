// `check`: whether the database is what the declared tables say.
import type { ChosenOf } from './command-table.ts'
import type { Session } from './session.ts'

export async function check(session: Session, { json }: ChosenOf<'check'>): Promise<number> {
  const differences = await session.differences()
  if (json) session.json(differences)
  else if (differences.length === 0) session.lines(['the database fits the declared tables'])
  else session.lines(differences.map(({ text }) => text))
  return differences.length === 0 ? 0 : 1
}
