// Filters that stand on the wrong side of one another. What belongs where the factories say themselves
// (`place`); a request's way through pipelines in pipelines and through composites is one order.
import { type Diagnostic, diagnostic, type Where } from '../errors.ts'
import type { Declared } from '../http/factory.ts'
import { type FactoryPlan, isFactoryPlan, type Plan } from './plan.ts'

/** What a factory declares; undefined when it is not loaded. */
type DeclaredOf = (plan: FactoryPlan) => Declared | undefined

/** A filter, or the app, on the way of a request. */
interface Member {
  readonly plan: FactoryPlan
  /** Where the pipeline names it. */
  readonly where: Where | null
}

export function orderProblems(plan: Plan, declaredOf: DeclaredOf): Diagnostic[] {
  return walk(plan, plan.where, [], declaredOf)
}

function walk(plan: Plan, where: Where | null, outer: readonly Member[], declaredOf: DeclaredOf): Diagnostic[] {
  switch (plan.kind) {
    case 'pipeline':
    case 'filter-app':
    case 'filter-with': {
      const members = plan.filters.flatMap((filter, index) => membersOf(filter, plan.names?.[index] ?? filter.where))
      const problems = members.flatMap((member, index) =>
        misplaced(member, [...outer, ...members.slice(0, index)], declaredOf),
      )
      return [...problems, ...walk(plan.app, plan.app.where, [...outer, ...members], declaredOf)]
    }
    case 'composite':
      return [...plan.parts.values()].flatMap((part) => walk(part, part.where, outer, declaredOf))
    case 'app':
      return misplaced({ plan, where }, outer, declaredOf)
    case 'filter':
    case 'server':
    case 'broken':
      return []
  }
}

/** A filter may itself be wrapped in filters. */
function membersOf(plan: Plan, where: Where | null): Member[] {
  if (isFactoryPlan(plan)) return [{ plan, where }]
  if (plan.kind === 'broken') return []
  return [...plan.filters, plan.app].flatMap((inner) => membersOf(inner, where))
}

function misplaced(inner: Member, outer: readonly Member[], declaredOf: DeclaredOf): Diagnostic[] {
  const own = declaredOf(inner.plan)
  if (own === undefined) return []
  return outer.flatMap((member) => {
    const other = declaredOf(member.plan)
    if (other === undefined) return []
    const reason = reasonFor(own.place?.outside, other) ?? reasonFor(other.place?.inside, own)
    return reason === undefined ? [] : [problem(inner, member, reason)]
  })
}

function reasonFor(reasons: Readonly<Record<string, string>> | undefined, declared: Declared): string | undefined {
  if (reasons === undefined) return undefined
  const { place, options } = declared
  const roles = place?.roles ?? (options === undefined ? [] : [options.name])
  return roles
    .map((role) => (Object.hasOwn(reasons, role) ? reasons[role] : undefined))
    .find((reason) => reason !== undefined)
}

function problem({ plan, where }: Member, outer: Member, reason: string): Diagnostic {
  return diagnostic('warning', 'SLIPWAY_PASTE_ORDER', `"${plan.name}" stands inside "${outer.plan.name}"`, {
    where,
    found: reason,
    expected: `"${plan.name}" further left than "${outer.plan.name}"`,
  })
}
