// The result of a handler as a response, by what the client accepts. Runs in workers.
import { appendVary, type HttpRequest, type HttpResponse } from '../../http/index.ts'
import { isResponse } from '../../http/normalise.ts'
import { accepts } from '../responses/accepts.ts'
import { type Params, Reply } from './call.ts'

export type Serialiser = (value: unknown, req: HttpRequest) => string | Uint8Array

/** Serialisers by content type; the first is for clients without a preference. */
export type Serialisers = Readonly<Record<string, Serialiser>>

export const jsonText: Serialisers = { 'application/json': (value) => JSON.stringify(value) }

/** Makes responses of results. The status is that of a result which does not say its own. */
export type Serialise = (result: unknown, status: number, req: HttpRequest, params: Params) => HttpResponse

export function serialiser(table: Serialisers): Serialise {
  const types = Object.keys(table)
  const [first] = types
  if (first === undefined) throw new TypeError('a resource needs at least one serialiser')
  return (result, status, req, params) => {
    if (isResponse(result)) return result
    const {
      value,
      status: own,
      headers,
    } = result instanceof Reply ? result : { value: result, status: undefined, headers: {} }
    const isNothing = value === undefined || value === null
    const code = own ?? (isNothing && status === 200 ? 204 : status)
    if (isNothing || code === 204) return { status: code, headers: { ...headers }, body: null }
    const type = types.length === 1 ? first : typeFor(req, params, types, first)
    const response: HttpResponse = {
      status: code,
      headers: { 'content-type': type, ...headers },
      body: table[type]?.(value, req) ?? null,
    }
    if (types.length > 1) appendVary(response, 'Accept')
    return response
  }
}

/** The format in the URL (`/documents/1.xml`), else what the client accepts, else the first: no request fails for its Accept. */
function typeFor(req: HttpRequest, { format }: Params, types: readonly string[], first: string): string {
  const named = format === undefined ? undefined : types.find((type) => type.endsWith(`/${format}`))
  return named ?? accepts(req, types) ?? first
}
