// Targets → steps: what an upgrade, a downgrade, a stamp does to which rows of the version table, in its order.
// Alembic's rules. Pure: runs and reads nothing.
import { SlipwayError } from '../../errors.ts'
import type { StampStep, Step } from './contract.ts'
import { ancestorsOf, descendantsOf, type GraphNode, newestFirst, type RevisionGraph } from './graph.ts'
import { locateBranch, notLocated, splitBranch } from './locate.ts'
import { downgradeTarget, parseRelative, resolveRevisions, upgradeTargets } from './targets.ts'

/**
 * What the rows of a version table mean.
 * @throws SlipwayError SLIPWAY_DB_VERSION when no file has such a revision, or one row comes with another
 */
export function currentNodes(graph: RevisionGraph, rows: readonly string[]): GraphNode[] {
  const nodes = [...new Set(rows)].map((row) => graph.nodes.get(row) ?? unknownRow(row))
  const [row, above] = overlap(nodes) ?? []
  if (row && above) {
    throw new SlipwayError('SLIPWAY_DB_VERSION', `the version table holds "${row.id}" beside "${above.id}"`, {
      found: `"${above.id}" comes after "${row.id}"`,
      expected: 'a row for each branch',
      hint: 'write the right rows in place of all: stamp --purge REVISION …',
      original: `Requested revision ${above.id} overlaps with other requested revisions ${row.id}`,
    })
  }
  return nodes
}

function unknownRow(row: string): never {
  throw new SlipwayError('SLIPWAY_DB_VERSION', `the database is at revision "${row}", which no file has`, {
    found: 'a database of newer code, of a package that is not installed, or of other migrations',
    hint: 'run the code that knows it; or write the revision that the schema is really at: stamp --purge REVISION',
    original: `Can't locate revision identified by '${row}'`,
  })
}

/** Two of which the first is needed by the second. */
function overlap(nodes: readonly GraphNode[]): readonly [GraphNode, GraphNode] | null {
  if (nodes.length < 2) return null
  for (const node of nodes) {
    const below = ancestorsOf([node])
    const other = nodes.find((one) => one !== node && below.has(one))
    if (other) return [other, node]
  }
  return null
}

/** What `current` shows: the newest of each branch, also of one that has no row as another depends on it. */
export function currentHeads(graph: RevisionGraph, rows: readonly string[]): GraphNode[] {
  const applied = ancestorsOf(currentNodes(graph, rows))
  return [...applied].filter((node) => !node.next.some((one) => applied.has(one)))
}

/**
 * What brings the database from its rows up to the target; nothing when it is there. Of all heads, what adds comes
 * before what takes away, as far as nothing else says which is first.
 */
export function planUpgrade(graph: RevisionGraph, target: string, rows: readonly string[]): Step[] {
  const isParted = graph.labelled.has('expand') && graph.labelled.has('contract')
  if (!isParted || target !== 'heads') return stepsUp(graph, target, rows)
  const steps = stepsUp(graph, 'expand@heads', rows)
  return [...steps, ...stepsUp(graph, target, steps.at(-1)?.after ?? rows)]
}

function stepsUp(graph: RevisionGraph, target: string, rows: readonly string[]): Step[] {
  const current = currentNodes(graph, rows)
  const targets = upgradeTargets(graph, target, current)
  const applied = ancestorsOf(current)
  const wanted = [...ancestorsOf(targets)].filter((node) => !applied.has(node))
  let before: readonly string[] = rows
  return newestFirst(wanted)
    .reverse()
    .map(({ id, revision, needs }) => {
      // A revision takes the place of what it needs: a row for each branch is left.
      const gone = needs.map((node) => node.id).filter((row) => before.includes(row))
      const kept = before.filter((row) => !gone.includes(row))
      const after = [...kept, id]
      const step: Step = { direction: 'upgrade', revision, before: [...kept, ...gone], after }
      before = after
      return step
    })
}

/** What brings the database from its rows down to the target, which stays. */
export function planDowngrade(graph: RevisionGraph, target: string, rows: readonly string[]): Step[] {
  const current = currentNodes(graph, rows)
  const goal = downgradeTarget(graph, target, current)
  const applied = ancestorsOf(current)
  const dropped = descendantsOf(rootsOf(graph, goal))
  const wanted = [...applied].filter((node) => dropped.has(node))
  if (wanted.length === 0 && goal.place && !current.includes(goal.place)) throw notBelow(target, rows)
  let before: readonly string[] = rows
  return newestFirst(wanted).map((node) => {
    applied.delete(node)
    // What nothing else stands on any more is a row again.
    const back = node.needs.filter((one) => !one.neededBy.some((other) => applied.has(other))).map(({ id }) => id)
    const after = [...before.filter((row) => row !== node.id), ...back]
    const step: Step = { direction: 'downgrade', revision: node.revision, before, after }
    before = after
    return step
  })
}

/** What goes first: all that follows the target directly, of the branch when one was named. */
function rootsOf(graph: RevisionGraph, { place, branch }: ReturnType<typeof downgradeTarget>): readonly GraphNode[] {
  const roots = place ? place.next : graph.bases
  if (!branch || roots.length <= 1) return roots
  const line = ancestorsOf([branch], 'down')
  const onBranch = roots.filter((node) => line.has(node))
  if (onBranch.length > 0) return onBranch
  throw new SlipwayError('SLIPWAY_DB_TARGET', `nothing above "${place?.id ?? 'base'}" is on that branch`, {
    found: roots.map(({ id }) => id).join(', '),
    original: 'Not a valid downgrade target from current heads',
  })
}

function notBelow(target: string, rows: readonly string[]): SlipwayError {
  return new SlipwayError('SLIPWAY_DB_TARGET', `"${target}" is not below where the database is`, {
    found: rows.length > 0 ? `it is at ${rows.join(', ')}` : 'it is at the base',
    expected: 'a revision that is applied',
    original: `Destination ${target} is not a valid downgrade target from current head(s)`,
  })
}

/** The rows that say the database is at these revisions, without running one. */
export function planStamp(graph: RevisionGraph, targets: readonly string[], rows: readonly string[]): StampStep[] {
  const current = currentNodes(graph, rows)
  const names = targets.length > 0 ? targets : ['base']
  const wanted = [...new Set(names.flatMap((name) => stampTargets(graph, name)))]
  const concerned = concernedRows(graph, current, names)
  let before: readonly string[] = rows
  const step = (direction: Step['direction'], from: readonly GraphNode[], to: readonly GraphNode[]): StampStep => {
    const [gone, come] = [from.map(({ id }) => id), to.map(({ id }) => id)]
    const after = [...before.filter((row) => !gone.includes(row) && !come.includes(row)), ...come]
    const made = { direction, from: gone, to: come, before, after }
    before = after
    return made
  }
  if (wanted.length === 0) return concerned.map((node) => step('downgrade', [node], []))
  return wanted
    .filter((node) => !concerned.includes(node))
    .map((node) => {
      const above = descendantsOf([node])
      const below = ancestorsOf([node])
      if (concerned.some((one) => above.has(one))) return step('downgrade', concerned, [node])
      return concerned.some((one) => below.has(one)) ? step('upgrade', concerned, [node]) : step('upgrade', [], [node])
    })
}

/** Not relative to the database: what it is at is what a stamp is there to mend. */
function stampTargets(graph: RevisionGraph, name: string): GraphNode[] {
  if (parseRelative(name)?.symbol === null) throw notLocated(graph, name)
  return resolveRevisions(graph, name)
}

/** The rows that lead to one of the names, or from there; for the base, all of the branch or of the table. */
function concernedRows(graph: RevisionGraph, current: readonly GraphNode[], names: readonly string[]): GraphNode[] {
  const places = names.map((name) => {
    const { branch } = splitBranch(name)
    return [...(branch === null ? [] : [locateBranch(graph, branch)]), ...stampTargets(graph, name)]
  })
  if (places.some((nodes) => nodes.length === 0)) return [...current]
  const wanted = new Set(places.flat())
  return current.filter((node) => [...ancestorsOf([node]), ...descendantsOf([node])].some((one) => wanted.has(one)))
}
