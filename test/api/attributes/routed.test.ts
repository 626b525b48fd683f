// A collection in its place: router, resource, controller, enforcer.
import { expect, test } from 'vitest'
import {
  collectionController,
  createEnforcer,
  enforcerPolicy,
  fieldConverter,
  Mapper,
  neutronFault,
  resource,
  router,
  rule,
} from '../../../src/api/index.ts'
import { type App, inject } from '../../../src/http/index.ts'
import { setContext } from '../../../src/middleware/index.ts'
import { DocumentsPlugin, idOf, map } from './documents.ts'

const policies = [
  rule({ name: 'admin_or_owner', check: 'role:admin or project_id:%(project_id)s or tenant_id:%(tenant_id)s' }),
  ...['create_document', 'get_document', 'update_document', 'delete_document', 'publish'].map((name) =>
    rule({ name, check: 'rule:admin_or_owner' }),
  ),
  rule({ name: 'create_document:shared', check: 'role:admin or not field:documents:shared=1' }),
  rule({ name: 'get_document:size', check: 'role:admin' }),
]

function serving(plugin: object): App {
  const enforcer = createEnforcer({}, { rules: policies, convertField: fieldConverter(map), watches: false })
  const controller = collectionController(plugin, map.documents, {
    collection: 'documents',
    resource: 'document',
    memberActions: ['publish'],
    policy: enforcerPolicy(enforcer),
  })
  const routes = new Mapper()
  routes.resource('document', 'documents', {
    controller: resource(controller, { fault: neutronFault() }),
    member: { publish: 'PUT' },
  })
  const app = router(routes)
  return (req) => {
    const [projectId, role] = (req.header('x-who') ?? '').split(' ')
    setContext(req, { projectId: projectId ?? null, roles: role === undefined ? [] : [role] })
    return app(req)
  }
}

test('answers through router, resource and enforcer as neutron does', async () => {
  const plugin = new DocumentsPlugin().withRows({ name: 'a', size: 5 }, { name: 'b', size: 6, tenant_id: 'p2' })
  const app = serving(plugin)
  const ask = async (who: string, method: string, path: string, body?: object) => {
    const response = await inject(app, {
      method,
      path,
      headers: { 'x-who': who, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
    const isJson = response.headers['content-type'] === 'application/json'
    return [response.status, isJson ? response.json() : null]
  }
  expect(await ask('p1', 'GET', '/documents')).toEqual([
    200,
    { documents: [{ id: idOf(1), name: 'a', tenant_id: 'p1' }] },
  ])
  expect(await ask('p9 admin', 'GET', '/documents?fields=size')).toEqual([
    200,
    { documents: [{ size: 5 }, { size: 6 }] },
  ])
  expect((await ask('p1', 'GET', `/documents/${idOf(2)}`))[0]).toBe(404)
  expect((await ask('p1', 'DELETE', `/documents/${idOf(2)}`))[0]).toBe(404)
  expect((await ask('p1', 'POST', '/documents', { document: { name: 'c' } }))[0]).toBe(201)
  expect(await ask('p1', 'POST', '/documents', { document: { name: 'c', shared: true } })).toEqual([
    403,
    {
      NeutronError: {
        type: 'PolicyNotAuthorized',
        message: 'create_document:shared is disallowed by policy',
        detail: '',
      },
    },
  ])
  expect((await ask('p9 admin', 'POST', '/documents', { document: { name: 'c', shared: true } }))[0]).toBe(201)
  expect(await ask('p1', 'PUT', `/documents/${idOf(1)}/publish`, { a: 1 })).toEqual([
    200,
    { published: idOf(1), body: { a: 1 } },
  ])
  expect(await ask('p1', 'DELETE', `/documents/${idOf(1)}`)).toEqual([204, null])
  expect((await ask('', 'GET', '/documents'))[1]).toEqual({ documents: [] })
  expect((await ask('p1', 'PATCH', '/documents'))[0]).toBe(405)
})
