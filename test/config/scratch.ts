// What the tests of this room share: a folder with files, and a report's essence.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { isSlipwayError, type SlipwayError } from '../../src/errors.ts'

/** A folder with these files, removed when the test ends. */
export function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'slipway-config-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

/** The error that `run` throws, which must be ours. */
export function faultOf(run: () => unknown): SlipwayError {
  try {
    run()
  } catch (error) {
    if (isSlipwayError(error)) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

/** Each problem as `CODE: message`. */
export function told(fault: Pick<SlipwayError, 'problems'>): string[] {
  return fault.problems.map(({ severity, message }) => `${severity}: ${message}`)
}
