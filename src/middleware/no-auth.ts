// Believes whoever asks: for development and for tests, never for a network with strangers in it. The
// token `user:project` names both, as in nova's noauth2; the user `admin` is an administrator. Two forms:
// without a token noauth lets the request in as nobody's, noauth2 answers with the token to use.
import { empty, type Filter, type FilterFactory, type HttpRequest, type HttpResponse } from '../http/index.ts'
import { authentication } from './place.ts'
import { type Identity, setContext } from './request-context.ts'

/** Without a token the context is anonymous. */
export function noAuth(): Filter {
  return (app) => (req) => {
    setContext(req, identityOf(req))
    return app(req)
  }
}

function identityOf(req: HttpRequest): Identity {
  const token = req.header('x-auth-token')?.trim()
  if (token === undefined || token === '') return {}
  const colon = token.indexOf(':')
  const userId = colon === -1 ? token : token.slice(0, colon)
  const projectId = colon === -1 ? '' : token.slice(colon + 1)
  const isAdmin = userId === 'admin'
  return {
    userId,
    projectId: projectId === '' ? userId : projectId,
    roles: isAdmin ? ['admin'] : [],
    isAdmin,
    authToken: token,
  }
}

export interface NoAuthTokenOptions {
  /** Whether the address told to clients ends in the project, for APIs that have it in their paths. */
  readonly projectInPath?: boolean
}

/** As nova's and cinder's: who sends no token gets one, for the user and project that two headers name. */
export function noAuthToken({ projectInPath = false }: NoAuthTokenOptions = {}): Filter {
  return (app) => (req) => {
    const { userId, ...identity } = identityOf(req)
    if (userId === undefined) return tokenFor(req, projectInPath)
    setContext(req, { userId, ...identity })
    return app(req)
  }
}

function tokenFor(req: HttpRequest, projectInPath: boolean): HttpResponse {
  const user = req.header('x-auth-user') ?? 'admin'
  const project = req.header('x-auth-project-id') ?? 'admin'
  const url = `${req.applicationUrl}${req.pathInfo}`.replace(/\/+$/u, '')
  return empty(204, {
    'x-auth-token': `${user}:${project}`,
    'x-server-management-url': projectInPath ? `${url}/${encodeURIComponent(project)}` : url,
  })
}

const place = { roles: [authentication] }

/** `paste.filter_factory`; takes no settings. */
export const filterFactory: FilterFactory = () => noAuth()

/** `paste.filter_factory`; takes no settings. */
export const tokenFilterFactory: FilterFactory = Object.assign(() => noAuthToken(), { place })

/** `paste.filter_factory`; takes no settings. */
export const projectFilterFactory: FilterFactory = Object.assign(() => noAuthToken({ projectInPath: true }), { place })
