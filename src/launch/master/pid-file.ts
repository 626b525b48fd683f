// The pid file of the process that the operator started. What an earlier process left is overwritten: that the
// address could be bound says more than a file.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { SlipwayError } from '../../errors.ts'

/**
 * Whole or not at all: whoever reads it never sees half a number.
 * @throws SlipwayError SLIPWAY_LAUNCH_PID_FILE
 */
export function writePidFile(path: string): void {
  const beside = `${path}.${process.pid}`
  try {
    writeFileSync(beside, `${process.pid}\n`)
    renameSync(beside, path)
  } catch (cause) {
    rmSync(beside, { force: true })
    throw new SlipwayError('SLIPWAY_LAUNCH_PID_FILE', `pid file "${path}" cannot be written`, {
      found: (cause as Error).message,
      hint: 'its folder must be there and belong to the user of the service (RuntimeDirectory= in a unit)',
      cause,
    })
  }
}

/** Leaves a file alone that is another process's by now. */
export function removePidFile(path: string): void {
  try {
    if (readFileSync(path, 'utf8').trim() === String(process.pid)) rmSync(path)
  } catch (error) {
    // Gone already, or out of reach since the user changed: it is stale then, and no obstacle.
    if (!(error instanceof Error && 'syscall' in error)) throw error
  }
}
