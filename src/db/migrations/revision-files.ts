// Which files of a folder are revisions: one answer for those that are loaded and those that are written. Names alone.
import { existsSync, readdirSync } from 'node:fs'
import { extname, join } from 'node:path'
import { isFolder } from '../../ini/path-kind.ts'

/** Of files that differ in their ending alone, those in front are taken first: what is built. */
export const revisionEndings = ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts']

/** Where the files stand: the folder itself, or its folder `versions`, as alembic lays it out. */
export function folderOfRevisions(folder: string): string {
  const versions = join(folder, 'versions')
  return isFolder(versions) ? versions : folder
}

/** Names of what may be a revision, sorted; none of a folder that is not there. */
export function revisionNames(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).filter(isRevision).toSorted() : []
}

function isRevision(name: string): boolean {
  return revisionEndings.includes(extname(name)) && !/^[._]|^index\.|\.d\.[cm]?ts$/u.test(name)
}
