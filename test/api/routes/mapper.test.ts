// The map itself: what it refuses, what it tells of its routes, URLs beyond what Routes has an answer for.
import { describe, expect, it } from 'vitest'
import { Mapper, type RouteOptions, shadowedRoutes } from '../../../src/api/index.ts'

function mapOf(...routes: readonly (readonly [name: string, path: string, options?: RouteOptions])[]): Mapper {
  const map = new Mapper()
  for (const [name, path, options] of routes) map.connect(name, path, options)
  return map
}

describe('a map', () => {
  it('row 28: makes seven routes of a resource, with their names, and URLs of these', () => {
    const map = new Mapper()
    map.resource('message', 'messages', { isFormatted: false })
    const rows = map.routes.map(({ name, methods, template, action }) => [
      name,
      [...(methods ?? [])][0],
      template,
      action,
    ])
    expect(rows).toEqual([
      [null, 'POST', '/messages', 'create'],
      ['messages', 'GET', '/messages', 'index'],
      ['new_message', 'GET', '/messages/new', 'new'],
      ['edit_message', 'GET', '/messages/{id}/edit', 'edit'],
      [null, 'PUT', '/messages/{id}', 'update'],
      [null, 'DELETE', '/messages/{id}', 'delete'],
      ['message', 'GET', '/messages/{id}', 'show'],
    ])
    expect(map.url('edit_message', { id: 7 })).toBe('/messages/7/edit')
    expect(map.match('DELETE', '/messages/7')).toMatchObject({ action: 'delete', params: { id: '7' } })
  })

  it('connects of a resource only the actions that are wanted', () => {
    const map = new Mapper()
    map.resource('message', 'messages', {
      actions: ['index', 'show', 'mark'],
      member: { mark: ['POST', 'PUT'], other: 'GET' },
    })
    expect(new Set(map.routes.map(({ action }) => action))).toEqual(new Set(['index', 'mark', 'show']))
    expect(map.match('PUT', '/messages/1/mark')?.action).toBe('mark')
    expect(map.match('GET', '/messages/new')?.action).toBe('show')
  })

  it('knows of a resource what it was made of', () => {
    const map = new Mapper()
    const parentResource = { memberName: 'region', collectionName: 'regions' }
    map.resource('location', 'locations', { parentResource })
    expect(map.match('GET', '/regions/1/locations/2')).toMatchObject({
      template: '/regions/{region_id}/locations/{id}',
      route: { resource: { memberName: 'location', collectionName: 'locations', parent: parentResource } },
    })
  })

  it('connects the routes of another again, below a path', () => {
    const other = mapOf(['one', '/one/{id:\\d+}'])
    other.redirect('/old', '/one/1')
    const map = new Mapper()
    map.extend(other.routes, '/sub')
    expect(map.match('GET', '/sub/one/5')).toMatchObject({ name: 'one', params: { id: '5' } })
    expect(map.match('GET', '/sub/old')?.route.redirect?.status).toBe(302)
    expect(map.url('one', { id: 5 })).toBe('/sub/one/5')
  })

  it('gives params that have no names but their own', () => {
    const params = mapOf(['x', '/{__proto__}/{constructor}']).match('GET', '/a/b')?.params ?? {}
    expect(Object.entries(params)).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ])
    expect(mapOf(['x', '/x']).match('GET', '/x')?.params.toString).toBeUndefined()
    expect(() => mapOf(['x', '/{constructor}']).url('x')).toThrow('the variable "constructor" is missing')
  })

  it('gives each match params of its own', () => {
    const map = mapOf(['x', '/x', { defaults: { a: '1' } }])
    expect(map.match('GET', '/x')?.params).not.toBe(map.match('GET', '/x')?.params)
  })

  it('sees routes that are connected after the first match', () => {
    const map = mapOf(['x', '/x'])
    expect(map.match('GET', '/y')).toBeNull()
    map.connect('/y')
    expect(map.match('GET', '/y')).not.toBeNull()
  })
})

describe('a path that cannot be read', () => {
  it.each([
    ['/a/{b', 4, '"{" is never closed'],
    ['/a/{b:[}', 4, '"{" is never closed'],
    ['/{a}/x/{a}', 9, 'the variable "a" stands twice'],
    ['/:(a', 3, '"(" is never closed'],
    ['/:/x', 3, 'a variable has no name'],
    ['/{a b}', 3, '"a b" is no name'],
    ['/{a:(}', 3, 'the requirement of "a" is no regular expression'],
    ['/a\\', 3, 'nothing follows the backslash'],
  ])('%j is refused with its column', (path, column, message) => {
    expect(() => mapOf(['odd', path])).toThrow(
      expect.objectContaining({
        code: 'SLIPWAY_ROUTE_PATH',
        message: `the path "${path}" of route "odd" is wrong at column ${column}: ${message}`,
      }),
    )
  })

  it('so are requirements beside it, flags that cannot be kept, and methods that are none', () => {
    expect(() => mapOf(['x', '/x', { requirements: { id: '[' } }])).toThrow(
      'the requirement of "id" is no regular expression',
    )
    expect(() => mapOf(['x', '/{id}', { requirements: { id: /a/i } }])).toThrow(
      'has the flags "i", which cannot be kept',
    )
    expect(() => mapOf(['x', '/x', { conditions: { method: 'GET POST' } }])).toThrow(
      '"GET POST" of route "x" is no method',
    )
  })
})

describe('requirements', () => {
  it.each([
    [/^\d+$/, '12', true],
    [/^\d+$/, '1a', false],
    ['a|b', 'b', true],
    ['a|b', 'ab', false],
    ['(a)(?:b)?(c)?', 'ac', true],
    [String.raw`[\w\-]+`, 'a-b', true],
    [/[\p{L}]+/u, 'é', true],
  ])('%s and %j: %j', (requirement, value, isMatched) => {
    const map = mapOf(['x', '/x/{id}-{n}', { requirements: { id: requirement } }])
    expect(map.match('GET', `/x/${encodeURIComponent(value)}-1`)?.params).toEqual(
      isMatched ? { id: value, n: '1' } : undefined,
    )
  })

  it('see no slash in an encoded one', () => {
    const map = mapOf(['x', '/{id:[^/]+}', {}], ['y', '/y/{id:[a/]+}', {}])
    expect(map.match('GET', '/a%2fb')?.params).toEqual({ id: 'a/b' })
    expect(map.match('GET', '/y/a%2Fa')).toBeNull()
    expect(map.match('GET', '/y/a/a')?.params).toEqual({ id: 'a/a' })
  })
})

describe('a URL', () => {
  const map = mapOf(
    ['message', '/messages/{id}'],
    ['count', '/count/{n}', { requirements: { n: String.raw`\d+` } }],
    ['home', '/', { defaults: { section: 'home' } }],
    ['filtered', '/f/{id}', { filter: ({ message, ...rest }) => ({ ...rest, id: message }) }],
    ['root', ''],
    ['rest', '/*rest'],
  )

  it.each([
    ['message', {}, 'no URL of route "message": the variable "id" is missing'],
    ['message', { id: '' }, 'no URL of route "message": the variable "id" is empty'],
    ['message', { id: ['a'] }, 'no URL of route "message": the variable "id" is a list'],
    ['count', { n: 'x' }, String.raw`no URL of route "count": the value of "n" does not match \d+`],
    ['home', { section: 'other' }, 'no URL of route "home": "section" is always "home"'],
    ['massage', {}, 'no route is called "massage"'],
  ])('of %j with %j cannot be made', (name, params, message) => {
    expect(() => map.url(name, params)).toThrow(expect.objectContaining({ code: 'SLIPWAY_ROUTE_URL', message }))
  })

  it('that cannot be made names what is close', () => {
    expect(() => map.url('massage')).toThrow(expect.objectContaining({ alternatives: ['message'] }))
  })

  it.each([
    ['message', { id: 'a/b c' }, {}, '/messages/a%2Fb%20c'],
    ['message', { id: 1, tag: ['a', 'b'], none: undefined }, { anchor: 'x y' }, '/messages/1?tag=a&tag=b#x%20y'],
    ['filtered', { message: 5 }, {}, '/f/5'],
    ['root', {}, {}, '/'],
    ['root', {}, { scriptName: '/v1' }, '/v1'],
    ['rest', { rest: '/evil.test' }, {}, '/%2Fevil.test'],
    ['message', { id: '\uD83D' }, {}, '/messages/%EF%BF%BD'],
    ['message', { id: 1 }, { host: 'x.test', protocol: 'https' }, 'https://x.test/messages/1'],
  ])('of %j with %j and %j is %j', (name, params, options, url) => {
    expect(map.url(name, params, options)).toBe(url)
  })

  it('with a host needs one', () => {
    expect(() => map.url('root', {}, { qualified: true })).toThrow('needs a "host" or a request')
  })
})

describe('what is shadowed', () => {
  const get = { conditions: { method: 'GET' } }

  it.each<[string, Mapper, string[]]>([
    ['the same path again', mapOf(['a', '/x/{id}'], ['b', '/x/:other']), ['b by a']],
    ['fewer methods below all', mapOf(['a', '/x'], ['b', '/x', get]), ['b by a']],
    ['more methods than the earlier', mapOf(['a', '/x', get], ['b', '/x']), []],
    [
      'a text below a variable of the same prefix',
      mapOf(['a', '/{x}/{y}'], ['b', '/{x}/y'], ['c', '/{x}/y/z']),
      ['b by a'],
    ],
    ['a text with a longer prefix', mapOf(['a', '/x/{y}'], ['b', '/x/y']), []],
    [
      'a requirement below a variable',
      mapOf(['a', '/{x}'], ['b', String.raw`/{x:\d+}`], ['c', String.raw`/{x:\d*}`]),
      ['b by a'],
    ],
    ['all below a rest', mapOf(['a', '/*rest'], ['b', '/{x}/y'], ['c', '/{x}{.f}'], ['d', '/']), ['b by a', 'c by a']],
    ['a condition that may not hold', mapOf(['a', '/x', { conditions: { function: () => true } }], ['b', '/x']), []],
    ['a format below none', mapOf(['a', '/x{.format}'], ['b', '/x']), ['b by a']],
    ['a format below the plain path', mapOf(['a', '/x'], ['b', '/x{.format}']), []],
  ])('%s', (_, map, expected) => {
    expect(shadowedRoutes(map.routes).map(({ route, by }) => `${route.name} by ${by.name}`)).toEqual(expected)
  })

  it('is nothing in a resource', () => {
    const map = new Mapper()
    map.resource('message', 'messages', { collection: { rss: 'GET' }, member: { mark: 'POST' } })
    expect(shadowedRoutes(map.routes)).toEqual([])
  })
})
