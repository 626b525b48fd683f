// Good tokens, kept for a while; a token that many requests bring at once is asked for once. Bounded in
// number and in time. Bad tokens are not kept: one may become good.
import { createHash } from 'node:crypto'
import type { ValidToken } from './token.ts'

interface Entry {
  readonly token: ValidToken
  /** Milliseconds since the epoch: the end of the cache time or of the token, whichever comes first. */
  readonly until: number
}

export class TokenCache {
  readonly #keepMs: number
  readonly #most: number
  /** The longest unused first. Keys are digests: a dump of the process gives no tokens away. */
  readonly #entries = new Map<string, Entry>()
  readonly #asking = new Map<string, Promise<ValidToken | null>>()
  readonly #now: () => number

  /** @param keepMs zero or less keeps nothing */
  constructor(keepMs: number, most: number, now: () => number = Date.now) {
    this.#keepMs = keepMs
    this.#most = most
    this.#now = now
  }

  /** The kept token at once, else the promise of an answer that all who ask meanwhile share. */
  get(text: string, ask: (text: string) => Promise<ValidToken | null>): ValidToken | Promise<ValidToken | null> {
    const key = createHash('sha256').update(text).digest('base64')
    return this.#kept(key) ?? this.#asking.get(key) ?? this.#ask(key, text, ask)
  }

  #kept(key: string): ValidToken | null {
    const entry = this.#entries.get(key)
    if (entry === undefined) return null
    this.#entries.delete(key)
    if (entry.until <= this.#now()) return null
    this.#entries.set(key, entry)
    return entry.token
  }

  #ask(key: string, text: string, ask: (text: string) => Promise<ValidToken | null>): Promise<ValidToken | null> {
    const asking = ask(text)
      .then((token) => {
        if (token === null || token.expiresAt <= this.#now()) return null
        this.#keep(key, token)
        return token
      })
      .finally(() => this.#asking.delete(key))
    this.#asking.set(key, asking)
    return asking
  }

  #keep(key: string, token: ValidToken): void {
    if (this.#keepMs <= 0) return
    const [longestUnused] = this.#entries.keys()
    if (this.#entries.size >= this.#most && longestUnused !== undefined) this.#entries.delete(longestUnused)
    this.#entries.set(key, { token, until: Math.min(this.#now() + this.#keepMs, token.expiresAt) })
  }
}
