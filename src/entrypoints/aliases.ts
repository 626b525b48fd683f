// What Python deployment files name and this package brings: distributions and modules of the
// originals stand for our own factories, so that files in the wild load unedited.
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Distribution, foldName, readDistribution } from './distribution.ts'
import { parseReference, type Reference } from './reference.ts'

export interface Alias {
  /** A reference into this package. */
  readonly reference: Reference
  readonly distribution: Distribution
}

/** This package: two folders above `dist/entrypoints`. */
export function ownDistribution(): Distribution {
  return readDistribution(dirname(fileURLToPath(new URL('../../package.json', import.meta.url))))
}

/** `egg:Dist#name` → the name of our entry point in the same group. */
const eggs = new Map<string, ReadonlyMap<string, string>>([
  [
    'paste',
    new Map([
      ['urlmap', 'urlmap'],
      ['cascade', 'cascade'],
    ]),
  ],
  ['pastedeploy', new Map([['prefix', 'prefix']])],
  ['keystonemiddleware', new Map([['auth_token', 'auth_token']])],
  [
    'osprofiler',
    new Map([
      ['main', 'osprofiler'],
      ['osprofiler', 'osprofiler'],
    ]),
  ],
  [
    'oslo-middleware',
    new Map(
      [
        'basic_auth',
        'catch_errors',
        'correlation_id',
        'cors',
        'debug',
        'healthcheck',
        'http_proxy_to_wsgi',
        'request_id',
        'sizelimit',
        'ssl',
      ].map((name) => [name, name]),
    ),
  ],
])

/** The name of our own entry point that stands for one of a Python distribution; null when none does. */
export function aliasOfEgg(distribution: string, name: string): string | null {
  return eggs.get(foldName(distribution))?.get(name) ?? null
}

/** Modules, `*` for any run of characters, and what stands for them; the first that fits. */
const modules: readonly (readonly [pattern: string, target: string])[] = [
  ['paste.urlmap:urlmap_factory', 'slipway.paste.urlmap:urlmap_factory'],
  ['paste.cascade:make_cascade', 'slipway.paste.cascade:cascade_factory'],
  ['paste.deploy.config:make_prefix_middleware', 'slipway.middleware.prefix:filter_factory'],
  ['nova.api.openstack.urlmap:urlmap_factory', 'slipway.paste.nova_urlmap:urlmap_factory'],
  ['*.urlmap:urlmap_factory', 'slipway.paste.nova_urlmap:urlmap_factory'],
  ['*:versioned_urlmap', 'slipway.paste.nova_urlmap:urlmap_factory'],
  ['*.auth:pipeline_factory*', 'slipway.paste.strategy:pipeline_factory'],
  ['*.api:pipeline_factory', 'slipway.paste.strategy:pipeline_factory'],
  // The root composites of glance and cinder are urlmaps.
  ['*.api:root_app_factory', 'slipway.paste.urlmap:urlmap_factory'],
  ['oslo*middleware*:RequestId.factory', 'slipway.middleware.request_id:filter_factory'],
  ['*.request_id:RequestId.factory', 'slipway.middleware.request_id:filter_factory'],
  ['nova.api.compute_req_id:ComputeReqIdMiddleware.factory', 'slipway.middleware.request_id:compute_filter_factory'],
  ['oslo*middleware*:CatchErrors.factory', 'slipway.middleware.catch_errors:filter_factory'],
  ['oslo*middleware*:RequestBodySizeLimiter.factory', 'slipway.middleware.sizelimit:filter_factory'],
  ['oslo*middleware*:HTTPProxyToWSGI.factory', 'slipway.middleware.http_proxy_to_wsgi:filter_factory'],
  ['oslo*middleware*:Healthcheck.factory', 'slipway.middleware.healthcheck:filter_factory'],
  ['oslo*middleware*:Healthcheck.app_factory', 'slipway.middleware.healthcheck:app_factory'],
  ['oslo*middleware*cors:filter_factory', 'slipway.middleware.cors:filter_factory'],
  ['oslo*middleware*:CORS.factory', 'slipway.middleware.cors:filter_factory'],
  ['oslo*middleware*:BasicAuthMiddleware.factory', 'slipway.middleware.basic_auth:filter_factory'],
  ['oslo*middleware*:CorrelationId.factory', 'slipway.middleware.correlation_id:filter_factory'],
  ['oslo*middleware*:Debug.factory', 'slipway.middleware.debug:filter_factory'],
  ['oslo*middleware*:SSLMiddleware.factory', 'slipway.middleware.ssl:filter_factory'],
  ['oslo*middleware*:StatsMiddleware.factory', 'slipway.middleware.statsd:filter_factory'],
  ['keystonemiddleware.auth_token:filter_factory', 'slipway.middleware.auth_token:filter_factory'],
  ['osprofiler.web:WsgiMiddleware.factory', 'slipway.middleware.osprofiler:filter_factory'],
  ['*.profiler:WsgiMiddleware.factory', 'slipway.middleware.osprofiler:filter_factory'],
  ['*:*KeystoneContext.factory', 'slipway.middleware.keystone_context:filter_factory'],
  ['nova.api.openstack.requestlog:RequestLog.factory', 'slipway.middleware.request_log:filter_factory'],
  ['*:FaultWrapper.factory', 'slipway.middleware.fault_wrap:filter_factory'],
  ['*:LegacyV2CompatibleWrapper.factory', 'slipway.middleware.legacy_v2_compatible:filter_factory'],
  ['*:RateLimitingMiddleware.factory', 'slipway.middleware.ratelimit:filter_factory'],
  ['*.auth:NoAuthMiddleware.factory', 'slipway.middleware.no_auth:token_filter_factory'],
  ['*.auth:NoAuthMiddlewareIncludeProjectID.factory', 'slipway.middleware.no_auth:project_filter_factory'],
  ['*:VersionNegotiationFilter.factory', 'slipway.middleware.version_negotiation:filter_factory'],
  ['glance.api.middleware.cache:CacheFilter.factory', 'slipway.middleware.image_cache:filter_factory'],
  ['glance.api.middleware.cache_manage:CacheManageFilter.factory', 'slipway.middleware.image_cache:filter_factory'],
  ['*.middleware.context:ContextMiddleware.factory', 'slipway.middleware.identity_context:filter_factory'],
  [
    '*.middleware.context:UnauthenticatedContextMiddleware.factory',
    'slipway.middleware.identity_context:unauthenticated_filter_factory',
  ],
  // neutron's, and tacker's: which plugins there are, a deployment file does not know.
  ['*.api.extensions:*extension_middleware_factory', 'slipway.api.extensions.filter_factory:filter_factory'],
  ['*.api.extensions:ExtensionMiddleware.factory', 'slipway.api.extensions.filter_factory:filter_factory'],
  ['*:GzipMiddleware.factory', 'slipway.middleware.compress:filter_factory'],
]

const patterns = modules.map(([pattern, target]) => ({
  expression: new RegExp(`^${pattern.replaceAll('.', String.raw`\.`).replaceAll('*', '.*')}$`, 'u'),
  target,
}))

/** Our own factory for a Python reference; null when there is none. */
export function aliasOfModule(reference: Reference): Alias | null {
  const name = `${reference.module}:${reference.attr ?? ''}`
  const alias = patterns.find(({ expression }) => expression.test(name))
  return alias ? { reference: parseReference(alias.target), distribution: ownDistribution() } : null
}
