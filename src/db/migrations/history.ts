// `history`: a range of revisions, newest first. Alembic's ranges, `a:b` with either side left out, `current` and
// relative ones among them. Pure.
import { SlipwayError } from '../../errors.ts'
import { ancestorsOf, descendantsOf, type GraphNode, newestFirst, type RevisionGraph } from './graph.ts'
import { locateAll, locateBranch, splitBranch } from './locate.ts'
import { currentNodes } from './plan.ts'
import { parseRelative, resolveRevisions, upgradeTargets, walk } from './targets.ts'

/** The two sides of `a:b`; '' for one that was left out. */
export interface RevisionRange {
  readonly from: string
  readonly to: string
}

/** Null when the text is no range. */
export function parseRange(text: string): RevisionRange | null {
  const [from, to, ...more] = text.trim().split(':')
  return from === undefined || to === undefined || more.length > 0 ? null : { from, to }
}

/** Whether the rows of the version table must be read for it. */
export function needsCurrent({ from, to }: RevisionRange): boolean {
  return from === 'current' || to === 'current'
}

/**
 * The revisions from one to the other, both included. Unless given, all.
 * @throws SlipwayError SLIPWAY_DB_TARGET
 */
export function historyOf(graph: RevisionGraph, text: string | null, rows: readonly string[] = []): GraphNode[] {
  const range = parseRange(text ?? ':')
  if (!range) {
    throw new SlipwayError('SLIPWAY_DB_TARGET', `"${text}" is no range`, {
      expected: 'from:to, from: or :to',
      original: 'History range requires [start]:[end], [start]:, or :[end]',
    })
  }
  const { from, to } = range
  const upTo = (start: readonly GraphNode[]) => upper(graph, to || 'heads', rows, start)
  // A number on the left counts down from the right; on the right, up from the left.
  const counts = parseRelative(from)
  const isBelow = counts !== null && counts.symbol === null
  const tips = isBelow ? upTo([]) : null
  const start = tips ? tips.flatMap((tip) => below(graph, tip, counts?.steps ?? 0)) : lower(graph, from || 'base', rows)
  const ends = onNamedBranch(graph, from, tips ?? upTo(start))
  return between(start, ends, range)
}

function lower(graph: RevisionGraph, text: string, rows: readonly string[]): GraphNode[] {
  return text === 'current' ? currentNodes(graph, rows) : resolveRevisions(graph, text)
}

function upper(graph: RevisionGraph, text: string, rows: readonly string[], start: readonly GraphNode[]): GraphNode[] {
  if (text === 'current') return currentNodes(graph, rows)
  return parseRelative(text) ? upgradeTargets(graph, text, start) : locateAll(graph, text)
}

/** As far down as it goes. */
function below(graph: RevisionGraph, tip: GraphNode, steps: number): GraphNode[] {
  for (let left = Math.abs(steps); left > 0; left -= 1) {
    const place = walk(graph, tip, -left)
    if (place !== undefined) return place ? [place] : []
  }
  return [tip]
}

/** A branch on the left keeps only what is on it on the right. */
function onNamedBranch(graph: RevisionGraph, from: string, ends: readonly GraphNode[]): GraphNode[] {
  const { branch } = splitBranch(from)
  if (branch === null) return [...ends]
  const { labels } = locateBranch(graph, branch)
  return ends.filter((node) => [...labels].some((label) => node.labels.has(label)))
}

function between(start: readonly GraphNode[], ends: readonly GraphNode[], { from, to }: RevisionRange): GraphNode[] {
  const wanted = ancestorsOf(ends)
  if (start.some((node) => !wanted.has(node))) {
    throw new SlipwayError('SLIPWAY_DB_TARGET', `"${from}" does not lead to "${to || 'heads'}"`, {
      expected: 'the older of two revisions of a branch first',
      original: `Requested range ${from || 'base'}:${to || 'heads'} does not refer to ancestor/descendant revisions along the same branch`,
    })
  }
  if (start.length === 0) return newestFirst(wanted)
  const applied = ancestorsOf(start)
  const above = descendantsOf(start, 'next')
  const kept = [...wanted].filter((node) => start.includes(node) || (!applied.has(node) && above.has(node)))
  return newestFirst(kept)
}
