// Whether some plugin stands behind an extension: it says so by the extension's alias, and it has the methods of the
// extension's plugin interface. neutron's plugin-aware manager. Pure.
import { findMethod } from '../attributes/plugin-methods.ts'
import { levelsOf } from '../controllers/levels.ts'
import type { PluginInterface } from './descriptor.ts'
import { askExtension, type LoadedExtension, type SkippedExtension, titleOf } from './extension.ts'

export interface SupportRules {
  /** Null: extensions need none. */
  readonly plugins: readonly object[] | null
  /** By alias, in place of asking plugins. */
  readonly checks: ReadonlyMap<string, () => boolean>
}

export type ReasonAgainst = Pick<SkippedExtension, 'reason' | 'isExpected'>

/** Null, or the reason why no plugin stands behind it. */
export function reasonAgainst(extension: LoadedExtension, { plugins, checks }: SupportRules): ReasonAgainst | null {
  if (plugins === null) return null
  const { alias } = extension
  const check = checks.get(alias)
  if (check !== undefined) return check() ? null : { reason: 'its support check says no', isExpected: false }
  const claims = plugins.filter((plugin) => supportedAliases(plugin).has(alias))
  if (claims.length === 0) {
    return { reason: `no plugin has "${alias}" among its supported_extension_aliases`, isExpected: true }
  }
  const others = plugins.filter((plugin) => !claims.includes(plugin))
  const reason = interfaceGap(askExtension(extension, 'get_plugin_interface') ?? [], [...claims, ...others])
  return reason === null ? null : { reason, isExpected: false }
}

/** What a plugin says itself and what each class says that it inherits from: an override does not hide the base's. */
function supportedAliases(plugin: object): ReadonlySet<string> {
  const aliases = new Set<string>()
  for (const level of levelsOf(plugin)) {
    for (const key of ['supported_extension_aliases', 'supportedExtensionAliases']) {
      // A getter is asked as the plugin's.
      add(aliases, Object.hasOwn(level, key) ? Reflect.get(level, key, plugin) : undefined)
      const own: unknown = Object.hasOwn(level, 'constructor') ? level.constructor : undefined
      if (typeof own === 'function' && Object.hasOwn(own, key)) add(aliases, Reflect.get(own, key))
    }
  }
  return aliases
}

function add(aliases: Set<string>, value: unknown): void {
  if (Array.isArray(value) || value instanceof Set) for (const alias of value) aliases.add(String(alias))
}

/** Names what the plugin lacks that comes nearest, of equals the first. */
function interfaceGap(wanted: PluginInterface, plugins: readonly object[]): string | null {
  const isClass = typeof wanted === 'function'
  if (isClass && plugins.some((plugin) => plugin instanceof wanted)) return null
  const methods = isClass ? methodsOf(wanted) : wanted
  const gaps = plugins
    .map((plugin) => ({ plugin, missing: methods.filter((name) => !hasMethod(plugin, name)) }))
    .toSorted((a, b) => a.missing.length - b.missing.length)
  const [nearest] = gaps
  if (nearest === undefined || nearest.missing.length === 0) return null
  return `no plugin implements its interface: "${titleOf(nearest.plugin)}" lacks ${nearest.missing.join(', ')}`
}

/** The interface may be written in the one spelling and the plugin in the other. */
function hasMethod(plugin: object, name: string): boolean {
  const snake = name.replaceAll(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`)
  return findMethod(plugin, name) !== null || findMethod(plugin, snake) !== null
}

function methodsOf(type: abstract new (...args: never[]) => object): string[] {
  const names = new Set([...levelsOf(type.prototype as object)].flatMap(Object.getOwnPropertyNames))
  names.delete('constructor')
  return [...names]
}
