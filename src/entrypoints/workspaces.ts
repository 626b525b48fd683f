// The workspaces of npm that a package.json names: patterns of folders, taken apart at their slashes. Links that npm made
// of them are found in node_modules; this finds them before it has.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

export interface Workspaces {
  readonly folders: readonly string[]
  /** Folders whose listing decided: a new one in them may be a workspace too. */
  readonly looked: readonly string[]
}

/** `workspaces` as npm reads it: a list, or an object with `packages`. A pattern that begins with `!` takes folders out again. */
export function findWorkspaces(project: string, packageJson: string): Workspaces {
  const patterns = patternsOf(packageJson)
  const looked = new Set<string>()
  let folders: string[] = []
  for (const pattern of patterns) {
    const isOut = pattern.startsWith('!')
    const words = pattern
      .replace(/^!/u, '')
      .split('/')
      .filter((word) => word !== '' && word !== '.')
    const found = new Set(expand(project, words, looked))
    folders = isOut ? folders.filter((one) => !found.has(one)) : [...folders, ...found]
  }
  return { folders: [...new Set(folders)], looked: [...looked] }
}

function patternsOf(packageJson: string): string[] {
  if (!packageJson.includes('"workspaces"')) return []
  const listed = workspacesField(packageJson)
  return Array.isArray(listed) ? listed.filter((one): one is string => typeof one === 'string') : []
}

function workspacesField(packageJson: string): unknown {
  try {
    const { workspaces } = JSON.parse(packageJson) as { readonly workspaces?: { readonly packages?: unknown } }
    return Array.isArray(workspaces) ? workspaces : workspaces?.packages
  } catch (error) {
    // The reader of manifests tells what is wrong with it.
    if (error instanceof SyntaxError) return null
    throw error
  }
}

function expand(folder: string, words: readonly string[], looked: Set<string>): string[] {
  const [word, ...rest] = words
  if (word === undefined) return [folder]
  if (!/[*?{[]/u.test(word)) return expand(join(folder, word), rest, looked)
  const inside = foldersIn(folder, looked)
  if (word === '**') {
    return [...expand(folder, rest, looked), ...inside.flatMap((name) => expand(join(folder, name), words, looked))]
  }
  const fits = patternOf(word)
  return inside.filter((name) => fits.test(name)).flatMap((name) => expand(join(folder, name), rest, looked))
}

function foldersIn(folder: string, looked: Set<string>): string[] {
  looked.add(folder)
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.'))
      .map(({ name }) => name)
  } catch {
    // Not there: no workspaces.
    return []
  }
}

/** `*`, `?`, `[ab]` and `{a,b}` in one name. */
function patternOf(word: string): RegExp {
  const source = word
    .replaceAll(/[.+^$()|\\]/gu, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
    .replaceAll(/\{([^{}]*)\}/gu, (_, names: string) => `(?:${names.replaceAll(',', '|')})`)
  return new RegExp(`^${source}$`, 's')
}
