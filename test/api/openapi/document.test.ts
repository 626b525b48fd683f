// The OpenAPI document: whether it is one, and whether it says of an API what holds there.
import { Validator } from '@seriousme/openapi-schema-validator'
import { describe, expect, it } from 'vitest'
import {
  collectionController,
  extensionRoutes,
  Mapper,
  type OpenApiDocument,
  openApiDocument,
  type OpenApiDocumentOptions,
  openapiApp,
  resource,
  router,
  rule,
} from '../../../src/api/index.ts'
import { inject, text } from '../../../src/http/index.ts'
import { DocumentsPlugin, map as attributes } from '../attributes/documents.ts'
import { Gadgets, load } from '../extensions/gadgets.ts'

function routes(): Mapper {
  const map = new Mapper()
  const controller = collectionController(new DocumentsPlugin(), attributes.documents, {
    collection: 'documents',
    resource: 'document',
    memberActions: ['publish'],
  })
  map.connect('version', '/', { controller: () => text('v1'), conditions: { method: 'GET' } })
  map.resource('document', 'documents', { controller: resource(controller), member: { publish: 'PUT' } })
  map.connect('/files/{year:\\d+}/*rest', { controller: () => text('file') })
  map.redirect('/old', '/documents')
  return map
}

function options(more: Partial<OpenApiDocumentOptions> = {}): OpenApiDocumentOptions {
  return { title: 'Documents', version: '1.0', routes: routes(), maps: attributes, ...more }
}

async function problems(document: OpenApiDocument): Promise<unknown> {
  const result = await new Validator().validate(JSON.parse(JSON.stringify(document)) as Record<string, unknown>)
  return result.valid ? null : result.errors
}

describe('the document of an API', () => {
  it('is valid OpenAPI 3.1', async () => {
    expect(await problems(openApiDocument(options()))).toBeNull()
    const { map } = extensionRoutes(await load({ descriptors: [Gadgets] }))
    const both = openApiDocument(options({ routes: [...routes().routes, ...map.routes], prefix: '/v1' }))
    expect(await problems(both)).toBeNull()
    expect(Object.keys(both.paths)).toContain('/v1/gadgets/{id}/lock')
  })

  it('has every path and method of the routes once, without twins, redirects and what is not served', () => {
    const { paths } = openApiDocument(options())
    expect(Object.entries(paths).map(([path, item]) => `${Object.keys(item).join(' ')} ${path}`)).toEqual([
      'get /',
      'post get /documents',
      'put /documents/{id}/publish',
      'put delete get /documents/{id}',
      'get post put patch delete /files/{year}/{rest}',
    ])
  })

  it('tells bodies by the attribute map, and variables by the route', () => {
    const { paths, components } = openApiDocument(options())
    expect(paths['/documents']?.post).toMatchObject({
      operationId: 'create_document',
      requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/DocumentCreate' } } } },
    })
    expect(components.schemas).toMatchObject({ DocumentCreate: { required: ['document'] }, Error: { type: 'object' } })
    expect(paths['/files/{year}/{rest}']?.get?.parameters).toEqual([
      { name: 'year', in: 'path', required: true, schema: { type: 'string', pattern: '^(?:\\d+)$' } },
      { name: 'rest', in: 'path', required: true, schema: { type: 'string' } },
    ])
    const ids = Object.values(paths).flatMap((item) => Object.values(item).map(({ operationId }) => operationId))
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('takes the name of one, bulk and paging from what is said of the collection', () => {
    const { paths } = openApiDocument(
      options({ collections: { documents: { resource: 'paper', allowBulk: true, allowPagination: true } } }),
    )
    const { get, post } = paths['/documents'] ?? {}
    expect(post?.operationId).toBe('create_paper')
    expect(JSON.stringify(post?.requestBody)).toContain('"documents":{"type":"array"')
    expect(JSON.stringify(get?.parameters)).toContain('"page_reverse"')
  })

  it('tells which policies decide, whatever they call the variables', () => {
    const policies = [
      rule({
        name: 'get_document',
        check: 'role:reader',
        description: 'Show a document.',
        operations: [{ method: 'GET', path: '/v1/documents/{document_id}' }],
        scopeTypes: ['project'],
      }),
      rule({ name: 'helper', check: 'role:admin' }),
    ]
    const { paths } = openApiDocument(options({ policies, prefix: '/v1' }))
    expect(paths['/v1/documents/{id}']?.get).toMatchObject({
      summary: 'Show a document.',
      'x-policy': [{ name: 'get_document', scopes: ['project'] }],
      responses: { 403: { description: 'Forbidden by policy' }, 404: {} },
    })
    expect(paths['/v1/documents/{id}']?.put).not.toHaveProperty('x-policy')
  })

  it('tells the header of microversions', () => {
    const { paths } = openApiDocument(options({ microversions: { service: 'compute', min: '2.1', max: '2.90' } }))
    expect(paths['/']?.get?.parameters).toMatchObject([{ name: 'OpenStack-API-Version', in: 'header' }])
  })
})

describe('the app of the document', () => {
  const app = (() => {
    const map = routes()
    map.connect('/openapi.json', { controller: openapiApp(options({ routes: map })) })
    return router(map)
  })()

  it('serves it with a tag, and 304 for who has it', async () => {
    const first = await inject(app, { path: '/openapi.json' })
    expect(first).toMatchObject({ status: 200, headers: { 'content-type': 'application/json' } })
    expect(await problems(first.json() as OpenApiDocument)).toBeNull()
    const etag = String(first.headers.etag)
    const again = await inject(app, { path: '/openapi.json', headers: { 'if-none-match': etag } })
    expect([again.status, again.body.length]).toEqual([304, 0])
  })

  it('is for reading', async () => {
    const { status, headers } = await inject(app, { path: '/openapi.json', method: 'POST' })
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD'])
  })
})
