// Controllers with a handler per method (`get_all`, `get_one`, `post`, `put`, `delete` …), custom actions and nested
// collections: which handler a method and the segments after the controller mean, as pecan's RestController decides.
import { HttpError } from '../../http/index.ts'
import { MethodNotAllowed } from '../responses/http-errors.ts'
import { type Exposed, exposureFor } from './expose.ts'
import { type Found, foundAt, route, type SelfRouting, type Walk } from './found.ts'
import { childOf, exposedMember, isController, memberOf } from './members.ts'
import { descend, lookupFurther, missing } from './traverse.ts'

/**
 * Extend it, or make one of an object by `rest()`. Handlers have their names in either form: `get_one` or `getOne`. Custom actions are exposed
 * handlers listed with their methods: `_custom_actions = { measures: ['GET', 'POST'] }`.
 */
export class RestController implements SelfRouting {
  [route](remainder: readonly string[], walk: Walk): Promise<Found> {
    return routeRest({ owner: this, args: remainder, walk })
  }
}

/** A REST controller of plain handlers: `rest({ getAll: expose(…), post: expose(…), books })`. */
export function rest<T extends object>(members: T): RestController & T {
  return Object.assign(new RestController(), members)
}

/** What one routing step works on. */
interface Step {
  readonly owner: RestController
  readonly args: readonly string[]
  readonly walk: Walk
}

/** The statuses that say of a path that it leads nowhere here; a check that stands in the way stays there. */
const ofThePath = new Set([400, 404, 405])

async function routeRest(step: Step): Promise<Found> {
  const { owner, args, walk } = step
  const nested = nestedController(step)
  if (nested !== null) return nested
  // The slash at the end counts still: it is an index's.
  const further = args.filter((segment, index) => segment !== '' || index === args.length - 1)
  const furtherOr = async (last: () => Found): Promise<Found> => (await lookupFurther(owner, further, walk)) ?? last()
  try {
    const found = await byMethod(step)
    // More segments than arguments: something that can be looked up may be meant.
    return exposureFor(found.handler).args.length < args.length ? await furtherOr(() => found) : found
  } catch (error) {
    if (!(error instanceof HttpError) || !ofThePath.has(error.status)) throw error
    return furtherOr(() => {
      throw error
    })
  }
}

/** `/1/books/2`: a controller among the members, behind as many segments as `get_one` needs. */
function nestedController({ owner, args, walk }: Step): Promise<Found> | null {
  const one = exposedMember(owner, 'get_one', 'get')
  if (one === null) return null
  const { takesRest } = exposureFor(one)
  const fixed = neededSegments(one, walk)
  const at = takesRest ? args.findIndex((segment) => isController(childOf(owner, segment))) : fixed
  const child = args[at] === undefined ? undefined : childOf(owner, args[at])
  if (!isController(child)) return null
  const routingArgs = [...walk.routingArgs, ...args.slice(0, at)]
  return descend(owner, child, args.slice(at + 1), { ...walk, routingArgs })
}

function byMethod(step: Step): Promise<Found> {
  switch (step.walk.method) {
    case 'get':
      return forGet(step)
    case 'head':
      return forHead(step)
    case 'post':
    case 'put':
      return forChange(step, [step.walk.method])
    case 'delete':
      return forChange(step, ['post_delete', 'delete'])
    default:
      return forOther(step)
  }
}

async function forGet(step: Step): Promise<Found> {
  const { owner, args } = step
  if (args.every((segment) => segment === '')) {
    const all = exposedMember(owner, 'get_all', 'get')
    if (all === null) throw notAllowed(owner)
    return found(step, requireArgs(all, [], step.walk), [])
  }
  const last = args.at(-1)
  if (last === 'new' || last === 'edit' || last === 'delete') {
    const form = exposedMember(owner, last === 'delete' ? 'get_delete' : last)
    if (form !== null) return found(step, form, args.slice(0, -1))
  }
  const below = customAction(step, 'get') ?? (await firstController(step))
  if (below !== null) return below
  const one = exposedMember(owner, 'get_one', 'get')
  if (one === null) throw notAllowed(owner)
  return found(step, requireArgs(one, args, step.walk), args)
}

/** Its own handler where there is one; else what GET would get, of which the edge leaves out the body. */
async function forHead(step: Step): Promise<Found> {
  const head = exposedMember(step.owner, 'post_head', 'head')
  return head === null ? forGet(step) : found(step, head, step.args)
}

async function forChange(step: Step, names: readonly string[]): Promise<Found> {
  const { owner, args, walk } = step
  const below = customAction(step, walk.method) ?? (await firstController(step))
  if (below !== null) return below
  const handler = exposedMember(owner, ...names)
  if (handler === null) throw notAllowed(owner)
  return found(step, handler, args)
}

async function forOther(step: Step): Promise<Found> {
  const { owner, args, walk } = step
  const handler = exposedMember(owner, `post_${walk.method}`, walk.method)
  if (handler !== null) return found(step, handler, args)
  const below = await firstController(step)
  if (below !== null) return below
  throw notAllowed(owner)
}

async function firstController({ owner, args: [first, ...rest], walk }: Step): Promise<Found | null> {
  const child = first === undefined ? undefined : childOf(owner, first)
  return isController(child) ? descend(owner, child, rest, walk) : null
}

/** The name of the action is the last segment; for PUT and DELETE, whose id follows it, the first. */
function customAction(step: Step, method: string): Found | null {
  const args = step.args.filter(Boolean)
  const isFirst = method === 'put' || method === 'delete'
  const name = isFirst ? args[0] : args.at(-1)
  if (name === undefined || !customMethods(step.owner, name).includes(method.toUpperCase())) return null
  const handler = exposedMember(step.owner, `${method}_${name}`, name)
  return handler === null ? null : found(step, handler, isFirst ? args.slice(1) : args.slice(0, -1))
}

function customMethods(owner: object, name: string): readonly unknown[] {
  const actions = memberOf(owner, '_custom_actions') ?? memberOf(owner, '_customActions')
  if (!isController(actions) || !Object.hasOwn(actions, name)) return []
  const methods: unknown = (actions as Readonly<Record<string, unknown>>)[name]
  return Array.isArray(methods) ? methods : []
}

/** A path without the ids that the handler needs leads nowhere: `/authors/books` for `/authors/1/books`. */
function requireArgs(handler: Exposed, args: readonly string[], walk: Walk): Exposed {
  if (args.length < neededSegments(handler, walk)) throw missing()
  return handler
}

function neededSegments(handler: Exposed, { routingArgs }: Walk): number {
  return exposureFor(handler).args.filter(({ isOptional }) => !isOptional).length - routingArgs.length
}

function found({ owner, walk }: Step, handler: Exposed, remainder: readonly string[]): Found {
  return foundAt(handler, owner, remainder, walk)
}

function notAllowed(owner: object): MethodNotAllowed {
  const isRead = exposedMember(owner, 'get', 'get_one', 'get_all', 'new', 'edit', 'get_delete') !== null
  const methods = ['DELETE', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE'].filter(
    (method) => exposedMember(owner, `post_${method.toLowerCase()}`, method.toLowerCase()) !== null,
  )
  return new MethodNotAllowed([...new Set([...(isRead ? ['GET', 'HEAD'] : []), ...methods])].sort())
}
