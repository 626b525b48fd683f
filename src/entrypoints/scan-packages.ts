// Makes the index: looks at every package that the project can see and reads those that are new or changed. Loaded only
// when an index cannot be trusted. Reads the disk, imports no code of a package.
import { readdirSync, readFileSync, realpathSync } from 'node:fs'
import { basename, join } from 'node:path'
import { isSlipwayError } from '../errors.ts'
import { type Distribution, distributionFromManifests } from './distribution.ts'
import { asProblem } from './entry-point.ts'
import { manifestNames } from './manifest.ts'
import {
  indexFormat,
  ownCode,
  type PackageContent,
  type PackageIndex,
  type PackageRecord,
  type Stamped,
} from './package-index.ts'
import { isAbsent, isStill, stampOf } from './stamp.ts'
import { findWorkspaces } from './workspaces.ts'

/** npm writes it at the end of whatever it does to the folder. */
const npmLock = '.package-lock.json'

/** `before`: records of an earlier scan, taken where their stamps hold. */
export function scanPackages(
  project: string,
  places: readonly string[],
  before: Iterable<PackageRecord> = [],
  nowMs = Date.now(),
): PackageIndex {
  const scan = new Scan(before, nowMs)
  scan.watch(ownCode)
  scan.addOwn(project)
  for (const place of places) scan.addModules(place)
  return {
    format: indexFormat,
    project,
    places,
    watched: [...scan.watched],
    packages: scan.records.filter(({ content }) => content !== null),
    others: [...scan.records.filter(({ content }) => content === null), ...scan.shadowed],
  }
}

class Scan {
  readonly watched = new Map<string, string>()
  readonly records: PackageRecord[] = []
  /** Hidden by a nearer one of the same name. */
  readonly shadowed: PackageRecord[] = []
  readonly #known: ReadonlyMap<string, PackageRecord>
  readonly #nowMs: number
  readonly #names = new Set<string>()
  readonly #folders = new Set<string>()

  constructor(before: Iterable<PackageRecord>, nowMs: number) {
    this.#known = new Map(Array.from(before, (record) => [record.path, record]))
    this.#nowMs = nowMs
  }

  watch(path: string): boolean {
    const stamp = stampOf(path, this.#nowMs)
    this.watched.set(path, stamp)
    return !isAbsent(stamp)
  }

  /** The project itself, and its workspaces. */
  addOwn(project: string): void {
    this.#addFolder(project)
    const { folders, looked } = findWorkspaces(project, textOf(join(project, 'package.json')))
    for (const folder of looked) this.watch(folder)
    for (const folder of folders) this.#addFolder(folder)
  }

  /**
   * Where npm rules, the listing and its lock file tell of every change that it makes, and only packages that have entry
   * points, or are linked and so worked on elsewhere, are watched one by one. Where nobody does, all are.
   */
  addModules(modules: string): void {
    if (!this.watch(modules)) return
    const isNpms = this.watch(join(modules, npmLock))
    for (const { name, isLink } of this.#packagesIn(modules)) {
      const record = this.#recordOf(join(modules, name), isLink)
      if (this.#names.has(name) || this.#folders.has(record.folder)) this.shadowed.push(record)
      else this.#add(record, name)
      if (record.content !== null || isLink || !isNpms) this.#watchRecord(record)
    }
  }

  #addFolder(folder: string): void {
    const record = this.#recordOf(folder, true)
    this.#watchRecord(record)
    if (!this.#folders.has(record.folder)) this.#add(record, record.content?.name ?? null)
  }

  #add(record: PackageRecord, name: string | null): void {
    this.records.push(record)
    this.#folders.add(record.folder)
    if (name !== null) this.#names.add(name)
  }

  #watchRecord({ stamps }: PackageRecord): void {
    for (const [path, stamp] of stamps) this.watched.set(path, stamp)
  }

  #packagesIn(modules: string): { name: string; isLink: boolean }[] {
    return listed(modules).flatMap(({ name, isLink }) => {
      if (!name.startsWith('@')) return { name, isLink }
      const scope = join(modules, name)
      this.watch(scope)
      return listed(scope).map((inner) => ({ name: `${name}/${inner.name}`, isLink: isLink || inner.isLink }))
    })
  }

  #recordOf(path: string, isLink: boolean): PackageRecord {
    const folder = isLink ? realFolder(path) : path
    const known = this.#known.get(path)
    if (known?.folder === folder && known.stamps.every(([file, stamp]) => isStill(file, stamp))) return known
    return this.#readRecord(path, folder)
  }

  /** Stamps before contents: a change between the two is seen the next time. */
  #readRecord(path: string, folder: string): PackageRecord {
    const stamps = [...new Set([path, folder])].map((one): Stamped => [one, stampOf(one, this.#nowMs)])
    const present = new Set(listing(folder))
    const files = manifestNames.filter((name) => present.has(name)).map((name) => join(folder, name))
    for (const file of files) stamps.push([file, stampOf(file, this.#nowMs)])
    return { path, folder, stamps, content: readContent(folder, files) }
  }
}

/** Most packages have a package.json without entry points: then nobody reads it as a manifest. */
function readContent(folder: string, files: readonly string[]): PackageContent | null {
  const [only, second] = files
  if (only === undefined) return null
  if (second === undefined && basename(only) === 'package.json' && !textOf(only).includes('"entryPoints"')) return null
  try {
    const distribution = distributionFromManifests(folder, files)
    return hasContent(distribution) ? contentOf(distribution) : null
  } catch (error) {
    if (!isSlipwayError(error)) throw error
    const problems = [asProblem(error)]
    return { name: basename(folder), version: null, packageDir: [], entries: [], problems }
  }
}

function hasContent({ entryPoints, problems }: Distribution): boolean {
  return entryPoints.length > 0 || problems.length > 0
}

function contentOf({ name, version, packageDir, entryPoints, problems, folder }: Distribution): PackageContent {
  return {
    name: name === '' ? basename(folder) : name,
    version,
    packageDir: [...packageDir],
    entries: entryPoints.map(({ group, name, value, where, valueWhere }) => ({
      group,
      name,
      value,
      where,
      valueWhere,
    })),
    problems,
  }
}

function listed(folder: string): { name: string; isLink: boolean }[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => !entry.name.startsWith('.') && (entry.isDirectory() || entry.isSymbolicLink()))
      .map((entry) => ({ name: entry.name, isLink: entry.isSymbolicLink() }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  } catch {
    // Went away, or is not for this user: no packages.
    return []
  }
}

function listing(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    // A link that leads nowhere.
    return []
  }
}

function realFolder(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf-8')
  } catch {
    // Not there, or not for this user.
    return ''
  }
}
