// The signs of life of one worker as its master hears them: the last figures, how long it has been silent, and
// where its event loop stood still, if it is watched for that.
import type { Readable } from 'node:stream'
import type { Vitals } from '../messages.ts'

export interface PulseTiming {
  /** How often a worker gives a sign of life. */
  readonly beatMs: number
  /** How long it may be silent; null: for ever. */
  readonly hangMs: number | null
}

export class Pulse {
  readonly #timing: PulseTiming
  #vitals: Vitals | null = null
  #silentMs = 0
  #timer: NodeJS.Timeout | undefined
  #hangStack: string | null = null

  constructor(timing: PulseTiming) {
    this.#timing = timing
  }

  /** What it told last; null until it has. */
  get vitals(): Vitals | null {
    return this.#vitals
  }

  /** Where its event loop was when it last stood still. */
  get hangStack(): string | null {
    return this.#hangStack
  }

  beat(vitals: Vitals): void {
    this.#vitals = vitals
    this.#silentMs = 0
  }

  /** Counts its own turns, not the time: a master that was stopped for a while finds the beats of then waiting. */
  watch(onHang: (reason: string) => void): void {
    const { beatMs, hangMs } = this.#timing
    if (hangMs === null) return
    this.#timer = setInterval(() => {
      this.#silentMs += beatMs
      if (this.#silentMs >= hangMs) onHang(`its event loop was blocked for ${hangMs / 1000} s`)
    }, beatMs)
  }

  /** A worker that drains has a deadline of its own. */
  stop(): void {
    clearInterval(this.#timer)
  }

  /** Reads what the watching thread of a worker writes: a JSON list per stand-still. */
  hearStacks(pipe: Readable): void {
    let text = ''
    pipe.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      const lines = text.split('\n')
      text = lines.pop() ?? ''
      const last = lines.at(-1)
      if (last !== undefined) this.#hangStack = (JSON.parse(last) as string[]).join('\n')
    })
    // Of a worker that is killed while it writes; its exit says more.
    pipe.on('error', () => undefined)
  }
}
