// Where npm installs globally, and who says so: the environment, the .npmrc chain in npm's order (user, global,
// builtin) read by npm's own ini reader, else the folder above the running node. The project's .npmrc has no say
// in it: npm leaves it out under --global. Facts: @npmcli/config of npm 11.
import { readFileSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import type { Where } from '../errors.ts'
import { npmIni } from '../lazy-packages.ts'

/** What npm's answer depends on. */
export interface NpmSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: string
  /** The running node. */
  readonly node: string
  readonly cwd: string
}

export interface NpmPrefix {
  readonly folder: string
  /** The line of the file that sets it. */
  readonly where: Where | null
  /** The variable of the environment that sets it. When nothing does, npm takes its default. */
  readonly variable: string | null
}

let known: string | undefined

/** `<prefix>/lib/node_modules` of the user's npm; kept for the life of the process. */
export function npmGlobalFolder(): string {
  // npm's own variables, which are no options of ours.
  const surroundings = { env: process.env, home: homedir(), node: process.execPath, cwd: process.cwd() }
  known ??= join(npmPrefix(surroundings).folder, 'lib', 'node_modules')
  return known
}

export function npmPrefix(from: NpmSurroundings): NpmPrefix {
  const variable = npmVariable('prefix', from)
  if (variable) return { folder: pathOf(variable.value, from), where: null, variable: variable.name }
  const userFile = npmVariable('userconfig', from)?.value ?? join(from.home, '.npmrc')
  const user = prefixIn(userFile, from)
  if (user) return user
  const builtin = prefixIn(join(npmFolder(from), 'npmrc'), from)
  const otherwise = builtin ?? defaultPrefix(from)
  return prefixIn(globalFile(userFile, otherwise.folder, from), from) ?? otherwise
}

/** What one file of the chain says of the prefix; null when it says nothing or is not there. */
export function prefixIn(file: string, from: NpmSurroundings): NpmPrefix | null {
  const text = textOf(file)
  const value = settingIn(text, 'prefix')
  return value === null ? null : { folder: pathOf(value, from), where: placeIn(file, text), variable: null }
}

/** Lies below the prefix that is found without it, unless somebody names another. */
function globalFile(userFile: string, prefix: string, from: NpmSurroundings): string {
  const named = npmVariable('globalconfig', from)?.value ?? settingIn(textOf(userFile), 'globalconfig')
  return named === null ? join(prefix, 'etc', 'npmrc') : pathOf(named, from)
}

function defaultPrefix({ env, node, cwd }: NpmSurroundings): NpmPrefix {
  if (env.PREFIX) return { folder: resolve(cwd, env.PREFIX), where: null, variable: 'PREFIX' }
  const folder = dirname(dirname(node))
  if (env.DESTDIR) return { folder: join(env.DESTDIR, folder), where: null, variable: 'DESTDIR' }
  return { folder, where: null, variable: null }
}

/** `npm_config_prefix`, in any case; an empty one counts for nothing. */
function npmVariable(key: string, { env }: NpmSurroundings): { name: string; value: string } | null {
  const wanted = `npm_config_${key}`
  for (const [name, value] of Object.entries(env)) {
    if (name.length === wanted.length && name.toLowerCase() === wanted && value) return { name, value }
  }
  return null
}

/** The package npm: behind the command beside node, else behind the first on the PATH. */
function npmFolder({ env, node }: NpmSurroundings): string {
  const beside = dirname(node)
  for (const folder of [beside, ...(env.PATH ?? '').split(delimiter)]) {
    try {
      return dirname(dirname(realpathSync(join(folder, 'npm'))))
    } catch {
      // No npm in this folder: the next may have one.
    }
  }
  return join(dirname(beside), 'lib', 'node_modules', 'npm')
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf-8')
  } catch {
    // Absent or not for this user to read: npm goes on without it.
    return ''
  }
}

function settingIn(text: string, key: string): string | null {
  // Most have nothing to say, and the reader is a package to load.
  if (!text.includes(key)) return null
  const value: unknown = npmIni().parse(text)[key]
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null
}

function placeIn(file: string, text: string): Where {
  const lines = text.split(/\r?\n/u)
  const index = lines.findLastIndex((line) => /^\s*"?prefix"?\s*=/u.test(line))
  if (index === -1) return { file }
  const line = lines[index] ?? ''
  const value = line.slice(line.indexOf('=') + 1)
  const column = line.length - value.trimStart().length + 1
  return { file, line: index + 1, column, length: value.trim().length, text: line }
}

/** A variable that is not set stays as it is written, with `${VAR?}` it is empty. */
function pathOf(value: string, { env, home, cwd }: NpmSurroundings): string {
  const expanded = value.replaceAll(/\$\{([^${}?]+)(\?)?\}/gu, (whole, name: string, mark?: string) => {
    return env[name] ?? (mark === undefined ? whole : '')
  })
  return expanded.startsWith('~/') ? join(home, expanded.slice(2)) : resolve(cwd, expanded)
}
