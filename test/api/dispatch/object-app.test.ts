// Object dispatch beyond what pecan was asked: safety of names, security, hooks, arguments, renderers.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  abort,
  errorFault,
  expose,
  Forbidden,
  type Hook,
  objectApp,
  type ObjectAppOptions,
  redirectTo,
  rest,
  RestController,
  secure,
  type State,
  unlocked,
} from '../../../src/api/index.ts'
import { inject, type InjectOptions, text } from '../../../src/http/index.ts'

type Request = Partial<InjectOptions>

const ask = (root: object, path: string, request: Request = {}, options: ObjectAppOptions = {}) =>
  inject(objectApp(root, options), { path, ...request })

const jsonBody = (body: string): Request => ({ method: 'POST', body, headers: { 'content-type': 'application/json' } })

describe('row 43: what an app needs', () => {
  it('row 43: is handed to its controllers and hooks directly, and two apps share nothing', async () => {
    const appOf = (storage: ReadonlyMap<string, string>) => {
      const hook: Hook = { after: ({ response }) => (response.headers['x-size'] = storage.size) }
      return objectApp({ get: expose(({ args }) => storage.get(String(args.id)), { args: ['id'] }) }, { hooks: [hook] })
    }
    const [one, two] = [
      appOf(new Map([['a', 'one']])),
      appOf(
        new Map([
          ['a', 'two'],
          ['b', 'x'],
        ]),
      ),
    ]
    const [first, second] = [await inject(one, { path: '/get/a' }), await inject(two, { path: '/get/a' })]
    expect([first.text(), first.headers['x-size']]).toEqual(['one', '1'])
    expect([second.text(), second.headers['x-size']]).toEqual(['two', '2'])
  })
})

describe('a segment', () => {
  class Base {
    inherited = expose(() => 'inherited')
  }
  class Root extends Base {
    static readonly onClass = expose(() => 'class')
    ran = 0
    child = { leaf: expose(() => 'leaf') }
    list = [{ leaf: expose(() => 'in a list') }]
    known = new Map([['leaf', { leaf: expose(() => 'in a map') }]])
    readonly _internal = { leaf: expose(() => 'internal') }
    plain = () => 'plain'

    get lazy(): object {
      this.ran += 1
      return { leaf: expose(() => 'lazy') }
    }

    method(): string {
      return 'method'
    }
  }
  const root = new Root()

  it.each([
    ['/child/leaf', 'leaf'],
    ['/inherited', 'inherited'],
    ['/list/0/leaf', 'in a list'],
    ['/%63hild/leaf', 'leaf'],
  ])('%s leads to what somebody exposed', async (path, body) => {
    expect((await ask(root, path)).text()).toBe(body)
  })

  it.each([
    '/constructor',
    '/constructor/onClass',
    '/constructor/prototype/inherited',
    '/__proto__/inherited',
    '/prototype/inherited',
    '/child/constructor/constructor',
    '/toString',
    '/hasOwnProperty',
    '/child/leaf/call',
    '/child/leaf/constructor',
    '/known/leaf/leaf',
    '/known/get',
    '/_internal/leaf',
    '/%5finternal/leaf',
    '/plain',
    '/method',
    '/lazy/leaf',
    '/ran',
    '/list/length',
    '/list/at',
    '/child%2fleaf',
    '/./child/leaf',
    '/child/../child/leaf',
  ])('%s leads nowhere', async (path) => {
    expect((await ask(root, path)).status).toBe(404)
    expect(root.ran).toBe(0)
  })

  it('that is not encoded as it should be is refused', async () => {
    expect((await ask(root, '/child/%zz')).status).toBe(400)
  })

  it('with an encoded slash is one argument', async () => {
    const echo = { echo: expose(({ args }) => String(args.name), { args: ['name'] }) }
    expect((await ask(echo, '/echo/a%2Fb')).text()).toBe('a/b')
  })

  it('never leads to what is not exposed, nor crashes anything', async () => {
    const word = fc.constantFrom(
      'constructor',
      '__proto__',
      'prototype',
      'child',
      'leaf',
      'call',
      'apply',
      'bind',
      'length',
      'list',
      '0',
      '',
      '_lookup',
      'valueOf',
      'toString',
      'known',
      'get',
      'things',
      'one',
      'books',
      'new',
      'edit',
      '%5f',
      '__defineGetter__',
    )
    const tree = {
      child: root.child,
      list: root.list,
      known: root.known,
      inherited: root.inherited,
      things: rest({ get_one: expose(() => 'one', { args: ['id'] }), books: rest({}) }),
    }
    const method = fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS')
    const allowed = new Set(['leaf', 'in a list', 'inherited', 'one', ''])
    await fc.assert(
      fc.asyncProperty(method, fc.array(word, { maxLength: 6 }), async (method, words) => {
        const response = await ask(tree, `/${words.join('/')}`, { method })
        expect(response.status).toBeLessThan(500)
        if (response.status < 300) expect(allowed).toContain(response.text())
      }),
    )
  })

  it('of its own is refused for two handlers, or where there is a member of that name', async () => {
    const twice = { a: expose(() => 'a', { route: 'x-y' }), b: expose(() => 'b', { route: 'x-y' }) }
    const taken = { a: expose(() => 'a', { route: 'b' }), b: expose(() => 'b') }
    for (const root of [twice, taken]) {
      await expect(objectApp(root)({ pathInfo: '/x', method: 'GET' } as never)).rejects.toThrow(TypeError)
    }
    expect(() => expose(() => '', { route: 'a/b' })).toThrow('no single segment')
    expect(() => expose(() => '', { template: 'json', types: {} })).toThrow('either types or a template')
  })
})

describe('security', () => {
  const calls: string[] = []
  class Vault {
    open = unlocked(expose(() => 'open'))
    closed = expose(() => 'closed')
    routed = expose(() => 'routed', { route: 'with-dash' })
    many = expose(() => 'many', { when: { POST: expose(() => 'posted'), PUT: unlocked(expose(() => 'put')) } })
    below = { leaf: expose(() => 'below'), deeper: { leaf: expose(() => 'deeper') } }
    free = unlocked({ leaf: expose(() => 'free') })
    _default = expose(() => 'default', { rest: true })

    _checkPermissions({ req }: State): boolean | Promise<boolean> {
      if (req.header('x-key') === 'forbidden') throw new Forbidden()
      return Promise.resolve(req.header('x-key') === 'key')
    }

    _lookup([id]: readonly string[]): null {
      calls.push(String(id))
      return null
    }
  }
  class ClosedRest extends RestController {
    _checkPermissions = () => false
    get = unlocked(expose(({ args }) => `got ${String(args.id)}`, { args: ['id'] }))
    post = expose(() => 'posted')
    books = { index: expose(() => 'books') }
  }
  const root = {
    vault: new Vault(),
    rest: new ClosedRest(),
    defaulting: secure({ _default: expose(() => 'x', { rest: true }) }, () => false),
    truthy: secure(
      expose(() => 'truthy'),
      (() => 'yes') as never,
    ),
  }

  it.each([
    ['/vault/open', 'GET', 200],
    ['/vault/free/leaf', 'GET', 200],
    ['/vault/closed', 'GET', 401],
    ['/vault/with-dash', 'GET', 401],
    ['/vault/below/leaf', 'GET', 401],
    ['/vault/below/deeper/leaf', 'GET', 401],
    ['/vault/many', 'GET', 401],
    ['/vault/many', 'POST', 401],
    ['/vault/many', 'PUT', 200],
    ['/vault/unknown', 'GET', 401],
    ['/rest/1', 'GET', 200],
    ['/rest/', 'POST', 401],
    ['/rest/1/books/', 'GET', 401],
    ['/defaulting/x', 'GET', 401],
    ['/truthy', 'GET', 401],
  ])('%s by %s without a key is %d', async (path, method, status) => {
    expect((await ask(root, path, { method })).status).toBe(status)
    expect(calls).toEqual([])
  })

  it.each(['/vault/closed', '/vault/with-dash', '/vault/below/deeper/leaf', '/vault/many', '/vault/free/leaf'])(
    '%s with the key is there',
    async (path) => {
      expect((await ask(root, path, { headers: { 'x-key': 'key' } })).status).toBe(200)
    },
  )

  it('tells those who are known and may not that they may not', async () => {
    expect((await ask(root, '/vault/closed', { headers: { 'x-key': 'forbidden' } })).status).toBe(403)
  })

  it('of an index holds for its handlers of single methods', async () => {
    const many = secure(
      expose(() => 'all', { when: { POST: expose(() => 'posted') } }),
      () => false,
    )
    expect((await ask({ many }, '/many', { method: 'POST' })).status).toBe(401)
  })

  it('of something below a REST controller is not walked around by its _lookup', async () => {
    class Items extends RestController {
      guarded = secure({ index: expose(() => 'guarded') }, () => false)
      _lookup = () => [{ index: expose(() => 'looked up') }, ['']]
    }
    expect((await ask({ items: new Items() }, '/items/guarded/')).status).toBe(401)
    expect((await ask({ items: new Items() }, '/items/other/')).text()).toBe('looked up')
  })

  it('of the root holds for everything', async () => {
    expect(
      (
        await ask(
          secure({ leaf: expose(() => 'x') }, () => false),
          '/leaf',
        )
      ).status,
    ).toBe(401)
  })

  it('of what was looked up holds', async () => {
    const looked = { _lookup: () => [secure({ leaf: expose(() => 'x') }, () => false), ['leaf']] }
    expect((await ask(looked, '/any')).status).toBe(401)
  })
})

describe('arguments', () => {
  const echo = expose(({ args, rest, fields }) => ({ args, rest, fields }), {
    args: ['id', 'name?'],
    rest: true,
    fields: true,
    template: 'json',
  })
  const root = { echo }

  it.each<[string, Request, unknown]>([
    ['/echo/1', {}, { args: { id: '1' }, rest: [], fields: {} }],
    ['/echo/1/2/3/4', {}, { args: { id: '1', name: '2' }, rest: ['3', '4'], fields: {} }],
    ['/echo?id=1&id=2&x=3', {}, { args: { id: ['1', '2'] }, rest: [], fields: { x: '3' } }],
    [
      '/echo/1',
      jsonBody('{"id":9,"name":{"a":[1]},"x":null}'),
      { args: { id: '1', name: { a: [1] } }, rest: [], fields: { x: null } },
    ],
    ['/echo?name=q', jsonBody('{"id":[1],"name":"b"}'), { args: { id: [1], name: ['q', 'b'] }, rest: [], fields: {} }],
    ['/echo/1', jsonBody('[1]'), { args: { id: '1' }, rest: [], fields: {} }],
    ['/echo/1', jsonBody(''), { args: { id: '1' }, rest: [], fields: {} }],
  ])('of %s', async (path, request, expected) => {
    expect((await ask(root, path, request)).json()).toEqual(expected)
  })

  it('that are missing are named', async () => {
    const response = await ask({ f: expose(() => '', { args: ['a', 'b', 'c?'] }) }, '/f')
    expect([response.status, response.text()]).toEqual([400, '400 Bad Request\n\nMissing argument: "a", "b".\n'])
  })

  it.each([
    ['broken', '{"id":', 'line 1, column 7'],
    ['too deep', '['.repeat(10_000) + ']'.repeat(10_000), 'nested deeper'],
    ['a prototype', '{"__proto__":{"polluted":1}}', '"__proto__" is not allowed as a key'],
  ])('in a body that is %s are refused', async (_name, body, message) => {
    const response = await ask(root, '/echo', jsonBody(body))
    expect(response.status).toBe(400)
    expect(response.text()).toContain(message)
  })

  it.each([
    ['/echo/1?__proto__=x&constructor=y', {}],
    ['/echo/1', jsonBody('{"constructor":{"prototype":{"polluted":1}}}')],
    [
      '/echo/1',
      { method: 'POST', body: '__proto__=x', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    ],
  ])('cannot change prototypes: %s', async (path, request) => {
    let seen: Readonly<Record<string, unknown>> = {}
    const look = expose(({ fields }) => ((seen = fields), ''), { args: ['id'], fields: true })
    expect((await ask({ echo: look }, path, request)).status).toBe(204)
    expect(Object.getPrototypeOf(seen)).toBeNull()
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })

  it('leave the body to a handler that wants none of it', async () => {
    const raw = expose(async ({ req }) => (await req.body.stream().toArray()).join(''))
    expect((await ask({ raw }, '/raw', jsonBody('{broken'))).text()).toBe('{broken')
  })
})

describe('methods', () => {
  const root = { f: expose(() => 'f', { methods: ['get', 'POST'], when: { DELETE: expose(() => 'deleted') } }) }

  it.each([
    ['GET', 200],
    ['HEAD', 200],
    ['POST', 200],
    ['DELETE', 200],
    ['PUT', 405],
  ])('%s is %d', async (method, status) => {
    const response = await ask(root, '/f', { method })
    expect([response.status, response.headers.allow]).toEqual([
      status,
      status === 405 ? 'DELETE, GET, HEAD, POST' : undefined,
    ])
  })

  it('are overridden by a POST that says so, where the app allows it', async () => {
    const things = {
      things: rest({ put: expose(() => 'put', { args: ['id'] }), post: expose(() => 'post', { rest: true }) }),
    }
    const form: Request = {
      method: 'POST',
      body: '_method=PUT',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    }
    expect((await ask(things, '/things/1', form)).text()).toBe('post')
    expect((await ask(things, '/things/1', form, { methodOverride: true })).text()).toBe('put')
    expect((await ask(things, '/things/1?_method=PUT', {}, { methodOverride: true })).status).toBe(405)
  })
})

describe('hooks', () => {
  it('may change and replace the answer, in order of their priority', async () => {
    const order: string[] = []
    const hook = (name: string, priority?: number): Hook => ({
      ...(priority !== undefined && { priority }),
      before: async () => void order.push(`before ${name}`),
      after: (state) => {
        order.push(`after ${name}`)
        if (name === 'out') state.response = text('replaced', state.response.status + 1)
      },
    })
    const hooks = [hook('in', 200), hook('usual'), hook('second'), hook('out', 1)]
    const response = await ask({ f: expose(() => 'f') }, '/f', {}, { hooks })
    expect([response.status, response.text()]).toEqual([201, 'replaced'])
    expect(order).toEqual([
      'before out',
      'before usual',
      'before second',
      'before in',
      'after in',
      'after second',
      'after usual',
      'after out',
    ])
  })

  it('see arguments and handler before it runs, and may refuse', async () => {
    const seen: unknown[] = []
    const f = expose(() => 'f', { args: ['id'] })
    const hooks: Hook[] = [
      { before: ({ controller, args }) => seen.push(controller === f, args.id) },
      { before: () => abort(403, 'no'), priority: 200 },
    ]
    const response = await ask({ f }, '/f/7', {}, { hooks })
    expect([response.status, response.text(), seen]).toEqual([403, '403 Forbidden\n\nno\n', [true, '7']])
  })

  it('are told of an error that nobody foresaw, which passes when none has an answer', async () => {
    const told: unknown[] = []
    const f = expose(() => {
      throw new Error('x')
    })
    const app = objectApp({ f }, { hooks: [{ onError: (_state, error) => void told.push(error) }] })
    await expect(app({ pathInfo: '/f', method: 'GET', header: () => undefined } as never)).rejects.toThrow('x')
    expect(told).toHaveLength(1)
  })

  it('of a controller do not run for what was looked up, whose own do', async () => {
    const order: string[] = []
    const hook = (name: string): Hook => ({ before: () => void order.push(name) })
    const item = { _hooks: [hook('item')], leaf: expose(() => 'leaf') }
    await ask({ _hooks: [hook('root')], _lookup: () => [item, ['leaf']] }, '/x')
    await ask({ _hooks: [hook('root')], item }, '/item/leaf')
    expect(order).toEqual(['item', 'root', 'item'])
  })
})

describe('an answer', () => {
  it('is rendered by a function, an engine, or as its handler says in the end', async () => {
    const renderers = { upper: (template: string, value: unknown) => `${template}:${String(value)}`.toUpperCase() }
    const root = {
      fn: expose(() => 'x', { template: (value, { req }) => `${String(value)} at ${req.pathInfo}` }),
      engine: expose(() => 'x', { template: 'upper:page' }),
      usual: expose(() => 'x', { template: 'page' }),
      late: expose((state) => {
        state.template = 'json'
        return [1]
      }),
      typed: expose((state) => {
        state.contentType = 'text/x-own'
        return 'x'
      }),
    }
    const options = { renderers, defaultRenderer: 'upper' }
    const of = async (path: string) => {
      const { headers, text } = await ask(root, path, {}, options)
      return [headers['content-type'], text()]
    }
    expect(await of('/fn')).toEqual(['text/html; charset=utf-8', 'x at /fn'])
    expect(await of('/engine')).toEqual(['text/html; charset=utf-8', 'PAGE:X'])
    expect(await of('/usual')).toEqual(['text/html; charset=utf-8', 'PAGE:X'])
    expect(await of('/late')).toEqual(['application/json', '[1]'])
    expect(await of('/typed')).toEqual(['text/x-own; charset=utf-8', 'x'])
  })

  it.each<[string, unknown]>([
    ['an object without a template', { a: 1 }],
    ['a number', 5],
    ['true', true],
  ])('cannot be %s', async (_name, value) => {
    const errors: unknown[] = []
    const log = { error: (fields: { err?: unknown }) => errors.push(fields.err) }
    expect((await ask({ f: expose(() => value) }, '/f', { log })).status).toBe(500)
    expect(errors).toMatchObject([{ code: 'SLIPWAY_HTTP_RESPONSE' }])
  })

  it('says which renderer is missing', async () => {
    const errors: unknown[] = []
    const log = { error: (fields: { err?: unknown }) => errors.push(fields.err) }
    const renderers = { jinja: () => '' }
    await ask({ f: expose(() => 1, { template: 'constructor:x' }) }, '/f', { log }, { renderers })
    expect(errors).toMatchObject([{ message: 'there is no renderer for the template "constructor:x"' }])
  })

  it('may be a redirect or an error from anywhere, as the app shows them', async () => {
    const root = { moved: expose(() => redirectTo('/ü', 307)), gone: expose(() => abort(410, 'gone')) }
    const moved = await ask(root, '/moved')
    expect([moved.status, moved.headers.location]).toEqual([307, '/%C3%BC'])
    const gone = await ask(root, '/gone', {}, { fault: errorFault })
    expect(gone.json()).toEqual({ error: { code: 410, message: 'gone' } })
  })

  it('with an error that is not for the client is logged', async () => {
    const messages: string[] = []
    const log = { error: (_fields: object, message: string) => void messages.push(message) }
    const response = await ask({ f: expose(() => abort(500, 'secret')) }, '/f', { log })
    expect([response.status, response.text().includes('secret'), messages.length]).toEqual([500, false, 1])
  })

  it('needs no slash where its handler says so', async () => {
    const root = { a: { index: expose(() => 'a', { acceptNoncanonical: true }) }, b: { index: expose(() => 'b') } }
    expect((await ask(root, '/a')).text()).toBe('a')
    const response = await ask(root, '/b?x=1', { host: 'h:1', scriptName: '/v1' })
    expect([response.status, response.headers.location]).toEqual([302, 'http://h:1/v1/b/?x=1'])
  })
})
