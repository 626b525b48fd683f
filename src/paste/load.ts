// One call from a URI to a live object, as `paste.deploy.loadapp` and its kin.
import { type Config, readConfig } from '../config/index.ts'
import type { Serve } from '../http/factory.ts'
import type { App, Filter } from '../http/index.ts'
import { type BuildOptions, Builder } from './build.ts'
import { describeSound, type DescribeOptions } from './describe.ts'
import { requireFactories } from './factories.ts'
import { globalsOf, localsOf, type ObjectType, type Plan } from './plan.ts'

export interface LoadAppOptions extends DescribeOptions, Partial<Omit<BuildOptions, 'config'>> {}

/** A live object, its plan, and the release of what its factories hold. */
export interface Loaded<T> {
  readonly value: T
  readonly plan: Plan
  /** Runs every `onClose` in reverse order. A second call does nothing. Rejects with the first failure after all have run. */
  close(): Promise<void>
}

/**
 * The app of a deployment file: `config:/etc/shop/api-paste.ini#name`, `egg:Dist#name`, `call:module:attr`.
 * @throws SlipwayError with every fault that describing finds, before any code of the user runs; then the first of building
 */
export async function loadApp(uri: string, options: LoadAppOptions = {}): Promise<Loaded<App>> {
  return load('app', uri, options, (builder, plan) => builder.buildApp(plan))
}

export async function loadFilter(uri: string, options: LoadAppOptions = {}): Promise<Loaded<Filter>> {
  return load('filter', uri, options, (builder, plan) => builder.buildFilter(plan))
}

export async function loadServer(uri: string, options: LoadAppOptions = {}): Promise<Loaded<Serve>> {
  return load('server', uri, options, (builder, plan) => builder.buildServer(plan))
}

/** The settings of an object: globals with locals over them, and both apart. Runs no code. */
export function appConfig(uri: string, options: DescribeOptions & { type?: ObjectType } = {}) {
  const { plan } = describeSound(options.type ?? 'app', uri, options)
  const inner = plan.kind === 'filter-with' ? plan.app : plan
  const globalConf = globalsOf(inner)
  const localConf = localsOf(inner)
  return {
    config: Object.assign(Object.create(null) as Record<string, unknown>, globalConf, localConf),
    globalConf,
    localConf,
  }
}

async function load<T>(
  type: ObjectType,
  uri: string,
  options: LoadAppOptions,
  build: (builder: Builder, plan: Plan) => Promise<T>,
): Promise<Loaded<T>> {
  const { plan, describer } = describeSound(type, uri, options)
  if (!options.replace) requireFactories(plan)
  const builder = new Builder(describer, { ...options, config: options.config ?? emptyConfig() })
  try {
    return { value: await build(builder, plan), plan, close: () => builder.close() }
  } catch (error) {
    await builder.close()
    throw error
  }
}

function emptyConfig(): Config {
  return readConfig({ groups: [], argv: [], prog: 'slipway', env: {}, defaultFiles: [] })
}
