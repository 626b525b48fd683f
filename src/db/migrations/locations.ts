// Where revisions stand: folders (or modules) that the project names in the group `slipway.migrations` of its manifest, and
// after them those that installed packages give the same name there. Other names are other services', with databases of
// their own. Reads manifests and imports nothing.
import { realpathSync } from 'node:fs'
import { type InstalledEntryPoint, readEntryPoints } from '../../entrypoints/installed.ts'
import { projectFolder } from '../../entrypoints/project-folder.ts'
import { resolveFolder } from '../../entrypoints/resolve-folder.ts'
import { errorOf } from '../../errors.ts'

export const migrationsGroup = 'slipway.migrations'

/** A place with revisions. */
export interface Location {
  /** The name of its entry point; of another package the name of that. */
  readonly name: string
  /** Null when the entry point names a module, which exports `revisions`. */
  readonly folder: string | null
  /** Of the project itself, not of a package that extends it. */
  readonly isOwn: boolean
  readonly entryPoint: InstalledEntryPoint
}

/**
 * `from`: a folder or the URL of a module of the project; the project that the process runs unless given.
 * @throws SlipwayError of the entry point whose value is no reference
 */
export async function findLocations({ from }: { readonly from?: string | undefined } = {}): Promise<Location[]> {
  // As packages are known: whoever came here by a link means the same one.
  const project = realpathSync(projectFolder(from))
  const installed = await readEntryPoints({ group: migrationsGroup, from: project })
  const own = installed.filter(({ distribution }) => distribution.folder === project)
  const services = new Set(own.map(({ name }) => name))
  const found = new Map<string, Location>()
  for (const entryPoint of installed.filter(({ name }) => services.has(name))) {
    const { reference, problem, distribution } = entryPoint
    if (problem) throw errorOf([problem])
    const folder = reference && resolveFolder(reference, distribution)
    const isOwn = own.includes(entryPoint)
    const name = isOwn ? entryPoint.name : distribution.name
    // Two names of one folder are one place.
    const key = folder ?? `${distribution.folder} ${entryPoint.value}`
    if (!found.has(key)) found.set(key, { name, folder, isOwn, entryPoint })
  }
  return [...found.values()]
}
