// The options of the filters, apart from the filters: a command that only reads its configuration loads
// no filter for that. Names and defaults are those of oslo.middleware and keystonemiddleware;
// trusted_proxies is ours.
import { bool, group, int, list, str, type ValuesOf } from '../config/index.ts'

/** Who may speak for a client unless the operator says otherwise: peers that no stranger on the internet can be. */
export const defaultTrustedProxies = ['unix', 'loopback', 'linklocal', 'private'] as const

export const osloMiddlewareGroup = group(
  'oslo_middleware',
  {
    max_request_body_size: int({
      default: 114_688,
      min: 0,
      deprecatedNames: ['DEFAULT.osapi_max_request_body_size', 'DEFAULT.max_request_body_size'],
      help: 'Bytes that the body of a request may have.',
    }),
    enable_proxy_headers_parsing: bool({
      default: false,
      help: 'Take scheme, host, client address and prefix from the headers Forwarded or X-Forwarded-*. Only for a service behind a proxy.',
    }),
    trusted_proxies: list({
      default: [...defaultTrustedProxies],
      help: 'Peers whose forwarding headers are believed: addresses, networks (10.0.0.0/8), and the words loopback, linklocal, private (RFC 1918 and fc00::/7), unix (a unix socket), all. Name your proxies when clients share a private network with them.',
    }),
  },
  { help: 'Limits of requests, and the proxies in front of the service.' },
)

export type OsloMiddlewareSettings = ValuesOf<typeof osloMiddlewareGroup>

/** Of the same section, for the filters that need them: a filter tells an operator of its own settings only. */
export const basicAuthGroup = group('oslo_middleware', {
  http_basic_auth_user_file: str({
    default: '/etc/htpasswd',
    help: 'Users of basic_auth and their passwords: lines of htpasswd -B (bcrypt). Read again when it changes.',
  }),
})

export type BasicAuthSettings = ValuesOf<typeof basicAuthGroup>

export const secureProxyGroup = group('oslo_middleware', {
  secure_proxy_ssl_header: str({
    default: 'X-Forwarded-Proto',
    help: 'Of the filter ssl: the header that has the scheme of the request in front of the proxy.',
    deprecatedForRemoval: { reason: 'http_proxy_to_wsgi takes the place of the filter ssl.' },
  }),
  trusted_proxies: osloMiddlewareGroup.options.trusted_proxies,
})

export type SecureProxySettings = ValuesOf<typeof secureProxyGroup>

export const corsGroup = group(
  'cors',
  {
    allowed_origin: list({
      help: 'Origins that may read answers: https://app.example:8443, compared whole. * is every origin, without credentials.',
    }),
    allow_credentials: bool({ default: true, help: 'Whether requests may carry cookies and the like.' }),
    expose_headers: list({ default: [], help: 'Response headers that scripts may read besides the usual ones.' }),
    max_age: int({
      default: 3600,
      min: 0,
      help: 'Seconds that a browser may keep the answer to a preflight request. 0 says nothing.',
    }),
    allow_methods: list({
      default: ['OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE', 'PATCH'],
      help: 'Methods that may be used.',
    }),
    allow_headers: list({ default: [], help: 'Request headers that may be used besides the usual ones.' }),
  },
  { help: 'Which web pages of other origins may use the service.' },
)

export type CorsSettings = ValuesOf<typeof corsGroup>

export const healthcheckGroup = group(
  'healthcheck',
  {
    path: str({ default: '/healthcheck', help: 'Path that the filter answers; the app answers all of its.' }),
    detailed: bool({
      default: false,
      help: 'Tell more of the process and of each check, to the sources of allowed_source_ranges (to this machine alone when there are none).',
    }),
    backends: list({ default: [], help: 'Checks to make: disable_by_file, disable_by_files_ports, enable_by_files.' }),
    allowed_source_ranges: list({
      default: [],
      help: 'Addresses and networks that get an answer; others are treated as if there were no healthcheck. Empty: all.',
    }),
    ignore_proxied_requests: bool({ default: false, help: 'Give requests that came through a proxy no answer.' }),
    disable_by_file_path: str({ help: 'disable_by_file: the service is unhealthy while this file exists.' }),
    disable_by_file_paths: list({
      default: [],
      help: 'disable_by_files_ports: port:path, unhealthy on that port while the file exists.',
    }),
    enable_by_file_paths: list({ default: [], help: 'enable_by_files: unhealthy unless all these files exist.' }),
  },
  { help: 'What the healthcheck tells, and whom.' },
)

export type HealthcheckSettings = ValuesOf<typeof healthcheckGroup>

export const prefixGroup = group(
  'prefix',
  {
    prefix: str({ default: '/', help: 'Path that the service is known under outside: /shop.' }),
    translate_forwarded_server: bool({
      default: true,
      help: 'Take host, scheme and client address from X-Forwarded-Host (or -Server), -Scheme (or -Proto) and -For.',
    }),
    trusted_proxies: list({
      default: [...defaultTrustedProxies],
      help: 'Peers whose forwarding headers are believed, as in [oslo_middleware].',
    }),
    force_port: str({
      regex: /^(?:\d{1,5})?$/u,
      help: 'Port that links have. An empty value is the default port of the scheme.',
    }),
    scheme: str({ choices: ['http', 'https'], help: 'Scheme that links have.' }),
  },
  { help: 'The address of the service as its clients see it.' },
)

export type PrefixSettings = ValuesOf<typeof prefixGroup>

export { authTokenGroup, type AuthTokenSettings } from './keystone/options.ts'
export { profilerGroup, type ProfilerSettings } from './profiler/options.ts'
