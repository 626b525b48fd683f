// Where values come from, raw: files and flags in the order in which they came, and the environment.
// Text in, text out; conversion and substitution are the resolver's. Reads nothing itself.
import { type Diagnostic, errorOf, isSlipwayError, type Where } from '../errors.ts'
import { type OsloEntry, type OsloFile, parseOslo } from '../ini/index.ts'
import { envName, optionKey } from './names.ts'
import type { Registered } from './registry.ts'

/** Where a value was set. */
export interface Origin {
  readonly kind: 'override' | 'cli' | 'env' | 'file' | 'setDefault' | 'default'
  /** `etc/service.conf:12`, `OS_API__WORKERS`, `--workers`. */
  readonly detail: string
  /** The value's place in a file; of a secret without the line's text. */
  readonly where: Where | null
}

/** A file as it was read, or a flag as it was given. Plain data: it travels to worker processes. */
export type Source =
  | { readonly kind: 'file'; readonly file: string; readonly text: string }
  | {
      readonly kind: 'flag'
      readonly key: string
      /** As written. */
      readonly flag: string
      readonly value: string
      readonly isOldName: boolean
    }

/** One occurrence of an option. */
export interface Setting {
  readonly text: string
  readonly origin: Origin
  /** The earlier name that was used, or null. */
  readonly oldName: string | null
}

interface ParsedFile extends OsloFile {
  /** Place in the time line. */
  readonly at: number
  readonly byKey: ReadonlyMap<string, readonly OsloEntry[]>
}

type FlagSource = Extract<Source, { kind: 'flag' }> & { readonly at: number }

export class Sources {
  readonly timeline: readonly Source[]
  readonly env: Readonly<Record<string, string>>
  readonly #files: ParsedFile[] = []
  readonly #flags: FlagSource[] = []

  /** @throws SlipwayError SLIPWAY_INI_SYNTAX with every bad line of every file */
  constructor(timeline: readonly Source[], env: Readonly<Record<string, string>>) {
    this.timeline = timeline
    this.env = env
    const problems: Diagnostic[] = []
    for (const [at, source] of timeline.entries()) {
      if (source.kind === 'flag') this.#flags.push({ ...source, at })
      else this.#take(source.text, source.file, at, problems)
    }
    if (problems.length > 0) throw errorOf(problems)
  }

  #take(text: string, file: string, at: number, problems: Diagnostic[]): void {
    try {
      this.#files.push(indexed(parseOslo(text, file), at))
    } catch (error) {
      if (!isSlipwayError(error)) throw error
      problems.push(...error.problems)
    }
  }

  get files(): readonly OsloFile[] {
    return this.#files
  }

  /**
   * Every setting of a single-valued option, the winning one first. The documented order of oslo.config:
   * flags, environment, files; but of a file and a flag the later on the command line wins.
   */
  settings(option: Registered): Setting[] {
    const inFiles = this.#files
      .toReversed()
      .flatMap((file) => this.#inFile(option, file).map((setting) => ({ setting, at: file.at })))
    const flags = this.#flagsOf(option).toReversed()
    const lastFile = inFiles[0]?.at ?? -1
    const standing = flags.filter(({ at }) => at > lastFile)
    const passed = flags.filter(({ at }) => at < lastFile)
    const behind = [...inFiles, ...passed].toSorted((a, b) => b.at - a.at)
    return [...standing.map(({ setting }) => setting), ...this.#inEnv(option), ...behind.map(({ setting }) => setting)]
  }

  /**
   * All values of a multi-valued option in order. Files and flags add up; the environment, one value a
   * line, stands in for the files when there is no flag.
   */
  values(option: Registered): Setting[] {
    const flags = this.#flagsOf(option).map(({ setting }) => setting)
    const env = this.#inEnv(option).flatMap((setting) =>
      setting.text
        .replace(/\n$/u, '')
        .split('\n')
        .map((text) => Object.assign({}, setting, { text })),
    )
    if (flags.length === 0 && env.length > 0) return env
    // Within a file the earlier names come first, whatever the order of the lines (as oslo.config does).
    const inFiles = this.#files.flatMap((file) => this.#inFile(option, file).toReversed())
    return [...inFiles, ...flags]
  }

  /** In one file, the winning one first: the present name before earlier ones, a later line before an earlier. */
  #inFile(option: Registered, file: ParsedFile): Setting[] {
    return [option.key, ...option.oldKeys].flatMap((key) =>
      (file.byKey.get(key) ?? []).toReversed().map((entry) => ({
        text: entry.value,
        origin: fileOrigin(entry, option.option.secret ?? false),
        oldName: key === option.key ? null : `${entry.group}.${entry.name}`,
      })),
    )
  }

  #flagsOf(option: Registered): { setting: Setting; at: number }[] {
    return this.#flags
      .filter((flag) => flag.key === option.key)
      .map((flag) => ({
        at: flag.at,
        setting: {
          text: flag.value,
          origin: { kind: 'cli', detail: flag.flag, where: null },
          oldName: flag.isOldName ? flag.flag : null,
        },
      }))
  }

  #inEnv(option: Registered): Setting[] {
    const detail = envName(option.group, option.name)
    const text = Object.hasOwn(this.env, detail) ? this.env[detail] : undefined
    return text === undefined ? [] : [{ text, origin: { kind: 'env', detail, where: null }, oldName: null }]
  }
}

/** A place whose line must not be shown. */
export function withoutText({ file, line, column }: Where): Where {
  return { file, ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) }
}

function fileOrigin(entry: OsloEntry, isSecret: boolean): Origin {
  const { valueWhere } = entry
  return {
    kind: 'file',
    detail: `${valueWhere.file}:${valueWhere.line}`,
    where: isSecret ? withoutText(valueWhere) : valueWhere,
  }
}

function indexed(file: OsloFile, at: number): ParsedFile {
  const byKey = new Map<string, OsloEntry[]>()
  for (const entry of file.entries) {
    const key = optionKey(entry.group, entry.name)
    const entries = byKey.get(key)
    if (entries) entries.push(entry)
    else byKey.set(key, [entry])
  }
  return { ...file, at, byKey }
}
