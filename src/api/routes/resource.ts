// The routes of a resource: `map.resource('message', 'messages')`. Order, names and URLs as Routes 2.5 makes them, with
// a URL of its own for each additional action, whatever its method. Runs when routes are connected.
import type { Requirements, ResourceNames, Route, RouteConditions, RouteOptions } from './contract.ts'
import { memberRequirement } from './requirement.ts'
import { createRoute } from './route.ts'

/** Additional actions: name → method or methods. */
export type ResourceActions = Readonly<Record<string, string | readonly string[]>>

export interface ResourceRouteOptions extends Pick<
  RouteOptions,
  'controller' | 'requirements' | 'defaults' | 'filter'
> {
  /** Of the collection: `{ rss: 'GET' }` is `GET /messages/rss`. */
  readonly collection?: ResourceActions | undefined
  /** Of one: `{ mark: 'POST' }` is `POST /messages/{id}/mark`. */
  readonly member?: ResourceActions | undefined
  /** Of one that is not there yet: `{ preview: 'POST' }` is `POST /messages/new/preview`. */
  readonly new?: ResourceActions | undefined
  /** Gives the path prefix `{collectionName}/{memberName_id}` and the name prefix `memberName_`, unless they are given. */
  readonly parentResource?: ResourceNames | undefined
  readonly pathPrefix?: string | undefined
  readonly namePrefix?: string | undefined
  /** Besides the method, which is the action's. */
  readonly conditions?: Omit<RouteConditions, 'method'> | undefined
  /** The actions that are connected; all unless said. A controller without `new` leaves `/messages/new` to `show`. */
  readonly actions?: Iterable<string> | undefined
  /** Whether each route has a twin with `.{format}`; it has unless said. */
  readonly isFormatted?: boolean | undefined
}

interface RouteList {
  add(route: Route): Route
}

export function connectResource(
  map: RouteList,
  memberName: string,
  collectionName: string,
  options: ResourceRouteOptions,
): void {
  new ResourceRoutes(map, { memberName, collectionName }, options).connect()
}

/** One group of routes: the additional actions of one method below a path, and what the method does to the path itself. */
interface Group {
  readonly methods: string | readonly string[]
  readonly actions: string[]
}

class ResourceRoutes {
  readonly #map: RouteList
  readonly #names: ResourceNames
  readonly #options: ResourceRouteOptions
  readonly #only: ReadonlySet<string> | null
  readonly #namePrefix: string
  readonly #path: string

  constructor(map: RouteList, names: ResourceNames, options: ResourceRouteOptions) {
    const { parentResource: parent } = options
    this.#map = map
    this.#names = names
    this.#options = options
    this.#only = options.actions === undefined ? null : new Set(options.actions)
    this.#namePrefix = options.namePrefix ?? (parent === undefined ? '' : `${parent.memberName}_`)
    const prefix =
      options.pathPrefix ?? (parent === undefined ? '' : `${parent.collectionName}/:${parent.memberName}_id`)
    const inside = strip(prefix)
    this.#path = `${inside === '' ? '' : `/${inside}`}/${strip(names.collectionName)}`
  }

  connect(): void {
    const { memberName, collectionName } = this.#names
    const { requirements } = this.#options
    const member = `${this.#path}/:(id)`
    const memberRequirements = { id: memberRequirement, ...requirements }
    for (const { methods, actions } of groupsOf(this.#options.collection, { POST: 'create' })) {
      for (const action of actions) {
        if (action === 'create') this.#pair(null, this.#path, action, methods, requirements)
        else this.#pair(`${action}_${collectionName}`, `${this.#path}/${action}`, action, methods, requirements)
      }
    }
    this.#pair(collectionName, this.#path, 'index', 'GET', requirements)
    for (const { methods, actions } of groupsOf({ ...this.#options.new, new: 'GET' }, {})) {
      for (const action of actions) {
        if (action === 'new') this.#pair(`new_${memberName}`, `${this.#path}/new`, action, methods, requirements)
        else this.#pair(`${action}_new_${memberName}`, `${this.#path}/new/${action}`, action, methods, requirements)
      }
    }
    for (const { methods, actions } of groupsOf(
      { ...this.#options.member, edit: 'GET' },
      { PUT: 'update', DELETE: 'delete' },
    )) {
      for (const action of actions) {
        const isOwn = action === 'update' || action === 'delete'
        if (isOwn) this.#pair(null, member, action, methods, memberRequirements)
        else this.#pair(`${action}_${memberName}`, `${member}/${action}`, action, methods, memberRequirements)
      }
    }
    this.#pair(memberName, member, 'show', 'GET', memberRequirements)
  }

  /** The formatted twin first, then the plain route. */
  #pair(
    name: string | null,
    path: string,
    action: string,
    method: string | readonly string[],
    requirements: Requirements | undefined,
  ): void {
    if (this.#only?.has(action) === false) return
    const { controller, defaults, filter, conditions, parentResource = null } = this.#options
    const options: RouteOptions = {
      controller: controller ?? strip(this.#names.collectionName),
      action,
      requirements,
      conditions: { ...conditions, method },
      ...(defaults && { defaults }),
      ...(filter && { filter }),
    }
    const whole = name === null ? null : `${this.#namePrefix}${name}`
    const parts = { resource: { ...this.#names, parent: parentResource } }
    if (this.#options.isFormatted !== false) {
      this.#map.add(createRoute(whole === null ? null : `formatted_${whole}`, `${path}.:(format)`, options, parts))
    }
    this.#map.add(createRoute(whole, path, options, parts))
  }
}

/** Actions by their methods, in the order in which the methods come; what the method does to the path itself comes last. */
function groupsOf(actions: ResourceActions | undefined, own: Readonly<Record<string, string>>): Group[] {
  const groups = new Map<string, Group>()
  const group = (methods: string | readonly string[]) => {
    const key = String(methods).toUpperCase()
    const present = groups.get(key) ?? { methods, actions: [] }
    groups.set(key, present)
    return present.actions
  }
  for (const [action, methods] of Object.entries(actions ?? {})) group(methods).push(action)
  for (const [method, action] of Object.entries(own)) group(method).push(action)
  return [...groups.values()]
}

/** One slash at each end, as Routes does. */
function strip(path: string): string {
  return path.replace(/^\//u, '').replace(/\/$/u, '')
}
