// The factories that a build of a plan will import: all of them must be there before the first runs.
import { errorOf, type SlipwayError } from '../errors.ts'
import { compositeKind } from './composites.ts'
import { type FactoryPlan, innerPlans, isFactoryPlan, type Plan } from './plan.ts'

/** Every object that a build reaches for certain; of an unknown composite not the parts, which are its own choice. */
function reachedPlans(plan: Plan): FactoryPlan[] {
  if (!isFactoryPlan(plan)) return innerPlans(plan).flatMap(reachedPlans)
  const chosen = plan.choice && plan.parts.get(plan.choice.key)
  const parts = chosen ? [chosen] : compositeKind(plan) === null ? [] : innerPlans(plan)
  return [plan, ...parts.flatMap(reachedPlans)]
}

/** What is wrong with the factories of a plan, each fault once. */
export function factoryFaults(plan: Plan): SlipwayError[] {
  const faults = reachedPlans(plan).flatMap(({ factory }) => (factory.fault ? [factory.fault] : []))
  const key = ({ where, message }: SlipwayError) => `${where?.file}:${where?.line}:${where?.column} ${message}`
  return [...new Map(faults.map((fault) => [key(fault), fault])).values()]
}

/**
 * @throws SlipwayError for all factories that are not there
 */
export function requireFactories(plan: Plan): void {
  const faults = factoryFaults(plan)
  const [first] = faults
  if (first) {
    throw errorOf(
      faults.flatMap(({ problems }) => problems),
      { original: first.original ?? undefined, cause: first.cause },
    )
  }
}
