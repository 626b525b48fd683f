// A worker from its first order to its end: does what its master says and nothing of its own accord. Without a
// master it drains and ends. The same in a process (main.ts) and in a thread (thread-main.ts), which only bring the way
// to talk to the master and the way to end.
import { Config } from '../../config/index.ts'
import { errorCodes, ExitCode } from '../../errors.ts'
import { createLogger, type Logger, reopenLogs } from '../../log/index.ts'
import { describeThrown, type Failure, toFailure } from '../failure.ts'
import type { DrainOrder, InheritedListener, ToMaster, ToWorker } from '../messages.ts'
import { onDebugState } from '../dev/debug-state.ts'
import { inspectAsConfigured } from '../dev/inspect-option.ts'
import { launchGroup } from '../options.ts'
import type { Privileges } from '../privileges.ts'
import type { ServiceListener } from '../service.ts'
import { startHeartbeat } from './heartbeat.ts'
import { lastServiceMs, ServiceRunner } from './service-runner.ts'
import { Witness } from './witness.ts'

/** Longer than a door takes to close (worker/accept-queue.ts). */
const finishWithinMs = 600

/** The way to the master, and out of the world. */
export interface MasterLink {
  readonly isConnected: boolean
  /** Resolves when it is on its way. */
  tell(message: ToMaster): Promise<void>
  end(status: number): void
  open(listeners: readonly InheritedListener[]): readonly ServiceListener[] | Promise<readonly ServiceListener[]>
  /** Gives up what the service must not have. */
  become(privileges: Privileges): void
  /** Of this worker alone, in bytes. */
  memory(): number
}

type StartOrder = Extract<ToWorker, { type: 'start' }>

export class WorkerLife {
  readonly #link: MasterLink
  readonly #witness = new Witness()
  #runner: ServiceRunner | null = null
  #log: Logger | null = null
  /** Called when the master says that no worker accepts any more. */
  #finish: () => void = () => undefined
  #isReady = false
  #isDraining = false
  #isEnding = false

  constructor(link: MasterLink) {
    this.#link = link
  }

  get isDraining(): boolean {
    return this.#isDraining
  }

  /** Null until it is told to start. */
  get log(): Logger | null {
    return this.#log
  }

  /** Never rejects. */
  async obey(message: ToWorker): Promise<void> {
    switch (message.type) {
      case 'start':
        return this.#start(message)
      case 'drain':
        return this.#drain(message)
      case 'finish':
        return this.#finish()
      case 'mutate':
        return this.#runner?.mutate(message.config)
      case 'reopen-logs':
        return reopenLogs()
      case 'log-level':
        return this.#witness.setLevel(message)
      case 'report':
        return this.#link.tell({ type: 'report', number: message.number, report: this.#witness.report() })
    }
  }

  crash(kind: string, error: unknown): void {
    void this.#fail(toFailure(error, 'SLIPWAY_LAUNCH_WORKER_DIED', kind))
  }

  masterGone(): void {
    if (this.#isEnding) return
    this.#log?.warn('the master is gone: draining')
    this.#drain({ final: true, reason: 'the master is gone' }).catch((error: unknown) => {
      this.#log?.fatal({ err: error }, `drain failed: ${describeThrown(error)}`)
      this.#link.end(ExitCode.software)
    })
  }

  async #start(order: StartOrder): Promise<void> {
    const { workerId, workerName, service } = order
    try {
      const config = Config.fromSnapshot(order.config, [launchGroup])
      const log = (this.#log = await createLogger(config, { name: service.name }))
      this.#witness.hears(log, order.levels)
      // Between the log files, which may be root's, and the code of the service, which must not be.
      if (order.privileges !== null) this.#link.become(order.privileges)
      const listeners = await this.#link.open(order.listeners)
      const othersClosed = (): Promise<void> => this.#othersClosed()
      const runner = (this.#runner = new ServiceRunner({
        spec: service,
        workerId,
        config,
        log,
        listeners,
        tls: order.tls,
        othersClosed,
      }))
      // Before it starts: it accepts before it is ready, and the first request may be the one that blocks.
      this.#witness.watches({ config, runner, memory: () => this.#link.memory() })
      startHeartbeat({
        everyMs: order.beatMs,
        vitals: () => this.#witness.vitals(),
        tell: (vitals) => void this.#link.tell({ type: 'beat', vitals }),
        watch: order.hangWatch,
      })
      onDebugState((state) => void this.#link.tell({ type: 'debug', state }))
      await inspectAsConfigured(config, workerId)
      const summary = await runner.start()
      // It may have crashed on the way, and is only waiting for its last words to leave.
      if (this.#isEnding) return
      this.#isReady = true
      await this.#link.tell({ type: 'ready', summary })
    } catch (error) {
      await this.#fail(toFailure(error, 'SLIPWAY_LAUNCH_WORKER_BOOT', `${workerName} could not start`))
    }
  }

  async #drain(order: DrainOrder): Promise<void> {
    this.#isDraining = true
    // Nothing was accepted yet, and a start cannot be stopped half way.
    if (this.#runner === null || !this.#isReady) return this.#link.end(ExitCode.ok)
    const cut = await this.#runner.drain(order)
    // One that has crashed ends with that.
    if (this.#isEnding) return
    await this.#tellLast()
    await this.#link.tell({ type: 'drained', cut })
    this.#link.end(ExitCode.ok)
  }

  /** What it did since its last beat counts, too. */
  async #tellLast(): Promise<void> {
    const vitals = this.#witness.vitals()
    if (vitals !== null) await this.#link.tell({ type: 'beat', vitals })
  }

  /**
   * A connection that one worker tells its client to close is opened again at the next: no worker says so before all have
   * closed their doors. One that is stuck does not hold up the others.
   */
  async #othersClosed(): Promise<void> {
    const finished = new Promise<void>((resolve) => (this.#finish = resolve))
    await this.#link.tell({ type: 'intake-closed' })
    const late = setTimeout(this.#finish, finishWithinMs)
    await finished
    clearTimeout(late)
  }

  /** Once: what follows from the first failure is not told. */
  async #fail(failure: Failure): Promise<void> {
    if (this.#isEnding) return
    this.#isEnding = true
    try {
      if (this.#link.isConnected) await this.#link.tell({ type: 'failed', failure })
      else this.#log?.fatal({ stack: failure.thrown?.stack }, failure.message)
      if (this.#isReady) await this.#finishInHand(failure.message)
    } finally {
      this.#link.end(errorCodes[failure.code])
    }
  }

  /** Its code cannot be trusted with anything new; who waits for an answer may still get it. */
  async #finishInHand(reason: string): Promise<void> {
    const cutter = setTimeout(() => this.#runner?.cut(), lastServiceMs)
    const cut = await this.#runner?.drain({ final: false, reason })
    clearTimeout(cutter)
    await this.#tellLast()
    await this.#link.tell({ type: 'drained', cut: cut ?? 0 })
  }
}
