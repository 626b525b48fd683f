// Believes whoever asks: for development and for tests, never for a network with strangers in it. The
// token `user:project` names both, as in nova's noauth2; the user `admin` is an administrator.
import type { Filter, FilterFactory, HttpRequest } from '../http/index.ts'
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

/** `paste.filter_factory`; takes no settings. */
export const filterFactory: FilterFactory = () => noAuth()
