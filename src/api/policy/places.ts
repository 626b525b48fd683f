// Which policy files there are, and what they hold: policy_file, then the files of each of policy_dirs by name. Read at
// once when a service starts, later only looked at, and read again when something has changed, without blocking.
import { type Dirent, readdirSync, statSync, type Stats } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import type { Config } from '../../config/index.ts'
import { diagnostic, type Diagnostic, SlipwayError } from '../../errors.ts'
import { readText } from '../../ini/read-text.ts'
import { policyGroup, type PolicySettings } from './options.ts'
import { parsePolicyText, type PolicyText } from './policy-text.ts'

export interface PolicyPlaces {
  readonly file: string | null
  /** Whether somebody has named the file: then it should be there. */
  readonly isNamed: boolean
  readonly folders: readonly string[]
}

/** Where a configuration finds its policies; a name without a root is looked up like other files that it names. */
export function placesOf(conf: Config): PolicyPlaces {
  const { policy_file: name, policy_dirs: names } = conf.get(policyGroup)
  const [beside] = conf.files.slice(-1).map(dirname)
  const isNamed = !['default', 'setDefault'].includes(conf.origin('oslo_policy.policy_file').kind)
  /** Where it would have to appear; the working folder is no place for what nobody has named. */
  const placeOf = (wanted: string) =>
    beside === undefined && !isAbsolute(wanted) ? null : resolve(beside ?? '/', wanted)
  // Services came with policy.json before the default was policy.yaml.
  const found = conf.findFile(name) ?? (isNamed ? null : conf.findFile('policy.json'))
  const folders = names.flatMap((folder) => conf.findFile(folder) ?? placeOf(folder) ?? [])
  return { file: found ?? placeOf(name) ?? (isNamed ? resolve(name) : null), isNamed, folders }
}

/** Without a configuration, paths count from the working folder, and what is not named is not read. */
export function placesOfSettings({
  policy_file: file,
  policy_dirs: folders = [],
}: Partial<PolicySettings>): PolicyPlaces {
  const isNamed = file !== undefined
  return { file: isNamed ? resolve(file) : null, isNamed, folders: folders.map((one) => resolve(one)) }
}

/** A file that is there, and a mark that changes with it. */
interface Listed {
  readonly file: string
  readonly mark: string
}

export interface Listing {
  readonly files: readonly Listed[]
  /** Of `file` and `folders` those that are not there. */
  readonly missing: readonly string[]
}

export function listPolicies({ file, folders }: PolicyPlaces): Listing {
  const files = file === null ? [] : [{ path: file, names: null, stats: [orMissing(() => statSync(file))] }]
  const inFolders = folders.map((path): Looked => {
    const names = namesIn(orMissing(() => readdirSync(path, { withFileTypes: true })))
    return {
      path,
      names: names ?? [],
      stats: names && names.map((name) => orMissing(() => statSync(join(path, name)))),
    }
  })
  return listingOf([...files, ...inFolders])
}

/** The same, while others go on. */
export async function lookAtPolicies({ file, folders }: PolicyPlaces): Promise<Listing> {
  const files = file === null ? [] : [{ path: file, names: null, stats: [await orMissingLater(stat(file))] }]
  const inFolders = folders.map(async (path): Promise<Looked> => {
    const names = namesIn(await orMissingLater(readdir(path, { withFileTypes: true })))
    const stats = names?.map((name) => orMissingLater(stat(join(path, name))))
    return { path, names: names ?? [], stats: stats ? await Promise.all(stats) : null }
  })
  return listingOf([...files, ...(await Promise.all(inFolders))])
}

/** A file, or a folder with the names in it; without stats it is not there. */
interface Looked {
  readonly path: string
  readonly names: readonly string[] | null
  readonly stats: readonly (Stats | null)[] | null
}

function listingOf(looked: readonly Looked[]): Listing {
  const files: Listed[] = []
  const missing: string[] = []
  for (const { path, names, stats } of looked) {
    if (stats === null) missing.push(path)
    for (const [at, found] of (stats ?? []).entries()) {
      const file = names === null ? path : join(path, names[at] ?? '')
      if (found?.isFile()) files.push({ file, mark: markOf(found) })
      else if (names === null) missing.push(file)
    }
  }
  return { files, missing }
}

/** The time alone would miss a second edit in the tick of a file system, and a file put in place of another. */
function markOf({ mtimeMs, ctimeMs, size, ino }: Stats): string {
  return [mtimeMs, ctimeMs, size, ino].join(' ')
}

function namesIn(entries: readonly Dirent[] | null): string[] | null {
  if (entries === null) return null
  const names = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name)
  return names.filter((name) => !name.startsWith('.')).sort()
}

function orMissing<T>(look: () => T): T | null {
  try {
    return look()
  } catch (error) {
    return nullWhenMissing(error)
  }
}

async function orMissingLater<T>(look: Promise<T>): Promise<T | null> {
  return look.catch(nullWhenMissing)
}

/** Anything else (no permission, a disk that fails) is a problem of its own. */
function nullWhenMissing(error: unknown): null {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOENT' || code === 'ENOTDIR') return null
  throw unreadable(error)
}

function unreadable(error: unknown): SlipwayError {
  const { message, path = '' } = error as NodeJS.ErrnoException
  return new SlipwayError('SLIPWAY_POLICY_FILE', `policy file "${path}" cannot be read: ${message}`, {
    where: { file: path },
    cause: error,
  })
}

export function readPolicies({ files }: Listing): PolicyText[] {
  return files.map(({ file }) => parsePolicyText(readText(file, { purpose: 'policy file' }), file))
}

/** @throws SlipwayError SLIPWAY_POLICY_FILE */
export async function readPoliciesLater({ files }: Listing): Promise<PolicyText[]> {
  const texts = files.map(async ({ file }) => parsePolicyText(await readFile(file, 'utf-8').catch(rethrown), file))
  return Promise.all(texts)
}

function rethrown(error: unknown): never {
  throw unreadable(error)
}

/** A file that was named and is not there. */
export function missingProblems({ isNamed, file }: PolicyPlaces, { missing }: Listing): Diagnostic[] {
  if (file === null || !isNamed || !missing.includes(file)) return []
  return [
    diagnostic(
      'warning',
      'SLIPWAY_POLICY_FILE',
      `policy file "${file}" does not exist; the defaults of the service hold`,
      {
        where: { file },
      },
    ),
  ]
}
