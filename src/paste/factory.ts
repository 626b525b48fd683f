// What a factory key, an `egg:` or a `call:` names, found without importing it. A factory that is
// not there is no error here: the plan holds its problem, and whoever needs it says so.
import { closeNames } from '../diagnostic.ts'
import { isSlipwayError, SlipwayError, type Where } from '../errors.ts'
import { aliasOfEgg, aliasOfModule, ownDistribution } from '../entrypoints/aliases.ts'
import { type Distribution, findDistribution } from '../entrypoints/distribution.ts'
import { parseReference, type Reference } from '../entrypoints/reference.ts'
import { resolveModule } from '../entrypoints/resolve.ts'
import { pythonRepr } from '../ini/scanner.ts'
import { type Factory, type FactoryTarget, type ObjectType, type Protocol, protocols } from './plan.ts'

export interface FactoryFound {
  readonly factory: Factory
  readonly protocol: Protocol
}

/** The factory of `module:attr`, looked for from each project in turn, then among the aliases. */
export function factoryOfReference(text: string, where: Where | null, projects: readonly Distribution[]): Factory {
  try {
    const reference = parseReference(text, where)
    return { text, where, target: targetOf(reference, where, projects), fault: null }
  } catch (error) {
    return { text, where, target: null, fault: faultOf(error) }
  }
}

function targetOf(reference: Reference, where: Where | null, projects: readonly Distribution[]): FactoryTarget {
  let first: unknown
  for (const distribution of projects) {
    try {
      resolveModule(reference, distribution, where)
      return { reference, distribution, isAlias: false }
    } catch (error) {
      first ??= error
    }
  }
  const alias = aliasOfModule(reference)
  if (alias) return { ...alias, isAlias: true }
  throw first
}

/**
 * The entry point that `egg:Dist#name` names, of the groups that suit the kind of object. When the distribution
 * or the entry point is missing, the factory holds the problem and the protocol is the kind's plain one.
 */
export function factoryOfEgg(
  egg: { readonly distribution: string; readonly name: string; readonly text: string },
  type: ObjectType,
  where: Where | null,
  projects: readonly Distribution[],
): FactoryFound {
  try {
    const found = findEntryPoint(egg, type, where, projects)
    return { factory: { text: egg.text, where, target: found.target, fault: null }, protocol: found.protocol }
  } catch (error) {
    return { factory: { text: egg.text, where, target: null, fault: faultOf(error) }, protocol: protocols[type][0] }
  }
}

function findEntryPoint(
  egg: { readonly distribution: string; readonly name: string },
  type: ObjectType,
  where: Where | null,
  projects: readonly Distribution[],
): { target: FactoryTarget; protocol: Protocol } {
  let distribution: Distribution
  let name = egg.name
  let isAlias = false
  try {
    distribution = installedDistribution(egg.distribution, where, projects)
  } catch (error) {
    const alias = aliasOfEgg(egg.distribution, egg.name)
    if (alias === null) throw error
    distribution = ownDistribution()
    name = alias
    isAlias = true
  }
  const found = candidates(distribution, type, name)
  const [entry, second] = found
  if (!entry) throw missingEntry(egg.distribution, name, type, where, distribution)
  if (second) throw ambiguous(egg.distribution, name, where, found)
  if (!entry.reference) {
    throw new SlipwayError('SLIPWAY_REFERENCE_SYNTAX', `"${entry.value}" is no reference`, { where: entry.valueWhere })
  }
  resolveModule(entry.reference, distribution, where)
  return { target: { reference: entry.reference, distribution, isAlias }, protocol: entry.protocol }
}

/**
 * The distribution of a name: one of the projects, what is installed for one of them, or this package.
 * @throws SlipwayError SLIPWAY_DISTRIBUTION_MISSING
 */
export function installedDistribution(
  name: string,
  where: Where | null,
  projects: readonly Distribution[],
): Distribution {
  const own = ownDistribution()
  let first: unknown
  for (const project of new Set([...projects, own])) {
    try {
      return findDistribution(name, project, where)
    } catch (error) {
      if (!isSlipwayError(error) || error.code !== 'SLIPWAY_DISTRIBUTION_MISSING') throw error
      first ??= error
    }
  }
  throw first
}

/** At most one entry a protocol; filter_factory hides filter_app_factory, as in the original. */
function candidates(distribution: Distribution, type: ObjectType, name: string) {
  const alternatives: readonly (readonly Protocol[])[] =
    type === 'app' ? protocols.app.map((one) => [one]) : [protocols[type]]
  return alternatives.flatMap((spellings) => {
    for (const protocol of spellings) {
      const entry = distribution.entryPoints.find((one) => one.group === protocol && one.name === name)
      if (entry) return [{ ...entry, protocol }]
    }
    return []
  })
}

function missingEntry(
  egg: string,
  name: string,
  type: ObjectType,
  where: Where | null,
  distribution: Distribution,
): SlipwayError {
  const groups: readonly string[] = protocols[type]
  const names = distribution.entryPoints.filter((entry) => groups.includes(entry.group)).map((entry) => entry.name)
  const close = closeNames(name, names)
  return new SlipwayError(
    'SLIPWAY_DISTRIBUTION_ENTRY',
    `package "${egg}" has no entry point "${name}" for ${type === 'app' ? 'an app' : `a ${type}`}`,
    {
      where,
      found:
        names.length > 0 ? `it has ${names.toSorted().join(', ')}` : `it has none in the groups ${groups.join(', ')}`,
      alternatives: close,
      original: `Entry point ${pythonRepr(name)} not found in egg ${pythonRepr(egg)} (protocols: ${groups.join(', ')}; entry_points: )`,
    },
  )
}

function ambiguous(egg: string, name: string, where: Where | null, found: readonly { group: string }[]): SlipwayError {
  return new SlipwayError(
    'SLIPWAY_DISTRIBUTION_AMBIGUOUS',
    `package "${egg}" has "${name}" in ${found.map(({ group }) => group).join(' and ')}`,
    {
      where,
      expected: 'one entry point of a name for one kind of object',
      original: `Ambiguous entry points for ${pythonRepr(name)} in egg ${pythonRepr(egg)} (protocols: paste.composit_factory)`,
    },
  )
}

function faultOf(error: unknown): SlipwayError {
  if (!isSlipwayError(error)) throw error
  return error
}
