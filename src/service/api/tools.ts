// What the API has beside documents: an echo, and checksums. For whoever sets up proxies and pipelines.
import { createHash } from 'node:crypto'
import { bodyReader, jsonBody } from '../../api/controllers/request-body.ts'
import { HttpError, type HttpRequest, type HttpResponse, json } from '../../http/index.ts'

/** What arrived here: for whoever sets up proxies and pipelines. */
export function echo(req: HttpRequest): HttpResponse {
  return json({
    method: req.method,
    url: req.applicationUrl + req.pathInfo,
    query: [...req.query],
    remote_address: req.remoteAddress ?? null,
  })
}

const readBody = bodyReader({ 'application/json': jsonBody })

const algorithms = ['sha256', 'sha384', 'sha512'] as const

/** `{"text": …, "algorithm": "sha256"}` → the checksum of the text in UTF-8. */
export async function digest(req: HttpRequest): Promise<HttpResponse> {
  const { text, algorithm = 'sha256' } = fieldsOf(await readBody(req))
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
