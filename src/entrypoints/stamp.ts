// Whether a file or folder is what it was: inode, size and both times. The time of change (ctime) is needed, as
// whatever copies with its times (tar, rsync, cp -p) sets that of modification back; nobody can set back this one.
import type { Stats } from 'node:fs'
import { statsOf } from '../ini/path-kind.ts'

/** Compared as a whole. */
export type Stamp = string

/** Nothing is there, or nothing that this user may look at. */
const absent: Stamp = '-'

/** Changed so shortly before it was read that the clock of the file system may not tell the next change: equal to nothing. */
const unsettled: Stamp = '?'

export function isAbsent(stamp: Stamp): boolean {
  return stamp === absent
}

/** For keeping; `nowMs` is when the reading of what it stands for began. */
export function stampOf(path: string, nowMs: number): Stamp {
  const stats = statsOf(path)
  if (stats === null) return absent
  return nowMs - stats.ctimeMs < tickMs(stats.ctimeMs) ? unsettled : textOf(stats)
}

/** Whether nothing has changed since the stamp was taken. */
export function isStill(path: string, stamp: Stamp): boolean {
  const stats = statsOf(path)
  return stats === null ? stamp === absent : stamp === textOf(stats)
}

/** Kernels keep times by their timer, 10 ms at most; some file systems in whole seconds. A time in the future settles when it has passed. */
function tickMs(ctimeMs: number): number {
  return ctimeMs % 1000 === 0 ? 2000 : 50
}

function textOf({ ino, size, mtimeMs, ctimeMs }: Stats): Stamp {
  return `${ino}:${size}:${mtimeMs}:${ctimeMs}`
}
