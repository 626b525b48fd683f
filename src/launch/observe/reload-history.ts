// How reloads ended since the start: counted for metrics, the last one told in the status.

/** `left`: a stop came first. */
export type ReloadOutcome = 'done' | 'refused' | 'left'

export interface LastReload {
  readonly outcome: ReloadOutcome
  /** When it ended, in ISO 8601. */
  readonly at: string
  /** Why it was refused: the first problem. */
  readonly problem: string | null
}

export class ReloadHistory {
  readonly #counts: Record<ReloadOutcome, number> = { done: 0, refused: 0, left: 0 }
  #last: LastReload | null = null

  get counts(): Readonly<Record<ReloadOutcome, number>> {
    return this.#counts
  }

  get last(): LastReload | null {
    return this.#last
  }

  note(outcome: ReloadOutcome, problem: string | null = null): void {
    this.#counts[outcome] += 1
    this.#last = { outcome, at: new Date().toISOString(), problem }
  }
}
