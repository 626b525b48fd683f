// The plan as `--json` gives it. Values of settings whose names say that they are secret are masked.
import { positionOf } from '../diagnostic.ts'
import { isSecretName } from '../log/index.ts'
import { type Conf, type FactoryPlan, type Plan, type Setting, type WrappedPlan } from './plan.ts'

export interface PlanJsonOptions {
  readonly showSecrets?: boolean
}

/** `{kind, name, section, where, protocol, factory, globalConf, localConf, settings, parts, filters, app}`; keys that do not apply are left out. */
export function planToJson(plan: Plan, options: PlanJsonOptions = {}): Record<string, unknown> {
  const shown = (conf: Conf) =>
    Object.fromEntries([...conf].map(([key, setting]) => [key, shownValue(key, setting, options)]))
  return {
    kind: plan.kind,
    name: plan.name,
    ...(plan.section === null ? {} : { section: plan.section }),
    where: positionOf(plan.where),
    ...factoryJson(plan),
    globalConf: shown(plan.globals),
    localConf: shown(plan.locals),
    settings: settingsJson(plan, options),
    ...innerJson(plan, options),
  }
}

function factoryJson(plan: Plan): Record<string, unknown> {
  switch (plan.kind) {
    case 'app':
    case 'composite':
    case 'filter':
    case 'server': {
      const { fault, target, text } = plan.factory
      const stands = target && target.reference.text !== text ? { target: target.reference.text } : {}
      return { protocol: plan.protocol, factory: text, ...stands, ...(fault ? { problem: fault.message } : {}) }
    }
    case 'broken':
      return { problem: plan.problem.message }
    case 'pipeline':
    case 'filter-app':
    case 'filter-with':
      return {}
  }
}

function settingsJson(plan: Plan, options: PlanJsonOptions) {
  const all = [...plan.locals, ...plan.globals]
  return all.map(([key, setting]) => ({
    key,
    value: shownValue(key, setting, options),
    origin: setting.origin,
    where: positionOf(setting.where),
  }))
}

function innerJson(plan: Plan, options: PlanJsonOptions): Record<string, unknown> {
  const inner = (one: Plan) => planToJson(one, options)
  switch (plan.kind) {
    case 'pipeline':
    case 'filter-app':
    case 'filter-with':
      return { filters: plan.filters.map(inner), app: inner((plan satisfies WrappedPlan).app) }
    case 'composite':
      return compositeJson(plan, inner)
    case 'app':
    case 'filter':
    case 'server':
    case 'broken':
      return {}
  }
}

function compositeJson(plan: FactoryPlan, inner: (one: Plan) => Record<string, unknown>): Record<string, unknown> {
  const parts = Object.fromEntries([...plan.parts].map(([key, part]) => [key, inner(part)]))
  return { parts, ...(plan.choice ? { choice: plan.choice } : {}) }
}

/** A setting's value for people and programs to see. */
export function shownValue(key: string, { value }: Setting, { showSecrets = false }: PlanJsonOptions = {}): unknown {
  return !showSecrets && isSecretName(key) ? '****' : value
}
