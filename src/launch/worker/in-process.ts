// One worker in the process itself: no child, no messages, the same runner. A reload builds the service anew
// beside the one that serves. A crash of its code is the end: there is nobody to replace it, and its state
// cannot be trusted.
import type { Server } from 'node:net'
import type { Config } from '../../config/index.ts'
import { SlipwayError } from '../../errors.ts'
import type { Logger } from '../../log/index.ts'
import { renderAddress } from '../address.ts'
import { type Crew, type CrewReport, type Replacement, stopStatus, type WorkerStatus } from '../crew.ts'
import { notDebugged, onDebugState, tellDebugState } from '../dev/debug-state.ts'
import { inspectAsConfigured } from '../dev/inspect-option.ts'
import { asSlipwayError } from '../failure.ts'
import { noCounts, pastOf, sumOfCounts } from '../observe/figures.ts'
import type { Generation } from '../generation.ts'
import { closeListeners, type Listener } from '../master/bind.ts'
import { Ledger } from '../observe/ledger.ts'
import type { DrainOrder, Vitals } from '../messages.ts'
import { isObserved } from '../options.ts'
import type { Findings } from '../observe/report.ts'
import { residentSetReader } from '../resident-set.ts'
import type { ServiceListener } from '../service.ts'
import { closeListener } from './accept-queue.ts'
import { boundListener, Handover } from './listeners.ts'
import { lastServiceMs, ServiceRunner } from './service-runner.ts'
import { sampledVitals } from './vitals.ts'

export class InProcessCrew implements Crew {
  readonly #log: Logger
  #generation: Generation
  #runner: ServiceRunner
  /** Replaced, and finishing what they have in hand: the number of things they cut. */
  readonly #leaving = new Map<ServiceRunner, Promise<number>>()
  readonly ended: Promise<number>
  #settleEnd: (status: number) => void = () => undefined
  #state: WorkerStatus['state'] = 'starting'
  #started: Promise<unknown> = Promise.resolve()
  #stopReason: string | null = null
  readonly #servers = new Set<Server>()
  #failStart: (fault: SlipwayError) => void = () => undefined
  /** What the process ends with when its code has crashed. */
  #crashStatus: number | null = null
  #debug = notDebugged
  /** Of runners that have left. */
  #past = noCounts
  readonly #vitals: () => Vitals
  /** Nobody leaves without the process. */
  readonly ledger = new Ledger()
  readonly #crash = (error: unknown): void => this.#onCrash(error)

  constructor(first: Generation, log: Logger) {
    this.#generation = first
    this.#log = log
    const listeners = first.listeners.map((one) => boundListener(one, (server) => this.#servers.add(server)))
    this.#runner = this.#newRunner(first, listeners)
    this.#vitals = sampledVitals({
      count: () => sumOfCounts([this.#past, ...this.#runners().map((runner) => runner.counts())]),
      memory: residentSetReader(),
      isObserved: isObserved(first.settings),
    })
    this.ended = new Promise((resolve) => (this.#settleEnd = resolve))
  }

  get wanted(): number {
    return 1
  }

  async start(): Promise<CrewReport | null> {
    if (this.#stopReason !== null) return null
    process.on('uncaughtException', this.#crash)
    process.on('unhandledRejection', this.#crash)
    onDebugState((state) => {
      tellDebugState(this.#log, 'the service', this.#debug, state)
      this.#debug = state
    })
    const starting = this.#startInTime(this.#runner, this.#generation)
    this.#started = starting.catch(() => undefined)
    try {
      const summary = await Promise.race([starting, this.ended])
      if (this.#stopReason !== null) return null
      this.#state = 'ready'
      return reportOf(typeof summary === 'string' ? summary : null)
    } catch (error) {
      const failure = asSlipwayError(error, 'SLIPWAY_LAUNCH_WORKER_BOOT', 'the service could not start')
      this.#end(failure.exitCode)
      throw failure
    }
  }

  async replace(next: Generation): Promise<Replacement | null> {
    if (this.#state !== 'ready') return null
    const replacing = this.#replace(next)
    // A stop waits for it: what it has begun must be released.
    this.#started = replacing.catch(() => undefined)
    return replacing
  }

  async scale(workers: number): Promise<void> {
    if (workers === 1) return
    throw new SlipwayError(
      'SLIPWAY_LAUNCH_SCALE',
      `cannot scale to ${workers} workers: the one runs in the process itself`,
      {
        hint: 'start the service with workers = 2 or more; from there on the number can change while it runs',
      },
    )
  }

  stop(reason: string, order: DrainOrder = { final: true, reason }): void {
    if (this.#stopReason !== null || this.#state === 'gone') return
    this.#stopReason = reason
    void this.#stop(order)
  }

  kill(reason: string): void {
    this.stop(reason)
    this.#cutAll()
    this.#end(stopStatus.cut)
  }

  mutate(config: Config): void {
    // Its own has changed already when it is the launcher's.
    void this.#runner.mutate(this.#generation.config === config ? null : config.snapshot())
  }

  reopenLogs(): void {
    // Those of this process are its launcher's.
  }

  status(): readonly WorkerStatus[] {
    const base = { id: 1, kind: 'in-process', pid: process.pid, thread: null, restarts: 0, lastEnd: null } as const
    return [
      {
        ...base,
        state: this.#state,
        debug: this.#debug,
        vitals: this.#vitals(),
        since: Math.round(performance.timeOrigin),
      },
    ]
  }

  setLevel(): void {
    // The log of this process is its launcher's.
  }

  async examine(): Promise<Findings> {
    return { sections: this.#runners().flatMap((runner) => runner.sections()), reporters: [] }
  }

  serving(): CrewReport {
    return reportOf(null)
  }

  #runners(): ServiceRunner[] {
    return [this.#runner, ...this.#leaving.keys()]
  }

  #newRunner({ spec, config, tls }: Generation, listeners: readonly ServiceListener[]): ServiceRunner {
    return new ServiceRunner({ spec, config, log: this.#log, workerId: 1, listeners, tls: tls.material })
  }

  async #replace(next: Generation): Promise<Replacement | null> {
    const before = new Set(this.#generation.listeners.map(({ key }) => key))
    const added = new Set(next.listeners.map(({ key }) => key).filter((key) => !before.has(key)))
    const handover = new Handover(next.listeners, added, (server) => this.#servers.add(server))
    const runner = this.#newRunner(next, handover.listeners)
    const summary = await this.#startAnew(runner, next)
    const giveUp = (reason: string): Promise<number> => runner.drain({ final: false, reason })
    if (this.#stopReason !== null) {
      await giveUp(this.#stopReason)
      return null
    }
    return {
      report: reportOf(summary),
      complete: (removed) => {
        const completed = this.#complete(next, removed, runner, handover)
        this.#started = completed.catch(() => undefined)
        return completed
      },
      takeBack: async () => {
        await giveUp('a reload that was taken back')
        return 0
      },
    }
  }

  async #complete(
    next: Generation,
    removed: readonly Listener[],
    runner: ServiceRunner,
    handover: Handover,
  ): Promise<void> {
    if (this.#stopReason !== null) return void (await runner.drain({ final: false, reason: this.#stopReason }))
    try {
      await handover.complete()
    } catch (error) {
      await runner.drain({ final: false, reason: 'a reload that was taken back' })
      throw error
    }
    this.#leave(this.#runner, {
      final: false,
      reason: 'a reload',
      removed: removed.map(({ request }) => renderAddress(request.address)),
    })
    this.#generation = next
    this.#runner = runner
    // What a server has taken over is that one's to close.
    closeListeners(removed)
  }

  #leave(runner: ServiceRunner, order: DrainOrder): void {
    const drained = runner.drain(order)
    this.#leaving.set(runner, drained)
    void drained.then((cut) => {
      this.#leaving.delete(runner)
      this.#past = sumOfCounts([this.#past, pastOf(runner.counts())])
      this.#tellCut(cut)
      for (const server of this.#servers) if (!server.listening) this.#servers.delete(server)
    })
  }

  async #startAnew(runner: ServiceRunner, next: Generation): Promise<string | null> {
    try {
      return await this.#startInTime(runner, next)
    } catch (error) {
      throw asSlipwayError(error, 'SLIPWAY_LAUNCH_WORKER_BOOT', 'the new service could not start')
    }
  }

  async #startInTime(runner: ServiceRunner, { settings, config }: Generation): Promise<string | null> {
    await inspectAsConfigured(config, 1)
    const { start_timeout: seconds } = settings
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      this.#failStart = reject
      if (seconds === 0) return
      timer = setTimeout(() => {
        // Who stands at a breakpoint does not hang.
        if (this.#debug.inspector !== null) return
        const message = `the service could not start: it was not ready within ${seconds} s`
        reject(
          new SlipwayError('SLIPWAY_LAUNCH_WORKER_BOOT', message, {
            hint: 'give it more time with start_timeout, or look for what it waits for',
          }),
        )
      }, seconds * 1000)
    })
    try {
      return await Promise.race([runner.start(), late])
    } finally {
      clearTimeout(timer)
    }
  }

  async #stop(order: DrainOrder): Promise<void> {
    // A start cannot be stopped half way; it is bounded by its own timeout.
    await this.#started
    if (this.#state !== 'gone') this.#state = 'draining'
    const left = [...this.#leaving.values()]
    const cut = await this.#runner.drain(order)
    this.#tellCut(cut)
    const all = (await Promise.all(left)).reduce((sum, one) => sum + one, cut)
    this.#end(all > 0 ? stopStatus.cut : stopStatus.clean)
  }

  #tellCut(cut: number): void {
    if (cut > 0) this.#log.warn(`cut ${cut} request${cut === 1 ? '' : 's'} when the time to finish was over`)
  }

  #cutAll(): void {
    for (const runner of this.#runners()) runner.cut()
  }

  /** What waits for an answer may still get it; then the process ends. */
  #onCrash(error: unknown): void {
    const failure = asSlipwayError(error, 'SLIPWAY_LAUNCH_WORKER_DIED', 'the service died')
    if (this.#state === 'starting') return this.#failStart(failure)
    this.#log.fatal({ err: error }, failure.message)
    if (this.#crashStatus !== null) return
    this.#crashStatus = failure.exitCode
    setTimeout(() => this.#cutAll(), lastServiceMs).unref()
    this.stop(failure.message)
  }

  #end(status: number): void {
    if (this.#state === 'gone') return
    this.#state = 'gone'
    process.off('uncaughtException', this.#crash)
    process.off('unhandledRejection', this.#crash)
    closeListeners(this.#generation.listeners)
    // Those that a server has taken over; closed long ago unless this is no end in order.
    for (const server of this.#servers) closeListener(server)
    this.#settleEnd(this.#crashStatus ?? status)
  }
}

function reportOf(summary: string | null): CrewReport {
  return { kind: 'in-process', ids: [process.pid], summary }
}
