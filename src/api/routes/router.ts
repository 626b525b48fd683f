// An app that sends requests where the map says: 404 when no route matches, 405 with `Allow` when one of another
// method does, OPTIONS answered from the same knowledge. Built once; every request of an API comes through it.
import { SlipwayError } from '../../errors.ts'
import { closeNames } from '../../diagnostic.ts'
import { type App, empty, HttpError, type HttpRequest, type HttpResponse, redirect } from '../../http/index.ts'
import { actionNames, findAction, hasAction } from './actions.ts'
import type { Route } from './contract.ts'
import type { Mapper } from './mapper.ts'
import { BadPath, Matcher, RouteMatch } from './match.ts'
import { hasVariable } from './path.ts'
import { movePathInfo } from './path-info.ts'
import { urlOf } from './url.ts'

type Answer = ReturnType<App>

/** Calls the controller of a match. */
export type Dispatch = (req: HttpRequest, match: RouteMatch) => Answer

export interface RouterOptions {
  /**
   * By default a controller that is a function is called with the request, and of one that is an object the method with the
   * action's name, with the request and the match.
   */
  readonly dispatch?: Dispatch
  /**
   * Whether a route's controller can answer it: a route that it cannot is as if it were not connected, so that its
   * path is left to other routes. By default one of a resource whose controller lacks the action is not served.
   */
  readonly serves?: (route: Route, controller: unknown) => boolean
  /** Gets what no route takes, in place of 404, 405 and 400: a router as a filter. */
  readonly fallThrough?: App
  /** Makes the answers of 400, 404 and 405; `HttpError.toResponse` unless given. */
  readonly fault?: (error: HttpError, req: HttpRequest) => Answer
}

/**
 * Routes that are connected to the map later are not seen.
 * @throws SlipwayError SLIPWAY_ROUTE_CONTROLLER: a route's controller is missing or has no such action
 */
export function router(map: Mapper, options: RouterOptions = {}): App {
  const { dispatch = callController, fallThrough, fault = (error, req) => error.toResponse(req) } = options
  const matcher = new Matcher(map, map.routes.filter(chooser(map, options)))
  return (req) => {
    const match = matchRequest(matcher, req)
    if (!(match instanceof RouteMatch)) {
      if (fallThrough !== undefined) return fallThrough(req)
      return match === null ? refuse(matcher, req, fault) : fault(match, req)
    }
    req.environ.route = match
    if (match.route.redirect !== null) return redirectTo(match, req)
    if (match.params.path_info !== undefined) movePathInfo(req, match.params.path_info)
    return dispatch(req, match)
  }
}

function matchRequest(matcher: Matcher, req: HttpRequest): RouteMatch | BadPath | null {
  try {
    return matcher.match(req.method, req.pathInfo, req)
  } catch (error) {
    if (error instanceof BadPath) return error
    throw error
  }
}

function refuse(matcher: Matcher, req: HttpRequest, fault: NonNullable<RouterOptions['fault']>): Answer {
  const allowed = matcher.allowed(req.pathInfo, req)
  if (allowed.length === 0) return fault(new HttpError(404, 'the resource could not be found'), req)
  if (!allowed.includes('OPTIONS')) allowed.push('OPTIONS')
  const headers = { allow: allowed.join(', ') }
  if (req.method === 'OPTIONS') return empty(204, headers)
  return fault(new HttpError(405, `the method ${req.method} is not allowed for this resource`, { headers }), req)
}

function redirectTo({ params, route }: RouteMatch, req: HttpRequest): HttpResponse {
  if (route.redirect === null) throw new TypeError('the route does not redirect')
  return redirect(urlOf(route.redirect.to, params, { req }), route.redirect.status)
}

const callController: Dispatch = (req, match) => {
  const { controller, action } = match
  if (typeof controller === 'function') return (controller as App)(req)
  const method = findAction(controller, action)
  // Only with the action or the controller from the path: of the others it was asked when the router was built.
  if (method === null) throw new HttpError(404, 'the resource could not be found')
  return method.call(controller, req, match) as Answer
}

/** Which routes take part. Says now what would otherwise be found by the first request. */
function chooser(map: Mapper, { dispatch, serves }: RouterOptions): (route: Route) => boolean {
  if (serves !== undefined) return (route) => route.redirect !== null || serves(route, map.controllerOf(route, {}))
  if (dispatch !== undefined) return () => true
  return (route) => {
    const { parts, redirect: elsewhere, options: own } = route
    if (elsewhere !== null || own.isStatic === true || hasVariable(parts, 'controller')) return true
    const controller = map.controllerOf(route, {})
    if (!isController(controller)) throw noController(route, controller)
    if (route.action === null && (typeof controller === 'function' || hasVariable(parts, 'action'))) return true
    if (hasAction(controller, route.action ?? '')) return true
    if (route.resource !== null) return false
    throw noAction(route, controller)
  }
}

function isController(value: unknown): value is object {
  return typeof value === 'function' || (typeof value === 'object' && value !== null)
}

function noController(route: Route, controller: unknown): SlipwayError {
  const found = typeof controller === 'string' ? `"${controller}", which the mapper does not know` : String(controller)
  return new SlipwayError('SLIPWAY_ROUTE_CONTROLLER', `the route "${route.name ?? route.path}" has no controller`, {
    found,
    expected: 'an app, an object with a method for each action, or the name of one of the mapper\'s "controllers"',
  })
}

function noAction(route: Route, controller: object): SlipwayError {
  const action = route.action ?? ''
  return new SlipwayError(
    'SLIPWAY_ROUTE_CONTROLLER',
    `the controller of route "${route.name ?? route.path}" has no action "${action}"`,
    { alternatives: () => closeNames(action, actionNames(controller)) },
  )
}
