// Calling plugins: a function for each, or a method of each. Pure; what it calls is the plugins' code.
import type { Extension } from './extension.ts'
import { Manager } from './manager.ts'

/** The names of T's methods; any name where T is not known. */
export type MethodName<T> = unknown extends T
  ? string
  : { [K in keyof T]: T[K] extends (...args: never) => unknown ? K : never }[keyof T] & string

/** One that calls all of its plugins. */
export abstract class MappingManager<T> extends Manager<T> {
  /**
   * What `func` answers for each plugin, one after the other.
   * @throws SlipwayError SLIPWAY_PLUGIN_MISSING when there are none; what `func` throws when exceptions propagate
   */
  async map<R, A extends readonly unknown[]>(
    func: (extension: Extension<T>, ...args: A) => R | Promise<R>,
    ...args: A
  ): Promise<R[]> {
    this.requireAny()
    return this.callEach(this.extensions, (extension) => func(extension, ...args))
  }

  /** The same with a method of what plugins gave when they were called. */
  async mapMethod(method: MethodName<T>, ...args: readonly unknown[]): Promise<unknown[]> {
    return this.map((extension) => callMethod(extension, method, args))
  }
}

export function callMethod<T>({ driver }: Extension<T>, name: string, args: readonly unknown[]): unknown {
  const method: unknown = (driver as Readonly<Record<string, unknown>> | null | undefined)?.[name]
  if (typeof method !== 'function') throw new TypeError(`it has no method "${name}"`)
  return Reflect.apply(method as (...args: unknown[]) => unknown, driver, args)
}
