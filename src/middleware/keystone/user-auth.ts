// What auth_token hands the app as `keystone.token_auth`: who asks, and how to ask other services in their name.
import type { TokenDescription, TokenInfo } from './token.ts'

declare module '../../http/contract.ts' {
  interface Environ {
    /** Keystone's answer for the token of the user: read only. */
    'keystone.token_info'?: TokenInfo
    'keystone.token_auth'?: UserAuth
  }
}

interface Parties {
  readonly user: TokenDescription | null
  readonly service: TokenDescription | null
  readonly userToken: string | null
  /** The service's own token. */
  readonly ownToken: () => Promise<string>
}

export class UserAuth {
  /** What Keystone says of the user's token; null without a valid one. */
  readonly user: TokenDescription | null
  /** Of the token of a service that calls in the name of the user. */
  readonly service: TokenDescription | null
  // Private: neither logs nor JSON may show them.
  readonly #userToken: string | null
  readonly #ownToken: () => Promise<string>

  constructor({ user, service, userToken, ownToken }: Parties) {
    this.user = user
    this.service = service
    this.#userToken = userToken
    this.#ownToken = ownToken
  }

  get hasUserToken(): boolean {
    return this.user !== null
  }

  get hasServiceToken(): boolean {
    return this.service !== null
  }

  /**
   * The headers of a request to another service in the name of the user: its token and, so that it may end while the
   * request is under way, ours beside it. Null without a user. May raise a KeystoneUnavailable.
   */
  async headers(): Promise<Record<string, string> | null> {
    if (this.user === null || this.#userToken === null) return null
    return { 'x-auth-token': this.#userToken, 'x-service-token': await this.#ownToken() }
  }
}
