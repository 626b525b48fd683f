// What a launcher can ask of whatever does the work: one service in this process, or a supervisor with
// worker processes. Types only.

export interface Crew {
  /**
   * Resolves when everything of the first generation serves, or with null when a stop came first. Rejects when it
   * cannot start, after all that had started is gone.
   */
  start(): Promise<CrewReport | null>
  /** Drains and ends. Later calls do nothing. */
  stop(reason: string): void
  /** Ends at once, whatever is in hand. */
  kill(reason: string): void
  /** The exit status, when all is gone. Never rejects. */
  readonly ended: Promise<number>
  status(): readonly WorkerStatus[]
}

export interface CrewReport {
  readonly pids: readonly number[]
  /** What the service says of itself; null when it says nothing. */
  readonly summary: string | null
}

export interface WorkerStatus {
  readonly id: number
  readonly kind: 'in-process' | 'process'
  readonly pid: number | null
  /** Of the worker, or of its slot when there is none: it waits for its next try, or has failed for good. */
  readonly state: 'starting' | 'ready' | 'draining' | 'gone' | 'waiting' | 'failed'
  readonly restarts: number
  /** How the worker before it ended, in words. */
  readonly lastEnd: string | null
}

/** Exit statuses of a stop: in order; something was cut, or a second signal did not let it finish. */
export const stopStatus = { clean: 0, cut: 1 } as const
