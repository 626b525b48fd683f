// Lets in who brings a token that Keystone knows, and tells the apps inside who that is, by the headers of
// keystonemiddleware's auth_token. Runs in workers. Not here yet: service tokens, memcached, access
// rules of application credentials, TLS settings (NODE_EXTRA_CA_CERTS names a CA of your own).
import { SlipwayError } from '../errors.ts'
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
import { KeystoneClient, KeystoneUnavailable } from './keystone/client.ts'
import { setHeader, stripIdentity } from './keystone/identity-headers.ts'
import type { ValidToken } from './keystone/token.ts'
import { TokenCache } from './keystone/token-cache.ts'
import { authTokenGroup, type AuthTokenSettings } from './options.ts'

/** A catalog makes a token some tens of kilobytes large. */
const mostTokens = 2000

/** @throws SlipwayError SLIPWAY_CONFIG_REQUIRED without auth_url, a user and a password */
export function authToken(settings: AuthTokenSettings, log: Pick<Logger, 'error'>): Filter {
  const { auth_url: authUrl, delay_auth_decision: isDelayed } = settings
  if (authUrl === null) throw missing('auth_url')
  if (settings.username === null && settings.user_id === null) throw missing('username')
  if (settings.password === null) throw missing('password')
  const client = new KeystoneClient({ ...settings, auth_url: authUrl })
  const cache = new TokenCache(settings.token_cache_time * 1000, mostTokens)
  const challenge = `Keystone uri="${settings.www_authenticate_uri === null || settings.www_authenticate_uri === '' ? authUrl : settings.www_authenticate_uri}"`
  const ask = (token: string): Promise<ValidToken | null> => client.validate(token)

  /** The app's own 401 tells the client where to get a token, too. */
  const challenged = (response: HttpResponse): HttpResponse => {
    if (response.status === 401) response.headers['www-authenticate'] ??= challenge
    return response
  }

  const letIn = (app: App, req: HttpRequest, token: ValidToken | null): HttpResponse | Promise<HttpResponse> => {
    const { message } = req.node
    if (token === null) {
      if (!isDelayed) return rejection(challenge)
      setHeader(message, 'x-identity-status', 'Invalid')
    } else for (const [name, value] of token.headers) setHeader(message, name, value)
    return withResponse(app, req, challenged)
  }

  const unavailable = (error: unknown): null | HttpResponse => {
    if (!(error instanceof KeystoneUnavailable)) throw error
    log.error({ err: error }, `no token can be validated: ${error.message}`)
    return isDelayed ? null : text('The Keystone service is temporarily unavailable.\n', 503)
  }

  return (app) => (req) => {
    stripIdentity(req.node.message)
    const given = tokenOf(req)
    if (given === null) return letIn(app, req, null)
    const token = cache.get(given, ask)
    if (!(token instanceof Promise)) return letIn(app, req, token)
    return token.then(
      (valid) => letIn(app, req, valid),
      (error: unknown) => unavailable(error) ?? letIn(app, req, null),
    )
  }
}

function tokenOf(req: HttpRequest): string | null {
  const token = (req.header('x-auth-token') ?? req.header('x-storage-token'))?.trim()
  return token === undefined || token === '' ? null : token
}

function rejection(challenge: string): HttpResponse {
  const message = 'The request you have made requires authentication.'
  return json({ error: { code: 401, title: 'Unauthorized', message } }, 401, { 'www-authenticate': challenge })
}

function missing(name: string): SlipwayError {
  return new SlipwayError('SLIPWAY_CONFIG_REQUIRED', `option "keystone_authtoken.${name}" has no value and needs one`, {
    hint: 'set it in [keystone_authtoken] of the configuration; auth_token is in the pipeline',
  })
}

/** `paste.filter_factory` */
export const filterFactory = Object.assign(
  ((_globalConf, settings, { log }) => authToken(settings, log)) satisfies FilterFactory<AuthTokenSettings>,
  { options: authTokenGroup },
)
