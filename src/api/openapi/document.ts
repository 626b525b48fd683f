// The OpenAPI 3.1 document of an API: its routes, with bodies from attribute maps, versions and policies. Pure. What nobody
// has declared is told by what is known of it: a path, its variables and its methods.
import type { AttributeMap, ResourceAttributeMap } from '../attributes/attribute-map.ts'
import { openApiOf, type OpenApiOptions } from '../attributes/openapi.ts'
import type { JsonSchema } from '../attributes/validator.ts'
import type { PolicyDeclaration } from '../policy/declare.ts'
import type { Route } from '../routes/contract.ts'
import { hasAction } from '../routes/actions.ts'
import { Mapper } from '../routes/mapper.ts'
import { operationsOf, type PathItem, pathOf } from './operations.ts'
import { withPolicy } from './policies.ts'

export interface OpenApiInfo {
  readonly title: string
  readonly version: string
  readonly description?: string
}

/** What routes and maps do not say of a collection. */
export type CollectionInfo = Partial<Omit<OpenApiOptions, 'collection' | 'prefix' | 'actions'>>

export interface OpenApiDocumentOptions extends OpenApiInfo {
  /** One map or several: the API's, its extensions'. */
  readonly routes: Mapper | readonly Route[]
  /** By collection; dashes of a path stand for underscores. */
  readonly maps?: ResourceAttributeMap
  /** By collection: the name of one, bulk, paging, sorting. */
  readonly collections?: Readonly<Record<string, CollectionInfo>>
  /** Where the API is mounted: `/v1`. Policies name whole paths. */
  readonly prefix?: string
  readonly policies?: readonly PolicyDeclaration[]
  /** Versions that a client may ask for in a header: `{ header: 'OpenStack-API-Version', min: 'compute 2.1', max: … }`. */
  readonly microversions?: { readonly service: string; readonly min: string; readonly max: string }
  /** How clients say who they are; `X-Auth-Token` unless said, null for nothing. */
  readonly security?: JsonSchema | null
  /** The body of errors; a JSON object unless said. */
  readonly error?: JsonSchema
}

export interface OpenApiDocument {
  readonly openapi: string
  readonly info: OpenApiInfo
  readonly paths: Readonly<Record<string, PathItem>>
  readonly components: Readonly<Record<string, unknown>>
  readonly [key: string]: unknown
}

const token: JsonSchema = { type: 'apiKey', in: 'header', name: 'X-Auth-Token' }

export function openApiDocument(options: OpenApiDocumentOptions): OpenApiDocument {
  const { title, version, description, prefix = '', security = token } = options
  const routes = options.routes instanceof Mapper ? options.routes.routes : options.routes
  const schemas = new Map<string, JsonSchema>()
  const bodies = bodiesOf(options, routes, schemas)
  const paths = new Map<string, PathItem>()
  const ids = new Set<string>()
  for (const route of routes) {
    // Twins with a format say nothing new.
    if (isFormatted(route) || !isServed(route, options.routes)) continue
    const path = `${prefix}${pathOf(route)}`
    const item = paths.get(path) ?? {}
    for (const [method, operation] of operationsOf(route, bodies, ids, options.microversions)) {
      // Of two routes the first answers.
      item[method] ??= withPolicy(operation, method, path, options.policies ?? [])
    }
    paths.set(path, item)
  }
  return {
    openapi: '3.1.0',
    info: { title, version, ...(description !== undefined && { description }) },
    ...(security !== null && { security: [{ token: [] }] }),
    paths: Object.fromEntries(paths),
    components: {
      schemas: { ...Object.fromEntries(schemas), Error: options.error ?? { type: 'object' } },
      ...(security !== null && { securitySchemes: { token: security } }),
    },
  }
}

/** By collection, the operations of its actions as its attribute map tells them. */
function bodiesOf(
  { maps = {}, collections = {} }: OpenApiDocumentOptions,
  routes: readonly Route[],
  schemas: Map<string, JsonSchema>,
): ReadonlyMap<string, Readonly<Record<string, PathItem>>> {
  const bodies = new Map<string, Readonly<Record<string, PathItem>>>()
  for (const [collection, attributes] of Object.entries<AttributeMap>(maps)) {
    const info = Object.hasOwn(collections, collection) ? collections[collection] : {}
    const resource = info?.resource ?? memberOf(collection, routes) ?? singular(collection)
    const { paths, components } = openApiOf(attributes, { ...info, collection, resource })
    for (const [name, schema] of Object.entries(components.schemas)) schemas.set(name, schema)
    bodies.set(collection, paths as Readonly<Record<string, PathItem>>)
  }
  return bodies
}

/** By the routes; those that have the same name for one and for all do not say it. */
function memberOf(collection: string, routes: readonly Route[]): string | undefined {
  const found = routes.find(({ resource }) => resource?.collectionName.replaceAll('-', '_') === collection)?.resource
  return found?.memberName === found?.collectionName ? undefined : found?.memberName.replaceAll('-', '_')
}

/** As neutron-lib makes it; what is irregular is told in `collections`. */
function singular(collection: string): string {
  return collection.endsWith('ies') ? `${collection.slice(0, -3)}y` : collection.replace(/s$/u, '')
}

/** As the router decides it: what a resource's controller has no handler for is not served. */
function isServed(route: Route, routes: OpenApiDocumentOptions['routes']): boolean {
  if (route.options.isStatic === true || route.redirect !== null) return false
  const controller = routes instanceof Mapper ? routes.controllerOf(route, {}) : route.controller
  return route.resource === null || route.action === null || hasAction(controller, route.action)
}

function isFormatted({ parts }: Route): boolean {
  const [before, last] = parts.slice(-2)
  return last?.kind === 'segment' && last.name === 'format' && before?.kind === 'text' && before.text.endsWith('.')
}
