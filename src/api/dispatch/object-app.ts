// An App of a tree of controller objects: the path is walked from object to object, hooks run around the handler. This is
// pecan's object dispatch, with functions for its decorators. Runs in workers.
import { type App, HttpError, type HttpRequest, type HttpResponse } from '../../http/index.ts'
import { isResponse } from '../../http/normalise.ts'
import { accepts } from '../responses/accepts.ts'
import { BadRequest, MethodNotAllowed } from '../responses/http-errors.ts'
import type { Fault } from '../responses/faults.ts'
import { mediaType } from '../responses/media-types.ts'
import { bodyFields, fillArguments } from './arguments.ts'
import { type Exposed, exposureFor, withSecurity } from './expose.ts'
import type { Found } from './found.ts'
import { agreeOnType, finish, type Renderers, settle } from './result.ts'
import { checkBoundary, checkHandler, Guarded } from './secure.ts'
import { type Hook, State } from './state.ts'
import { lookup } from './traverse.ts'

export interface ObjectAppOptions {
  readonly hooks?: readonly Hook[]
  /** Template engines by name. */
  readonly renderers?: Renderers
  /** The engine of templates that name none; with `json`, handlers that say nothing else answer with JSON. */
  readonly defaultRenderer?: string
  /** Whether a path to an index wants its slash at the end: GET is redirected there, others are refused. True unless said. */
  readonly forceCanonical?: boolean
  /** Whether `/5.json` is `/5`, asked for as JSON. False unless said: ids have dots. */
  readonly guessContentType?: boolean
  /** Whether `?_method=DELETE`, or a field of a form, makes a POST to a REST controller another method. False unless said. */
  readonly methodOverride?: boolean
  /** How errors look; unless said, JSON of `code`, `title` and `description` for clients that like it best, else a text or a page. */
  readonly fault?: Fault
}

/** `objectApp(new Root(), { hooks: [contextHook] })`. What controllers need, they are given when they are made. */
export function objectApp(root: object, options: ObjectAppOptions = {}): App {
  const { fault = describedFault } = options
  const appHooks = byPriority(options.hooks ?? [])
  const render = { renderers: options.renderers ?? {}, defaultRenderer: options.defaultRenderer ?? null }

  async function handle(state: State, use: (hooks: readonly Hook[]) => void): Promise<void> {
    for (const hook of appHooks) await hook.onRoute?.(state)
    const { path, type } =
      options.guessContentType === true ? guess(state.req.pathInfo) : { path: state.req.pathInfo, type: null }
    const found = await find(root, path, state, options)
    const handler = handlerFor(found, state.req.method)
    await checkHandler(handler, found.owner, state)
    if (found.isNoncanonical) requireSlash(handler, state.req, options.forceCanonical ?? true)
    state.controller = handler
    const hooks = found.hooks.length === 0 ? appHooks : byPriority([...found.hooks, ...appHooks])
    use(hooks)
    const exposure = exposureFor(handler)
    state.contentType = agreeOnType(exposure, type, state.req)
    await fillArguments(handler, found.segments, state)
    for (const hook of hooks) await hook.before?.(state)
    finish(await handler.call(found.owner, state), exposure, state, render)
  }

  return async (req) => {
    const state = new State(req)
    let hooks: readonly Hook[] = appHooks
    try {
      await handle(state, (used) => (hooks = used))
    } catch (error) {
      await answerError(error, state, hooks, fault)
    } finally {
      for (const hook of hooks.toReversed()) await hook.after?.(state)
    }
    return settle(state.response)
  }
}

/** The first response of a hook is the answer; else an HttpError is one, and other errors pass. */
async function answerError(error: unknown, state: State, hooks: readonly Hook[], fault: Fault): Promise<void> {
  const known = HttpError.from(error)
  if (known !== null) state.response = faultOf(known, state, fault)
  for (const hook of hooks.toReversed()) {
    const answer = await hook.onError?.(state, error)
    if (!isResponse(answer)) continue
    state.response = answer
    return
  }
  if (known === null) throw error
  if (!known.expose && known.status >= 500) state.req.reportLate?.(error, state.req)
}

function faultOf(error: HttpError, { req, controller }: State, fault: Fault): HttpResponse {
  const response = fault(error, req)
  if (error.status === 405 && controller !== null && response.headers.allow === undefined) {
    const allow = [...exposureFor(controller).when.keys()].sort()
    if (allow.length > 0) response.headers.allow = allow.join(', ')
  }
  return response
}

const describedFault: Fault = (error, req) => {
  const response = error.toResponse(req)
  if (accepts(req, ['text/plain', 'text/html', 'application/json']) !== 'application/json') return response
  const { status, title, message, expose } = error
  const description = expose && message !== title ? message : ''
  response.headers['content-type'] = 'application/json'
  response.body = JSON.stringify({ code: status, title, description })
  return response
}

async function find(root: object, path: string, state: State, options: ObjectAppOptions): Promise<Found> {
  const method = options.methodOverride === true ? await overridden(state.req) : state.req.method
  const walk = { state, method: method.toLowerCase(), routingArgs: [], hooks: [] }
  if (root instanceof Guarded) await checkBoundary(root.target, root, state)
  return lookup(root instanceof Guarded ? root.target : root, segmentsOf(path), walk)
}

/** Decoded one by one: a slash that is encoded stays in its segment. */
function segmentsOf(path: string): string[] {
  try {
    return path.split('/').slice(1).map(decodeURIComponent)
  } catch (cause) {
    throw new BadRequest('The path is not percent-encoded as it should be.', { cause })
  }
}

async function overridden(req: HttpRequest): Promise<string> {
  if (req.method !== 'POST') return req.method
  const field = req.query.get('_method') ?? new Map(await bodyFields(req)).get('_method')
  return typeof field === 'string' ? field : req.method
}

/** The handler for the method, where the one that was found has some. */
function handlerFor({ handler }: Found, method: string): Exposed {
  const { when, methods, security } = exposureFor(handler)
  const special = when.get(method) ?? (method === 'HEAD' ? when.get('GET') : undefined)
  if (special !== undefined) {
    const isOwn = exposureFor(special).security !== 'inherited' || security === 'inherited'
    return isOwn ? special : withSecurity(special, security)
  }
  if (methods !== null && !methods.has(method)) {
    throw new MethodNotAllowed([...methods, ...when.keys()].sort())
  }
  return handler
}

/** GET goes where the slash is; what has a body would lose it on the way. */
function requireSlash(handler: Exposed, req: HttpRequest, isForced: boolean): void {
  // One that is there already was taken by a _lookup.
  if (!isForced || exposureFor(handler).acceptsNoncanonical || req.pathInfo.endsWith('/')) return
  const query = req.queryString === '' ? '' : `?${req.queryString}`
  const location = `${req.applicationUrl}${req.pathInfo}/${query}`
  if (req.method === 'GET' || req.method === 'HEAD') throw new HttpError(302, undefined, { headers: { location } })
  throw new BadRequest(`The URL has a slash at its end: ${location}`)
}

function guess(path: string): { path: string; type: string | null } {
  const trimmed = path.replace(/\/+$/, '')
  const extension = /[^/](\.[a-z0-9]+)$/i.exec(trimmed)?.[1]
  const type = extension === undefined ? undefined : mediaType(extension)
  if (extension === undefined || type === undefined) return { path, type: null }
  return { path: trimmed.slice(0, -extension.length) + path.slice(trimmed.length), type }
}

/** Ascending; of equal ones the first stays first. */
function byPriority(hooks: readonly Hook[]): readonly Hook[] {
  return hooks.toSorted((a, b) => (a.priority ?? 100) - (b.priority ?? 100))
}
