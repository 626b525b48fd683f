// What the handler of a resource is given and what it may answer with. Types, and the two small classes behind
// them; runs in workers.
import type { HttpRequest, ResponseHeaders } from '../../http/index.ts'
// For the slot `context` of the environ.
import type { RequestContext } from '../../middleware/index.ts'

/** The variables of the path, decoded. */
export type Params = Readonly<Record<string, string>>

export type MemberParams = Params & { readonly id: string }

/** One call of a handler: `show({ params, context }) { … }`. */
export class Call<P extends Params = Params, Body = unknown> {
  readonly req: HttpRequest
  /** The name that the handler was found under. */
  readonly action: string
  readonly params: P
  /** As the deserialiser made it; undefined for a request without one. */
  readonly body: Body

  constructor(req: HttpRequest, action: string, params: P, body: Body) {
    this.req = req
    this.action = action
    this.params = params
    this.body = body
  }

  get query(): URLSearchParams {
    return this.req.query
  }

  /** Who asks; undefined where no filter of the pipeline finds that out. */
  get context(): RequestContext | undefined {
    return this.req.environ.context
  }
}

/**
 * Answers with a value that is serialised, with a `reply`, with a response as it is, or with nothing. Throws what
 * the fault map knows.
 */
export type Handler<P extends Params = Params> = (call: Call<P>) => unknown

/**
 * The handlers of one resource; an object or an instance of a class. What is not here is not bound: a request for it gets 405
 * with what is allowed, or 404. Handlers run with the controller as `this`.
 */
export interface Controller {
  /** GET of the collection. */
  index?(call: Call): unknown
  /** POST to the collection. */
  create?(call: Call): unknown
  /** GET of the form for a new member, where an API has one. */
  new?(call: Call): unknown
  /** GET of a member. */
  show?(call: Call<MemberParams>): unknown
  /** GET of the form of a member. */
  edit?(call: Call<MemberParams>): unknown
  /** PUT of a member; PATCH, where a route leads here. */
  update?(call: Call<MemberParams>): unknown
  /** DELETE of a member. */
  delete?(call: Call<MemberParams>): unknown
  /** What else routes lead to: collection, member and new actions with URLs of their own, by action. */
  readonly custom?: Readonly<Record<string, Handler<MemberParams>>>
  /** `POST /{collection}/{id}/action` with a body of one key, by that key; the handler's body is the key's value. */
  readonly actions?: Readonly<Record<string, Handler<MemberParams>>>
}

/** The handlers of a controller that have names of their own. */
export const standardActions = ['index', 'create', 'new', 'show', 'edit', 'update', 'delete'] as const

/** A value to be serialised, with a status or headers of its own. */
export class Reply {
  readonly value: unknown
  readonly status: number | undefined
  readonly headers: ResponseHeaders

  constructor(value: unknown, status: number | undefined, headers: ResponseHeaders) {
    this.value = value
    this.status = status
    this.headers = headers
  }
}

/** `return reply({ document }, { headers: { location } })` */
export function reply(value: unknown, parts: { status?: number; headers?: ResponseHeaders } = {}): Reply {
  return new Reply(value, parts.status, parts.headers ?? {})
}
