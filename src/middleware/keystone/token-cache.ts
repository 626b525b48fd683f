// What Keystone has said of tokens, kept for a while; a token that many requests bring at once is asked for once.
// Bounded in number, in size and in time. Tokens that are not valid are remembered for a few seconds, apart from the
// others: however many of them come, they drive out none that is.
import { hash } from 'node:crypto'
import type { ValidToken } from './token.ts'

export interface TokenCacheOptions {
  /** Zero or less keeps nothing. */
  readonly keepMs: number
  /** Most tokens. */
  readonly most: number
  /** Most characters of Keystone's answers in all. */
  readonly mostSize?: number
  readonly now?: () => number
}

/** Milliseconds that a refusal is remembered: a client that tries again and again must not cost Keystone as much. */
const refusedMs = 10_000

type Ask = (text: string) => Promise<ValidToken | null>

export class TokenCache {
  readonly #keepMs: number
  readonly #mostSize: number
  readonly #valid: Shelf<ValidToken>
  readonly #refused: Shelf<null>
  readonly #asking = new Map<string, Promise<ValidToken | null>>()
  readonly #now: () => number

  constructor({ keepMs, most, mostSize = Infinity, now = () => Date.now() }: TokenCacheOptions) {
    this.#keepMs = keepMs
    this.#mostSize = mostSize
    this.#valid = new Shelf(most)
    this.#refused = new Shelf(most)
    this.#now = now
  }

  /**
   * What is known of the token, at once; else the promise of an answer that all who ask meanwhile share.
   * @param isExpiredAllowed another question, with its own answers
   */
  get(text: string, ask: Ask, isExpiredAllowed = false): ValidToken | null | Promise<ValidToken | null> {
    // A digest: a dump of the process gives no tokens away.
    const digest = hash('sha256', text, 'base64')
    const now = this.#now()
    const kept = this.#valid.get(digest, now)
    if (kept !== undefined) return kept
    const key = isExpiredAllowed ? `${digest} expired` : digest
    const known = isExpiredAllowed ? this.#valid.get(key, now) : undefined
    if (known !== undefined) return known
    return this.#refused.get(key, now) === null
      ? null
      : (this.#asking.get(key) ?? this.#ask(key, text, ask, isExpiredAllowed))
  }

  /** How many answers are kept. */
  get size(): number {
    return this.#valid.size + this.#refused.size
  }

  #ask(key: string, text: string, ask: Ask, isExpiredAllowed: boolean): Promise<ValidToken | null> {
    const asking = ask(text)
      .then((answer) => {
        const now = this.#now()
        const token = answer === null || (!isExpiredAllowed && answer.expiresAt <= now) ? null : answer
        if (this.#keepMs > 0) this.#keep(key, token, now, isExpiredAllowed)
        return token
      })
      .finally(() => this.#asking.delete(key))
    this.#asking.set(key, asking)
    return asking
  }

  #keep(key: string, token: ValidToken | null, now: number, isExpiredAllowed: boolean): void {
    const until = now + this.#keepMs
    if (token === null) {
      this.#refused.put(key, { value: null, size: 0, until: Math.min(until, now + refusedMs) })
      return
    }
    const { expiresAt, size } = token
    this.#valid.put(key, { value: token, size, until: isExpiredAllowed ? until : Math.min(until, expiresAt) })
    while (this.#valid.total > this.#mostSize && this.#valid.size > 1) this.#valid.dropOldest()
  }
}

interface Entry<T> {
  readonly value: T
  readonly size: number
  /** Milliseconds since the epoch. */
  readonly until: number
}

/** A bounded map; the longest unused goes first. */
class Shelf<T> {
  readonly #most: number
  readonly #entries = new Map<string, Entry<T>>()
  total = 0

  constructor(most: number) {
    this.#most = most
  }

  get size(): number {
    return this.#entries.size
  }

  /** Undefined for what is not kept, or not any longer. */
  get(key: string, now: number): T | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    this.#take(key, entry)
    if (entry.until <= now) return undefined
    this.put(key, entry)
    return entry.value
  }

  put(key: string, entry: Entry<T>): void {
    const present = this.#entries.get(key)
    if (present) this.#take(key, present)
    if (this.#entries.size >= this.#most) this.dropOldest()
    this.#entries.set(key, entry)
    this.total += entry.size
  }

  dropOldest(): void {
    const [oldest] = this.#entries
    if (oldest) this.#take(...oldest)
  }

  #take(key: string, { size }: Entry<T>): void {
    this.#entries.delete(key)
    this.total -= size
  }
}
