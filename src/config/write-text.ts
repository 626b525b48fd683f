// Writes a text that a command has made to the file that its user has named.
import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import { SlipwayError } from '../errors.ts'

/**
 * @param mode the permission bits of the file, also of one that was there before
 * @throws SlipwayError SLIPWAY_OUTPUT
 */
export function writeText(file: string, text: string, mode?: number): void {
  try {
    if (mode !== undefined && existsSync(file)) chmodSync(file, mode)
    writeFileSync(file, text, { mode })
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
  EISDIR: 'it is a folder',
  EACCES: 'this user may not write it',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
}
