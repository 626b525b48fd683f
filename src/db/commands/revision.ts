// `revision` and `merge`: new revision files. They read the database only for --autogenerate.
import { writeNested } from '../../config/write-text.ts'
import { displayPath } from '../../diagnostic.ts'
import { SlipwayError } from '../../errors.ts'
import { missingHeads, type RevisionGraph } from '../migrations/graph.ts'
import { resolveRevisions } from '../migrations/targets.ts'
import type { ChosenOf } from './command-table.ts'
import { newRevision, type RevisionWish } from './new-revision.ts'
import type { Session } from './session.ts'

type Place = Pick<RevisionWish, 'heads' | 'splice' | 'labels'>

export async function revision(session: Session, chosen: ChosenOf<'revision'>): Promise<number> {
  const { message } = chosen
  if (message === null) throw usage('the revision needs a message', '-m TEXT')
  const graph = await session.graph()
  const place = placeOf(graph, chosen)
  const text = chosen.autogenerate ? await generated(session, graph) : {}
  if (text === null) {
    session.terminal.err('the database fits the declared tables: nothing was written\n')
    return 0
  }
  return write(session, {
    ...place,
    ...text,
    message,
    dependsOn: chosen.depends_on,
    id: chosen.rev_id,
    location: chosen.location,
  })
}

export async function merge(session: Session, chosen: ChosenOf<'merge'>): Promise<number> {
  const graph = await session.graph()
  const ids = new Set(chosen.revisions.flatMap((name) => resolveRevisions(graph, name)).map(({ id }) => id))
  if (ids.size < 2) {
    throw new SlipwayError('SLIPWAY_USAGE', 'a merge needs several revisions', {
      found: ids.size === 0 ? 'none' : `one: ${[...ids].join('')}`,
      expected: 'ids of revisions, or heads',
    })
  }
  return write(session, {
    heads: [...ids],
    splice: false,
    labels: chosen.branch_label === null ? [] : [chosen.branch_label],
    message: chosen.message ?? `merge ${[...ids].join(' and ')}`,
    dependsOn: [],
    upgrade: '',
    downgrade: '',
    id: chosen.rev_id,
    location: null,
  })
}

async function write(session: Session, wish: RevisionWish): Promise<number> {
  const { file, text } = newRevision(await session.graph(), await session.locations(), wish)
  writeNested(file, text)
  return session.lines([`wrote  ${displayPath(file, session.terminal.cwd)}`])
}

function placeOf(graph: RevisionGraph, chosen: ChosenOf<'revision'>): Place {
  const { head, splice, branch_label: label, expand, contract } = chosen
  const labels = label === null ? [] : [label]
  if (!expand && !contract) return { heads: [head ?? 'head'], splice, labels }
  if (expand && contract) throw usage('--expand and --contract are two revisions', 'one of them')
  const [own, other] = expand ? (['expand', 'contract'] as const) : (['contract', 'expand'] as const)
  if (graph.labelled.has(own)) {
    if (head === null) return { heads: [`${own}@head`], splice, labels }
    throw usage(`--${own} and --head both say what it follows`, 'one of them')
  }
  // The first of its branch: it parts from the same revision as the other branch.
  const begin = graph.labelled.get(other)?.revision.down
  const heads = head !== null ? [head] : begin ? (begin.length > 0 ? begin : ['base']) : ['head']
  return { heads, splice: splice || begin !== undefined, labels: [...labels, own] }
}

function usage(message: string, expected: string): SlipwayError {
  return new SlipwayError('SLIPWAY_USAGE', message, { expected })
}

type Generated = Pick<RevisionWish, 'upgrade' | 'downgrade' | 'imports'>

/** Null when there is nothing to do. */
async function generated(session: Session, graph: RevisionGraph): Promise<Generated | null> {
  const rows = await session.rows()
  const behind = missingHeads(graph, rows)
  if (behind.length > 0) {
    throw new SlipwayError(
      'SLIPWAY_DB_VERSION',
      'the database is not at all heads, so what differs is not the new alone',
      {
        found: `it is at ${rows.join(', ') || 'the base'}`,
        expected: behind.map(({ id }) => id).join(', '),
        hint: `upgrade it first: ${session.setup.prog} upgrade heads`,
        original: 'Target database is not up to date.',
      },
    )
  }
  const differences = await session.differences()
  if (differences.length === 0) return null
  const { renderDifferences } = await import('../schema/render.ts')
  for (const difference of differences) session.terminal.err(`detected: ${difference.text}\n`)
  return renderDifferences(differences)
}
