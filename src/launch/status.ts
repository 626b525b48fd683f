// What a running service tells of itself: the record behind `slipway status --json`. Pure; who asks and who
// answers is in master/control.ts.
import type { WorkerStatus } from './crew.ts'
import type { LoopDelay } from './messages.ts'
import type { LastReload } from './observe/reload-history.ts'
import type { FilterCounts } from './service.ts'

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
  /** Null before the first. */
  readonly lastReload: LastReload | null
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
  readonly heapUsed: number | null
  readonly heapTotal: number | null
  /** Of its event loop in the last second: 0 idle, 1 always busy. */
  readonly utilisation: number | null
  /** Where a debugger connects; null when nobody can. */
  readonly inspector: string | null
  /** `file:line` of the breakpoint() that its code stands at. */
  readonly breakpoint: string | null
  /** How late its event loop came to its timers in the last second. */
  readonly loopDelay: LoopDelay | null
  /** Open now. */
  readonly connections: number | null
  /** Of the requests, by the class of the status; a client that left before its answer counts as 4xx. */
  readonly answers: Readonly<Record<string, number>> | null
  /** What the elements of its pipelines have done, where that is measured. */
  readonly filters: readonly FilterCounts[] | null
  /** Lines that it could not log. */
  readonly lostLines: number | null
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
    heapUsed: vitals?.heapUsed ?? null,
    heapTotal: vitals?.heapTotal ?? null,
    utilisation: vitals?.utilisation ?? null,
    ...debug,
    loopDelay: vitals?.loopDelay ?? null,
    connections: vitals?.connections ?? null,
    answers: vitals?.answers ? byClass(vitals.answers) : null,
    filters: vitals?.filters ?? null,
    lostLines: vitals?.lostLines ?? null,
    restarts,
    lastExit: lastEnd,
  }
}

/** `{"1xx": 0, "2xx": 12 …}` */
function byClass(answers: readonly number[]): Record<string, number> {
  return Object.fromEntries(answers.map((number, index) => [`${index + 1}xx`, number]))
}

/** What the workers say of the whole, when nothing is being done to it. */
export function stateOf(workers: readonly WorkerStatus[]): 'running' | 'degraded' {
  return workers.every(({ state }) => state === 'ready' || state === 'draining') ? 'running' : 'degraded'
}
