// Asks Keystone (Identity API version 3) about tokens, with a token of the service's own user: one login for all who
// need it, renewed before it ends and when Keystone refuses it. Runs in workers.
import { SlipwayError } from '../../errors.ts'
import { endpointOf } from './catalog.ts'
import { discover } from './discovery.ts'
import { loginBody, needed } from './login.ts'
import type { AuthTokenSettings } from './options.ts'
import { parseToken, type ValidToken } from './token.ts'
import { type KeystoneAnswer, Transport } from './transport.ts'
import { KeystoneUnavailable } from './unavailable.ts'

interface Login {
  readonly token: string
  readonly expiresAt: number
  /** Where tokens are validated: `http://keystone:5000/v3`. */
  readonly api: string
}

/** Our own token is renewed this long before it ends, so that none ends on its way. */
const marginMs = 30_000

export class KeystoneClient {
  readonly #settings: AuthTokenSettings
  readonly #address: string
  readonly #body: string
  readonly #transport: Transport
  #login: Promise<Login> | null = null

  /** @throws SlipwayError SLIPWAY_CONFIG_REQUIRED, SLIPWAY_CONFIG_VALUE, SLIPWAY_INPUT_MISSING */
  constructor(settings: AuthTokenSettings) {
    this.#settings = settings
    this.#address = addressOf(settings)
    this.#body = JSON.stringify(loginBody(settings))
    this.#transport = new Transport(settings)
  }

  /**
   * What Keystone knows of a token; null when it is not valid.
   * @param isExpiredAllowed a service asks in the name of a user whose token may have ended meanwhile
   * @throws KeystoneUnavailable
   */
  async validate(token: string, isExpiredAllowed: boolean): Promise<ValidToken | null> {
    let login = await this.#loggedIn()
    let answer = await this.#ask(token, isExpiredAllowed, login)
    if (answer.status === 401) {
      // Our own token was revoked, or the signing keys were changed: one new login, one more try.
      login = await this.#loggedIn(login)
      answer = await this.#ask(token, isExpiredAllowed, login)
    }
    if (answer.status === 404) return null
    if (answer.status !== 200) throw refusal(answer, 'the validation of a token')
    const valid = parseToken(answer.text, this.#settings.include_service_catalog)
    if (valid === null) throw new KeystoneUnavailable('Keystone answered the validation of a token with something else')
    return valid
  }

  /** Our own token, for calls to other services. */
  async ownToken(): Promise<string> {
    return (await this.#loggedIn()).token
  }

  close(): void {
    this.#transport.close()
  }

  #ask(token: string, isExpiredAllowed: boolean, { token: own, api }: Login): Promise<KeystoneAnswer> {
    const query = [
      ...(this.#settings.include_service_catalog ? [] : ['nocatalog']),
      ...(isExpiredAllowed ? ['allow_expired=1'] : []),
    ].join('&')
    return this.#transport.ask({
      method: 'GET',
      url: `${api}/auth/tokens${query === '' ? '' : `?${query}`}`,
      headers: { 'x-auth-token': own, 'x-subject-token': token, 'openstack-identity-access-rules': '1' },
    })
  }

  /** One login for all who need it, until it ends or Keystone refuses it. */
  async #loggedIn(refused?: Login): Promise<Login> {
    const present = this.#login
    if (present !== null) {
      const login = await present
      if (login !== refused && login.expiresAt - marginMs > Date.now()) return login
      // Whoever comes first makes the new one; the others find it.
      if (this.#login !== present && this.#login !== null) return this.#login
    }
    const login = this.#logIn()
    this.#login = login
    login.catch(() => {
      if (this.#login === login) this.#login = null
    })
    return login
  }

  async #logIn(): Promise<Login> {
    const api = await discover(this.#transport, this.#address)
    const answer = await this.#transport.ask({
      method: 'POST',
      url: `${api}/auth/tokens`,
      headers: { 'content-type': 'application/json' },
      body: this.#body,
    })
    if (answer.status !== 201) throw refusal(answer, "the login of the service's user")
    const token = answer.headers['x-subject-token']
    const valid = parseToken(answer.text)
    if (typeof token !== 'string' || valid === null) {
      throw new KeystoneUnavailable('Keystone answered the login with something else')
    }
    return { token, expiresAt: valid.expiresAt, api: await this.#validatingApi(valid, api) }
  }

  /** The catalog of our own token knows which of Keystone's addresses is for services. */
  async #validatingApi({ info }: ValidToken, api: string): Promise<string> {
    const { interface: kind, region_name: region } = this.#settings
    const endpoint = endpointOf(info.token.catalog ?? [], { type: 'identity', interface: kind, region })
    const isKnown = endpoint === null || withoutSlash(endpoint) === withoutSlash(this.#address)
    return isKnown ? api : discover(this.#transport, endpoint)
  }
}

/** A browser's address would do, a host name alone would not. */
function addressOf(settings: AuthTokenSettings): string {
  const address = needed(settings, 'auth_url')
  if (/^https?:\/\/./u.test(address) && URL.canParse(address)) return address
  throw new SlipwayError('SLIPWAY_CONFIG_VALUE', `option "keystone_authtoken.auth_url" cannot be "${address}"`, {
    found: address,
    expected: 'an address with http:// or https://',
  })
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/u, '')
}

function refusal(answer: KeystoneAnswer, what: string): KeystoneUnavailable {
  return new KeystoneUnavailable(`Keystone answered ${what} with status ${answer.status}`)
}
