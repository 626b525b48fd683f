// Checks configuration files against what is declared, with every problem in one list: unknown groups and
// options, old names, values, what is required. Starts nothing; reads the files and, if they name some, remote sources.
import { isDeepStrictEqual } from 'node:util'
import { type Diagnostic, diagnostic, ExitCode, isSlipwayError } from '../errors.ts'
import { parseOslo, readText } from '../ini/index.ts'
import type { Config } from './config.ts'
import { shownValue } from './conversion.ts'
import { foldGroup, fullName } from './names.ts'
import type { OptionGroup } from './option.ts'
import { readConfig } from './read-config.ts'
import { isError } from './report.ts'

type Env = Readonly<Record<string, string | undefined>>

export interface ValidateOptions {
  readonly groups: readonly OptionGroup[]
  /** In the order in which a service reads them. */
  readonly files: readonly string[]
  /** What the service would find in its environment. */
  readonly env: Env
  /** Values that differ from their default are warnings. */
  readonly checksDefaults?: boolean | undefined
  /** Groups whose settings are nobody's business here. */
  readonly excludedGroups?: readonly string[] | undefined
}

interface Outcome {
  /** Null when there are errors. */
  readonly conf: Config | null
  readonly problems: readonly Diagnostic[]
}

/**
 * Everything that is wrong (errors) and not right (warnings), in the order of files and lines.
 * @throws SlipwayError for a file that is not there or cannot be read
 */
export function validateFiles(options: ValidateOptions): readonly Diagnostic[] {
  const { files, excludedGroups = [] } = options
  const excluded = new Set(excludedGroups.map(foldGroup))
  const groups = options.groups.filter(({ name }) => !excluded.has(foldGroup(name)))
  // A variable could hide a bad value of a file, but it may give what the files leave out.
  const alone = outcomeOf(groups, files, withoutSettings(options.env))
  const started = outcomeOf(groups, files, options.env)
  const found = [...alone.problems.filter(({ code }) => code !== 'SLIPWAY_CONFIG_REQUIRED'), ...started.problems]
  const conf = alone.conf ?? started.conf
  const differences = options.checksDefaults && conf ? differencesOf(conf, groups) : []
  const places = new Places(files)
  return places.inOrder(once([...found, ...differences]).filter(({ where }) => !excluded.has(places.groupAt(where))))
}

function outcomeOf(groups: readonly OptionGroup[], files: readonly string[], env: Env): Outcome {
  const argv = files.flatMap((file) => ['--config-file', file])
  try {
    const conf = readConfig({ groups, argv, prog: 'validate', env, defaultFiles: [], defaultFolders: [] })
    return { conf, problems: conf.warnings.map(asUnknown) }
  } catch (error) {
    if (!isSlipwayError(error) || error.exitCode !== ExitCode.config) throw error
    return { conf: null, problems: error.problems.map(asUnknown) }
  }
}

/** A secret may lie in a variable that a file refers to. */
function withoutSettings(env: Env): Env {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^OS_.+__/u.test(name)))
}

/** At a start another program may own a group that nobody declares; of a file that is checked all is declared. */
function asUnknown(problem: Diagnostic): Diagnostic {
  const isGroup = problem.code === 'SLIPWAY_CONFIG_UNKNOWN' && problem.where !== null
  return isGroup ? { ...problem, severity: 'error' } : problem
}

function differencesOf(conf: Config, groups: readonly OptionGroup[]): Diagnostic[] {
  const declared = new Map(
    groups.flatMap(({ name, options }) =>
      Object.entries(options).map(([option, { default: value }]) => [fullName(name, option), value] as const),
    ),
  )
  return conf.entries().flatMap((entry) => {
    const name = fullName(entry.group, entry.name)
    const { origin } = entry
    if (origin.kind !== 'file') return []
    const value = conf.value(name)
    const usual = declared.get(name) ?? null
    if (isDeepStrictEqual(value, defaultIn(conf, name, usual))) return []
    const isHidden = entry.secret || !isDeepStrictEqual(entry.value, value)
    const its = usual === null ? 'it has no default' : `its default is ${shownValue(usual)}`
    const message = isHidden
      ? `option "${name}" differs from its default`
      : `option "${name}" is ${shownValue(value)}, ${its}`
    return [diagnostic('warning', 'SLIPWAY_CONFIG_VALUE', message, { where: origin.where })]
  })
}

/** The default as it would be read: a text is converted, a name in it means what it means here. */
function defaultIn(conf: Config, name: string, declared: unknown): unknown {
  if (declared === null) return null
  conf.override(name, declared)
  const value = conf.value(name)
  conf.override(name, undefined)
  return value
}

/** Which group a line belongs to, and which problem comes first. */
class Places {
  readonly #files: readonly string[]
  readonly #groups = new Map<string, ReadonlyMap<number, string>>()

  constructor(files: readonly string[]) {
    this.#files = files
  }

  groupAt(where: Diagnostic['where']): string {
    if (where?.line === undefined) return ''
    const known = this.#groups.get(where.file) ?? groupsByLine(where.file)
    this.#groups.set(where.file, known)
    return known.get(where.line) ?? ''
  }

  inOrder(problems: readonly Diagnostic[]): Diagnostic[] {
    const file = ({ where }: Diagnostic): number => {
      const at = where ? this.#files.indexOf(where.file) : -1
      return at === -1 ? this.#files.length : at
    }
    const line = ({ where }: Diagnostic): number => where?.line ?? 0
    return problems.toSorted((a, b) => file(a) - file(b) || line(a) - line(b))
  }
}

/** The headings and assignments of a file; none of one that cannot be read as a whole. */
function groupsByLine(file: string): ReadonlyMap<number, string> {
  try {
    const { entries } = parseOslo(readText(file), file)
    return new Map(
      entries.flatMap(({ group, groupWhere, where, valueWhere }) =>
        [groupWhere, where, valueWhere].map(({ line = 0 }) => [line, foldGroup(group)] as const),
      ),
    )
  } catch (error) {
    if (isSlipwayError(error)) return new Map()
    throw error
  }
}

/** Errors first: what is an error in one reading may be a warning in the other. */
function once(problems: readonly Diagnostic[]): Diagnostic[] {
  const key = ({ code, message, where }: Diagnostic): string =>
    JSON.stringify([code, message, where?.file, where?.line, where?.column])
  const kept = new Map<string, Diagnostic>()
  for (const problem of problems) if (!kept.has(key(problem)) || isError(problem)) kept.set(key(problem), problem)
  return [...kept.values()]
}
