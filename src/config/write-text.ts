// Writes a text that a command has made to the file that its user has named.
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { SlipwayError } from '../errors.ts'

/**
 * @param mode the permission bits of the file, also of one that was there before
 * @throws SlipwayError SLIPWAY_OUTPUT
 */
export function writeText(file: string, text: string, mode?: number): void {
  writing(file, () => {
    if (mode !== undefined && existsSync(file)) chmodSync(file, mode)
    writeFileSync(file, text, { mode })
  })
}

/**
 * Makes the folders above it too; `isExecutable`: by everybody, whatever the umask is.
 * @throws SlipwayError SLIPWAY_OUTPUT
 */
export function writeNested(file: string, text: string, isExecutable = false): void {
  writing(file, () => {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    if (isExecutable) chmodSync(file, 0o755)
  })
}

function writing(file: string, write: () => void): void {
  try {
    write()
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const { code = '' } = error as NodeJS.ErrnoException
    throw new SlipwayError('SLIPWAY_OUTPUT', `cannot write file "${file}"`, {
      found: reasons[code] ?? error.message,
      cause: error,
    })
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'a part of its path is no folder',
  EEXIST: 'a part of its path is no folder',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not write it',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
}
