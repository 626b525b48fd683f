// Where revisions stand: folders (or modules) that packages name in the group `slipway.migrations` of their manifests.
// The project's own come first. Reads manifests and imports nothing.
import { type InstalledEntryPoint, readEntryPoints } from '../../entrypoints/installed.ts'
import { resolveFolder } from '../../entrypoints/resolve-folder.ts'
import { errorOf } from '../../errors.ts'

export const migrationsGroup = 'slipway.migrations'

/** A place with revisions. */
export interface Location {
  /** The name of its entry point. */
  readonly name: string
  /** Null when the entry point names a module, which exports `revisions`. */
  readonly folder: string | null
  readonly entryPoint: InstalledEntryPoint
}

/**
 * `from`: a folder or the URL of a module of the project; the project that the process runs unless given.
 * @throws SlipwayError of the entry point whose value is no reference
 */
export async function findLocations({ from }: { readonly from?: string | undefined } = {}): Promise<Location[]> {
  const found = new Map<string, Location>()
  for (const entryPoint of await readEntryPoints({ group: migrationsGroup, from })) {
    const { name, reference, problem, distribution } = entryPoint
    if (problem) throw errorOf([problem])
    const folder = reference && resolveFolder(reference, distribution)
    // Two names of one folder are one place.
    const key = folder ?? `${distribution.folder} ${entryPoint.value}`
    if (!found.has(key)) found.set(key, { name, folder, entryPoint })
  }
  return [...found.values()]
}
