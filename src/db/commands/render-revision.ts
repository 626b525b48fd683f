// A revision as the commands show it: alembic's line, alembic's entry, and JSON. Pure.
import type { Revision } from '../migrations/contract.ts'
import { type GraphNode, isBranchPoint, isHead, isMergePoint } from '../migrations/graph.ts'

/** A revision, and whether the database is at it, where somebody has asked. */
export interface Shown {
  readonly node: GraphNode
  readonly isCurrent?: boolean | undefined
}

/** What the line of a revision holds beside its id. */
export interface LineParts {
  readonly parents?: boolean
  readonly labels?: boolean
  /** (branchpoint) and (mergepoint). */
  readonly tree?: boolean
  readonly message?: boolean
}

/** `a1 -> b2 (head), message` */
export function renderLine({ node, isCurrent = false }: Shown, parts: LineParts): string {
  const { revision, labels } = node
  const depends = revision.dependsOn.length > 0 ? ` (${revision.dependsOn.join(', ')})` : ''
  const isRealHead = node.neededBy.length === 0
  const marks = [
    parts.labels && labels.size > 0 && [...labels].join(', '),
    isRealHead && 'head',
    isHead(node) && !isRealHead && 'effective head',
    isCurrent && 'current',
    parts.tree && isBranchPoint(node) && 'branchpoint',
    parts.tree && isMergePoint(node) && 'mergepoint',
  ]
  return [
    parts.parents ? `${renderParents(revision)}${depends} -> ` : '',
    revision.id,
    ...marks.filter(Boolean).map((mark) => ` (${mark})`),
    parts.message ? `, ${revision.message}` : '',
  ].join('')
}

/** Several lines, the last one empty. */
export function renderEntry({ node, isCurrent = false }: Shown): string {
  const { revision, labels, next } = node
  const marks = [
    isHead(node) && 'head',
    isBranchPoint(node) && 'branchpoint',
    isMergePoint(node) && 'mergepoint',
    isCurrent && 'current',
  ]
  const lines = [
    `Rev: ${[revision.id, ...marks.filter(Boolean).map((mark) => `(${mark})`)].join(' ')}`,
    `${isMergePoint(node) ? 'Merges' : 'Parent'}: ${renderParents(revision)}`,
    revision.dependsOn.length > 0 && `Also depends on: ${revision.dependsOn.join(', ')}`,
    isBranchPoint(node) && `Branches into: ${next.map(({ id }) => id).join(', ')}`,
    labels.size > 0 && `Branch names: ${[...labels].join(', ')}`,
    `Path: ${revision.file}`,
    '',
    `    ${revision.message}`,
    '',
  ]
  return lines.filter((line) => line !== false).join('\n')
}

/** `<base>`, or the ids that it follows. */
function renderParents({ down }: Revision): string {
  return down.length === 0 ? '<base>' : down.join(', ')
}

/** What `--json` gives for a revision. */
export function revisionToJson({ node, isCurrent }: Shown) {
  const { id, down, dependsOn, message, file, location } = node.revision
  return {
    revision: id,
    down_revision: down,
    depends_on: dependsOn,
    labels: [...node.labels],
    next: node.next.map((one) => one.id),
    message,
    file,
    location,
    isHead: isHead(node),
    isBranchPoint: isBranchPoint(node),
    isMergePoint: isMergePoint(node),
    ...(isCurrent === undefined ? {} : { isCurrent }),
  }
}
