// A resource: its handlers behind one App, which a route leads to. It picks the handler by the route's action, reads the
// body, serialises the result and turns what is thrown into the API's faults. Runs in workers. It binds no
// URLs (the router does) and checks no bodies (attribute maps do).
import {
  type App,
  isClientGone,
  type ErrorLog,
  type HttpError,
  type HttpRequest,
  type HttpResponse,
} from '../../http/index.ts'
import { announcesBody } from '../../http/message.ts'
import { isThenable } from '../../http/normalise.ts'
import { withErrors } from '../../middleware/answer.ts'
import { errorFault, type Fault, type FaultMapping, mapError, told } from '../responses/faults.ts'
import { BadRequest, InternalError, MethodNotAllowed, NotFound } from '../responses/http-errors.ts'
import { Call, type Controller, type Handler, type MemberParams, standardActions } from './call.ts'
import type { RouteMatch } from '../routes/match.ts'
import { bodyReader, type Deserialisers, jsonBody } from './request-body.ts'
import { jsonText, serialiser, type Serialisers } from './serialise.ts'

export interface ResourceOptions {
  /** JSON alone unless said; `anyJson` for APIs that read JSON whatever its type is said to be. */
  readonly deserialise?: Deserialisers
  /** JSON unless said. */
  readonly serialise?: Serialisers
  /** How errors look; `errorFault` unless said. */
  readonly fault?: Fault
  /** What exceptions mean that are no HttpErrors. All others are a 500 and logged. */
  readonly faults?: readonly FaultMapping[]
  /** The status of a result that does not say its own, by action; else 201 for create, 204 for delete, 200. */
  readonly statuses?: Readonly<Record<string, number>>
  /** Told of errors that nobody foresaw; the log of the server unless said. With `info`, of the client's faults, too. */
  readonly log?: ErrorLog & { info?(fields: object, message: string): void }
}

/** An App that a route leads to, and what it has handlers for: a mapper need not bind the rest. */
export type Resource = App & {
  readonly actions: ReadonlySet<string>
  /** For documents. */
  readonly handlers: ReadonlyMap<string, Handler<MemberParams>>
}

const internalText = 'Request Failed: internal server error while processing your request.'

/** An App of a controller: `map.resource('document', 'documents', { controller: resource(new Documents(db)) })`. */
export function resource(controller: Controller, options: ResourceOptions = {}): Resource {
  const { fault = errorFault, faults = [], log } = options
  const handlers = bind(controller)
  const actions = new Map(Object.entries(controller.actions ?? {}))
  const read = bodyReader(options.deserialise ?? { 'application/json': jsonBody })
  const serialise = serialiser(options.serialise ?? jsonText)
  const statuses = new Map(Object.entries({ create: 201, delete: 204, ...options.statuses }))

  function dispatch(req: HttpRequest): HttpResponse | Promise<HttpResponse> {
    const { action: routed, params } = routeOf(req)
    const action = routed ?? actionFor(req.method, params)
    if (action === 'action' && actions.size > 0 && !handlers.has(action)) return dispatchByKey(req, params)
    const handler = handlers.get(action)
    if (handler === undefined) throw unbound(action, params, handlers)
    if (!takesBody(req)) return invoke(req, handler, action, params, undefined)
    return read(req).then((body) => invoke(req, handler, action, params, body))
  }

  async function dispatchByKey(req: HttpRequest, params: Readonly<Record<string, string>>): Promise<HttpResponse> {
    const body = takesBody(req) ? await read(req) : undefined
    const [name, value] = onlyEntry(body)
    const handler = actions.get(name)
    if (handler === undefined) throw new BadRequest(`There is no action "${name}" here.`)
    return invoke(req, handler, name, params, value)
  }

  function invoke(
    req: HttpRequest,
    handler: Handler<MemberParams>,
    action: string,
    params: Readonly<Record<string, string>>,
    body: unknown,
  ): HttpResponse | Promise<HttpResponse> {
    const status = statuses.get(action) ?? 200
    // Which variables there are is the route's business: a member's route has its id.
    const result = handler.call(controller, new Call(req, action, params as MemberParams, body))
    return isThenable(result)
      ? Promise.resolve(result).then((value) => serialise(value, status, req, params))
      : serialise(result, status, req, params)
  }

  function fail(error: unknown, req: HttpRequest): HttpResponse {
    if (isClientGone(error)) throw error
    const known = mapError(error, faults)
    if (known === null || !known.expose) report(error, req)
    else log?.info?.({ status: known.status }, `${req.method} ${req.scriptName}${req.pathInfo}: ${told(known)}`)
    return fault(known ?? new InternalError(internalText), req)
  }

  function report(error: unknown, req: HttpRequest): void {
    if (log === undefined) req.reportLate?.(error, req)
    else log.error({ err: error }, `${req.method} ${req.scriptName}${req.pathInfo} failed`)
  }

  const app: App = (req) => withErrors(dispatch, req, fail)
  const bound = actions.size > 0 ? [...handlers.keys(), 'action'] : handlers.keys()
  return Object.assign(app, { actions: new Set(bound), handlers })
}

function bind(controller: Controller): Map<string, Handler<MemberParams>> {
  const handlers = new Map(Object.entries(controller.custom ?? {}))
  for (const name of standardActions) {
    const handler = controller[name]
    if (handler !== undefined) handlers.set(name, handler)
  }
  return handlers
}

function routeOf(req: HttpRequest): RouteMatch {
  const { route } = req.environ
  if (route === undefined) throw new TypeError('a resource was asked without a router in front of it')
  return route
}

/** RFC 9110 §9.3.1: the body of a GET means nothing. */
function takesBody(req: HttpRequest): boolean {
  return req.method !== 'GET' && req.method !== 'HEAD' && announcesBody(req)
}

/** For a route that names no action: what the method means for a collection or a member. */
function actionFor(method: string, { id }: Readonly<Record<string, string>>): string {
  switch (method) {
    case 'POST':
      return 'create'
    case 'PUT':
    case 'PATCH':
      return 'update'
    case 'DELETE':
      return 'delete'
    default:
      return id === undefined ? 'index' : 'show'
  }
}

const methodsOf = { index: 'GET, HEAD', create: 'POST', show: 'GET, HEAD', update: 'PUT', delete: 'DELETE' } as const

/** 405 where the URL has other methods, else 404. */
function unbound(
  action: string,
  { id }: Readonly<Record<string, string>>,
  handlers: ReadonlyMap<string, unknown>,
): HttpError {
  if (Object.hasOwn(methodsOf, action)) {
    const here = id === undefined ? (['index', 'create'] as const) : (['show', 'update', 'delete'] as const)
    const allow = here.filter((name) => handlers.has(name)).map((name) => methodsOf[name])
    if (allow.length > 0) return new MethodNotAllowed(allow, 'The method is not allowed here.')
  }
  return new NotFound('The resource could not be found.')
}

function onlyEntry(body: unknown): [string, unknown] {
  const entries = typeof body === 'object' && body !== null && !Array.isArray(body) ? Object.entries(body) : []
  const [only] = entries
  if (only === undefined || entries.length > 1) {
    throw new BadRequest('Malformed request body: an action is an object with one key.')
  }
  return only
}
