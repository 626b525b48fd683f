// The sign of life of a worker process, with its figures, once in a while: it comes from the event loop, so that
// one that is blocked falls silent. When asked for, a thread tells from outside where the loop is stuck.
import { Worker } from 'node:worker_threads'
import type { HangWatch, Vitals } from '../messages.ts'

export interface HeartbeatParts {
  readonly everyMs: number
  /** Null: there is nothing to tell yet. */
  readonly vitals: () => Vitals | null
  readonly tell: (vitals: Vitals) => void
  readonly watch: HangWatch | null
}

/** Goes on for the life of the process and does not keep it alive. */
export function startHeartbeat({ everyMs, vitals, tell, watch }: HeartbeatParts): void {
  const turns = new Int32Array(new SharedArrayBuffer(4))
  const beat = (): void => {
    Atomics.add(turns, 0, 1)
    const now = vitals()
    if (now !== null) tell(now)
  }
  setInterval(beat, everyMs).unref()
  beat()
  if (watch === null) return
  const thread = new Worker(new URL('./hang-thread.js', import.meta.url), { workerData: { turns, everyMs, ...watch } })
  thread.unref()
}
