// Asks Keystone (Identity API version 3) about tokens, with a token of the service's own user. Runs in
// workers, over Node's fetch. No discovery: the API is at auth_url/v3. No TLS settings of its own yet.
import { parseToken, type ValidToken } from './token.ts'

export interface KeystoneSettings {
  readonly auth_url: string
  readonly username: string | null
  readonly user_id: string | null
  readonly password: string | null
  readonly user_domain_id: string | null
  readonly user_domain_name: string | null
  readonly project_id: string | null
  readonly project_name: string | null
  readonly project_domain_id: string | null
  readonly project_domain_name: string | null
  readonly include_service_catalog: boolean
  readonly http_connect_timeout: number
}

/** Keystone cannot be asked, or does not let us ask: no fault of the client whose token it is. */
export class KeystoneUnavailable extends Error {
  override readonly name = 'KeystoneUnavailable'
}

interface Login {
  readonly token: string
  readonly expiresAt: number
}

/** Our own token is renewed this long before it ends, so that none ends on its way. */
const marginMs = 30_000

export class KeystoneClient {
  readonly #settings: KeystoneSettings
  readonly #url: string
  #login: Promise<Login> | null = null

  constructor(settings: KeystoneSettings) {
    this.#settings = settings
    const base = settings.auth_url.replace(/\/+$/u, '')
    this.#url = `${base.endsWith('/v3') ? base : `${base}/v3`}/auth/tokens`
  }

  /**
   * What Keystone knows of a token; null when it is not valid.
   * @throws KeystoneUnavailable
   */
  async validate(token: string): Promise<ValidToken | null> {
    let login = await this.#loggedIn()
    let answer = await this.#ask(token, login)
    if (answer.status === 401) {
      // Our own token was revoked, or the signing keys were changed: one new login, one more try.
      await drop(answer)
      login = await this.#loggedIn(login)
      answer = await this.#ask(token, login)
    }
    if (answer.status === 404) {
      await drop(answer)
      return null
    }
    if (answer.status !== 200) throw await refusal(answer, 'the validation of a token')
    const valid = parseToken(await bodyOf(answer))
    if (valid === null) throw new KeystoneUnavailable('Keystone answered the validation of a token with something else')
    return valid
  }

  #ask(token: string, login: Login): Promise<Response> {
    const query = this.#settings.include_service_catalog ? '' : '?nocatalog'
    return this.#fetch(`${this.#url}${query}`, {
      headers: { 'x-auth-token': login.token, 'x-subject-token': token, 'openstack-identity-access-rules': '1' },
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
    const answer = await this.#fetch(this.#url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(loginBody(this.#settings)),
    })
    if (answer.status !== 201) throw await refusal(answer, "the login of the service's user")
    const token = answer.headers.get('x-subject-token')
    const valid = parseToken(await bodyOf(answer))
    if (token === null || valid === null) {
      throw new KeystoneUnavailable('Keystone answered the login with something else')
    }
    return { token, expiresAt: valid.expiresAt }
  }

  async #fetch(url: string, init: RequestInit): Promise<Response> {
    const signal = AbortSignal.timeout(this.#settings.http_connect_timeout * 1000)
    try {
      // Tokens must not follow a redirect to another host.
      return await fetch(url, { ...init, signal, redirect: 'manual' })
    } catch (cause) {
      throw new KeystoneUnavailable(`Keystone does not answer at ${url}`, { cause })
    }
  }
}

async function refusal(answer: Response, what: string): Promise<KeystoneUnavailable> {
  await drop(answer)
  return new KeystoneUnavailable(`Keystone answered ${what} with status ${answer.status}`)
}

/** An answer that is not read would keep its connection. */
async function drop(answer: Response): Promise<void> {
  await answer.body?.cancel()
}

async function bodyOf(answer: Response): Promise<unknown> {
  try {
    return await answer.json()
  } catch (cause) {
    throw new KeystoneUnavailable('Keystone answered with what is no JSON', { cause })
  }
}

function loginBody(settings: KeystoneSettings): object {
  const domain = (id: string | null, name: string | null): object =>
    id === null ? { name: name ?? 'Default' } : { id }
  const user =
    settings.user_id === null
      ? { name: settings.username, domain: domain(settings.user_domain_id, settings.user_domain_name) }
      : { id: settings.user_id }
  return {
    auth: {
      identity: { methods: ['password'], password: { user: { ...user, password: settings.password } } },
      ...scopeOf(settings, domain),
    },
  }
}

function scopeOf(settings: KeystoneSettings, domain: (id: string | null, name: string | null) => object): object {
  if (settings.project_id !== null) return { scope: { project: { id: settings.project_id } } }
  if (settings.project_name === null) return {}
  const { project_domain_id: id, project_domain_name: name } = settings
  return { scope: { project: { name: settings.project_name, domain: domain(id, name) } } }
}
