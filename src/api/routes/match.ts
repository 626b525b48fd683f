// From a request to its route: decoding, conditions, HEAD, and what handlers see of the match
// (`req.environ.route`). Runs with every request.
import { HttpError, type HttpRequest } from '../../http/index.ts'
import type { Route, RouteParams } from './contract.ts'
import type { Mapper } from './mapper.ts'
import { encodedSlash } from './requirement.ts'
import { RouteFinder } from './finder.ts'
import { isConditional } from './route.ts'
import { subDomainOf } from './sub-domain.ts'
import type { Candidate } from './walk.ts'

declare module '../../http/contract.ts' {
  interface Environ {
    /** The route that the request goes by, set by `router`; of routers in routers the inner one's. */
    route?: RouteMatch
  }
}

/** A request's route and what its path holds. */
export class RouteMatch {
  readonly route: Route
  readonly params: RouteParams
  readonly map: Mapper

  constructor(route: Route, params: RouteParams, map: Mapper) {
    this.route = route
    this.params = params
    this.map = map
  }

  get name(): string | null {
    return this.route.name
  }

  get controller(): unknown {
    return this.map.controllerOf(this.route, this.params)
  }

  /** The route's own, else the value of its variable `action`. */
  get action(): string | null {
    return this.route.action ?? this.params.action ?? null
  }

  /** The path with its variables, for logs and metrics: `/messages/{id}`. */
  get template(): string {
    return this.route.template
  }
}

/** 400: a path that is not well percent-encoded. */
export class BadPath extends HttpError {
  constructor(cause: unknown) {
    super(400, 'the path is not well percent-encoded', { cause })
  }
}

/** Looks requests up in a fixed set of routes. */
export class Matcher {
  readonly #finder: RouteFinder
  readonly #map: Mapper
  readonly #hasConditions: boolean

  constructor(map: Mapper, routes: readonly Route[]) {
    this.#map = map
    this.#finder = new RouteFinder(routes)
    this.#hasConditions = routes.some(isConditional)
  }

  /**
   * The path is raw; variables are decoded one by one, so `%2F` does not part segments. Without a request
   * conditions that need one do not hold.
   * @throws BadPath
   */
  match(method: string, path: string, req: HttpRequest | null): RouteMatch | null {
    const decoded = decodePath(path)
    const found = this.#take(decoded, method, req)
    if (method !== 'HEAD' || found?.route.methods?.has('HEAD') === true) return found
    // RFC 9110 §9.3.2: HEAD is GET without the body. A route that names HEAD was found above.
    return this.#take(decoded, 'GET', req)
  }

  /** The methods that routes of this path name, sorted. */
  allowed(path: string, req: HttpRequest | null): string[] {
    const methods = new Set<string>()
    const decoded = decodePath(path)
    for (const candidate of this.#finder.all(decoded)) {
      const { route } = candidate.entry
      if (isConditional(route) && this.#accept(route, paramsOf(candidate, decoded), req) === null) continue
      for (const method of route.methods ?? []) methods.add(method)
    }
    if (methods.has('GET')) methods.add('HEAD')
    return [...methods].toSorted()
  }

  #take(path: string, method: string, req: HttpRequest | null): RouteMatch | null {
    if (!this.#hasConditions) {
      const candidate = this.#finder.first(path, method)
      return candidate === null ? null : new RouteMatch(candidate.entry.route, paramsOf(candidate, path), this.#map)
    }
    for (const candidate of this.#finder.all(path)) {
      const { route } = candidate.entry
      if (route.methods !== null && !route.methods.has(method)) continue
      const params = this.#accept(route, paramsOf(candidate, path), req)
      if (params !== null) return new RouteMatch(route, params, this.#map)
    }
    return null
  }

  /** The variables, with those that the conditions add; null when a condition does not hold. */
  #accept(route: Route, params: Record<string, string>, req: HttpRequest | null): RouteParams | null {
    const { conditions } = route.options
    if (conditions?.subDomain !== undefined) {
      const name = req === null ? null : subDomainOf(req.host, this.#map.domains)
      const wanted = conditions.subDomain
      const holds = typeof wanted === 'boolean' ? wanted === (name !== null) : name !== null && wanted.includes(name)
      if (!holds) return null
      if (name !== null) params.sub_domain = name
    }
    if (conditions?.function === undefined) return params
    return req !== null && conditions.function(req, params) ? params : null
  }
}

/** Keys come from paths of routes and values from clients; nothing is inherited, and objects of one route keep one shape. */
const Params = function Params() {} as unknown as new () => Record<string, string>
Params.prototype = Object.create(null)

function paramsOf({ entry: { names, route }, values }: Candidate, path: string): Record<string, string> {
  const params = new Params()
  const hasSlashes = path.includes(encodedSlash)
  for (let index = 0; index < names.length; index += 1) {
    const value = values[index]
    const name = names[index]
    if (value === undefined || name === undefined) continue
    params[name] = hasSlashes ? value.replaceAll(/\uD800/gu, '/') : value
  }
  const { defaults } = route.options
  if (defaults !== undefined) for (const name in defaults) if (!params[name]) params[name] = defaults[name] ?? ''
  return params
}

function decodePath(path: string): string {
  if (!path.includes('%')) return path
  const hasSlash = path.includes('%2F') || path.includes('%2f')
  try {
    return decodeURIComponent(hasSlash ? path.replaceAll(/%2f/giu, encodedSlash) : path)
  } catch (cause) {
    throw new BadPath(cause)
  }
}
