// Which functions of a controller clients may call, and how: the words that decorators say elsewhere. Pure. What is
// not exposed here cannot be reached by any URL.
import type { State } from './state.ts'

/** `name` for each name, without the question mark of what may be missing. */
type ArgumentsOf<Names extends readonly string[]> = {
  readonly [Name in Names[number] as Name extends `${infer Bare}?` ? Bare : Name]: unknown
}

export type Renderer = (value: unknown, state: State) => string | Uint8Array

/** How a result becomes a body: `json`, a template (`engine:page.html`, or `page.html` for the default engine), a function, or null for what is a body already. */
export type Template = string | Renderer | null

export interface ExposeOptions<Names extends readonly string[] = readonly string[]> {
  readonly template?: Template
  /** `application/json` for the template json, else `text/html`. */
  readonly contentType?: string
  /** Several forms, by content type; the first is for clients without a preference. In place of the two above. */
  readonly types?: Readonly<Record<string, Template>>
  /** Arguments by name, from the segments of the path in this order, then from query and body; `limit?` may be missing. */
  readonly args?: Names
  /** Any number of segments may follow those that are arguments; else they are 404. */
  readonly rest?: boolean
  /** The handler wants the other fields of query and body, too. */
  readonly fields?: boolean
  /** The segment of the path, where it is no name of a member: `with-dashes`. */
  readonly route?: string
  /** The methods that are answered; all unless said. Others are 405. */
  readonly methods?: readonly string[]
  /** Handlers for single methods; the exposed function itself answers the others. */
  readonly when?: Readonly<Record<string, Exposed>>
  /** An index that answers without the slash at the end, too, where the app insists on it elsewhere. */
  readonly acceptNoncanonical?: boolean
}

/** A handler that clients may call. */
export type Exposed = ((this: unknown, state: State) => unknown) & { readonly [mark]: true }

declare const mark: unique symbol

/** Answers true for who may call. */
export type Check = (this: unknown, state: State) => boolean | Promise<boolean>

export interface Exposure {
  /** The first is the default. */
  readonly types: ReadonlyMap<string, Template>
  readonly hasOwnType: boolean
  readonly args: readonly { readonly name: string; readonly isOptional: boolean }[]
  readonly takesRest: boolean
  readonly takesFields: boolean
  readonly route: string | null
  readonly methods: ReadonlySet<string> | null
  readonly when: ReadonlyMap<string, Exposed>
  readonly acceptsNoncanonical: boolean
  /** By its own check, by its controller's (the usual), or free for everyone. */
  readonly security: Check | 'inherited' | 'unlocked'
}

const exposures = new WeakMap<object, Exposure>()

/** The exposure of a value; undefined for everything that `expose` has not made. */
export function exposureOf(value: unknown): Exposure | undefined {
  return typeof value === 'function' ? exposures.get(value) : undefined
}

/** For what is known to be exposed. */
export function exposureFor(handler: Exposed): Exposure {
  const exposure = exposures.get(handler)
  if (exposure === undefined) throw new TypeError('the handler was not made by expose()')
  return exposure
}

/**
 * Makes a function callable by clients: `index = expose(() => 'hello')`,
 * `post = expose(({ args }) => create(args.name), { args: ['name'], template: 'json' })`.
 * Throws TypeError for options that contradict each other.
 */
export function expose<const Names extends readonly string[] = readonly []>(
  handler: (this: never, state: State<ArgumentsOf<Names>>) => unknown,
  options: ExposeOptions<Names> = {},
): Exposed {
  const { template = null, contentType, types, route = null, when = {} } = options
  if (types !== undefined && (contentType !== undefined || options.template !== undefined)) {
    throw new TypeError('expose() takes either types or a template with its contentType')
  }
  if (route !== null) checkRoute(route)
  const methods = options.methods?.map((method) => method.toUpperCase())
  return register(handler as Handler, {
    types: new Map(Object.entries(types ?? { [contentType ?? usualType(template)]: template })),
    hasOwnType: types !== undefined || contentType !== undefined,
    args: (options.args ?? []).map((name) => ({ name: name.replace(/\?$/, ''), isOptional: name.endsWith('?') })),
    takesRest: options.rest ?? false,
    takesFields: options.fields ?? false,
    route,
    methods: methods === undefined ? null : new Set(methods.includes('GET') ? [...methods, 'HEAD'] : methods),
    when: new Map(Object.entries(when).map(([method, one]) => [method.toUpperCase(), one])),
    acceptsNoncanonical: options.acceptNoncanonical ?? false,
    security: 'inherited',
  })
}

/** The same handler under another rule of who may call it. */
export function withSecurity(handler: Exposed, security: Check | 'unlocked'): Exposed {
  return register(handler, { ...exposureFor(handler), security })
}

type Handler = (this: unknown, state: State) => unknown

/** A function of its own: one that is exposed twice has two exposures. */
function register(handler: Handler, exposure: Exposure): Exposed {
  const exposed = function exposed(this: unknown, state: State): unknown {
    return handler.call(this, state)
  } as Exposed
  exposures.set(exposed, exposure)
  return exposed
}

function usualType(template: Template): string {
  return template === 'json' ? 'application/json' : 'text/html'
}

function checkRoute(route: string): void {
  if (route === '.' || route === '..' || !/^[\w\-$().~!,;:*+@=]+$/.test(route)) {
    throw new TypeError(`the route ${JSON.stringify(route)} is no single segment of a path`)
  }
}
