// The configuration of a process: declared groups over raw sources, values typed and kept.
// Lives in the master and in every worker (there rebuilt from a snapshot); reads no file and no flag.
import { closeNames } from '../diagnostic.ts'
import { type Diagnostic, errorOf, SlipwayError } from '../errors.ts'
import { findIn } from './find-files.ts'
import { fullName, optionKey } from './names.ts'
import type { Option, OptionGroup, Options, ValuesOf } from './option.ts'
import { type Registered, Registry } from './registry.ts'
import { Resolver } from './resolver.ts'
import { checkValue } from './setting.ts'
import { type Origin, type Source, Sources } from './sources.ts'
import { unknownGroups, unknownOptions, unknownVariables } from './unknown.ts'

/** A configuration as plain data: structured clone and JSON keep it whole. Holds secrets. */
export interface ConfigSnapshot {
  readonly prog: string
  readonly project: string | null
  readonly version: string | null
  readonly args: readonly string[]
  readonly timeline: readonly Source[]
  readonly env: Readonly<Record<string, string>>
  /** Where `findFile` looks, in order. */
  readonly folders: readonly string[]
  /** Options that the command line knew. */
  readonly flags: readonly string[]
  readonly overrides: Readonly<Record<string, unknown>>
  readonly defaults: Readonly<Record<string, unknown>>
}

/** One option with its value, for listings. */
export interface ConfigEntry {
  readonly group: string
  readonly name: string
  /** `****` for a secret, set or not. */
  readonly value: unknown
  readonly origin: Origin
  readonly default: unknown
  readonly overridden: readonly { readonly origin: Origin; readonly value: unknown }[]
  readonly secret: boolean
  readonly option: Option
}

const masked = '****'

export class Config {
  readonly prog: string
  readonly project: string | null
  readonly version: string | null
  /** The words of the command line that are no flags; empty unless `positionals` allowed them. */
  readonly args: readonly string[]
  readonly #snapshot: ConfigSnapshot
  readonly #sources: Sources
  readonly #registry: Registry
  readonly #resolver: Resolver
  readonly #overrides: Map<string, unknown>
  readonly #defaults: Map<string, unknown>
  readonly #values = new Map<OptionGroup, unknown>()

  /**
   * The same values again from plain data: what a worker process does.
   * @throws SlipwayError with every problem of the groups
   */
  static fromSnapshot(snapshot: ConfigSnapshot, groups: readonly OptionGroup[] = []): Config {
    const conf = new Config(snapshot, new Registry())
    conf.register(...groups)
    return conf
  }

  /** Use `readConfig` or `Config.fromSnapshot`. */
  constructor(snapshot: ConfigSnapshot, registry: Registry) {
    this.prog = snapshot.prog
    this.project = snapshot.project
    this.version = snapshot.version
    this.args = snapshot.args
    this.#snapshot = snapshot
    this.#sources = new Sources(snapshot.timeline, snapshot.env)
    this.#registry = registry
    this.#overrides = new Map(Object.entries(snapshot.overrides))
    this.#defaults = new Map(Object.entries(snapshot.defaults))
    this.#resolver = new Resolver(registry, this.#sources, { overrides: this.#overrides, defaults: this.#defaults })
  }

  /** The files that were read, in order. */
  get files(): readonly string[] {
    return this.#sources.files.map(({ file }) => file)
  }

  /**
   * The values of a group, typed and frozen. A group that is not known yet is registered first.
   * @throws SlipwayError with every problem of a group that comes late
   */
  get<O extends Options>(group: OptionGroup<O>): ValuesOf<OptionGroup<O>> {
    const kept = this.#values.get(group)
    if (kept !== undefined) return kept as ValuesOf<OptionGroup<O>>
    this.register(group)
    const names = Object.keys(group.options)
    const values = Object.freeze(Object.fromEntries(names.map((name) => [name, this.#resolve(group.name, name)])))
    this.#values.set(group, values)
    return values as ValuesOf<OptionGroup<O>>
  }

  /**
   * Makes groups known without asking for their values; their settings are checked at once.
   * @throws SlipwayError with every problem; SLIPWAY_CONFIG_DECLARATION for a flag that comes too late
   */
  register(...groups: readonly OptionGroup[]): void {
    for (const group of groups) this.#checkFlags(group)
    const added = groups.flatMap((group) => this.#registry.add(group))
    // What is known may refer to what is new.
    if (added.length > 0) this.#resolver.forget()
    const keys = groups.flatMap(({ name, options }) => Object.keys(options).map((option) => optionKey(name, option)))
    const problems = keys.flatMap((key) => {
      const registered = this.#registry.get(key)
      return registered ? this.#resolver.resolve(registered).problems : []
    })
    if (problems.some(isError)) throw errorOf([...new Set(problems)].filter(isError))
  }

  /**
   * Everything that is registered, and the files against it.
   * @throws SlipwayError with every problem, warnings among them
   */
  check(unknownSeverity: Diagnostic['severity'] = 'error'): void {
    const problems = [
      ...unknownGroups(this.#sources, this.#registry),
      ...unknownOptions(this.#sources, this.#registry, unknownSeverity),
      ...this.#ofValues(),
    ]
    const fileOrder = this.files
    const place = ({ where }: Diagnostic): number => (where ? fileOrder.indexOf(where.file) : fileOrder.length)
    if (!problems.some(isError)) return
    throw errorOf(problems.toSorted((a, b) => place(a) - place(b) || (a.where?.line ?? 0) - (b.where?.line ?? 0)))
  }

  /**
   * The value of `api.workers`; of DEFAULT by the name alone.
   * @throws SlipwayError SLIPWAY_CONFIG_UNKNOWN
   */
  value(name: string): unknown {
    const { value, isBroken, problems } = this.#resolver.resolve(this.#find(name))
    if (isBroken) throw errorOf([...new Set(problems)])
    return value
  }

  /** Where the value of `api.workers` was set. */
  origin(name: string): Origin {
    return this.#resolver.resolve(this.#find(name)).origin
  }

  /** Everything registered, in order of declaration; secrets masked. */
  entries(): ConfigEntry[] {
    return this.#registry.groups().flatMap(({ members }) => members.map((registered) => this.#entry(registered)))
  }

  /** What is not wrong but not right: unknown groups and late options, old names, numbers set to nothing. */
  get warnings(): readonly Diagnostic[] {
    return [
      ...unknownGroups(this.#sources, this.#registry),
      ...unknownOptions(this.#sources, this.#registry, 'warning'),
      ...unknownVariables(this.#sources, this.#registry),
      ...this.#ofValues().filter((problem) => !isError(problem)),
    ]
  }

  /** A file that the configuration names: in the `--config-dir`s, beside each config file from the last, in the standard folders. */
  findFile(name: string): string | null {
    return findIn(this.#snapshot.folders, name)
  }

  /**
   * Sets a value above every source; undefined takes it away again.
   * @throws SlipwayError SLIPWAY_CONFIG_VALUE
   */
  override(name: string, value: unknown): void {
    this.#set(this.#overrides, name, value)
  }

  /**
   * Replaces an option's default in this configuration only; undefined brings it back.
   * @throws SlipwayError SLIPWAY_CONFIG_VALUE
   */
  setDefault(name: string, value: unknown): void {
    this.#set(this.#defaults, name, value)
  }

  snapshot(): ConfigSnapshot {
    return {
      ...this.#snapshot,
      overrides: Object.fromEntries(this.#overrides),
      defaults: Object.fromEntries(this.#defaults),
    }
  }

  #ofValues(): Diagnostic[] {
    return [...new Set(Array.from(this.#registry.all()).flatMap((one) => this.#resolver.resolve(one).problems))]
  }

  #checkFlags(group: OptionGroup): void {
    for (const [name, option] of Object.entries(group.options)) {
      const key = optionKey(group.name, name)
      if (!option.cli || this.#snapshot.flags.includes(key)) continue
      const message = `the flag of option "${fullName(group.name, name)}" is declared too late`
      throw new SlipwayError('SLIPWAY_CONFIG_DECLARATION', message, {
        hint: 'give its group to readConfig: the command line is already read',
        original: 'arguments already parsed: cannot register CLI option',
      })
    }
  }

  #set(values: Map<string, unknown>, name: string, value: unknown): void {
    const { key, fullName, option } = this.#find(name)
    const needsOthers = JSON.stringify(value)?.includes('$') ?? false
    if (!needsOthers && value !== null && value !== undefined) checkValue(option, value, `option "${fullName}"`)
    if (value === undefined) values.delete(key)
    else values.set(key, portable(value))
    this.#values.clear()
    this.#resolver.forget()
  }

  #find(name: string): Registered {
    const registered = this.#registry.find(name)
    if (registered) return registered
    throw new SlipwayError('SLIPWAY_CONFIG_UNKNOWN', `no option "${name}" is declared`, {
      alternatives: closeNames(name, this.#registry.names()),
    })
  }

  #resolve(group: string, name: string): unknown {
    return this.value(`${group}.${name}`)
  }

  #entry(registered: Registered): ConfigEntry {
    const { group, name, option } = registered
    const { value, origin, isSecret, overridden } = this.#resolver.resolve(registered)
    const shown = (given: unknown): unknown => (isSecret ? masked : given)
    return {
      group,
      name,
      value: shown(value),
      origin,
      default: option.secret ? masked : (option.default ?? null),
      overridden: overridden.map(({ origin, given }) => ({
        origin,
        value: shown('value' in given ? given.value : given.map(({ text }) => text).join(',')),
      })),
      secret: option.secret ?? false,
      option: option.secret ? { ...option, default: masked } : option,
    }
  }
}

/** JSON has neither infinities, for which a text stands that converts back, nor a zero below zero. */
function portable(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : String(value).replace('Infinity', 'inf')
  if (Array.isArray(value)) return value.map(portable)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, portable(part)]))
}

function isError(problem: Diagnostic): boolean {
  return problem.severity === 'error'
}
