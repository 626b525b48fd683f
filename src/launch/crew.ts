// What a launcher can ask of whatever does the work: one service in this process, or a supervisor with
// worker processes.
import type { Generation } from './generation.ts'
import type { Listener } from './master/bind.ts'
import type { Vitals } from './messages.ts'

export interface Crew {
  /**
   * Resolves when everything of the first generation serves, or with null when a stop came first. Rejects when it
   * cannot start, after all that had started is gone.
   */
  start(): Promise<CrewReport | null>
  /**
   * Puts another generation in the place of the one that serves, the new one first. `removed`: listeners that it
   * does not have; they are closed. Resolves when the new one serves and the old one has been told to finish, with null
   * when a stop came first. Rejects when the new one cannot start; the old one serves on then.
   */
  reload(next: Generation, removed: readonly Listener[]): Promise<CrewReport | null>
  /**
   * Adds workers, or lets some finish and go. Resolves when the new ones serve.
   * @throws SlipwayError SLIPWAY_LAUNCH_SCALE
   */
  scale(workers: number): Promise<void>
  /** How many workers it has, or will have when the scaling that was ordered is done. */
  readonly wanted: number
  /** Drains and ends. Later calls do nothing. */
  stop(reason: string): void
  /** Ends at once, whatever is in hand. */
  kill(reason: string): void
  /** Tells the workers that the log files were renamed. */
  reopenLogs(): void
  /** The exit status, when all is gone. Never rejects. */
  readonly ended: Promise<number>
  status(): readonly WorkerStatus[]
}

export interface CrewReport {
  readonly pids: readonly number[]
  /** What the service says of itself; null when it says nothing. */
  readonly summary: string | null
}

/** `2 workers (pids 812, 813)`. */
export function whoServes(pids: readonly number[]): string {
  return pids.length === 1 ? `1 worker (pid ${pids[0]})` : `${pids.length} workers (pids ${pids.join(', ')})`
}

export interface WorkerStatus {
  readonly id: number
  readonly kind: 'in-process' | 'process'
  readonly pid: number | null
  /** Of the worker, or of its slot when there is none: it waits for its next try, or has failed for good. */
  readonly state: 'starting' | 'ready' | 'draining' | 'gone' | 'waiting' | 'failed'
  /** Its last figures; null until it has told some. */
  readonly vitals: Vitals | null
  /** In milliseconds since the epoch; null when there is no worker. */
  readonly since: number | null
  readonly restarts: number
  /** How the worker before it ended, in words. */
  readonly lastEnd: string | null
}

/** Exit statuses of a stop: in order; something was cut, or a second signal did not let it finish. */
export const stopStatus = { clean: 0, cut: 1 } as const
