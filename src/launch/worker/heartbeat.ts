// The sign of life of a worker process, with its figures, once in a while: it comes from the event loop, so that
// one that is blocked falls silent. When asked for, a thread tells from outside where the loop is stuck.
import { performance } from 'node:perf_hooks'
import { Worker } from 'node:worker_threads'
import type { HangWatch, Vitals } from '../messages.ts'
import type { WorkCounts } from '../service.ts'

export interface HeartbeatParts {
  readonly everyMs: number
  readonly count: () => WorkCounts
  /** In bytes. */
  readonly memory: () => number
  readonly tell: (vitals: Vitals) => void
  readonly watch: HangWatch | null
}

/** Goes on for the life of the process and does not keep it alive. */
export function startHeartbeat({ everyMs, count, memory, tell, watch }: HeartbeatParts): void {
  const turns = new Int32Array(new SharedArrayBuffer(4))
  const vitals = vitalsReader(count, memory)
  const beat = (): void => {
    Atomics.add(turns, 0, 1)
    tell(vitals())
  }
  setInterval(beat, everyMs).unref()
  beat()
  if (watch === null) return
  const thread = new Worker(new URL('./hang-thread.js', import.meta.url), { workerData: { turns, everyMs, ...watch } })
  thread.unref()
}

/** Reads the figures; the utilisation is that since the last look. */
export function vitalsReader(count: () => WorkCounts, memory: () => number): () => Vitals {
  let before = performance.eventLoopUtilization()
  return () => {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, before)
    before = now
    return { ...count(), rss: memory(), utilisation: Math.round(utilization * 1000) / 1000 }
  }
}

/** The memory of the process. To read it takes a descriptor: while there is none left, the figure is that of before. */
export function residentSetReader(): () => number {
  let last = 0
  return () => {
    try {
      last = process.memoryUsage.rss()
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code !== 'EMFILE' && code !== 'ENFILE') throw error
    }
    return last
  }
}
