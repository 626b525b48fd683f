// The routes of extensions, in neutron's order: the list of extensions, then of each resource its collection actions and itself,
// then actions, then handlers of requests. Runs when the pipeline is built.
import { SlipwayError } from '../../errors.ts'
import { type App, HttpError, type HttpRequest } from '../../http/index.ts'
import { withResponse } from '../../middleware/answer.ts'
import type { AttributeMap, ResourceAttributeMap } from '../attributes/attribute-map.ts'
import type { Handler, MemberParams } from '../controllers/call.ts'
import { type Resource, resource, type ResourceOptions } from '../controllers/resource.ts'
import { errorFault } from '../responses/faults.ts'
import { BadRequest } from '../responses/http-errors.ts'
import type { Route, RouteOptions } from '../routes/contract.ts'
import { Mapper } from '../routes/mapper.ts'
import { listController } from './list-controller.ts'
import type { ExtensionManager } from './manager.ts'
import { type RequestHandler, ResourceExtension } from './parts.ts'

export interface ExtensionRouteOptions {
  /** Before every path of an extension: `/{project_id}` of nova. A project or a tenant in it has to be the caller's. */
  readonly pathPrefix?: string
  /** For the controllers of extensions: how bodies are read and how errors look. */
  readonly resource?: ResourceOptions
}

export interface ExtensionRoutes {
  readonly map: Mapper
  /** The alias of the extension that a route is of; the list of extensions is of none. */
  readonly owners: ReadonlyMap<Route, string>
  /** The attributes of their collections, for documents. */
  readonly maps: ResourceAttributeMap
  /** Without those of requests: the URLs that are the extensions' own. */
  readonly own: readonly Route[]
}

/** `inner` gets what an action or a handler of requests leaves to it. */
export function extensionRoutes(
  manager: ExtensionManager,
  options: ExtensionRouteOptions = {},
  inner: App = notFound,
): ExtensionRoutes {
  return new RoutesOfExtensions(manager, options, inner).connect()
}

const notFound: App = (req) => new HttpError(404).toResponse(req)

class RoutesOfExtensions {
  readonly #manager: ExtensionManager
  readonly #options: ExtensionRouteOptions
  readonly #inner: App
  readonly #map = new Mapper()
  readonly #owners = new Map<Route, string>()
  readonly #maps = new Map<string, AttributeMap>()
  readonly #prefix: string

  constructor(manager: ExtensionManager, options: ExtensionRouteOptions, inner: App) {
    this.#manager = manager
    this.#options = options
    this.#inner = inner
    this.#prefix = options.pathPrefix ?? ''
  }

  connect(): ExtensionRoutes {
    const list = listController(this.#manager.extensions)
    this.#connectResource(new ResourceExtension('extensions', list, { member: 'extension' }))
    for (const [{ alias }, part] of this.#manager.resources) this.#owned(alias, () => this.#connectResource(part))
    this.#manager.tellUnknownCollections()
    this.#connectActions()
    const own = [...this.#map.routes]
    this.#connectRequests()
    return { map: this.#map, owners: this.#owners, maps: Object.fromEntries(this.#maps), own }
  }

  #connectResource(part: ResourceExtension): void {
    const { collection, parent, member } = part
    const app = this.#appOf(part)
    if (Object.keys(part.attrMap).length > 0) this.#maps.set(collection.replaceAll('-', '_'), part.attrMap)
    const below = parent === null ? '' : `/${parent.collectionName}/{${parent.memberName}_id}`
    const pathPrefix = `${this.#prefix}${part.pathPrefix}${below}`
    const bound = actionsOf(app)
    const must = [...Object.keys(part.collectionActions), ...Object.keys(part.collectionMethods)]
    for (const action of [...must, ...Object.keys(part.memberActions)]) {
      if (bound?.has(action) === false) throw noAction(collection, action)
    }
    const controller = this.#prefix === '' ? app : ofProject(app, this.#options.resource)
    part.customRoutes?.(this.#map.submapper({ pathPrefix }), controller)
    const connect = (action: string, path: string, method: string | readonly string[]) => {
      const name = `${action}_${collection}`
      this.#pair(name, `${pathPrefix}${path}`, { controller, action, conditions: { method } })
    }
    for (const [action, method] of Object.entries(part.collectionActions)) {
      connect(action, `/${collection}/${action}`, method)
    }
    for (const [action, method] of Object.entries(part.collectionMethods)) connect(action, `/${collection}`, method)
    this.#map.resource(member, collection, {
      controller,
      pathPrefix,
      member: { ...(bound?.has('action') && { action: 'POST' }), ...part.memberActions },
      ...(parent !== null && { parentResource: parent }),
      ...(bound !== null && { actions: bound }),
    })
  }

  #appOf({ collection, controller, inherits }: ResourceExtension): App {
    const found = controller ?? (inherits === null ? undefined : this.#manager.controllerOf(inherits))
    if (typeof found === 'function') return found
    if (typeof found === 'object') {
      return resource(this.#manager.extend(collection, found, inherits), this.#options.resource)
    }
    throw new SlipwayError('SLIPWAY_ROUTE_CONTROLLER', `the resource extension "${collection}" has no controller`, {
      found: inherits === null ? 'none was given' : `none that it could inherit from "${inherits}"`,
      expected: 'a controller, or the name of a collection whose controller was given to extend()',
    })
  }

  /** One route for a collection, however many extensions have actions for it. */
  #connectActions(): void {
    const collections = groupBy(this.#manager.actions, ([, { collection }]) => collection)
    for (const [collection, parts] of collections) {
      const actions = Object.fromEntries(parts.map(([, { action, handler }]) => [action, handler] as const))
      const app = this.#actionApp(actions)
      const controller = this.#prefix === '' ? app : ofProject(app, this.#options.resource)
      this.#owned(parts.map(([{ alias }]) => alias).join(', '), () =>
        this.#pair(null, `${this.#prefix}/${collection}/:(id)/action`, {
          controller,
          action: 'action',
          conditions: { method: 'POST' },
        }),
      )
    }
  }

  #actionApp(actions: Readonly<Record<string, Handler<MemberParams>>>): App {
    const known = new Set(Object.keys(actions))
    const app = resource({ actions }, this.#options.resource)
    return async (req) => {
      const keys = await keysOf(req)
      return keys.some((key) => known.has(key)) ? app(req) : this.#inner(req)
    }
  }

  #connectRequests(): void {
    const urls = groupBy(this.#manager.requestExtensions, ([, { method, urlRoute }]) => `${method} ${urlRoute}`)
    for (const parts of urls.values()) {
      const [first] = parts
      if (first === undefined) continue
      const [, { method, urlRoute }] = first
      const controller = requestApp(
        this.#inner,
        parts.map(([, { handler }]) => handler),
      )
      this.#owned(parts.map(([{ alias }]) => alias).join(', '), () =>
        this.#pair(null, `${this.#prefix}${urlRoute}`, { controller, action: 'process', conditions: { method } }),
      )
    }
  }

  /** The formatted twin first, as of resources. */
  #pair(name: string | null, path: string, options: RouteOptions): void {
    this.#map.connect(name === null ? null : `formatted_${name}`, `${path}.:(format)`, options)
    this.#map.connect(name, path, options)
  }

  #owned(alias: string, connect: () => void): void {
    const { length } = this.#map.routes
    connect()
    for (const route of this.#map.routes.slice(length)) this.#owners.set(route, alias)
  }
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item)) ?? []
    group.push(item)
    groups.set(keyOf(item), group)
  }
  return groups
}

/** What a controller has handlers for; null for an app that does not say it. */
function actionsOf(app: App): ReadonlySet<string> | null {
  const { actions } = app as Partial<Resource>
  return actions instanceof Set ? actions : null
}

function noAction(collection: string, action: string): SlipwayError {
  return new SlipwayError(
    'SLIPWAY_ROUTE_CONTROLLER',
    `the controller of the resource extension "${collection}" has no action "${action}"`,
    { expected: `a handler "${action}" in "custom" of the controller` },
  )
}

/** What a body that is a JSON object has; whatever else it may be is the app's inside to judge. */
async function keysOf(req: HttpRequest): Promise<string[]> {
  try {
    const body = await req.body.json()
    return typeof body === 'object' && body !== null ? Object.keys(body) : []
  } catch (error) {
    // No JSON, or in a charset or a coding that JSON is not read in.
    if (error instanceof HttpError && (error.status === 400 || error.status === 415)) return []
    throw error
  }
}

function requestApp(inner: App, handlers: readonly RequestHandler[]): App {
  return (req) => {
    const match = req.environ.route
    if (match === undefined) throw new TypeError('a request extension was asked without its route')
    return withResponse(inner, req, async (response) => {
      let answer = response
      for (const handler of handlers) answer = (await handler(req, answer, match)) ?? answer
      return answer
    })
  }
}

/** nova's rule: a URL with a project in it is for whoever acts in that project. */
function ofProject(app: App, { fault = errorFault }: ResourceOptions = {}): App {
  const checked: App = (req) => {
    const { params } = req.environ.route ?? {}
    const project = params?.project_id ?? params?.tenant_id
    const own = req.environ.context?.projectId
    if (project === undefined || !own || own === project) return app(req)
    return fault(new BadRequest('Malformed request url'), req)
  }
  const { actions, handlers } = app as Partial<Resource>
  return Object.assign(checked, { actions, handlers })
}
