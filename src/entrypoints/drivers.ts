// The short way to drivers: a group, by name, typed. What a service keeps at the top of a module.
import { DriverManager } from './driver-manager.ts'
import { groupOf, type ManagerOptions } from './manager.ts'

/** The plugins of a group that give a T when they are called with Args. */
export interface Drivers<T, Args extends readonly unknown[]> {
  readonly namespace: string
  /** The names that installed packages offer, each once, in the order in which they are found. Loads none of them. */
  names(): Promise<string[]>
  /**
   * A new driver: the class of this name constructed, or the function called, with these arguments.
   * @throws SlipwayError SLIPWAY_PLUGIN_MISSING, SLIPWAY_PLUGIN_CONFLICT, SLIPWAY_PLUGIN_THREW, SLIPWAY_REFERENCE_…
   */
  load(name: string, ...args: Args): Promise<T>
}

/**
 *     const vnfDrivers = drivers<VnfDriver, [Config]>('service.vnf_drivers')
 *     const driver = await vnfDrivers.load('openstack', config)
 */
export function drivers<T, Args extends readonly unknown[] = readonly unknown[]>(
  namespace: string,
  options: Pick<ManagerOptions, 'from' | 'cache' | 'conflictResolver' | 'log'> = {},
): Drivers<T, Args> {
  return {
    namespace,
    async names() {
      return [...new Set((await groupOf(namespace, options)).map(({ name }) => name))]
    },
    async load(name, ...args) {
      return (await DriverManager.load<T>(namespace, name, { ...options, invokeOnLoad: true, invokeArgs: args })).driver
    },
  }
}
