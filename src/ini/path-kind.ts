// What stands at a path. One that cannot be looked at (a file where a folder should be, no permission, links in a
// circle) counts as nothing: whoever reads or writes there says why.
import { type Stats, statSync } from 'node:fs'

export function statsOf(path: string): Stats | null {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null
  } catch {
    return null
  }
}

export function isFile(path: string): boolean {
  return statsOf(path)?.isFile() ?? false
}

export function isFolder(path: string): boolean {
  return statsOf(path)?.isDirectory() ?? false
}
