// Every message between a master and its workers, in both directions, and nothing else. Plain data
// (structured clone), so that a thread is told the same as a process. A reload needs none of
// its own: it starts new workers and drains old ones.
import type { ConfigSnapshot } from '../config/index.ts'
import type { ListenRequest } from './address.ts'
import type { DebugState } from './dev/debug-state.ts'
import type { Failure } from './failure.ts'
import type { Privileges } from './privileges.ts'
import type { LevelOrder } from './log-levels.ts'
import type { ProcessReport } from './observe/process-report.ts'
import type { WorkCounts } from './service.ts'
import type { TlsMaterial } from './tls/tls-options.ts'

/** A service by reference: code travels by name only, so that a worker builds what the master checked. */
export interface ServiceSpec {
  /** `module:attr` of a class or function that makes the service. */
  readonly reference: string
  /** Handed to it; plain data. */
  readonly args: unknown
  /** The folder whose manifest gives the reference its meaning. */
  readonly from: string
  /** The service's name in logs and process lists. */
  readonly name: string
  readonly version: string | null
}

export interface InheritedListener {
  readonly request: ListenRequest
  /** The number of the descriptor in the worker. */
  readonly fd: number
}

/** What a worker tells of itself with every heartbeat. */
export interface Vitals extends WorkCounts {
  /** Bytes of memory. */
  readonly rss: number
  /** Bytes of it that JavaScript uses, and has. */
  readonly heapUsed: number
  readonly heapTotal: number
  /** Of the event loop since the last time: 0 idle, 1 always busy. */
  readonly utilisation: number
  /** How long the event loop was busy since the start. */
  readonly busyMs: number
  /** Null when nobody is to look, or nothing was measured since the last time. */
  readonly loopDelay: LoopDelay | null
  /** Lines that could not be logged since the start. */
  readonly lostLines: number
}

/** How late the event loop came to its timers since the last time. */
export interface LoopDelay {
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

/** Watching a worker from a thread of its own. */
export interface HangWatch {
  /** How long the loop may stand still before the thread looks where it is. */
  readonly afterMs: number
  /** Where the thread writes it, as a JSON list of lines. */
  readonly fd: number
}

export interface DrainOrder {
  readonly final: boolean
  readonly reason: string
  /** Addresses that nobody serves from now on, as `renderAddress` writes them. */
  readonly removed?: readonly string[] | undefined
}

export type ToWorker =
  | {
      readonly type: 'start'
      readonly workerId: number
      /** For messages: `worker 2`, `jobs worker 2`. */
      readonly workerName: string
      readonly service: ServiceSpec
      readonly config: ConfigSnapshot
      readonly tls: TlsMaterial | null
      /** Set by hand since the configuration was read. */
      readonly levels: readonly LevelOrder[]
      readonly listeners: readonly InheritedListener[]
      /** Taken on before the code of the service is loaded. */
      readonly privileges: Privileges | null
      readonly beatMs: number
      readonly hangWatch: HangWatch | null
    }
  /** `final`: no other worker will take what waits in the accept queue. A second order may make a drain final. */
  | ({ readonly type: 'drain' } & DrainOrder)
  /** No worker accepts any more: work in hand may be finished, and clients be told to close. */
  | { readonly type: 'finish' }
  /** Options that can change while it runs have. */
  | { readonly type: 'mutate'; readonly config: ConfigSnapshot }
  /** The log files were renamed: open them again under their names. */
  | { readonly type: 'reopen-logs' }
  | ({ readonly type: 'log-level' } & LevelOrder)
  /** The answer is a report with the same number. */
  | { readonly type: 'report'; readonly number: number }

export type ToMaster =
  /** The service is built and its listeners listen. `summary` is what it serves, in one line. */
  | { readonly type: 'ready'; readonly summary: string | null }
  | { readonly type: 'beat'; readonly vitals: Vitals }
  | { readonly type: 'debug'; readonly state: DebugState }
  /** The last words of a worker that cannot start or go on. */
  | { readonly type: 'failed'; readonly failure: Failure }
  /** Somebody asked this worker itself to stop; only the master can do it without a gap. */
  | { readonly type: 'asked-to-stop'; readonly signal: string }
  /** Somebody asked this worker for a report; it is about the whole service, and the master's to make. */
  | { readonly type: 'asked-for-report'; readonly signal: string }
  | { readonly type: 'report'; readonly number: number; readonly report: ProcessReport }
  /** The first phase of a final drain is over: this worker accepts nothing any more. */
  | { readonly type: 'intake-closed' }
  /** Everything is finished or cut; the worker ends after this. */
  | { readonly type: 'drained'; readonly cut: number }
