// The URLs of version 1, and what stands behind them. Apart from the factory, so that they can be told (OpenAPI) where no
// database is open.
import { collectionController } from '../../api/attributes/collection-controller.ts'
import type { CollectionControllerOptions } from '../../api/attributes/collection.ts'
import type { Controller } from '../../api/controllers/call.ts'
import { resource } from '../../api/controllers/resource.ts'
import { ExtensionManager, type ExtensionOptions } from '../../api/extensions/manager.ts'
import { Mapper } from '../../api/routes/mapper.ts'
import { type HttpRequest, type HttpResponse, json } from '../../http/index.ts'
// For the slot `context` of the environ.
import type { RequestContext } from '../../middleware/index.ts'
import { attributes } from './attributes.ts'
import { OsDocuments } from './os-documents.ts'
import { digest, echo } from './tools.ts'

/** What a list of documents can do. */
export const documentsCollection = {
  collection: 'documents',
  resource: 'document',
  allowBulk: true,
  allowPagination: true,
  allowSorting: true,
} as const

/** `plugin`: a DocumentsPlugin; to be looked at alone, its prototype does. */
export function documentsController(
  plugin: object,
  options: Pick<CollectionControllerOptions, 'policy' | 'maxLimit'> = {},
): Controller {
  return collectionController(plugin, attributes.documents, { ...documentsCollection, ...options })
}

/** The extensions: the service's own, and those of the operator. */
export function loadExtensions(documents: Controller, options: ExtensionOptions = {}): Promise<ExtensionManager> {
  return ExtensionManager.load({ ...options, descriptors: [new OsDocuments(documents)] })
}

export function routesOf(documents: Controller): Mapper {
  const map = new Mapper()
  map.connect('/', { controller: describe, conditions: { method: ['GET'] } })
  map.connect('/echo', { controller: echo, conditions: { method: ['GET'] } })
  map.connect('/digest', { controller: digest, conditions: { method: ['POST'] } })
  map.resource('document', 'documents', { controller: resource(documents) })
  return map
}

const named = ['documents', 'echo', 'digest']

function describe(req: HttpRequest): HttpResponse {
  return json({
    version: { id: 'v1.0', status: 'CURRENT', links: [{ rel: 'self', href: `${req.applicationUrl}/` }] },
    resources: named.map((name) => ({ name, href: `${req.applicationUrl}/${name}` })),
    context: shown(req.environ.context),
  })
}

/** Who asks, as far as it is known. */
function shown(context: RequestContext | undefined): object | null {
  if (context === undefined || context.isAnonymous) return null
  const { userId, projectId, roles, isAdmin, requestId } = context
  return { user_id: userId, project_id: projectId, roles, is_admin: isAdmin, request_id: requestId }
}
