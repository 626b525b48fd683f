// Where values come from, raw: files and flags in the order in which they came, the environment, remote
// sources. Text in, text out; conversion and substitution are the resolver's. Reads nothing itself.
import { type Diagnostic, isSlipwayError, type Where } from '../errors.ts'
import { type IsSecret, type OsloEntry, type OsloFile, parseOslo } from '../ini/index.ts'
import { envName, optionKey } from './names.ts'
import type { Registered } from './registry.ts'
import { problemsOf, reportOf } from './report.ts'

/** Where a value was set. */
export interface Origin {
  readonly kind: 'override' | 'cli' | 'env' | 'file' | 'source' | 'setDefault' | 'default'
  /** `etc/service.conf:12`, `https://conf.example/a.conf:12`, `OS_API__WORKERS`, `--workers`, `<revision>`. */
  readonly detail: string
  /** The value's place in a file; of a secret without the line's text. */
  readonly where: Where | null
}

/** A file as it was read, a remote source as it answered, or a flag as it was given. */
export type Source =
  | { readonly kind: 'file' | 'source'; readonly file: string; readonly text: string }
  | {
      readonly kind: 'flag'
      readonly key: string
      /** As written. */
      readonly flag: string
      readonly value: string
      readonly isOldName: boolean
    }

/** What a secret's `$file:` or `$env:` leads to: its text, or why there is none. */
export type Reference = { readonly text: string } | { readonly problem: string }

/** All that the sources said at one moment. Plain data: it travels to worker processes. */
export interface Reading {
  readonly timeline: readonly Source[]
  readonly env: Readonly<Record<string, string>>
  /** By the reference as written. */
  readonly references: Readonly<Record<string, Reference>>
  /** The groups that describe remote sources, the most telling first. */
  readonly sourceGroups: readonly string[]
  /** What was left out and may be. */
  readonly notes: readonly Diagnostic[]
}

/** One occurrence of an option. */
export interface Setting {
  readonly text: string
  readonly origin: Origin
  /** The earlier name that was used, or null. */
  readonly oldName: string | null
}

/** A text with its entries by option. */
export interface ParsedFile extends OsloFile {
  readonly kind: 'file' | 'source'
  /** Place in the time line. */
  readonly at: number
  readonly byKey: ReadonlyMap<string, readonly OsloEntry[]>
}

type FileSource = Extract<Source, { kind: 'file' | 'source' }>
type FlagSource = Extract<Source, { kind: 'flag' }> & { readonly at: number }

export class Sources {
  readonly reading: Reading
  readonly #files: ParsedFile[] = []
  readonly #remote: ParsedFile[] = []
  readonly #flags: FlagSource[] = []

  /** @throws SlipwayError SLIPWAY_INI_SYNTAX with every bad line of every file */
  constructor(reading: Reading, isSecret?: IsSecret) {
    this.reading = reading
    const problems: Diagnostic[] = []
    for (const [at, source] of reading.timeline.entries()) {
      if (source.kind === 'flag') this.#flags.push({ ...source, at })
      else {
        const kept = source.kind === 'file' ? this.#files : this.#remote
        kept.push(...parsed(source, at, problems, isSecret))
      }
    }
    if (problems.length > 0) throw reportOf(problems)
  }

  /** Of this machine. */
  get files(): readonly OsloFile[] {
    return this.#files
  }

  /** Files of this machine, and remote ones. */
  get texts(): readonly ParsedFile[] {
    return [...this.#files, ...this.#remote]
  }

  /** What a whole value of `$file:…` or `$env:…` leads to. */
  reference(text: string): Reference | undefined {
    const { references } = this.reading
    return Object.hasOwn(references, text) ? references[text] : undefined
  }

  /**
   * Every setting of a single-valued option, the winning one first. The documented order of oslo.config:
   * flags, environment, files, remote sources; but of a file and a flag the later on the command line wins.
   * One by one, because mostly nobody asks for what lost.
   */
  *settings(option: Registered): Generator<Setting, void> {
    const flags = this.#flagsOf(option).toReversed()
    if (option.isOfCommand || option.option.kind === 'subcommand') {
      yield* flags.map(({ setting }) => setting)
      return
    }
    const holding = this.#files.filter((file) => holds(file, option)).toReversed()
    const lastFile = holding[0]?.at ?? -1
    for (const { setting } of flags.filter(({ at }) => at > lastFile)) yield setting
    yield* this.#inEnv(option)
    const passed = flags.filter(({ at }) => at < lastFile)
    for (const one of [...holding, ...passed].toSorted((a, b) => b.at - a.at)) {
      if ('setting' in one) yield one.setting
      else yield* this.#inFile(option, one)
    }
    for (const file of this.#remote) yield* this.#inFile(option, file)
  }

  /** Its occurrences on the command line, in order. */
  given(option: Registered): Setting[] {
    return this.#flagsOf(option).map(({ setting }) => setting)
  }

  /**
   * All values of a multi-valued option in order. Files and flags add up; the environment, one value a
   * line, stands in for the files when there is no flag; a remote source speaks when nobody else does.
   */
  values(option: Registered): Setting[] {
    const flags = this.given(option)
    if (option.isOfCommand) return flags
    const env = this.#inEnv(option).flatMap((setting) =>
      setting.text
        .replace(/\n$/u, '')
        .split('\n')
        .map((text) => Object.assign({}, setting, { text })),
    )
    if (flags.length === 0 && env.length > 0) return env
    // Within a file the earlier names come first, whatever the order of the lines (as oslo.config does).
    const inFiles = this.#files.flatMap((file) => [...this.#inFile(option, file)].toReversed())
    const local = [...inFiles, ...flags]
    if (local.length > 0) return local
    const remote = this.#remote.map((file) => [...this.#inFile(option, file)].toReversed())
    return remote.find((settings) => settings.length > 0) ?? []
  }

  /** In one file, the winning one first: the present name before earlier ones, a later line before an earlier. */
  *#inFile(option: Registered, file: ParsedFile): Generator<Setting, void> {
    for (const key of keysOf(option)) {
      const entries = file.byKey.get(key) ?? []
      for (let index = entries.length - 1; index >= 0; index -= 1) {
        const entry = entries[index]
        if (!entry) continue
        const origin = fileOrigin(entry, file.kind, option.option.secret ?? false)
        yield { text: entry.value, origin, oldName: key === option.key ? null : `${entry.group}.${entry.name}` }
      }
    }
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
    const { env } = this.reading
    const text = Object.hasOwn(env, detail) ? env[detail] : undefined
    return text === undefined ? [] : [{ text, origin: { kind: 'env', detail, where: null }, oldName: null }]
  }
}

/** A place whose line must not be shown. */
export function withoutText({ file, line, column }: Where): Where {
  return { file, ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) }
}

function fileOrigin(entry: OsloEntry, kind: 'file' | 'source', isSecret: boolean): Origin {
  const { valueWhere } = entry
  return {
    kind,
    detail: `${valueWhere.file}:${valueWhere.line}`,
    where: isSecret ? withoutText(valueWhere) : valueWhere,
  }
}

function parsed(source: FileSource, at: number, problems: Diagnostic[], isSecret?: IsSecret): ParsedFile[] {
  try {
    const file = parseOslo(source.text, source.file, isSecret)
    return [{ ...file, kind: source.kind, at, byKey: byKey(file) }]
  } catch (error) {
    if (!isSlipwayError(error)) throw error
    problems.push(...problemsOf(error))
    return []
  }
}

function keysOf(option: Registered): readonly string[] {
  return option.oldKeys.length === 0 ? [option.key] : [option.key, ...option.oldKeys]
}

function holds(file: ParsedFile, option: Registered): boolean {
  return keysOf(option).some((key) => file.byKey.has(key))
}

function byKey(file: OsloFile): ReadonlyMap<string, readonly OsloEntry[]> {
  const byKey = new Map<string, OsloEntry[]>()
  for (const entry of file.entries) {
    const key = optionKey(entry.group, entry.name)
    const entries = byKey.get(key)
    if (entries) entries.push(entry)
    else byKey.set(key, [entry])
  }
  return byKey
}
