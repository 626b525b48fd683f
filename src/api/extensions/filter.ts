// Extensions as a filter: what they have routes for is theirs, all else is the app's inside. neutron's ExtensionMiddleware.
// Made when the pipeline is built; runs in workers.
import { type App, empty, type Filter, HttpError, type HttpResponse } from '../../http/index.ts'
import { isPromise } from '../../middleware/answer.ts'
import { errorFault } from '../responses/faults.ts'
import { BadPath, Matcher } from '../routes/match.ts'
import { router } from '../routes/router.ts'
import type { ExtensionManager } from './manager.ts'
import { type ExtensionRouteOptions, extensionRoutes } from './routes.ts'

/** @throws SlipwayError SLIPWAY_ROUTE_…, SLIPWAY_API_ATTRIBUTES when the app is wrapped */
export function extensionFilter(manager: ExtensionManager, options: ExtensionRouteOptions = {}): Filter {
  return (inner) => {
    const { map, own } = extensionRoutes(manager, options, inner)
    return router(map, { fallThrough: withAllow(inner, new Matcher(map, own), options) })
  }
}

/** What the app inside does not know either is 405 where an extension has the URL for other methods. */
function withAllow(
  inner: App,
  matcher: Matcher,
  { resource: { fault = errorFault } = {} }: ExtensionRouteOptions,
): App {
  return (req) => {
    const { method, pathInfo } = req
    const { route } = req.environ
    const look = (response: HttpResponse): HttpResponse => {
      // With a route of its own, the app has said of an object that it is not there.
      if (response.status !== 404 || req.environ.route !== route) return response
      const allowed = methodsOf(matcher, pathInfo)
      if (allowed.length === 0) return response
      const headers = { allow: [...allowed, 'OPTIONS'].join(', ') }
      if (method === 'OPTIONS') return empty(204, headers)
      return fault(new HttpError(405, `The method ${method} is not allowed for this resource.`, { headers }), req)
    }
    // What is raised is for whoever turns errors into answers outside.
    const answer = inner(req)
    return isPromise(answer) ? answer.then(look) : look(answer)
  }
}

function methodsOf(matcher: Matcher, path: string): string[] {
  try {
    return matcher.allowed(path, null)
  } catch (error) {
    if (error instanceof BadPath) return []
    throw error
  }
}
