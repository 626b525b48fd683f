// The extensions of an API: from folders, from installed packages, from code. Loaded once, when the pipeline is built; one
// that cannot be is left out with its reason, and the API starts without it. What it gives is made into routes by routes.ts.
import { SlipwayError } from '../../errors.ts'
import type { App } from '../../http/index.ts'
import type { ResourceAttributeMap } from '../attributes/attribute-map.ts'
import type { Controller } from '../controllers/call.ts'
import { Collector, reasonOf } from './collector.ts'
import { extendController } from './extend-controller.ts'
import { type ExtendedMap, extendMap } from './extend-map.ts'
import { type Answers, askExtension, type LoadedExtension, type SkippedExtension } from './extension.ts'
import { findInFolder, foldersOf } from './folders.ts'
import type { ActionExtension, ControllerExtension, RequestExtension, ResourceExtension } from './parts.ts'
import { orderByRequirements } from './requirements.ts'

/** Where is told what was left out; a logger of this package fits. Warnings of the process unless given. */
export interface ExtensionLog {
  info(message: string): void
  warn(message: string): void
}

export interface ExtensionOptions {
  /** `api_extensions_path`: folders, in one text with `:` between them or as a list. */
  readonly path?: string | readonly string[] | undefined
  /** What relative folders are below: the working folder unless given. */
  readonly base?: string | undefined
  /** The group of entry points whose packages offer extensions; null for none. */
  readonly group?: string | null | undefined
  /** Whose packages: a folder or the URL of a module of the project; the project that the process runs unless given. */
  readonly from?: string | undefined
  /** Classes or descriptors of the service itself. */
  readonly descriptors?: readonly object[] | undefined
  /** Where they are given, an extension needs one that has its alias among `supported_extension_aliases`, and its interface. */
  readonly plugins?: readonly object[] | Readonly<Record<string, object>> | undefined
  /** By alias: whether an extension is supported, in place of asking the plugins. */
  readonly supportChecks?: Readonly<Record<string, () => boolean>> | undefined
  /** Aliases or names of classes; all unless given. */
  readonly selected?: readonly string[] | null | undefined
  /** What becomes of one whose required extensions are not there: `fail`, unless said, as neutron does; or it is left out. */
  readonly unmet?: 'fail' | 'skip' | undefined
  readonly log?: ExtensionLog | undefined
}

/** An extension, and one of the things that it adds. */
export type Part<T> = readonly [extension: LoadedExtension, part: T]

export class ExtensionManager {
  /** In the order of loading. */
  readonly extensions: ReadonlyMap<string, LoadedExtension>
  /** The same, each after those that it requires. */
  readonly ordered: readonly LoadedExtension[]
  readonly skipped: readonly SkippedExtension[]
  readonly #log: ExtensionLog
  /** Controllers that extensions may change, by collection. */
  readonly #controllers = new Map<string, Controller>()

  private constructor(
    extensions: readonly LoadedExtension[],
    ordered: readonly LoadedExtension[],
    skipped: readonly SkippedExtension[],
    log: ExtensionLog,
  ) {
    this.extensions = new Map(extensions.map((extension) => [extension.alias, extension]))
    this.ordered = ordered
    this.skipped = skipped
    this.#log = log
  }

  /**
   * Descriptors of code come first, then folders in their order, then entry points.
   * @throws SlipwayError SLIPWAY_API_EXTENSION: what an extension requires is not there
   */
  static async load(options: ExtensionOptions = {}): Promise<ExtensionManager> {
    const { plugins, selected, log = processWarnings } = options
    const collector = new Collector({
      plugins: plugins === undefined ? null : Object.values(plugins as Readonly<Record<string, object>>),
      checks: new Map(Object.entries(options.supportChecks ?? {})),
      selected: selected ? new Set(selected) : null,
    })
    for (const descriptor of options.descriptors ?? []) await collector.take(descriptor, 'code')
    const folders = foldersOf(options.path ?? '', options.base ?? process.cwd())
    for (const folder of folders) await takeFolder(collector, folder)
    if (options.group) await takeGroup(collector, options.group, options.from)
    const loaded = [...collector.extensions.values()]
    const { ordered, unresolved } = orderByRequirements(loaded)
    for (const [{ source, alias }, missing] of unresolved) {
      collector.skip(source, `it requires ${missing.join(', ')}, not loaded or waiting for each other`, alias)
    }
    tell(collector, log)
    if (unresolved.size > 0 && options.unmet !== 'skip') throw unmetRequirements(unresolved)
    const kept = loaded.filter((extension) => !unresolved.has(extension))
    return new ExtensionManager(kept, ordered, collector.skipped, log)
  }

  get resources(): Part<ResourceExtension>[] {
    return this.#parts('get_resources')
  }

  get actions(): Part<ActionExtension>[] {
    return this.#parts('get_actions')
  }

  get requestExtensions(): Part<RequestExtension>[] {
    return this.#parts('get_request_extensions')
  }

  get controllerExtensions(): Part<ControllerExtension>[] {
    return this.#parts('get_controller_extensions')
  }

  /**
   * The map of an API with what its extensions add to it for a version: `manager.extendResources('2.0', map)`.
   * @throws SlipwayError SLIPWAY_API_ATTRIBUTES
   */
  extendResources(version: string, map: ResourceAttributeMap): ExtendedMap {
    return extendMap(this.ordered, version, map)
  }

  /**
   * The controller with what extensions do around it. For the collections of the API itself, before its extensions are
   * connected: `resource(manager.extend('servers', new Servers()))`. `inherits` of theirs finds them by this name.
   */
  extend(collection: string, controller: Controller, inherits: string | null = null): Controller {
    this.#controllers.set(collection, controller)
    const parts = this.controllerExtensions
      .map(([, part]) => part)
      .filter((part) => part.collection === collection || part.collection === inherits)
    return parts.length === 0 ? controller : extendController(controller, parts)
  }

  /** Says which controller extensions are of a collection that nothing has: once, when the API is complete. */
  tellUnknownCollections(): void {
    for (const [{ alias }, { collection }] of this.controllerExtensions) {
      if (this.#controllers.has(collection)) continue
      this.#log.warn(`the extension "${alias}" changes the controller of "${collection}", which is not there for that`)
    }
  }

  /** Of a collection that was given to `extend`. */
  controllerOf(collection: string): Controller | App | undefined {
    return this.#controllers.get(collection)
  }

  #parts<Method extends PartMethod>(method: Method): PartOf<Method>[] {
    return [...this.extensions.values()].flatMap((extension) => {
      const parts = [...(askExtension(extension, method) ?? [])]
      return parts.map((part) => [extension, part] as unknown as PartOf<Method>)
    })
  }
}

type PartMethod = 'get_resources' | 'get_actions' | 'get_request_extensions' | 'get_controller_extensions'

type PartOf<Method extends PartMethod> = Part<Answers[Method] extends Iterable<infer One> ? One : never>

async function takeFolder(collector: Collector, folder: string): Promise<void> {
  for await (const { source, exported, fault } of findInFolder(folder)) {
    if (fault === undefined) await collector.take(exported, source)
    else collector.skip(source, reasonOf(fault))
  }
}

async function takeGroup(collector: Collector, group: string, from: string | undefined): Promise<void> {
  // Looks through all installed packages: not for an API that has its extensions elsewhere.
  const managers = await import('../../entrypoints/managers.ts')
  const plugins = await managers.ExtensionManager.load(group, {
    from,
    onLoadFailureCallback: ({ entryPoint, error }) => collector.skip(sourceOf(entryPoint), reasonOf(error)),
  })
  for (const { entryPoint, plugin } of plugins) await collector.take(plugin, sourceOf(entryPoint))
}

function sourceOf({
  distribution,
  name,
}: {
  readonly distribution: { readonly name: string }
  readonly name: string
}): string {
  return `${distribution.name}#${name}`
}

const processWarnings: ExtensionLog = {
  info: () => undefined,
  warn: (message) => process.emitWarning(message, 'ExtensionWarning'),
}

function tell({ skipped, unmet }: Collector, log: ExtensionLog): void {
  for (const { source, alias, reason, isExpected } of skipped) {
    const named = alias === null ? 'an extension' : `the extension "${alias}"`
    const message = `${named} of ${source} is left out: ${reason}`
    if (isExpected) log.info(message)
    else log.warn(message)
  }
  if (unmet.length > 0) log.warn(`extensions that are selected are not there: ${unmet.join(', ')}`)
}

function unmetRequirements(unresolved: ReadonlyMap<LoadedExtension, readonly string[]>): SlipwayError {
  const [[{ alias, source }, missing] = [{ alias: '', source: '' }, []]] = unresolved
  const aliases = [...unresolved.keys()].map((one) => one.alias)
  return new SlipwayError('SLIPWAY_API_EXTENSION', `the extension "${alias}" requires ${missing.join(', ')}`, {
    found: aliases.length > 1 ? `the same holds for ${aliases.slice(1).join(', ')}` : 'not loaded',
    expected: 'each required extension among those that are loaded, and no circle of them',
    hint: `it comes from ${source}`,
    original: `The following extensions were not found: ${aliases.join(', ')}`,
  })
}
