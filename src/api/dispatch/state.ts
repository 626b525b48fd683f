// One request on its way through object dispatch: what hooks, checks and handlers are given. Runs in workers.
import { HttpError, type HttpErrorParts, type HttpRequest, type HttpResponse, redirect } from '../../http/index.ts'
// For the slot `context` of the environ.
import type { RequestContext } from '../../middleware/index.ts'
import type { Exposed } from './expose.ts'

/** Arguments by name. From the path they are strings; from a query strings or lists; from a JSON body anything. */
export type Arguments = Readonly<Record<string, unknown>>

export class State<Args extends Arguments = Arguments> {
  readonly req: HttpRequest
  /** What the result is put into; handlers set its status and headers. After the handler: the answer, which hooks may change or replace. */
  response: HttpResponse = { status: 200, headers: {}, body: null }
  /** The handler, once it is found. */
  controller: Exposed | null = null
  /** Those that the handler has declared, once they are known. */
  args: Args
  /** What was left of the path, for a handler that takes any number of segments. */
  rest: readonly string[] = []
  /** All other fields of query and body, for a handler that takes them. */
  fields: Arguments = {}
  /** The type of the answer as it was agreed; a handler may set another one. */
  contentType: string | null = null
  /** In place of the handler's own template. */
  template: string | null = null

  constructor(req: HttpRequest) {
    this.req = req
    // It is filled before the handler sees it.
    this.args = Object.create(null) as Args
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
 * Runs around handlers. `onRoute` of the app's hooks runs first, by ascending priority; then `before` of all; `after` in descending order, whether
 * there was an error or not; `onError` in descending order, where the first response that one returns is the answer.
 */
export interface Hook {
  /** 100 unless said; lower ones are further out. */
  readonly priority?: number
  onRoute?(state: State): unknown
  before?(state: State): unknown
  after?(state: State): unknown
  onError?(state: State, error: unknown): unknown
}

/** Ends the request with a status, from anywhere below a handler or a hook. */
export function abort(status: number, message?: string, parts?: HttpErrorParts): never {
  throw new HttpError(status, message, parts)
}

/** Ends the request with a redirect, from anywhere below a handler or a hook. A handler may return http's `redirect()` as well. */
export function redirectTo(location: string, status = 302): never {
  throw new HttpError(status, undefined, { headers: redirect(location).headers })
}
