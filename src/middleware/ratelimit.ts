// Refuses requests of a user, a project or an address that come faster than the operator allows, with the
// fault that nova's clients know. Runs in workers, and each worker counts for itself: with N of them a client
// may get N times as much.
import { group, int, str, type ValuesOf } from '../config/index.ts'
import type { Where } from '../errors.ts'
import { type Filter, type FilterFactory, HttpError, type HttpRequest, type HttpResponse } from '../http/index.ts'
import { withResponse } from './answer.ts'
import { faultResponse } from './fault-wrap.ts'
import { RateLedger, type Standing } from './rate-ledger.ts'
import { parseLimits } from './rate-limits.ts'

export const ratelimitGroup = group('ratelimit', {
  limits: str({
    default:
      '(POST, *, .*, 120, MINUTE);(PUT, *, .*, 120, MINUTE);(PATCH, *, .*, 120, MINUTE);(DELETE, *, .*, 120, MINUTE)',
    help: 'Limits of each worker for each key, with ; between them: (METHOD, path for the message, regular expression for path and query below the mount, number, SECOND | MINUTE | HOUR | DAY). * is every method.',
  }),
  key: str({
    default: 'user',
    choices: {
      user: 'the user that an identity filter further out has found; the address without one',
      project: 'the project, in the same way',
      address: 'the address of the client',
      header: 'the value of key_header; the address without it',
    },
    help: 'What requests are counted by.',
  }),
  key_header: str({ default: 'x-api-key', help: 'The header of key = header.' }),
  status: int({ default: 429, choices: [413, 429], help: 'Status of a refusal; clients of old nova expect 413.' }),
  max_keys: int({
    default: 10_000,
    min: 1,
    help: 'Keys that are remembered. Past that, the one that was quiet for longest is forgotten.',
  }),
})

export type RatelimitSettings = ValuesOf<typeof ratelimitGroup>

/**
 * @param now a clock in seconds that does not go back
 * @throws SlipwayError SLIPWAY_CONFIG_VALUE for a limit that cannot be read
 */
export function ratelimit(
  settings: RatelimitSettings,
  where: Where | null = null,
  now: () => number = () => performance.now() / 1000,
): Filter {
  const limits = parseLimits(settings.limits, where)
  const ledger = new RateLedger(limits, settings.max_keys)
  const keyOf = keyBy(settings)
  return (app) => (req) => {
    const target = req.queryString === '' ? req.pathInfo : `${req.pathInfo}?${req.queryString}`
    const standing = ledger.take(keyOf(req), req.method, target, now())
    if (standing === null) return app(req)
    if (standing.retryAfter > 0) return told(refusal(standing, settings.status), standing)
    return withResponse(app, req, (response) => told(response, standing))
  }
}

/**
 * Of whom a request is. Identity headers do not count: further out than authentication they are what a client likes.
 * What kind of key it is stands before it: a user may be called like an address.
 */
function keyBy({ key, key_header: name }: RatelimitSettings): (req: HttpRequest) => string {
  const valueOf = {
    user: ({ environ }: HttpRequest) => environ.context?.userId,
    project: ({ environ }: HttpRequest) => environ.context?.projectId,
    header: (req: HttpRequest) => req.header(name),
    address: () => undefined,
  }[key]
  return (req) => {
    const value = valueOf(req)
    return value ? `${key} ${value}` : `address ${req.remoteAddress ?? 'unix'}`
  }
}

function refusal({ limit, retryAfter }: Standing, status: number): HttpResponse {
  const { value, method, uri, unit } = limit
  const requests = `${method === '*' ? '' : `${method} `}request${value === 1 ? '' : 's'}`
  const error = new HttpError(status, 'There were too many requests.', {
    headers: { 'retry-after': Math.ceil(retryAfter) },
  })
  return faultResponse(error, error.message, {
    details: `Only ${value} ${requests} to ${uri} in a ${unit.toLowerCase()}.`,
  })
}

/** The limit that is closest to its end, in the headers that most clients look at. */
function told(response: HttpResponse, { limit, remaining, reset }: Standing): HttpResponse {
  const { headers } = response
  headers['x-ratelimit-limit'] = limit.value
  headers['x-ratelimit-remaining'] = remaining
  headers['x-ratelimit-reset'] = Math.ceil(reset)
  return response
}

/** `paste.filter_factory` */
export const filterFactory = Object.assign(
  ((_globalConf, settings, { where }) => ratelimit(settings, where)) satisfies FilterFactory<RatelimitSettings>,
  { options: ratelimitGroup },
)
