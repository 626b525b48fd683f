// What Keystone says of a token, as the headers that the apps inside read. Pure. Made once when the token
// is validated and kept with it: a request then only copies them.

export interface ValidToken {
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
  /** Name and value; names in lower case. */
  readonly headers: readonly (readonly [string, string])[]
}

interface Named {
  readonly id?: string
  readonly name?: string
}

interface Scoped extends Named {
  readonly domain?: Named
}

/** The parts of `GET /v3/auth/tokens` that are read; everything may be missing. */
interface TokenBody {
  readonly expires_at?: string
  readonly user?: Scoped
  readonly project?: Scoped
  readonly domain?: Named
  readonly system?: { readonly all?: boolean }
  readonly roles?: readonly Named[]
  readonly is_admin_project?: boolean
  readonly catalog?: readonly Service[]
}

interface Service {
  readonly type?: string
  readonly name?: string
  readonly endpoints?: readonly { readonly region?: string; readonly interface?: string; readonly url?: string }[]
}

/** Null for an answer that names no user or no time of expiry. */
export function parseToken(body: unknown): ValidToken | null {
  if (!isRecord(body) || !isRecord(body.token)) return null
  const token = body.token as TokenBody
  const expiresAt = Date.parse(token.expires_at ?? '')
  if (!Number.isFinite(expiresAt) || !token.user?.id) return null
  return { expiresAt, headers: headersOf(token) }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function headersOf(token: TokenBody): (readonly [string, string])[] {
  const { user, project, domain } = token
  const roles = (token.roles ?? []).map((role) => role.name ?? '').join(',')
  const values: (readonly [string, string | undefined])[] = [
    ['x-identity-status', 'Confirmed'],
    ['x-user-id', user?.id],
    ['x-user-name', user?.name],
    ['x-user-domain-id', user?.domain?.id],
    ['x-user-domain-name', user?.domain?.name],
    ['x-project-id', project?.id],
    ['x-project-name', project?.name],
    ['x-project-domain-id', project?.domain?.id],
    ['x-project-domain-name', project?.domain?.name],
    ['x-domain-id', domain?.id],
    ['x-domain-name', domain?.name],
    ['openstack-system-scope', token.system?.all === true ? 'all' : undefined],
    ['x-roles', roles],
    // A token that does not say is of a deployment without an admin project: everyone is in it.
    ['x-is-admin-project', token.is_admin_project === false ? 'False' : 'True'],
    ['x-service-catalog', token.catalog && JSON.stringify(token.catalog.map(catalogEntry))],
    // Names of older releases, which apps still read.
    ['x-role', roles],
    ['x-user', user?.name],
    ['x-tenant-id', project?.id],
    ['x-tenant-name', project?.name],
    ['x-tenant', project?.name],
  ]
  return values.filter((pair): pair is readonly [string, string] => pair[1] !== undefined)
}

/** Version 3 lists an endpoint for each interface, version 2 (what the header has) one for each region. */
function catalogEntry({ type, name, endpoints = [] }: Service): object {
  const regions = new Map<string, Record<string, string>>()
  for (const { region = '', interface: kind = '', url = '' } of endpoints) {
    const entry = regions.get(region) ?? (region === '' ? {} : { region })
    entry[`${kind.toLowerCase()}URL`] = url
    regions.set(region, entry)
  }
  return { type, ...(name === undefined ? {} : { name }), endpoints: [...regions.values()] }
}
