// Module name → file, telling each place it looked. DESIGN: "A reference resolves so". Touches the
// disk, imports nothing.
import { existsSync, readdirSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { basename, dirname, extname, join, relative, resolve as resolvePath } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { closeNames } from '../diagnostic.ts'
import { SlipwayError, type Where } from '../errors.ts'
import { isFile, isFolder } from '../ini/path-kind.ts'
import { foldName, type PackageHome } from './distribution.ts'
import { modulesFolders } from './modules-folders.ts'
import { specifiers } from '../lazy-packages.ts'
import { isSpecifier, type Reference } from './reference.ts'

export interface ResolvedModule {
  /** What import() takes. */
  readonly url: string
  /** Null for a module of Node itself. */
  readonly file: string | null
  /** What an import statement in the project may say, when Node itself finds it so: `pkg/x`, `#x`, `node:fs`. */
  readonly specifier: string | null
}

const extensions = [
  '.js',
  '.mjs',
  '.cjs',
  ...('typescript' in process.features && process.features.typescript ? ['.ts', '.mts'] : []),
]

/**
 * Finds the module of a reference from a project's folder.
 * @throws SlipwayError SLIPWAY_REFERENCE_MODULE with the places looked in and the close names
 */
export function resolveModule(reference: Reference, project: PackageHome, where?: Where | null): ResolvedModule {
  const looked: string[] = []
  const found = isSpecifier(reference.module)
    ? resolveNodeSpecifier(reference.module, project, looked)
    : resolveDotted(reference.module.split('.'), project, looked)
  if (found) return found
  throw new SlipwayError('SLIPWAY_REFERENCE_MODULE', `cannot find module "${reference.module}"`, {
    where: where && { ...where, length: Math.min(where.length ?? reference.module.length, reference.module.length) },
    found: `looked in ${[...new Set(looked)].join(', ')}`,
    alternatives: () => closeModules(reference.module, project),
    original: `No module named '${reference.module}'`,
  })
}

function resolveNodeSpecifier(module: string, project: PackageHome, looked: string[]): ResolvedModule | null {
  if (isBuiltin(module)) return builtin(module.startsWith('node:') ? module : `node:${module}`)
  if (/^\.{0,2}\//u.test(module)) {
    const path = resolvePath(project.folder, module)
    looked.push(display(path, project))
    const file = extname(path) !== '' && isFile(path) ? path : moduleFile(path)
    return file === null ? null : moduleAt(file)
  }
  looked.push(module.startsWith('#') ? '"imports" of package.json' : 'node_modules')
  return resolveInstalled(module, project)
}

function resolveDotted(words: readonly string[], project: PackageHome, looked: string[]): ResolvedModule | null {
  const [first = '', ...rest] = words
  for (const root of packageRoots(first, project)) {
    const path = join(root, ...rest)
    looked.push(display(path, project))
    const file = dottedFile(root, rest)
    if (file !== null) return moduleAt(file)
  }
  looked.push('node_modules')
  return resolveInPackage(first, rest, project)
}

/** The folders (without extension: files) that the first word of a dotted module may stand for. */
export function packageRoots(first: string, project: PackageHome): string[] {
  if (first === '') return []
  const mapped = project.packageDir.get(first)
  if (mapped !== undefined) return [resolvePath(project.folder, mapped)]
  const parents = [project.folder, join(project.folder, 'src'), join(project.folder, 'dist')]
  const everything = project.packageDir.get('')
  if (everything !== undefined) parents.unshift(resolvePath(project.folder, everything))
  const inside = [...new Set([first, first.replaceAll('_', '-')])].flatMap((name) =>
    parents.map((parent) => join(parent, name)),
  )
  // A package's own manifest may name the package itself.
  return foldName(first) === foldName(project.name) ? [...inside, ...parents] : inside
}

/** A dotted module in an installed package: through its exports, else its files (its own manifest may name what it does not export). */
function resolveInPackage(first: string, rest: readonly string[], project: PackageHome): ResolvedModule | null {
  const names = [...new Set([first, first.replaceAll('_', '-')])].filter((name) => name !== '')
  for (const name of names) {
    const exported = resolveInstalled([name, ...rest].join('/'), project)
    if (exported) return exported
    for (const modules of modulesFolders(project.folder)) {
      const folder = join(modules, name)
      const file = rest.length > 0 ? firstFile([folder, join(folder, 'src'), join(folder, 'dist')], rest) : null
      if (file !== null) return moduleAt(file)
      const single = moduleFile(folder)
      if (rest.length === 0 && single !== null && !existsSync(join(folder, 'package.json'))) return moduleAt(single)
    }
  }
  return null
}

function firstFile(roots: readonly string[], rest: readonly string[]): string | null {
  for (const root of roots) {
    const file = dottedFile(root, rest)
    if (file !== null) return file
  }
  return null
}

/** Each word is itself, or with dashes for its underscores. */
function dottedFile(root: string, words: readonly string[]): string | null {
  const [word, ...rest] = words
  if (word === undefined) return moduleFile(root) ?? moduleFile(dashed(root))
  for (const name of new Set([word, word.replaceAll('_', '-')])) {
    const file = dottedFile(join(root, name), rest)
    if (file !== null) return file
  }
  return null
}

function dashed(path: string): string {
  return join(dirname(path), basename(path).replaceAll('_', '-'))
}

/** `path.js`, `path/index.js` and the other endings; as import would, a file before a folder. */
function moduleFile(path: string): string | null {
  for (const candidate of [path, join(path, 'index')]) {
    for (const extension of extensions) if (isFile(candidate + extension)) return candidate + extension
  }
  return null
}

function resolveInstalled(specifier: string, project: PackageHome): ResolvedModule | null {
  try {
    const url = specifiers().resolve(specifier, pathToFileURL(join(project.folder, 'package.json')).href)
    if (url.startsWith('node:')) return builtin(url)
    const file = fileURLToPath(url)
    return isFile(file) ? { url, file, specifier } : null
  } catch {
    // Not installed, not exported, no package at all: to this search all mean "not here".
    return null
  }
}

function moduleAt(file: string): ResolvedModule {
  return { url: pathToFileURL(file).href, file, specifier: null }
}

function builtin(url: string): ResolvedModule {
  return { url, file: null, specifier: url }
}

function display(path: string, project: PackageHome): string {
  const shown = relative(project.folder, path)
  return shown.startsWith('..') ? path : `./${shown}`
}

/** Names of modules beside the place where the search stopped, written as the reference writes them. */
function closeModules(module: string, project: PackageHome): string[] {
  if (isSpecifier(module)) return closeSpecifiers(module, project)
  const [first = '', ...rest] = module.split('.')
  const roots = packageRoots(first, project)
  for (let depth = rest.length; depth > 0; depth -= 1) {
    const before = rest.slice(0, depth - 1)
    const siblings = roots.flatMap((root) => moduleNames(join(root, ...before)))
    if (siblings.length === 0) continue
    const close = closeNames(rest[depth - 1] ?? '', siblings)
    return close.map((name) => [first, ...before, name, ...rest.slice(depth)].join('.'))
  }
  const packages = [...project.packageDir.keys(), ...roots.flatMap((root) => moduleNames(dirname(root)))]
  return closeNames(first, packages).map((name) => [name, ...rest].join('.'))
}

function closeSpecifiers(module: string, project: PackageHome): string[] {
  if (!module.startsWith('.')) return []
  const folder = resolvePath(project.folder, dirname(module))
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => extensions.includes(extname(name))) : []
  return closeNames(basename(module), files).map((name) => `${dirname(module)}/${name}`)
}

function moduleNames(folder: string): string[] {
  if (!isFolder(folder)) return []
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.name.startsWith('.') && entry.name !== 'node_modules')
    .filter((entry) => entry.isDirectory() || extensions.includes(extname(entry.name)))
    .map((entry) => basename(entry.name, extname(entry.name)).replaceAll('-', '_'))
    .filter((name) => name !== 'index' && !name.includes('.'))
}
