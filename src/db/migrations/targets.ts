// The target of a command → the revisions that it means, with what is relative to the database or to another
// revision: +N, -N, id+N, label@-N. Alembic's rules; where it walks on nonsense (past the end, below the base) or
// crashes, this refuses. Pure.
import { SlipwayError } from '../../errors.ts'
import { ancestorsOf, type GraphNode, type RevisionGraph } from './graph.ts'
import { locateAll, locateBranch, locateOne, notLocated, sharesLineage } from './locate.ts'

/** A revision, or null for the base. */
export type Place = GraphNode | null

export interface RelativeTarget {
  readonly branch: string | null
  /** What it starts from; null: from where the database is. */
  readonly symbol: string | null
  readonly steps: number
  /** The number as it was written. */
  readonly written: string
}

/** Null when the text is absolute. */
export function parseRelative(text: string): RelativeTarget | null {
  const match = /^(?:(.+?)@)?([\p{L}\p{N}_]+)?([+-]\d+)$/u.exec(text)
  if (!match) return null
  const [, branch = null, symbol = null, written = ''] = match
  return { branch, symbol, steps: Number(written), written }
}

/** What `show` and `stamp` mean, and `upgrade` to what is not relative; none for the base. */
export function resolveRevisions(graph: RevisionGraph, text: string): GraphNode[] {
  const relative = parseRelative(text)
  if (!relative) return locateAll(graph, text)
  const { branch, symbol, steps } = relative
  if (symbol !== null) return present([walkFrom(graph, relative, symbol)])
  if (steps >= 0) throw notLocated(graph, relative.written)
  const onBranch = branch === null ? null : locateBranch(graph, branch)
  const heads = graph.realHeads.filter((head) => !onBranch || sharesLineage(head, [onBranch]))
  return present(heads.map((head) => reached(walk(graph, head, steps), relative)))
}

/** The same for exactly one; null for the base. */
export function resolveRevision(graph: RevisionGraph, text: string): Place {
  return parseRelative(text) ? (resolveRevisions(graph, text)[0] ?? null) : locateOne(graph, text)
}

/** Where an upgrade goes; nowhere for the base. */
export function upgradeTargets(graph: RevisionGraph, text: string, current: readonly GraphNode[]): GraphNode[] {
  const relative = parseRelative(text)
  if (!relative) return locateAll(graph, text)
  if (relative.symbol !== null) return present([walkFrom(graph, relative, relative.symbol)])
  if (relative.steps <= 0) throw tooFar({ ...relative, written: String(relative.steps) })
  const onBranch = relative.branch === null ? null : locateBranch(graph, relative.branch)
  const start = upgradeStart(current, onBranch)
  return present([reached(walk(graph, start, relative.steps, onBranch), relative)])
}

/** Where +N counts from: the one revision that the database is at, on this branch. */
function upgradeStart(current: readonly GraphNode[], onBranch: GraphNode | null): Place {
  const starts = onBranch ? currentOn(current, onBranch) : current
  if (starts.length > 1) {
    throw new SlipwayError('SLIPWAY_DB_TARGET', 'the database is at several revisions, and +N counts from one', {
      found: starts.map(({ id }) => id).join(', '),
      expected: 'label@+N',
      original: 'Ambiguous upgrade from multiple current revisions',
    })
  }
  return starts[0] ?? null
}

/** Where the database is on a branch: a row of the version table, or what a row of another branch has brought with it. */
function currentOn(current: readonly GraphNode[], onBranch: GraphNode): GraphNode[] {
  const rows = current.filter((node) => sharesLineage(node, [onBranch]))
  if (rows.length > 0) return rows
  const applied = [...ancestorsOf(current)].filter((node) => sharesLineage(node, [onBranch]))
  const below = new Set(applied.flatMap(({ needs }) => needs))
  return applied.filter((node) => !below.has(node))
}

/** Where a downgrade goes: the revision that stays, and the branch when one was named. */
export interface DowngradeTarget {
  readonly place: Place
  readonly branch: GraphNode | null
}

export function downgradeTarget(graph: RevisionGraph, text: string, current: readonly GraphNode[]): DowngradeTarget {
  const relative = parseRelative(text)
  if (!relative) {
    const at = text.lastIndexOf('@')
    const branch = at === -1 ? null : locateBranch(graph, text.slice(0, at))
    return { place: locateOne(graph, text), branch }
  }
  const branch = relative.branch === null ? null : locateBranch(graph, relative.branch)
  if (relative.symbol !== null) return { place: walkFrom(graph, relative, relative.symbol), branch }
  const start = relative.steps < 0 ? downgradeStart(current, branch) : undefined
  if (!start) throw tooFar(relative)
  return { place: reached(walk(graph, start, relative.steps), relative), branch: branch ?? start }
}

/** Where -N counts from. */
function downgradeStart(current: readonly GraphNode[], onBranch: GraphNode | null): GraphNode | undefined {
  const starts = onBranch ? currentOn(current, onBranch) : current
  if (starts.length > 1) {
    // Alembic takes the first row that the database happens to give, and warns: which data goes is luck.
    throw new SlipwayError('SLIPWAY_DB_TARGET', 'the database is at several revisions, and -N counts from one', {
      found: starts.map(({ id }) => id).join(', '),
      expected: 'label@-N',
      original: 'downgrade -1 from multiple heads is ambiguous',
    })
  }
  return starts[0]
}

function walkFrom(graph: RevisionGraph, relative: RelativeTarget, symbol: string): Place {
  const { branch, steps } = relative
  const onBranch = branch === null ? null : locateBranch(graph, branch)
  // Upwards the branch says which way; downwards, where to start.
  const start = locateOne(graph, branch !== null && steps < 0 ? `${branch}@${symbol}` : symbol)
  return reached(walk(graph, start, steps, onBranch), relative)
}

/**
 * So many revisions up (on a branch, where there are several) or down. Undefined when there are not so many.
 * @throws SlipwayError SLIPWAY_DB_TARGET where there are two ways
 */
export function walk(
  graph: RevisionGraph,
  start: Place,
  steps: number,
  onBranch: GraphNode | null = null,
): Place | undefined {
  let place: Place = start
  for (let step = 0; step < Math.abs(steps); step += 1) {
    const ways = steps > 0 ? waysUp(graph, place, onBranch) : place && waysDown(place)
    if (!ways || ways.length === 0) return undefined
    if (ways.length > 1) throw ambiguous(place, ways, steps)
    place = ways[0] ?? null
  }
  return place
}

function waysUp(graph: RevisionGraph, place: Place, onBranch: GraphNode | null): readonly GraphNode[] {
  const all = place ? place.next : graph.bases
  return onBranch ? all.filter((node) => sharesLineage(node, [onBranch])) : all
}

function waysDown({ down }: GraphNode): readonly Place[] {
  return down.length === 0 ? [null] : down
}

function reached(place: Place | undefined, relative: RelativeTarget): Place {
  if (place === undefined) throw tooFar(relative)
  return place
}

function present(places: readonly Place[]): GraphNode[] {
  return places.filter((place) => place !== null)
}

function tooFar({ branch, symbol, steps, written }: RelativeTarget): SlipwayError {
  const text = `${branch === null ? '' : `${branch}@`}${symbol ?? ''}${written}`
  const from = symbol === null ? 'where the database is' : `"${symbol}"`
  return new SlipwayError('SLIPWAY_DB_TARGET', `"${text}" leads nowhere`, {
    found: `${steps > 0 ? 'above' : 'below'} ${from} there are fewer than ${Math.abs(steps)} revisions`,
    expected: 'up to head, or down to base',
    original:
      symbol === null ? `Relative revision ${written} didn't produce ${Math.abs(steps)} migrations` : 'Walked too far',
  })
}

function ambiguous(place: Place, ways: readonly Place[], steps: number): SlipwayError {
  const ids = ways.map((way) => way?.id ?? 'base').join(', ')
  return new SlipwayError(
    'SLIPWAY_DB_TARGET',
    `${steps > 0 ? 'above' : 'below'} "${place?.id ?? 'base'}" there are several ways`,
    {
      found: ids,
      expected: steps > 0 ? 'label@+N, or the id' : 'the id',
      original: 'Ambiguous walk',
    },
  )
}
