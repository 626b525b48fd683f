// A router as requests meet it.
import { describe, expect, it } from 'vitest'
import { Mapper, resource, router, urlFor } from '../../../src/api/index.ts'
import { type App, type HttpError, inject, json, text } from '../../../src/http/index.ts'

/** Tells what the request has become. */
const echo: App = (req) => {
  const { route } = req.environ
  return json({
    name: route?.name,
    action: route?.action,
    template: route?.template,
    params: route?.params,
    scriptName: req.scriptName,
    pathInfo: req.pathInfo,
  })
}

function messages(): Mapper {
  const map = new Mapper()
  map.resource('message', 'messages', { controller: echo })
  return map
}

describe('a router', () => {
  it('row 27: puts the match on the request; no match is 404, an empty map is always 404', async () => {
    const response = await inject(router(messages()), { path: '/messages/7' })
    expect(response.json()).toMatchObject({
      name: 'message',
      action: 'show',
      template: '/messages/{id}',
      params: { id: '7' },
    })
    expect((await inject(router(messages()), { path: '/nothing' })).status).toBe(404)
    for (const path of ['/', '/messages', '']) {
      expect((await inject(router(new Mapper()), { path })).status).toBe(404)
    }
  })

  it('answers 405 with the methods that the path has', async () => {
    const response = await inject(router(messages()), { path: '/messages/7', method: 'PATCH' })
    expect([response.status, response.headers.allow]).toEqual([405, 'DELETE, GET, HEAD, PUT, OPTIONS'])
  })

  it('answers OPTIONS with the methods that the path has', async () => {
    const response = await inject(router(messages()), { path: '/messages', method: 'OPTIONS' })
    expect([response.status, response.headers.allow]).toEqual([204, 'GET, HEAD, POST, OPTIONS'])
    expect((await inject(router(messages()), { path: '/nothing', method: 'OPTIONS' })).status).toBe(404)
  })

  it('answers HEAD by the route of GET, unless a route names HEAD', async () => {
    const map = messages()
    map.connect('/x', { controller: () => text('x', 200, { 'x-from': 'get' }), conditions: { method: 'GET' } })
    map.connect('/x', { controller: () => text('x', 200, { 'x-from': 'head' }), conditions: { method: 'HEAD' } })
    expect((await inject(router(map), { path: '/messages/7', method: 'HEAD' })).status).toBe(200)
    expect((await inject(router(map), { path: '/x', method: 'HEAD' })).headers['x-from']).toBe('head')
    expect((await inject(router(map), { path: '/x' })).headers['x-from']).toBe('get')
  })

  it('answers 400 to a path that is not well encoded', async () => {
    expect((await inject(router(messages()), { path: '/messages/%ff' })).status).toBe(400)
    expect((await inject(router(messages()), { path: '/messages/%2' })).status).toBe(400)
  })

  it('leaves what it does not know to the app that it falls through to, 405 and 400 included', async () => {
    const app = router(messages(), { fallThrough: () => text('inner') })
    for (const [method, path] of [
      ['GET', '/x'],
      ['PATCH', '/messages'],
      ['GET', '/%ff'],
      ['OPTIONS', '/messages'],
    ] as const) {
      expect((await inject(app, { path, method })).text()).toBe('inner')
    }
    expect((await inject(app, { path: '/messages' })).json()).toMatchObject({ action: 'index' })
  })

  it('makes its refusals as the API wants them', async () => {
    const fault = (error: HttpError) => json({ fault: error.status }, error.status, error.headers)
    const response = await inject(router(messages(), { fault }), { path: '/messages', method: 'PUT' })
    expect([response.status, response.json()]).toEqual([405, { fault: 405 }])
    expect(response.headers.allow).toContain('POST')
  })
})

describe('the controllers of a router', () => {
  class Messages {
    readonly kind = 'messages'
    index() {
      return text(`all ${this.kind}`)
    }
    show: App = (req) => text(`${this.kind} ${req.environ.route?.params.id}`)
  }

  it('may be objects: the method of the action is called, and a resource has only the actions that there are', async () => {
    const map = new Mapper({ controllers: { messages: new Messages() } })
    map.resource('message', 'messages')
    const app = router(map)
    expect((await inject(app, { path: '/messages' })).text()).toBe('all messages')
    expect((await inject(app, { path: '/messages/new' })).text()).toBe('messages new')
    const refused = await inject(app, { path: '/messages', method: 'POST' })
    expect([refused.status, refused.headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS'])
  })

  it('may be apps that tell their actions', async () => {
    const controller = resource({ index: () => ['all'], show: ({ params }) => params.id })
    const map = new Mapper()
    map.resource('message', 'messages', { controller })
    const app = router(map)
    expect((await inject(app, { path: '/messages' })).json()).toEqual(['all'])
    expect((await inject(app, { path: '/messages/new' })).json()).toBe('new')
    const refused = await inject(app, { path: '/messages/1', method: 'DELETE' })
    expect([refused.status, refused.headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS'])
    map.connect('/x', { controller, action: 'indx' })
    expect(() => router(map)).toThrow(expect.objectContaining({ alternatives: ['index'] }))
  })

  it('may be named by the path, and nothing but actions can be', async () => {
    const map = new Mapper({ controllers: { messages: new Messages(), 'a.b': { index: () => text('dotted') } } })
    map.connect('/{controller}/{action}')
    const app = router(map)
    expect((await inject(app, { path: '/messages/index' })).text()).toBe('all messages')
    expect((await inject(app, { path: '/a.b/index' })).text()).toBe('dotted')
    for (const action of ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'kind', 'none', '_x']) {
      expect((await inject(app, { path: `/messages/${action}` })).status).toBe(404)
    }
    expect((await inject(app, { path: '/axb/index' })).status).toBe(404)
  })

  it.each([
    ['an action that is not there', { controller: { show: echo }, action: 'shwo' }, 'has no action "shwo"', ['show']],
    ['a name that is not known', { controller: 'messages', action: 'x' }, 'has no controller', []],
    ['no controller', {}, 'has no controller', []],
  ])('are missed when the router is built: %s', (_, options, message, alternatives) => {
    const map = new Mapper()
    map.connect('one', '/one', options)
    expect(() => router(map)).toThrow(
      expect.objectContaining({
        code: 'SLIPWAY_ROUTE_CONTROLLER',
        message: expect.stringContaining(message),
        alternatives,
      }),
    )
  })

  it('are called by the dispatch that is given', async () => {
    const map = new Mapper()
    map.connect('/x/{id}', { controller: 'anything', action: 'look' })
    const app = router(map, { dispatch: (_, { controller, action, params }) => json([controller, action, params.id]) })
    expect((await inject(app, { path: '/x/1' })).json()).toEqual(['anything', 'look', '1'])
  })

  it('leave a path to other routes where a router is told that they do not serve it', async () => {
    const map = messages()
    const app = router(map, { serves: ({ action }) => action !== 'new' })
    expect((await inject(app, { path: '/messages/new' })).json()).toMatchObject({
      action: 'show',
      params: { id: 'new' },
    })
  })
})

describe('a router that is mounted', () => {
  it('makes links with what is mounted before it', async () => {
    const map = new Mapper()
    map.connect('message', '/messages/{id}', {
      controller: (req: Parameters<App>[0]) =>
        json([urlFor(req)('message', { id: 'a/b' }), urlFor(req)('message', { id: 1 }, { qualified: true })]),
    })
    const response = await inject(router(map), { path: '/messages/1', scriptName: '/v2', host: 'api.test:81' })
    expect(response.json()).toEqual(['/v2/messages/a%2Fb', 'http://api.test:81/v2/messages/1'])
  })

  it.each([
    ['/blog/a/b', '/v1/blog', '/a/b'],
    ['/blog/a%2Fb/%C3%A9', '/v1/blog', '/a%2Fb/%C3%A9'],
    ['/blog/', '/v1/blog', '/'],
    ['/blog', '/v1/blog', '/'],
  ])('moves what is before path_info in %j to the script name', async (path, scriptName, pathInfo) => {
    const map = new Mapper()
    map.connect('/blog{path_info:.*}', { controller: echo })
    const response = await inject(router(map), { path, scriptName: '/v1' })
    expect(response.json()).toMatchObject({ scriptName, pathInfo })
  })

  it.each([
    ['/old/a/b%20c', undefined, 302, '/v1/new/a/b%20c'],
    ['/old//evil.test', 301, 301, '/v1/new//evil.test'],
  ])('redirects %j', async (path, status, expected, location) => {
    const map = new Mapper()
    map.redirect('/old/{url:.*}', '/new/{url}', status === undefined ? {} : { status })
    const response = await inject(router(map), { path, scriptName: '/v1' })
    expect([response.status, response.headers.location]).toEqual([expected, location])
  })

  it('never redirects to another host by a path of two slashes', async () => {
    const map = new Mapper()
    map.redirect('/{url:.*}', '/{url}')
    expect((await inject(router(map), { path: '//evil.test/x' })).headers.location).toBe('/%2Fevil.test/x')
  })
})

describe('conditions', () => {
  it('of a host: a subdomain, one of several, or none', async () => {
    const map = new Mapper({ domains: { ignored: ['www'] } })
    const to =
      (name: string): App =>
      (req) =>
        text(`${name} ${req.environ.route?.params.sub_domain ?? '-'}`)
    map.connect('/', { controller: to('some'), conditions: { subDomain: ['a', 'b.c'] } })
    map.connect('/', { controller: to('any'), conditions: { subDomain: true } })
    map.connect('/', { controller: to('none'), conditions: { subDomain: false } })
    const at = async (host: string) => (await inject(router(map), { path: '/', host })).text()
    expect(await at('a.example.com:80')).toBe('some a')
    expect(await at('B.c.example.com')).toBe('some b.c')
    expect(await at('x.example.com')).toBe('any x')
    expect(await at('www.example.com')).toBe('none -')
    expect(await at('example.com')).toBe('none -')
    expect(await at('127.0.0.1')).toBe('none -')
    expect(await at('[::1]:80')).toBe('none -')
  })

  it('of a function, in the order of matching: it may veto, and add variables', async () => {
    const asked: string[] = []
    const map = new Mapper()
    map.connect('/{x}', {
      controller: echo,
      conditions: { function: (_, params) => (asked.push('first'), params.x === 'a') },
    })
    map.connect('/{y}', {
      controller: echo,
      conditions: {
        function: (req, params) => (asked.push('second'), (params.agent = req.header('user-agent') ?? 'none'), true),
      },
    })
    expect((await inject(router(map), { path: '/a' })).json()).toMatchObject({ params: { x: 'a' } })
    expect((await inject(router(map), { path: '/b' })).json()).toMatchObject({ params: { y: 'b', agent: 'none' } })
    expect(asked).toEqual(['first', 'first', 'second'])
    expect(map.match('GET', '/a')).toBeNull()
  })

  it('of a function that fails are no fault of the client', () => {
    const map = new Mapper()
    map.connect('/x', { controller: echo, conditions: { function: () => decodeURIComponent('%') === '' } })
    return expect(inject(router(map), { path: '/x' }).then(({ status }) => status)).resolves.toBe(500)
  })

  it('of a path with one method and vetoed with another do not count as allowed', async () => {
    const map = new Mapper()
    map.connect('/x', { controller: echo, conditions: { method: 'PUT', function: () => false } })
    map.connect('/x', { controller: echo, conditions: { method: ['GET'] } })
    const response = await inject(router(map), { path: '/x', method: 'PUT' })
    expect([response.status, response.headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS'])
  })
})
