// The arguments of a handler: segments of the path first, then by name what query and body have. Runs in workers. A body
// is read only for a handler that still wants something of it.
import type { HttpRequest } from '../../http/index.ts'
import { announcesBody } from '../../http/message.ts'
import { contentTypeOf } from '../controllers/request-body.ts'
import { BadRequest } from '../responses/http-errors.ts'
import { type Exposed, exposureFor } from './expose.ts'
import type { State } from './state.ts'
import { missing } from './traverse.ts'

/**
 * Fills `args`, `rest` and `fields` of the state. Raises an HttpError 404 for segments that the handler has no arguments for, 400 for
 * an argument that is missing or a body that cannot be understood.
 */
export async function fillArguments(handler: Exposed, segments: readonly string[], state: State): Promise<void> {
  const { args: declared, takesRest, takesFields } = exposureFor(handler)
  // Keys of clients are about to come in.
  const args = Object.create(null) as Record<string, unknown>
  declared.slice(0, segments.length).forEach(({ name }, index) => (args[name] = segments[index]))
  const rest = segments.slice(declared.length)
  if (rest.length > 0 && !takesRest) throw missing()
  const open = declared.slice(segments.length)
  if (open.length > 0 || takesFields) {
    const given = await fieldsOf(state.req)
    for (const { name } of open) {
      if (given.has(name)) args[name] = given.get(name)
    }
    const lost = open.filter(({ name, isOptional }) => !isOptional && !given.has(name))
    if (lost.length > 0) {
      throw new BadRequest(`Missing argument: ${lost.map(({ name }) => `"${name}"`).join(', ')}.`)
    }
    if (takesFields) {
      for (const { name } of declared) given.delete(name)
      const fields = Object.create(null) as Record<string, unknown>
      for (const [name, value] of given) fields[name] = value
      state.fields = fields
    }
  }
  Object.assign(state, { args, rest })
}

/** What query and body say, by name; what is said more than once is a list. */
async function fieldsOf(req: HttpRequest): Promise<Map<string, unknown>> {
  const all = new Map<string, unknown[]>()
  for (const [name, value] of [...req.query, ...(await bodyFields(req))]) {
    const values = all.get(name)
    if (values === undefined) all.set(name, [value])
    else values.push(value)
  }
  return new Map([...all].map(([name, values]) => [name, values.length === 1 ? values[0] : values]))
}

const jsonTypes = new Set(['application/json', 'application/javascript'])

/** The fields of a form or of a JSON object; other bodies, and JSON that is no object, have none. */
export async function bodyFields(req: HttpRequest): Promise<Iterable<[string, unknown]>> {
  if (req.method === 'GET' || req.method === 'HEAD' || !announcesBody(req)) return []
  const type = contentTypeOf(req)
  if (type === 'application/x-www-form-urlencoded') return new URLSearchParams(await req.body.text())
  if (!jsonTypes.has(type)) return []
  const value = await req.body.json()
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : []
}
