// Two plugins of one name in one group: who is meant by the name, and how it is said. Pure.
import { SlipwayError } from '../errors.ts'
import { originOf, titleOf } from './extension.ts'
import type { InstalledEntryPoint } from './installed.ts'

export interface Conflict {
  readonly namespace: string
  readonly name: string
  /** At least two, in the order in which they were found: the project's own first. */
  readonly entryPoints: readonly InstalledEntryPoint[]
}

/** Chooses the one that the name means, or throws. `tell` is where a warning goes. */
export type ConflictResolver = (conflict: Conflict, tell: (message: string) => void) => InstalledEntryPoint

/** The default, as stevedore's: a warning, and the last one that was found. */
export const ignoreConflicts: ConflictResolver = (conflict, tell) => warned(conflict, conflict.entryPoints.at(-1), tell)

/** A warning, and the first one: the project's own, then what is nearest to it. */
export const preferNearest: ConflictResolver = (conflict, tell) => warned(conflict, conflict.entryPoints[0], tell)

/** @throws SlipwayError SLIPWAY_PLUGIN_CONFLICT */
export const errorOnConflict: ConflictResolver = (conflict) => {
  throw conflictError(conflict)
}

export function conflictError(conflict: Conflict): SlipwayError {
  const { namespace, name, entryPoints } = conflict
  return new SlipwayError('SLIPWAY_PLUGIN_CONFLICT', `${titleOf({ name, group: namespace })} is offered twice`, {
    where: entryPoints.at(-1)?.where,
    found: entryPoints.map(originOf).join(' and '),
    expected: 'one entry point of a name',
    hint: 'rename one of them, or remove the package that is not meant',
    original: `Multiple '${namespace}' drivers found: ${entryPoints.map(({ value }) => value).join(',')}`,
  })
}

/** All of them, also when other names stand between. */
export function conflictsOf(namespace: string, entryPoints: readonly InstalledEntryPoint[]): Conflict[] {
  const byName = new Map<string, InstalledEntryPoint[]>()
  for (const entry of entryPoints) byName.set(entry.name, [...(byName.get(entry.name) ?? []), entry])
  return [...byName]
    .filter(([, same]) => same.length > 1)
    .map(([name, same]) => ({ namespace, name, entryPoints: same }))
}

function warned(conflict: Conflict, chosen: InstalledEntryPoint | undefined, tell: (message: string) => void) {
  const { namespace, name, entryPoints } = conflict
  if (!chosen) throw conflictError(conflict)
  const origins = entryPoints.map(originOf).join(', ')
  tell(`${titleOf({ name, group: namespace })} is offered by ${origins}: that of ${originOf(chosen)} is taken`)
  return chosen
}
