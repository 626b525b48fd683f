// The revisions of all locations as one graph: who follows whom, heads and bases, labels, dependencies. Alembic's
// rules. Pure; what is asked of it (targets, plans) is in the files beside it.
import type { Revision } from './contract.ts'
import { type LinkedRevision, linkRevisions } from './link-revisions.ts'
import { spreadLabels } from './labels.ts'
import { refuseCycles } from './cycles.ts'

/** A revision with its neighbours. */
export interface GraphNode {
  readonly id: string
  readonly revision: Revision
  /** Its place among the revisions as they were given: decides between what has no other order. */
  readonly index: number
  /** What it follows. */
  readonly down: readonly GraphNode[]
  /** What it follows or depends on; without dependencies that come with an ancestor anyway. */
  readonly needs: readonly GraphNode[]
  /** What follows it. */
  readonly next: readonly GraphNode[]
  /** What follows it or depends on it. */
  readonly neededBy: readonly GraphNode[]
  /** Of the branch that it is on: its own, those below it, those above it down to the branch point. */
  readonly labels: ReadonlySet<string>
}

export interface RevisionGraph {
  readonly nodes: ReadonlyMap<string, GraphNode>
  /** The revision that carries a label. */
  readonly labelled: ReadonlyMap<string, GraphNode>
  /** That nothing follows: what `head` and `label@head` mean. */
  readonly heads: readonly GraphNode[]
  /** That nothing follows or depends on: what `heads` means, and what the version table holds after it. */
  readonly realHeads: readonly GraphNode[]
  /** That follow nothing. */
  readonly bases: readonly GraphNode[]
}

/**
 * @throws SlipwayError SLIPWAY_DB_GRAPH: an id or a label twice, a missing revision, a cycle
 */
export function buildGraph(revisions: Iterable<Revision>): RevisionGraph {
  const { nodes, labelled } = linkRevisions(revisions)
  const all = [...nodes.values()]
  refuseCycles(all)
  omitImpliedDependencies(all)
  spreadLabels(labelled)
  return {
    nodes,
    labelled,
    heads: all.filter(({ next }) => next.length === 0),
    realHeads: all.filter(({ neededBy }) => neededBy.length === 0),
    bases: all.filter(({ down }) => down.length === 0),
  }
}

/** Several revisions follow it. */
export function isBranchPoint({ next }: GraphNode): boolean {
  return next.length > 1
}

/** It follows several revisions. */
export function isMergePoint({ down }: GraphNode): boolean {
  return down.length > 1
}

/** The heads that rows of the version table do not speak of: an upgrade is due unless there are none. */
export function missingHeads({ realHeads }: RevisionGraph, rows: readonly string[]): GraphNode[] {
  return realHeads.filter(({ id }) => !rows.includes(id))
}

export function isHead({ next }: GraphNode): boolean {
  return next.length === 0
}

/** These and all that they follow; `needs`: also what they depend on. */
export function ancestorsOf(nodes: Iterable<GraphNode>, by: 'down' | 'needs' = 'needs'): Set<GraphNode> {
  return reach(nodes, (node) => node[by])
}

/** These and all that follow them; `neededBy`: also what depends on them. */
export function descendantsOf(nodes: Iterable<GraphNode>, by: 'next' | 'neededBy' = 'neededBy'): Set<GraphNode> {
  return reach(nodes, (node) => node[by])
}

function reach(nodes: Iterable<GraphNode>, neighbours: (node: GraphNode) => readonly GraphNode[]): Set<GraphNode> {
  // A set is walked in the order of its additions, those made on the way included.
  const found = new Set(nodes)
  for (const node of found) for (const one of neighbours(node)) found.add(one)
  return found
}

/**
 * These in an order in which each comes before what it needs: one line down to the branch point, then the next. It is
 * the order of `history` and of a downgrade; an upgrade runs it backwards.
 */
export function newestFirst(wanted: Iterable<GraphNode>): GraphNode[] {
  const open = new Set(wanted)
  const isTip = ({ neededBy }: GraphNode) => !neededBy.some((node) => open.has(node))
  const lines = [...open].filter(isTip).sort((a, b) => a.index - b.index)
  const found: GraphNode[] = []
  let line = 0
  for (let candidate = lines[line]; candidate !== undefined; candidate = lines[line]) {
    const waiting = lineThatNeeds(candidate, lines, open)
    if (waiting !== -1) {
      line = waiting
      continue
    }
    found.push(candidate)
    open.delete(candidate)
    const [first, ...others] = candidate.needs.filter((node) => open.has(node) && !lines.includes(node))
    if (first === undefined) {
      lines.splice(line, 1)
      line = Math.max(line - 1, 0)
    } else {
      lines[line] = first
      lines.push(...others)
    }
  }
  return found
}

/** The first line with something that needs the candidate and has not come yet; -1 when its turn has come. */
function lineThatNeeds(candidate: GraphNode, lines: readonly GraphNode[], open: ReadonlySet<GraphNode>): number {
  if (!candidate.neededBy.some((node) => open.has(node))) return -1
  const above = reach([candidate], (node) => node.neededBy.filter((one) => open.has(one)))
  return lines.findIndex((node) => node !== candidate && above.has(node))
}

/** What an ancestor depends on as well need not be looked at twice. */
function omitImpliedDependencies(all: readonly LinkedRevision[]): void {
  for (const node of all) {
    if (node.dependsOn.length === 0) continue
    const implied = new Set<GraphNode>()
    for (const ancestor of ancestorsOf(node.down, 'down') as Set<LinkedRevision>) {
      for (const dependency of ancestor.dependsOn) implied.add(dependency)
    }
    node.needs = [...new Set([...node.down, ...node.dependsOn.filter((one) => !implied.has(one))])]
  }
}
