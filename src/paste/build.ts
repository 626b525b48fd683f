// Plan → live objects. Imports a factory only when the build reaches it; follows PasteDeploy's
// order of calls. What factories return is adopted by http/adopt.ts.
import type { Config } from '../config/index.ts'
import { errorOf, isSlipwayError, SlipwayError } from '../errors.ts'
import { loadReference } from '../entrypoints/load.ts'
import { adoptApp, adoptFilter, type App, type Filter } from '../http/index.ts'
import type { Declared, FactoryContext, GlobalConf, Loader, Serve } from '../http/factory.ts'
import { childLogger, type Logger, nullLogger } from '../log/index.ts'
import { argumentConf, type Describer, type NameRequest } from './describe.ts'
import { factoryOfReference } from './factory.ts'
import { withProtocol } from './pipeline-plan.ts'
import { type Factory, type FactoryPlan, globalsOf, type ObjectType, type Plan, type WrappedPlan } from './plan.ts'
import { settingsOf } from './settings.ts'
import { composeFilters, wrapFilter } from './wrap-filter.ts'

export interface BuildOptions {
  readonly config: Config
  readonly log?: Logger
  /** Takes the place of a factory: for stand-ins. Null: use the real one. */
  readonly replace?: (plan: FactoryPlan, buildApp: (plan: Plan) => Promise<App>) => Promise<BuiltObject | null>
  /** Sees every app and filter as it is built, and may wrap it: for traces. */
  readonly observe?: Observer
}

export interface Observer {
  app(app: App, plan: FactoryPlan): App
  filter(filter: Filter, plan: FactoryPlan): Filter
  /** An app on its way to the composite that has asked for it. */
  part?(app: App, composite: FactoryPlan): App
}

export type BuiltObject =
  | { type: 'app'; app: App }
  | { type: 'filter'; filter: Filter }
  | { type: 'server'; serve: Serve }

/** A built object with what its factories want released. */
export interface Built<T> {
  readonly value: T
  /** Runs every `onClose` in reverse order; a second call does nothing more. Rejects with the first failure, after all have run. */
  close(): Promise<void>
}

type Release = () => void | Promise<void>

export class Builder {
  readonly #describer: Describer
  readonly #options: BuildOptions
  readonly #log: Logger
  readonly #releases: Release[] = []

  constructor(describer: Describer, options: BuildOptions) {
    this.#describer = describer
    this.#options = options
    this.#log = options.log ?? nullLogger
  }

  async buildApp(plan: Plan): Promise<App> {
    const built = await this.#build(plan)
    if (built.type === 'app') return built.app
    throw wrongObject(plan, 'app')
  }

  async buildFilter(plan: Plan): Promise<Filter> {
    const built = await this.#build(plan)
    if (built.type === 'filter') return built.filter
    throw wrongObject(plan, 'filter')
  }

  async buildServer(plan: Plan): Promise<Serve> {
    const built = await this.#build(plan)
    if (built.type === 'server') return built.serve
    throw wrongObject(plan, 'server')
  }

  async close(): Promise<void> {
    const failures: unknown[] = []
    for (const release of this.#releases.splice(0).toReversed()) {
      try {
        // In order, one after the other: a later object may use an earlier one until it is closed.
        await release()
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw failures[0]
  }

  #build(plan: Plan): Promise<BuiltObject> {
    switch (plan.kind) {
      case 'pipeline':
      case 'filter-app':
        return this.#pipeline(plan)
      case 'filter-with':
        return this.#filterWith(plan)
      case 'app':
      case 'composite':
      case 'filter':
      case 'server':
        return this.#make(plan)
      case 'broken':
        throw errorOf([plan.problem])
    }
  }

  /** The app first, then the filters from the left; wrapped from the right. */
  async #pipeline(plan: WrappedPlan): Promise<BuiltObject> {
    let app = await this.buildApp(plan.app)
    const filters: Filter[] = []
    for (const filter of plan.filters) filters.push(await this.buildFilter(filter))
    for (const filter of filters.toReversed()) app = await wrapFilter(filter, app)
    return { type: 'app', app }
  }

  /** The filter first, then the object. */
  async #filterWith(plan: WrappedPlan): Promise<BuiltObject> {
    const [outer] = plan.filters
    if (!outer) return this.#build(plan.app)
    const filter = await this.buildFilter(outer)
    const inner = await this.#build(plan.app)
    switch (inner.type) {
      case 'app':
        return { type: 'app', app: await wrapFilter(filter, inner.app) }
      case 'filter':
        return { type: 'filter', filter: composeFilters(filter, inner.filter) }
      case 'server':
        return inner
    }
  }

  async #make(plan: FactoryPlan): Promise<BuiltObject> {
    const replaced = await this.#options.replace?.(plan, (part) => this.buildApp(part))
    return this.#observed(plan, replaced ?? (await this.#call(plan)))
  }

  #observed(plan: FactoryPlan, built: BuiltObject): BuiltObject {
    const { observe } = this.#options
    if (!observe) return built
    switch (built.type) {
      case 'app':
        return { type: 'app', app: observe.app(built.app, plan) }
      case 'filter':
        return { type: 'filter', filter: observe.filter(built.filter, plan) }
      case 'server':
        return built
    }
  }

  async #call(plan: FactoryPlan): Promise<BuiltObject> {
    const factory = await loadFactory(plan)
    const settings = settingsOf(plan, factory.options, this.#options.config)
    const globals = globalsOf(plan)
    const context = this.#context(plan)
    const guard = <T>(run: () => T) => guarded(plan, run)
    switch (plan.protocol) {
      case 'paste.composite_factory':
      case 'paste.composit_factory':
        return {
          type: 'app',
          app: this.#adopted(
            plan,
            adoptApp,
            await guard(() => factory(this.#loader(plan), globals, settings, context)),
          ),
        }
      case 'paste.app_factory':
        return {
          type: 'app',
          app: this.#adopted(plan, adoptApp, await guard(() => factory(globals, settings, context))),
        }
      case 'paste.filter_factory':
        return {
          type: 'filter',
          filter: this.#adopted(plan, adoptFilter, await guard(() => factory(globals, settings, context))),
        }
      case 'paste.filter_app_factory':
        // Called when it wraps. An async one answers requests once its promise is settled: #pipeline awaits it.
        return { type: 'filter', filter: (app) => guard(() => factory(app, globals, settings, context)) as App }
      case 'paste.server_factory':
        return { type: 'server', serve: (await guard(() => factory(globals, settings, context))) as Serve }
      case 'paste.server_runner':
        return { type: 'server', serve: (app) => guard(() => factory(app, globals, settings, context)) }
      case null:
        throw new SlipwayError('SLIPWAY_INTERNAL', `"${plan.factory.text}" has no protocol`, { where: plan.where })
    }
  }

  #adopted<T>(plan: FactoryPlan, adopt: (value: unknown) => T, value: unknown): T {
    try {
      return adopt(value)
    } catch (error) {
      throw isSlipwayError(error) ? inSection(plan, error) : error
    }
  }

  #context(plan: FactoryPlan): FactoryContext {
    const section = plan.section ?? plan.factory.text
    return {
      section,
      name: plan.name,
      where: plan.where,
      config: this.#options.config,
      log: childLogger(this.#log, section),
      flavour: this.#describer.options.flavour,
      load: (reference) => this.#load(reference, plan),
      onClose: (release) => void this.#releases.push(release),
    }
  }

  async #load(text: string, plan: FactoryPlan): Promise<unknown> {
    const where = [...plan.locals.values()].find(({ value }) => value === text)?.where ?? plan.where
    return loadTarget(factoryOfReference(text, where, this.#describer.projects))
  }

  #loader(plan: FactoryPlan): Loader {
    const part = (type: ObjectType, name: string | undefined, globalConf: GlobalConf | undefined) =>
      this.#describePart(plan, { type, name: name ?? null, globals: globalConf ? argumentConf(globalConf) : null })
    return {
      getApp: async (name, globalConf) => {
        const app = await this.buildApp(part('app', name, globalConf))
        return this.#options.observe?.part?.(app, plan) ?? app
      },
      getFilter: async (name, globalConf) => this.buildFilter(part('filter', name, globalConf)),
      getServer: async (name, globalConf) => this.buildServer(part('server', name, globalConf)),
    }
  }

  /** What a composite asks for: of its file, or, when no file names it, another entry point of its distribution. */
  #describePart(plan: FactoryPlan, request: Pick<NameRequest, 'type' | 'name' | 'globals'>): Plan {
    const { loader } = plan
    const { type, name, globals } = request
    const at = [...plan.locals.values()].find(({ value }) => value === name)?.where ?? plan.where
    const chain = loader ? [`${loader.file}[${plan.section ?? ''}]`] : []
    const egg = /^egg:[^#]*/iu.exec(plan.factory.text)?.[0] ?? plan.factory.text
    const part = loader
      ? this.#describer.fromName({ type, name, at, globals }, loader, chain)
      : this.#describer.fromUri(type, egg, { name, relativeTo: null, argument: globals ?? new Map(), at, chain })
    this.#describer.throwFaults()
    return withProtocol(part, type)
  }
}

/** A factory as the build calls it: what is in its file decides how many arguments it takes. */
export type AnyFactory = ((...args: readonly unknown[]) => unknown) & Declared

/**
 * Imports a plan's factory.
 * @throws SlipwayError the plan's own problem, those of loadReference, SLIPWAY_REFERENCE_NOT_CALLABLE
 */
export async function loadFactory({ factory, protocol }: FactoryPlan): Promise<AnyFactory> {
  const value = await loadTarget(factory)
  if (typeof value === 'function') return value as AnyFactory
  const isModule = factory.target?.reference.attr === null
  throw new SlipwayError('SLIPWAY_REFERENCE_NOT_CALLABLE', `"${factory.text}" is no function`, {
    where: factory.where,
    found: isModule ? 'a module' : `a value of type ${typeof value}`,
    expected: `a function for ${protocol ?? 'a factory'}`,
    hint: isModule ? 'name the function after a colon: module:function' : undefined,
  })
}

async function loadTarget({ target, fault, where, text }: Factory): Promise<unknown> {
  if (target) return loadReference(target.reference, target.distribution, { where })
  throw fault ?? new SlipwayError('SLIPWAY_INTERNAL', `"${text}" leads nowhere`, { where })
}

/** The user's exception as the cause of ours, which knows the section. */
function guarded<T>(plan: FactoryPlan, run: () => T): T {
  const fail = (error: unknown): never => {
    if (isSlipwayError(error)) throw inSection(plan, error)
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    throw new SlipwayError(
      'SLIPWAY_PASTE_FACTORY_THREW',
      `the factory of ${sectionOf(plan)} failed: ${text.split('\n', 1)[0] ?? ''}`,
      {
        where: plan.factory.where ?? plan.where,
        found: plan.factory.text,
        cause: error,
      },
    )
  }
  try {
    const result = run()
    return result instanceof Promise ? (result.catch(fail) as T) : result
  } catch (error) {
    return fail(error)
  }
}

function inSection(plan: FactoryPlan, error: SlipwayError): SlipwayError {
  return error.located(plan.factory.where ?? plan.where)
}

function sectionOf(plan: Plan): string {
  return plan.section === null ? `"${plan.name}"` : `[${plan.section}]`
}

function wrongObject(plan: Plan, wanted: ObjectType): SlipwayError {
  return new SlipwayError('SLIPWAY_PASTE_RESULT', `${sectionOf(plan)} is no ${wanted}`, {
    where: plan.where,
    found: plan.kind,
  })
}
