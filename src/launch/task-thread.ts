// Entry of a thread of the task pool: finds the function of a reference, once, and calls it.
import { readDistribution } from '../entrypoints/distribution.ts'
import { loadReference } from '../entrypoints/load.ts'
import { setProjectFolder } from '../entrypoints/project-folder.ts'
import { parseReference } from '../entrypoints/reference.ts'
import { SlipwayError } from '../errors.ts'
import { toFailure } from './failure.ts'
import type { Task, TaskOutcome } from './task-pool.ts'

type TaskFunction = (...args: readonly unknown[]) => unknown

const functions = new Map<string, Promise<TaskFunction>>()

/** Called by piscina. What the function throws goes through as it is; our own errors would lose their fields on the way. */
export async function runTask({ reference, from, args }: Task): Promise<TaskOutcome> {
  const key = `${from}\0${reference}`
  const known = functions.get(key) ?? load(reference, from)
  functions.set(key, known)
  let run: TaskFunction
  try {
    run = await known
  } catch (error) {
    return { failure: toFailure(error, 'SLIPWAY_REFERENCE_THREW', `task "${reference}" could not be loaded`) }
  }
  return { value: await run(...args) }
}

async function load(reference: string, from: string): Promise<TaskFunction> {
  setProjectFolder(from)
  const target = await loadReference(parseReference(reference), readDistribution(from))
  if (typeof target === 'function') return target as TaskFunction
  throw new SlipwayError('SLIPWAY_REFERENCE_NOT_CALLABLE', `task "${reference}" is not a function`, {
    found: target === null ? 'null' : typeof target,
  })
}
