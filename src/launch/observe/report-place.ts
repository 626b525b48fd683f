// Where reports go: to a file of their own in a folder, as oslo.reports names it, or to standard error. Runs in the
// process that launched.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Holds the configuration and paths: for its owner. */
const ownerOnly = 0o600

/** Returns the path; null for standard error. Throws the system's error. */
export function putReport(text: string, folder: string | null, name: string, at: Date): string | null {
  if (folder === null) {
    process.stderr.write(text)
    return null
  }
  const stamp = at.toISOString().slice(0, 19).replaceAll(/\D/gu, '')
  // Two of one second keep apart.
  for (let number = 1; ; number += 1) {
    const path = join(folder, `${name}_gurumeditation_${stamp}${number === 1 ? '' : `_${number}`}`)
    try {
      writeFileSync(path, text, { flag: 'wx', mode: ownerOnly })
      return path
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}
