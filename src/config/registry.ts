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
}

export class Registry {
  readonly #options = new Map<string, Registered>()
  readonly #groups = new Map<string, { name: string; help: string | null; members: Registered[] }>()
  readonly #oldNames = new Set<string>()

  /**
   * Takes a group in; answers the options that were not known before.
   * @throws SlipwayError SLIPWAY_CONFIG_DECLARATION when a name is taken by a different option
   */
  add(group: OptionGroup): Registered[] {
    const added: Registered[] = []
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
      this.#options.set(registered.key, registered)
      for (const old of registered.oldKeys) this.#oldNames.add(old)
      entry.members.push(registered)
      added.push(registered)
    }
    return added
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

  /** Whether a key is the present or an earlier name of an option. */
  answersTo(key: string): boolean {
    return this.#options.has(key) || this.#oldNames.has(key)
  }

  /** Every full name, for close names. */
  names(): string[] {
    return Array.from(this.#options.values(), (registered) => registered.fullName)
  }
}

function registeredOf(group: string, name: string, option: Option): Registered {
  const oldKeys = (option.deprecatedNames ?? []).map((old) => {
    const at = splitName(old, group)
    return optionKey(at.group, at.name)
  })
  return { key: optionKey(group, name), group, name, fullName: fullName(group, name), option, oldKeys }
}
