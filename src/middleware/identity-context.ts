// Makes the request's context as glance does: of the identity headers that auth_token has confirmed
// further out, or of nothing at all, where everybody is an administrator. Runs in workers.
import { randomUUID } from 'node:crypto'
import { bool, group, int, str, type ValuesOf } from '../config/index.ts'
import { type Filter, type FilterFactory, HttpError, type HttpRequest, type HttpResponse } from '../http/index.ts'
import { withResponse } from './answer.ts'
import { identityOf } from './keystone-context.ts'
import { ofAuthentication } from './place.ts'
import { type Identity, setContext } from './request-context.ts'

export const identityContextGroup = group('DEFAULT', {
  allow_anonymous_access: bool({
    default: false,
    help: 'Let requests in of which nobody has confirmed who asks. They get a context without user, project and roles.',
  }),
  admin_role: str({ default: 'admin', help: 'The role that makes its holder an administrator.' }),
  max_request_id_length: int({
    default: 64,
    min: 0,
    help: 'Longest id of a request that a caller may give, in characters.',
  }),
})

export type IdentityContextSettings = ValuesOf<typeof identityContextGroup>

const header = 'x-openstack-request-id'

/** 401 unless the identity is confirmed or strangers are let in; the id of the request goes back to the client. */
export function identityContext(settings: IdentityContextSettings): Filter {
  return (app) => (req) => {
    takeRequestId(req, settings.max_request_id_length)
    setContext(req, confirmedIdentity(req, settings))
    return withResponse(app, req, labelled)
  }
}

function confirmedIdentity(req: HttpRequest, settings: IdentityContextSettings): Identity {
  if (req.header('x-identity-status') !== 'Confirmed') {
    if (settings.allow_anonymous_access) return {}
    throw new HttpError(401)
  }
  const identity = identityOf(req)
  if (identity === null) throw new HttpError(401)
  const roles = (identity.roles ?? []).map((role) => role.toLowerCase())
  return { ...identity, roles, isAdmin: roles.includes(settings.admin_role.trim().toLowerCase()) }
}

/**
 * The id that request_id has made further out, else the caller's, else a new one. One that is too long is refused; in the
 * original that error takes the place of the context, and the request goes on.
 */
function takeRequestId(req: HttpRequest, longest: number): void {
  const { environ } = req
  const given = req.header(header)
  if (given !== undefined && longest > 0 && given.length > longest) {
    throw new HttpError(431, `x-openstack-request-id is too long: at most ${longest} characters`)
  }
  environ.requestId ??= given === undefined || given === '' ? `req-${randomUUID()}` : prefixed(given)
}

function prefixed(id: string): string {
  return id.startsWith('req-') ? id : `req-${id}`
}

function labelled(response: HttpResponse, req: HttpRequest): HttpResponse {
  const { requestId } = req.environ
  if (requestId !== undefined) response.headers[header] ??= requestId
  return response
}

/** Everybody is an administrator: for a service that nobody but its own network reaches. */
export function unauthenticatedContext(settings: Pick<IdentityContextSettings, 'max_request_id_length'>): Filter {
  return (app) => (req) => {
    takeRequestId(req, settings.max_request_id_length)
    setContext(req, { roles: ['admin'], isAdmin: true })
    return withResponse(app, req, labelled)
  }
}

/** `paste.filter_factory` */
export const filterFactory = Object.assign(
  (_globalConf: object, settings: IdentityContextSettings) => identityContext(settings),
  {
    options: identityContextGroup,
    place: {
      roles: ['identity'],
      inside: ofAuthentication('it believes what authentication says in X-Identity-Status'),
    },
  },
) satisfies FilterFactory<IdentityContextSettings>

/** `paste.filter_factory` */
export const unauthenticatedFilterFactory = Object.assign(
  (_globalConf: object, settings: IdentityContextSettings) => unauthenticatedContext(settings),
  { options: identityContextGroup },
) satisfies FilterFactory<IdentityContextSettings>
