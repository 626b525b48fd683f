// The figures of a worker at one moment: what its service has counted, its memory, its event loop. Runs in the
// worker, or in the one process.
import { performance } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import { lostLines } from '../../log/index.ts'
import type { Vitals } from '../messages.ts'
import type { WorkCounts } from '../service.ts'
import { watchLoopDelay } from './loop-delay.ts'

export interface VitalsParts {
  readonly count: () => WorkCounts
  /** Of the worker alone, in bytes. */
  readonly memory: () => number
  /** Somebody may look: then the delay of the event loop is watched. */
  readonly isObserved: boolean
}

type LoopFigures = Pick<Vitals, 'utilisation' | 'busyMs' | 'loopDelay'>

/** Each call tells utilisation and delay of the event loop since the last. */
export function vitalsReader(parts: VitalsParts): () => Vitals {
  const loop = loopReader(parts)
  return () => vitalsOf(parts, loop())
}

/**
 * The same for whoever is asked at any time by anybody: utilisation and delay are those of a second, so that one who asks
 * does not shorten the time that the next one sees.
 */
export function sampledVitals(parts: VitalsParts): () => Vitals {
  const read = loopReader(parts)
  if (!parts.isObserved) return () => vitalsOf(parts, read())
  let loop = read()
  setInterval(() => (loop = read()), 1000).unref()
  return () => vitalsOf(parts, loop)
}

function vitalsOf({ count, memory }: VitalsParts, loop: LoopFigures): Vitals {
  const { used_heap_size: heapUsed, total_heap_size: heapTotal } = getHeapStatistics()
  return { ...count(), ...loop, rss: memory(), heapUsed, heapTotal, lostLines: lostLines() }
}

function loopReader({ isObserved }: VitalsParts): () => LoopFigures {
  const readDelay = isObserved ? watchLoopDelay() : () => null
  let before = performance.eventLoopUtilization()
  return () => {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, before)
    before = now
    return {
      utilisation: Math.round(utilization * 1000) / 1000,
      busyMs: Math.round(now.active),
      loopDelay: readDelay(),
    }
  }
}
