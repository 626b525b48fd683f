// The public surface of the room: the filters as functions, for pipelines that are made in code, and
// what they hand inward. Deployment files name the factories in each filter's own file.
export { authToken } from './auth-token.ts'
export { basicAuth } from './basic-auth.ts'
export { catchErrors } from './catch-errors.ts'
export { compress, compressGroup, type CompressSettings } from './compress.ts'
export { correlationId } from './correlation-id.ts'
export { cors } from './cors.ts'
export { debug, debugGroup, type DebugSettings } from './debug.ts'
export { faultResponse, faultWrap } from './fault-wrap.ts'
export { type HealthBackend, type HealthResult } from './health-backends.ts'
export { type Healthcheck, healthcheck } from './healthcheck.ts'
export { type ForwardedElement, parseForwarded } from './forwarded.ts'
export { httpProxyToWsgi } from './http-proxy-to-wsgi.ts'
export { parseHtpasswd, PasswordFile, type Users } from './htpasswd.ts'
export {
  identityContext,
  identityContextGroup,
  type IdentityContextSettings,
  unauthenticatedContext,
} from './identity-context.ts'
export type { UserAuth } from './keystone/user-auth.ts'
export type { TokenInfo } from './keystone/token.ts'
export { keystoneContext } from './keystone-context.ts'
export { legacyV2Compatible } from './legacy-v2-compatible.ts'
export { Middleware, middleware, middlewareFactory, type Processing } from './middleware.ts'
export { noAuth, noAuthToken, type NoAuthTokenOptions } from './no-auth.ts'
export { osprofiler, type ProfilerOptions } from './osprofiler.ts'
export {
  authTokenGroup,
  type AuthTokenSettings,
  basicAuthGroup,
  type BasicAuthSettings,
  corsGroup,
  type CorsSettings,
  healthcheckGroup,
  type HealthcheckSettings,
  osloMiddlewareGroup,
  type OsloMiddlewareSettings,
  prefixGroup,
  type PrefixSettings,
  profilerGroup,
  type ProfilerSettings,
  secureProxyGroup,
  type SecureProxySettings,
} from './options.ts'
export { prefix } from './prefix.ts'
export { currentSpan, type Notify, type Span, traced, type TraceEvent, traceHeaders } from './profiler/trace.ts'
export { ratelimit, ratelimitGroup, type RatelimitSettings } from './ratelimit.ts'
export { type Identity, RequestContext, setContext } from './request-context.ts'
export { type LogFields, requestId } from './request-id.ts'
export { requestLog } from './request-log.ts'
export { sizelimit } from './sizelimit.ts'
export { parseRanges, type RangeTest } from './source-ranges.ts'
export { secureProxy } from './ssl.ts'
export { statsd, statsdGroup, type StatsdSettings } from './statsd.ts'
export { versionNegotiation, versionNegotiationGroup, type VersionNegotiationSettings } from './version-negotiation.ts'
