// The managers of stevedore over all plugins of a group: all, the named, the enabled, and those that choose at each call.
// driver-manager.ts has the two that go by one name.
import type { Extension } from './extension.ts'
import { groupOf, loadAll, logOf, Manager, type ManagerOptions, namedOf } from './manager.ts'
import { callMethod, MappingManager, type MethodName } from './mapping-manager.ts'

/** All plugins of a group. One that cannot be loaded is told, and the others are there. */
export class ExtensionManager<T = unknown> extends MappingManager<T> {
  static async load<T = unknown>(namespace: string, options: ManagerOptions = {}): Promise<ExtensionManager<T>> {
    return new ExtensionManager<T>(await loadAll<T>(namespace, await groupOf(namespace, options), options), options)
  }
}

export interface NamedOptions extends ManagerOptions {
  /** The order of the names, and one plugin for each; else all in the order in which they were found. */
  readonly nameOrder?: boolean | undefined
  /** Told which names were not found, or not loaded. */
  readonly onMissingEntrypointsCallback?: ((names: ReadonlySet<string>) => void) | undefined
  /** Whether they are told as a warning when there is no callback. Default true. */
  readonly warnOnMissingEntrypoint?: boolean | undefined
}

/** Those of some names; no other is imported. */
export class NamedExtensionManager<T = unknown> extends MappingManager<T> {
  static async load<T = unknown>(
    namespace: string,
    names: readonly string[],
    options: NamedOptions = {},
  ): Promise<NamedExtensionManager<T>> {
    const wanted = new Set(names)
    const loaded = await loadAll<T>(namespace, await namedOf(namespace, wanted, options), options)
    tellMissing(namespace, wanted, loaded.extensions, options)
    const manager = new NamedExtensionManager<T>(loaded, options)
    if (!options.nameOrder) return manager
    const ordered = [...wanted].filter((name) => manager.has(name)).map((name) => manager.get(name))
    return new NamedExtensionManager<T>({ ...loaded, extensions: ordered }, options)
  }
}

function tellMissing(
  namespace: string,
  wanted: ReadonlySet<string>,
  extensions: readonly Extension[],
  options: NamedOptions,
): void {
  const { onMissingEntrypointsCallback, warnOnMissingEntrypoint = true } = options
  const missing = [...wanted].filter((name) => !extensions.some((extension) => extension.name === name))
  if (missing.length === 0) return
  if (onMissingEntrypointsCallback) onMissingEntrypointsCallback(new Set(missing))
  else if (warnOnMissingEntrypoint) {
    logOf(options).warn(`plugins of "${namespace}" that were asked for are not there: ${missing.join(', ')}`)
  }
}

/** Whether a plugin, loaded and called, is kept. */
export type CheckFunction<T> = (extension: Extension<T>) => boolean | Promise<boolean>

async function loadEnabled<T>(namespace: string, check: CheckFunction<T>, options: ManagerOptions) {
  const loaded = await loadAll<T>(namespace, await groupOf(namespace, options), options)
  const enabled: Extension<T>[] = []
  for (const extension of loaded.extensions) if (await check(extension)) enabled.push(extension)
  // The one that a name means is chosen among those that are left.
  const chosen = new Map([...loaded.chosen].filter(([, entry]) => enabled.some((one) => one.entryPoint === entry)))
  return { ...loaded, extensions: enabled, chosen }
}

/** Those that a check lets pass, after they are loaded and called. */
export class EnabledExtensionManager<T = unknown> extends MappingManager<T> {
  static async load<T = unknown>(
    namespace: string,
    check: CheckFunction<T>,
    options: ManagerOptions = {},
  ): Promise<EnabledExtensionManager<T>> {
    return new EnabledExtensionManager<T>(await loadEnabled(namespace, check, options), options)
  }
}

/** Enabled ones, and each call chooses among them by a filter. */
export class DispatchExtensionManager<T = unknown> extends Manager<T> {
  static async load<T = unknown>(
    namespace: string,
    check: CheckFunction<T> = () => true,
    options: ManagerOptions = {},
  ): Promise<DispatchExtensionManager<T>> {
    return new DispatchExtensionManager<T>(await loadEnabled(namespace, check, options), options)
  }

  /** What the filter throws is not caught. */
  async map<R, A extends readonly unknown[]>(
    filter: (extension: Extension<T>, ...args: A) => boolean,
    func: (extension: Extension<T>, ...args: A) => R | Promise<R>,
    ...args: A
  ): Promise<R[]> {
    this.requireAny()
    const chosen = this.extensions.filter((extension) => filter(extension, ...args))
    return this.callEach(chosen, (extension) => func(extension, ...args))
  }

  async mapMethod(
    filter: (extension: Extension<T>, ...args: readonly unknown[]) => boolean,
    method: MethodName<T>,
    ...args: readonly unknown[]
  ): Promise<unknown[]> {
    return this.map(filter, (extension) => callMethod(extension, method, args), ...args)
  }
}

/** Enabled ones, and each call names those that it means. A name that is not there is left out. */
export class NameDispatchExtensionManager<T = unknown> extends Manager<T> {
  static async load<T = unknown>(
    namespace: string,
    check: CheckFunction<T> = () => true,
    options: ManagerOptions = {},
  ): Promise<NameDispatchExtensionManager<T>> {
    return new NameDispatchExtensionManager<T>(await loadEnabled(namespace, check, options), options)
  }

  async map<R, A extends readonly unknown[]>(
    names: Iterable<string>,
    func: (extension: Extension<T>, ...args: A) => R | Promise<R>,
    ...args: A
  ): Promise<R[]> {
    const chosen = [...names].flatMap((name) => {
      if (this.has(name)) return this.get(name)
      this.log.debug(`there is no plugin "${name}" of "${this.namespace}": left out`)
      return []
    })
    return this.callEach(chosen, (extension) => func(extension, ...args))
  }

  async mapMethod(names: Iterable<string>, method: MethodName<T>, ...args: readonly unknown[]): Promise<unknown[]> {
    return this.map(names, (extension) => callMethod(extension, method, args))
  }
}
