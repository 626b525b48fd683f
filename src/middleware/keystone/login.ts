// How the service logs in to Keystone: its settings → the body of `POST /v3/auth/tokens`. Pure.
import { SlipwayError } from '../../errors.ts'
import type { LoginSettings } from './options.ts'

/** @throws SlipwayError SLIPWAY_CONFIG_REQUIRED for what the way to log in needs and is not there */
export function loginBody(settings: LoginSettings): object {
  return { auth: { identity: identityOf(settings), ...scopeOf(settings) } }
}

function identityOf(settings: LoginSettings): object {
  switch (settings.auth_type) {
    case 'password':
    case 'v3password':
      return {
        methods: ['password'],
        password: { user: { ...userOf(settings), password: needed(settings, 'password') } },
      }
    case 'token':
    case 'v3token':
      return { methods: ['token'], token: { id: needed(settings, 'token') } }
    case 'v3applicationcredential': {
      const { application_credential_id: id, application_credential_name: name } = settings
      const which =
        id === null && name !== null
          ? { name, user: userOf(settings) }
          : { id: needed(settings, 'application_credential_id') }
      const secret = needed(settings, 'application_credential_secret')
      return { methods: ['application_credential'], application_credential: { ...which, secret } }
    }
  }
}

function userOf(settings: LoginSettings): object {
  const { user_id: id, user_domain_id: domainId, user_domain_name: domainName } = settings
  if (id !== null) return { id }
  return { name: needed(settings, 'username'), domain: domainOf(settings, domainId, domainName) }
}

function domainOf(settings: LoginSettings, id: string | null, name: string | null): object {
  if (id !== null) return { id }
  if (name !== null) return { name }
  const { default_domain_id: defaultId, default_domain_name: defaultName } = settings
  return defaultId === null ? { name: defaultName ?? 'Default' } : { id: defaultId }
}

/** One at most; an application credential has its own. */
function scopeOf(settings: LoginSettings): object {
  if (settings.auth_type === 'v3applicationcredential') return {}
  const scopes = [projectScope(settings), domainScope(settings), systemScope(settings), trustScope(settings)]
  const [first, second] = scopes.filter((scope) => scope !== null)
  if (second !== undefined) {
    throw new SlipwayError(
      'SLIPWAY_CONFIG_VALUE',
      'the service logs in to more than one scope in "keystone_authtoken"',
      {
        expected: 'a project, a domain, system_scope or trust_id',
      },
    )
  }
  return first === undefined ? {} : { scope: first }
}

function projectScope(settings: LoginSettings): object | null {
  const { project_id: id, project_name: name, project_domain_id: domainId, project_domain_name: domainName } = settings
  if (id !== null) return { project: { id } }
  return name === null ? null : { project: { name, domain: domainOf(settings, domainId, domainName) } }
}

function domainScope({ domain_id: id, domain_name: name }: LoginSettings): object | null {
  if (id !== null) return { domain: { id } }
  return name === null ? null : { domain: { name } }
}

function systemScope({ system_scope: scope }: LoginSettings): object | null {
  return scope === null ? null : { system: { [scope]: true } }
}

function trustScope({ trust_id: id }: LoginSettings): object | null {
  return id === null ? null : { 'OS-TRUST:trust': { id } }
}

/** The value of an option that must be set. */
export function needed(settings: LoginSettings, name: keyof LoginSettings): string {
  const value = settings[name]
  if (value !== null && value !== '') return value
  throw new SlipwayError('SLIPWAY_CONFIG_REQUIRED', `option "keystone_authtoken.${name}" has no value and needs one`, {
    hint: 'set it in [keystone_authtoken] of the configuration; auth_token is in the pipeline',
  })
}
