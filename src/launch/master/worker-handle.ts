// One worker from its start to its end, as its master sees it: what it is told, what it says, the
// deadlines of its state. Decides nothing about others; the supervisor hears of `ready` and `gone`. Whether it is a
// process or a thread is the affair of its vessel.
import type { ConfigSnapshot } from '../../config/index.ts'
import { errorCodes } from '../../errors.ts'
import { type DebugState, notDebugged } from '../dev/debug-state.ts'
import type { Failure } from '../failure.ts'
import type { LevelOrder } from '../log-levels.ts'
import type { DrainOrder, ToMaster, Vitals } from '../messages.ts'
import type { ProcessReport } from '../observe/process-report.ts'
import { answerWithinMs } from '../observe/report.ts'
import { describeExit, type WorkerEnd, type WorkerState } from '../states.ts'
import { Inquiry } from '../observe/inquiry.ts'
import { Pulse } from './pulse.ts'
import type { Vessel } from './vessel.ts'
import { type WearLimits, wearLimits, wearOf } from './wear.ts'
import type { WorkerTemplate, WorkerTiming } from './worker-template.ts'

export interface WorkerEvents {
  ready(worker: WorkerHandle): void
  beat(worker: WorkerHandle): void
  debugged(worker: WorkerHandle, before: DebugState): void
  /** Its code has crashed after it was ready: it finishes what it has in hand and goes. */
  failing(worker: WorkerHandle, end: WorkerEnd, failure: Failure): void
  gone(worker: WorkerHandle, end: WorkerEnd, failure: Failure | null): void
  intakeClosed(worker: WorkerHandle): void
  askedToStop(worker: WorkerHandle, signal: string): void
  askedForReport(worker: WorkerHandle, signal: string): void
}

export class WorkerHandle {
  readonly id: number
  readonly #name: string
  readonly #vessel: Vessel
  readonly #timing: WorkerTiming
  readonly #events: WorkerEvents
  readonly #bornAt = performance.now()
  #state: WorkerState
  #deadline: NodeJS.Timeout | undefined
  #failure: Failure | null = null
  /** Why we killed it, when we did. */
  #killReason: string | null = null
  #wasReady = false
  #isIntakeClosed = false
  #isReplaced = false
  #wasDrained = false
  #summary: string | null = null
  #debug = notDebugged
  #cut: number | null = null
  readonly #limits: WearLimits
  readonly #pulse: Pulse
  readonly #reports = new Inquiry<ProcessReport>()

  constructor(id: number, template: WorkerTemplate, events: WorkerEvents) {
    const { order, listeners, timing, settings, label, launchVessel, levels } = template
    this.id = id
    this.#name = `${label}worker ${id}`
    this.#timing = timing
    this.#events = events
    this.#state = { name: 'starting', since: this.#bornAt, until: this.#arm(timing.startMs, 'it was not ready within') }
    this.#limits = wearLimits(settings)
    this.#pulse = new Pulse(timing)
    // Well before the end, so that the answer is there by then.
    const hangAfterMs = settings.worker_timeout_stack && timing.hangMs !== null ? timing.hangMs / 2 : null
    const start = { ...order, levels: levels(), workerId: id, workerName: this.#name, beatMs: timing.beatMs }
    this.#vessel = launchVessel(
      { start, listeners, hangAfterMs },
      {
        heard: (message) => this.#hear(message),
        ended: (status, signal) => this.#finish(status, signal),
        notStarted: (error) => this.#notStarted(error),
      },
    )
    if (this.#vessel.stacks) this.#pulse.hearStacks(this.#vessel.stacks)
  }

  get kind(): Vessel['kind'] {
    return this.#vessel.kind
  }

  /** The process id, or the number of the thread. */
  get vesselId(): number | null {
    return this.#vessel.id
  }

  get state(): WorkerState {
    return this.#state
  }

  /** `worker 2`; `jobs worker 2` where there are several services. */
  get name(): string {
    return this.#name
  }

  /** `worker 2 (pid 812)`, `worker 2 (thread 3)`. */
  get title(): string {
    const { kind, vesselId } = this
    if (vesselId === null) return this.#name
    return `${this.#name} (${kind === 'process' ? 'pid' : 'thread'} ${vesselId})`
  }

  /** It was told to drain, and had something to. */
  get wasDrained(): boolean {
    return this.#wasDrained
  }

  /** What it told last; null until it has. */
  get vitals(): Vitals | null {
    return this.#pulse.vitals
  }

  get debug(): DebugState {
    return this.#debug
  }

  /** In milliseconds since the epoch. */
  get since(): number {
    return Math.round(performance.timeOrigin + this.#bornAt)
  }

  /** Why it should be replaced, in words that follow its name; null while it may go on. */
  get wear(): string | null {
    return this.vitals === null ? null : wearOf(this.vitals, this.#limits)
  }

  /** Where its event loop was when it last stood still. */
  get hangStack(): string | null {
    return this.#pulse.hangStack
  }

  /** What its service says of itself, once it is ready. */
  get summary(): string | null {
    return this.#summary
  }

  /** Requests it had to cut in its drain; null when it never said that it had drained. */
  get cut(): number | null {
    return this.#cut
  }

  /** Orders a drain; a worker that is not ready yet has nothing to finish and is killed. */
  drain(order: DrainOrder): void {
    const { reason } = order
    switch (this.#state.name) {
      case 'starting':
        return this.kill(reason)
      case 'ready':
        this.#pulse.stop()
        this.#isReplaced = !order.final
        this.#wasDrained = true
        this.#state = {
          name: 'draining',
          since: performance.now(),
          until: this.#arm(this.#timing.drainMs, 'it did not drain within'),
          reason,
        }
        return this.#vessel.tell({ type: 'drain', ...order })
      case 'draining':
        return this.#vessel.tell({ type: 'drain', ...order })
      case 'gone':
        return
    }
  }

  /** Whether it accepts nothing any more, by its own word; one that had left before the final stop has no word to say in it. */
  get isIntakeClosed(): boolean {
    return this.#isIntakeClosed || this.#isReplaced
  }

  /** The second phase of a final drain. */
  finish(): void {
    this.#vessel.tell({ type: 'finish' })
  }

  mutate(config: ConfigSnapshot): void {
    this.#vessel.tell({ type: 'mutate', config })
  }

  reopenLogs(): void {
    this.#vessel.tell({ type: 'reopen-logs' })
  }

  setLevel(order: LevelOrder): void {
    this.#vessel.tell({ type: 'log-level', ...order })
  }

  /** Null when it does not answer in time, or is gone. */
  async report(): Promise<ProcessReport | null> {
    if (this.#state.name === 'gone') return null
    return this.#reports.ask((number) => this.#vessel.tell({ type: 'report', number }), answerWithinMs)
  }

  kill(reason: string): void {
    if (this.#state.name === 'gone') return
    this.#killReason ??= reason
    this.#vessel.kill()
  }

  #hear(message: ToMaster): void {
    switch (message.type) {
      case 'ready':
        if (this.#state.name !== 'starting') return
        clearTimeout(this.#deadline)
        this.#wasReady = true
        this.#state = { name: 'ready', since: performance.now() }
        this.#summary = message.summary
        this.#pulse.watch((reason) => this.#killUnlessDebugged(reason))
        return this.#events.ready(this)
      case 'beat':
        this.#pulse.beat(message.vitals)
        return this.#events.beat(this)
      case 'debug': {
        const before = this.#debug
        this.#debug = message.state
        return this.#events.debugged(this, before)
      }
      case 'failed':
        return this.#fail(message.failure)
      case 'asked-to-stop':
        // Not in this turn: of what has waited for a busy master Node gives messages first, signals last, and this one may
        // have been sent to all of them.
        return void setImmediate(() => this.#events.askedToStop(this, message.signal))
      case 'asked-for-report':
        return this.#events.askedForReport(this, message.signal)
      case 'report':
        return this.#reports.answered(message.number, message.report)
      case 'intake-closed':
        this.#isIntakeClosed = true
        return this.#events.intakeClosed(this)
      case 'drained':
        this.#cut = message.cut
        return
    }
  }

  /** Kills the worker unless it has moved on by then; returns when that would be. */
  #arm(ms: number | null, missed: string): number | null {
    clearTimeout(this.#deadline)
    if (ms === null) return null
    const isStart = this.#state?.name !== 'ready'
    const kill = (reason: string): void => (isStart ? this.#killUnlessDebugged(reason) : this.kill(reason))
    this.#deadline = setTimeout(() => kill(`${missed} ${ms / 1000} s`), ms)
    return performance.now() + ms
  }

  /** Who stands at a breakpoint does not hang, however long it takes. */
  #killUnlessDebugged(reason: string): void {
    if (this.#debug.inspector === null) this.kill(reason)
  }

  #notStarted(error: Error): void {
    this.#killReason = `it could not be started: ${error.message}`
    this.#finish(null, null)
  }

  #fail(failure: Failure): void {
    if (this.#failure !== null) return
    this.#failure = failure
    if (this.#state.name !== 'ready') return
    this.#pulse.stop()
    this.#isReplaced = true
    this.#state = {
      name: 'draining',
      since: performance.now(),
      until: this.#arm(this.#timing.drainMs, 'it did not drain within'),
      reason: failure.message,
    }
    this.#events.failing(this, this.#endOf(errorCodes[failure.code], null, failure.message), failure)
  }

  #finish(status: number | null, signal: string | null): void {
    if (this.#state.name === 'gone') return
    this.#reports.close()
    clearTimeout(this.#deadline)
    this.#pulse.stop()
    const reason = this.#killReason ?? this.#failure?.message ?? null
    const end = this.#endOf(status, signal, reason)
    this.#state = { name: 'gone', since: performance.now(), end }
    this.#events.gone(this, end, this.#failure)
  }

  #endOf(status: number | null, signal: string | null, reason: string | null): WorkerEnd {
    const isOrderly = this.#state.name === 'draining' && status === 0 && this.#failure === null
    return {
      status,
      signal,
      reason: reason ?? (isOrderly ? 'drained' : describeExit(status, signal)),
      isOrderly,
      wasKilled: this.#killReason !== null,
      uptimeMs: performance.now() - this.#bornAt,
      wasReady: this.#wasReady,
    }
  }
}
