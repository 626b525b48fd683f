// Times requests for whoever looks on: which are in hand and since when, and how long answers took. Runs in
// workers, in an edge that was given one; without it a request pays for no clock.
import type { HttpRequest } from './request.ts'

/** Upper ends of the classes of durations, in milliseconds; one more class has no end. */
export const durationBoundsMs: readonly number[] = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000]

/** How long answers took. Plain data. */
export interface Durations {
  /** How many took no longer than the bound of the same index and longer than the one before; the last is the rest. */
  readonly counts: readonly number[]
  readonly sumMs: number
}

export interface InHand {
  readonly req: HttpRequest
  readonly ageMs: number
}

export class Stopwatch {
  readonly #since = new Map<HttpRequest, number>()
  readonly #counts = Array.from({ length: durationBoundsMs.length + 1 }, () => 0)
  #sumMs = 0

  begin(req: HttpRequest): void {
    this.#since.set(req, performance.now())
  }

  end(req: HttpRequest): void {
    const since = this.#since.get(req)
    if (since === undefined) return
    this.#since.delete(req)
    const ms = performance.now() - since
    this.#sumMs += ms
    // Nearly all answers are in the first classes: a search by halves would be slower.
    let index = 0
    while (ms > (durationBoundsMs[index] ?? Infinity)) index += 1
    this.#counts[index] = (this.#counts[index] ?? 0) + 1
  }

  get durations(): Durations {
    return { counts: [...this.#counts], sumMs: this.#sumMs }
  }

  /** The longest first. */
  get inHand(): InHand[] {
    const now = performance.now()
    return [...this.#since].map(([req, since]) => ({ req, ageMs: now - since }))
  }
}
