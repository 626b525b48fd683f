// The configuration as listings show it: every option with its value, its origin and what that overrode,
// secrets masked. Pure.
import { masked } from './masked.ts'
import type { Option } from './option.ts'
import type { Registered } from './registry.ts'
import type { Resolved } from './resolver.ts'
import type { Origin } from './sources.ts'

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

export function entryOf({ group, name, option }: Registered, resolved: Resolved): ConfigEntry {
  const shown = (given: unknown): unknown => (resolved.isSecret ? masked : given)
  return {
    group,
    name,
    value: resolved.shown,
    origin: resolved.origin,
    default: option.secret ? masked : (option.default ?? null),
    overridden: resolved.overridden().map(({ origin, given }) => ({
      origin,
      value: shown('value' in given ? given.value : given.map(({ text }) => text).join(',')),
    })),
    secret: option.secret ?? false,
    option: withoutSecrets(option),
  }
}

function withoutSecrets(option: Option): Option {
  if (option.secret) return { ...option, default: masked }
  if (!option.commands) return option
  const commands = Object.entries(option.commands).map(([name, command]) => {
    const options = Object.entries(command.options ?? {}).map(([name, part]) => [name, withoutSecrets(part)])
    return [name, { ...command, options: Object.fromEntries(options) }]
  })
  return { ...option, commands: Object.fromEntries(commands) }
}
