// Version 1 of the API: what it is and who asks, an echo, and checksums. Documents in a database come
// later. Errors are JSON, as clients of an API expect whatever they accept.
import { createHash } from 'node:crypto'
import { type App, type AppFactory, HttpError, type HttpRequest, type HttpResponse, json } from '../../http/index.ts'
// For the slot `context` of the environ.
import type { RequestContext } from '../../middleware/index.ts'

type Handler = (req: HttpRequest) => HttpResponse | Promise<HttpResponse>

const routes: ReadonlyMap<string, Readonly<Record<string, Handler>>> = new Map([
  ['', { GET: describe }],
  ['/', { GET: describe }],
  ['/echo', { GET: echo }],
  ['/digest', { POST: digest }],
])

function describe(req: HttpRequest): HttpResponse {
  return json({
    version: { id: 'v1.0', status: 'CURRENT', links: [{ rel: 'self', href: `${req.applicationUrl}/` }] },
    resources: [...routes.keys()]
      .filter((path) => path.length > 1)
      .map((path) => ({ name: path.slice(1), href: req.applicationUrl + path })),
    context: shown(req.environ.context),
  })
}

/** Who asks, as far as it is known. */
function shown(context: RequestContext | undefined): object | null {
  if (context === undefined || context.isAnonymous) return null
  const { userId, projectId, roles, isAdmin, requestId } = context
  return { user_id: userId, project_id: projectId, roles, is_admin: isAdmin, request_id: requestId }
}

/** What arrived here: for whoever sets up proxies and pipelines. */
function echo(req: HttpRequest): HttpResponse {
  return json({
    method: req.method,
    url: req.applicationUrl + req.pathInfo,
    query: [...req.query],
    remote_address: req.remoteAddress ?? null,
  })
}

const algorithms = ['sha256', 'sha384', 'sha512'] as const

/** `{"text": …, "algorithm": "sha256"}` → the checksum of the text in UTF-8. */
async function digest(req: HttpRequest): Promise<HttpResponse> {
  const body = await req.body.json()
  const { text, algorithm = 'sha256' } = fieldsOf(body)
  if (typeof text !== 'string') throw new HttpError(400, 'Invalid input for text. Reason: it is not a string.')
  const known = algorithms.find((name) => name === algorithm)
  if (known === undefined) {
    throw new HttpError(400, `Invalid input for algorithm. Reason: it is not one of ${algorithms.join(', ')}.`)
  }
  return json({ digest: { algorithm: known, value: createHash(known).update(text).digest('hex') } })
}

function fieldsOf(body: unknown): { readonly text?: unknown; readonly algorithm?: unknown } {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body
  throw new HttpError(400, 'Malformed request body: it is not an object.')
}

function answer(req: HttpRequest): HttpResponse | Promise<HttpResponse> {
  const handlers = routes.get(req.pathInfo)
  if (handlers === undefined) return fault(new HttpError(404, 'The resource could not be found.'))
  // The edge leaves the body of the answer out.
  const method = req.method === 'HEAD' ? 'GET' : req.method
  const handler = Object.hasOwn(handlers, method) ? handlers[method] : undefined
  if (handler === undefined) return fault(notAllowed(Object.keys(handlers)))
  try {
    const response = handler(req)
    return response instanceof Promise ? response.catch(refusal) : response
  } catch (error) {
    return refusal(error)
  }
}

function notAllowed(methods: readonly string[]): HttpError {
  const allow = methods.flatMap((name) => (name === 'GET' ? ['GET', 'HEAD'] : [name]))
  return new HttpError(405, 'The method is not allowed here.', { headers: { allow: allow.join(', ') } })
}

/** Any other error is for catch_errors, which logs it. */
function refusal(error: unknown): HttpResponse {
  const known = HttpError.from(error)
  if (known?.expose !== true) throw error
  return fault(known)
}

function fault({ status, message, headers }: HttpError): HttpResponse {
  return json({ error: { code: status, message } }, status, headers)
}

/** `paste.app_factory` */
export const appFactory: AppFactory = (): App => answer
