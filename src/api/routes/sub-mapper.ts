// A mapper with prefixes and options that all its routes share; and `collection`, the shorter way to the routes of
// a resource. As in Routes 2.5: prefixes concatenate, objects are merged, of other options the inner wins.
import type { Route, RouteOptions } from './contract.ts'
import { type ConnectArguments, connectArguments } from './connect-arguments.ts'

export interface SubMapperOptions extends RouteOptions {
  readonly pathPrefix?: string | undefined
  readonly namePrefix?: string | undefined
  /** For the names that `index` makes. */
  readonly collectionName?: string | null | undefined
  /** For the names that the others make; the controller's name unless said. */
  readonly resourceName?: string | null | undefined
  /** Whether the routes of `link` and `action` end in `{.format}`; they do unless said. */
  readonly isFormatted?: boolean | undefined
  /** Called at once: `index`, `create`, `new`, `show`, `update`, `delete`, `edit`. */
  readonly actions?: readonly StandardAction[] | undefined
}

export type StandardAction = 'index' | 'create' | 'new' | 'show' | 'update' | 'delete' | 'edit'

export interface CollectionOptions extends Omit<SubMapperOptions, 'actions' | 'collectionName' | 'resourceName'> {
  /** `/{id}` unless said. */
  readonly memberPrefix?: string
  readonly collectionActions?: readonly StandardAction[]
  readonly memberActions?: readonly StandardAction[]
  readonly memberOptions?: SubMapperOptions
}

export interface LinkOptions extends RouteOptions {
  readonly rel?: string
  readonly name?: string
  /** GET unless said. */
  readonly method?: string | readonly string[]
  readonly isFormatted?: boolean
}

interface Parent {
  connect(name: string | null, path: string, options?: RouteOptions): Route
}

export class SubMapper {
  /** Of what `collection` made: the routes of one. */
  member: SubMapper | null = null
  readonly #parent: Parent
  readonly #options: SubMapperOptions
  readonly #collectionName: string | null
  readonly #resourceName: string | null
  readonly #isFormatted: boolean

  constructor(parent: Parent, options: SubMapperOptions) {
    const outer = parent instanceof SubMapper ? parent : null
    this.#parent = parent
    this.#options = options
    this.#collectionName = options.collectionName ?? null
    const named = typeof options.controller === 'string' ? options.controller : null
    this.#resourceName = options.resourceName ?? (outer === null ? null : outer.#resourceName) ?? named
    this.#isFormatted = options.isFormatted ?? (outer === null ? true : outer.#isFormatted)
    for (const action of options.actions ?? []) this[action]()
  }

  connect(name: string | null, path: string, options?: RouteOptions): Route
  connect(path: string, options?: RouteOptions): Route
  connect(...args: ConnectArguments): Route {
    const { name, path, options } = connectArguments(args)
    const { pathPrefix = '', namePrefix = '' } = this.#options
    const whole = name === null ? null : `${namePrefix}${name}`
    return this.#parent.connect(whole, `${pathPrefix}${path}`, merged(routeOptions(this.#options), options))
  }

  submapper(options: SubMapperOptions = {}): SubMapper {
    return new SubMapper(this, options)
  }

  collection(collectionName: string | null, resourceName: string | null, options: CollectionOptions = {}): SubMapper {
    return collection(this, collectionName, resourceName, options)
  }

  /** A named route below: `/entries/recent`. */
  link({ rel, name, action, method = 'GET', isFormatted, ...options }: LinkOptions): Route {
    const last = rel ?? name ?? ''
    const suffix = (isFormatted ?? this.#isFormatted) ? '{.format}' : ''
    return this.connect(name ?? `${rel}_${this.#resourceName}`, `/${last}${suffix}`, {
      ...options,
      action: action ?? last,
      conditions: options.conditions ?? { method },
    })
  }

  /** A named route at the path of the submapper itself. */
  action({ name, action, method = 'GET', isFormatted, ...options }: Omit<LinkOptions, 'rel'>): Route {
    const suffix = (isFormatted ?? this.#isFormatted) ? '{.format}' : ''
    return this.connect(name ?? `${action}_${this.#resourceName}`, suffix, {
      ...options,
      action: action ?? name,
      conditions: options.conditions ?? { method },
    })
  }

  index(options: LinkOptions = {}): Route {
    return this.action({ ...named(this.#collectionName), ...options, action: 'index' })
  }

  create(options: LinkOptions = {}): Route {
    return this.action({ ...options, action: 'create', method: 'POST' })
  }

  new(options: LinkOptions = {}): Route {
    return this.link({ ...options, rel: 'new' })
  }

  show(options: LinkOptions = {}): Route {
    return this.action({ ...named(this.#resourceName), ...options, action: 'show' })
  }

  edit(options: LinkOptions = {}): Route {
    return this.link({ ...options, rel: 'edit' })
  }

  update(options: LinkOptions = {}): Route {
    return this.action({ ...options, action: 'update', method: 'PUT' })
  }

  delete(options: LinkOptions = {}): Route {
    return this.action({ ...options, action: 'delete', method: 'DELETE' })
  }
}

/** A submapper for the collection, whose `member` is one for what is in it. */
export function collection(
  parent: Parent,
  collectionName: string | null,
  resourceName: string | null,
  {
    pathPrefix = '',
    memberPrefix = '/{id}',
    collectionActions = ['index', 'create', 'new'],
    memberActions = ['show', 'update', 'delete', 'edit'],
    memberOptions = {},
    controller = resourceName ?? collectionName ?? undefined,
    ...options
  }: CollectionOptions,
): SubMapper {
  const made = new SubMapper(parent, {
    ...options,
    controller,
    collectionName,
    resourceName,
    pathPrefix: collectionName === null ? pathPrefix : `${pathPrefix}/${collectionName}`,
    actions: collectionActions,
  })
  made.member = new SubMapper(made, { ...memberOptions, pathPrefix: memberPrefix, actions: memberActions })
  return made
}

function named(name: string | null): { name?: string } {
  return name === null ? {} : { name }
}

/** Without what is the submapper's own. */
function routeOptions(options: SubMapperOptions): RouteOptions {
  const {
    pathPrefix: _path,
    namePrefix: _name,
    collectionName: _collection,
    resourceName: _resource,
    ...rest
  } = options
  const { isFormatted: _formatted, actions: _actions, ...own } = rest
  return own
}

function merged(outer: RouteOptions, inner: RouteOptions): RouteOptions {
  const result: Record<string, unknown> = { ...outer }
  for (const [key, value] of Object.entries(inner)) {
    if (value === undefined) continue
    const present = result[key]
    result[key] = mergedKeys.has(key) && isObject(present) ? { ...present, ...value } : value
  }
  return result
}

/** A controller is an object too, but never merged. */
const mergedKeys = new Set(['conditions', 'requirements', 'defaults'])

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
