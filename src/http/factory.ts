// The factory contract of Paste Deploy on this side: what a factory is called with and may return.
// All factories may be async; the last argument may be ignored.
import type { Config, OptionGroup } from '../config/index.ts'
import type { Where } from '../errors.ts'
import type { Logger } from '../log/index.ts'
import type { App, Filter } from './contract.ts'

/** Settings as the file has them: text, in file order (a null-prototype object). */
export type Settings = Readonly<Record<string, string>>

/** The globals of a section: text, and whatever a program handed to `loadApp` as `globalConf`. */
export type GlobalConf = Record<string, unknown>

export interface FactoryContext {
  /** The section as written: `filter:cors`; for an entry point without a section its reference. */
  readonly section: string
  /** The section's name: `cors`. */
  readonly name: string
  readonly where: Where | null
  /** The service's configuration. */
  readonly config: Config
  /** A child logger named after the section. */
  readonly log: Logger
  /** What `--flavour` asks for, for composites that choose a pipeline. */
  readonly flavour: string | undefined
  /** The object that a reference of a setting names, found as the section's own factory is. */
  load(reference: string): Promise<unknown>
  /** Runs at drain, in reverse order of registration. */
  onClose(release: () => void | Promise<void>): void
}

/** Handed to a composite factory. Names are sections of its file or URIs. */
export interface Loader {
  /** Without `globalConf` a part sees the file's [DEFAULT] and what `loadApp` was given, not the caller's `set`s. */
  getApp(name?: string, globalConf?: GlobalConf): Promise<App>
  getFilter(name?: string, globalConf?: GlobalConf): Promise<Filter>
  getServer(name?: string, globalConf?: GlobalConf): Promise<Serve>
}

/** Serves an app until it is told to stop. */
export type Serve = (app: App) => unknown

type Async<T> = T | Promise<T>

/**
 * A factory may declare its settings (`factory.options`): they then arrive typed, a setting that
 * the section lacks comes from the group of that name in the service's configuration, and `check` finds unknown
 * keys and bad values without running it.
 */
export interface Declared {
  readonly options?: OptionGroup
  readonly place?: Place
}

/** What a filter is to the others of its pipeline: `check` warns of an order that takes from one of them what it is for. */
export interface Place {
  /** Free words: `auth`, `body-reader`. A filter that says none goes by the name of its group of options. */
  readonly roles?: readonly string[]
  /** It belongs outside (further left than) filters of these roles; each with the reason. */
  readonly outside?: Readonly<Record<string, string>>
  /** It belongs inside (further right than) filters of these roles; each with the reason. */
  readonly inside?: Readonly<Record<string, string>>
  /** Files carry it for an operator to put in: `check` does not mind that no pipeline has it. */
  readonly isSpare?: boolean
}

export type AppFactory<S = Settings> = ((globalConf: GlobalConf, settings: S, context: FactoryContext) => Async<App>) &
  Declared
export type FilterFactory<S = Settings> = ((
  globalConf: GlobalConf,
  settings: S,
  context: FactoryContext,
) => Async<Filter>) &
  Declared
export type FilterAppFactory<S = Settings> = ((
  app: App,
  globalConf: GlobalConf,
  settings: S,
  context: FactoryContext,
) => Async<App>) &
  Declared
export type CompositeFactory<S = Settings> = ((
  loader: Loader,
  globalConf: GlobalConf,
  settings: S,
  context: FactoryContext,
) => Async<App>) &
  Declared
export type ServerFactory<S = Settings> = ((
  globalConf: GlobalConf,
  settings: S,
  context: FactoryContext,
) => Async<Serve>) &
  Declared
export type ServerRunner<S = Settings> = ((
  app: App,
  globalConf: GlobalConf,
  settings: S,
  context: FactoryContext,
) => unknown) &
  Declared
