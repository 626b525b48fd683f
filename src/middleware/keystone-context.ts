// Makes the request's context from the identity headers that auth_token has set further out, as nova's
// keystonecontext does. It must stand behind such a filter: the headers are believed.
import { type Filter, type FilterFactory, HttpError, type HttpRequest } from '../http/index.ts'
import { ofAuthentication } from './place.ts'
import { type Identity, setContext } from './request-context.ts'

/** 401 without a user; 500 for a catalog that is no JSON. */
export function keystoneContext(): Filter {
  return (app) => (req) => {
    const identity = identityOf(req)
    if (identity === null) return new HttpError(401).toResponse(req)
    setContext(req, identity)
    return app(req)
  }
}

/** Null without a user. Raises an HttpError 500 for a catalog that is no JSON. */
export function identityOf(req: HttpRequest): Identity | null {
  const header = (...names: string[]): string | null => {
    for (const name of names) {
      const value = req.header(name)
      if (value !== undefined && value !== '') return value
    }
    return null
  }
  const userId = header('x-user-id', 'x-user')
  if (userId === null) return null
  const roles = rolesOf(header('x-roles', 'x-role'))
  return {
    userId,
    userName: header('x-user-name'),
    userDomainId: header('x-user-domain-id'),
    userDomainName: header('x-user-domain-name'),
    projectId: header('x-project-id', 'x-tenant-id', 'x-tenant'),
    projectName: header('x-project-name', 'x-tenant-name'),
    projectDomainId: header('x-project-domain-id'),
    projectDomainName: header('x-project-domain-name'),
    domainId: header('x-domain-id'),
    domainName: header('x-domain-name'),
    systemScope: header('openstack-system-scope'),
    roles,
    isAdmin: roles.some((role) => role.toLowerCase() === 'admin'),
    isAdminProject: header('x-is-admin-project')?.toLowerCase() !== 'false',
    serviceCatalog: catalogOf(header('x-service-catalog')),
    authToken: header('x-auth-token', 'x-storage-token'),
  }
}

function rolesOf(text: string | null): string[] {
  return (text ?? '')
    .split(',')
    .map((role) => role.trim())
    .filter((role) => role !== '')
}

/** That of the last request: mostly the same text comes again, and a catalog may be long. */
let last: { readonly text: string; readonly catalog: readonly unknown[] } | null = null

function catalogOf(text: string | null): readonly unknown[] | null {
  if (text === null) return null
  if (last?.text === text) return last.catalog
  try {
    const catalog: unknown = JSON.parse(text)
    if (Array.isArray(catalog)) {
      last = { text, catalog: Object.freeze(catalog) }
      return catalog
    }
  } catch (cause) {
    throw new HttpError(500, 'the service catalog is no JSON', { cause })
  }
  throw new HttpError(500, 'the service catalog is no list')
}

/** `paste.filter_factory`; takes no settings. */
export const filterFactory: FilterFactory = Object.assign(() => keystoneContext(), {
  place: { inside: ofAuthentication('it believes the identity headers that authentication sets or takes away') },
})
