// What the workers of a service that have left had counted: without it the sums of a service would fall with every
// replacement. Runs in the process that launched.
import { noCounts, pastOf, sumOfCounts } from './figures.ts'
import type { Vitals } from '../messages.ts'
import type { WorkCounts } from '../service.ts'

/** Of the workers that had an id before. */
export interface Past {
  readonly counts: WorkCounts
  readonly busyMs: number
  readonly lostLines: number
}

export const noPast: Past = { counts: noCounts, busyMs: 0, lostLines: 0 }

export class Ledger {
  readonly #past = new Map<number, Past>()
  #restarts = 0

  /** Workers that were started in the place of one that had died or drained of itself. */
  get restarts(): number {
    return this.#restarts
  }

  /** By the id of the worker. */
  get past(): ReadonlyMap<number, Past> {
    return this.#past
  }

  restarted(): void {
    this.#restarts += 1
  }

  /** A worker has ended; its last figures, null when it never told any. */
  left(id: number, vitals: Vitals | null): void {
    if (vitals === null) return
    const { counts, busyMs, lostLines } = this.#past.get(id) ?? noPast
    this.#past.set(id, {
      counts: sumOfCounts([counts, pastOf(vitals)]),
      busyMs: busyMs + vitals.busyMs,
      lostLines: lostLines + vitals.lostLines,
    })
  }
}
