// What a later reading changes in a running service: mutable options follow it, the others keep their
// value, with a warning. Pure; taking the changes over is config.ts's.
import { isDeepStrictEqual } from 'node:util'
import { type Diagnostic, diagnostic } from '../errors.ts'
import type { Registered, Registry } from './registry.ts'
import { withOriginal } from './report.ts'
import type { Resolver } from './resolver.ts'
import type { Origin } from './sources.ts'

/** A mutable option that has a new value. */
export interface ConfigChange {
  /** `api.workers`; of DEFAULT the name alone. */
  readonly name: string
  /** Of a secret `****`, as `new`: a hook that needs the value asks the configuration. */
  readonly old: unknown
  readonly new: unknown
  /** Where the new value was set. */
  readonly origin: Origin
  readonly secret: boolean
}

/** What a reload did. */
export interface Mutation {
  /** In order of declaration. */
  readonly changes: readonly ConfigChange[]
  /** Warnings: changed options that a running service keeps. */
  readonly ignored: readonly Diagnostic[]
}

export interface Resolvers {
  /** The values so far. */
  readonly before: Resolver
  /** The values that will hold. */
  readonly after: Resolver
  /** The values that a restart would give. */
  readonly restarted: Resolver
}

export function mutationOf(registry: Registry, resolvers: Resolvers): Mutation {
  const all = Array.from(registry.all())
  return {
    changes: all.flatMap((option) => changeOf(option, resolvers)),
    ignored: all.flatMap((option) => ignoredOf(option, resolvers)),
  }
}

/** `option "api.workers" changed from 1 to 2 (etc/shop.conf:12)`. */
export function renderChange({ name, old, new: now, origin }: ConfigChange): string {
  const place = origin.kind === 'default' ? 'its default' : origin.detail
  return `option "${name}" changed from ${JSON.stringify(old)} to ${JSON.stringify(now)} (${place})`
}

function changeOf(option: Registered, { before, after }: Resolvers): ConfigChange[] {
  if (!option.option.mutable) return []
  const [old, now] = [before.resolve(option), after.resolve(option)]
  if (isDeepStrictEqual(old.value, now.value)) return []
  const secret = old.isSecret || now.isSecret
  return [{ name: option.fullName, old: old.shown, new: now.shown, origin: now.origin, secret }]
}

function ignoredOf(option: Registered, { before, restarted }: Resolvers): Diagnostic[] {
  if (option.option.mutable) return []
  const { value, origin } = restarted.resolve(option)
  if (isDeepStrictEqual(before.resolve(option).value, value)) return []
  const warning = diagnostic(
    'warning',
    'SLIPWAY_CONFIG_IMMUTABLE',
    `ignoring change to immutable option "${option.fullName}"`,
    { where: origin.where, hint: 'restart the service to take it over' },
  )
  return [withOriginal(warning, `Ignoring change to immutable option ${option.group}.${option.name}`)]
}
