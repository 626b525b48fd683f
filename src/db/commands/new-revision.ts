// A new revision: what it follows, where its file goes, and its text. Looks at folders, writes nothing.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { closeNames } from '../../diagnostic.ts'
import { SlipwayError } from '../../errors.ts'
import { type GraphNode, isHead, type RevisionGraph } from '../migrations/graph.ts'
import { resolveRevision, resolveRevisions } from '../migrations/targets.ts'
import { newRevisionId, type NewRevision, renderRevision, revisionFileName } from './revision-text.ts'
import type { Location } from '../migrations/locations.ts'
import { sourceFolderOf } from './source-folder.ts'

/** What is asked for. */
export interface RevisionWish {
  readonly message: string
  /** What it follows: `base` for nothing, several for a merge. */
  readonly heads: readonly string[]
  /** Whether it may follow what is no head. */
  readonly splice: boolean
  readonly labels: readonly string[]
  readonly dependsOn: readonly string[]
  readonly id: string | null
  readonly location: string | null
  readonly upgrade?: string
  readonly downgrade?: string
  readonly imports?: readonly string[]
}

/** A place for revision files. */
export type MigrationFolder = Pick<Location, 'name' | 'folder'>

/** A file that is to be written. */
export interface RevisionFile {
  readonly file: string
  readonly text: string
}

/** @throws SlipwayError SLIPWAY_DB_TARGET, SLIPWAY_DB_REVISION, SLIPWAY_USAGE, SLIPWAY_OUTPUT */
export function newRevision(
  graph: RevisionGraph,
  folders: readonly MigrationFolder[],
  wish: RevisionWish,
): RevisionFile {
  const followed = followedBy(graph, wish)
  const { folder, ending } = sourceFolderOf(folderFor(followed, folders, wish.location))
  const revision: NewRevision = {
    ...wish,
    id: checkId(wish.id ?? newRevisionId(), graph),
    down: followed.map(({ id }) => id),
    labels: wish.labels.map((label) => checkLabel(label, graph)),
    dependsOn: wish.dependsOn.map((text) => dependencyOf(graph, text)),
    created: new Date(),
    ending,
  }
  const file = join(folder, revisionFileName(revision))
  if (existsSync(file)) {
    throw new SlipwayError('SLIPWAY_OUTPUT', `there is a file "${file}" already`, { hint: 'nothing was written' })
  }
  return { file, text: renderRevision(revision) }
}

function followedBy(graph: RevisionGraph, { heads, splice }: RevisionWish): GraphNode[] {
  // The first revision of all: there is no head yet.
  if (graph.nodes.size === 0 && heads.every((head) => head === 'head')) return []
  const followed = [...new Set(heads.flatMap((head) => resolveRevisions(graph, head)))]
  const buried = followed.find((node) => !isHead(node))
  if (!buried || splice) return followed
  throw new SlipwayError('SLIPWAY_DB_TARGET', `revision "${buried.id}" is no head`, {
    found: `${buried.next.map(({ id }) => id).join(', ')} follows it`,
    hint: 'to part a new branch from it: --splice',
    original: `Revision ${buried.id} is not a head revision; please specify --splice to create a new branch from this revision`,
  })
}

function folderFor([first]: readonly GraphNode[], folders: readonly MigrationFolder[], wanted: string | null): string {
  const name = wanted ?? first?.revision.location ?? null
  const names = folders.map((one) => one.name)
  if (name === null && folders.length > 1) {
    throw new SlipwayError('SLIPWAY_USAGE', 'there are several folders of revision files', {
      found: names.join(', '),
      expected: 'one of them: --location NAME',
      original: 'Multiple version locations present, please specify --version-path',
    })
  }
  const folder = name === null ? folders[0] : folders.find((one) => one.name === name)
  if (folder?.folder) return folder.folder
  if (folder) {
    throw new SlipwayError(
      'SLIPWAY_USAGE',
      `"${folder.name}" names a module of revisions, where no file can be added`,
      {
        expected: 'a folder',
      },
    )
  }
  throw new SlipwayError('SLIPWAY_USAGE', `there is no folder of revision files "${name}"`, {
    expected: `one of ${names.join(', ')}`,
    alternatives: () => closeNames(name ?? '', names),
    hint: 'entries of the group slipway.migrations name them, and packages that extend this one',
  })
}

/** What the version table can hold, and no target reads as something else. */
function checkId(id: string, graph: RevisionGraph): string {
  const present = graph.nodes.get(id) ?? graph.labelled.get(id)
  if (/^\w{1,32}$/u.test(id) && !present) return id
  throw new SlipwayError('SLIPWAY_USAGE', `"${id}" cannot be the id of a revision`, {
    found: present ? `it is taken${present.revision.file && ` by ${present.revision.file}`}` : undefined,
    expected: 'up to 32 letters, digits and underscores',
    original: `Character(s) not allowed in revision identifier '${id}'`,
  })
}

function checkLabel(label: string, graph: RevisionGraph): string {
  const present = graph.labelled.get(label) ?? graph.nodes.get(label)
  if (/^[A-Za-z_]\w*$/u.test(label) && !['base', 'head', 'heads', 'current'].includes(label) && !present) return label
  throw new SlipwayError('SLIPWAY_USAGE', `"${label}" cannot be the label of a branch`, {
    found: present ? `it is taken by revision "${present.id}"` : undefined,
    expected: 'a letter, then letters, digits and underscores',
  })
}

/** A label stays one: it means the branch as it is then. */
function dependencyOf(graph: RevisionGraph, text: string): string {
  if (graph.labelled.has(text)) return text
  const node = resolveRevision(graph, text)
  if (node) return node.id
  throw new SlipwayError('SLIPWAY_DB_TARGET', `nothing can depend on "${text}"`, { expected: 'a revision, or a label' })
}
