// `current` and `version`: where the database is.
import { missingHeads } from '../migrations/graph.ts'
import { currentHeads } from '../migrations/plan.ts'
import type { ChosenOf } from './command-table.ts'
import { renderEntry, renderLine, revisionToJson } from './render-revision.ts'
import type { Session } from './session.ts'

/** What `--check-heads` answers when an upgrade is due. */
const behind = 1

export async function current(session: Session, chosen: ChosenOf<'current'>): Promise<number> {
  const { verbose, check_heads: mustBeHeads, json } = chosen
  const graph = await session.graph()
  const rows = await session.rows()
  const shown = currentHeads(graph, rows).map((node) => ({ node }))
  if (verbose && !json) session.terminal.out(`Current revision(s) for ${(await session.database()).url}:\n`)
  if (json) session.json(shown.map(revisionToJson))
  else session.lines(shown.map((one) => (verbose ? renderEntry(one) : renderLine(one, { tree: true }))))
  if (!mustBeHeads) return 0
  const missing = missingHeads(graph, rows)
  if (missing.length === 0) return 0
  session.terminal.err(`the database is not at all heads: ${missing.map(({ id }) => id).join(', ')} missing\n`)
  return behind
}

export async function version(session: Session, { json }: ChosenOf<'version'>): Promise<number> {
  const { prog, version: own = null } = session.setup
  const rows = await session.rows()
  const at = (await session.graph()).realHeads.map(({ id }) => id)
  if (json) return session.json({ prog, version: own, database: rows, heads: at })
  return session.lines([
    `${prog} ${own ?? ''}`.trimEnd(),
    `database  ${rows.join(', ') || '<base>'}`,
    `heads     ${at.join(', ') || '<base>'}`,
  ])
}
