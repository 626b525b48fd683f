// Extensions in front of an API: which URLs they have, in which order, and what is left to the app inside.
import { describe, expect, it } from 'vitest'
import {
  type Around,
  type Call,
  ControllerExtension,
  type ControllerParts,
  RequestExtension,
  ResourceExtension,
  type MemberParams,
  describeRoutes,
  extensionFilter,
  extensionRoutes,
  Mapper,
  NotFound,
  renderRoutes,
  resource,
  router,
} from '../../../src/api/index.ts'
import { type App, HttpError, inject, type InjectedResponse, text } from '../../../src/http/index.ts'
import { setContext } from '../../../src/middleware/index.ts'
import { descriptor, Gadgets, load, Told } from './gadgets.ts'

/** The API that is extended: servers, and an action of theirs. */
function servers(): App {
  const map = new Mapper()
  const controller = {
    show: ({ params: { id } }: { params: { id: string } }) => {
      if (id !== '7') throw new NotFound(`Server ${id} could not be found.`)
      return { server: { id } }
    },
    actions: { reboot: () => ({ rebooted: true }) },
  }
  map.resource('server', 'servers', { controller: resource(controller), member: { action: 'POST' } })
  return router(map)
}

async function extendedOver(inner: App): Promise<App> {
  return extensionFilter(await load({ descriptors: [Gadgets] }))(inner)
}

const extended = () => extendedOver(servers())

async function ask(app: App, request: `${string} ${string}`, body?: unknown): Promise<InjectedResponse> {
  const [method = '', path = ''] = request.split(' ')
  const sent = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  return inject(app, { method, path, ...sent })
}

describe('an extended API', () => {
  it.each([
    ['GET /gadgets', 200, { gadgets: [{ id: '1', colour: 'red' }] }],
    ['GET /gadgets.json', 200, { gadgets: [{ id: '1', colour: 'red' }] }],
    ['GET /gadgets/1', 200, { gadget: { id: '1', colour: 'red' } }],
    ['GET /gadgets/search?colour=red', 200, { found: [{ id: '1', colour: 'red' }] }],
    ['PUT /gadgets/1/lock', 200, { locked: '1' }],
    ['GET /gadgets/2', 404, { error: { code: 404, message: 'Gadget 2 could not be found.' } }],
  ] as const)('row 36: a ResourceExtension answers %s with %i', async (request, status, body) => {
    const response = await ask(await extended(), request)
    expect([response.status, response.json()]).toEqual([status, body])
  })

  it('row 36: a ResourceExtension creates, deletes, and acts on the whole collection', async () => {
    const app = await extended()
    const made = await ask(app, 'POST /gadgets', { gadget: { id: '2', colour: 'blue' } })
    expect(made.status).toBe(201)
    expect((await ask(app, 'DELETE /gadgets/2')).status).toBe(204)
    expect((await ask(app, 'DELETE /gadgets')).status).toBe(204)
    expect((await ask(app, 'GET /gadgets')).json()).toEqual({ gadgets: [] })
  })

  it('row 36: an ActionExtension answers its key and leaves the others to the app inside, with the body', async () => {
    const app = await extended()
    const polished = await ask(app, 'POST /servers/7/action', { polish: { wax: true } })
    expect([polished.status, polished.json()]).toEqual([200, { polished: '7', with: { wax: true } }])
    expect((await ask(app, 'POST /servers/7/action', { reboot: null })).json()).toEqual({ rebooted: true })
    const unknown = await ask(app, 'POST /servers/7/action', { paint: null })
    expect([unknown.status, unknown.json()]).toMatchObject([
      400,
      { error: { message: 'There is no action "paint" here.' } },
    ])
    const none = extendedOver(() => new HttpError(404).toResponse())
    expect((await ask(await none, 'POST /servers/7/action', { paint: null })).status).toBe(404)
    expect((await inject(app, { method: 'POST', path: '/servers/7/action', body: 'no json' })).status).toBe(400)
  })

  it.each([
    ['a charset that JSON has not', { 'content-type': 'application/xml; charset=iso-8859-1' }],
    ['a content coding', { 'content-encoding': 'gzip' }],
  ])('leaves a body with %s to the app inside', async (_what, headers) => {
    const app = await extendedOver(async (req) => text(`inside: ${await req.body.text()}`))
    const response = await inject(app, { method: 'POST', path: '/servers/7/action', headers, body: '<reboot/>' })
    expect([response.status, response.text()]).toEqual([200, 'inside: <reboot/>'])
  })

  it('row 36: a RequestExtension changes what the app inside has answered', async () => {
    const response = await ask(await extended(), 'GET /servers/7')
    expect([response.status, response.headers['x-gadget'], response.json()]).toEqual([
      200,
      '7',
      { server: { id: '7' } },
    ])
    const missing = await ask(await extended(), 'GET /servers/8')
    expect([missing.status, missing.headers['x-gadget']]).toEqual([404, '8'])
  })

  it('row 36: request extensions of one URL follow each other', async () => {
    const stamp = (mark: string) =>
      new RequestExtension('GET', '/x', (_req, response) => ({
        ...response,
        headers: { 'x-by': `${String(response.headers['x-by'] ?? '')}${mark}` },
      }))
    const manager = await load({
      descriptors: [
        descriptor('a', { getRequestExtensions: () => [stamp('a')] }),
        descriptor('b', { get_request_extensions: () => [stamp('b')] }),
      ],
    })
    const response = await ask(
      extensionFilter(manager)(() => text('-')),
      'GET /x',
    )
    expect(response.headers['x-by']).toBe('ab')
  })

  it('row 37: has its routes in the order resources, actions, requests, and prints them', async () => {
    const lines = renderRoutes(describeRoutes(extensionRoutes(await load({ descriptors: [Gadgets] }))))
    expect(
      lines
        .split('\n')
        .filter((line) => !line.includes('{format}'))
        .join('\n'),
    ).toMatchInlineSnapshot(`
      "POST    /extensions                    create   -
      GET     /extensions                    index    -
      PUT     /extensions/{id}               update   -
      DELETE  /extensions/{id}               delete   -
      GET     /extensions/{id}               show     -
      GET     /gadgets/search                search   gadgets
      DELETE  /gadgets                       purge    gadgets
      POST    /gadgets                       create   gadgets
      GET     /gadgets                       index    gadgets
      PUT     /gadgets/{id}/lock             lock     gadgets
      DELETE  /gadgets/{id}                  delete   gadgets
      GET     /gadgets/{id}                  show     gadgets
      POST    /servers/{id}/action           action   gadgets
      GET     /servers/{id}                  process  gadgets
      "
    `)
  })

  it.each(['GET /other', 'PATCH /other', 'GET /gadgets/1/other', 'GET /gadgets/%zz'])(
    'row 37: leaves %s to the app inside',
    async (request) => {
      const inner: App = (req) => text(`inner ${req.pathInfo}`)
      expect((await ask(await extendedOver(inner), request as 'GET /')).text()).toBe(`inner ${request.split(' ')[1]}`)
    },
  )

  it('answers 405 and OPTIONS for its own URLs when the app inside does not know them', async () => {
    const app = await extended()
    const patch = await ask(app, 'PATCH /gadgets/1')
    expect([patch.status, patch.headers.allow]).toEqual([405, 'DELETE, GET, HEAD, OPTIONS'])
    const options = await ask(app, 'OPTIONS /gadgets')
    expect([options.status, options.headers.allow]).toEqual([204, 'DELETE, GET, HEAD, POST, OPTIONS'])
    expect((await ask(app, 'PUT /servers/8')).status).toBe(405)
  })

  it('binds only what a controller has: new and edit are ids', async () => {
    const app = await extended()
    expect((await ask(app, 'GET /gadgets/new')).json()).toMatchObject({
      error: { message: 'Gadget new could not be found.' },
    })
    expect((await ask(app, 'GET /gadgets/1/edit')).status).toBe(404)
  })

  it('leaves what the app inside raises to those outside', async () => {
    const app = await extendedOver(() => {
      throw new NotFound('raised')
    })
    const outer: App = (req) => {
      expect(() => app(req)).toThrow('raised')
      return text('outer')
    }
    expect((await ask(outer, 'GET /other')).text()).toBe('outer')
  })

  it('finds an alias that has a dot', async () => {
    const app = extensionFilter(await load({ descriptors: [descriptor('os.dotted')] }))(() => text('inner'))
    expect((await ask(app, 'GET /extensions/os.dotted')).status).toBe(200)
    expect((await ask(app, 'GET /extensions/os.other')).status).toBe(404)
  })

  it('lists what is loaded by alias', async () => {
    const manager = await load({ descriptors: [descriptor('zoo'), Gadgets] })
    const app = extensionFilter(manager)(() => text('inner'))
    const gadgets = {
      name: 'The gadgets',
      alias: 'gadgets',
      description: 'Extension gadgets',
      updated: '2026-11-22T10:00:00-00:00',
      namespace: 'http://example.org/gadgets/v1',
      links: [],
    }
    const { namespace: _none, ...plain } = gadgets
    const zoo = { ...plain, name: 'The zoo', alias: 'zoo', description: 'Extension zoo' }
    expect((await ask(app, 'GET /extensions')).json()).toEqual({ extensions: [gadgets, zoo] })
    expect((await ask(app, 'GET /extensions/gadgets')).json()).toEqual({ extension: gadgets })
    for (const request of [
      'GET /extensions/new',
      'PUT /extensions/zoo',
      'DELETE /extensions/zoo',
      'POST /extensions',
    ] as const) {
      expect((await ask(app, request)).status).toBe(404)
    }
  })

  it('takes parents, prefixes, names and routes of its own', async () => {
    const show = ({ params }: Call<MemberParams>) => ({ ...params })
    const manager = await load({
      descriptors: [
        descriptor('rules', {
          getResources: () => [
            new ResourceExtension(
              'rules',
              { show, custom: { audit: show } },
              {
                member: 'rule',
                path_prefix: '/fw',
                parent: { member_name: 'policy', collection_name: 'policies' },
                customRoutes: (map, controller) => map.connect('/audit/{year}', { controller, action: 'audit' }),
              },
            ),
          ],
        }),
      ],
    })
    const app = extensionFilter(manager)(() => text('inner'))
    expect((await ask(app, 'GET /fw/policies/p1/rules/r1')).json()).toEqual({ policy_id: 'p1', id: 'r1' })
    expect((await ask(app, 'GET /fw/policies/p1/audit/2026')).json()).toEqual({ policy_id: 'p1', year: '2026' })
    expect(extensionRoutes(manager).map.url('policy_rule', { policy_id: 'p1', id: 'r1' })).toBe(
      '/fw/policies/p1/rules/r1',
    )
  })

  it.each([
    [{ memberActions: { spin: 'PUT' } }, 'the controller of the resource extension "tops" has no action "spin"'],
    [{ inherits: 'toys' }, 'the resource extension "tops" has no controller'],
  ])('refuses a resource that could not work: %j', async (options, message) => {
    const controller = 'inherits' in options ? null : { index: () => ({}) }
    const manager = await load({
      descriptors: [descriptor('tops', { getResources: () => [new ResourceExtension('tops', controller, options)] })],
    })
    expect(() => extensionFilter(manager)(() => text(''))).toThrow(message)
  })
})

describe('extensions of controllers', () => {
  const trace: string[] = []
  const noting = (mark: string): Around => ({
    before: () => void trace.push(`before ${mark}`),
    after: (_call, result) => {
      trace.push(`after ${mark}`)
      Object.assign(result as object, { [mark]: true })
    },
  })
  const extension = (alias: string, parts: ControllerParts) =>
    descriptor(alias, { getControllerExtensions: () => [new ControllerExtension('servers', parts)] })

  async function servers(...extensions: object[]): Promise<App> {
    const manager = await load({ descriptors: extensions })
    class Servers {
      readonly name = 'seven'
      show({ params: { id } }: Call<MemberParams>) {
        trace.push('show')
        return { id, name: this.name }
      }
    }
    const map = new Mapper()
    const controller = resource(manager.extend('servers', new Servers()))
    map.resource('server', 'servers', { controller, member: { action: 'POST' } })
    return extensionFilter(manager)(router(map))
  }

  it('row 33: run before and after, the last one first on the way out, and change the result', async () => {
    trace.length = 0
    const app = await servers(
      extension('a', { extends: { show: noting('a') } }),
      extension('b', { extends: { show: noting('b') } }),
    )
    expect((await ask(app, 'GET /servers/7')).json()).toEqual({ id: '7', name: 'seven', a: true, b: true })
    expect(trace).toEqual(['before a', 'before b', 'show', 'after b', 'after a'])
  })

  it('row 33: end the request with what they return', async () => {
    trace.length = 0
    const early = await servers(extension('a', { extends: { show: { before: () => ({ early: true }) } } }))
    expect((await ask(early, 'GET /servers/7')).json()).toEqual({ early: true })
    expect(trace).toEqual([])
    const late = await servers(extension('a', { extends: { show: () => ({ late: true }) } }))
    expect((await ask(late, 'GET /servers/7')).json()).toEqual({ late: true })
  })

  it('row 33: add actions to a controller that has none', async () => {
    const app = await servers(extension('a', { actions: { lock: ({ params }) => ({ locked: params.id }) } }))
    expect((await ask(app, 'POST /servers/7/action', { lock: null })).json()).toEqual({ locked: '7' })
  })

  it('row 33: an extension inherits a controller, and what others do to it', async () => {
    const app = await servers(
      extension('a', { extends: { show: noting('a') } }),
      descriptor('heirs', { getResources: () => [new ResourceExtension('heirs', null, { inherits: 'servers' })] }),
    )
    expect((await ask(app, 'GET /heirs/7')).json()).toEqual({ id: '7', name: 'seven', a: true })
  })

  it("row 33: a project in the path is the caller's", async () => {
    const manager = await load({ descriptors: [Gadgets] })
    const app = extensionFilter(manager, { pathPrefix: '/{project_id}' })(() => text('inner'))
    const as = async (projectId: string) => {
      const { status, body } = await inject(
        (req) => {
          setContext(req, { projectId })
          return app(req)
        },
        { path: '/p1/gadgets' },
      )
      return [status, body.toString()]
    }
    expect(await as('p1')).toMatchObject([200, '{"gadgets":[{"id":"1","colour":"red"}]}'])
    expect(await as('p2')).toMatchObject([400, '{"error":{"code":400,"message":"Malformed request url"}}'])
  })

  it('row 33: says when nothing has the collection that is to be extended', async () => {
    const told = new Told()
    const manager = await load({ descriptors: [extension('a', {})] }, told)
    extensionFilter(manager)(() => text('inner'))
    expect(told.warnings).toEqual([
      'the extension "a" changes the controller of "servers", which is not there for that',
    ])
  })
})
