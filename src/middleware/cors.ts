// Cross-origin resource sharing, with the behaviour of oslo.middleware's filter: the app answers first,
// preflight requests too, and its answer is decorated. Runs in workers. Costs a request without an
// Origin header one look at it.
import { appendVary, type Filter, type FilterFactory, type HttpRequest, type HttpResponse } from '../http/index.ts'
import { dispose, isStream } from '../http/normalise.ts'
import type { Logger } from '../log/index.ts'
import { withResponse } from './answer.ts'
import { ofAuthentication } from './place.ts'
import { corsGroup, type CorsSettings } from './options.ts'

/** Headers that need no permission. */
const simpleHeaders = [
  'accept',
  'accept-language',
  'cache-control',
  'content-language',
  'content-type',
  'expires',
  'last-modified',
  'pragma',
]

export function cors(settings: CorsSettings): Filter {
  const origins = new Set(settings.allowed_origin ?? [])
  const decorate = decorator(settings)
  /** What `Access-Control-Allow-Origin` says to an origin; null when it may not read the answer. */
  const grantFor = (origin: string): string | null => (origins.has(origin) ? origin : origins.has('*') ? '*' : null)
  return (app) => (req) => {
    const { origin } = req.headers
    const grant = origin === undefined ? null : grantFor(origin)
    const isPreflight = req.method === 'OPTIONS'
    if (grant === null && !isPreflight) return app(req)
    // Errors too: browsers hide a response from scripts when it is not decorated.
    return withResponse(app, req, (response) => decorate(req, response, grant))
  }
}

type Decorate = (req: HttpRequest, response: HttpResponse, grant: string | null) => HttpResponse

function decorator(settings: CorsSettings): Decorate {
  const methods = new Set(settings.allow_methods)
  const permitted = new Set([...simpleHeaders, ...settings.allow_headers.map((name) => name.toLowerCase())])
  const exposed = settings.expose_headers.join(',')

  const allow = (response: HttpResponse, grant: string): void => {
    response.headers['access-control-allow-origin'] = grant
    // Browsers refuse credentials together with a star, and the star then means less than it says.
    if (settings.allow_credentials && grant !== '*') response.headers['access-control-allow-credentials'] = 'true'
  }

  const preflight = (req: HttpRequest, response: HttpResponse, grant: string): void => {
    const method = req.header('access-control-request-method')
    const asked = namesIn(req.header('access-control-request-headers'))
    if (method === undefined || !methods.has(method)) return
    if (!asked.every((name) => permitted.has(name.toLowerCase()))) return
    appendVary(response, 'Origin')
    allow(response, grant)
    if (settings.max_age > 0) response.headers['access-control-max-age'] = settings.max_age
    response.headers['access-control-allow-methods'] = method
    if (asked.length > 0) response.headers['access-control-allow-headers'] = asked.join(',')
  }

  return (req, given, grant) => {
    // Set further inside: whoever did that knows better.
    if (given.headers['access-control-allow-origin'] !== undefined) return given
    if (req.method === 'OPTIONS') {
      const response = succeeded(given)
      if (grant !== null) preflight(req, response, grant)
      return response
    }
    if (grant === null) return given
    appendVary(given, 'Origin')
    allow(given, grant)
    if (exposed !== '') given.headers['access-control-expose-headers'] = exposed
    return given
  }
}

/** Most apps know no OPTIONS: a preflight request must not fail for that. */
function succeeded(response: HttpResponse): HttpResponse {
  if (response.status >= 200 && response.status < 300) return response
  if (isStream(response.body)) dispose(response.body)
  return { status: 200, headers: {}, body: null }
}

function namesIn(list: string | undefined): string[] {
  if (list === undefined) return []
  return list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

/** Says once, at start, what an operator would else look for in a browser's console. */
function warnOfStar(
  { allowed_origin: origins, allow_credentials: credentials }: CorsSettings,
  log: Pick<Logger, 'warn'>,
): void {
  if (credentials && origins?.includes('*')) {
    log.warn(
      'allowed_origin has "*": credentials are not allowed for it, browsers would refuse them; name the origins that need them',
    )
  }
}

/** `paste.filter_factory`. Without `allowed_origin` no origin is let in. */
export const filterFactory = Object.assign(
  ((_globalConf, settings, { log }) => {
    warnOfStar(settings, log)
    return cors(settings)
  }) satisfies FilterFactory<CorsSettings>,
  { options: corsGroup, place: { outside: ofAuthentication('a preflight request has no token: it is turned away') } },
)
