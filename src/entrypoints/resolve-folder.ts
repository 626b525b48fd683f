// A reference → a folder, in the places where resolve.ts looks for modules: what a group of folders names (the
// migrations of a package). Touches the disk, imports nothing.
import { join, resolve as resolvePath } from 'node:path'
import { isFolder } from '../ini/path-kind.ts'
import type { PackageHome } from './distribution.ts'
import { modulesFolders } from './modules-folders.ts'
import { isSpecifier, type Reference } from './reference.ts'
import { packageRoots } from './resolve.ts'

/** Null when there is none: resolve.ts then looks for a module, and tells where both have looked. */
export function resolveFolder({ module }: Reference, project: PackageHome): string | null {
  if (/^\.{0,2}\//u.test(module)) return firstFolder([resolvePath(project.folder, module)], [])
  if (isSpecifier(module)) return firstFolder(inModules([module], project), [])
  const [first = '', ...rest] = module.split('.')
  const names = [...new Set([first, first.replaceAll('_', '-')])].filter((name) => name !== '')
  return firstFolder(packageRoots(first, project), rest) ?? firstFolder(inModules(names, project), rest)
}

function inModules(names: readonly string[], project: PackageHome): string[] {
  return names.flatMap((name) =>
    modulesFolders(project.folder).flatMap((modules) => {
      const folder = join(modules, name)
      return [folder, join(folder, 'src'), join(folder, 'dist')]
    }),
  )
}

/** Each word is itself, or with dashes for its underscores. */
function firstFolder(roots: readonly string[], words: readonly string[]): string | null {
  const [word, ...rest] = words
  if (word === undefined) return roots.find(isFolder) ?? null
  const names = [...new Set([word, word.replaceAll('_', '-')])]
  return firstFolder(
    roots.flatMap((root) => names.map((name) => join(root, name))),
    rest,
  )
}
