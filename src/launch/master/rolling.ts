// The order in which workers are replaced: one slot after the other, the new worker first. As long as the
// last new one is not ready everything can be taken back, and is. Runs in the master.
import { isSlipwayError, SlipwayError } from '../../errors.ts'
import type { Slot } from './slot.ts'
import type { WorkerHandle } from './worker-handle.ts'
import type { WorkerTemplate } from './worker-template.ts'

export interface Roll {
  /** Slots that have a worker to replace. */
  readonly kept: readonly Slot[]
  /** Slots that get their first. */
  readonly added: readonly Slot[]
  /** What the workers of before were started with. */
  readonly before: WorkerTemplate
  readonly template: WorkerTemplate
  /** A stop has come, and has ordered every worker to go. */
  readonly isStopped: () => boolean
}

const reloaded = { final: false, reason: 'a reload' } as const
const takenBack = { final: false, reason: 'a reload that was taken back' } as const

export interface Rolled {
  /** The last of the old ones, which still serves, until it is known that all is well; null when there was none. */
  readonly outgoing: WorkerHandle | null
}

/**
 * Null when a stop came first.
 * @throws SlipwayError SLIPWAY_LAUNCH_RELOAD after everything is as it was
 */
export async function rollSlots(roll: Roll): Promise<Rolled | null> {
  const rolled: Slot[] = []
  // The old one of the slot before stays until it is known that the next one can start.
  let outgoing: WorkerHandle | null = null
  for (const slot of [...roll.kept, ...roll.added]) {
    try {
      const old = await slot.replace(roll.template)
      if (roll.isStopped()) return null
      outgoing?.drain(reloaded)
      outgoing = old
      rolled.push(slot)
    } catch (error) {
      if (roll.isStopped()) return null
      const rest = await takeBackSlots(rolled, { outgoing }, roll)
      if (roll.isStopped()) return null
      throw aborted(error, rest)
    }
  }
  return { outgoing }
}

export interface Filling {
  readonly added: readonly Slot[]
  readonly template: WorkerTemplate
  readonly isStopped: () => boolean
}

/** Starts the first workers of new slots: all, or none. False when a stop came first. */
export async function fillSlots({ added, template, isStopped }: Filling): Promise<boolean> {
  try {
    await Promise.all(added.map((slot) => slot.replace(template)))
  } catch (error) {
    for (const slot of added) slot.close(takenBack)
    if (!isStopped()) throw error
  }
  return !isStopped()
}

/** Puts workers of before into the slots that have new ones; says how many could not be had back. */
export async function takeBackSlots(rolled: readonly Slot[], { outgoing }: Rolled, roll: Roll): Promise<number> {
  let rest = 0
  for (const slot of roll.added) slot.close(takenBack)
  for (const slot of rolled.filter((one) => !roll.added.includes(one))) {
    if (roll.isStopped()) return rest
    if (outgoing?.id === slot.id && outgoing.state.name === 'ready') {
      slot.reinstate(outgoing, roll.before, takenBack)
    } else if (!(await wasReplaced(slot, roll.before))) rest += 1
  }
  return rest
}

async function wasReplaced(slot: Slot, template: WorkerTemplate): Promise<boolean> {
  try {
    const old = await slot.replace(template)
    old?.drain(takenBack)
    return true
  } catch (error) {
    if (!isSlipwayError(error)) throw error
    return false
  }
}

function aborted(error: unknown, rest: number): SlipwayError {
  const why = isSlipwayError(error) ? error : null
  const left =
    rest === 0
      ? 'the workers from before go on'
      : `${rest} of the workers could not be had back and run as the reload wanted it`
  return new SlipwayError('SLIPWAY_LAUNCH_RELOAD', `the reload was taken back, ${left}: ${why?.message ?? ''}`, {
    where: why?.problems[0]?.where,
    hint: why?.hint ?? undefined,
    cause: error,
  })
}
