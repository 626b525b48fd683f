// What an extension adds to an API: resources, actions, handlers of requests, changes of controllers that are there. Values
// without behaviour; routes.ts makes routes of them.
import type { App, HttpRequest, HttpResponse } from '../../http/index.ts'
import type { Call, Controller, Handler, MemberParams } from '../controllers/call.ts'
import type { AttributeMap } from '../attributes/attribute-map.ts'
import type { ResourceNames } from '../routes/contract.ts'
import type { RouteMatch } from '../routes/match.ts'
import type { ResourceActions } from '../routes/resource.ts'
import type { SubMapper } from '../routes/sub-mapper.ts'

/** Nova's and neutron's spelling of a parent, or this package's. */
type Parent = ResourceNames | { readonly member_name: string; readonly collection_name: string }

export interface ResourceExtensionOptions {
  /** The name of one in names of routes and in documents; the collection's unless said. */
  readonly member?: string
  /** The resource that this one is below: `/{collection_name}/{member_name_id}/…`. */
  readonly parent?: Parent
  /** Before the parent's path and the collection: `/lbaas`. */
  readonly pathPrefix?: string
  readonly path_prefix?: string
  /** `{ search: 'GET' }` is `GET /{collection}/search`. */
  readonly collectionActions?: ResourceActions
  /** `{ purge: 'DELETE' }` is `DELETE /{collection}`. */
  readonly collectionMethods?: ResourceActions
  /** `{ lock: 'PUT' }` is `PUT /{collection}/{id}/lock`. */
  readonly memberActions?: ResourceActions
  readonly attrMap?: AttributeMap
  /** Connects routes of its own: `(map, controller) => map.connect(…)`. */
  readonly customRoutes?: (map: SubMapper, controller: App) => void
  /** The collection whose controller this one has when it has none, and whose controller extensions hold here too. */
  readonly inherits?: string
}

/** A new noun: a collection and its controller. */
export class ResourceExtension {
  readonly collection: string
  /** A controller, or what `resource` made of one. Null where it is inherited. */
  readonly controller: Controller | App | null
  readonly member: string
  readonly parent: ResourceNames | null
  readonly pathPrefix: string
  readonly collectionActions: ResourceActions
  readonly collectionMethods: ResourceActions
  readonly memberActions: ResourceActions
  readonly attrMap: AttributeMap
  readonly customRoutes: ((map: SubMapper, controller: App) => void) | null
  readonly inherits: string | null

  constructor(collection: string, controller: Controller | App | null, options: ResourceExtensionOptions = {}) {
    this.collection = collection
    this.controller = controller
    this.member = options.member ?? collection
    this.parent = options.parent === undefined ? null : namesOf(options.parent)
    this.pathPrefix = options.pathPrefix ?? options.path_prefix ?? ''
    this.collectionActions = options.collectionActions ?? {}
    this.collectionMethods = options.collectionMethods ?? {}
    this.memberActions = options.memberActions ?? {}
    this.attrMap = options.attrMap ?? {}
    this.customRoutes = options.customRoutes ?? null
    this.inherits = options.inherits ?? null
  }
}

function namesOf(parent: Parent): ResourceNames {
  return 'member_name' in parent ? { memberName: parent.member_name, collectionName: parent.collection_name } : parent
}

/**
 * A verb for members of a collection that is there: `POST /{collection}/{id}/action` with the body `{"<action>": …}`. The handler's body is
 * the value of the key. What no action extension knows goes to the app inside.
 */
export class ActionExtension {
  readonly collection: string
  readonly action: string
  readonly handler: Handler<MemberParams>

  constructor(collection: string, action: string, handler: Handler<MemberParams>) {
    this.collection = collection
    this.action = action
    this.handler = handler
  }
}

/** Gets the response of the app inside, and may change it or answer with another one. */
export type RequestHandler = (
  req: HttpRequest,
  response: HttpResponse,
  match: RouteMatch,
) => HttpResponse | undefined | void | Promise<HttpResponse | undefined | void>

/** What happens to the answers of a URL that is there. Several of one URL run one after the other. */
export class RequestExtension {
  readonly method: string
  readonly urlRoute: string
  readonly handler: RequestHandler

  constructor(method: string, urlRoute: string, handler: RequestHandler) {
    this.method = method
    this.urlRoute = urlRoute
    this.handler = handler
  }
}

/** Around one action of a controller that is there. What either returns (not undefined) is the answer, and nothing more runs. */
export interface Around {
  before?(call: Call<MemberParams>): unknown
  /** May change the result in place. Of several extensions the last one's runs first. */
  after?(call: Call<MemberParams>, result: unknown): unknown
}

export interface ControllerParts {
  /** More actions by the key of the body of `POST /{collection}/{id}/action`. */
  readonly actions?: Readonly<Record<string, Handler<MemberParams>>>
  /** By action: `show`, `create`, …, or one of `custom` or `actions`. A function runs after. */
  readonly extends?: Readonly<Record<string, Around | NonNullable<Around['after']>>>
}

/** More for the controller of a collection, of the API itself or of an extension. */
export class ControllerExtension {
  readonly collection: string
  readonly controller: ControllerParts

  constructor(collection: string, controller: ControllerParts) {
    this.collection = collection
    this.controller = controller
  }
}
