// Looks once a second whether the policy files have changed, and gives what they hold now. No request waits for it;
// what is broken or gone is told once and leaves everything as it is.
import { setTimeout as delay } from 'node:timers/promises'
import { messageOf } from '../../diagnostic.ts'
import { type Diagnostic, isSlipwayError, SlipwayError } from '../../errors.ts'
import { type Listing, lookAtPolicies, type PolicyPlaces, readPoliciesLater } from './places.ts'
import type { PolicyText } from './policy-text.ts'

const everyMs = 1000

/**
 * Most programs empty a file before they write it: what was read counts when it is still the same after this time.
 * An empty file is no edit, and would bring the defaults of the service back.
 */
const settleMs = 50

export interface PolicyWatchEvents {
  /** The files hold something else than before. */
  changed(texts: readonly PolicyText[], listing: Listing): void
  /** They cannot be used as they are now. */
  broken(problems: readonly Diagnostic[]): void
  /** They are again as they were when they were last taken over. */
  mended(): void
}

export class PolicyWatch {
  readonly #places: PolicyPlaces
  readonly #events: PolicyWatchEvents
  readonly #settle: () => Promise<unknown>
  /** The state that is in force, and the one that was looked at last. */
  #taken: Listing
  #seen: string
  #failure: string | null = null
  #looking: Promise<void> | null = null
  #timer: NodeJS.Timeout | null = null

  /** @param settle what is waited for between reading and taking over */
  constructor(
    places: PolicyPlaces,
    taken: Listing,
    events: PolicyWatchEvents,
    settle: () => Promise<unknown> = () => delay(settleMs),
  ) {
    this.#settle = settle
    this.#places = places
    this.#events = events
    this.#taken = taken
    this.#seen = JSON.stringify(taken)
  }

  start(): void {
    this.#timer ??= setInterval(() => void this.look(), everyMs).unref()
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
  }

  /** Looks now. Two at once are one. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null
    })
    return this.#looking
  }

  async #look(): Promise<void> {
    let seen = ''
    try {
      const listing = await lookAtPolicies(this.#places)
      seen = JSON.stringify(listing)
      if (seen !== this.#seen) await this.#take(listing, seen)
      this.#failure = null
    } catch (error) {
      const failure = isSlipwayError(error) ? error : unforeseen(error)
      // A disk that cannot be looked at fails every second in the same words.
      if (failure.message !== this.#failure) this.#events.broken(failure.problems)
      this.#seen = seen
      this.#failure = failure.message
    }
  }

  async #take(listing: Listing, seen: string): Promise<void> {
    this.#seen = seen
    if (seen === JSON.stringify(this.#taken)) return this.#events.mended()
    this.#refuseLosses(listing)
    const texts = await readPoliciesLater(listing)
    await this.#settle()
    // Somebody was still writing: the next look reads what is there then.
    if (JSON.stringify(await lookAtPolicies(this.#places)) !== seen) {
      this.#seen = ''
      return
    }
    this.#taken = listing
    this.#events.changed(texts, listing)
  }

  /** policy_file or a whole folder that was there and is gone is no edit: nobody wants the defaults by accident. */
  #refuseLosses({ missing }: Listing): void {
    const lost = missing.find((path) => !this.#taken.missing.includes(path))
    if (lost === undefined) return
    throw new SlipwayError('SLIPWAY_POLICY_FILE', `policy file "${lost}" is gone; what it said still holds`, {
      where: { file: lost },
      hint: 'put it back, or restart the service to go without it',
    })
  }
}

function unforeseen(cause: unknown): SlipwayError {
  const reason = messageOf(cause)
  return new SlipwayError('SLIPWAY_POLICY_FILE', `the policy files cannot be taken over: ${reason}`, { cause })
}
