// The life of one worker as the master sees it. Pure: which states there are, which arrows lead from one
// to the next, and the words for an end. Who moves along them is in master/worker-process.ts.

/**
 * `starting → ready → draining → gone`; any state may fall to `gone`. `until` is the deadline of the next arrow in
 * milliseconds of the monotonic clock (null: none); a worker that misses it is killed.
 */
export type WorkerState =
  | { readonly name: 'starting'; readonly since: number; readonly until: number | null }
  | { readonly name: 'ready'; readonly since: number }
  | { readonly name: 'draining'; readonly since: number; readonly until: number | null; readonly reason: string }
  | { readonly name: 'gone'; readonly since: number; readonly end: WorkerEnd }

/** How a worker came to its end. */
export interface WorkerEnd {
  /** The exit status, null when a signal ended it. */
  readonly status: number | null
  readonly signal: string | null
  /** In words, for the log: `killed by SIGKILL`, `drained`, `not ready within 30 s`. */
  readonly reason: string
  /** It went because the master had asked it to, and in order. */
  readonly isOrderly: boolean
  /** Its master killed it, for the reason given. */
  readonly wasKilled: boolean
  readonly uptimeMs: number
  readonly wasReady: boolean
}

/** The words for an exit that nobody ordered and the worker did not explain. */
export function describeExit(status: number | null, signal: string | null): string {
  if (signal === 'SIGKILL') return 'killed by SIGKILL (by hand, or by the system when memory ran out)'
  if (signal !== null) return `killed by ${signal}`
  return status === 0 ? 'ended by itself with status 0' : `ended with status ${status}`
}

/** Whether a death during the start would come again at a second try. A signal from elsewhere says nothing about the service. */
export function isBootFault(end: WorkerEnd): boolean {
  return !end.isOrderly && (end.signal === null || end.wasKilled)
}

export interface RespawnPolicy {
  /** How long to wait before the 1st, 2nd … respawn in a row; the last value repeats. */
  readonly delaysMs: readonly number[]
  /** A worker that lived this long counts as well: its slot starts again at the first delay. */
  readonly minUptimeMs: number
  /** So many deaths in a row before `minUptimeMs` mark the slot failed. */
  readonly maxFastDeaths: number
}

/** Eight fast deaths with these pauses take a minute: longer is not a hiccup, and not worth the noise. */
export const defaultRespawnPolicy: RespawnPolicy = {
  delaysMs: [0, 1000, 2000, 4000, 8000, 16_000, 30_000],
  minUptimeMs: 10_000,
  maxFastDeaths: 8,
}

export type RespawnDecision =
  | { readonly kind: 'respawn'; readonly delayMs: number; readonly fastDeaths: number }
  | { readonly kind: 'give-up'; readonly fastDeaths: number }

/** What to do about a slot whose worker has just died, after `fastDeaths` fast ones in a row before it. */
export function decideRespawn(end: WorkerEnd, fastDeaths: number, policy: RespawnPolicy): RespawnDecision {
  const wasFast = !end.wasReady || end.uptimeMs < policy.minUptimeMs
  const inRow = wasFast ? fastDeaths + 1 : 0
  if (inRow >= policy.maxFastDeaths) return { kind: 'give-up', fastDeaths: inRow }
  const step = Math.min(Math.max(inRow - 1, 0), policy.delaysMs.length - 1)
  return { kind: 'respawn', delayMs: policy.delaysMs[step] ?? 0, fastDeaths: inRow }
}
