// Writes a text that a command has made to the file that its user has named.
import { writeFileSync } from 'node:fs'
import { SlipwayError } from '../errors.ts'

/** @throws SlipwayError SLIPWAY_OUTPUT */
export function writeText(file: string, text: string): void {
  try {
    writeFileSync(file, text)
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
