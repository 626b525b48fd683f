// The map of routes: connect paths to controllers, match requests, generate URLs. The behaviour of Routes 2.5;
// where it differs, test/api/routes/golden.test.ts says why. Filled at build time, read by requests.
import { closeNames } from '../../diagnostic.ts'
import { SlipwayError } from '../../errors.ts'
import type { HttpRequest } from '../../http/index.ts'
import { type ConnectArguments, connectArguments } from './connect-arguments.ts'
import type { Route, RouteOptions, RouteParams, UrlParams } from './contract.ts'
import { Matcher, type RouteMatch } from './match.ts'
import { literalSource } from './requirement.ts'
import { connectResource, type ResourceRouteOptions } from './resource.ts'
import { createRoute, matchingOrder } from './route.ts'
import type { Domains } from './sub-domain.ts'
import { collection, type CollectionOptions, SubMapper, type SubMapperOptions } from './sub-mapper.ts'
import { type UrlGenerator, type UrlOptions, urlOf } from './url.ts'

export interface MapperOptions {
  /** What routes may name as their controller, and all that a variable `controller` in a path may be. */
  readonly controllers?: Readonly<Record<string, unknown>>
  /** How many labels of a host are the domain, and which subdomains count as none. */
  readonly domains?: Partial<Domains>
}

export interface RedirectOptions extends RouteOptions {
  /** 302 unless said. */
  readonly status?: number
}

export class Mapper {
  readonly domains: Domains
  readonly #controllers: ReadonlyMap<string, unknown>
  readonly #routes: Route[] = []
  readonly #named = new Map<string, Route>()
  #matcher: Matcher | null = null

  constructor(options: MapperOptions = {}) {
    this.#controllers = new Map(Object.entries(options.controllers ?? {}))
    this.domains = { labels: 2, ignored: [], ...options.domains }
  }

  /** In the order in which they were connected. */
  get routes(): readonly Route[] {
    return this.#routes
  }

  /** In the order in which they are tried: by the literal text at the start of the path, the longest first. */
  get matchingOrder(): readonly Route[] {
    return matchingOrder(this.#routes)
  }

  /** Of routes with one name the one that was connected last. */
  named(name: string): Route | undefined {
    return this.#named.get(name)
  }

  /**
   * `map.connect('message', '/messages/{id}', { controller, action: 'show' })`. The path may have `:name`, `:(name)`, `{name}`,
   * `{name:regex}`, `{.format}`, `{.format:regex}`, `*rest`.
   * @throws SlipwayError SLIPWAY_ROUTE_PATH
   */
  connect(name: string | null, path: string, options?: RouteOptions): Route
  connect(path: string, options?: RouteOptions): Route
  connect(...args: ConnectArguments): Route {
    const { name, path, options } = connectArguments(args)
    return this.add(createRoute(name, path, this.#withControllers(options)))
  }

  /** Adds a route that is made already. */
  add(route: Route): Route {
    this.#routes.push(route)
    if (route.name !== null) this.#named.set(route.name, route)
    this.#matcher = null
    return route
  }

  /** The seven routes of a resource, each with its formatted twin. */
  resource(memberName: string, collectionName: string, options: ResourceRouteOptions = {}): void {
    connectResource(this, memberName, collectionName, options)
  }

  submapper(options: SubMapperOptions = {}): SubMapper {
    return new SubMapper(this, options)
  }

  collection(collectionName: string | null, resourceName: string | null, options: CollectionOptions = {}): SubMapper {
    return collection(this, collectionName, resourceName, options)
  }

  /** Requests for `from` are sent to `to`, which may have variables of `from` in braces; the others go to the query. */
  redirect(from: string, to: string, { status = 302, ...options }: RedirectOptions = {}): Route {
    const target = createRoute(null, to, { isStatic: true, ...(options.filter && { filter: options.filter }) })
    return this.add(createRoute(null, from, options, { redirect: { to: target, status } }))
  }

  /** Connects routes again, below a path. */
  extend(routes: readonly Route[], pathPrefix = ''): void {
    for (const { name, path, options, resource, redirect } of routes) {
      this.add(createRoute(name, `${pathPrefix}${path}`, options, { resource, redirect }))
    }
  }

  /**
   * The route of a method and a raw path. Routes with a condition that needs a request match only with one.
   * @throws HttpError 400 for a path that is not well percent-encoded
   */
  match(method: string, path: string, req: HttpRequest | null = null): RouteMatch | null {
    return (this.#matcher ??= new Matcher(this, this.#routes)).match(method, path, req)
  }

  /**
   * `map.url('message', { id: 1, q: 'x' })` is `/messages/1?q=x`.
   * @throws SlipwayError SLIPWAY_ROUTE_URL
   */
  url(name: string, params: UrlParams = {}, options: UrlOptions = {}): string {
    const route = this.#named.get(name)
    if (route === undefined) {
      throw new SlipwayError('SLIPWAY_ROUTE_URL', `no route is called "${name}"`, {
        alternatives: () => closeNames(name, [...this.#named.keys()]),
      })
    }
    return urlOf(route, params, options)
  }

  /** The controller of a match; a name is looked up among `controllers`, and stays a name when it is not there. */
  controllerOf({ controller }: Route, params: RouteParams): unknown {
    const named = controller ?? params.controller
    return typeof named === 'string' ? (this.#controllers.get(named) ?? named) : named
  }

  /** A variable `controller` can only be one of those that there are. */
  #withControllers(options: RouteOptions): RouteOptions {
    if (this.#controllers.size === 0 || options.requirements?.controller !== undefined) return options
    const controller = [...this.#controllers.keys()].map(literalSource).join('|')
    return { ...options, requirements: { ...options.requirements, controller } }
  }
}

/** Links for one request: what is mounted so far comes first, and `qualified` takes its scheme and host. */
export function urlFor(req: HttpRequest): UrlGenerator {
  const match = req.environ.route
  if (match === undefined) throw new SlipwayError('SLIPWAY_ROUTE_URL', 'the request has come by no route')
  return (name, params, options) => match.map.url(name, params, { req, ...options })
}
