// Content negotiation (RFC 9110 §12.5): which of the forms that a resource has its client wants. Runs in workers.
import { appendVary, type HttpRequest, type HttpResponse } from '../../http/index.ts'
import { negotiator } from '../../lazy-packages.ts'
import { NotAcceptable } from './http-errors.ts'

/**
 * The best of `types` for the request's Accept; of equal ones the one that the client names first, without the header the first here.
 * Null when the client wants none of them. A header that is none at all counts for nothing.
 */
export function accepts(req: HttpRequest, types: readonly string[]): string | null {
  const accept = req.header('accept')
  if (accept === undefined || accept === '*/*' || !mediaRange.test(accept)) return types[0] ?? null
  const Parser = negotiator()
  return new Parser({ headers: { accept } }).mediaType([...types]) ?? null
}

const mediaRange = /[^\s,;/]\/[^\s,;/]/

/** As `accepts`, for languages. */
export function acceptsLanguage(req: HttpRequest, languages: readonly string[]): string | null {
  const accepted = req.header('accept-language')
  if (accepted === undefined || accepted.trim() === '') return languages[0] ?? null
  const Parser = negotiator()
  return new Parser({ headers: { 'accept-language': accepted } }).language([...languages]) ?? null
}

/** As `accepts`, and raises an HttpError 406 that lists what there is. */
export function requireAccepts(req: HttpRequest, types: readonly string[]): string {
  const type = accepts(req, types)
  if (type === null) throw new NotAcceptable(`None of the accepted types is here: there is ${types.join(', ')}.`)
  return type
}

/**
 * Answers with the form that the client wants: `negotiate(req, { 'application/json': () => …, 'text/html': () => … })`.
 * Says so in `Vary`; raises an HttpError 406 when it wants none of them.
 */
export async function negotiate(
  req: HttpRequest,
  forms: Readonly<Record<string, () => HttpResponse | Promise<HttpResponse>>>,
): Promise<HttpResponse> {
  const types = Object.keys(forms)
  const response = await forms[requireAccepts(req, types)]?.()
  if (response === undefined) throw new NotAcceptable(`None of the forms ${types.join(', ')} can be made.`)
  appendVary(response, 'Accept')
  return response
}
