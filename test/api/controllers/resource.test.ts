// Resources behind a route: which handler runs, with what, and what its result or error becomes.
import { describe, expect, it } from 'vitest'
import {
  anyJson,
  BadRequest,
  type Call,
  Conflict,
  type Controller,
  Forbidden,
  InUse,
  Mapper,
  type MemberParams,
  neutronFault,
  NotAuthorized,
  NotFound,
  NotImplemented,
  novaFault,
  reply,
  resource,
  type ResourceOptions,
  router,
  ServiceUnavailable,
  TooManyRequests,
} from '../../../src/api/index.ts'
import {
  type App,
  HttpError,
  inject,
  type InjectedResponse,
  type InjectOptions,
  text,
} from '../../../src/http/index.ts'

interface Route {
  readonly action?: string
  readonly params?: Record<string, string>
}

/** Asks with a route that has matched. */
function ask(app: App, route: Route, options: Partial<InjectOptions> = {}): Promise<InjectedResponse> {
  return inject(
    (req) => {
      Object.assign(req.environ, { route: { params: {}, ...route } })
      return app(req)
    },
    { path: '/', ...options },
  )
}

const body = (value: unknown, type = 'application/json'): Partial<InjectOptions> => ({
  method: 'POST',
  body: JSON.stringify(value),
  headers: { 'content-type': type },
})

class Documents {
  readonly #documents = new Map([['1', { id: '1', title: 'one' }]])

  index({ query }: Call): object {
    return { documents: [...this.#documents.values()], marker: query.get('marker') }
  }

  create({ body }: Call<MemberParams, { document: { title: string } }>): object {
    const document = { id: '2', ...body.document }
    this.#documents.set(document.id, document)
    return { document }
  }

  async show({ params: { id } }: Call<MemberParams>): Promise<object> {
    const document = this.#documents.get(id)
    if (document === undefined) throw new NotFound(`Document ${id} could not be found.`)
    return { document }
  }

  update({ params: { id }, body }: Call<MemberParams>): object {
    return { document: { id, body } }
  }

  delete({ params: { id } }: Call<MemberParams>): void {
    this.#documents.delete(id)
  }
}

describe('row 30: a resource', () => {
  const app = resource(new Documents())

  it('row 30: runs the handler of the action and answers with JSON and the status of the action', async () => {
    const id = { id: '1' }
    const index = await ask(app, { action: 'index' }, { path: '/?marker=9' })
    expect([index.status, index.json()]).toEqual([200, { documents: [{ id: '1', title: 'one' }], marker: '9' }])
    expect(index.headers['content-type']).toBe('application/json')
    const created = await ask(app, { action: 'create' }, body({ document: { title: 'two' } }))
    expect([created.status, created.json()]).toEqual([201, { document: { id: '2', title: 'two' } }])
    const shown = await ask(app, { action: 'show', params: { id: '2' } })
    expect([shown.status, shown.json()]).toEqual([200, { document: { id: '2', title: 'two' } }])
    const updated = await ask(app, { action: 'update', params: id }, { ...body({ a: 1 }), method: 'PUT' })
    expect([updated.status, updated.json()]).toEqual([200, { document: { id: '1', body: { a: 1 } } }])
    const deleted = await ask(app, { action: 'delete', params: id }, { method: 'DELETE' })
    expect([deleted.status, deleted.body.length, deleted.headers['content-type']]).toEqual([204, 0, undefined])
  })

  it('row 32: is all that a core API needs, with the route that leads to it', async () => {
    const map = new Mapper()
    const os = resource({
      index: ({ params }) => ({ 'os-documents': [], tenant: params.tenant_id }),
      create: ({ body }) => ({ 'os-document': body }),
      show: ({ params: { id } }) => ({ 'os-document': { id } }),
      update: ({ params: { id }, body }) => ({ 'os-document': { id, body } }),
      delete: () => undefined,
      actions: { lock: ({ params: { id } }) => ({ locked: id }) },
    })
    map.resource('os-document', 'os-documents', {
      controller: os,
      pathPrefix: '/v2/{tenant_id}',
      member: { action: 'POST' },
    })
    const app = router(map)
    const at = async (method: string, path: string, value?: unknown) => {
      const sent = value === undefined ? {} : { ...body(value) }
      const { status, text } = await inject(app, { ...sent, method, path: `/v2/t1/os-documents${path}` })
      return [status, text()]
    }
    expect(await at('GET', '')).toEqual([200, '{"os-documents":[],"tenant":"t1"}'])
    expect(await at('POST', '', { a: 1 })).toEqual([201, '{"os-document":{"a":1}}'])
    expect(await at('GET', '/7')).toEqual([200, '{"os-document":{"id":"7"}}'])
    expect(await at('PUT', '/7', { a: 1 })).toEqual([200, '{"os-document":{"id":"7","body":{"a":1}}}'])
    expect(await at('DELETE', '/7')).toEqual([204, ''])
    expect(await at('POST', '/7/action', { lock: {} })).toEqual([200, '{"locked":"7"}'])
    // No form is bound: it is the id of a document.
    expect(await at('GET', '/new')).toEqual([200, '{"os-document":{"id":"new"}}'])
    expect((await at('PATCH', '/7'))[0]).toBe(405)
    expect([...os.actions]).toEqual(['index', 'create', 'show', 'update', 'delete', 'action'])
  })

  it('row 30: finds the action by the method for a route that names none', async () => {
    const echo = resource({
      index: () => 'index',
      create: () => 'create',
      show: () => 'show',
      update: () => 'update',
      delete: () => reply('delete', { status: 200 }),
    })
    const of = async (method: string, params: Record<string, string>) =>
      (await ask(echo, { params }, { method })).json()
    expect(await Promise.all([of('GET', {}), of('POST', {})])).toEqual(['index', 'create'])
    const member = ['GET', 'PUT', 'PATCH', 'DELETE'].map((method) => of(method, { id: '1' }))
    expect(await Promise.all(member)).toEqual(['show', 'update', 'update', 'delete'])
  })

  it.each<[string, Route, number, string | undefined]>([
    ['another method of the collection', { action: 'create' }, 405, 'GET, HEAD'],
    ['another method of a member', { action: 'delete', params: { id: '1' } }, 405, 'GET, HEAD, PUT'],
    ['a form that it does not have', { action: 'new' }, 404, undefined],
    ['an action that it does not have', { action: 'publish', params: { id: '1' } }, 404, undefined],
    ['what every object has', { action: 'constructor', params: { id: '1' } }, 404, undefined],
    ['what changes prototypes', { action: '__proto__' }, 404, undefined],
  ])('answers what the controller does not implement: %s', async (_name, route, status, allow) => {
    const some = resource({ index: () => 1, show: () => 1, update: () => 1 })
    const response = await ask(some, route, { method: 'POST' })
    expect([response.status, response.headers.allow]).toEqual([status, allow])
  })

  it('refuses to work without a router in front of it', async () => {
    expect((await inject(app, { path: '/' })).status).toBe(500)
  })
})

describe('custom actions', () => {
  const controller: Controller = {
    custom: { publish: ({ params, action }) => ({ [action]: params.id }) },
    actions: { reboot: ({ body, action, params }) => ({ [action]: body, id: params.id }), lock: () => undefined },
  }
  const app = resource(controller)
  const action = { action: 'action', params: { id: '7' } }

  it('have handlers by the action of their route', async () => {
    const response = await ask(app, { action: 'publish', params: { id: '7' } }, { method: 'POST' })
    expect([response.status, response.json()]).toEqual([200, { publish: '7' }])
    expect([...app.actions]).toEqual(['publish', 'action'])
  })

  it('are chosen by the key of the body', async () => {
    const response = await ask(app, action, body({ reboot: { type: 'HARD' } }))
    expect([response.status, response.json()]).toEqual([200, { reboot: { type: 'HARD' }, id: '7' }])
    expect((await ask(app, action, body({ lock: null }))).status).toBe(204)
  })

  it.each<[unknown, string]>([
    [{ explode: {} }, 'There is no action "explode" here.'],
    [{ constructor: {} }, 'There is no action "constructor" here.'],
    [{}, 'Malformed request body: an action is an object with one key.'],
    [{ lock: null, reboot: {} }, 'Malformed request body: an action is an object with one key.'],
    [['reboot'], 'Malformed request body: an action is an object with one key.'],
    [null, 'Malformed request body: an action is an object with one key.'],
    ['reboot', 'Malformed request body: an action is an object with one key.'],
  ])('refuse the body %j', async (value, message) => {
    const response = await ask(app, action, body(value))
    expect([response.status, response.json()]).toEqual([400, { error: { code: 400, message } }])
  })

  it('refuse a request without a body', async () => {
    expect((await ask(app, action, { method: 'POST' })).status).toBe(400)
  })
})

describe('the body of a request', () => {
  const echo = resource({ create: ({ body }) => ({ body: body ?? 'none' }) })
  const send = (text: string, type?: string, options?: ResourceOptions) =>
    ask(
      options ? resource({ create: ({ body }) => ({ body }) }, options) : echo,
      { action: 'create' },
      { method: 'POST', body: text, headers: type === undefined ? {} : { 'content-type': type } },
    )

  it.each([
    undefined,
    'application/json',
    'Application/JSON; charset=utf-8',
    'application/merge-patch+json',
    'text/plain;charset=UTF-8',
  ])('is JSON under the content type %s', async (type) => {
    expect((await send('{"a":[1]}', type)).json()).toEqual({ body: { a: [1] } })
  })

  it.each(['application/x-www-form-urlencoded', 'application/xml', 'json', '*/*', 'constructor'])(
    'is refused as %s, with what is taken',
    async (type) => {
      const response = await send('{"a":1}', type)
      expect([response.status, response.headers.accept]).toEqual([415, 'application/json'])
    },
  )

  it('is JSON under any type for APIs that say so', async () => {
    expect((await send('{"a":1}', 'application/xml', { deserialise: anyJson })).json()).toEqual({ body: { a: 1 } })
  })

  it.each([
    [{ 'content-encoding': 'gzip' }, { 'accept-encoding': 'identity' }],
    [{ 'content-type': 'application/json; charset=utf-16' }, {}],
    [{ 'content-type': 'application/json;charset="ISO-8859-1"' }, {}],
  ])('is refused in another coding than UTF-8: %j', async (headers, answered) => {
    const app = resource({ create: ({ body }) => ({ body }) })
    const response = await ask(app, { action: 'create' }, { method: 'POST', headers, body: '{"a":1}' })
    expect(response).toMatchObject({ status: 415, headers: answered })
  })

  it('is refused when its bytes are no UTF-8', async () => {
    const app = resource({ create: ({ body }) => ({ body }) })
    const request = { method: 'POST', body: Buffer.from('{"a":"\xE9"}', 'latin1') }
    const response = await ask(app, { action: 'create' }, request)
    expect([response.status, response.text()]).toEqual([400, expect.stringContaining('it is not UTF-8')])
  })

  it('is read by the deserialiser of its type', async () => {
    const deserialise = { 'text/csv': (bytes: Buffer) => bytes.toString().split(',') }
    expect((await send('a,b', 'text/csv', { deserialise })).json()).toEqual({ body: ['a', 'b'] })
    expect((await send('{}', 'application/json', { deserialise })).status).toBe(415)
  })

  it('means nothing in a GET', async () => {
    const request = { headers: { 'content-type': 'application/xml' }, body: '<x/>' }
    const app = resource({ index: ({ body }) => ({ body: body ?? 'none' }) })
    expect((await ask(app, { action: 'index' }, request)).json()).toEqual({ body: 'none' })
  })

  it.each([
    ['', 'no body'],
    ['', 'application/xml'],
  ])('is undefined when there is none', async (text, type) => {
    expect((await send(text, type)).json()).toEqual({ body: 'none' })
  })

  it.each([
    ['{"a":', 'Malformed request body: cannot understand JSON at line 1, column 6.'],
    ['{\n  "a": nope\n}', 'Malformed request body: cannot understand JSON at line 2, column 8.'],
    ['['.repeat(10_000) + ']'.repeat(10_000), 'Malformed request body: JSON nested deeper than 1000 levels.'],
  ])('is refused with the place of its fault', async (text, message) => {
    const response = await send(text, 'application/json')
    expect([response.status, response.json()]).toEqual([400, { error: { code: 400, message } }])
  })

  it('cannot change prototypes', async () => {
    const response = await send('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}')
    expect(response.status).toBe(400)
    const constructor = { constructor: { prototype: { polluted: 1 } } }
    expect((await send(JSON.stringify(constructor))).json()).toEqual({ body: constructor })
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })
})

describe('a result', () => {
  const of = (result: unknown, options?: ResourceOptions, request?: Partial<InjectOptions>) =>
    ask(resource({ index: () => result }, options), { action: 'index' }, request)

  it.each<[string, unknown, number, string]>([
    ['an object', { a: 1 }, 200, '{"a":1}'],
    ['a promise', Promise.resolve([1]), 200, '[1]'],
    ['a falsy value', 0, 200, '0'],
    ['nothing', undefined, 204, ''],
    ['null', null, 204, ''],
    ['a response', text('x', 418), 418, 'x'],
    ['a reply', reply({ a: 1 }, { status: 202 }), 202, '{"a":1}'],
    ['an empty reply', reply(undefined, { status: 202 }), 202, ''],
    ['a reply of nothing', reply({ a: 1 }, { status: 204 }), 204, ''],
  ])('may be %s', async (_name, result, status, sent) => {
    const response = await of(result)
    expect([response.status, response.text()]).toEqual([status, sent])
  })

  it('may have headers', async () => {
    expect((await of(reply(1, { headers: { location: '/1' } }))).headers.location).toBe('/1')
  })

  it('has the status that the resource says for its action', async () => {
    expect((await of({ a: 1 }, { statuses: { index: 203 } })).status).toBe(203)
    const app = resource({ delete: () => ({ id: 1 }) }, { statuses: { delete: 200 } })
    const response = await ask(app, { action: 'delete', params: { id: '1' } }, { method: 'DELETE' })
    expect([response.status, response.json()]).toEqual([200, { id: 1 }])
  })

  it.each([
    [undefined, undefined, 'application/json'],
    ['text/yaml', undefined, 'text/yaml'],
    ['image/png', undefined, 'application/json'],
    ['application/json', 'yaml', 'text/yaml'],
    ['text/yaml', 'png', 'text/yaml'],
  ])('is serialised for Accept %s and the format %s as %s', async (accept, format, type) => {
    const serialise = {
      'application/json': (value: unknown) => JSON.stringify(value),
      'text/yaml': (value: unknown) => `a: ${String(value)}`,
    }
    const app = resource({ index: () => 1 }, { serialise })
    const route = { action: 'index', params: format === undefined ? {} : { format } }
    const response = await ask(app, route, { headers: accept === undefined ? {} : { accept } })
    expect([response.headers['content-type'], response.headers.vary]).toEqual([type, 'Accept'])
  })
})

class DocumentLocked extends Error {
  override readonly name = 'DocumentLocked'
}

class VnfNotFound extends NotFound {}

describe('an error', () => {
  const thrown = async (error: unknown, options: ResourceOptions = {}) => {
    const logged: unknown[] = []
    const log = { error: (fields: object) => logged.push(fields) }
    const app = resource(
      {
        index: () => {
          throw error
        },
        show: async () => {
          throw error
        },
      },
      { log, ...options },
    )
    const [sync, async] = [await ask(app, { action: 'index' }), await ask(app, { action: 'show', params: { id: '1' } })]
    expect(async.json()).toEqual(sync.json())
    return { status: sync.status, headers: sync.headers, json: sync.json(), logged: logged.length }
  }

  it.each<[unknown, number]>([
    [new NotFound('m'), 404],
    [new Conflict('m'), 409],
    [new InUse('m'), 409],
    [new BadRequest('m'), 400],
    [new NotAuthorized('m'), 403],
    [new Forbidden('m'), 403],
    [new ServiceUnavailable('m'), 503],
    [new NotImplemented('m'), 501],
    [new HttpError(418, 'm'), 418],
    [Object.assign(new Error('m'), { status: 422, expose: true }), 422],
  ])('%s is answered with its status and message', async (error, status) => {
    expect(await thrown(error)).toMatchObject({ status, json: { error: { code: status, message: 'm' } }, logged: 0 })
  })

  it.each([new Error('secret'), 'secret', new HttpError(502, 'secret'), null])(
    'that nobody foresaw is logged and not told: %s',
    async (error) => {
      const { status, json, logged } = await thrown(error)
      expect(status).toBeGreaterThanOrEqual(500)
      expect(JSON.stringify(json)).not.toContain('secret')
      expect(logged).toBe(2)
    },
  )

  it('goes to the log of the server where the resource has none', async () => {
    const logged: string[] = []
    const app = resource({ index: () => Promise.reject(new Error('x')) })
    const log = { error: (_fields: object, message: string) => void logged.push(message) }
    expect((await ask(app, { action: 'index' }, { log })).status).toBe(500)
    expect(logged).toEqual(['GET /: the application failed'])
  })

  it("is told at level info when it is the client's", async () => {
    const told: string[] = []
    const log = { error: () => undefined, info: (_fields: object, message: string) => void told.push(message) }
    await thrown(new NotFound('no such thing'), { log })
    expect(told).toEqual(['GET /: no such thing', 'GET /: no such thing'])
  })

  it('of another library means what the fault map says', async () => {
    const faults = [[DocumentLocked, 423]] as const
    expect(await thrown(new DocumentLocked('locked'), { faults })).toMatchObject({
      status: 423,
      json: { error: { code: 423, message: 'locked' } },
      logged: 0,
    })
  })

  it.each<[unknown, object]>([
    [new NotFound('m'), { itemNotFound: { code: 404, message: 'm' } }],
    [new TooManyRequests(30, 'm'), { overLimit: { code: 429, message: 'm', retryAfter: '30' } }],
    [new HttpError(418, 'm'), { computeFault: { code: 418, message: 'm' } }],
    [
      new Error('secret'),
      {
        computeFault: {
          code: 500,
          message: 'Request Failed: internal server error while processing your request.',
        },
      },
    ],
  ])("looks like nova's: %s", async (error, expected) => {
    expect((await thrown(error, { fault: novaFault })).json).toEqual(expected)
  })

  it.each<[unknown, object]>([
    [new VnfNotFound('m'), { TackerError: { type: 'VnfNotFound', message: 'm', detail: '' } }],
    [new Conflict('m', { detail: 'd' }), { TackerError: { type: 'Conflict', message: 'm', detail: 'd' } }],
    [new DocumentLocked('m'), { TackerError: { type: 'DocumentLocked', message: 'm', detail: '' } }],
    [new NotImplemented('m'), { NotImplementedError: { type: 'NotImplemented', message: 'm', detail: '' } }],
    [
      new Error('secret'),
      {
        TackerError: {
          type: 'HTTPInternalServerError',
          message: 'Request Failed: internal server error while processing your request.',
          detail: '',
        },
      },
    ],
  ])("looks like tacker's: %s", async (error, expected) => {
    const faults = [[DocumentLocked, 409]] as const
    expect((await thrown(error, { fault: neutronFault('TackerError'), faults })).json).toEqual(expected)
  })
})
