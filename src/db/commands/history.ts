// `history`, `heads`, `branches`, `show`: the revisions as alembic shows them. They read the database only when they
// are asked about it.
import { type GraphNode, isBranchPoint } from '../migrations/graph.ts'
import { historyOf, needsCurrent, parseRange } from '../migrations/history.ts'
import { currentNodes } from '../migrations/plan.ts'
import { resolveRevisions } from '../migrations/targets.ts'
import type { ChosenOf } from './command-table.ts'
import { renderEntry, renderLine, revisionToJson, type Shown } from './render-revision.ts'
import type { Session } from './session.ts'

export async function history(session: Session, chosen: ChosenOf<'history'>): Promise<number> {
  const { rev_range: text, indicate_current: marks, verbose, json } = chosen
  const graph = await session.graph()
  const range = text === null ? null : parseRange(text)
  const rows = marks || (range && needsCurrent(range)) ? await session.rows() : null
  const shown = historyOf(graph, text, rows ?? []).map((node): Shown => {
    return marks ? { node, isCurrent: rows?.includes(node.id) } : { node }
  })
  if (json) return session.json(shown.map(revisionToJson))
  const line = (one: Shown) => renderLine(one, { parents: true, labels: true, tree: true, message: true })
  return session.lines(shown.map((one) => (verbose ? renderEntry(one) : line(one))))
}

export async function heads(session: Session, { verbose, json }: ChosenOf<'heads'>): Promise<number> {
  const shown = (await session.graph()).heads.map((node) => ({ node }))
  if (json) return session.json(shown.map(revisionToJson))
  return session.lines(shown.map((one) => (verbose ? renderEntry(one) : renderLine(one, { labels: true }))))
}

export async function branches(session: Session, { verbose, json }: ChosenOf<'branches'>): Promise<number> {
  const points = historyOf(await session.graph(), null).filter(isBranchPoint)
  if (json) return session.json(points.map((node) => revisionToJson({ node })))
  return session.lines(points.map((node) => renderBranches(node, verbose)))
}

function renderBranches(node: GraphNode, verbose: boolean): string {
  const indent = ' '.repeat(node.id.length)
  const nexts = node.next.map((next) => {
    return `${indent} -> ${renderLine({ node: next }, { labels: true, tree: true, message: verbose })}`
  })
  const point = verbose ? renderEntry({ node }) : renderLine({ node }, { labels: true, tree: true })
  return [point, ...nexts, ''].join('\n')
}

export async function show(session: Session, { revision, json }: ChosenOf<'show'>): Promise<number> {
  const graph = await session.graph()
  const isCurrent = revision === 'current'
  const nodes = isCurrent ? currentNodes(graph, await session.rows()) : resolveRevisions(graph, revision)
  const shown = nodes.map((node) => (isCurrent ? { node, isCurrent } : { node }))
  return json ? session.json(shown.map(revisionToJson)) : session.lines(shown.map(renderEntry))
}
