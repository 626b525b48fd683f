// What a worker tells of itself, and what it logs by order: its figures with every heartbeat, its part of a report. The
// same in a process and in a thread.
import type { Config } from '../../config/index.ts'
import { type Logger, setLogLevel } from '../../log/index.ts'
import type { LevelOrder } from '../log-levels.ts'
import type { Vitals } from '../messages.ts'
import { isObserved, launchGroup } from '../options.ts'
import { type ProcessReport, reportOfProcess } from '../observe/process-report.ts'
import { withoutSecrets } from '../observe/report-secrets.ts'
import type { ServiceRunner } from './service-runner.ts'
import { vitalsReader } from './vitals.ts'

export interface Watched {
  readonly config: Config
  readonly runner: ServiceRunner
  /** Of the worker alone, in bytes. */
  readonly memory: () => number
}

export class Witness {
  #log: Logger | null = null
  /** Ordered before there was a log. */
  #early: LevelOrder[] = []
  #watched: Watched | null = null
  #read: (() => Vitals) | null = null
  #last: Vitals | null = null

  /** `levels` is what was set before the worker began. */
  hears(log: Logger, levels: readonly LevelOrder[]): void {
    this.#log = log
    for (const { logger, level } of [...levels, ...this.#early]) setLogLevel(log, logger, level)
  }

  setLevel({ logger, level }: LevelOrder): void {
    if (this.#log === null) this.#early.push({ logger, level })
    else setLogLevel(this.#log, logger, level)
  }

  watches(watched: Watched): void {
    const { config, runner, memory } = watched
    this.#watched = watched
    this.#read = vitalsReader({
      count: () => runner.counts(),
      memory,
      isObserved: isObserved(config.get(launchGroup)),
    })
  }

  /** Null before it watches anything. */
  vitals(): Vitals | null {
    this.#last = this.#read?.() ?? null
    return this.#last
  }

  report(): ProcessReport {
    if (this.#watched === null) return reportOfProcess()
    const { config, runner } = this.#watched
    return withoutSecrets(
      config,
      reportOfProcess({ sections: runner.sections(), delay: this.#last?.loopDelay ?? null }),
    )
  }
}
