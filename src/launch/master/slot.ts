// A place for a worker: it respawns what dies, with back-off, and replaces what lives, the new one first. Its
// id stays when the worker in it changes. Runs in the master; knows nothing of the other slots.
import { SlipwayError } from '../../errors.ts'
import type { Logger } from '../../log/index.ts'
import type { WorkerStatus } from '../crew.ts'
import { notDebugged, tellDebugState } from '../dev/debug-state.ts'
import { type Failure, fromFailure } from '../failure.ts'
import type { DrainOrder } from '../messages.ts'
import { decideRespawn, type RespawnPolicy, type WorkerEnd } from '../states.ts'
import type { Ledger } from '../observe/ledger.ts'
import { WorkerHandle } from './worker-handle.ts'
import type { WorkerTemplate } from './worker-template.ts'

export interface SlotParts {
  readonly policy: RespawnPolicy
  readonly log: Logger
  readonly events: SlotEvents
  readonly ledger: Ledger
}

export interface SlotEvents {
  /** A worker that nobody waits for in `replace` got ready. */
  ready(worker: WorkerHandle): void
  /** The worker of the slot has died. False: it gets no successor. */
  died(slot: Slot, worker: WorkerHandle, end: WorkerEnd, failure: Failure | null): boolean
  /** It has died too often, and stays down; `story` says how, for the log. */
  failed(slot: Slot, story: string, details: object): void
  /** One of its workers, past or present, has ended. */
  ended(worker: WorkerHandle, end: WorkerEnd): void
  /** It has told its figures, which have something to say. */
  worn(slot: Slot, worker: WorkerHandle, wear: string): void
  intakeClosed(): void
  askedToStop(slot: Slot, worker: WorkerHandle, signal: string): void
  askedForReport(worker: WorkerHandle, signal: string): void
}

type Holder =
  | { readonly name: 'working'; readonly worker: WorkerHandle }
  | { readonly name: 'waiting'; readonly timer: NodeJS.Timeout }
  | { readonly name: 'failed' }
  | { readonly name: 'empty' }
  | { readonly name: 'new' }

interface Successor {
  readonly worker: WorkerHandle
  readonly template: WorkerTemplate
  readonly resolve: (before: WorkerHandle | null) => void
  readonly reject: (error: SlipwayError) => void
}

export class Slot {
  readonly id: number
  readonly #parts: SlotParts
  /** What a respawn is started with. */
  #template: WorkerTemplate
  #holder: Holder = { name: 'new' }
  #successor: Successor | null = null
  /** Replaced, and finishing what they have in hand. */
  readonly #leaving = new Set<WorkerHandle>()
  #fastDeaths = 0
  #restarts = 0
  #lastEnd: string | null = null
  #isClosed = false

  constructor(id: number, template: WorkerTemplate, parts: SlotParts) {
    this.id = id
    this.#template = template
    this.#parts = parts
  }

  /** Null: it waits for its next try, or has failed. */
  get worker(): WorkerHandle | null {
    return this.#holder.name === 'working' ? this.#holder.worker : null
  }

  /** With those that are coming and going. */
  get workers(): WorkerHandle[] {
    const successor = this.#successor === null ? [] : [this.#successor.worker]
    return [...this.#leaving, ...(this.worker === null ? [] : [this.worker]), ...successor]
  }

  get restarts(): number {
    return this.#restarts
  }

  get lastEnd(): string | null {
    return this.#lastEnd
  }

  /** It gets no worker any more. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  get hasFailed(): boolean {
    return this.#holder.name === 'failed'
  }

  /** What the next worker is started with. */
  knows(template: WorkerTemplate): void {
    this.#template = template
  }

  start(): void {
    const worker = this.#spawn(this.#template)
    this.#holder = { name: 'working', worker }
  }

  /**
   * Starts a worker beside the one that is there and puts it in its place when it is ready. Resolves with the one from
   * before, which still serves: its drain is the caller's. Rejects when the new one dies; the old one stays.
   */
  replace(template: WorkerTemplate): Promise<WorkerHandle | null> {
    return new Promise((resolve, reject) => {
      this.#successor = { worker: this.#spawn(template), template, resolve, reject }
    })
  }

  /** The other way round: the one from before, which still serves, has its place back, and the new one goes. */
  reinstate(before: WorkerHandle, template: WorkerTemplate, order: DrainOrder): void {
    const { worker } = this
    if (worker) this.#leaving.add(worker)
    this.#leaving.delete(before)
    this.#template = template
    this.#holder = { name: 'working', worker: before }
    worker?.drain(order)
  }

  /** Lets the worker go without one to follow it. */
  close(order: DrainOrder): void {
    this.#isClosed = true
    if (this.#holder.name === 'waiting') clearTimeout(this.#holder.timer)
    for (const worker of this.workers) worker.drain(order)
    if (this.#holder.name !== 'working') this.#holder = { name: 'empty' }
  }

  status(): WorkerStatus[] {
    const { id } = this
    const base = { id, restarts: this.#restarts, lastEnd: this.#lastEnd }
    const of = ({ kind, vesselId, state, vitals, since, debug }: WorkerHandle): WorkerStatus => {
      const pid = kind === 'thread' ? process.pid : vesselId
      const thread = kind === 'thread' ? vesselId : null
      return { ...base, kind, pid, thread, state: state.name, vitals, since, debug }
    }
    const { name } = this.#holder
    if (name === 'working' || this.workers.length > 0) return this.workers.map(of)
    const { worker_model: kind } = this.#template.settings
    const state = name === 'failed' || name === 'waiting' ? name : 'gone'
    return [{ ...base, kind, pid: null, thread: null, vitals: null, since: null, state, debug: notDebugged }]
  }

  #spawn(template: WorkerTemplate): WorkerHandle {
    const { events, log } = this.#parts
    const worker = new WorkerHandle(this.id, template, {
      ready: (worker) => this.#onReady(worker),
      failing: (worker, end, failure) => this.#onFailing(worker, end, failure),
      gone: (worker, end, failure) => this.#onGone(worker, end, failure),
      beat: (worker) => this.#onBeat(worker),
      debugged: (worker, before) => tellDebugState(log, worker.title, before, worker.debug),
      intakeClosed: () => events.intakeClosed(),
      askedToStop: (worker, signal) => events.askedToStop(this, worker, signal),
      askedForReport: (worker, signal) => events.askedForReport(worker, signal),
    })
    log.debug(`${worker.title} is starting`)
    return worker
  }

  #onReady(worker: WorkerHandle): void {
    const successor = this.#successor
    if (worker !== successor?.worker) return this.#parts.events.ready(worker)
    const before = this.worker
    if (this.#holder.name === 'waiting') clearTimeout(this.#holder.timer)
    if (before) this.#leaving.add(before)
    this.#successor = null
    this.#template = successor.template
    this.#holder = { name: 'working', worker }
    this.#fastDeaths = 0
    successor.resolve(before)
  }

  #onBeat(worker: WorkerHandle): void {
    const { wear } = worker
    if (wear !== null && worker === this.worker) this.#parts.events.worn(this, worker, wear)
  }

  #onGone(worker: WorkerHandle, end: WorkerEnd, failure: Failure | null): void {
    const { events, ledger } = this.#parts
    ledger.left(this.id, worker.vitals)
    if (worker === this.#successor?.worker) this.#onSuccessorGone(this.#successor, end, failure)
    else if (!this.#leaving.delete(worker)) this.#lose(worker, end, failure)
    events.ended(worker, end)
  }

  /** It serves no more, and is not gone yet. */
  #onFailing(worker: WorkerHandle, end: WorkerEnd, failure: Failure): void {
    if (worker !== this.worker) return
    this.#leaving.add(worker)
    this.#lose(worker, end, failure)
  }

  #lose(worker: WorkerHandle, end: WorkerEnd, failure: Failure | null): void {
    this.#holder = { name: 'empty' }
    this.#lastEnd = end.reason
    // One that is already coming takes the place.
    const isWanted = !this.#isClosed && this.#parts.events.died(this, worker, end, failure)
    if (isWanted && this.#successor !== null) {
      this.#parts.log.error(`${worker.title} died: ${end.reason}; another is starting already`)
    } else if (isWanted) this.#respawn(worker, end, failure)
  }

  #onSuccessorGone({ worker, reject }: Successor, end: WorkerEnd, failure: Failure | null): void {
    this.#successor = null
    // The one before may have died meanwhile.
    if (this.#holder.name === 'empty' && !this.#isClosed) this.#respawn(worker, end, failure)
    reject(bootError(worker, end, failure))
  }

  #respawn(worker: WorkerHandle, end: WorkerEnd, failure: Failure | null): void {
    const { log, policy, events } = this.#parts
    const stack = failure?.thrown?.stack ?? worker.hangStack ?? undefined
    const details = stack === undefined ? {} : { stack }
    this.#restarts += 1
    this.#parts.ledger.restarted()
    if (end.isOrderly) {
      log.info(`${worker.title} has drained; starting another`)
      return this.start()
    }
    const decision = decideRespawn(end, this.#fastDeaths, policy)
    this.#fastDeaths = decision.fastDeaths
    const died = `${worker.title} ${end.wasReady ? 'died' : 'could not start'}: ${end.reason}`
    if (decision.kind === 'give-up') {
      this.#holder = { name: 'failed' }
      return events.failed(this, `${died}; that was ${decision.fastDeaths} times in a row, so it stays down`, details)
    }
    const when = decision.delayMs === 0 ? 'now' : `in ${decision.delayMs / 1000} s`
    log.error(details, `${died}; restarting ${when}`)
    if (decision.delayMs === 0) return this.start()
    this.#holder = { name: 'waiting', timer: setTimeout(() => this.start(), decision.delayMs) }
  }
}

/** Why a worker never got ready: its own diagnostic, or what its master saw. */
export function bootError(worker: WorkerHandle, end: WorkerEnd, failure: Failure | null): SlipwayError {
  if (failure !== null) return fromFailure(failure)
  return new SlipwayError('SLIPWAY_LAUNCH_WORKER_BOOT', `${worker.name} could not start: ${end.reason}`, {
    hint: end.wasKilled ? 'give it more time with start_timeout, or look for what it waits for' : undefined,
  })
}
