// The managers of stevedore that go by one name: the one plugin that has it, and all that have it.
import { conflictError, type ConflictResolver } from './conflicts.ts'
import type { Extension } from './extension.ts'
import type { InstalledEntryPoint } from './installed.ts'
import { groupOf, loadAll, logOf, type ManagerOptions, missingPlugin, namedOf } from './manager.ts'
import type { NamedOptions } from './managers.ts'
import { MappingManager } from './mapping-manager.ts'

/** Exactly one plugin: a driver. */
export class DriverManager<T = unknown> extends MappingManager<T> {
  /**
   * @throws SlipwayError SLIPWAY_PLUGIN_MISSING when there is none of the name, SLIPWAY_PLUGIN_CONFLICT when there are two
   * and no `conflictResolver` is given; why it could not be loaded, unless a callback takes that
   */
  static async load<T = unknown>(
    namespace: string,
    name: string,
    options: NamedOptions = {},
  ): Promise<DriverManager<T>> {
    const found = await namedOf(namespace, new Set([name]), options)
    const entryPoint = oneOf(namespace, found, options)
    if (!entryPoint) {
      options.onMissingEntrypointsCallback?.(new Set([name]))
      const all = await groupOf(namespace, options)
      throw missingPlugin(
        namespace,
        name,
        all.map((one) => one.name),
      )
    }
    const { onLoadFailureCallback = rethrow } = options
    const loaded = await loadAll<T>(namespace, [entryPoint], { ...options, onLoadFailureCallback })
    if (loaded.extensions.length === 0) throw missingPlugin(namespace, name, [], loaded.failures[0])
    return new DriverManager<T>(loaded, options)
  }

  get extension(): Extension<T> {
    const [extension] = this.extensions
    if (!extension) throw missingPlugin(this.namespace, '', [])
    return extension
  }

  /** What calling the plugin gave, else the plugin itself. */
  get driver(): T {
    return this.extension.driver
  }

  /** As stevedore's manager when it is called: `func` once; what it throws is told, unless exceptions propagate. */
  async call<R, A extends readonly unknown[]>(
    func: (extension: Extension<T>, ...args: A) => R | Promise<R>,
    ...args: A
  ): Promise<R | undefined> {
    const [answer] = await this.callEach(this.extensions, (extension) => func(extension, ...args))
    return answer
  }
}

/** Two are an error before either is loaded. */
function oneOf(
  namespace: string,
  found: readonly InstalledEntryPoint[],
  options: ManagerOptions,
): InstalledEntryPoint | undefined {
  const [first, second] = found
  if (!first || !second) return first
  const conflict = { namespace, name: first.name, entryPoints: found }
  if (!options.conflictResolver) throw conflictError(conflict)
  return options.conflictResolver(conflict, (message) => logOf(options).warn(message))
}

function rethrow({ error }: { readonly error: unknown }): never {
  throw error
}

/** Every plugin that has the name: hooks. That there are none is no error, also not to `map`. */
export class HookManager<T = unknown> extends MappingManager<T> {
  static async load<T = unknown>(
    namespace: string,
    name: string,
    options: Omit<NamedOptions, 'conflictResolver'> = {},
  ): Promise<HookManager<T>> {
    const found = await namedOf(namespace, new Set([name]), options)
    if (found.length === 0) options.onMissingEntrypointsCallback?.(new Set([name]))
    return new HookManager<T>(await loadAll<T>(namespace, found, { ...options, conflictResolver: firstOf }), options)
  }

  protected override requireAny(): void {
    // Whoever offers a hook does not know whether anybody hangs on it.
  }
}

/** That several have the name is what hooks are for: nothing is told. */
const firstOf: ConflictResolver = (conflict) => {
  const [first] = conflict.entryPoints
  if (!first) throw conflictError(conflict)
  return first
}
