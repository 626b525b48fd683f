// The first step of the graph: each revision gets its neighbours. Tells of ids and labels that are there twice or not
// at all, with the files that say so.
import { closeNames } from '../../diagnostic.ts'
import { SlipwayError, type Where } from '../../errors.ts'
import type { Revision } from './contract.ts'
import type { GraphNode } from './graph.ts'

/** A node while the graph is built. */
export interface LinkedRevision extends GraphNode {
  down: LinkedRevision[]
  needs: GraphNode[]
  next: GraphNode[]
  neededBy: GraphNode[]
  labels: Set<string>
  /** All that it says it depends on. */
  dependsOn: LinkedRevision[]
}

export interface Linked {
  readonly nodes: ReadonlyMap<string, LinkedRevision>
  readonly labelled: ReadonlyMap<string, LinkedRevision>
}

export function linkRevisions(revisions: Iterable<Revision>): Linked {
  const nodes = new Map<string, LinkedRevision>()
  for (const revision of revisions) {
    const present = nodes.get(revision.id)
    if (present) throw duplicate(revision, present.revision)
    nodes.set(revision.id, nodeOf(revision, nodes.size))
  }
  const labelled = mapLabels(nodes)
  for (const node of nodes.values()) {
    const { down, dependsOn } = node.revision
    node.down = down.map((id) => nodes.get(id) ?? missing(id, node, 'down_revision', nodes))
    node.dependsOn = dependsOn.map((id) => {
      return nodes.get(id) ?? labelled.get(id) ?? missing(id, node, 'depends_on', [...nodes.keys(), ...labelled.keys()])
    })
    node.needs = [...new Set([...node.down, ...node.dependsOn])]
    for (const one of new Set(node.down)) one.next.push(node)
    for (const one of node.needs as LinkedRevision[]) one.neededBy.push(node)
  }
  return { nodes, labelled }
}

function nodeOf(revision: Revision, index: number): LinkedRevision {
  const { id, labels } = revision
  return { id, revision, index, down: [], needs: [], next: [], neededBy: [], dependsOn: [], labels: new Set(labels) }
}

function mapLabels(nodes: ReadonlyMap<string, LinkedRevision>): Map<string, LinkedRevision> {
  const labelled = new Map<string, LinkedRevision>()
  for (const node of nodes.values()) {
    for (const label of node.revision.labels) {
      const present = nodes.get(label) ?? labelled.get(label)
      if (present === node) continue
      if (present) throw labelTwice(label, node.revision, present.revision)
      labelled.set(label, node)
    }
  }
  return labelled
}

export function placeOf({ file }: Revision): Where | null {
  return file === '' ? null : { file }
}

function duplicate(revision: Revision, present: Revision): SlipwayError {
  return new SlipwayError('SLIPWAY_DB_GRAPH', `revision "${revision.id}" is there twice`, {
    where: placeOf(revision),
    found: `the first is in ${present.file || present.location}`,
    expected: 'one file for an id',
    hint: 'give the copy an id of its own, and to what follows it the new id as down_revision',
    original: `Revision ${revision.id} is present more than once`,
  })
}

function labelTwice(label: string, revision: Revision, present: Revision): SlipwayError {
  return new SlipwayError('SLIPWAY_DB_GRAPH', `branch label "${label}" of revision "${revision.id}" is taken`, {
    where: placeOf(revision),
    found: `it means revision "${present.id}"${present.file && ` of ${present.file}`}`,
    expected: 'one revision for a label: that which begins the branch',
    original: `Branch name '${label}' in revision ${revision.id} already used by revision ${present.id}`,
  })
}

function missing(
  id: string,
  { revision }: LinkedRevision,
  key: 'down_revision' | 'depends_on',
  names: ReadonlyMap<string, unknown> | readonly string[],
): never {
  throw new SlipwayError('SLIPWAY_DB_GRAPH', `${key} of revision "${revision.id}" names "${id}", which is not there`, {
    where: placeOf(revision),
    alternatives: () => closeNames(id, names instanceof Map ? names.keys() : (names as readonly string[])),
    hint: 'a revision of another package is there when that package is installed, and names its folder in the group slipway.migrations under the name of this service',
    original: `Revision ${id} referenced from ${revision.id} is not present`,
  })
}
