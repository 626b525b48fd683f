// How late the event loop comes to its timers, seen from a timer of Node's own. It wakes an idle process fifty times
// a second (0.4 % of a core): only for a service that somebody may look at.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { LoopDelay } from '../messages.ts'

const resolutionMs = 20

/** Begins to watch, for the life of the thread; each call tells what it was since the last. */
export function watchLoopDelay(): () => LoopDelay | null {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs })
  histogram.enable()
  return () => {
    // It records the time from one turn to the next, of which the resolution is the part that was asked for.
    const late = (nanoseconds: number): number => rounded(Math.max(0, nanoseconds / 1e6 - resolutionMs))
    const delay =
      histogram.count === 0
        ? null
        : { p50Ms: late(histogram.percentile(50)), p99Ms: late(histogram.percentile(99)), maxMs: late(histogram.max) }
    histogram.reset()
    return delay
  }
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100
}
