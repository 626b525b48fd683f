// Who has asked how much: for each key and limit the moment at which it would be used up to nothing again
// (the generic cell rate algorithm: a token bucket in one number). A worker's memory; clocks are the caller's.
import type { RateLimit } from './rate-limits.ts'

/** How a limit stands for a key. Times are in seconds. */
export interface Standing {
  readonly limit: RateLimit
  /** Requests that would be let in now. */
  readonly remaining: number
  /** Until the limit is whole again. */
  readonly reset: number
  /** Until the next request is let in; 0 for one that was. */
  readonly retryAfter: number
}

export class RateLedger {
  readonly #limits: readonly RateLimit[]
  readonly #mostKeys: number
  /** Key → for each limit when its bucket is full again. The keys that were used last are the last. */
  readonly #full = new Map<string, Float64Array>()

  constructor(limits: readonly RateLimit[], mostKeys: number) {
    this.#limits = limits
    this.#mostKeys = mostKeys
  }

  get size(): number {
    return this.#full.size
  }

  /**
   * Charges a request to the limits that it falls under, or to none of them when one is used up.
   * @param now in seconds, of a clock that does not go back
   * @returns the limit with the least left; null when the request falls under none
   */
  take(key: string, method: string, target: string, now: number): Standing | null {
    const falling = this.#limits.flatMap((limit, index) =>
      (limit.method === '*' || limit.method === method) && limit.expression.test(target) ? [index] : [],
    )
    if (falling.length === 0) return null
    const full = this.#bucketsOf(key)
    const standings = falling.map((index) => this.#standing(full, index, now))
    const isRefused = standings.some(({ retryAfter }) => retryAfter > 0)
    if (!isRefused) for (const index of falling) this.#charge(full, index, now)
    const told = isRefused ? standings : falling.map((index) => this.#standing(full, index, now))
    const worst = told.reduce((one, other) => (isTighter(other, one) ? other : one))
    return isRefused ? worst : { ...worst, retryAfter: 0 }
  }

  #bucketsOf(key: string): Float64Array {
    const known = this.#full.get(key)
    const full = known ?? new Float64Array(this.#limits.length)
    this.#full.delete(key)
    const [oldest] = this.#full.keys()
    // Who has not asked for longest is forgotten: what he had used up has most likely come back.
    if (this.#full.size >= this.#mostKeys && oldest !== undefined) this.#full.delete(oldest)
    this.#full.set(key, full)
    return full
  }

  #standing(full: Float64Array, index: number, now: number): Standing {
    const limit = this.#limitAt(index)
    const each = limit.seconds / limit.value
    const reset = Math.max(0, (full[index] ?? 0) - now)
    // What floating point loses must not cost a request.
    const remaining = Math.floor((limit.seconds - reset) / each + 1e-6)
    return {
      limit,
      remaining: Math.max(0, remaining),
      reset,
      retryAfter: remaining >= 1 ? 0 : reset + each - limit.seconds,
    }
  }

  #charge(full: Float64Array, index: number, now: number): void {
    const { seconds, value } = this.#limitAt(index)
    full[index] = Math.max(full[index] ?? 0, now) + seconds / value
  }

  #limitAt(index: number): RateLimit {
    const limit = this.#limits[index]
    if (limit === undefined) throw new RangeError(`there is no limit ${index}`)
    return limit
  }
}

function isTighter(one: Standing, other: Standing): boolean {
  if (one.retryAfter !== other.retryAfter) return one.retryAfter > other.retryAfter
  return one.remaining < other.remaining
}
