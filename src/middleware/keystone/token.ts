// What Keystone says of a token, as the headers that the apps inside read. Pure. Made once when the token
// is validated and kept with it: a request then only copies them.
import { type CatalogService, catalogHeader } from './catalog.ts'

interface Named {
  readonly id?: string
  readonly name?: string
}

interface Scoped extends Named {
  readonly domain?: Named
}

export interface AccessRule {
  readonly service?: string
  readonly method?: string
  readonly path?: string
}

/** The parts of `GET /v3/auth/tokens` that are read; everything but the user's id and the end may be missing. */
export interface TokenDescription {
  readonly expires_at: string
  readonly user: Scoped & { readonly id: string }
  readonly project?: Scoped
  readonly domain?: Named
  readonly system?: { readonly all?: boolean }
  readonly roles?: readonly Named[]
  readonly is_admin_project?: boolean
  readonly catalog?: readonly CatalogService[]
  readonly bind?: Readonly<Record<string, unknown>>
  readonly application_credential?: { readonly access_rules?: readonly AccessRule[] | null }
  readonly [name: string]: unknown
}

/** What stands in the environ as `keystone.token_info`: Keystone's answer. Shared by requests, and frozen. */
export interface TokenInfo {
  readonly token: TokenDescription
}

type Header = readonly [name: string, value: string]

export interface ValidToken {
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
  readonly roles: readonly string[]
  /** Names in lower case. */
  readonly headers: readonly Header[]
  /** Those of a service that calls in the name of a user: X-Service-*. */
  readonly serviceHeaders: readonly Header[]
  readonly info: TokenInfo
  /** Characters of Keystone's answer: what it costs to keep. */
  readonly size: number
}

/** Null for an answer that names no user or no time of expiry. */
export function parseToken(text: string, withCatalog = true): ValidToken | null {
  const info = readInfo(text)
  if (info === null) return null
  const { token } = info
  const expiresAt = Date.parse(token.expires_at)
  if (!Number.isFinite(expiresAt)) return null
  const roles = (token.roles ?? []).flatMap(({ name }) => (typeof name === 'string' ? [name] : []))
  return {
    expiresAt,
    roles,
    headers: userHeaders(token, roles, withCatalog),
    serviceHeaders: [['x-service-identity-status', 'Confirmed'], ...told('x-service-', identityOf(token, roles))],
    info,
    size: text.length,
  }
}

function readInfo(text: string): TokenInfo | null {
  let info: unknown
  try {
    info = JSON.parse(text, (_name, value: unknown) => (isRecord(value) ? Object.freeze(value) : value))
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
  if (!isRecord(info) || !isRecord(info.token) || !isRecord(info.token.user)) return null
  const { user, expires_at: end, roles, catalog } = info.token
  const isWhole = typeof user.id === 'string' && user.id !== '' && typeof end === 'string'
  const hasLists = isRecords(roles) && isRecords(catalog)
  return isWhole && hasLists ? (info as unknown as TokenInfo) : null
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function isRecords(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.every(isRecord))
}

type Values = Readonly<Record<string, unknown>>

function identityOf({ user, project, domain }: TokenDescription, roles: readonly string[]): Values {
  return {
    'user-id': user.id,
    'user-name': user.name,
    'user-domain-id': user.domain?.id,
    'user-domain-name': user.domain?.name,
    'project-id': project?.id,
    'project-name': project?.name,
    'project-domain-id': project?.domain?.id,
    'project-domain-name': project?.domain?.name,
    'domain-id': domain?.id,
    'domain-name': domain?.name,
    roles: roles.join(','),
  }
}

function userHeaders(token: TokenDescription, roles: readonly string[], withCatalog: boolean): Header[] {
  const { user, project, catalog } = token
  return [
    ['x-identity-status', 'Confirmed'],
    ...told('x-', identityOf(token, roles)),
    ...told('', { 'openstack-system-scope': token.system?.all === true ? 'all' : undefined }),
    // A token that does not say is of a deployment without an admin project: everyone is in it.
    ['x-is-admin-project', token.is_admin_project === false ? 'False' : 'True'],
    ...told('', { 'x-service-catalog': withCatalog && catalog ? catalogHeader(catalog) : undefined }),
    // Names of older releases, which apps still read.
    ...told('x-', {
      role: roles.join(','),
      user: user.name,
      'tenant-id': project?.id,
      'tenant-name': project?.name,
      tenant: project?.name,
    }),
  ]
}

/** What is no text says nothing. A name with a line break could look like two headers to a gateway behind us. */
function told(prefix: string, values: Values): Header[] {
  return Object.entries(values).flatMap(([name, value]): Header[] =>
    typeof value === 'string' ? [[prefix + name, value.replaceAll(/\p{Cc}/gu, '?')]] : [],
  )
}
