// A small Keystone (Identity API version 3) for development and tests, as an app: version documents, tokens given
// out, validated and revoked, and moods that a test sets, to see what a service makes of a Keystone in trouble.
// Passwords lie in a file and tokens can be made up: it must never be reached by anybody else.
import { setTimeout as wait } from 'node:timers/promises'
import { type App, empty, HttpError, type HttpRequest, type HttpResponse, json, text } from '../../http/index.ts'
import { type Directory, idOf } from './directory.ts'
import { logIn, type TokenBody } from './login.ts'
import { TokenStore } from './token-store.ts'

/** How the stand-in feels: every answer to come, until it is set anew. */
export interface Mood {
  /** Of every answer below /v3: 401, 503 … */
  readonly status?: number
  readonly refuses_logins?: boolean
  readonly delay_ms?: number
  /** In place of the body of every good answer below /v3. */
  readonly body?: string
}

export interface StandInOptions {
  readonly directory: Directory
  /** Seconds that a token holds good. */
  readonly tokenLifetime?: number
  readonly now?: () => number
}

const longestBody = 1 << 20

export class KeystoneStandIn {
  mood: Mood = {}
  readonly tokens: TokenStore
  readonly #directory: Directory
  readonly #now: () => number

  constructor({ directory, tokenLifetime = 3600, now = Date.now }: StandInOptions) {
    this.#directory = directory
    this.#now = now
    this.tokens = new TokenStore(tokenLifetime * 1000, now)
  }

  readonly app: App = async (req) => {
    // A web page could reach us by a name that leads to this machine.
    if (!/^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/u.test(req.host ?? '')) throw new HttpError(403)
    req.bodyLimit = longestBody
    const path = req.pathInfo.replace(/\/+$/u, '')
    if (path.startsWith('/stand-in/')) return this.#steer(req, path)
    const { delay_ms: delayMs = 0 } = this.mood
    if (delayMs > 0) await wait(delayMs, undefined, { signal: req.signal })
    const answer = await this.#answer(req, path)
    const { body } = this.mood
    return body !== undefined && answer.status < 300 ? { ...answer, body } : answer
  }

  async #answer(req: HttpRequest, path: string): Promise<HttpResponse> {
    const { status } = this.mood
    if (path === '') return json({ versions: { values: [versionOf(req)] } }, 300)
    if (status !== undefined) return fault(status)
    if (path === '/v3') return json({ version: versionOf(req) })
    if (path !== '/v3/auth/tokens') return fault(404)
    switch (req.method) {
      case 'POST':
        return this.#issue(await req.body.json(), req)
      case 'GET':
      case 'HEAD':
        return this.#validate(req)
      case 'DELETE':
        return this.#revoke(req)
      default:
        return fault(405)
    }
  }

  #issue(body: unknown, req: HttpRequest): HttpResponse {
    const login =
      this.mood.refuses_logins === true ? null : logIn(body, this.#directory, (one) => this.tokens.find(one))
    if (login === null) return fault(401)
    const { text, body: token } = this.tokens.issue(login)
    return tokenAnswer(text, this.#told(token, req), 201)
  }

  #validate(req: HttpRequest): HttpResponse {
    const refusal = this.#refusal(req)
    if (refusal !== null) return refusal
    const subject = req.header('x-subject-token') ?? ''
    const token = this.tokens.find(subject, isSet(req, 'allow_expired'))
    return token === null ? fault(404) : tokenAnswer(subject, this.#told(token, req), 200)
  }

  #revoke(req: HttpRequest): HttpResponse {
    const refusal = this.#refusal(req)
    if (refusal !== null) return refusal
    const subject = req.header('x-subject-token') ?? ''
    if (this.tokens.find(subject) === null) return fault(404)
    this.tokens.revoke(subject)
    return empty(204)
  }

  /** Whoever asks must hold a token, and may ask of others with the role admin or service. */
  #refusal(req: HttpRequest): HttpResponse | null {
    const own = req.header('x-auth-token') ?? ''
    const body = this.tokens.find(own)
    if (body === null) return fault(401)
    const roles = (body.roles ?? []) as readonly { readonly name?: string }[]
    const isTrusted = roles.some(({ name }) => name === 'admin' || name === 'service')
    return isTrusted || own === req.header('x-subject-token') ? null : fault(403)
  }

  /** A token without a scope has no catalog; one that was put in has its own or none. */
  #told(token: TokenBody, req: HttpRequest): object {
    const { catalog = token.roles === undefined ? undefined : this.#catalog(req), ...rest } = token
    return catalog === undefined || catalog === null || isSet(req, 'nocatalog') ? rest : { ...rest, catalog }
  }

  #catalog(req: HttpRequest): readonly object[] {
    const identity = { type: 'identity', name: 'keystone', url: `http://${req.host}` }
    return [identity, ...this.#directory.services].map(({ type, name, url }) => ({
      id: idOf('service', name),
      type,
      name,
      endpoints: ['public', 'internal', 'admin'].map((kind) => ({
        id: idOf('endpoint', `${name} ${kind}`),
        interface: kind,
        region: 'RegionOne',
        region_id: 'RegionOne',
        url,
      })),
    }))
  }

  /** For tests that run in another process: `PUT /stand-in/mood`, `PUT /stand-in/tokens/TEXT`. */
  async #steer(req: HttpRequest, path: string): Promise<HttpResponse> {
    if (req.method !== 'PUT') return fault(405)
    const given = await req.body.json()
    if (typeof given !== 'object' || given === null) throw new HttpError(400, 'this needs an object')
    const name = /^\/stand-in\/tokens\/([^/]+)$/u.exec(path)?.[1]
    if (name !== undefined) {
      const inAnHour = new Date(this.#now() + 3_600_000).toISOString()
      this.tokens.put(decodeURIComponent(name), { expires_at: inAnHour, catalog: null, ...given })
    } else if (path === '/stand-in/mood') this.mood = given
    else return fault(404)
    return empty(204)
  }
}

function isSet(req: HttpRequest, name: string): boolean {
  return req.query.has(name) && req.query.get(name) !== '0'
}

function versionOf(req: HttpRequest): object {
  return {
    id: 'v3.14',
    status: 'stable',
    updated: '2020-04-07T00:00:00Z',
    links: [{ rel: 'self', href: `http://${req.host}/v3/` }],
    'media-types': [{ base: 'application/json', type: 'application/vnd.openstack.identity-v3+json' }],
  }
}

function tokenAnswer(token: string, body: object, status: number): HttpResponse {
  return json({ token: body }, status, { 'x-subject-token': token, vary: 'X-Auth-Token' })
}

const titles: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  503: 'Service Unavailable',
}

function fault(code: number): HttpResponse {
  const title = titles[code] ?? 'Error'
  if (code >= 600 || code < 200) return text(title, 500)
  return json({ error: { code, title, message: `${title} (a stand-in for Keystone)` } }, code)
}
