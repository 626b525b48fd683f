// Names → revisions: whole ids, beginnings of ids, labels, `head`, `heads`, `base`, each of them on a branch
// (`label@name`). Alembic's rules. Pure; what is relative is in targets.ts.
import { closeNames } from '../../diagnostic.ts'
import { SlipwayError } from '../../errors.ts'
import { ancestorsOf, descendantsOf, type GraphNode, type RevisionGraph } from './graph.ts'

/** `label@name`; without a branch, the name alone. */
export interface BranchName {
  readonly branch: string | null
  readonly name: string
}

export function splitBranch(text: string): BranchName {
  const at = text.indexOf('@')
  return at === -1 ? { branch: null, name: text } : { branch: text.slice(0, at), name: text.slice(at + 1) }
}

/** The revisions that a name means; none for `base`. */
export function locateAll(graph: RevisionGraph, text: string): GraphNode[] {
  const { branch, name } = splitBranch(text)
  const onBranch = branch === null ? null : locateBranch(graph, branch)
  switch (name) {
    case 'heads':
      return onBranch ? headsOf(graph, onBranch) : [...graph.realHeads]
    case 'head': {
      const heads = headsOf(graph, onBranch)
      if (heads.length > 1) throw severalHeads(text, heads)
      return heads
    }
    case 'base':
      return []
    default:
      return [locateId(graph, name, onBranch && { label: branch ?? '', origin: onBranch })]
  }
}

/** The one revision that a name means; null for `base`. */
export function locateOne(graph: RevisionGraph, text: string): GraphNode | null {
  const found = locateAll(graph, text)
  if (found.length > 1) throw severalHeads(text, found)
  return found[0] ?? null
}

/** The revision that carries a label; a revision may stand for its branch too. */
export function locateBranch(graph: RevisionGraph, label: string): GraphNode {
  const found = graph.labelled.get(label) ?? candidates(graph, label)[0]
  if (found) return found
  throw new SlipwayError('SLIPWAY_DB_TARGET', `there is no branch "${label}"`, {
    found: graph.labelled.size > 0 ? `there are ${[...graph.labelled.keys()].join(', ')}` : 'no revision has a label',
    alternatives: () => closeNames(label, graph.labelled.keys()),
    original: `Can't locate revision identified by '${label}'`,
  })
}

function headsOf({ heads }: RevisionGraph, onBranch: GraphNode | null): GraphNode[] {
  return onBranch ? heads.filter((head) => sharesLineage(head, [onBranch])) : [...heads]
}

/** Whether one of them leads to the other along `down_revision`. */
export function sharesLineage(node: GraphNode, others: readonly GraphNode[]): boolean {
  const line = new Set([...descendantsOf([node], 'next'), ...ancestorsOf([node], 'down')])
  return others.some((other) => line.has(other))
}

interface Branch {
  readonly label: string
  readonly origin: GraphNode
}

function locateId(graph: RevisionGraph, name: string, branch: Branch | null): GraphNode {
  const all = candidates(graph, name)
  const isWhole = graph.nodes.has(name) || graph.labelled.has(name)
  const found = branch && !isWhole ? all.filter((node) => sharesLineage(node, [branch.origin])) : all
  const [first] = found
  if (!first) throw notLocated(graph, name)
  if (found.length > 1) throw severalBegin(name, found)
  if (branch && !sharesLineage(first, [branch.origin])) {
    throw new SlipwayError('SLIPWAY_DB_TARGET', `revision "${first.id}" is not on the branch "${branch.label}"`, {
      found: first.labels.size > 0 ? `it is on ${[...first.labels].join(', ')}` : 'its branch has no label',
      original: `Can't locate revision identified by '${name}'`,
    })
  }
  return first
}

/** Those of this id or label, else those that begin so. As in alembic, what has three letters or less has no beginning. */
function candidates({ nodes, labelled }: RevisionGraph, name: string): GraphNode[] {
  const whole = nodes.get(name) ?? labelled.get(name)
  if (whole) return [whole]
  if (name === '') return []
  const begins = ([key]: readonly [string, GraphNode]) => key.length > 3 && key.startsWith(name)
  return [...nodes, ...labelled].filter(begins).map(([, node]) => node)
}

export function notLocated({ nodes, labelled }: RevisionGraph, name: string): SlipwayError {
  const names = [...labelled.keys(), ...nodes.keys()]
  return new SlipwayError('SLIPWAY_DB_TARGET', `there is no revision "${name}"`, {
    found: nodes.size === 0 ? 'there are no revisions at all' : undefined,
    expected: 'an id or its beginning, head, heads, base, +N, -N, id+N, label@head',
    alternatives: () => closeNames(name, names),
    original: `Can't locate revision identified by '${name}'`,
  })
}

function severalBegin(name: string, found: readonly GraphNode[]): SlipwayError {
  const ids = [...new Set(found.map(({ id }) => id))]
  return new SlipwayError('SLIPWAY_DB_TARGET', `several revisions begin with "${name}"`, {
    found: ids.slice(0, 5).join(', ') + (ids.length > 5 ? ', …' : ''),
    expected: 'as much of the id as tells it from the others',
    original: `Can't locate revision identified by '${name}'`,
  })
}

function severalHeads(text: string, heads: readonly GraphNode[]): SlipwayError {
  return new SlipwayError('SLIPWAY_DB_TARGET', `"${text}" means several revisions`, {
    found: heads.map(described).join(', '),
    expected: 'one of them, label@head, or heads for all',
    original:
      `Multiple head revisions are present for given argument '${text}'; please specify a specific target revision, ` +
      `'<branchname>@${text}' to narrow to a specific head, or 'heads' for all heads`,
  })
}

function described({ id, labels }: GraphNode): string {
  return labels.size > 0 ? `${id} (${[...labels].join(', ')})` : id
}
