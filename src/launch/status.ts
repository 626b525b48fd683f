// What a running service tells of itself: the record behind `slipway status --json`. Pure; who asks and who
// answers is in master/control.ts.
import type { WorkerStatus } from './crew.ts'

export interface ServiceStatus {
  /** The service's name in logs and process lists. */
  readonly name: string
  readonly version: string | null
  readonly state: LauncherState
  /** When the process began, in ISO 8601. */
  readonly since: string
  readonly master: { readonly pid: number }
  /** URLs, with the ports that the system chose. */
  readonly listeners: readonly string[]
  readonly services: readonly { readonly name: string; readonly workers: readonly WorkerRecord[] }[]
}

/** `degraded`: it serves, but not every worker does. */
export type LauncherState = 'starting' | 'running' | 'degraded' | 'reloading' | 'draining'

export interface WorkerRecord {
  readonly id: number
  readonly kind: WorkerStatus['kind']
  readonly pid: number | null
  /** The number of the thread; null for a process. */
  readonly thread: number | null
  readonly state: WorkerStatus['state']
  readonly since: string | null
  readonly requests: number | null
  readonly inFlight: number | null
  /** Bytes. */
  readonly rss: number | null
  /** Of its event loop in the last second: 0 idle, 1 always busy. */
  readonly utilisation: number | null
  /** Where a debugger connects; null when nobody can. */
  readonly inspector: string | null
  /** `file:line` of the breakpoint() that its code stands at. */
  readonly breakpoint: string | null
  readonly restarts: number
  readonly lastExit: string | null
}

export function workerRecord({
  id,
  kind,
  pid,
  thread,
  state,
  since,
  vitals,
  debug,
  restarts,
  lastEnd,
}: WorkerStatus): WorkerRecord {
  return {
    id,
    kind,
    pid,
    thread,
    state,
    since: since === null ? null : new Date(since).toISOString(),
    requests: vitals?.requests ?? null,
    inFlight: vitals?.inFlight ?? null,
    rss: vitals?.rss ?? null,
    utilisation: vitals?.utilisation ?? null,
    ...debug,
    restarts,
    lastExit: lastEnd,
  }
}

/** What the workers say of the whole, when nothing is being done to it. */
export function stateOf(workers: readonly WorkerStatus[]): 'running' | 'degraded' {
  return workers.every(({ state }) => state === 'ready' || state === 'draining') ? 'running' : 'degraded'
}
