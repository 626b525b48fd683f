// The tokens that the stand-in has given out: in memory, bounded, gone with the process.
import { randomBytes } from 'node:crypto'
import type { TokenBody } from './login.ts'

const most = 10_000

/** Keystone still tells of a token for two days after its end, to who asks with allow_expired. */
const afterMs = 2 * 24 * 3_600_000

export class TokenStore {
  /** The oldest first. */
  readonly #tokens = new Map<string, TokenBody>()
  readonly #lifetimeMs: number
  readonly #now: () => number

  constructor(lifetimeMs: number, now: () => number = Date.now) {
    this.#lifetimeMs = lifetimeMs
    this.#now = now
  }

  issue(parts: Readonly<Record<string, unknown>>): { text: string; body: TokenBody } {
    const now = this.#now()
    const body = {
      ...parts,
      audit_ids: [randomBytes(16).toString('base64url')],
      issued_at: new Date(now).toISOString(),
      expires_at: new Date(now + this.#lifetimeMs).toISOString(),
    }
    const text = randomBytes(48).toString('base64url')
    this.put(text, body)
    return { text, body }
  }

  /** A token of one's own making, for tests. */
  put(text: string, body: TokenBody): void {
    const [oldest] = this.#tokens.keys()
    if (this.#tokens.size >= most && oldest !== undefined) this.#tokens.delete(oldest)
    this.#tokens.set(text, body)
  }

  find(text: string, isExpiredAllowed = false): TokenBody | null {
    const body = this.#tokens.get(text)
    if (body === undefined) return null
    const until = Date.parse(body.expires_at) + (isExpiredAllowed ? afterMs : 0)
    return until > this.#now() ? body : null
  }

  revoke(text: string): void {
    this.#tokens.delete(text)
  }
}
