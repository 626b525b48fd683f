// A distribution: a folder with a manifest, be it the project at hand or an installed package, and
// the way to find one by name. Runs no code of it.
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { closeNames } from '../diagnostic.ts'
import { type Diagnostic, diagnostic, SlipwayError, type Where } from '../errors.ts'
import type { EntryPoint, Manifest } from './entry-point.ts'
import { manifestNames, readManifest } from './manifest.ts'
import { modulesFolders } from './modules-folders.ts'

export interface Distribution {
  readonly folder: string
  readonly name: string
  readonly version: string | null
  readonly manifests: readonly Manifest[]
  readonly entryPoints: readonly EntryPoint[]
  readonly packageDir: ReadonlyMap<string, string>
  readonly problems: readonly Diagnostic[]
}

/** What it takes to find the modules that entry points name. */
export type PackageHome = Pick<Distribution, 'folder' | 'name' | 'packageDir'>

const cache = new Map<string, Distribution>()

/** Reads all manifests of a folder; the answer is kept for the life of the process. */
export function readDistribution(folder: string): Distribution {
  const known = cache.get(folder)
  if (known) return known
  const manifests = manifestNames.map((name) => join(folder, name)).filter((file) => existsSync(file))
  const distribution = distributionFromManifests(folder, manifests)
  cache.set(folder, distribution)
  return distribution
}

/** The distribution that these files of a folder describe, read now. */
export function distributionFromManifests(folder: string, files: readonly string[]): Distribution {
  return distributionOf(folder, files.map(readManifest))
}

/** The distribution that one manifest alone describes, for `--manifest FILE`. */
export function distributionFromManifest(file: string): Distribution {
  return distributionFromManifests(dirname(file), [file])
}

/** Forgets what was read, for a reload. */
export function forgetDistributions(): void {
  cache.clear()
}

function distributionOf(folder: string, manifests: readonly Manifest[]): Distribution {
  const entryPoints = manifests.flatMap((manifest) => manifest.entryPoints)
  return {
    folder,
    name: manifests.find((manifest) => manifest.name)?.name ?? '',
    version: manifests.find((manifest) => manifest.version)?.version ?? null,
    manifests,
    entryPoints,
    packageDir: new Map(manifests.flatMap((manifest) => [...manifest.packageDir])),
    problems: [...manifests.flatMap((manifest) => manifest.problems), ...acrossManifests(manifests)],
  }
}

/** The same name in the same group of two files of one folder, with different targets. */
function acrossManifests(manifests: readonly Manifest[]): Diagnostic[] {
  return manifests.flatMap((manifest, index) =>
    manifest.entryPoints.flatMap((entry) => {
      const earlier = manifests
        .slice(0, index)
        .flatMap((other) => other.entryPoints)
        .find(({ group, name, value }) => group === entry.group && name === entry.name && value !== entry.value)
      if (!earlier) return []
      return diagnostic(
        'error',
        'SLIPWAY_MANIFEST_DUPLICATE',
        `entry point "${entry.name}" of group "${entry.group}" stands in two files`,
        {
          where: entry.where,
          found: `"${earlier.value}" in ${earlier.where.file}:${earlier.where.line}`,
          expected: 'one entry of a name',
        },
      )
    }),
  )
}

/** The nearest folder at or above `from` that holds a manifest; `from` itself when there is none. */
export function findProjectFolder(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (manifestNames.some((name) => existsSync(join(folder, name)))) return folder
    if (dirname(folder) === folder) return from
  }
}

export function findProject(from: string): Distribution {
  return readDistribution(findProjectFolder(from))
}

/**
 * The distribution of a name, as `egg:Name` says it: the project itself, else an installed package
 * (`node_modules` up the tree, NODE_PATH, the global prefix). Case, dashes, dots and underscores are all one.
 * @throws SlipwayError SLIPWAY_DISTRIBUTION_MISSING
 */
export function findDistribution(name: string, project: Distribution, where?: Where | null): Distribution {
  if (foldName(project.name) === foldName(name)) return project
  const places = modulesFolders(project.folder)
  for (const place of places) {
    const folder = packageFolder(place, name)
    if (folder) return readDistribution(folder)
  }
  throw new SlipwayError('SLIPWAY_DISTRIBUTION_MISSING', `package "${name}" is not installed`, {
    where,
    found:
      places.length > 0
        ? `looked in ${places.map((place) => place.replace(`${project.folder}/`, './')).join(', ')}`
        : 'there is no folder node_modules',
    alternatives: () => closeNames(name, [project.name, ...places.flatMap(packageNames)].filter(Boolean)),
    hint: `install it: npm install ${name.toLowerCase()}`,
    original: `No package metadata was found for ${name}`,
  })
}

/** One name for all spellings, as Python's normalised names. */
export function foldName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/gu, '-')
}

function packageFolder(modules: string, name: string): string | null {
  if (/(?:^|\/)\.{0,2}(?:\/|$)/u.test(name)) return null
  const exact = join(modules, name)
  if (existsSync(join(exact, 'package.json'))) return exact
  const folded = packageNames(modules).find((present) => foldName(present) === foldName(name))
  return folded === undefined ? null : join(modules, folded)
}

function packageNames(modules: string): string[] {
  if (!existsSync(modules)) return []
  return readdirSync(modules).flatMap((name) =>
    name.startsWith('@')
      ? readdirSync(join(modules, name)).map((inner) => `${name}/${inner}`)
      : name.startsWith('.')
        ? []
        : [name],
  )
}
