// What logging has to say about itself when it cannot log: one line on standard error, straight to the
// descriptor. The only place of the package that writes there past its callers; a service must not die
// of a full disk, and must not go on in silence either.
import { writeSync } from 'node:fs'

export function complain(text: string): void {
  try {
    writeSync(2, `${text}\n`)
  } catch {
    // Standard error is closed or full: there is nobody left to tell.
  }
}
