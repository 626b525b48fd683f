// The contract of what a launcher runs: HTTP apps, RPC servers and periodic agents alike. Types
// only. A service is named by reference and made inside its worker; it never crosses to another.
import type { Server } from 'node:net'
import type { Config } from '../config/index.ts'
import type { Durations } from '../http/stopwatch.ts'
import type { Logger } from '../log/index.ts'
import type { ListenRequest } from './address.ts'
import type { TlsMaterial } from './tls/tls-options.ts'

/**
 * One per worker. A launcher calls `start`, then `stop`, then `wait`, each once at most.
 *
 * A stop has two phases, because running work may need what taking new work uses: `stop` closes the
 * intake, `wait` lets what is in hand finish, and only then run the `onClose` hooks, in reverse.
 */
export interface Service {
  /**
   * Builds what it needs and begins. The worker is ready when this returns; a start that goes on
   * running calls `context.ready()` itself. Throwing ends the worker.
   */
  start(context: ServiceContext): void | Promise<void>
  /** Takes no new work from here on. Work in hand goes on. */
  stop(order: StopOrder): void | Promise<void>
  /** Returns when nothing is in hand; the number of things cut short is told to the master. */
  wait(): void | number | Promise<void | number>
  /** A reload with restart_method = mutate: options that can change while it runs have new values. */
  reset?(): void | Promise<void>
  /** What it serves, in one line for the start log: `cors > request_id > api`. Asked once it is ready. */
  describe?(): string
}

export interface ServiceContext {
  readonly config: Config
  readonly log: Logger
  /** The folder whose manifest gives references their meaning. */
  readonly from: string
  /** From 1; a worker that replaces another has its id. Good for sharding. */
  readonly workerId: number
  /** What addresses that speak TLS need; null when none does. */
  readonly tls: TlsMaterial | null
  /** The addresses of this service. It decides when to listen on them. */
  readonly listeners: readonly ServiceListener[]
  /**
   * Aborted as soon as a stop is ordered, before `stop_delay`: for health checks, and for loops that should not begin
   * anew. Its reason is a `StopNotice`.
   */
  readonly stopping: AbortSignal
  /** Says ready before `start` returns. Later calls do nothing. */
  ready(): void
  /** Where the figures of its work come from, for status and recycling; HttpServer gives its own. Several add up. */
  onMeasure(count: () => WorkCounts): void
  /** Adds a section to the report that `slipway report` and SIGUSR2 make: its lines, asked for when one is made. */
  onReport(title: string, lines: () => readonly string[]): void
  /** Runs after `wait`, in reverse order of registration. */
  onClose(release: () => void | Promise<void>): void
}

export interface WorkCounts {
  /** Answered, or taken up, since the start. */
  readonly requests: number
  /** In hand. */
  readonly inFlight: number
  /** Open now. */
  readonly connections?: number
  /** Of the requests, how many were answered with 1xx, 2xx, 3xx, 4xx and 5xx. */
  readonly answers?: readonly number[]
  /** Counted when somebody may look: with `control_socket` or `metrics_listen`. */
  readonly durations?: Durations
  /** The elements of a pipeline, in its order; with the option `measure_filters`. */
  readonly filters?: readonly FilterCounts[]
}

/** What an element of a pipeline has done since the start. */
export interface FilterCounts {
  readonly name: string
  readonly calls: number
  readonly errors: number
  /** In it and not in what it calls, in milliseconds. */
  readonly ownMs: number
}

export interface ServiceListener {
  readonly request: ListenRequest
  /**
   * Makes the server accept from this address, which every worker shares. Once per listener.
   * @throws SlipwayError SLIPWAY_LAUNCH_PORT_IN_USE and its siblings
   */
  listen(server: Server, backlog: number): Promise<void>
}

export interface StopNotice {
  /** The service goes, not only this worker: who balances load should look elsewhere. */
  readonly isFinal: boolean
  /** In words, for the log. */
  readonly reason: string
}

export interface StopOrder extends StopNotice {
  /** Whether no other worker serves this address from now on: what waits to be accepted must be accepted here. */
  isFinalAt(listener: ServiceListener): boolean
  /** Aborted when the time for finishing is over: cut what is left, so that `wait` returns. */
  readonly signal: AbortSignal
}

/** What the reference of a service leads to: a class, or a function that makes one. May be async. */
export type ServiceFactory = (args: never) => Service | Promise<Service>
