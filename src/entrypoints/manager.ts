// What all plugin managers share: the options, the loading with its failures, the look-up by name, calling many.
// stevedore's rules; as loading is asynchronous here, managers are made by their `load` and not by `new`.
import { closeNames } from '../diagnostic.ts'
import { SlipwayError } from '../errors.ts'
import { type ConflictResolver, conflictsOf, ignoreConflicts } from './conflicts.ts'
import { type Extension, failureText, type Invocation, isAssertion, loadExtension, titleOf } from './extension.ts'
import { type InstalledEntryPoint, readEntryPoints } from './installed.ts'

/** Where managers tell what they go on over. A logger of this package, or of pino, fits. */
export interface PluginLog {
  error(message: string): void
  warn(message: string): void
  debug(message: string): void
}

export interface LoadFailure {
  readonly entryPoint: InstalledEntryPoint
  readonly error: unknown
}

export interface ManagerOptions extends Invocation {
  /** Whose plugins: a folder or the URL of a module of the project; the project that the process runs unless given. */
  readonly from?: string | undefined
  /** False: looks at every package, keeps nothing. */
  readonly cache?: boolean | undefined
  /** Whether `map` throws what a function throws, or tells it and goes on. Default false. */
  readonly propagateMapExceptions?: boolean | undefined
  /** In place of telling that a plugin could not be loaded; what it throws ends the loading. */
  readonly onLoadFailureCallback?: ((failure: LoadFailure) => void) | undefined
  /** Who is meant by a name that two plugins have. Default `ignoreConflicts`. */
  readonly conflictResolver?: ConflictResolver | undefined
  /** Unless given, what is told are warnings of the process (`process.on('warning', …)`). */
  readonly log?: PluginLog | undefined
  /** Has no effect, as in stevedore: what a plugin needs is npm's to install. */
  readonly verifyRequirements?: boolean | undefined
}

/** What was loaded, as the constructors of managers take it. A test makes its own. */
export interface Loaded<T> {
  readonly namespace: string
  readonly extensions: readonly Extension<T>[]
  readonly failures: readonly LoadFailure[]
  /** The entry point that each name of several means. */
  readonly chosen: ReadonlyMap<string, InstalledEntryPoint>
}

const processWarnings: PluginLog = {
  error: (message) => process.emitWarning(message, 'PluginError'),
  warn: (message) => process.emitWarning(message, 'PluginWarning'),
  debug: () => undefined,
}

export function logOf({ log }: Pick<ManagerOptions, 'log'>): PluginLog {
  return log ?? processWarnings
}

export function groupOf(namespace: string, { from, cache }: ManagerOptions): Promise<InstalledEntryPoint[]> {
  return readEntryPoints({ group: namespace, from, cache })
}

/** Those of these names. One that is missing may have come since the index was made: see `readEntryPoints`. */
export async function namedOf(
  namespace: string,
  names: ReadonlySet<string>,
  options: ManagerOptions,
): Promise<InstalledEntryPoint[]> {
  let all = await groupOf(namespace, options)
  const missing = [...names].find((name) => !all.some((entry) => entry.name === name))
  if (missing !== undefined && options.cache !== false) {
    const { from } = options
    const late = await readEntryPoints({ group: namespace, name: missing, from })
    if (late.length > 0) all = await groupOf(namespace, options)
  }
  return all.filter(({ name }) => names.has(name))
}

/** Loads one after the other. What cannot be loaded is told, and left out. */
export async function loadAll<T>(
  namespace: string,
  entryPoints: readonly InstalledEntryPoint[],
  options: ManagerOptions,
): Promise<Loaded<T>> {
  const { conflictResolver = ignoreConflicts, onLoadFailureCallback } = options
  const log = logOf(options)
  const tell = (message: string) => log.warn(message)
  const conflicts = conflictsOf(namespace, entryPoints)
  const chosen = new Map(conflicts.map((conflict) => [conflict.name, conflictResolver(conflict, tell)]))
  const extensions: Extension<T>[] = []
  const failures: LoadFailure[] = []
  for (const entryPoint of entryPoints) {
    try {
      extensions.push(await loadExtension<T>(entryPoint, options))
    } catch (error) {
      if (isAssertion(error)) throw error
      const failure = { entryPoint, error }
      failures.push(failure)
      if (onLoadFailureCallback) onLoadFailureCallback(failure)
      else log.error(`could not load ${failureText(entryPoint, error)}`)
    }
  }
  return { namespace, extensions, failures, chosen }
}

/** The plugins of a manager, by name and in their order. */
export abstract class Manager<T> implements Iterable<Extension<T>> {
  readonly namespace: string
  readonly extensions: readonly Extension<T>[]
  /** What could not be loaded, and why. */
  readonly failures: readonly LoadFailure[]
  readonly #chosen: ReadonlyMap<string, InstalledEntryPoint>
  readonly #options: Pick<ManagerOptions, 'log' | 'propagateMapExceptions'>

  constructor(loaded: Loaded<T>, options: ManagerOptions = {}) {
    this.namespace = loaded.namespace
    this.extensions = loaded.extensions
    this.failures = loaded.failures
    this.#chosen = loaded.chosen
    this.#options = options
  }

  /** One for each extension: a name that two have comes twice. */
  names(): string[] {
    return this.extensions.map(({ name }) => name)
  }

  /** The entry points of all that were loaded. */
  entryPoints(): InstalledEntryPoint[] {
    return this.extensions.map(({ entryPoint }) => entryPoint)
  }

  /** One for each name. */
  items(): [name: string, extension: Extension<T>][] {
    return [...new Set(this.names())].flatMap((name): [string, Extension<T>][] => {
      const extension = this.#find(name)
      return extension ? [[name, extension]] : []
    })
  }

  has(name: string): boolean {
    return this.#find(name) !== null
  }

  /** @throws SlipwayError SLIPWAY_PLUGIN_MISSING */
  get(name: string): Extension<T> {
    const extension = this.#find(name)
    if (extension) return extension
    const failure = this.failures.find(({ entryPoint }) => entryPoint.name === name)
    throw missingPlugin(this.namespace, name, this.names(), failure)
  }

  [Symbol.iterator](): Iterator<Extension<T>> {
    return this.extensions[Symbol.iterator]()
  }

  /** Of two with one name, the one that was chosen. */
  #find(name: string): Extension<T> | null {
    const chosen = this.#chosen.get(name)
    return this.extensions.find((one) => (chosen ? one.entryPoint === chosen : one.name === name)) ?? null
  }

  /** One after the other. Answers of those that throw are left out, unless exceptions propagate. */
  protected async callEach<R>(
    extensions: Iterable<Extension<T>>,
    call: (extension: Extension<T>) => R | Promise<R>,
  ): Promise<R[]> {
    const answers: R[] = []
    for (const extension of extensions) {
      try {
        answers.push(await call(extension))
      } catch (error) {
        if (this.#options.propagateMapExceptions) throw error
        this.log.error(`calling ${failureText(extension.entryPoint, error)}`)
      }
    }
    return answers
  }

  /** @throws SlipwayError SLIPWAY_PLUGIN_MISSING */
  protected requireAny(): void {
    if (this.extensions.length > 0) return
    throw new SlipwayError('SLIPWAY_PLUGIN_MISSING', `group "${this.namespace}" has no plugins`, {
      found: this.failures.length > 0 ? `${this.failures.length} could not be loaded` : undefined,
      hint: `see: slipway list --all --group ${this.namespace}`,
      cause: this.failures[0]?.error,
      original: `No ${this.namespace} extensions found`,
    })
  }

  protected get log(): PluginLog {
    return logOf(this.#options)
  }
}

/** `original` is what a DriverManager of stevedore says. */
export function missingPlugin(
  namespace: string,
  name: string,
  names: readonly string[],
  failure?: LoadFailure,
): SlipwayError {
  const title = titleOf({ name, group: namespace })
  const message = failure ? `${title} could not be loaded` : `there is no ${title}`
  return new SlipwayError('SLIPWAY_PLUGIN_MISSING', message, {
    where: failure?.entryPoint.where,
    found: failure ? undefined : names.length > 0 ? `there are ${[...new Set(names)].join(', ')}` : 'it has none',
    alternatives: () => closeNames(name, names),
    hint: failure ? undefined : `see: slipway list --all --group ${namespace}`,
    cause: failure?.error,
    original: `No '${namespace}' driver found, looking for '${name}'`,
  })
}
