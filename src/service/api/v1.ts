// Version 1 of the API: documents, and a few small tools. The factory opens what the app lives on (database, policy,
// content store); requests meet the routes. Errors are JSON, as clients of an API expect whatever they accept.
import { collectionController } from '../../api/attributes/collection-controller.ts'
import { enforcerPolicy } from '../../api/attributes/collection-policy.ts'
import { resource } from '../../api/controllers/resource.ts'
import { createEnforcer, type Enforcer } from '../../api/policy/enforcer.ts'
import { errorFault } from '../../api/responses/faults.ts'
import { Mapper } from '../../api/routes/mapper.ts'
import { router } from '../../api/routes/router.ts'
import { type App, type AppFactory, HttpError, type HttpRequest, type HttpResponse, json } from '../../http/index.ts'
// For the slot `context` of the environ.
import type { RequestContext } from '../../middleware/index.ts'
import { openServiceDatabase } from '../db/open.ts'
import { documentsGroup } from '../opts.ts'
import { rules } from '../policies.ts'
import { openStores } from '../stores/open.ts'
import { attributes } from './attributes.ts'
import { DocumentsPlugin } from './documents.ts'
import { digest, echo } from './tools.ts'

/**
 * `paste.app_factory`
 * @throws SlipwayError as `openServiceDatabase`; of the policy files and the content store
 */
export const appFactory: AppFactory = async (_globals, _settings, context) => {
  const { config, log } = context
  const database = await openServiceDatabase(config, log)
  context.onClose(() => database.close())
  const enforcer = createEnforcer(config, { rules, log })
  context.onClose(() => enforcer.close())
  const plugin = new DocumentsPlugin({
    db: database.kysely,
    stores: await openStores(config),
    seesAll: (context) => enforcer.enforce('get_documents:all_projects', {}, context ?? {}),
  })
  return apiOf(documentsOf(plugin, enforcer, config.get(documentsGroup).max_limit))
}

function documentsOf(plugin: DocumentsPlugin, enforcer: Enforcer, maxLimit: number): App {
  const controller = collectionController(plugin, attributes.documents, {
    collection: 'documents',
    resource: 'document',
    allowBulk: true,
    allowPagination: true,
    allowSorting: true,
    maxLimit,
    policy: enforcerPolicy(enforcer),
  })
  return resource(controller)
}

function apiOf(documents: App): App {
  const map = new Mapper()
  map.connect('/', { controller: describe, conditions: { method: ['GET'] } })
  map.connect('/echo', { controller: echo, conditions: { method: ['GET'] } })
  map.connect('/digest', { controller: digest, conditions: { method: ['POST'] } })
  map.resource('document', 'documents', { controller: documents })
  const routed = router(map, { fault: errorFault })
  // Mounted at /v1, the app is asked for '' there.
  return refusals((req) => (req.pathInfo === '' && isRead(req) ? describe(req) : routed(req)))
}

function isRead({ method }: HttpRequest): boolean {
  return method === 'GET' || method === 'HEAD'
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

/** What the tools and the routes refuse, as the resources say it. Any other error is for catch_errors, which logs it. */
function refusals(app: App): App {
  const refuse = (error: unknown, req: HttpRequest): HttpResponse => {
    const known = HttpError.from(error)
    if (known?.expose !== true) throw error
    return errorFault(known, req)
  }
  return (req) => {
    try {
      const response = app(req)
      return response instanceof Promise ? response.catch((error: unknown) => refuse(error, req)) : response
    } catch (error) {
      return refuse(error, req)
    }
  }
}
