// The type of an answer, agreed before the handler runs, and the answer of its result after it. Runs in workers.
import { SlipwayError } from '../../errors.ts'
import { type HttpRequest, type HttpResponse, type ResponseBody } from '../../http/index.ts'
import { isResponse, nameOf } from '../../http/normalise.ts'
import { accepts } from '../responses/accepts.ts'
import { NotAcceptable } from '../responses/http-errors.ts'
import { withCharset } from '../responses/media-types.ts'
import type { Exposure, Renderer, Template } from './expose.ts'
import type { State } from './state.ts'
import { missing } from './traverse.ts'

/** Template engines by name: the engine gets the template's name, the result and the state. */
export type Renderers = Readonly<
  Record<string, (template: string, value: unknown, state: State) => string | Uint8Array>
>

export interface RenderOptions {
  readonly renderers: Renderers
  /** For templates that name no engine; with `json`, handlers without a template or type answer with JSON. */
  readonly defaultRenderer: string | null
}

/** The type of the answer. Raises an HttpError 404 when the path asks for another one, 406 when the client does. */
export function agreeOnType({ types }: Exposure, guessed: string | null, req: HttpRequest): string {
  const known = [...types.keys()]
  if (guessed !== null) {
    if (!types.has(guessed)) throw missing()
    return guessed
  }
  const [first = 'text/html'] = known
  const accept = req.header('accept') ?? '*/*'
  // A browser takes a page in text for one in HTML.
  const isBrowser =
    accept.startsWith('text/html,') && known.length === 1 && (first === 'text/html' || first === 'text/plain')
  const type = isBrowser ? first : (accepts(req, known) ?? known.find((one) => accept.startsWith(one)))
  if (type === undefined) {
    throw new NotAcceptable(`None of the accepted types is here: there is ${known.join(', ')}.`)
  }
  return type
}

/** Puts what a handler answered with into the state's response. */
export function finish(result: unknown, exposure: Exposure, state: State, options: RenderOptions): void {
  if (isResponse(result)) {
    state.response = result
    return
  }
  const template = state.template ?? templateOf(exposure, state.contentType, options)
  if (template === 'json') state.contentType = 'application/json'
  const body = template === null ? result : render(template, result, state, options)
  const { response } = state
  if (isEmpty(body)) response.body = null
  else if (isBody(body)) response.body = body
  else throw notABody(body)
  if (state.contentType !== null) response.headers['content-type'] ??= withCharset(state.contentType)
}

/** An answer of 200 without a body says so: 204. */
export function settle(response: HttpResponse): HttpResponse {
  const { body } = response
  const isNothing = body === null || body === '' || (body instanceof Uint8Array && body.byteLength === 0)
  if (response.status === 200 && isNothing) response.status = 204
  return response
}

function templateOf(
  { types, hasOwnType }: Exposure,
  type: string | null,
  { defaultRenderer }: RenderOptions,
): Template {
  const template = types.get(type ?? '') ?? null
  return template === null && !hasOwnType && defaultRenderer === 'json' ? 'json' : template
}

function render(
  template: string | Renderer,
  value: unknown,
  state: State,
  options: RenderOptions,
): string | Uint8Array {
  if (typeof template === 'function') return template(value, state)
  // JSON has no undefined.
  if (template === 'json') return JSON.stringify(value) ?? 'null'
  const colon = template.indexOf(':')
  const engine = colon === -1 ? options.defaultRenderer : template.slice(0, colon)
  const { renderers } = options
  const renderer = engine !== null && Object.hasOwn(renderers, engine) ? renderers[engine] : undefined
  if (renderer === undefined) {
    throw new SlipwayError('SLIPWAY_HTTP_RESPONSE', `there is no renderer for the template "${template}"`, {
      expected: 'json, or a template of one of the renderers of the app',
      alternatives: Object.keys(renderers),
    })
  }
  return renderer(template.slice(colon + 1), value, state)
}

function isEmpty(body: unknown): boolean {
  return body === undefined || body === null || body === '' || body === false
}

function isBody(body: unknown): body is ResponseBody {
  return isResponse({ status: 200, headers: {}, body })
}

function notABody(value: unknown): SlipwayError {
  return new SlipwayError('SLIPWAY_HTTP_RESPONSE', `the handler answered with ${nameOf(value)}, which is no body`, {
    expected: 'a string, bytes, a stream, a response, or a template that makes a body of it',
    hint: 'expose(handler, { template: "json" }) answers with JSON',
  })
}
