// The pieces of an OpenAPI 3.1 document for one collection: its paths and its schemas. Pure. Servers, security and the
// document around them are the service's.
import type { AttributeMap } from './attribute-map.ts'
import { type BodyKind, schemaOf, type SchemaNames } from './schema.ts'
import type { JsonSchema } from './validator.ts'

export interface OpenApiOptions extends SchemaNames {
  /** `/v2.0` */
  readonly prefix?: string
  readonly allowBulk?: boolean
  readonly allowPagination?: boolean
  readonly allowSorting?: boolean
  /** What there is; all five unless said. */
  readonly actions?: readonly ('index' | 'create' | 'show' | 'update' | 'delete')[]
}

export interface OpenApiParts {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> }
}

export function openApiOf(attributes: AttributeMap, options: OpenApiOptions): OpenApiParts {
  const { resource, collection, prefix = '' } = options
  const has = new Set(options.actions ?? ['index', 'create', 'show', 'update', 'delete'])
  const name = resource.split(/[_-]/u).map(capitalised).join('')
  const schemas = Object.fromEntries(
    (['create', 'update', 'show', 'list'] as const).map((kind) => [`${name}${capitalised(kind)}`, bare(kind)]),
  )
  function bare(kind: BodyKind): JsonSchema {
    const { $schema: _draft, ...schema } = schemaOf(attributes, kind, options)
    return schema
  }
  const body = (kind: BodyKind) => content(`#/components/schemas/${name}${capitalised(kind)}`)
  const operation = (id: string, parts: object) => ({ operationId: id, tags: [collection], ...parts })
  const created = options.allowBulk ? eitherOf(body('show'), body('list')) : body('show')
  const members = {
    ...(has.has('index') && {
      get: operation(`list_${collection}`, {
        parameters: listParameters(attributes, options),
        responses: { 200: { description: `The ${collection} that the caller may see`, ...body('list') } },
      }),
    }),
    ...(has.has('create') && {
      post: operation(`create_${resource}`, {
        requestBody: { required: true, ...(options.allowBulk ? bulkBody(attributes, options) : body('create')) },
        responses: { 201: { description: 'Created', ...created }, ...refusals(400, 403, 409) },
      }),
    }),
  }
  const member = {
    ...(has.has('show') && {
      get: operation(`show_${resource}`, {
        parameters: [fieldsParameter(attributes)],
        responses: { 200: { description: `The ${resource}`, ...body('show') }, ...refusals(404) },
      }),
    }),
    ...(has.has('update') && {
      put: operation(`update_${resource}`, {
        requestBody: { required: true, ...body('update') },
        responses: { 200: { description: 'Changed', ...body('show') }, ...refusals(400, 403, 404, 409) },
      }),
    }),
    ...(has.has('delete') && {
      delete: operation(`delete_${resource}`, {
        responses: { 204: { description: 'Deleted' }, ...refusals(403, 404, 409) },
      }),
    }),
  }
  const path = `${prefix}/${collection.replaceAll('_', '-')}`
  const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } }
  return {
    paths: { [path]: members, [`${path}/{id}`]: { parameters: [id], ...member } },
    components: { schemas },
  }
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}

function content(ref: string): { content: Record<string, { schema: JsonSchema }> } {
  return { content: { 'application/json': { schema: { $ref: ref } } } }
}

type Content = ReturnType<typeof content>

function eitherOf(...contents: Content[]): Content {
  const schemas = contents.map((one) => one.content['application/json']?.schema)
  return { content: { 'application/json': { schema: { anyOf: schemas } } } }
}

/** One object, or several under the name of the collection. */
function bulkBody(attributes: AttributeMap, { resource, collection }: SchemaNames): Content {
  const one = schemaOf(attributes, 'create', { resource, collection })
  const item = (one.properties as Record<string, JsonSchema>)[resource]
  const many = {
    type: 'object',
    properties: { [collection]: { type: 'array', minItems: 1, items: item } },
    required: [collection],
  }
  const { $schema: _draft, ...single } = one
  return { content: { 'application/json': { schema: { anyOf: [single, many] } } } }
}

function fieldsParameter(attributes: AttributeMap): JsonSchema {
  const names = Object.keys(attributes).filter((name) => attributes[name]?.is_visible)
  return { name: 'fields', in: 'query', schema: { type: 'array', items: { enum: names } } }
}

function listParameters(attributes: AttributeMap, options: OpenApiOptions): JsonSchema[] {
  const query = (name: string, schema: JsonSchema) => ({ name, in: 'query', schema })
  const several = (items: JsonSchema) => ({ type: 'array', items })
  const visible = Object.entries(attributes).filter(([, attribute]) => attribute.is_visible)
  const flagged = (flag: 'is_filter' | 'is_sort_key') => {
    const some = visible.filter(([, attribute]) => attribute[flag])
    return (some.length > 0 ? some : visible).map(([name]) => name)
  }
  return [
    fieldsParameter(attributes),
    ...flagged('is_filter').map((name) => query(name, several({ type: 'string' }))),
    ...(options.allowSorting
      ? [
          query('sort_key', several({ enum: flagged('is_sort_key') })),
          query('sort_dir', several({ enum: ['asc', 'desc'] })),
        ]
      : []),
    ...(options.allowPagination
      ? [
          query('limit', { type: 'integer', minimum: 0 }),
          query('marker', { type: 'string' }),
          query('page_reverse', { type: 'string' }),
        ]
      : []),
  ]
}

const reasons: Readonly<Record<number, string>> = {
  400: 'The body or the query is refused; the message says why',
  403: 'Forbidden by policy',
  404: 'There is no such object, or the caller may not see it',
  409: 'In conflict with what there is, or over quota',
}

function refusals(...statuses: number[]): Record<string, { description: string }> {
  return Object.fromEntries(statuses.map((status) => [String(status), { description: reasons[status] ?? '' }]))
}
