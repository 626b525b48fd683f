// The plan: what a deployment file describes, with the place of everything in it. Plain data made
// without running any code of the user; check, show, graph, build and reload read it.
import type { Diagnostic, SlipwayError, Where } from '../errors.ts'
import type { Distribution } from '../entrypoints/distribution.ts'
import type { Reference } from '../entrypoints/reference.ts'
import type { GlobalConf, Settings } from '../http/factory.ts'
import type { IniLoader } from './ini-loader.ts'

export type ObjectType = 'app' | 'filter' | 'server'

/** The protocols of Paste Deploy, by the key or entry point group that names them. */
export const protocols = {
  app: ['paste.app_factory', 'paste.composite_factory', 'paste.composit_factory'],
  filter: ['paste.filter_factory', 'paste.filter_app_factory'],
  server: ['paste.server_factory', 'paste.server_runner'],
} as const

export type Protocol = (typeof protocols)[ObjectType][number]

/** Where the value of a setting comes from. `use`: from the section that this one uses. */
type SettingOrigin = 'local' | 'DEFAULT' | 'set' | 'get' | 'use' | 'argument' | 'built-in'

export interface Setting {
  readonly value: unknown
  readonly origin: SettingOrigin
  readonly where: Where | null
}

export type Conf = Map<string, Setting>

/** A setting as a file has it; '' for what is not there. */
export function settingText(setting: Setting | undefined): string {
  return typeof setting?.value === 'string' ? setting.value : ''
}

/** What makes an object: a reference into a distribution, or the reason why there is none. */
export interface Factory {
  /** As written: `egg:Paste#urlmap`, `shop.api:app_factory`. */
  readonly text: string
  readonly where: Where | null
  readonly target: FactoryTarget | null
  readonly fault: SlipwayError | null
}

export interface FactoryTarget {
  readonly reference: Reference
  readonly distribution: Distribution
  /** Whether it is ours in the place of a Python factory: what the original knows beyond it is no fault of the file. */
  readonly isAlias: boolean
}

interface PlanBase {
  readonly type: ObjectType
  readonly name: string
  /** As written: `app:main`; null for an entry point or a pipeline that has no section. */
  readonly section: string | null
  readonly where: Where | null
  readonly globals: Conf
  readonly locals: Conf
}

/** An object that a factory makes. */
export interface FactoryPlan extends PlanBase {
  readonly kind: 'app' | 'composite' | 'filter' | 'server'
  /** Null until a `call:` learns it from the section that uses it. */
  protocol: Protocol | null
  readonly factory: Factory
  /** The file that a composite looks its parts up in: that of the outermost section that uses it. */
  loader: IniLoader | null
  /** Of a composite: what is known of its parts without asking its factory. */
  readonly parts: Map<string, Plan>
  /** Of a composite that chooses one part by configuration. */
  choice: StrategyChoice | null
}

export interface StrategyChoice {
  /** The key of the chosen part. */
  readonly key: string
  /** Where the choice comes from: `--flavour`, `auth_strategy` … */
  readonly option: string
}

/** Filters round an app: a pipeline, a filter-app, or an object with `filter-with`. */
export interface WrappedPlan extends PlanBase {
  readonly kind: 'pipeline' | 'filter-app' | 'filter-with'
  readonly filters: readonly Plan[]
  /** Of a pipeline: where each of the filters is named. */
  readonly names?: readonly Where[]
  /** The innermost; a filter where a filter has a filter-with. */
  readonly app: Plan
}

/** What could not be described; the problem says why. */
export interface BrokenPlan extends PlanBase {
  readonly kind: 'broken'
  readonly problem: Diagnostic
}

export type Plan = FactoryPlan | WrappedPlan | BrokenPlan

export function isFactoryPlan(plan: Plan): plan is FactoryPlan {
  return plan.kind === 'app' || plan.kind === 'composite' || plan.kind === 'filter' || plan.kind === 'server'
}

export function isComposite(protocol: Protocol | null): boolean {
  return protocol === 'paste.composite_factory' || protocol === 'paste.composit_factory'
}

/** A table as a factory gets it: a null-prototype object in file order, so that no key of a file is special. */
export function globalsOf(plan: Plan): GlobalConf {
  return tableOf(plan.globals)
}

export function localsOf(plan: Plan): Settings {
  return tableOf(plan.locals) as Settings
}

function tableOf(conf: Conf): Record<string, unknown> {
  const table = Object.create(null) as Record<string, unknown>
  for (const [key, { value }] of conf) table[key] = value
  const keys = [...conf.keys()]
  if (!keys.some((key) => /^(?:0|[1-9]\d*)$/u.test(key))) return table
  // An object lists keys that are numbers first; a factory that goes through its settings wants them as the file has them.
  return new Proxy(table, {
    ownKeys: (target) => [...new Set([...keys.filter((key) => key in target), ...Reflect.ownKeys(target)])],
  })
}

/** The plans directly inside one: what a request may go through next, outermost first. */
export function innerPlans(plan: Plan): Plan[] {
  switch (plan.kind) {
    case 'pipeline':
    case 'filter-app':
    case 'filter-with':
      return [...plan.filters, plan.app]
    case 'composite':
    case 'app':
    case 'filter':
    case 'server':
      return [...plan.parts.values()]
    case 'broken':
      return []
  }
}

/** The one pipeline in words: `cors > request_id > api`; a composite is followed to its choice, else named with its mounts. */
export function pipelineLine(plan: Plan): string {
  switch (plan.kind) {
    case 'pipeline':
    case 'filter-app':
    case 'filter-with':
      return [...plan.filters, plan.app].map(pipelineLine).join(' > ')
    case 'composite': {
      const chosen = plan.choice && plan.parts.get(plan.choice.key)
      if (chosen) return pipelineLine(chosen)
      return `${plan.name} (${[...plan.parts].map(([key, part]) => `${key}: ${pipelineLine(part)}`).join(', ')})`
    }
    case 'app':
    case 'filter':
    case 'server':
    case 'broken':
      return plan.name
  }
}
