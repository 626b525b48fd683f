// One worker process from spawn to exit, as its master sees it: what it is told, what it says, the
// deadlines of its state. Decides nothing about others; the supervisor hears of `ready` and `gone`.
import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Failure } from '../failure.ts'
import type { DrainOrder, ToMaster, ToWorker, Vitals } from '../messages.ts'
import type { LaunchSettings } from '../options.ts'
import { describeExit, type WorkerEnd, type WorkerState } from '../states.ts'
import type { Listener } from './bind.ts'
import { Pulse, type PulseTiming } from './pulse.ts'
import { type WearLimits, wearLimits, wearOf } from './wear.ts'

/** stdin, stdout and stderr come before the listeners, the IPC channel after them. */
const firstListenerFd = 3
const entry = fileURLToPath(new URL('../worker/main.js', import.meta.url))

/** Last words may still be on their way when the process is gone already. */
const lastWordsMs = 500

/** How long each arrow may take; null: without end. */
export interface WorkerTiming extends PulseTiming {
  readonly startMs: number | null
  readonly drainMs: number | null
}

/** What every worker of one configuration is started with. */
export interface WorkerTemplate {
  readonly order: Omit<StartOrder, 'workerId'>
  readonly listeners: readonly Listener[]
  readonly timing: WorkerTiming
  readonly settings: LaunchSettings
}

export interface WorkerEvents {
  ready(worker: WorkerProcess): void
  beat(worker: WorkerProcess): void
  gone(worker: WorkerProcess, end: WorkerEnd, failure: Failure | null): void
  intakeClosed(worker: WorkerProcess): void
  askedToStop(worker: WorkerProcess, signal: string): void
}

type StartOrder = Omit<Extract<ToWorker, { type: 'start' }>, 'listeners' | 'beatMs' | 'hangWatch'>

export class WorkerProcess {
  readonly id: number
  readonly #child: ChildProcess
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
  #cut: number | null = null
  readonly #limits: WearLimits
  readonly #pulse: Pulse

  constructor(id: number, { order, listeners, timing, settings }: WorkerTemplate, events: WorkerEvents) {
    this.id = id
    this.#timing = timing
    this.#events = events
    this.#state = { name: 'starting', since: this.#bornAt, until: this.#arm(timing.startMs, 'it was not ready within') }
    this.#limits = wearLimits(settings)
    this.#pulse = new Pulse(timing)
    const isWatched = settings.worker_timeout_stack && timing.hangMs !== null
    const sockets = listeners.map(({ socket }) => socket.fd)
    this.#child = spawn(process.execPath, [...workerFlags(process.execArgv), entry], {
      stdio: ['ignore', 'inherit', 'inherit', ...sockets, 'ipc', ...(isWatched ? (['pipe'] as const) : [])],
      serialization: 'advanced',
      // A group of its own: the Ctrl-C of a terminal reaches the master alone, which drains.
      detached: true,
    })
    this.#child.on('message', (message) => this.#hear(message as ToMaster))
    this.#child.once('error', (error: NodeJS.ErrnoException) => this.#notSpawned(error))
    this.#child.once('exit', (status, signal) => {
      const finish = (): void => this.#finish(status, signal)
      this.#child.once('close', finish)
      setTimeout(finish, lastWordsMs).unref()
    })
    const inherited = listeners.map(({ request }, index) => ({ request, fd: firstListenerFd + index }))
    const fd = firstListenerFd + sockets.length + 1
    if (isWatched) this.#pulse.hearStacks(this.#child.stdio[fd] as Readable)
    // Well before the end, so that the answer is there by then.
    const hangWatch = isWatched ? { fd, afterMs: (timing.hangMs ?? 0) / 2 } : null
    this.#tell({ ...order, workerId: id, listeners: inherited, beatMs: timing.beatMs, hangWatch })
  }

  get pid(): number | null {
    return this.#child.pid ?? null
  }

  get state(): WorkerState {
    return this.#state
  }

  /** `worker 2 (pid 812)`. */
  get title(): string {
    return `worker ${this.id}${this.pid === null ? '' : ` (pid ${this.pid})`}`
  }

  /** It was told to drain, and had something to. */
  get wasDrained(): boolean {
    return this.#wasDrained
  }

  /** What it told last; null until it has. */
  get vitals(): Vitals | null {
    return this.#pulse.vitals
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
        return this.#tell({ type: 'drain', ...order })
      case 'draining':
        return this.#tell({ type: 'drain', ...order })
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
    this.#tell({ type: 'finish' })
  }

  reopenLogs(): void {
    this.#tell({ type: 'reopen-logs' })
  }

  kill(reason: string): void {
    if (this.#state.name === 'gone') return
    this.#killReason ??= reason
    this.#child.kill('SIGKILL')
  }

  #hear(message: ToMaster): void {
    switch (message.type) {
      case 'ready':
        if (this.#state.name !== 'starting') return
        clearTimeout(this.#deadline)
        this.#wasReady = true
        this.#state = { name: 'ready', since: performance.now() }
        this.#summary = message.summary
        this.#pulse.watch((reason) => this.kill(reason))
        return this.#events.ready(this)
      case 'beat':
        this.#pulse.beat(message.vitals)
        return this.#events.beat(this)
      case 'failed':
        this.#failure ??= message.failure
        return
      case 'asked-to-stop':
        return this.#events.askedToStop(this, message.signal)
      case 'intake-closed':
        this.#isIntakeClosed = true
        return this.#events.intakeClosed(this)
      case 'drained':
        this.#cut = message.cut
        return
    }
  }

  #tell(message: ToWorker): void {
    if (!this.#child.connected) return
    // A worker that dies before it can read is reported by its exit, which says more than the broken pipe.
    this.#child.send(message, () => undefined)
  }

  /** Kills the worker unless it has moved on by then; returns when that would be. */
  #arm(ms: number | null, missed: string): number | null {
    clearTimeout(this.#deadline)
    if (ms === null) return null
    this.#deadline = setTimeout(() => this.kill(`${missed} ${ms / 1000} s`), ms)
    return performance.now() + ms
  }

  #notSpawned(error: NodeJS.ErrnoException): void {
    if (this.#child.pid !== undefined) return
    this.#killReason = `it could not be started: ${error.message}`
    this.#finish(null, null)
  }

  #finish(status: number | null, signal: string | null): void {
    if (this.#state.name === 'gone') return
    clearTimeout(this.#deadline)
    this.#pulse.stop()
    const now = performance.now()
    const isOrderly = this.#state.name === 'draining' && status === 0 && this.#failure === null
    const reason = this.#killReason ?? this.#failure?.message ?? (isOrderly ? 'drained' : describeExit(status, signal))
    const end: WorkerEnd = {
      status,
      signal,
      reason,
      isOrderly,
      wasKilled: this.#killReason !== null,
      uptimeMs: now - this.#bornAt,
      wasReady: this.#wasReady,
    }
    this.#state = { name: 'gone', since: now, end }
    this.#events.gone(this, end, this.#failure)
  }
}

/** Node's own flags go on to the workers, but not those that belong to one process: the inspector's, a script given as text. */
export function workerFlags(execArgv: readonly string[]): string[] {
  const flags: string[] = []
  for (let index = 0; index < execArgv.length; index++) {
    const flag = execArgv[index] ?? ''
    if (/^(?:-e|--eval|-p|--print|-pe)$/.test(flag)) index++
    else if (!/^--(?:inspect|debug|watch|test|input-type|eval|print)/.test(flag)) flags.push(flag)
  }
  return flags
}
