// The entry points of everything that is installed for a project, as importlib.metadata.entry_points() gives them to
// Python: the project itself, its workspaces, every package that it can import. Asked through the index, which is
// checked at each call; what makes it is loaded when it no longer holds. Runs no code of a package.
import type { Diagnostic } from '../errors.ts'
import type { PackageHome } from './distribution.ts'
import { type EntryPoint, withReference } from './entry-point.ts'
import { possibleModulesFolders } from './modules-folders.ts'
import {
  indexFile,
  type IndexHead,
  isFresh,
  type PackageContent,
  type PackageIndex,
  type PackageRecord,
  readHead,
  readOthers,
  writeIndex,
} from './package-index.ts'
import { projectFolder } from './project-folder.ts'

/** The package of an entry point. */
export interface InstalledPackage extends PackageHome {
  readonly version: string | null
}

export interface InstalledEntryPoint extends EntryPoint {
  readonly distribution: InstalledPackage
}

export interface EntryPointQuery {
  readonly group?: string | undefined
  readonly name?: string | undefined
  /**
   * Whose packages: a folder, or the URL of a module, at or below the project's. Unless given, the project that the process
   * runs: that of the service or command, else that of the program that Node was started with.
   */
  readonly from?: string | undefined
  /** False: every package is looked at, and nothing is kept. Default true, unless SLIPWAY_NO_INDEX is set. */
  readonly cache?: boolean | undefined
}

export interface Installed {
  readonly entryPoints: readonly InstalledEntryPoint[]
  /** What is wrong with the manifests of all packages, whatever was asked for. */
  readonly problems: readonly Diagnostic[]
}

/** In the order of the places: the project, its workspaces, `node_modules` from the nearest on; by name in each. */
export async function readEntryPoints(query: EntryPointQuery = {}): Promise<InstalledEntryPoint[]> {
  return [...(await readInstalled(query)).entryPoints]
}

/** The same with what is wrong. */
export async function readInstalled({ group, name, from, cache = true }: EntryPointQuery = {}): Promise<Installed> {
  const project = projectFolder(from)
  const file = cache ? indexFile(project) : null
  const places = possibleModulesFolders(project)
  const head = file === null ? null : readHead(file, project)
  if (head !== null && isFresh(head, places)) {
    const found = select(head, group, name)
    // What is missing may have been written into a package that had no entry points: before that is said, all are looked at.
    if (found.entryPoints.length > 0) return found
  }
  return select(await scan(project, places, file, head), group, name)
}

async function scan(
  project: string,
  places: readonly string[],
  file: string | null,
  head: IndexHead | null,
): Promise<PackageIndex> {
  const { scanPackages } = await import('./scan-packages.ts')
  if (file === null) return scanPackages(project, places)
  const others = readOthers(file)
  const index = scanPackages(project, places, [...others, ...(head?.packages ?? [])])
  // Nothing to write when only the answer was missing.
  const isSame =
    head !== null && JSON.stringify([headOf(index), index.others]) === JSON.stringify([headOf(head), others])
  if (!isSame) writeIndex(file, index)
  return index
}

function headOf({ format, project, places, watched, packages }: IndexHead): IndexHead {
  return { format, project, places, watched, packages }
}

function select({ packages }: IndexHead, group: string | undefined, name: string | undefined): Installed {
  const entryPoints = packages.flatMap(({ folder, content }) => {
    const wanted = content?.entries.filter(
      (entry) => (group === undefined || entry.group === group) && (name === undefined || entry.name === name),
    )
    if (!content || !wanted || wanted.length === 0) return []
    const distribution = packageOf(folder, content)
    return wanted.map((entry) => ({ ...withReference(entry), distribution }))
  })
  return { entryPoints, problems: packages.flatMap(problemsOf) }
}

function problemsOf({ content }: PackageRecord): readonly Diagnostic[] {
  return content?.problems ?? []
}

function packageOf(folder: string, { name, version, packageDir }: PackageContent): InstalledPackage {
  return { folder, name, version, packageDir: new Map(packageDir) }
}
