// The master of worker processes: one slot per worker, respawn with back-off, the final stop. It owns
// the sockets, loads no user code and accepts nothing. Reload, scaling and upgrade will act on
// the same slots.
import { SlipwayError } from '../../errors.ts'
import type { Logger } from '../../log/index.ts'
import { type Crew, type CrewReport, stopStatus, type WorkerStatus } from '../crew.ts'
import { type Failure, fromFailure } from '../failure.ts'
import { decideRespawn, isBootFault, type RespawnPolicy, type WorkerEnd } from '../states.ts'
import { closeListeners, type Listener } from './bind.ts'
import { type StartOrder, WorkerProcess, type WorkerTiming } from './worker-process.ts'

export interface SupervisorParts {
  readonly workers: number
  /** The same for every worker but for its id. */
  readonly order: Omit<StartOrder, 'workerId'>
  /** Bound; the supervisor closes them when it stops. */
  readonly listeners: readonly Listener[]
  readonly timing: WorkerTiming
  readonly policy: RespawnPolicy
  readonly log: Logger
}

type SlotState =
  | { readonly name: 'working'; readonly worker: WorkerProcess }
  | { readonly name: 'waiting'; readonly timer: NodeJS.Timeout }
  | { readonly name: 'failed' }
  | { readonly name: 'empty' }

/** A place for a worker. Its id stays when the worker in it is replaced. */
interface Slot {
  readonly id: number
  state: SlotState
  fastDeaths: number
  restarts: number
  lastEnd: string | null
}

export class Supervisor implements Crew {
  readonly #parts: SupervisorParts
  readonly #slots: readonly Slot[]
  readonly ended: Promise<number>
  #phase: 'new' | 'starting' | 'running' | 'stopping' | 'ended' = 'new'
  #settleStart: { resolve(report: CrewReport | null): void; reject(error: SlipwayError): void } | null = null
  #settleEnd: (status: number) => void = () => undefined
  /** Why it ends, when nobody asked it to. */
  #fault: SlipwayError | null = null
  #wasCut = false
  #summary: string | null = null

  constructor(parts: SupervisorParts) {
    this.#parts = parts
    this.#slots = Array.from({ length: parts.workers }, (_, index) => ({
      id: index + 1,
      state: { name: 'empty' },
      fastDeaths: 0,
      restarts: 0,
      lastEnd: null,
    }))
    this.ended = new Promise((resolve) => (this.#settleEnd = resolve))
  }

  async start(): Promise<CrewReport | null> {
    this.#phase = 'starting'
    return new Promise((resolve, reject) => {
      this.#settleStart = { resolve, reject }
      for (const slot of this.#slots) this.#spawn(slot)
    })
  }

  stop(reason: string): void {
    if (this.#phase === 'stopping' || this.#phase === 'ended') return
    this.#phase = 'stopping'
    // Ours first: as long as it is open, connections queue up in it that nobody will accept.
    closeListeners(this.#parts.listeners)
    for (const slot of this.#slots) {
      if (slot.state.name === 'waiting') clearTimeout(slot.state.timer)
      if (slot.state.name === 'working') slot.state.worker.drain(true, reason)
      else slot.state = { name: 'empty' }
    }
    this.#endWhenEmpty()
  }

  kill(reason: string): void {
    this.#wasCut = true
    this.stop(reason)
    for (const worker of this.#workers()) worker.kill(reason)
  }

  status(): readonly WorkerStatus[] {
    return this.#slots.map(({ id, state, restarts, lastEnd }) => {
      const worker = state.name === 'working' ? state.worker : null
      const name = state.name === 'working' ? state.worker.state.name : state.name === 'empty' ? 'gone' : state.name
      return { id, kind: 'process', pid: worker?.pid ?? null, state: name, restarts, lastEnd }
    })
  }

  #workers(): WorkerProcess[] {
    return this.#slots.flatMap(({ state }) => (state.name === 'working' ? state.worker : []))
  }

  #spawn(slot: Slot): void {
    const { order, listeners, timing } = this.#parts
    const worker = new WorkerProcess({ ...order, workerId: slot.id }, listeners, timing, {
      ready: (worker, summary) => this.#onReady(worker, summary),
      gone: (worker, end, failure) => this.#onGone(slot, worker, end, failure),
      intakeClosed: () => this.#finishWhenClosed(),
      askedToStop: (worker, signal) => this.#onAskedToStop(worker, signal),
    })
    slot.state = { name: 'working', worker }
    this.#parts.log.debug(`${worker.title} is starting`)
  }

  #onReady(worker: WorkerProcess, summary: string | null): void {
    this.#summary ??= summary
    if (this.#phase === 'running') this.#parts.log.info(`${worker.title} is ready`)
    if (this.#phase === 'starting') this.#startWhenReady()
  }

  /** The start is done when every slot serves, but for those that have failed for good. */
  #startWhenReady(): void {
    const workers = this.#workers()
    const rest = this.#slots.filter(({ state }) => state.name !== 'working' && state.name !== 'failed')
    if (workers.length === 0 || rest.length > 0 || workers.some((worker) => worker.state.name !== 'ready')) return
    this.#phase = 'running'
    this.#settleStart?.resolve({ pids: workers.flatMap((worker) => worker.pid ?? []), summary: this.#summary })
  }

  /** Somebody sent a signal to the worker itself: it drains, its successor comes when it is gone. */
  #onAskedToStop(worker: WorkerProcess, signal: string): void {
    if (this.#phase !== 'running' || worker.state.name !== 'ready') return
    this.#parts.log.info(`${worker.title} got ${signal}; it drains, and another takes its place`)
    worker.drain(false, `${signal} to the worker`)
  }

  #onGone(slot: Slot, worker: WorkerProcess, end: WorkerEnd, failure: Failure | null): void {
    slot.lastEnd = end.reason
    slot.state = { name: 'empty' }
    switch (this.#phase) {
      case 'new':
      case 'ended':
        return
      case 'stopping':
        return this.#onStopped(worker, end)
      case 'starting':
        if (isBootFault(end) && slot.restarts === 0) return this.#fail(bootError(worker, end, failure))
        return this.#replace(slot, worker, end, failure)
      case 'running':
        return this.#replace(slot, worker, end, failure)
    }
  }

  #replace(slot: Slot, worker: WorkerProcess, end: WorkerEnd, failure: Failure | null): void {
    const { log, policy } = this.#parts
    const stack = failure?.thrown?.stack
    const details = stack === undefined ? {} : { stack }
    slot.restarts += 1
    if (end.isOrderly) {
      log.info(`${worker.title} has drained; starting another`)
      return this.#spawn(slot)
    }
    const decision = decideRespawn(end, slot.fastDeaths, policy)
    slot.fastDeaths = decision.fastDeaths
    const died = `${worker.title} ${end.wasReady ? 'died' : 'could not start'}: ${end.reason}`
    if (decision.kind === 'give-up') {
      slot.state = { name: 'failed' }
      const serving = this.#workers().length
      log.error(
        details,
        `${died}; that was ${decision.fastDeaths} times in a row, so it stays down; ${countOf(serving, 'worker')} left`,
      )
      return this.#afterGivingUp(slot)
    }
    const when = decision.delayMs === 0 ? 'now' : `in ${decision.delayMs / 1000} s`
    log.error(details, `${died}; restarting ${when}`)
    if (decision.delayMs === 0) return this.#spawn(slot)
    slot.state = { name: 'waiting', timer: setTimeout(() => this.#spawn(slot), decision.delayMs) }
  }

  #afterGivingUp(slot: Slot): void {
    if (this.#slots.every(({ state }) => state.name === 'failed')) {
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

  #onStopped(worker: WorkerProcess, end: WorkerEnd): void {
    const cut = worker.cut ?? 0
    if (cut > 0) this.#parts.log.warn(`${worker.title} cut ${countOf(cut, 'request')} when the time to finish was over`)
    else if (end.wasReady && !end.isOrderly) this.#parts.log.warn(`${worker.title} did not drain: ${end.reason}`)
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
    if (this.#workers().length > 0 || this.#phase === 'ended') return
    this.#phase = 'ended'
    // Of a start that is already settled these two do nothing.
    if (this.#fault) this.#settleStart?.reject(this.#fault)
    else this.#settleStart?.resolve(null)
    this.#settleEnd(this.#fault?.exitCode ?? (this.#wasCut ? stopStatus.cut : stopStatus.clean))
  }
}

/** Why the start ends: the worker's own diagnostic, or what its master saw. */
function bootError(worker: WorkerProcess, end: WorkerEnd, failure: Failure | null): SlipwayError {
  if (failure !== null) return fromFailure(failure)
  return new SlipwayError('SLIPWAY_LAUNCH_WORKER_BOOT', `worker ${worker.id} could not start: ${end.reason}`, {
    hint: end.wasKilled ? 'give it more time with start_timeout, or look for what it waits for' : undefined,
  })
}

function countOf(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? '' : 's'}`
}
