// Revisions that follow, or depend on, themselves by a detour: alembic's words, and only those that are on the way. Pure.
import { SlipwayError } from '../../errors.ts'
import { type LinkedRevision, placeOf } from './link-revisions.ts'

/** @throws SlipwayError SLIPWAY_DB_GRAPH */
export function refuseCycles(all: readonly LinkedRevision[]): void {
  refuse(all, (node) => node.down, 'follow', 'Cycle', 'Self-loop')
  refuse(all, (node) => [...node.down, ...node.dependsOn], 'depend on', 'Dependency cycle', 'Dependency self-loop')
}

type Neighbours = (node: LinkedRevision) => readonly LinkedRevision[]

function refuse(all: readonly LinkedRevision[], below: Neighbours, verb: string, kind: string, loop: string): void {
  const stuck = withoutTheirNeeds(all, below)
  if (stuck.size === 0) return
  const cycle = cycleIn(stuck, below)
  const ids = cycle.map(({ id }) => id)
  const [first] = cycle
  const alone = ids.length === 1
  throw new SlipwayError(
    'SLIPWAY_DB_GRAPH',
    alone
      ? `revision "${ids[0]}" would ${verb} itself`
      : `revisions ${verb} each other in a circle: ${ids.join(' → ')}`,
    {
      where: first && placeOf(first.revision),
      found: alone ? undefined : cycle.map(({ revision }) => revision.file || revision.location).join(', '),
      expected: 'revisions that lead down to a base',
      original: `${alone ? loop : kind} is detected in revisions (${ids.toSorted().join(', ')})`,
    },
  )
}

/** What is left when again and again those are taken away whose neighbours below are all gone. */
function withoutTheirNeeds(all: readonly LinkedRevision[], below: Neighbours): Set<LinkedRevision> {
  const above = new Map<LinkedRevision, LinkedRevision[]>(all.map((node) => [node, []]))
  const open = new Map<LinkedRevision, number>()
  for (const node of all) {
    const needs = new Set(below(node))
    open.set(node, needs.size)
    for (const one of needs) above.get(one)?.push(node)
  }
  const free = all.filter((node) => open.get(node) === 0)
  for (const node of free) {
    open.delete(node)
    for (const one of above.get(node) ?? []) {
      const left = (open.get(one) ?? 0) - 1
      open.set(one, left)
      if (left === 0) free.push(one)
    }
  }
  return new Set(open.keys())
}

/** Every one that is stuck has one below it that is stuck: following those ends in a circle. */
function cycleIn(stuck: ReadonlySet<LinkedRevision>, below: Neighbours): LinkedRevision[] {
  const way: LinkedRevision[] = []
  let [node] = stuck
  while (node && !way.includes(node)) {
    way.push(node)
    node = below(node).find((one) => stuck.has(one))
  }
  return node ? way.slice(way.indexOf(node)) : way
}
