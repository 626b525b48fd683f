// A reload from its order to its outcome: read, check, bind, replace. Whatever is bad is refused with its
// reasons before anything changes. One at a time; orders that come meanwhile make one more. Runs in the
// process that the operator started.
import { type Config, renderChange } from '../config/index.ts'
import { forgetDistributions } from '../entrypoints/distribution.ts'
import { isSlipwayError, type SlipwayError } from '../errors.ts'
import { applyLogOptions, type Logger } from '../log/index.ts'
import { addressUrl } from './address.ts'
import { type CrewReport, whoServes } from './crew.ts'
import { asSlipwayError } from './failure.ts'
import type { Fleet } from './fleet.ts'
import { checkPlans, type Generation, type LaunchPlan, planLaunch, type ServiceDeclaration } from './generation.ts'
import { closeListeners, type Listener, rebindListeners } from './master/bind.ts'
import type { InheritedSockets } from './master/inherited.ts'
import type { ServiceManager } from './master/service-manager.ts'
import { launchGroup } from './options.ts'
import { ReloadHistory } from './observe/reload-history.ts'
import { tellProblems } from './tell-problems.ts'
import { tellTls } from './tls/tls.ts'

export interface ReloaderParts {
  /** The configuration of the start: it knows how to read itself again. */
  readonly config: Config
  readonly services: readonly ServiceDeclaration[]
  /** For a reload that asks for one under its number or name. */
  readonly inherited: InheritedSockets
  readonly fleet: Fleet
  /** What serves first, one for each service. */
  readonly first: readonly Generation[]
  readonly log: Logger
  readonly manager: ServiceManager
}

export class Reloader {
  readonly #parts: ReloaderParts
  #serving: readonly Generation[]
  readonly history = new ReloadHistory()
  #running: Promise<void> | null = null
  #next: Promise<void> | null = null

  constructor(parts: ReloaderParts) {
    this.#parts = parts
    this.#serving = parts.first
  }

  get isBusy(): boolean {
    return this.#running !== null
  }

  /** One for each service. */
  get serving(): readonly Generation[] {
    return this.#serving
  }

  /** Where the services answer now. */
  get urls(): string[] {
    return this.#serving.flatMap(({ listeners }) => listeners.map(({ request }) => addressUrl(request)))
  }

  get listeners(): readonly Listener[] {
    return this.#serving.flatMap(({ listeners }) => listeners)
  }

  /** How long new workers may take; null: without end. */
  get startMs(): number | null {
    const seconds = this.#serving[0]?.settings.start_timeout ?? 0
    return seconds === 0 ? null : seconds * 1000
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
      const { restart_method: method, reload: isDevelopment } = this.#parts.config.get(launchGroup)
      // What a developer has saved may be code, which only new workers read.
      if (method === 'mutate' && !isDevelopment) return this.#mutate()
      const reports = await this.#replace()
      if (reports === null) {
        this.history.note('left')
        return log.info('the reload was left: a stop came first')
      }
      this.history.note('done')
      manager.ready(whoServes(reports))
      this.#tell(reports, performance.now() - began)
    } catch (error) {
      const failure = asSlipwayError(error, 'SLIPWAY_LAUNCH_RELOAD', 'the reload failed')
      // To systemd a reload ends with READY, whatever came of it.
      manager.ready('the last reload was refused, see the log')
      this.history.note('refused', failure.message)
      this.#refuse(failure)
      throw failure
    }
  }

  /** Nothing starts and nothing ends. What cannot change while it runs is told. */
  #mutate(): void {
    const { config, fleet, log, manager } = this.#parts
    const { changes, ignored } = config.mutate()
    applyLogOptions(log, config)
    for (const change of changes) log.info(renderChange(change))
    tellProblems(log, ignored, 'warn')
    fleet.mutate(config)
    this.history.note('done')
    manager.ready('options have been read again')
    log.info(`options have been read again, ${changes.length} changed; the workers stay`)
  }

  async #replace(): Promise<CrewReport[] | null> {
    const { config, services, inherited, fleet } = this.#parts
    forgetDistributions()
    const plans = await planLaunch(config.reload(), services, inherited)
    checkPlans(services, plans)
    const rebound = await this.#rebind(plans)
    const added = rebound.flatMap((one) => one.added)
    const next = rebound.map(({ generation, removed }) => ({ generation, removed }))
    try {
      const reports = await fleet.reload(next)
      if (reports === null) closeListeners(added)
      else this.#serving = next.map(({ generation }) => generation)
      return reports
    } catch (error) {
      closeListeners(added)
      throw error
    }
  }

  /** The listeners of all services, or none changed when one cannot be had. */
  async #rebind(plans: readonly LaunchPlan[]) {
    const rebound: { generation: Generation; added: readonly Listener[]; removed: readonly Listener[] }[] = []
    const all = plans.flatMap(({ requests }) => requests)
    try {
      for (const [index, plan] of plans.entries()) {
        const before = this.#serving[index]?.listeners ?? []
        const { listeners, added, removed } = await rebindListeners(before, plan.requests, this.#parts.inherited, all)
        rebound.push({ generation: { ...plan, listeners }, added, removed })
      }
      return rebound
    } catch (error) {
      closeListeners(rebound.flatMap(({ added }) => added))
      throw error
    }
  }

  /** The master's own options follow only now: a reload that is refused changes nothing at all. */
  #tell(reports: readonly CrewReport[], ms: number): void {
    const { config, log } = this.#parts
    const { changes } = config.mutate()
    applyLogOptions(log, config)
    for (const change of changes) log.info(renderChange(change))
    tellTls(log, this.#serving)
    for (const { summary } of reports) if (summary !== null) log.info(summary)
    if (reports.some(({ kind }) => kind === 'in-process')) this.#tellInProcess()
    log.info(`reloaded in ${Math.round(ms)} ms, ${whoServes(reports)}`)
  }

  #tellInProcess(): void {
    const { log } = this.#parts
    log.info('one worker in the process itself: its settings are new, its code is that of the start')
    const workers = this.#serving[0]?.workers ?? 1
    if (workers > 1) log.warn(`workers = ${workers} takes a restart: the only worker runs in the process itself`)
  }

  #refuse(failure: SlipwayError): void {
    const { log } = this.#parts
    tellProblems(log, failure.problems)
    const stack = userStack(failure)
    log.error({ code: failure.code, ...(stack === null ? {} : { stack }) }, 'reload refused: nothing has changed')
  }
}

function userStack(failure: SlipwayError): string | null {
  let cause: unknown = failure
  while (isSlipwayError(cause)) cause = cause.cause
  return cause instanceof Error ? (cause.stack ?? null) : null
}
