// The index of the packages that a project can see, and its file: one for each project, in the user's cache folder.
// The first line holds what a start needs, which grows with the packages that have entry points; the second
// what finding changes needs, which grows with all. Reading and writing; scan-packages.ts makes the contents.
import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Diagnostic } from '../errors.ts'
import { cacheFolder } from './compile-cache.ts'
import type { WrittenEntry } from './entry-point.ts'
import { isStill, type Stamp } from './stamp.ts'

/** A package, whether it has entry points or not. */
export interface PackageRecord {
  /** Where it was found; the folder itself, unless it is linked. */
  readonly path: string
  readonly folder: string
  /** The stamps of the folder and of the manifests in it. */
  readonly stamps: readonly Stamped[]
  readonly content: PackageContent | null
}

/** Of a package that has entry points, or problems. */
export interface PackageContent {
  readonly name: string
  readonly version: string | null
  readonly packageDir: readonly (readonly [first: string, folder: string])[]
  readonly entries: readonly WrittenEntry[]
  readonly problems: readonly Diagnostic[]
}

export type Stamped = readonly [path: string, stamp: Stamp]

export interface IndexHead {
  readonly format: number
  readonly project: string
  /** The folders with packages, there or not, in their order. */
  readonly places: readonly string[]
  /** As long as all these are what they were, so is the index. */
  readonly watched: readonly Stamped[]
  /** With entry points or problems; the nearest of a name alone. */
  readonly packages: readonly PackageRecord[]
}

export interface PackageIndex extends IndexHead {
  /** All others, so that a change need not read them again. */
  readonly others: readonly PackageRecord[]
}

export const indexFormat = 1

/** Its stamp is in every index: another version of this package may read manifests otherwise. */
export const ownCode = fileURLToPath(import.meta.url)

/** Mirrors the project's path, so that two never share one; null without a folder to keep it in. */
export function indexFile(project: string): string | null {
  // As the other places of the system that decide about a cache, no option of a service.
  const { env } = process
  if (env.SLIPWAY_NO_INDEX) return null
  try {
    return join(cacheFolder(env), 'entry-points', project, 'index.json')
  } catch {
    // A user without a home.
    return null
  }
}

/** The head of a file that this user wrote for this project; null when there is none, or it is damaged. */
export function readHead(file: string, project: string): IndexHead | null {
  const head = parsed(firstLine(file)) as IndexHead | null
  return head?.format === indexFormat && head.project === project ? head : null
}

/** All other packages of the same file. Each record carries the stamps that prove it, wherever it comes from. */
export function readOthers(file: string): readonly PackageRecord[] {
  const line = withFile(file, (fd) => readFileSync(fd, 'utf-8').split('\n', 2)[1] ?? null)
  return (parsed(line) as readonly PackageRecord[] | null) ?? []
}

export function isFresh(head: IndexHead, places: readonly string[]): boolean {
  return (
    head.places.length === places.length &&
    head.places.every((place, index) => place === places[index]) &&
    head.watched.every(([path, stamp]) => isStill(path, stamp))
  )
}

/** By renaming: who reads meanwhile gets the one from before. It is only a cache: what cannot be written is not kept. */
export function writeIndex(file: string, { others, ...head }: PackageIndex): void {
  const draft = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    writeFileSync(draft, `${JSON.stringify(head)}\n${JSON.stringify(others)}\n`, { mode: 0o600, flag: 'wx' })
    renameSync(draft, file)
  } catch {
    remove(draft)
  }
}

function remove(draft: string): void {
  try {
    rmSync(draft, { force: true })
  } catch {
    // No folder, then no draft in it.
  }
}

function parsed(text: string | null): unknown {
  if (text === null) return null
  try {
    return JSON.parse(text)
  } catch {
    // Damaged: it is made anew.
    return null
  }
}

function firstLine(file: string): string | null {
  return withFile(file, (fd) => {
    const pieces: Buffer[] = []
    for (;;) {
      const piece = Buffer.allocUnsafe(65_536)
      const length = readSync(fd, piece)
      const end = piece.subarray(0, length).indexOf(10)
      pieces.push(piece.subarray(0, end === -1 ? length : end))
      if (end !== -1) return Buffer.concat(pieces).toString('utf-8')
      if (length === 0) return null
    }
  })
}

/** Null when it cannot be read, or is another user's: it tells which code to run. */
function withFile(file: string, read: (fd: number) => string | null): string | null {
  let fd: number | null = null
  try {
    fd = openSync(file, 'r')
    return fstatSync(fd).uid === process.getuid?.() ? read(fd) : null
  } catch {
    return null
  } finally {
    if (fd !== null) closeSync(fd)
  }
}
