// Locations → revisions: imports every file of a folder at once, and says of one that is no revision what is missing.
// Runs in the process of a command.
import { readFileSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { importFault } from '../../entrypoints/import-fault.ts'
import { loadReference } from '../../entrypoints/load.ts'
import { SlipwayError } from '../../errors.ts'
import type { Revision } from './contract.ts'
import { buildGraph, type RevisionGraph } from './graph.ts'
import { findLocations, type Location } from './locations.ts'
import { folderOfRevisions, revisionEndings, revisionNames } from './revision-files.ts'
import { revisionOf } from './revision-module.ts'

/**
 * The graph of all revisions that are installed.
 * @throws SlipwayError SLIPWAY_DB_REVISION, SLIPWAY_DB_GRAPH
 */
export async function loadGraph(options: { readonly from?: string | undefined } = {}): Promise<RevisionGraph> {
  return buildGraph(await loadRevisions(await findLocations(options)))
}

/** @throws SlipwayError SLIPWAY_DB_REVISION, or why a file does not load */
export async function loadRevisions(locations: readonly Location[]): Promise<Revision[]> {
  return (await Promise.all(locations.map(loadLocation))).flat()
}

async function loadLocation({ name, folder, entryPoint }: Location): Promise<Revision[]> {
  if (folder !== null) return Promise.all(revisionFiles(folder).map((file) => loadFile(file, name)))
  const { reference, distribution, valueWhere } = entryPoint
  const value = reference && (await loadReference(reference, distribution, { where: valueWhere }))
  const list: unknown = isRecord(value) && !Array.isArray(value) ? value['revisions'] : value
  if (Array.isArray(list)) return list.map((one: unknown) => revisionOf(one, { file: '', location: name }))
  throw new SlipwayError('SLIPWAY_DB_REVISION', `"${entryPoint.value}" brings no revisions`, {
    where: valueWhere,
    expected: 'a folder of revision files, a module that exports an array "revisions", or such an array',
  })
}

/** The revision files of a folder, sorted; of files that differ in their ending alone, the one that is built. */
export function revisionFiles(folder: string): string[] {
  const place = folderOfRevisions(folder)
  const found = new Map<string, string>()
  const names = revisionNames(place)
  for (const ending of revisionEndings) {
    for (const name of names.filter((one) => extname(one) === ending)) {
      const stem = basename(name, ending)
      if (!found.has(stem)) found.set(stem, join(place, name))
    }
  }
  return [...found.values()].sort()
}

async function loadFile(file: string, location: string): Promise<Revision> {
  const { href: url } = pathToFileURL(file)
  try {
    const namespace: unknown = await import(url)
    const revision = revisionOf(namespace, { file, location })
    return revision.module.message === undefined ? withComment(revision) : revision
  } catch (error) {
    const reference = { text: file, module: basename(file), attr: null, extras: [] }
    throw await importFault(error, { url, file, specifier: null }, reference, { file })
  }
}

/** The file is read for its comment when somebody wants to show it. */
function withComment(revision: Revision): Revision {
  let found: string | undefined
  return Object.defineProperty(revision, 'message', {
    get: () => (found ??= firstCommentLine(revision.file)),
    enumerable: true,
  })
}

/** The first line of the comment that the file begins with. */
function firstCommentLine(file: string): string {
  const text = readFileSync(file, 'utf-8')
  const match = /^(?:#![^\n]*\n)?\s*(?:\/\/+|\/\*+)[ \t]*(?:\*?[ \t\n]*)?([^\n]*)/u.exec(text)
  return match?.[1]?.replace(/\s*\*\/.*$/u, '').trim() ?? ''
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
