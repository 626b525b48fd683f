// The body of a request as a value, by its content type. Runs in workers. Limits of size are sizelimit's and the
// depth of JSON is http's.
import type { HttpRequest } from '../../http/index.ts'
import { parseJsonBytes } from '../../http/json-body.ts'
import { UnsupportedMediaType } from '../responses/http-errors.ts'

/** Makes a value of a body that is not empty. Raises an HttpError 400 for one that cannot be understood. */
export type Deserialiser = (body: Buffer, req: HttpRequest) => unknown

// The one for all other types is under a star, a slash and a star.
/** Deserialisers by media type in lower case. */
export type Deserialisers = Readonly<Record<string, Deserialiser>>

export const jsonBody: Deserialiser = (body, { headers }) => parseJsonBytes(body, headers)

/** JSON, whatever type the client says it is: as neutron and tacker read bodies. */
export const anyJson: Deserialisers = { 'application/json': jsonBody, '*/*': jsonBody }

/** Reads bodies by the table; 415 for what is not in it. */
export function bodyReader(table: Deserialisers): (req: HttpRequest) => Promise<unknown> {
  const known = new Map(Object.entries(table))
  const types = [...known.keys()]
  const fallback = known.get('*/*')
  return async (req) => {
    const told = contentTypeOf(req)
    // Counts as none: servers and clients add it by themselves (so does nova).
    const type = told === 'text/plain' ? '' : told
    const read = known.get(type === '' ? (types[0] ?? '') : (jsonLike(type, known) ?? type)) ?? fallback
    if (read === undefined) {
      throw new UnsupportedMediaType(
        types,
        `The content type "${type}" is not supported here: send ${types.join(' or ')}.`,
      )
    }
    const bytes = await req.body.bytes()
    // A body of unknown length may turn out to be none.
    return bytes.length === 0 ? undefined : read(bytes, req)
  }
}

/** In lower case, without parameters; '' for none. */
export function contentTypeOf(req: HttpRequest): string {
  return (req.header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
}

/** `application/merge-patch+json` is read as JSON unless it has a reader of its own. */
function jsonLike(type: string, known: ReadonlyMap<string, Deserialiser>): string | null {
  return type.endsWith('+json') && !known.has(type) ? 'application/json' : null
}
