// Version 1 of the API: documents, and a few small tools. The factory opens what the app lives on (database, policy,
// content store); requests meet the routes. Errors are JSON, as clients of an API expect whatever they accept.
import { enforcerPolicy } from '../../api/attributes/collection-policy.ts'
import type { Controller } from '../../api/controllers/call.ts'
import { extensionFilter } from '../../api/extensions/filter.ts'
import { createEnforcer } from '../../api/policy/enforcer.ts'
import { errorFault } from '../../api/responses/faults.ts'
import { router } from '../../api/routes/router.ts'
import {
  type App,
  type AppFactory,
  type FactoryContext,
  HttpError,
  type HttpRequest,
  type HttpResponse,
} from '../../http/index.ts'
import { withErrors } from '../../middleware/answer.ts'
import { openServiceDatabase } from '../db/open.ts'
import { documentsGroup, serviceGroup } from '../opts.ts'
import { rules } from '../policies.ts'
import { openStores } from '../stores/open.ts'
import { DocumentsPlugin } from './documents.ts'
import { documentsController, loadExtensions, routesOf } from './routes.ts'

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
  const options = { policy: enforcerPolicy(enforcer), maxLimit: config.get(documentsGroup).max_limit }
  return apiOf(documentsController(plugin, options), context)
}

/** The documents, the tools, and what extensions add. */
async function apiOf(documents: Controller, { config, log }: FactoryContext): Promise<App> {
  const extensions = await loadExtensions(documents, {
    path: config.get(serviceGroup).api_extensions_path,
    group: 'service.api_extensions',
    from: import.meta.url,
    log,
  })
  const routed = router(routesOf(extensions.extend('documents', documents)), { fault: errorFault })
  // Inside as well: extensions of requests look at refusals as at any other answer.
  return atMount(refusals(extensionFilter(extensions)(refusals(routed))))
}

/** Mounted at /v1, the app is asked for '' there: that is its root. */
function atMount(app: App): App {
  return (req) => {
    if (req.pathInfo !== '') return app(req)
    req.pathInfo = '/'
    try {
      return app(req)
    } finally {
      // For the filters outside: it is a route that was looked for, no other URL.
      req.pathInfo = ''
    }
  }
}

/** What the tools and the routes refuse, as the resources say it. Any other error is for catch_errors, which logs it. */
function refusals(app: App): App {
  const refuse = (error: unknown, req: HttpRequest): HttpResponse => {
    const known = HttpError.from(error)
    if (known?.expose !== true) throw error
    return errorFault(known, req)
  }
  return (req) => withErrors(app, req, refuse)
}
