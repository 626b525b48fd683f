// The options of auth_token, under the names of keystonemiddleware and keystoneauth. Those that have no use here are
// read and ignored, with a warning, so that the files of services in operation can be taken as they are.
import { bool, float, group, int, list, type Option, str, type ValuesOf } from '../../config/index.ts'
import { ignored } from '../ignored-option.ts'

/** How the service logs in; `auth_section` may name another group that has them. */
export const loginOptions = {
  auth_url: str({
    deprecatedNames: ['identity_uri'],
    help: 'Address of Keystone for this service: http://keystone:5000.',
  }),
  auth_type: str({
    choices: ['password', 'v3password', 'token', 'v3token', 'v3applicationcredential'],
    default: 'password',
    deprecatedNames: ['auth_plugin'],
    help: 'How the service logs in.',
  }),
  username: str({ deprecatedNames: ['user_name', 'admin_user'], help: 'User of the service.' }),
  user_id: str({ help: 'The same by id.' }),
  password: str({ secret: true, deprecatedNames: ['admin_password'], help: 'Its password.' }),
  user_domain_id: str({ help: 'Domain of the user, by id.' }),
  user_domain_name: str({ help: 'Domain of the user, by name; Default unless set.' }),
  default_domain_id: str({ help: 'Domain of the user and of the project where these say none, by id.' }),
  default_domain_name: str({ help: 'The same by name.' }),
  token: str({ secret: true, help: 'For auth_type v3token: a token to log in with.' }),
  application_credential_id: str({ help: 'For auth_type v3applicationcredential: its id.' }),
  application_credential_name: str({ help: 'The same by name, with the user whose it is.' }),
  application_credential_secret: str({ secret: true, help: 'Its secret.' }),
  project_id: str({ deprecatedNames: ['tenant_id'], help: 'Project that the service logs in to, by id.' }),
  project_name: str({ deprecatedNames: ['tenant_name', 'admin_tenant_name'], help: 'The same by name.' }),
  project_domain_id: str({ help: 'Domain of the project, by id.' }),
  project_domain_name: str({ help: 'Domain of the project, by name; Default unless set.' }),
  system_scope: str({ help: 'Log in to the whole deployment in place of a project: all.' }),
  domain_id: str({ help: 'Log in to a domain in place of a project, by id.' }),
  domain_name: str({ help: 'The same by name.' }),
  trust_id: str({ help: 'Log in to a trust in place of a project.' }),
}

const cachesInProcess = 'Each worker keeps tokens in its own memory, within bounds.'
const oneAddress = 'The whole address is auth_url.'
const noSigning = 'Keystone has no signed tokens any more.'

const ignoredOptions = {
  memcached_servers: ignored(cachesInProcess, { deprecatedNames: ['memcache_servers'] }),
  memcache_security_strategy: ignored(cachesInProcess),
  memcache_secret_key: ignored(cachesInProcess, { secret: true }),
  memcache_pool_dead_retry: ignored(cachesInProcess),
  memcache_pool_maxsize: ignored(cachesInProcess),
  memcache_pool_socket_timeout: ignored(cachesInProcess),
  memcache_pool_unused_timeout: ignored(cachesInProcess),
  memcache_pool_conn_get_timeout: ignored(cachesInProcess),
  memcache_use_advanced_pool: ignored(cachesInProcess),
  memcache_sasl_enabled: ignored(cachesInProcess),
  memcache_username: ignored(cachesInProcess),
  memcache_password: ignored(cachesInProcess, { secret: true }),
  cache: ignored(cachesInProcess),
  auth_version: ignored('Version 3 of the Identity API is the only one.'),
  auth_host: ignored(oneAddress),
  auth_port: ignored(oneAddress),
  auth_protocol: ignored(oneAddress),
  auth_admin_prefix: ignored(oneAddress),
  admin_token: ignored('Keystone has no such token any more: the service logs in with username and password.', {
    secret: true,
  }),
  signing_dir: ignored(noSigning),
  hash_algorithms: ignored(noSigning),
  check_revocations_for_cached: ignored(noSigning),
  revocation_cache_time: ignored(noSigning),
  timeout: ignored('It is http_connect_timeout.'),
  collect_timing: ignored('The log of Keystone has the times.'),
  split_loggers: ignored('Requests to Keystone are not logged.'),
  log_name: ignored('Loggers have the name of their section.'),
}

export const authTokenGroup = group(
  'keystone_authtoken',
  {
    www_authenticate_uri: str({
      deprecatedNames: ['auth_uri'],
      help: 'Public address of Keystone, told to clients that have no token. auth_url unless set.',
    }),
    ...loginOptions,
    auth_section: str({ help: 'The section that has the options of the login, where it is not this one.' }),
    interface: str({
      default: 'internal',
      help: "Which of Keystone's addresses in the catalog of the service's own token is asked: public, internal or admin. Without one there, it is auth_url.",
    }),
    region_name: str({ help: 'The region of that address; any unless set.' }),
    delay_auth_decision: bool({
      default: false,
      help: 'Let requests without a valid token in as well; X-Identity-Status says Invalid, and the app decides.',
    }),
    include_service_catalog: bool({ default: true, help: 'Give the catalog of services to the app.' }),
    service_type: str({
      help: 'The type of this service in the catalog. Needed for application credentials with access rules.',
    }),
    service_token_roles: list({
      default: ['service'],
      help: 'Who has one of these roles is a service: its token in X-Service-Token lets expired tokens of users in.',
    }),
    service_token_roles_required: bool({
      default: true,
      help: 'Refuse tokens in X-Service-Token that have none of the roles.',
    }),
    enforce_token_bind: str({
      default: 'permissive',
      help: 'What of tokens that are bound to a way to log in: disabled, permissive, strict, required, or the name of a way.',
    }),
    token_cache_time: int({
      default: 300,
      min: -1,
      help: 'Seconds that a valid token is remembered, and one that is not at most ten. -1 asks Keystone for every request.',
    }),
    http_connect_timeout: float({ default: 10, min: 0.1, help: 'Seconds that Keystone has to answer.' }),
    http_request_max_retries: int({ default: 3, min: 0, help: 'How often a connection that fails is tried again.' }),
    cafile: str({ help: 'Authorities that sign the certificate of Keystone (PEM); those of Node unless set.' }),
    certfile: str({ help: 'Certificate that the service shows to Keystone (PEM).' }),
    keyfile: str({ help: 'Its private key (PEM), where certfile does not hold it.' }),
    insecure: bool({ default: false, help: 'Believe any certificate: whoever is in between reads the passwords.' }),
    ...ignoredOptions,
  },
  { help: 'Where tokens are validated, and how the service logs in there.' },
)

export type AuthTokenSettings = ValuesOf<typeof authTokenGroup>

export type LoginSettings = Pick<AuthTokenSettings, keyof typeof loginOptions>

/** Files have lines like `cafile =` for what is not set; a number that is set to nothing is null. */
export function withoutEmpty(settings: AuthTokenSettings): AuthTokenSettings {
  const options: Readonly<Record<string, Option>> = authTokenGroup.options
  const values = Object.entries(settings).map(([name, value]) => {
    const isEmpty = value === '' || value === null
    return [name, isEmpty ? (options[name]?.default ?? null) : value]
  })
  return Object.fromEntries(values) as AuthTokenSettings
}
