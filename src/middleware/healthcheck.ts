// Says whether the service wants requests: to load balancers, probes and people. As an app it answers
// every path, as a filter its own only. Runs in workers; oslo.middleware's options and answers, with the
// answer 503 while the worker drains.
import type { Where } from '../errors.ts'
import {
  type App,
  type AppFactory,
  type Filter,
  type FilterFactory,
  HttpError,
  type HttpRequest,
  type HttpResponse,
} from '../http/index.ts'
import type { Logger } from '../log/index.ts'
import { backendsOf, type HealthBackend, type HealthResult } from './health-backends.ts'
import { renderHealth } from './health-report.ts'
import { parseRanges, type RangeTest } from './source-ranges.ts'
import { ofAuthentication } from './place.ts'
import { healthcheckGroup, type HealthcheckSettings } from './options.ts'

export interface Healthcheck {
  /** Answers every path; 404 to those who get no answer. */
  readonly app: App
  /** Answers its path; other requests, and those who get no answer, go on to the app inside. */
  readonly filter: Filter
}

/**
 * @param log is told of backends that are not known, as in oslo.middleware
 * @throws SlipwayError SLIPWAY_CONFIG_VALUE for a bad network or `port:path`
 */
export function healthcheck(
  settings: HealthcheckSettings,
  log: Pick<Logger, 'warn'>,
  where: Where | null = null,
): Healthcheck {
  const backends = backendsOf(settings, log, where)
  const { path } = settings
  const isAnswered = audience(settings, where)
  const seesDetails = detailsFor(settings, where)
  const answer = (req: HttpRequest): Promise<HttpResponse> => report(req, backends, seesDetails(req))
  return {
    app: (req) => (isAnswered(req) ? answer(req) : new HttpError(404).toResponse(req)),
    filter: (app) => (req) => {
      const full = req.scriptName === '' ? req.pathInfo : req.scriptName + req.pathInfo
      return full === path && isAnswered(req) ? answer(req) : app(req)
    },
  }
}

async function report(
  req: HttpRequest,
  backends: readonly HealthBackend[],
  isDetailed: boolean,
): Promise<HttpResponse> {
  const results: HealthResult[] = await Promise.all(backends.map(async (backend) => backend(req)))
  if (req.environ.draining === true) {
    results.unshift({
      kind: 'Draining',
      isAvailable: false,
      reason: 'DRAINING',
      details: 'the worker takes no new work',
    })
  }
  return renderHealth(req, results, isDetailed)
}

const proxyHeaders = [
  'forwarded',
  'x-forwarded',
  'x-forwarded-proto',
  'x-forwarded-host',
  'x-forwarded-for',
  'x-forwarded-prefix',
]

function audience(settings: HealthcheckSettings, where: Where | null): (req: HttpRequest) => boolean {
  const { allowed_source_ranges: ranges, ignore_proxied_requests: ignoresProxied } = settings
  const isAllowed: RangeTest = ranges.length === 0 ? () => true : parseRanges(ranges, 'allowed_source_ranges', where)
  return (req) =>
    isAllowed(req.remoteAddress) && !(ignoresProxied && proxyHeaders.some((name) => req.headers[name] !== undefined))
}

function detailsFor(
  { detailed, allowed_source_ranges: ranges }: HealthcheckSettings,
  where: Where | null,
): (req: HttpRequest) => boolean {
  if (!detailed) return () => false
  const isTold = parseRanges(ranges.length === 0 ? ['loopback', 'unix'] : ranges, 'allowed_source_ranges', where)
  return (req) => isTold(req.remoteAddress)
}

const place = { outside: ofAuthentication('load balancers and probes have no token: they are turned away') }

/** `paste.filter_factory` */
export const filterFactory = Object.assign(
  ((_globalConf, settings, { log, where }) =>
    healthcheck(settings, log, where).filter) satisfies FilterFactory<HealthcheckSettings>,
  { options: healthcheckGroup, place },
)

/** `paste.app_factory` */
export const appFactory = Object.assign(
  ((_globalConf, settings, { log, where }) =>
    healthcheck(settings, log, where).app) satisfies AppFactory<HealthcheckSettings>,
  { options: healthcheckGroup, place },
)
