// The rate limit of oslo.log: a number of lines for a time, over all loggers together, in fixed windows.
// The first line that is dropped is told of; when the window is over, how many were.
import type { Level } from './levels.ts'

/** pino's numbers. */
const numbers: Readonly<Record<string, number>> = { DEBUG: 20, INFO: 30, WARNING: 40, ERROR: 50, CRITICAL: 60 }

export interface RateRule {
  readonly burst: number
  readonly seconds: number
  /** pino's number of the level from which on nothing is dropped. */
  readonly exceptFrom: number
}

/** Null when there is no limit: both numbers must be set. An empty level excepts none. */
export function rateRule(burst: number, seconds: number, exceptLevel: string): RateRule | null {
  if (burst < 1 || seconds < 1) return null
  return { burst, seconds, exceptFrom: numbers[exceptLevel] ?? Number.POSITIVE_INFINITY }
}

export class RateLimit {
  readonly #rule: RateRule
  readonly #now: () => number
  #windowEnds: number
  #count = 0
  #isTelling = false

  constructor(rule: RateRule, now: () => number = () => performance.now()) {
    this.#rule = rule
    this.#now = now
    this.#windowEnds = now() + rule.seconds * 1000
  }

  /**
   * Whether a line of this level may be written.
   * @param level pino's number
   * @param tell writes what the limit itself has to say
   */
  admits(level: number, tell: (level: Level, text: string) => void): boolean {
    if (level >= this.#rule.exceptFrom || this.#isTelling) return true
    const { burst, seconds } = this.#rule
    const now = this.#now()
    if (now >= this.#windowEnds) {
      const dropped = this.#count - burst
      this.#windowEnds = now + seconds * 1000
      this.#count = 1
      if (dropped > 0) this.#say(() => tell('warn', `Logging rate limit: ${dropped} records were dropped`))
      return true
    }
    this.#count += 1
    if (this.#count === burst + 1) {
      this.#say(() => tell('error', `Logging rate limit: drop after ${burst} records/${seconds} sec`))
    }
    return this.#count <= burst
  }

  #say(tell: () => void): void {
    this.#isTelling = true
    try {
      tell()
    } finally {
      this.#isTelling = false
    }
  }
}
