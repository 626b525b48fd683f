// The public surface of the room: the filters as functions, for pipelines that are made in code, and
// what they hand inward. Deployment files name the factories in each filter's own file.
export { authToken } from './auth-token.ts'
export { catchErrors } from './catch-errors.ts'
export { cors } from './cors.ts'
export { type HealthBackend, type HealthResult } from './health-backends.ts'
export { type Healthcheck, healthcheck } from './healthcheck.ts'
export { type ForwardedElement, parseForwarded } from './forwarded.ts'
export { httpProxyToWsgi } from './http-proxy-to-wsgi.ts'
export { keystoneContext } from './keystone-context.ts'
export { noAuth } from './no-auth.ts'
export {
  authTokenGroup,
  type AuthTokenSettings,
  corsGroup,
  type CorsSettings,
  healthcheckGroup,
  type HealthcheckSettings,
  osloMiddlewareGroup,
  type OsloMiddlewareSettings,
  prefixGroup,
  type PrefixSettings,
} from './options.ts'
export { prefix } from './prefix.ts'
export { type Identity, RequestContext, setContext } from './request-context.ts'
export { type LogFields, requestId } from './request-id.ts'
export { requestLog } from './request-log.ts'
export { sizelimit } from './sizelimit.ts'
export { parseRanges, type RangeTest } from './source-ranges.ts'
