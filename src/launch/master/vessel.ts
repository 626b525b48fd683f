// What a worker lives in, as its master holds it: a process or a thread. The two differ in how they are started, told
// something and ended at once; everything else about a worker is the same (worker-handle.ts). Types only.
import type { Readable } from 'node:stream'
import type { ToMaster, ToWorker } from '../messages.ts'
import type { Listener } from './bind.ts'

export interface Vessel {
  readonly kind: 'process' | 'thread'
  /** The process id, or the number of the thread; null when it could not be started. */
  readonly id: number | null
  /** What the thread that watches its event loop writes; null when it is not watched. */
  readonly stacks: Readable | null
  /** Told to nobody when it has ended. */
  tell(message: ToWorker): void
  /** Ends it at once; `ended` follows. */
  kill(): void
}

export interface VesselEvents {
  heard(message: ToMaster): void
  /** Once, after the last message. */
  ended(status: number | null, signal: string | null): void
  /** In the place of `ended`, when there was nothing to start it with. */
  notStarted(error: Error): void
}

export interface VesselOrder {
  readonly start: Omit<StartOrder, 'listeners' | 'hangWatch'>
  readonly listeners: readonly Listener[]
  /** How long its event loop may stand still before it is told where; null: it is not watched for that. */
  readonly hangAfterMs: number | null
}

export type StartOrder = Extract<ToWorker, { type: 'start' }>

/** Starts one. What happens to it comes as events, never before the call has returned. */
export type LaunchVessel = (order: VesselOrder, events: VesselEvents) => Vessel
