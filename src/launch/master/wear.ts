// When a worker has done enough: after so many requests, or when its memory has grown too large. Pure but
// for the dice, which are thrown once per worker.
import type { LaunchSettings } from '../options.ts'
import type { Vitals } from '../messages.ts'

/** Limits of one worker; null: none. */
export interface WearLimits {
  readonly requests: number | null
  readonly rss: number | null
}

/** `random` gives a number from 0 to 1: workers that started together shall not go together. */
export function wearLimits(settings: LaunchSettings, random: () => number = Math.random): WearLimits {
  const { max_requests: most, max_requests_jitter: jitter, max_worker_rss: rss } = settings
  const spread = Math.round((random() * 2 - 1) * jitter)
  return { requests: most === 0 ? null : Math.max(1, most + spread), rss: rss === 0 ? null : rss }
}

/** In words that follow the name of the worker: `has answered 1000 requests`; null while it may go on. */
export function wearOf({ requests, rss }: Vitals, limits: WearLimits): string | null {
  if (limits.requests !== null && requests >= limits.requests) return `has answered ${requests} requests`
  if (limits.rss !== null && rss > limits.rss) return `has grown to ${Math.round(rss / 2 ** 20)} MiB`
  return null
}
