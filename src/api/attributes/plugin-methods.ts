// Which methods of a plugin a collection calls, by the names that the field has for them: `get_networks` or
// `getNetworks`, `create_network_bulk`, with a parent `get_router_networks`. Looked up once, when a collection is made.
import { closeNames } from '../../diagnostic.ts'
import { SlipwayError } from '../../errors.ts'
import { camelCase } from '../../entrypoints/attribute.ts'
import { levelsOf } from '../controllers/levels.ts'
import { NotImplemented } from '../responses/http-errors.ts'

export type PluginMethod = (...args: unknown[]) => unknown

export interface MethodNames {
  readonly list: string
  readonly show: string
  readonly create: string
  readonly update: string
  readonly delete: string
}

/** The names, which are those of the policy rules as well. */
export function methodNames(collection: string, resource: string, parent: string | null): MethodNames {
  const part = parent === null ? '' : `_${parent}`
  return {
    list: `get${part}_${collection}`,
    show: `get${part}_${resource}`,
    create: `create${part}_${resource}`,
    update: `update${part}_${resource}`,
    delete: `delete${part}_${resource}`,
  }
}

/** The method by its exact name, or else in camel case; bound to the plugin. */
export function findMethod(plugin: object, name: string): PluginMethod | null {
  for (const key of new Set([name, camelCase(name)])) {
    // Names are the map's; Object's own methods are none of a plugin's.
    const method: unknown = key in Object.prototype ? undefined : Reflect.get(plugin, key)
    if (typeof method === 'function') return (method as PluginMethod).bind(plugin)
  }
  return null
}

/** Answers 501 when it is asked for: extensions may be implemented in part. */
export function methodOrNone(plugin: object, name: string): PluginMethod {
  return (
    findMethod(plugin, name) ??
    (() => {
      throw new NotImplemented(`The plugin does not implement ${name}.`)
    })
  )
}

/** @throws SlipwayError SLIPWAY_API_PLUGIN */
export function requireMethod(plugin: object, name: string, owner: string): PluginMethod {
  const method = findMethod(plugin, name)
  if (method !== null) return method
  throw new SlipwayError('SLIPWAY_API_PLUGIN', `the plugin has no method "${name}", which ${owner} needs`, {
    found: plugin.constructor.name,
    expected: 'the method by this name, or in camel case',
    alternatives: () => closeNames(name, [...levelsOf(plugin)].flatMap(Object.getOwnPropertyNames)),
  })
}

/** `nativeBulkSupport`, or `native_bulk_support` as the field spells it. */
export function supports(plugin: object, what: 'bulk' | 'filtering' | 'pagination' | 'sorting'): boolean {
  const camel = `native${what.charAt(0).toUpperCase()}${what.slice(1)}Support`
  return Reflect.get(plugin, `native_${what}_support`) === true || Reflect.get(plugin, camel) === true
}
