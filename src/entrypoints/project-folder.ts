// The project that this process runs: where plugins are looked for when nobody says otherwise. As Python's sys.path
// it belongs to the process, so that a library finds the plugins of the program that it serves.
import { realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findProjectFolder } from './distribution.ts'

let known: string | null = null

/** Said by whoever starts the code of a project: the launcher for a service, `slipway` for a manifest. */
export function setProjectFolder(folder: string): void {
  known = folder
}

/**
 * The folder with the manifest at or above `from` (a folder, a `file:` URL of a module); without it that of the
 * process: the one it was told, else that of the program that Node was started with, else of the working folder.
 */
export function projectFolder(from?: string): string {
  if (from !== undefined) return findProjectFolder(from.startsWith('file:') ? dirname(fileURLToPath(from)) : from)
  return known ?? findProjectFolder(programFolder() ?? process.cwd())
}

function programFolder(): string | null {
  const program = process.argv[1]
  if (program === undefined) return null
  try {
    return dirname(realpathSync(program))
  } catch {
    // A name that a script gave itself.
    return null
  }
}
