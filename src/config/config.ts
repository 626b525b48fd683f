// The configuration of a process: declared groups over raw sources, values typed and kept; reload.
// Lives in the master and in every worker (there rebuilt from a snapshot); reads no file and no flag itself.
import { type ConfigChange, type Mutation, mutationOf } from './changes.ts'
import { closeNames } from '../diagnostic.ts'
import { type Diagnostic, SlipwayError } from '../errors.ts'
import { isSecretName } from '../ini/index.ts'
import { type ConfigEntry, entryOf } from './entries.ts'
import { findIn } from './find-files.ts'
import { str } from './declare.ts'
import { fullName, optionKey, splitName } from './names.ts'
import type { OptionGroup, Options, ValuesOf } from './option.ts'
import { declaredDefaults, type Registered, registeredOf, Registry } from './registry.ts'
import { isError, reportOf } from './report.ts'
import { type CodeValues, Resolver } from './resolver.ts'
import { checkValue } from './setting.ts'
import { codeOf, type ConfigSnapshot, portable, readingOf, type SavedState, savedCode } from './snapshot.ts'
import { sourceGroupsOf } from './source-options.ts'
import { type Origin, type Reading, Sources } from './sources.ts'
import { unknownGroups, unknownOptions, unknownVariables } from './unknown.ts'

/** Told of a reload that was taken over, changes or none. */
export type MutateHook = (conf: Config, changes: readonly ConfigChange[]) => void

/** How loudly unknown names are told: of options in declared groups, and of groups. */
export interface Severities {
  readonly options: Diagnostic['severity']
  readonly groups: Diagnostic['severity']
}

/** How the process that read the configuration reads it again: the same command line, files and sources. */
export interface Rereader {
  /** @throws SlipwayError with everything that cannot be read */
  read(): Reading & Pick<ConfigSnapshot, 'folders'>
  readonly severities: Severities
}

const lenient: Severities = { options: 'warning', groups: 'warning' }

export class Config {
  readonly prog: string
  readonly project: string | null
  readonly version: string | null
  /** The words of the command line that are no flags; empty unless `positionals` allowed them. */
  readonly args: readonly string[]
  readonly #snapshot: ConfigSnapshot
  readonly #registry: Registry
  readonly #rereader: Rereader | null
  /** What the start gave; options that are not mutable keep it. */
  readonly #start: Resolver
  /** What holds now. */
  #current: Resolver
  #ignored: readonly Diagnostic[] = []
  readonly #hooks: MutateHook[] = []
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
  constructor(snapshot: ConfigSnapshot, registry: Registry, rereader: Rereader | null = null) {
    this.prog = snapshot.prog
    this.project = snapshot.project
    this.version = snapshot.version
    this.args = snapshot.args
    this.#snapshot = snapshot
    this.#registry = registry
    this.#rereader = rereader
    this.#start = new Resolver(registry, this.#sourcesOf(snapshot), codeOf(snapshot))
    const { live } = snapshot
    this.#current = live ? new Resolver(registry, this.#sourcesOf(live), codeOf(live), this.#start) : this.#start
  }

  /** The files that were read, in order. */
  get files(): readonly string[] {
    return this.#current.sources.files.map(({ file }) => file)
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
    if (added.length > 0) this.#forget()
    const keys = groups.flatMap(({ name, options }) => Object.keys(options).map((option) => optionKey(name, option)))
    const problems = keys.flatMap((key) => {
      const registered = this.#registry.get(key)
      return registered ? this.#current.resolve(registered).problems : []
    })
    if (problems.some(isError)) throw reportOf([...new Set(problems)].filter(isError))
  }

  /**
   * Everything that is registered, and the files against it.
   * @throws SlipwayError with every problem, warnings among them
   */
  check(unknownOptions: Diagnostic['severity'] = 'error', unknownGroups: Diagnostic['severity'] = 'warning'): void {
    this.#check(this.#current, { options: unknownOptions, groups: unknownGroups })
  }

  /**
   * The value of `api.workers`; of DEFAULT by the name alone.
   * @throws SlipwayError SLIPWAY_CONFIG_UNKNOWN
   */
  value(name: string): unknown {
    const { value, isBroken, problems } = this.#current.resolve(this.#find(name))
    if (isBroken) throw reportOf([...new Set(problems)])
    return value
  }

  /**
   * The text of an option that this process may not have declared: as it is set, else the default that the process which
   * read the configuration declares; null when nobody knows it. Declares nothing.
   * @throws SlipwayError SLIPWAY_CONFIG_VALUE
   */
  lookup(name: string): unknown {
    if (this.#registry.find(name)) return this.value(name)
    const { group, name: option } = splitName(name)
    const key = optionKey(group, option)
    const declared = this.#snapshot.declared[key]
    const asText = declared === undefined ? str() : str({ default: declared })
    const { value, isBroken, problems } = this.#current.resolve(registeredOf(group, option, asText))
    if (isBroken) throw reportOf([...new Set(problems)])
    return value
  }

  /** Where the value of `api.workers` was set. */
  origin(name: string): Origin {
    return this.#current.resolve(this.#find(name)).origin
  }

  /** Everything registered, in order of declaration; secrets masked. */
  entries(): ConfigEntry[] {
    const members = this.#registry.groups().flatMap((group) => group.members)
    return members.map((registered) => entryOf(registered, this.#current.resolve(registered)))
  }

  /**
   * What is not wrong but not right: unknown groups and late options, old names, numbers set to nothing,
   * sources that were left out, changes that the last reload ignored.
   */
  get warnings(): readonly Diagnostic[] {
    const { sources } = this.#current
    return [
      ...unknownGroups(sources, this.#registry, 'warning'),
      ...unknownOptions(sources, this.#registry, 'warning'),
      ...unknownVariables(sources, this.#registry, 'warning'),
      ...this.#ofValues(this.#current).filter((problem) => !isError(problem)),
      ...sources.reading.notes,
      ...this.#ignored,
    ]
  }

  /** The command line, for a dump; secrets masked. */
  get commandLine(): readonly string[] {
    return this.#snapshot.commandLine
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
    this.#set('overrides', name, value)
  }

  /**
   * Replaces an option's default in this configuration only; undefined brings it back.
   * @throws SlipwayError SLIPWAY_CONFIG_VALUE
   */
  setDefault(name: string, value: unknown): void {
    this.#set('defaults', name, value)
  }

  /**
   * Reads the same command line, files and sources again: mutable options follow, for the others a change is
   * ignored with a warning. When anything is wrong nothing changes at all. Then the hooks are called, in order.
   * @throws SlipwayError with everything that is wrong, as at the start; what a hook throws
   */
  mutate(): Mutation {
    const rereader = this.#needRereader()
    return this.#takeOver({ ...readingOf(rereader.read()), ...savedCode(this.#current.code) }, rereader.severities)
  }

  /**
   * In a worker: takes over what the master's configuration has become, as `mutate` does.
   * @throws SlipwayError with everything that is wrong with the worker's own groups; what a hook throws
   */
  apply(snapshot: ConfigSnapshot): Mutation {
    return this.#takeOver(snapshot.live ?? snapshot, lenient)
  }

  /** Calls the hook after every `mutate` and `apply` that was taken over. */
  onMutate(hook: MutateHook): void {
    this.#hooks.push(hook)
  }

  /**
   * A new configuration from the same command line, files and sources, mutable or not: for new workers. This
   * one stays as it is. What the program has set, and the hooks, go along.
   * @throws SlipwayError with everything that is wrong, as at the start
   */
  reload(): Config {
    const rereader = this.#needRereader()
    const { folders, ...reading } = rereader.read()
    const snapshot = { ...this.#snapshot, ...reading, ...savedCode(this.#current.code), folders, live: null }
    const conf = new Config(snapshot, this.#registry.copy(), rereader)
    conf.check(rereader.severities.options, rereader.severities.groups)
    conf.#hooks.push(...this.#hooks)
    return conf
  }

  snapshot(): ConfigSnapshot {
    const isLive = this.#current !== this.#start
    const { sources, code } = this.#current
    return {
      ...this.#snapshot,
      ...savedCode(this.#start.code),
      declared: { ...this.#snapshot.declared, ...declaredDefaults(this.#registry) },
      live: isLive ? { ...readingOf(sources.reading), ...savedCode(code) } : null,
    }
  }

  #takeOver(state: SavedState, severities: Severities): Mutation {
    const sources = this.#sourcesOf(state)
    const restarted = new Resolver(this.#registry, sources, codeOf(state))
    this.#check(restarted, severities)
    const after = new Resolver(this.#registry, sources, codeOf(state), this.#start)
    this.#check(after, severities)
    const mutation = mutationOf(this.#registry, { before: this.#current, after, restarted })
    this.#current = after
    this.#ignored = mutation.ignored
    this.#values.clear()
    for (const hook of this.#hooks) hook(this, mutation.changes)
    return mutation
  }

  #needRereader(): Rereader {
    if (this.#rereader) return this.#rereader
    throw new SlipwayError('SLIPWAY_INTERNAL', 'a configuration from a snapshot has nothing to read again', {
      hint: 'the process that read it reads again; give its snapshot to apply()',
    })
  }

  /** Sources with the groups that describe remote ones made known. */
  #sourcesOf(reading: Reading): Sources {
    for (const group of sourceGroupsOf(reading)) this.#registry.add(group)
    return new Sources(
      readingOf(reading),
      (group, name) => isSecretName(name) || this.#registry.isSecret(optionKey(group, name)),
    )
  }

  #check(resolver: Resolver, severities: Severities): void {
    const { sources } = resolver
    const isStrict = severities.groups === 'error'
    const problems = [
      ...unknownGroups(sources, this.#registry, severities.groups),
      ...unknownOptions(sources, this.#registry, severities.options),
      ...(isStrict ? unknownVariables(sources, this.#registry, 'error') : []),
      ...this.#ofValues(resolver),
    ]
    if (!problems.some(isError)) return
    const fileOrder = sources.texts.map(({ file }) => file)
    const place = ({ where }: Diagnostic): number => (where ? fileOrder.indexOf(where.file) : fileOrder.length)
    throw reportOf(problems.toSorted((a, b) => place(a) - place(b) || (a.where?.line ?? 0) - (b.where?.line ?? 0)))
  }

  #ofValues(resolver: Resolver): Diagnostic[] {
    return [...new Set(Array.from(this.#registry.all()).flatMap((one) => resolver.resolve(one).problems))]
  }

  #forget(): void {
    this.#start.forget()
    this.#current.forget()
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

  #set(kind: keyof CodeValues, name: string, value: unknown): void {
    const { key, fullName, option } = this.#find(name)
    const needsOthers = JSON.stringify(value)?.includes('$') ?? false
    if (!needsOthers && value !== null && value !== undefined) checkValue(option, value, `option "${fullName}"`)
    for (const { code } of [this.#start, this.#current]) {
      if (value === undefined) code[kind].delete(key)
      else code[kind].set(key, portable(value))
    }
    this.#values.clear()
    this.#forget()
  }

  #find(name: string): Registered {
    const registered = this.#registry.find(name)
    if (registered) return registered
    throw new SlipwayError('SLIPWAY_CONFIG_UNKNOWN', `no option "${name}" is declared`, {
      alternatives: () => closeNames(name, this.#registry.names()),
    })
  }

  #resolve(group: string, name: string): unknown {
    return this.value(`${group}.${name}`)
  }
}
