// What a launcher can ask of whatever does the work of one service: this process, or a supervisor with
// workers that are processes or threads.
import type { Config } from '../config/index.ts'
import type { DebugState } from './dev/debug-state.ts'
import type { Generation } from './generation.ts'
import type { LevelOrder } from './log-levels.ts'
import type { Listener } from './master/bind.ts'
import type { Ledger } from './observe/ledger.ts'
import type { DrainOrder, Vitals } from './messages.ts'
import type { Findings } from './observe/report.ts'

export interface Crew {
  /**
   * Resolves when everything of the first generation serves, or with null when a stop came first. Rejects when it
   * cannot start, after all that had started is gone.
   */
  start(): Promise<CrewReport | null>
  /**
   * Puts another generation in the place of the one that serves, the new one first. Resolves when the new one is ready,
   * with null when a stop came first. Rejects when it cannot start; the old one serves on then.
   */
  replace(next: Generation): Promise<Replacement | null>
  /**
   * Adds workers, or lets some finish and go. Resolves when the new ones serve.
   * @throws SlipwayError SLIPWAY_LAUNCH_SCALE
   */
  scale(workers: number): Promise<void>
  /** How many workers it has, or will have when the scaling that was ordered is done. */
  readonly wanted: number
  /** Drains and ends; `order` when that is no final one. Later calls do nothing. */
  stop(reason: string, order?: DrainOrder): void
  /** Ends at once, whatever is in hand. */
  kill(reason: string): void
  /** Tells the workers which options have changed; those to come know as well. */
  mutate(config: Config): void
  /** Tells the workers that the log files were renamed. */
  reopenLogs(): void
  /** The exit status, when all is gone. Never rejects. */
  readonly ended: Promise<number>
  status(): readonly WorkerStatus[]
  /** What workers that have left had done. */
  readonly ledger: Ledger
  /** Of its workers; the log of this process is the launcher's. */
  setLevel(order: LevelOrder): void
  /** Its part of a report. Waits for workers that do not answer, but not for ever. Never rejects. */
  examine(): Promise<Findings>
  /** Those that are ready. */
  serving(): Pick<CrewReport, 'kind' | 'ids'>
}

/** A generation that is ready, to be kept or taken back: one of the two must be called. */
export interface Replacement {
  readonly report: CrewReport
  /** `removed`: listeners that the new one does not have; they are closed. May throw, and has taken it back then. */
  complete(removed: readonly Listener[]): void | Promise<void>
  /** Says how many workers could not be had back. */
  takeBack(): Promise<number>
}

export interface CrewReport {
  readonly kind: WorkerStatus['kind']
  /** Process ids, or the numbers of threads. */
  readonly ids: readonly number[]
  /** What the service says of itself; null when it says nothing. */
  readonly summary: string | null
}

/** `2 workers (pids 812, 813)`, `1 worker (thread 2)`; of several services `3 workers (pids 812, 813, 814)`. */
export function whoServes(crews: readonly Pick<CrewReport, 'kind' | 'ids'>[]): string {
  const ids = crews.flatMap((crew) => crew.ids)
  const what = crews.some(({ kind }) => kind === 'thread') ? 'thread' : 'pid'
  return ids.length === 1 ? `1 worker (${what} ${ids[0]})` : `${ids.length} workers (${what}s ${ids.join(', ')})`
}

export interface WorkerStatus {
  readonly id: number
  readonly kind: 'in-process' | 'process' | 'thread'
  /** Of its process, which threads share with their master. */
  readonly pid: number | null
  /** The number of the thread; null for a process. */
  readonly thread: number | null
  /** Of the worker, or of its slot when there is none: it waits for its next try, or has failed for good. */
  readonly state: 'starting' | 'ready' | 'draining' | 'gone' | 'waiting' | 'failed'
  /** Its last figures; null until it has told some. */
  readonly vitals: Vitals | null
  readonly debug: DebugState
  /** In milliseconds since the epoch; null when there is no worker. */
  readonly since: number | null
  readonly restarts: number
  /** How the worker before it ended, in words. */
  readonly lastEnd: string | null
}

/** Exit statuses of a stop: in order; something was cut, or a second signal did not let it finish. */
export const stopStatus = { clean: 0, cut: 1 } as const
