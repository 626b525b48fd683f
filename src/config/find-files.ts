// Which files a program reads when it is not told, and where it looks for a file that its
// configuration names. oslo.config's search order. Looks at the disk, opens nothing.
import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

export interface SearchFor {
  readonly project: string | null
  readonly prog: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** `~/.project`, `~`, `/etc/project`, `/etc`, and inside a snap its own two. */
export function standardFolders({ project, env }: Omit<SearchFor, 'prog'>): string[] {
  const home = homeOf(env)
  const snaps = [env.SNAP_COMMON, env.SNAP].filter((folder): folder is string => Boolean(folder))
  return [
    ...(project === null ? [] : [join(home, `.${project}`)]),
    home,
    ...(project === null ? [] : [join('/etc', project)]),
    '/etc',
    ...(project === null ? [] : snaps.map((snap) => join(snap, 'etc', project))),
  ]
}

/** `project.conf`, then `prog.conf`, each the first that exists; with `.conf.d` the folders. */
export function defaultPlaces(search: SearchFor, extension: '.conf' | '.conf.d'): string[] {
  const { project, prog } = search
  if (project === null) return []
  const folders = standardFolders(search)
  const found = [...new Set([project, prog])].map((name) => findIn(folders, `${name}${extension}`))
  return found.filter((place) => place !== null)
}

/** The first of the folders that holds the name; a name with a root is itself the place. */
export function findIn(folders: readonly string[], name: string): string | null {
  return folders.map((folder) => resolve(folder, name)).find((place) => existsSync(place)) ?? null
}

/**
 * The files of a `.conf.d` folder: `*.conf`, not hidden, sorted by name, no deeper.
 * @throws what node:fs throws
 */
export function filesOfFolder(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.conf') && !name.startsWith('.'))
    .sort()
    .map((name) => join(folder, name))
}

/** A leading `~` stands for the user's folder: no shell saw what `--config-file=~/x` holds. */
export function expandHome(path: string, env: Readonly<Record<string, string | undefined>>): string {
  return path === '~' || path.startsWith('~/') ? join(homeOf(env), path.slice(1)) : path
}

function homeOf(env: Readonly<Record<string, string | undefined>>): string {
  return env.HOME === undefined || env.HOME === '' ? homedir() : env.HOME
}
