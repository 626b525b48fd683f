import { describe, expect, test } from 'vitest'
import { type CollectionControllerOptions, collectionController, type Policy } from '../../../src/api/index.ts'
import { HttpError } from '../../../src/http/index.ts'
import { asking, DocumentsPlugin, idOf, map } from './documents.ts'

const nothing = { size: 0, shared: false, ref: null, gateway: null, tenant_id: 'p1' }

/** Allows all but the rules named, for one's own objects or all. */
function denying(...denied: string[]): Policy & { asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    has: (rule) => !rule.startsWith('get_document:') || denied.includes(rule),
    authorize(_context, rule) {
      asked.push(rule)
      return !denied.includes(rule)
    },
  }
}

const ownOnly: Policy = {
  has: (rule) => !rule.startsWith('get_document:'),
  authorize: (context, _rule, target) => target.tenant_id === context?.projectId,
}

describe('row 38: a collection behind a plugin', () => {
  test('creates with defaults, answers 201 and shows no invisible attribute', async () => {
    const plugin = new DocumentsPlugin()
    const ask = asking(plugin)
    const { status, json } = await ask('POST /documents', { document: { name: 'a', secret: 'x' } })
    expect([status, json]).toEqual([201, { document: { id: idOf(1), name: 'a', ...nothing } }])
    expect(plugin.calls[0]?.[1]).toMatchObject({ name: 'a', secret: 'x', size: 0, project_id: 'p1' })
  })

  test('lists, shows, updates and deletes', async () => {
    const plugin = new DocumentsPlugin().withRows({ name: 'a', secret: 's' }, { name: 'b' })
    const ask = asking(plugin)
    expect((await ask('GET /documents')).json).toEqual({
      documents: [
        { id: idOf(1), tenant_id: 'p1', name: 'a' },
        { id: idOf(2), tenant_id: 'p1', name: 'b' },
      ],
    })
    expect((await ask(`GET /documents/${idOf(1)}`)).json).toEqual({
      document: { id: idOf(1), tenant_id: 'p1', name: 'a' },
    })
    const changed = await ask(`PUT /documents/${idOf(1)}`, { document: { name: 'c' } })
    expect([changed.status, changed.json]).toEqual([200, { document: { id: idOf(1), tenant_id: 'p1', name: 'c' } }])
    expect((await ask(`DELETE /documents/${idOf(1)}`)).status).toBe(204)
    const gone = await ask(`GET /documents/${idOf(1)}`)
    expect([gone.status, gone.message]).toEqual([404, `Document ${idOf(1)} could not be found`])
  })

  test('gives only the fields that are asked for, and fetches what rules need', async () => {
    const plugin = new DocumentsPlugin().withRows({ name: 'a', size: 1, secret: 's' })
    const ask = asking(plugin)
    expect((await ask('GET /documents?fields=name&fields=secret')).json).toEqual({ documents: [{ name: 'a' }] })
    expect(plugin.calls[0]?.[1]).toMatchObject({ fields: ['name', 'secret', 'id', 'tenant_id'] })
    expect((await ask(`GET /documents/${idOf(1)}?fields=size`)).json).toEqual({ document: { size: 1 } })
  })

  test('refuses a bad body with 400 in the style of neutron', async () => {
    const ask = asking(new DocumentsPlugin())
    const { status, json } = await ask('POST /documents', { document: { nam: 1 } })
    expect([status, json]).toEqual([
      400,
      { NeutronError: { type: 'HTTPBadRequest', message: "Unrecognized attribute(s) 'nam'", detail: '' } },
    ])
    expect((await ask('POST /documents', { document: { name: 'a', size: {} } })).json).toMatchObject({
      NeutronError: { type: 'InvalidInput' },
    })
    expect((await ask('POST /documents')).message).toBe('Resource body required')
  })

  test('calls the methods of a parent with its id', async () => {
    const calls: unknown[] = []
    const plugin = {
      get_shelf_documents: (_context: unknown, options: object) => (calls.push(options), []),
      createShelfDocument: (_context: unknown, body: object, options: object) => (calls.push(options), { ...body }),
    }
    const ask = asking(plugin, { parent: { member: 'shelf' } })
    await ask('GET /documents')
    await ask('POST /documents', { document: { name: 'a' } })
    expect(calls).toEqual([{ filters: {}, fields: [], shelf_id: 's1' }, { shelf_id: 's1' }])
  })

  test('has handlers only for what the plugin implements', async () => {
    const plugin = { getDocuments: () => [] }
    const controller = collectionController(plugin, map.documents, { collection: 'documents', resource: 'document' })
    expect(Object.keys(controller)).toEqual(['index', 'custom'])
    expect((await asking(plugin)('POST /documents', {})).status).toBe(405)
  })

  test('says when it is made which method the plugin lacks', () => {
    const plugin = { getDocument: () => ({}) }
    const options = { collection: 'documents', resource: 'document' }
    expect(() => collectionController(plugin, map.documents, options)).toThrow(
      expect.objectContaining({ code: 'SLIPWAY_API_PLUGIN', alternatives: ['getDocument'] }),
    )
  })

  test('calls a member action with the body, after it has found the object', async () => {
    const policy = denying()
    const ask = asking(new DocumentsPlugin().withRows({ name: 'a' }), { memberActions: ['publish'], policy })
    expect((await ask(`PUT /documents/${idOf(1)}/publish`, { now: true })).json).toEqual({
      published: idOf(1),
      body: { now: true },
    })
    expect(policy.asked).toEqual(['get_document', 'publish'])
    expect((await ask(`PUT /documents/${idOf(9)}/publish`, {})).status).toBe(404)
  })
})

describe('bulk create', () => {
  const three = { documents: [{ document: { name: 'a' } }, { name: 'b' }, { name: 'c' }] }

  test('makes one after the other and leaks no invisible attribute', async () => {
    const plugin = new DocumentsPlugin()
    const { status, json } = await asking(plugin)('POST /documents', three)
    expect(status).toBe(201)
    expect(json).toEqual({
      documents: ['a', 'b', 'c'].map((name, at) => ({ id: idOf(at + 1), name, ...nothing })),
    })
  })

  test('takes back what it made when one fails', async () => {
    const plugin = new DocumentsPlugin()
    const { status } = await asking(plugin)('POST /documents', {
      documents: [{ name: 'a' }, { name: 'b' }, { name: 'poison' }],
    })
    expect(status).toBe(500)
    expect(plugin.rows).toEqual([])
    expect(plugin.calls.slice(-2)).toEqual([
      ['deleteDocument', idOf(2)],
      ['deleteDocument', idOf(1)],
    ])
  })

  test('reports what it cannot take back, and answers with the first fault', async () => {
    const plugin = Object.assign(new DocumentsPlugin(), {
      deleteDocument: () => {
        throw new Error('locked')
      },
    })
    const told: string[] = []
    const log = { error: (_fields: object, message: string) => told.push(message) }
    await asking(plugin, { log })('POST /documents', { documents: [{ name: 'a' }, { name: 'poison' }] })
    expect(told[0]).toBe(`the document "${idOf(1)}" of a failed bulk create is left behind`)
  })

  test('is one call for a plugin that can', async () => {
    const bodies: unknown[] = []
    const plugin = Object.assign(new DocumentsPlugin(), {
      native_bulk_support: true,
      create_document_bulk(_context: unknown, body: { documents: { document: object }[] }) {
        bodies.push(body)
        return body.documents.map(({ document }, at) => ({ id: at, ...document }))
      },
    })
    const { json } = await asking(plugin)('POST /documents', three)
    expect(bodies).toHaveLength(1)
    expect(JSON.stringify(json)).not.toContain('hidden')
    expect(json).toMatchObject({ documents: [{ id: 0, name: 'a' }, { name: 'b' }, { name: 'c' }] })
  })
})

describe('policy', () => {
  const rows = [{ name: 'mine' }, { name: 'theirs', tenant_id: 'p2' }]
  const other = idOf(2)

  test('leaves out of lists what the caller may not see', async () => {
    const ask = asking(new DocumentsPlugin().withRows(...rows), { policy: ownOnly })
    expect((await ask('GET /documents?fields=name')).json).toEqual({ documents: [{ name: 'mine' }] })
  })

  test('hides what the caller cannot see: 404 for show, update and delete', async () => {
    const plugin = new DocumentsPlugin().withRows(...rows)
    const ask = asking(plugin, { policy: ownOnly, memberActions: ['publish'] })
    for (const request of ['GET', 'DELETE'] as const) {
      const { status, json } = await ask(`${request} /documents/${other}`)
      expect([status, json]).toEqual([
        404,
        { NeutronError: { type: 'HTTPNotFound', message: 'The resource could not be found.', detail: '' } },
      ])
    }
    expect((await ask(`PUT /documents/${other}`, { document: { name: 'x' } })).status).toBe(404)
    expect((await ask(`PUT /documents/${other}/publish`, {})).status).toBe(404)
    expect(plugin.rows).toHaveLength(2)
  })

  test('forbids what the caller may not do to an object that he sees', async () => {
    const policy = denying('update_document', 'delete_document', 'create_document', 'publish')
    const ask = asking(new DocumentsPlugin().withRows(...rows), { policy, memberActions: ['publish'] })
    const answers = [
      await ask(`PUT /documents/${idOf(1)}`, { document: { name: 'x' } }),
      await ask(`DELETE /documents/${idOf(1)}`),
      await ask('POST /documents', { document: { name: 'x' } }),
      await ask(`PUT /documents/${idOf(1)}/publish`, {}),
    ]
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403])
    expect(answers[0]?.json).toEqual({
      NeutronError: { type: 'PolicyNotAuthorized', message: 'update_document is disallowed by policy', detail: '' },
    })
  })

  test('asks for the rule of an attribute when it is given, with its parts', async () => {
    const policy = denying()
    const ask = asking(new DocumentsPlugin().withRows({ name: 'a' }), { policy })
    await ask('POST /documents', { document: { name: 'a' } })
    await ask('POST /documents', { document: { name: 'a', shared: 'false', gateway: null } })
    expect(policy.asked).toEqual(['create_document', 'create_document'])
    await ask('POST /documents', { document: { name: 'a', shared: true, gateway: { net: 'x', nat: 1 } } })
    expect(policy.asked.slice(2)).toEqual([
      'create_document',
      'create_document:shared',
      'create_document:gateway',
      'create_document:gateway:net',
      'create_document:gateway:nat',
    ])
    await ask(`PUT /documents/${idOf(1)}`, { document: { shared: false } })
    expect(policy.asked.slice(7)).toEqual(['update_document', 'update_document:shared'])
  })

  test('a change of the owner is judged by the owner that the object has', async () => {
    const attributes = { ...map.documents, tenant_id: { ...map.documents.tenant_id, allow_put: true } }
    const plugin = new DocumentsPlugin().withRows(...rows)
    const targets: unknown[] = []
    const policy: Policy = {
      authorize: (_context, _rule, target) => {
        targets.push(target.tenant_id)
        return true
      },
    }
    const controller = collectionController(plugin, attributes, {
      collection: 'documents',
      resource: 'document',
      policy,
    })
    const body = { document: { tenant_id: 'p1' } }
    const call = { req: { environ: {} }, params: { id: other }, body, context: { projectId: 'p1' } }
    await controller.update?.(call as never)
    expect(targets[0]).toBe('p2')
  })

  test('strips attributes that the caller may not read, object by object, in bulk as well', async () => {
    const policy: Policy = {
      has: (rule) => rule === 'get_document:size',
      authorize: (_context, rule, target) => rule !== 'get_document:size' || target.name === 'b',
    }
    const ask = asking(new DocumentsPlugin().withRows({ name: 'a', size: 1 }, { name: 'b', size: 2 }), { policy })
    expect((await ask('GET /documents?fields=name&fields=size')).json).toEqual({
      documents: [{ name: 'a' }, { name: 'b', size: 2 }],
    })
    const bulk = await ask('POST /documents', { documents: [{ name: 'a' }, { name: 'b' }] })
    expect((bulk.json as { documents: object[] }).documents.map((one) => 'size' in one)).toEqual([false, true])
    // What cannot be read cannot be found out by a filter.
    expect((await ask('GET /documents?size=1&fields=name')).json).toEqual({ documents: [] })
    expect((await ask('GET /documents?size=2&fields=name')).json).toEqual({ documents: [{ name: 'b' }] })
  })

  test('is asked before the plugin is, for every object of a bulk', async () => {
    const plugin = new DocumentsPlugin()
    const policy: Policy = { authorize: async (_context, _rule, target) => target.name !== 'b' }
    const { status } = await asking(plugin, { policy })('POST /documents', {
      documents: [{ name: 'a' }, { name: 'b' }],
    })
    expect([status, plugin.calls]).toEqual([403, []])
  })
})

describe('quota and notifications', () => {
  function watched(options: Partial<CollectionControllerOptions> = {}) {
    const events: unknown[] = []
    const quota: CollectionControllerOptions['quota'] = {
      reserve(_context, { projectId, amount }) {
        events.push(`reserve ${projectId} ${amount}`)
        if (amount > 2) throw new HttpError(409, "Quota exceeded for resources: ['document'].")
        return { commit: () => void events.push('commit'), cancel: () => void events.push('cancel') }
      },
    }
    const notify: CollectionControllerOptions['notify'] = (_context, event) => void events.push(event)
    return { events, ask: asking(new DocumentsPlugin().withRows({ name: 'a' }), { quota, notify, ...options }) }
  }

  test('happen around what the plugin does', async () => {
    const { events, ask } = watched()
    await ask('POST /documents', { documents: [{ name: 'b' }, { name: 'c' }] })
    await ask(`PUT /documents/${idOf(1)}`, { document: { name: 'd' } })
    await ask(`DELETE /documents/${idOf(1)}`)
    expect(events).toEqual([
      'reserve p1 2',
      'document.create.start',
      'commit',
      'document.create.end',
      'document.update.start',
      'document.update.end',
      'document.delete.start',
      'document.delete.end',
    ])
  })

  test('a reservation is given back when the plugin fails', async () => {
    const { events, ask } = watched()
    await ask('POST /documents', { document: { name: 'poison' } })
    expect(events).toEqual(['reserve p1 1', 'document.create.start', 'cancel'])
  })

  test('no room is the answer of the quota', async () => {
    const { ask } = watched()
    const { status, message } = await ask('POST /documents', {
      documents: [{ name: 'b' }, { name: 'c' }, { name: 'd' }],
    })
    expect([status, message]).toEqual([409, "Quota exceeded for resources: ['document']."])
  })

  test('a notification that fails is logged and fails no request', async () => {
    const told: string[] = []
    const { ask } = watched({
      notify: () => Promise.reject(new Error('the bus is down')),
      log: { error: (_fields: object, message: string) => void told.push(message) },
    })
    expect((await ask('POST /documents', { document: { name: 'b' } })).status).toBe(201)
    expect(told).toEqual([
      'the notification document.create.start was not sent',
      'the notification document.create.end was not sent',
    ])
  })
})
