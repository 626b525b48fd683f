// One plugin: its entry point, what that leads to, and what calling it gave. Loading runs the plugin's code; what goes
// wrong is told with the package and the place in its manifest.
import { renderWhere } from '../diagnostic.ts'
import { errorOf, isSlipwayError, SlipwayError, type Where } from '../errors.ts'
import type { InstalledEntryPoint } from './installed.ts'
import { loadReference } from './load.ts'

/** As stevedore's Extension. */
export interface Extension<T = unknown> {
  readonly name: string
  readonly entryPoint: InstalledEntryPoint
  /** What the entry point leads to: a class, a function, an object. */
  readonly plugin: unknown
  /** What calling the plugin gave; null when it was not called. */
  readonly obj: T | null
  /** What callers work with: `obj` when the plugin was called, also when that is falsy; else the plugin. */
  readonly driver: T
  readonly moduleName: string
  readonly attr: string | null
}

/** Whether and with what plugins are called when they are loaded. */
export interface Invocation {
  /** A class is constructed, a function is called and its promise awaited. Default false. */
  readonly invokeOnLoad?: boolean | undefined
  readonly invokeArgs?: readonly unknown[] | undefined
}

/**
 * @throws SlipwayError SLIPWAY_REFERENCE_… when it cannot be loaded, SLIPWAY_PLUGIN_THREW when calling it fails
 */
export async function loadExtension<T>(
  entryPoint: InstalledEntryPoint,
  { invokeOnLoad = false, invokeArgs = [] }: Invocation,
): Promise<Extension<T>> {
  const { reference, problem, distribution, valueWhere } = entryPoint
  if (problem || !reference) throw errorOf(problem ? [problem] : [])
  const plugin = await loadReference(reference, distribution, { where: valueWhere })
  const obj = invokeOnLoad ? ((await invoke(plugin, invokeArgs, entryPoint)) as T) : null
  const driver = invokeOnLoad ? (obj as T) : (plugin as T)
  return { name: entryPoint.name, entryPoint, plugin, obj, driver, moduleName: reference.module, attr: reference.attr }
}

async function invoke(plugin: unknown, args: readonly unknown[], entryPoint: InstalledEntryPoint): Promise<unknown> {
  if (typeof plugin !== 'function') {
    throw new SlipwayError('SLIPWAY_REFERENCE_NOT_CALLABLE', `${titleOf(entryPoint)} is no class and no function`, {
      where: entryPoint.valueWhere,
      found: plugin === null ? 'null' : `a value of type ${typeof plugin}`,
      expected: 'something that can be called when it is loaded',
      original: `'${typeof plugin}' object is not callable`,
    })
  }
  try {
    if (isClass(plugin)) return new (plugin as unknown as new (...args: readonly unknown[]) => unknown)(...args)
    return await (plugin as unknown as (...args: readonly unknown[]) => unknown)(...args)
  } catch (error) {
    if (isAssertion(error)) throw error
    throw new SlipwayError(
      'SLIPWAY_PLUGIN_THREW',
      `${titleOf(entryPoint)} threw when it was called: ${textOf(error)}`,
      {
        where: placeOfThrow(error) ?? entryPoint.valueWhere,
        hint: `it is named in ${renderWhere(entryPoint.where)}, of package "${entryPoint.distribution.name}"`,
        cause: error,
      },
    )
  }
}

function isClass(value: CallableFunction): boolean {
  return /^class\b/u.test(Function.prototype.toString.call(value))
}

/** `plugin "disk" of "shop.drivers"`. */
export function titleOf({ name, group }: { readonly name: string; readonly group: string }): string {
  return `plugin "${name}" of "${group}"`
}

/** `"shop-disk" (/srv/shop/node_modules/shop-disk/package.json:5:7)`. */
export function originOf({ distribution, where }: InstalledEntryPoint): string {
  return `"${distribution.name}" (${renderWhere(where)})`
}

/** One line about a failure: what, whose, why, and where it was thrown. */
export function failureText(entryPoint: InstalledEntryPoint, error: unknown): string {
  const place = isSlipwayError(error) ? error.where : placeOfThrow(error)
  const at = place ? `, at ${renderWhere(place)}` : ''
  return `${titleOf(entryPoint)} in package ${originOf(entryPoint)}: ${textOf(error).replace(`${titleOf(entryPoint)} `, '')}${at}`
}

/** Failed assertions of the plugin are for whoever develops it: no manager goes on over one. */
export function isAssertion(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && at.code === 'ERR_ASSERTION') return true
  }
  return false
}

function textOf(error: unknown): string {
  if (isSlipwayError(error)) return error.message
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}

/** The first line of a stack that is in a file. */
function placeOfThrow(error: unknown): Where | null {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const match = /^ {4}at (?:.* \()?(?:file:\/\/)?(\/[^\n()]+?):(\d+):(\d+)\)?$/mu.exec(stack)
  if (!match) return null
  const [, file = '', line, column] = match
  return { file: decoded(file), line: Number(line), column: Number(column) }
}

/** A `file:` URL writes blanks and others in percents; a path that has such a percent of its own is left. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
