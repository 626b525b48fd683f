// Makes reports when somebody outside asks for one: by SIGUSR2, or by touching a file. One at a time; who asks
// meanwhile has asked for the one that is under way. Runs in the process that launched.
import { statSync } from 'node:fs'
import { basename } from 'node:path'
import type { Config } from '../../config/index.ts'
import type { Logger } from '../../log/index.ts'
import { reportsGroup } from './report-options.ts'
import { putReport } from './report-place.ts'
import type { Report } from './report.ts'

export interface ReportingParts {
  readonly config: Config
  readonly log: Logger
  readonly collect: (reason: string) => Promise<Report>
}

export class Reporting {
  readonly #parts: ReportingParts
  #isUnderWay = false
  #timer: NodeJS.Timeout | undefined
  #seenMs: number | null = null
  #isMissed = false

  constructor(parts: ReportingParts) {
    this.#parts = parts
    const { file_event_handler: file, file_event_handler_interval: seconds } = parts.config.get(reportsGroup)
    if (file === null) return
    // What was done to it before the start asks for nothing.
    this.#seenMs = this.#changeOf(file)
    this.#timer = setInterval(() => this.#look(file), seconds * 1000).unref()
  }

  /** As oslo.reports has it, a file to touch takes the place of the signal. */
  signalled(reason: string): void {
    const { file_event_handler: file } = this.#parts.config.get(reportsGroup)
    if (file === null) this.make(reason)
    else this.#parts.log.warn(`${reason}: no report, file_event_handler is set: touch ${file}`)
  }

  /** Never throws; what comes of it is in the log. */
  make(reason: string): void {
    if (this.#isUnderWay) return
    this.#isUnderWay = true
    void this.#make(reason).finally(() => (this.#isUnderWay = false))
  }

  close(): void {
    clearInterval(this.#timer)
  }

  async #make(reason: string): Promise<void> {
    const { config, log, collect } = this.#parts
    log.info(`${reason}: making a report`)
    try {
      const report = await collect(reason)
      const { renderReport } = await import('./report-text.ts')
      const folder = config.get(reportsGroup).log_dir
      const path = putReport(renderReport(report), folder, basename(config.prog), new Date(report.at))
      log.info(path === null ? 'the report is on standard error' : `the report is in ${path}`)
    } catch (error) {
      log.error({ err: error }, `the report could not be made: ${(error as Error).message}`)
    }
  }

  #look(file: string): void {
    const changedMs = this.#changeOf(file)
    if (changedMs === null || changedMs === this.#seenMs) return
    this.#seenMs = changedMs
    this.make(`${file} was touched`)
  }

  /** When it was last touched, in milliseconds since the epoch; null while it cannot be seen, which is told once. */
  #changeOf(file: string): number | null {
    let problem = 'there is no such file; one that comes makes a report'
    try {
      const stats = statSync(file, { throwIfNoEntry: false })
      if (stats !== undefined) {
        this.#isMissed = false
        return stats.mtimeMs
      }
    } catch (error) {
      problem = (error as Error).message
    }
    if (!this.#isMissed) this.#parts.log.warn(`file_event_handler ${file}: ${problem}`)
    this.#isMissed = true
    return null
  }
}
