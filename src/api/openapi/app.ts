// Serves the OpenAPI document of an API. It is made at the first request for it: most processes of a service are never
// asked. Runs in workers.
import { type App, type HttpResponse, json } from '../../http/index.ts'
import { conditional, etagOf } from '../responses/conditional.ts'
import { MethodNotAllowed } from '../responses/http-errors.ts'
import { openApiDocument, type OpenApiDocumentOptions } from './document.ts'

/** `map.connect('/openapi.json', { controller: openapiApp({ title, version, routes: map, maps }) })` */
export function openapiApp(options: OpenApiDocumentOptions): App {
  let made: { readonly body: string; readonly etag: string } | null = null
  return (req): HttpResponse => {
    if (req.method !== 'GET' && req.method !== 'HEAD') throw new MethodNotAllowed(['GET', 'HEAD'])
    made ??= serialised(options)
    const { body, etag } = made
    return conditional(req, { ...json(null), body, headers: { 'content-type': 'application/json', etag } })
  }
}

function serialised(options: OpenApiDocumentOptions): { body: string; etag: string } {
  const body = JSON.stringify(openApiDocument(options))
  return { body, etag: etagOf(body) }
}
