// Renames a log file when it is due, by size or by the clock, under the names that Python's handlers
// give: `x.log.1` is the youngest, `x.log.2015-12-16` a day's. Runs in one process only, the one that
// launched the service; all others just follow the name (log-file.ts). It never compresses: that is
// logrotate's.
import { mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, type Stats, statSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { RotationRule } from './rotation-rule.ts'

/** Others look at the name once a second: they have left the file before it is renamed again. */
const quietMs = 5000

/** Nobody needs that long: whoever held the lock is dead. */
const staleMs = 10_000

export class Rotation {
  readonly #rule: RotationRule
  readonly #keep: number
  /** Null for a rule that knows no time. */
  #next: Date | null
  #quietUntil = 0

  /**
   * @param keep how many renamed files stay, the youngest
   * @param since when the file was last written to: a service that restarts every day rotates too
   */
  constructor(rule: RotationRule, keep: number, since: Date) {
    this.#rule = rule
    this.#keep = Math.max(1, keep)
    this.#next = rule.type === 'interval' ? rule.next(since) : null
  }

  /**
   * Renames the file if it is due. True when the process must open it anew.
   * @param open of the file that the process writes to
   */
  rotate(path: string, open: Pick<Stats, 'size' | 'ino' | 'dev'>, now: Date): boolean {
    if (now.getTime() < this.#quietUntil || !this.#isDue(open.size, now)) return false
    return underLock(`${path}.rotating`, now, () => {
      const named = statSync(path, { throwIfNoEntry: false })
      // Else somebody has renamed it: logrotate, or a second service with the same file.
      if (named?.ino === open.ino && named.dev === open.dev) this.#rename(path)
      this.#quietUntil = now.getTime() + quietMs
      this.#wait(now)
      return true
    })
  }

  #isDue(size: number, now: Date): boolean {
    if (this.#rule.type === 'size') return size >= this.#rule.maxBytes
    if (this.#next === null || now < this.#next) return false
    if (size > 0) return true
    this.#wait(now)
    return false
  }

  #wait(now: Date): void {
    if (this.#rule.type === 'interval') this.#next = this.#rule.next(now)
  }

  #rename(path: string): void {
    if (this.#rule.type === 'size' || this.#next === null) return shift(path, this.#keep)
    renameSync(path, freeName(`${path}.${this.#rule.nameOf(this.#next)}`))
    removeOldest(path, this.#keep)
  }
}

/** `x.log.1` becomes `x.log.2` and so on, the last goes. */
function shift(path: string, keep: number): void {
  const numbers = namesAfter(path)
    .filter((name) => /^\d{1,9}$/u.test(name))
    .map(Number)
    .sort((a, b) => b - a)
  for (const number of numbers) {
    if (number >= keep) rmSync(`${path}.${number}`, { force: true })
    else renameSync(`${path}.${number}`, `${path}.${number + 1}`)
  }
  renameSync(path, `${path}.1`)
}

function removeOldest(path: string, keep: number): void {
  const dated = namesAfter(path).filter((name) => /^\d{4}-\d\d-\d\d[\d_-]*(?:\.\d+)?$/u.test(name))
  const excess = dated.sort().slice(0, Math.max(0, dated.length - keep))
  for (const name of excess) rmSync(`${path}.${name}`, { force: true })
}

/** What is never overwritten: the hour that the clocks go back has the name of the one before. */
function freeName(name: string): string {
  const isTaken = (candidate: string): boolean => statSync(candidate, { throwIfNoEntry: false }) !== undefined
  if (!isTaken(name)) return name
  let number = 1
  while (isTaken(`${name}.${number}`)) number += 1
  return `${name}.${number}`
}

/** What follows `x.log.` in the names of the files beside it. */
function namesAfter(path: string): string[] {
  const start = `${basename(path)}.`
  return readdirSync(dirname(path))
    .filter((name) => name.startsWith(start))
    .map((name) => name.slice(start.length))
}

/** Making a folder succeeds for one process only. False when another has it, which will have done the work. */
function underLock(lock: string, now: Date, work: () => boolean): boolean {
  try {
    mkdirSync(lock)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    const held = statSync(lock, { throwIfNoEntry: false })
    if (held && now.getTime() - held.mtimeMs > staleMs) rmdirSync(lock)
    return false
  }
  try {
    return work()
  } finally {
    rmdirSync(lock)
  }
}
