// /openapi.json: the API as tools read it. From the routes, the attribute map and the policies themselves, so that it says
// what is there; it opens no database.
import { openapiApp } from '../../api/openapi/app.ts'
import { extensionRoutes } from '../../api/extensions/routes.ts'
import type { Route } from '../../api/routes/contract.ts'
import type { AppFactory } from '../../http/index.ts'
import { rules } from '../policies.ts'
import { readVersion } from '../version.ts'
import { attributes } from './attributes.ts'
import { DocumentsPlugin } from './documents.ts'
import { documentsCollection, documentsController, loadExtensions, routesOf } from './routes.ts'

/** The list of extensions is there to be read; what else its routes take is answered with 404. */
function isForClients({ path, action }: Route): boolean {
  return !path.startsWith('/extensions') || action === 'index' || action === 'show'
}

/** `paste.app_factory` */
export const appFactory: AppFactory = async (_globals, _settings, { log }) => {
  // What it can do is on its prototype.
  const documents = documentsController(DocumentsPlugin.prototype)
  const extensions = await loadExtensions(documents, { log })
  const added = extensionRoutes(extensions).map.routes
  const routes = [...routesOf(documents).routes, ...added.filter(isForClients)]
  return openapiApp({
    title: 'The reference service',
    version: readVersion(),
    prefix: '/v1',
    routes,
    maps: { ...attributes, os_documents: attributes.documents },
    collections: {
      documents: documentsCollection,
      os_documents: documentsCollection,
    },
    policies: rules,
  })
}
