// Lets in who brings a token that Keystone knows, and tells the apps inside who that is, by the headers of
// keystonemiddleware's auth_token. Runs in workers. Tokens are kept in the worker's memory; memcached is not used.
import { group, type Config, type Option } from '../config/index.ts'
import {
  type App,
  type Filter,
  type FilterFactory,
  type HttpRequest,
  type HttpResponse,
  json,
  text,
} from '../http/index.ts'
import type { Logger } from '../log/index.ts'
import { withResponse } from './answer.ts'
import { judgeRules } from './keystone/access-rules.ts'
import { KeystoneClient } from './keystone/client.ts'
import { setHeader, stripIdentity } from './keystone/identity-headers.ts'
import { authTokenGroup, type AuthTokenSettings, loginOptions, withoutEmpty } from './keystone/options.ts'
import type { ValidToken } from './keystone/token.ts'
import { isBindAccepted } from './keystone/token-bind.ts'
import { TokenCache } from './keystone/token-cache.ts'
import { KeystoneUnavailable } from './keystone/unavailable.ts'
import { UserAuth } from './keystone/user-auth.ts'
import { authentication } from './place.ts'

/** An answer of Keystone is about a kilobyte, with a catalog up to a hundred, and takes some three times that to keep. */
const mostTokens = 10_000
const mostCharacters = 16 << 20

type Log = Pick<Logger, 'error' | 'warn'>

/** The tokens of one request, judged. A service token that is not valid is `false`. */
interface Verdict {
  readonly user: ValidToken | null
  readonly service: ValidToken | null | false
}

type Later<T> = T | Promise<T>

/**
 * @throws SlipwayError SLIPWAY_CONFIG_REQUIRED without auth_url or what the login needs, SLIPWAY_INPUT_MISSING for a
 * certificate that cannot be read
 * @param onClose takes what ends the connections to Keystone
 */
export function authToken(settings: AuthTokenSettings, log: Log, onClose?: (release: () => void) => void): Filter {
  const guard = new Guard(settings, log)
  onClose?.(() => guard.close())
  return (app) => (req) => guard.handle(app, req)
}

class Guard {
  readonly #settings: AuthTokenSettings
  readonly #log: Log
  readonly #client: KeystoneClient
  readonly #cache: TokenCache
  readonly #challenge: string
  readonly #serviceRoles: ReadonlySet<string>
  readonly #warned = new Set<string>()

  constructor(given: AuthTokenSettings, log: Log) {
    const settings = withoutEmpty(given)
    this.#settings = settings
    this.#log = log
    this.#client = new KeystoneClient(settings)
    this.#cache = new TokenCache({
      keepMs: settings.token_cache_time * 1000,
      most: mostTokens,
      mostSize: mostCharacters,
    })
    this.#challenge = `Keystone uri="${settings.www_authenticate_uri ?? settings.auth_url}"`
    this.#serviceRoles = new Set(settings.service_token_roles)
    if (settings.insecure) this.#warnOnce('insecure = true: any certificate of Keystone is believed')
    if (!settings.service_token_roles_required) {
      this.#warnOnce('service_token_roles_required = false: any valid token counts as that of a service')
    }
  }

  close(): void {
    this.#client.close()
  }

  handle(app: App, req: HttpRequest): Later<HttpResponse> {
    stripIdentity(req.node.message)
    const verdict = this.#judge(req)
    if (!(verdict instanceof Promise)) return this.#decide(app, req, verdict)
    return verdict.then(
      (settled) => this.#decide(app, req, settled),
      (error: unknown) => {
        if (!(error instanceof KeystoneUnavailable)) throw error
        return text('The Keystone service is temporarily unavailable.\n', 503)
      },
    )
  }

  #judge(req: HttpRequest): Later<Verdict> {
    const service = tokenIn(req.header('x-service-token'))
    if (service === null) return then(this.#judgeUser(req, false, false), (user) => ({ user, service: null }))
    return then(this.#validate(service, false), (found) => {
      const isService = found !== null && found.roles.some((role) => this.#serviceRoles.has(role))
      const isAccepted = isService || (found !== null && !this.#settings.service_token_roles_required)
      const judged = this.#judgeUser(req, isService, true)
      return then(judged, (user) => ({ user, service: isAccepted && found }))
    })
  }

  #judgeUser(req: HttpRequest, isExpiredAllowed: boolean, hasServiceToken: boolean): Later<ValidToken | null> {
    const given = userToken(req)
    if (given === null) return null
    return then(this.#validate(given, isExpiredAllowed), (token) => {
      if (token === null) return null
      const { token: description } = token.info
      const path = `${req.scriptName}${req.pathInfo}`
      const request = { method: req.method, path, isOfService: hasServiceToken }
      const { isAllowed, warning } = judgeRules(description, request, this.#settings.service_type)
      if (warning !== undefined) this.#warnOnce(warning)
      const isBound = !hasServiceToken && !isBindAccepted(description, this.#settings.enforce_token_bind)
      return isAllowed && !isBound ? token : null
    })
  }

  #validate(token: string, isExpiredAllowed: boolean): Later<ValidToken | null> {
    // What no header can hold is none of Keystone's; two headers come as one with a comma and a space.
    if (!/^[!-~]+$/u.test(token)) return null
    const ask = (asked: string): Promise<ValidToken | null> => this.#client.validate(asked, isExpiredAllowed)
    const found = this.#cache.get(token, ask, isExpiredAllowed)
    return found instanceof Promise ? found.catch((error: unknown) => this.#unavailable(error)) : found
  }

  #unavailable(error: unknown): null {
    if (!(error instanceof KeystoneUnavailable)) throw error
    this.#log.error({ err: error }, `no token can be validated: ${error.message}`)
    if (this.#settings.delay_auth_decision) return null
    throw error
  }

  #decide(app: App, req: HttpRequest, { user, service }: Verdict): Later<HttpResponse> {
    const { message } = req.node
    if ((user === null || service === false) && !this.#settings.delay_auth_decision) return this.#rejection()
    if (user === null) setHeader(message, 'x-identity-status', 'Invalid')
    else {
      for (const [name, value] of user.headers) setHeader(message, name, value)
      req.environ['keystone.token_info'] = user.info
    }
    if (service === false) setHeader(message, 'x-service-identity-status', 'Invalid')
    else if (service !== null) for (const [name, value] of service.serviceHeaders) setHeader(message, name, value)
    req.environ['keystone.token_auth'] = new UserAuth({
      user: user?.info.token ?? null,
      service: (service || null)?.info.token ?? null,
      userToken: user === null ? null : userToken(req),
      ownToken: this.#ownToken,
    })
    return withResponse(app, req, this.#challenged)
  }

  readonly #ownToken = (): Promise<string> => this.#client.ownToken()

  /** The app's own 401 tells the client where to get a token, too. */
  readonly #challenged = (response: HttpResponse): HttpResponse => {
    if (response.status !== 401) return response
    const own = response.headers['www-authenticate']
    if (own === undefined) response.headers['www-authenticate'] = this.#challenge
    else response.headers['www-authenticate'] = [...(typeof own === 'object' ? own : [String(own)]), this.#challenge]
    return response
  }

  #rejection(): HttpResponse {
    const message = 'The request you have made requires authentication.'
    return json({ error: { code: 401, title: 'Unauthorized', message } }, 401, { 'www-authenticate': this.#challenge })
  }

  #warnOnce(text: string): void {
    if (this.#warned.has(text)) return
    this.#warned.add(text)
    this.#log.warn(text)
  }
}

/** An empty X-Auth-Token is one. */
function userToken(req: HttpRequest): string | null {
  return tokenIn(req.header('x-auth-token') ?? req.header('x-storage-token'))
}

function tokenIn(header: string | undefined): string | null {
  const token = header?.trim()
  return token === undefined || token === '' ? null : token
}

/** No promise is made where there is none. */
function then<T, U>(value: Later<T>, use: (value: T) => Later<U>): Later<U> {
  return value instanceof Promise ? value.then(use) : use(value)
}

/** The login may have a section of its own, which other clients of the service share. */
function withLoginSection(settings: AuthTokenSettings, config: Config): AuthTokenSettings {
  const { auth_section: section } = settings
  if (section === null || section === '' || section === authTokenGroup.name) return settings
  return { ...settings, ...config.get(group<Record<string, Option>>(section, loginOptions)) }
}

/** `paste.filter_factory` */
export const filterFactory = Object.assign(
  (_globalConf: object, settings: AuthTokenSettings, context: Parameters<FilterFactory>[2]) =>
    authToken(withLoginSection(settings, context.config), context.log, (release) => context.onClose(release)),
  { options: authTokenGroup, place: { roles: [authentication] } },
) satisfies FilterFactory<AuthTokenSettings>
