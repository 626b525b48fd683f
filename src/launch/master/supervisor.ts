// The master of the workers of one service: their start together, reloads and scaling one after another, the final
// stop together. It owns the sockets, loads no user code and accepts nothing. What happens to one place
// for a worker is in slot.ts, the order of a replacement in rolling.ts.
import type { Config } from '../../config/index.ts'
import { SlipwayError } from '../../errors.ts'
import type { Logger } from '../../log/index.ts'
import { renderAddress } from '../address.ts'
import { type Crew, type CrewReport, type Replacement, stopStatus, type WorkerStatus } from '../crew.ts'
import type { Failure } from '../failure.ts'
import type { Generation } from '../generation.ts'
import type { LevelOrder, LogLevels } from '../log-levels.ts'
import type { DrainOrder } from '../messages.ts'
import type { Findings } from '../observe/report.ts'
import { isBootFault, type RespawnPolicy, type WorkerEnd } from '../states.ts'
import { closeListeners, closeSockets, type Listener } from './bind.ts'
import { Ledger } from '../observe/ledger.ts'
import type { ProcessesAhead } from './processes-ahead.ts'
import { fillSlots, type Roll, type Rolled, rollSlots, takeBackSlots } from './rolling.ts'
import { bootError, Slot, type SlotEvents } from './slot.ts'
import { Turn } from './turn.ts'
import type { WorkerHandle } from './worker-handle.ts'
import { templateOf, withConfig, type WorkerTemplate } from './worker-template.ts'

/** After a successor that could not start. */
const renewAgainMs = 30_000

export interface SupervisorParts {
  readonly policy: RespawnPolicy
  readonly log: Logger
  /** In front of the names of its workers: empty, or the service's when there are several. */
  readonly label: string
  readonly levels: LogLevels
  /** A worker was asked for what is the master's to tell. */
  readonly askedForReport: (reason: string) => void
}

export class Supervisor implements Crew {
  readonly ledger = new Ledger()
  readonly #parts: SupervisorParts
  #generation: Generation
  #template: WorkerTemplate
  #slots: readonly Slot[]
  #wanted: number
  /** Those that begin, and those given up by a smaller number of workers, which are finishing. */
  readonly #beside = new Set<Slot>()
  readonly ended: Promise<number>
  #phase: 'new' | 'starting' | 'running' | 'stopping' | 'ended' = 'new'
  /** Reloads and scaling wait for each other. */
  readonly #turn = new Turn()
  #settleStart: { resolve(report: CrewReport | null): void; reject(error: SlipwayError): void } | null = null
  #settleEnd: (status: number) => void = () => undefined
  /** Why it ends, when nobody asked it to. */
  #fault: SlipwayError | null = null
  #wasCut = false
  /** Those whose replacement is ordered. */
  readonly #worn = new WeakSet<WorkerHandle>()

  /** `ahead` has processes for the first workers. */
  static async create(first: Generation, parts: SupervisorParts, ahead: ProcessesAhead | null): Promise<Supervisor> {
    const template = await templateOf(first, parts)
    return new Supervisor(first, ahead === null ? template : { ...template, launchVessel: ahead.launch }, parts)
  }

  private constructor(first: Generation, template: WorkerTemplate, parts: SupervisorParts) {
    this.#parts = parts
    this.#generation = first
    this.#template = template
    this.#slots = this.#newSlots(1, first.workers)
    this.#wanted = first.workers
    this.ended = new Promise((resolve) => (this.#settleEnd = resolve))
  }

  get wanted(): number {
    return this.#wanted
  }

  async start(): Promise<CrewReport | null> {
    if (this.#phase !== 'new') return null
    this.#phase = 'starting'
    return new Promise((resolve, reject) => {
      this.#settleStart = { resolve, reject }
      for (const slot of this.#slots) slot.start()
    })
  }

  async replace(next: Generation): Promise<Replacement | null> {
    const giveBack = await this.#turn.take()
    if (this.#phase !== 'running') return null
    try {
      const template = await templateOf(next, this.#parts)
      const replacement = await this.#replace(next, template, giveBack)
      if (replacement === null) giveBack()
      return replacement
    } catch (error) {
      giveBack()
      throw error
    }
  }

  async scale(workers: number): Promise<void> {
    if (!Number.isInteger(workers) || workers < 1) {
      throw new SlipwayError('SLIPWAY_LAUNCH_SCALE', `cannot scale to ${workers} workers`, {
        expected: 'an integer from 1; a service without workers is a stopped one',
      })
    }
    this.#wanted = workers
    const giveBack = await this.#turn.take()
    try {
      await this.#scale(workers)
    } catch (error) {
      this.#wanted = this.#slots.length
      throw error
    } finally {
      giveBack()
    }
  }

  stop(reason: string, order: DrainOrder = { final: true, reason }): void {
    if (this.#phase === 'stopping' || this.#phase === 'ended') return
    this.#phase = 'stopping'
    // Ours first: as long as it is open, connections queue up in it that nobody will accept.
    closeSockets(this.#generation.listeners)
    for (const slot of [...this.#slots, ...this.#beside]) slot.close(order)
    this.#endWhenEmpty()
  }

  kill(reason: string): void {
    this.#wasCut = true
    this.stop(reason)
    for (const worker of this.#workers()) worker.kill(reason)
  }

  mutate(config: Config): void {
    const snapshot = config.snapshot()
    this.#template = withConfig(this.#template, config, this.#parts.levels)
    for (const slot of this.#slots) slot.knows(this.#template)
    for (const worker of this.#workers()) worker.mutate(snapshot)
  }

  reopenLogs(): void {
    for (const worker of this.#workers()) worker.reopenLogs()
  }

  status(): readonly WorkerStatus[] {
    return [...this.#slots, ...this.#beside].flatMap((slot) => slot.status())
  }

  setLevel(order: LevelOrder): void {
    for (const worker of this.#workers()) worker.setLevel(order)
  }

  async examine(): Promise<Findings> {
    const { name } = this.#generation.spec
    const reporters = this.#workers().map(async (worker) => {
      const isThread = worker.kind === 'thread'
      return {
        title: `${name}: worker ${worker.id}`,
        pid: isThread ? process.pid : worker.vesselId,
        thread: isThread ? worker.vesselId : null,
        told: await worker.report(),
        hangStack: worker.hangStack,
      }
    })
    return { sections: [], reporters: await Promise.all(reporters) }
  }

  serving(): Pick<CrewReport, 'kind' | 'ids'> {
    const ready = this.#slots.filter(({ worker }) => worker?.state.name === 'ready')
    return this.#report(ready)
  }

  #workers(): WorkerHandle[] {
    return [...this.#slots, ...this.#beside].flatMap((slot) => slot.workers)
  }

  #newSlots(from: number, count: number): Slot[] {
    const { policy, log } = this.#parts
    const { ledger } = this
    const events = this.#events()
    return Array.from(
      { length: Math.max(0, count) },
      (_, index) => new Slot(from + index, this.#template, { policy, log, events, ledger }),
    )
  }

  #events(): SlotEvents {
    return {
      ready: (worker) => this.#onReady(worker),
      died: (slot, worker, end, failure) => this.#onDied(slot, worker, end, failure),
      failed: (slot, story, details) => this.#onFailed(slot, story, details),
      ended: (worker, end) => this.#onEnded(worker, end),
      worn: (slot, worker, wear) => this.#onWorn(slot, worker, wear),
      intakeClosed: () => this.#finishWhenClosed(),
      askedToStop: (_, worker, signal) => this.#onAskedToStop(worker, signal),
      askedForReport: (worker, signal) => this.#parts.askedForReport(`${signal} to ${worker.title}`),
    }
  }

  async #replace(next: Generation, template: WorkerTemplate, giveBack: () => void): Promise<Replacement | null> {
    // A number that the configuration has not changed is the one that scaling has left.
    const count = next.workers === this.#generation.workers ? this.#slots.length : next.workers
    const kept = this.#slots.slice(0, count)
    const added = this.#newSlots(this.#slots.length + 1, count - kept.length)
    const isStopped = (): boolean => this.#phase !== 'running'
    const roll: Roll = { kept, added, before: this.#template, template, isStopped }
    // While they begin, a stop must find them.
    this.#join(added)
    try {
      const rolled = await rollSlots(roll)
      if (rolled === null) return null
      return {
        report: this.#report([...kept, ...added]),
        complete: (removed) => {
          if (!isStopped()) this.#complete(next, roll, rolled, removed)
          giveBack()
        },
        takeBack: async () => {
          const rest = await takeBackSlots([...kept, ...added], rolled, roll)
          this.#forget(added)
          giveBack()
          return rest
        },
      }
    } catch (error) {
      this.#forget(added)
      throw error
    }
  }

  #complete(
    next: Generation,
    { kept, added, template }: Roll,
    { outgoing }: Rolled,
    removed: readonly Listener[],
  ): void {
    const surplus = this.#slots.slice(kept.length)
    this.#generation = next
    this.#template = template
    this.#slots = [...kept, ...added]
    this.#forget(added)
    this.#wanted = this.#slots.length
    // Nothing can fail any more: only now goes what cannot be had back.
    closeListeners(removed)
    const order: DrainOrder = {
      final: false,
      reason: 'a reload',
      removed: removed.map(({ request }) => renderAddress(request.address)),
    }
    outgoing?.drain(order)
    this.#close(surplus, order)
  }

  async #scale(count: number): Promise<void> {
    const isStopped = (): boolean => this.#phase !== 'running'
    if (isStopped()) return
    const added = this.#newSlots(this.#slots.length + 1, count - this.#slots.length)
    this.#join(added)
    try {
      if (!(await fillSlots({ added, template: this.#template, isStopped }))) return
    } finally {
      this.#forget(added)
    }
    const surplus = this.#slots.slice(count)
    this.#slots = [...this.#slots.slice(0, count), ...added]
    this.#close(surplus, { final: false, reason: 'a smaller number of workers' })
  }

  #join(slots: readonly Slot[]): void {
    for (const slot of slots) this.#beside.add(slot)
  }

  /** Those that begin are known otherwise now; in a stop they stay where they are found. */
  #forget(slots: readonly Slot[]): void {
    if (this.#phase === 'running') for (const slot of slots) if (!slot.isClosed) this.#beside.delete(slot)
  }

  #close(slots: readonly Slot[], order: DrainOrder): void {
    for (const slot of slots) {
      slot.close(order)
      this.#beside.add(slot)
    }
  }

  #onReady(worker: WorkerHandle): void {
    if (this.#phase === 'running') this.#parts.log.info(`${worker.title} is ready`)
    if (this.#phase === 'starting') this.#startWhenReady()
  }

  /** The start is done when every slot serves, but for those that have failed for good. */
  #startWhenReady(): void {
    const rest = this.#slots.filter(({ hasFailed }) => !hasFailed)
    if (rest.length === 0 || rest.some(({ worker }) => worker?.state.name !== 'ready')) return
    this.#phase = 'running'
    this.#settleStart?.resolve(this.#report(this.#slots))
  }

  #report(slots: readonly Slot[]): CrewReport {
    const workers = slots.flatMap(({ worker }) => worker ?? [])
    return {
      kind: workers[0]?.kind ?? 'process',
      ids: workers.flatMap(({ vesselId }) => vesselId ?? []),
      summary: workers.find(({ summary }) => summary !== null)?.summary ?? null,
    }
  }

  /** Somebody sent a signal to the worker itself: it drains, its successor comes when it is gone. */
  #onAskedToStop(worker: WorkerHandle, signal: string): void {
    if (this.#phase !== 'running' || worker.state.name !== 'ready') return
    this.#parts.log.info(`${worker.title} got ${signal}; it drains, and another takes its place`)
    worker.drain({ final: false, reason: `${signal} to the worker` })
  }

  #onDied(slot: Slot, worker: WorkerHandle, end: WorkerEnd, failure: Failure | null): boolean {
    if (this.#phase !== 'starting' && this.#phase !== 'running') return false
    if (this.#phase === 'running' || !isBootFault(end) || slot.restarts > 0) return true
    this.#fail(bootError(worker, end, failure))
    return false
  }

  /** One at a time, and no more than one order per worker. */
  #onWorn(slot: Slot, worker: WorkerHandle, wear: string): void {
    if (this.#phase !== 'running' || this.#worn.has(worker)) return
    this.#worn.add(worker)
    void this.#renew(slot, worker, wear)
  }

  async #renew(slot: Slot, worker: WorkerHandle, wear: string): Promise<void> {
    const giveBack = await this.#turn.take()
    if (this.#phase === 'running' && slot.worker === worker && !slot.isClosed) await this.#renewNow(slot, worker, wear)
    giveBack()
  }

  async #renewNow(slot: Slot, worker: WorkerHandle, wear: string): Promise<void> {
    const { log } = this.#parts
    log.info(`${worker.title} ${wear}; another takes its place`)
    try {
      const old = await slot.replace(this.#template)
      log.info(`${slot.worker?.title} is ready`)
      old?.drain({ final: false, reason: `it ${wear}` })
    } catch (error) {
      if (this.#phase !== 'running') return
      log.error(`${worker.title} stays, its successor could not start: ${(error as Error).message}`)
      setTimeout(() => this.#worn.delete(worker), renewAgainMs).unref()
    }
  }

  #onFailed(slot: Slot, story: string, details: object): void {
    this.#parts.log.error(details, `${story}; ${countOf(this.#workers().length, 'worker')} left`)
    if (this.#slots.every(({ hasFailed }) => hasFailed)) {
      const message = `no worker stays alive; the last one: ${slot.lastEnd}`
      this.#fail(
        new SlipwayError('SLIPWAY_LAUNCH_WORKER_DIED', message, { hint: 'the log above says how each one ended' }),
      )
    } else if (this.#phase === 'starting') this.#startWhenReady()
  }

  /** Ends because of a fault. The start, when it still waits, is rejected with it; else it is logged. */
  #fail(fault: SlipwayError): void {
    this.#fault = fault
    if (this.#phase === 'running') this.#parts.log.fatal(fault.message)
    this.stop(fault.message)
  }

  #onEnded(worker: WorkerHandle, end: WorkerEnd): void {
    const { log } = this.#parts
    const cut = worker.cut ?? 0
    const isStop = this.#phase === 'stopping'
    for (const slot of this.#beside) if (slot.isClosed && slot.workers.length === 0) this.#beside.delete(slot)
    if (cut > 0) log.warn(`${worker.title} cut ${countOf(cut, 'request')} when the time to finish was over`)
    else if (worker.wasDrained && !end.isOrderly) log.warn(`${worker.title} did not drain: ${end.reason}`)
    if (!isStop) return
    if (end.wasReady && (cut > 0 || !end.isOrderly)) this.#wasCut = true
    this.#finishWhenClosed()
    this.#endWhenEmpty()
  }

  /** The two phases of a stop are those of all workers together. */
  #finishWhenClosed(): void {
    const workers = this.#workers()
    if (workers.some((worker) => !worker.isIntakeClosed)) return
    for (const worker of workers) worker.finish()
  }

  #endWhenEmpty(): void {
    if (this.#phase === 'ended' || this.#workers().length > 0) return
    this.#phase = 'ended'
    closeListeners(this.#generation.listeners)
    // Of a start that is already settled these two do nothing.
    if (this.#fault) this.#settleStart?.reject(this.#fault)
    else this.#settleStart?.resolve(null)
    this.#settleEnd(this.#fault?.exitCode ?? (this.#wasCut ? stopStatus.cut : stopStatus.clean))
  }
}

function countOf(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? '' : 's'}`
}
