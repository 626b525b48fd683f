// Entry of a thread of the task pool: finds the function of a reference, once, and calls it.
import { loadReference, parseReference, readDistribution } from '../entrypoints/index.ts'
import { SlipwayError } from '../errors.ts'
import type { Task } from './task-pool.ts'

type TaskFunction = (...args: readonly unknown[]) => unknown

const functions = new Map<string, Promise<TaskFunction>>()

/** Called by piscina. */
export async function runTask({ reference, from, args }: Task): Promise<unknown> {
  const key = `${from}\0${reference}`
  const known = functions.get(key) ?? load(reference, from)
  functions.set(key, known)
  return (await known)(...args)
}

async function load(reference: string, from: string): Promise<TaskFunction> {
  const target = await loadReference(parseReference(reference), readDistribution(from))
  if (typeof target === 'function') return target as TaskFunction
  throw new SlipwayError('SLIPWAY_REFERENCE_NOT_CALLABLE', `task "${reference}" is not a function`, {
    found: target === null ? 'null' : typeof target,
  })
}
