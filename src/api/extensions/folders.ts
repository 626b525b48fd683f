// Extensions that lie in folders: which files are ones, and what in a file is one. The rules of neutron's loader (sorted
// files, none with an underscore first, the class named as the file) and of nova's (sub-folders). Runs at start; it imports code.
import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { SlipwayError } from '../../errors.ts'

/** A file or a folder of them that may hold an extension, or says why it does not. */
export interface Finding {
  readonly source: string
  /** What the file exports by its name: a class, a function or an object. */
  readonly exported?: unknown
  /** The name that it was found under. */
  readonly name?: string
  readonly fault?: unknown
}

const endings = /\.(?:js|mjs|cjs)$/u
const typescript = /(?<!\.d)\.(?:ts|mts|cts)$/u

/** `a:b` is two folders; relative ones are below `base`. */
export function foldersOf(path: string | readonly string[], base: string): string[] {
  const parts = typeof path === 'string' ? path.split(':') : path
  return [...new Set(parts.map((part) => part.trim()).filter((part) => part !== ''))].map((part) => resolve(base, part))
}

export async function* findInFolder(folder: string): AsyncGenerator<Finding> {
  let entries
  try {
    entries = await readdir(folder, { withFileTypes: true })
  } catch (error) {
    yield { source: folder, fault: error }
    return
  }
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const place = join(folder, entry.name)
    if (entry.name.startsWith('_')) continue
    if (entry.isDirectory()) yield* findInPackage(place)
    else if (isModule(entry.name) && !isIndex(entry.name)) yield await findInFile(place, baseOf(entry.name))
  }
}

/** A sub-folder with an index: its function `extension` loads what is in it, or else it is gone through as well. */
async function* findInPackage(folder: string): AsyncGenerator<Finding> {
  let source = folder
  try {
    const index = (await readdir(folder)).find((name) => isIndex(name) && isModule(name))
    if (index === undefined) return
    source = join(folder, index)
    const exported = exportOf(await importFile(source), ['extension'])
    if (exported === undefined) yield* findInFolder(folder)
    else yield { source, exported, name: 'extension' }
  } catch (error) {
    yield { source, fault: error }
  }
}

async function findInFile(source: string, base: string): Promise<Finding> {
  const names = classNames(base)
  try {
    const exported = exportOf(await importFile(source), names)
    if (exported !== undefined) return { source, exported, name: names[0] ?? base }
    const fault = new SlipwayError('SLIPWAY_API_EXTENSION', `there is no "${names[0]}" in the file`, {
      expected: `a class, a function or an object exported as ${names.join(' or ')}`,
    })
    return { source, fault }
  } catch (error) {
    return { source, fault: error }
  }
}

/** `camelCase` → CamelCase as nova and tacker do, Camelcase as neutron does; `os-documents` → OsDocuments. */
function classNames(base: string): string[] {
  const capital = base.charAt(0).toUpperCase() + base.slice(1)
  const capitalised = base.charAt(0).toUpperCase() + base.slice(1).toLowerCase()
  const words = base
    .split(/[-_.]/u)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')
  // What can be the name of a class comes first: it is the one that messages ask for.
  return [...new Set([capital, words, capitalised])].toSorted((a, b) => Number(isWord(b)) - Number(isWord(a)))
}

function isWord(name: string): boolean {
  return /^[A-Za-z$]\w*$/u.test(name)
}

function exportOf(module: Readonly<Record<string, unknown>>, names: readonly string[]): unknown {
  // What Node does not see in a module of CommonJS stands below its default export.
  for (const place of [module, module.default]) {
    if (typeof place !== 'object' || place === null) continue
    const name = names.find((one) => Object.hasOwn(place, one))
    if (name !== undefined) return Reflect.get(place, name)
  }
  return undefined
}

async function importFile(file: string): Promise<Readonly<Record<string, unknown>>> {
  return (await import(pathToFileURL(file).href)) as Record<string, unknown>
}

/** TypeScript where this Node runs it; tests beside the code are none. */
function isModule(name: string): boolean {
  if (/\.(?:test|spec)\.\w+$/u.test(name)) return false
  return (
    endings.test(name) ||
    (typescript.test(name) && 'typescript' in process.features && Boolean(process.features.typescript))
  )
}

function isIndex(name: string): boolean {
  return baseOf(name) === 'index'
}

function baseOf(name: string): string {
  return name.replace(/\.\w+$/u, '')
}
