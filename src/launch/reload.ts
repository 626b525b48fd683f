// A reload from its order to its outcome: read, check, bind, replace. Whatever is bad is refused with its
// reasons before anything changes. One at a time; orders that come meanwhile make one more. Runs in the
// process that the operator started.
import { type Config, renderChange } from '../config/index.ts'
import { renderWhere } from '../diagnostic.ts'
import { forgetDistributions } from '../entrypoints/distribution.ts'
import { type Diagnostic, isSlipwayError, type SlipwayError } from '../errors.ts'
import { applyLogOptions, type Logger } from '../log/index.ts'
import { type Crew, type CrewReport, whoServes } from './crew.ts'
import { asSlipwayError } from './failure.ts'
import type { Generation, LaunchPlan } from './generation.ts'
import { closeListeners, rebindListeners } from './master/bind.ts'
import type { InheritedSockets } from './master/inherited.ts'
import type { ServiceManager } from './master/service-manager.ts'

export interface ReloaderParts {
  /** The configuration of the start: it knows how to read itself again. */
  readonly config: Config
  /** What a configuration makes to run; throws when it is not sound. */
  readonly plan: (config: Config) => LaunchPlan
  /** For a reload that asks for one under its number or name. */
  readonly inherited: InheritedSockets
  readonly crew: Crew
  readonly first: Generation
  readonly log: Logger
  readonly manager: ServiceManager
}

export class Reloader {
  readonly #parts: ReloaderParts
  #serving: Generation
  #running: Promise<void> | null = null
  #next: Promise<void> | null = null

  constructor(parts: ReloaderParts) {
    this.#parts = parts
    this.#serving = parts.first
  }

  get isBusy(): boolean {
    return this.#running !== null
  }

  get serving(): Generation {
    return this.#serving
  }

  /**
   * Resolves when what it has read serves, or a stop came first. Orders that come while one runs are one order together.
   * @throws SlipwayError with everything that is wrong (it is logged, too); nothing has changed then
   */
  order(reason: string): Promise<void> {
    const { log } = this.#parts
    if (this.#running === null) return this.#begin(reason)
    if (this.#next === null) log.info(`${reason}: a reload is running; another follows`)
    this.#next ??= this.#running.then(
      () => this.#begin(reason),
      () => this.#begin(reason),
    )
    return this.#next
  }

  async #begin(reason: string): Promise<void> {
    this.#next = null
    this.#running = this.#run(reason)
    try {
      await this.#running
    } finally {
      this.#running = null
    }
  }

  async #run(reason: string): Promise<void> {
    const { log, manager } = this.#parts
    const began = performance.now()
    log.info(`${reason}: reloading`)
    manager.reloading()
    try {
      const report = await this.#replace()
      if (report === null) return log.info('the reload was left: a stop came first')
      manager.ready(whoServes(report.pids))
      this.#tell(report, performance.now() - began)
    } catch (error) {
      const failure = asSlipwayError(error, 'SLIPWAY_LAUNCH_RELOAD', 'the reload failed')
      // To systemd a reload ends with READY, whatever came of it.
      manager.ready('the last reload was refused, see the log')
      this.#refuse(failure)
      throw failure
    }
  }

  async #replace(): Promise<CrewReport | null> {
    const { config, plan, crew, inherited } = this.#parts
    forgetDistributions()
    const next = plan(config.reload())
    const { listeners, added, removed } = await rebindListeners(this.#serving.listeners, next.requests, inherited)
    try {
      const report = await crew.reload({ ...next, listeners }, removed)
      if (report === null) closeListeners(added)
      else this.#serving = { ...next, listeners }
      return report
    } catch (error) {
      closeListeners(added)
      throw error
    }
  }

  /** The master's own options follow only now: a reload that is refused changes nothing at all. */
  #tell({ pids, summary }: CrewReport, ms: number): void {
    const { config, log, crew } = this.#parts
    const { changes } = config.mutate()
    applyLogOptions(log, config)
    for (const change of changes) log.info(renderChange(change))
    if (summary !== null) log.info(summary)
    if (crew.status().some(({ kind }) => kind === 'in-process')) this.#tellInProcess()
    log.info(`reloaded in ${Math.round(ms)} ms, ${whoServes(pids)}`)
  }

  #tellInProcess(): void {
    const { log } = this.#parts
    log.info('one worker in the process itself: its settings are new, its code is that of the start')
    const { workers } = this.#serving
    if (workers > 1) log.warn(`workers = ${workers} takes a restart: the only worker runs in the process itself`)
  }

  #refuse(failure: SlipwayError): void {
    const { log } = this.#parts
    for (const problem of failure.problems) log.error(placed(problem), told(problem))
    const stack = userStack(failure)
    log.error({ code: failure.code, ...(stack === null ? {} : { stack }) }, 'reload refused: nothing has changed')
  }
}

function placed({ code, where, hint }: Diagnostic): object {
  return { code, ...(where ? { where: renderWhere(where) } : {}), ...(hint === null ? {} : { hint }) }
}

/** With its place and the line that stands there, which a log of text would not show otherwise. */
function told({ message, where, found, expected }: Diagnostic): string {
  const place = where ? ` (${renderWhere(where)}${where.text === undefined ? '' : `: ${where.text.trim()}`})` : ''
  const label = [found === null ? '' : `found ${found}`, expected === null ? '' : `expected ${expected}`]
  return [`${message}${place}`, ...label].filter(Boolean).join(', ')
}

function userStack(failure: SlipwayError): string | null {
  let cause: unknown = failure
  while (isSlipwayError(cause)) cause = cause.cause
  return cause instanceof Error ? (cause.stack ?? null) : null
}
