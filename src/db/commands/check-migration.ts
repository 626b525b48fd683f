// `check_migration`: whether the revision files fit together. Reads the files alone.
import type { GraphNode } from '../migrations/graph.ts'
import type { ChosenOf } from './command-table.ts'
import { renderLine } from './render-revision.ts'
import type { Session } from './session.ts'

export async function checkMigration(session: Session, _chosen: ChosenOf<'check_migration'>): Promise<number> {
  // What is missing, there twice or in a circle ends here already.
  const { heads } = await session.graph()
  const branches = new Map<string, GraphNode[]>()
  for (const head of heads) branches.set(branchOf(head), [...(branches.get(branchOf(head)) ?? []), head])
  const parted = [...branches.values()].filter(({ length }) => length > 1)
  for (const some of parted) {
    const lines = some.map((node) => `  ${renderLine({ node }, { labels: true, message: true })}`)
    session.terminal.err(
      `error: several heads of one branch, which merge or a label would part:\n${lines.join('\n')}\n`,
    )
  }
  return parted.length === 0 ? 0 : 1
}

/** A branch is what has the same labels; without one, what the same folder holds. */
function branchOf({ labels, revision }: GraphNode): string {
  return labels.size > 0 ? [...labels].toSorted().join(' ') : `in ${revision.location}`
}
