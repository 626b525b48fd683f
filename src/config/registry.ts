// The options that are declared so far, by group and by every name they answer to.
// Knows declarations only; values are the resolver's.
import { isDeepStrictEqual } from 'node:util'
import { SlipwayError } from '../errors.ts'
import { foldGroup, fullName, optionKey, splitName } from './names.ts'
import type { Option, OptionGroup } from './option.ts'

/** An option in its place. */
export interface Registered {
  readonly key: string
  /** The group as its declaration spells it: environment names follow that. */
  readonly group: string
  readonly name: string
  /** `api.workers`, as messages say it. */
  readonly fullName: string
  readonly option: Option
  /** The keys of its earlier names, in order. */
  readonly oldKeys: readonly string[]
  /** Of an option of a subcommand, which only the command line can set. */
  readonly isOfCommand: boolean
}

export class Registry {
  readonly #options = new Map<string, Registered>()
  readonly #groups = new Map<string, { name: string; help: string | null; members: Registered[] }>()
  /** What a file may set: present and earlier names. */
  readonly #fileKeys = new Set<string>()
  readonly #secretKeys = new Set<string>()
  readonly #declared = new Set<OptionGroup>()

  /**
   * Takes a group in; answers the options that were not known before.
   * @throws SlipwayError SLIPWAY_CONFIG_DECLARATION when a name is taken by a different option
   */
  add(group: OptionGroup): Registered[] {
    if (this.#declared.has(group)) return []
    const fresh: Registered[] = []
    for (const [name, option] of Object.entries(group.options)) {
      const registered = registeredOf(group.name, name, option)
      const present = this.#options.get(registered.key)
      if (!present) fresh.push(registered)
      else if (!isDeepStrictEqual(present.option, option)) {
        throw new SlipwayError('SLIPWAY_CONFIG_DECLARATION', `option "${registered.fullName}" is declared twice`, {
          expected: 'the same declaration both times, help included',
          original: `duplicate option: ${name}`,
        })
      }
    }
    const known = this.#groups.get(foldGroup(group.name))
    const entry = known ?? { name: group.name, help: group.help, members: [] }
    entry.help ??= group.help
    this.#groups.set(foldGroup(group.name), entry)
    for (const registered of fresh) {
      if (registered.option.kind !== 'subcommand') this.#fileKeys.add(registered.key)
      this.#options.set(registered.key, registered)
      for (const old of registered.oldKeys) this.#fileKeys.add(old)
      if (registered.option.secret) for (const key of [registered.key, ...registered.oldKeys]) this.#secretKeys.add(key)
      entry.members.push(registered)
    }
    this.#declared.add(group)
    return fresh
  }

  /** Another one with the same groups. */
  copy(): Registry {
    const copy = new Registry()
    for (const group of this.#declared) copy.add(group)
    return copy
  }

  get(key: string): Registered | undefined {
    return this.#options.get(key)
  }

  /** By a name as people write it: in its own group first, then in DEFAULT. */
  find(written: string, ownGroup = 'DEFAULT'): Registered | undefined {
    const { group, name } = splitName(written, ownGroup)
    return this.#options.get(optionKey(group, name)) ?? this.#options.get(optionKey('DEFAULT', written))
  }

  all(): Iterable<Registered> {
    return this.#options.values()
  }

  groups(): { name: string; help: string | null; members: readonly Registered[] }[] {
    return [...this.#groups.values()]
  }

  group(name: string): { name: string; members: readonly Registered[] } | undefined {
    return this.#groups.get(foldGroup(name))
  }

  /** Whether a key is the present or an earlier name of an option that a file may set. */
  answersTo(key: string): boolean {
    return this.#fileKeys.has(key)
  }

  /** Whether the option of this key, or of this earlier name, is a secret. */
  isSecret(key: string): boolean {
    return this.#secretKeys.has(key)
  }

  /** Every full name, for close names. */
  names(): string[] {
    return Array.from(this.#options.values(), (registered) => registered.fullName)
  }
}

export function registeredOf(group: string, name: string, option: Option): Registered {
  const oldKeys = (option.deprecatedNames ?? []).map((old) => {
    const at = splitName(old, group)
    return optionKey(at.group, at.name)
  })
  const key = optionKey(group, name)
  return { key, group, name, fullName: fullName(group, name), option, oldKeys, isOfCommand: false }
}

/** The options of a command of a subcommand: known behind the command's name only, by names of their own. */
export function subOptions(subcommand: Registered, command: string): Registered[] {
  const options = subcommand.option.commands?.[command]?.options ?? {}
  return Object.entries(options).map(([name, option]) => ({
    key: `${subcommand.key} ${command} ${name}`,
    group: 'DEFAULT',
    name,
    fullName: `${command} ${name}`,
    option,
    oldKeys: [],
    isOfCommand: true,
  }))
}

/** What is declared as the default of each option that is text, by key; secrets left out. */
export function declaredDefaults(registry: Registry): Record<string, string> {
  const defaults = [...registry.all()].flatMap(({ key, option }): [string, string][] =>
    typeof option.default === 'string' && !option.secret ? [[key, option.default]] : [],
  )
  return Object.fromEntries(defaults)
}
