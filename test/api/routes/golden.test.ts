// What Routes 2.5.1 did with maps, paths and URLs (test/golden/routing.py records it), and what ours does with the same.
// Where they differ on purpose, the difference stands in `departures` with its reason.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Mapper, type SubMapper } from '../../../src/api/index.ts'

type Options = Readonly<Record<string, unknown>>
type Params = Readonly<Record<string, string | number | null>>
type RouteRow = readonly [name: string | null, path: string, methods: readonly string[] | null, action: string | null]

interface GoldenCase {
  readonly name: string
  readonly calls: readonly (readonly unknown[])[]
  readonly fails?: string
  readonly routes?: readonly RouteRow[]
  readonly matches?: readonly (readonly [method: string, path: string, found: readonly [number, Params] | null])[]
  readonly urls?: readonly (readonly [name: string, params: Params, options: Options, url: string | null])[]
}

const cases = JSON.parse(
  readFileSync(new URL('../../golden/routing.json', import.meta.url), 'utf-8'),
) as readonly GoldenCase[]

/** Routes' keyword arguments by our names. */
const ourNames: Readonly<Record<string, string>> = {
  path_prefix: 'pathPrefix',
  name_prefix: 'namePrefix',
  parent_resource: 'parentResource',
  member_name: 'memberName',
  collection_name: 'collectionName',
  resource_name: 'resourceName',
  member_prefix: 'memberPrefix',
  collection_actions: 'collectionActions',
  member_actions: 'memberActions',
  member_options: 'memberOptions',
  formatted: 'isFormatted',
  _static: 'isStatic',
  _absolute: 'isAbsolute',
  script_name: 'scriptName',
}

const own = new Set([...Object.values(ourNames), 'controller', 'action', 'requirements', 'conditions'])
const more = new Set(['collection', 'member', 'new', 'actions', 'rel', 'name', 'method'])

/** Keyword arguments that are none of Routes' are defaults. */
function translated(options: Options): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  const defaults: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(options)) {
    const name = ourNames[key] ?? key
    if (!own.has(name) && !more.has(name)) defaults[name] = value
    else result[name] = name === 'parentResource' || name === 'memberOptions' ? translated(value as Options) : value
  }
  return Object.keys(defaults).length === 0 ? result : { ...result, defaults }
}

type Target = Record<string, (...args: unknown[]) => unknown>

function play(target: Mapper | SubMapper, calls: GoldenCase['calls']): void {
  for (const [method, ...args] of calls) {
    const methods = target as unknown as Target
    if (method === 'submapper') play(target.submapper(translated(args[0] as Options)), args[1] as GoldenCase['calls'])
    else if (method === 'collection') {
      const [collection, member, options] = args as [string | null, string, Options]
      const made = target.collection(collection, member, translated(options))
      play(made, args[3] as GoldenCase['calls'])
      if (made.member !== null) play(made.member, args[4] as GoldenCase['calls'])
    } else {
      const names = args.slice(0, -1)
      methods[String(method)]?.(...names, translated(args.at(-1) as Options))
    }
  }
}

function mapperOf({ calls }: GoldenCase): Mapper {
  const map = new Mapper()
  play(map, calls)
  return map
}

/** Our answers, in the recorded form. */
function matched(map: Mapper, method: string, path: string): readonly [number, Params] | null {
  const match = map.match(method, path)
  const routes = map.routes.filter(({ options }) => options.isStatic !== true)
  return match === null ? null : [routes.indexOf(match.route), { ...match.params }]
}

function urlFrom(map: Mapper, name: string, params: Params, { port, ...options }: Options): string | null {
  const req = { scriptName: '', scheme: 'http', host: `api.test${typeof port === 'number' ? `:${port}` : ''}` }
  try {
    return map.url(name, params, {
      ...(translated(options).defaults as object),
      ...translated(options),
      req: req as never,
    })
  } catch {
    return null
  }
}

/** Ours by the request or URL, below the reason. Whole cases stand in `laterCases`. */
const departures: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'an encoded slash stays in its segment, as the path is matched before it is decoded': {
    'resource: GET /messages/a%2Fb': [13, { id: 'a/b' }],
  },
  'and so a value with a slash has a URL': {
    'resource: url message {"id":"a/b"} {}': '/messages/a%2Fb',
    'variables in all their forms: url tail {"x":"/"} {}': '/k%2F',
  },
  'HEAD is GET without a body (RFC 9110 §9.3.2), before a route for all methods with less text': {
    'resource: HEAD /messages/7': [13, { id: '7' }],
    'resource: HEAD /messages': [3, {}],
    'order: methods are part of it: HEAD /x': [1, { id: 'x' }],
    'order: methods are part of it: HEAD /y': [1, { id: 'y' }],
  },
  'an empty variable makes a URL that does not match': {
    'resource: url message {"id":""} {}': null,
  },
  'a name that no route has is a mistake and not a path': {
    'resource: url nothing {} {}': null,
    'resource below a parent: url new_region_location {"region_id":13} {}': null,
    'resource below a parent: url locations {} {}': null,
    'resource below a parent, with prefixes of its own: url region_locations {"region_id":1} {}': null,
    'submappers: url list {} {}': null,
  },
  'values of the query are written as JavaScript does, and what is absent is left out': {
    'resource: url messages {"q":null} {}': '/messages',
    'resource: url messages {"q":true} {}': '/messages?q=true',
  },
  'an additional action has a URL of its own whatever its method; Routes binds the first of PUT and DELETE to the collection, and ANY to a method of that name':
    {
      'resource, actions with PUT and DELETE on the collection: PUT /messages': null,
      'resource, actions with PUT and DELETE on the collection: DELETE /messages': null,
      'resource, actions with PUT and DELETE on the collection: PUT /messages/archive': [1, {}],
      'resource, actions with PUT and DELETE on the collection: DELETE /messages/clear': [3, {}],
      'resource, actions with PUT and DELETE on the collection: GET /messages/any': [5, {}],
      'resource, actions with PUT and DELETE on the collection: PUT /messages/any': [5, {}],
      'resource, actions with PUT and DELETE on the collection: DELETE /messages/any': [5, {}],
      'resource, actions with PUT and DELETE on the collection: url archive_messages {} {}': '/messages/archive',
      'resource, actions with PUT and DELETE on the collection: url clear_messages {} {}': '/messages/clear',
      'resource, actions with PUT and DELETE on the collection: url any_messages {} {}': '/messages/any',
      'resource, actions with PUT and DELETE on the collection: routes': [
        ['formatted_archive_messages', '/messages/archive.:(format)', ['PUT'], 'archive'],
        ['archive_messages', '/messages/archive', ['PUT'], 'archive'],
        ['formatted_clear_messages', '/messages/clear.:(format)', ['DELETE'], 'clear'],
        ['clear_messages', '/messages/clear', ['DELETE'], 'clear'],
        ['formatted_any_messages', '/messages/any.:(format)', null, 'any'],
        ['any_messages', '/messages/any', null, 'any'],
      ],
      'resource, a member action with PATCH: PATCH /messages/7': null,
      'resource, a member action with PATCH: PATCH /messages/7/touch': [7, { id: '7' }],
      'resource, a member action with PATCH: url touch_message {"id":7} {}': '/messages/7/touch',
      'resource, a member action with PATCH: routes': [
        ['formatted_touch_message', '/messages/:(id)/touch.:(format)', ['PATCH'], 'touch'],
        ['touch_message', '/messages/:(id)/touch', ['PATCH'], 'touch'],
      ],
    },
  'requirements hold for all routes of a resource; Routes forgets them for those of a member': {
    'resource with requirements: GET /zzz/servers/1': null,
    'resource with requirements: GET /zzz/servers/new': null,
  },
  'a method that is a text is one method; Routes looks for the method in the text': {
    'a method that is a text: POS /x': null,
    'a method that is a text: T /x': null,
  },
  'a dash behind a name stays; Routes drops it': {
    'names that end at a dash: GET /2020-01-02': [0, { y: '2020', m: '01', d: '02' }],
    'names that end at a dash: url date {"y":1,"m":2,"d":3} {}': '/1-2-3',
  },
  'a requirement is for the whole value, with alternatives too': {
    'requirements: url word {"id":"ab1"} {}': null,
  },
  'what a URL cannot hold is encoded': {
    'escapes: url brace {"y":1} {}': '/b%7Bx%7D/1',
    'text that is not ASCII: url cafe {"x":1} {}': '/caf%C3%A9/1',
  },
  'a path without a slash at its start gets one; in Routes it makes URLs that it does not match': {
    'paths without a slash, and the empty one: GET /archives/1': [0, { page: '1' }],
    'paths without a slash, and the empty one: GET archives/1': null,
    'paths without a slash, and the empty one: routes': [['bare', '/archives/:page', null, null]],
  },
  'a URL of another host stays as it is': Object.fromEntries(
    [
      '{"qualified":true}',
      '{"qualified":true,"script_name":"/v2"}',
      '{"host":"other.test"}',
      '{"host":"other.test:1"}',
      '{"protocol":"https"}',
      '{"protocol":"https","qualified":true}',
      '{"protocol":""}',
      '{"host":"other.test","protocol":"https","script_name":"/v2","anchor":"x"}',
      '{"port":8080,"qualified":true}',
      '{"port":8080,"protocol":"https"}',
      '{"port":8080,"host":"other.test"}',
    ].map((options) => [
      `links for a request: url docs {"page":"p"} ${options}`,
      `http://docs.test/p${options.includes('anchor') ? '#x' : ''}`,
    ]),
  ),
  'braces in a requirement are balanced, and anchors are what it has anyway': {
    'a path that is odd: /{a:\\d{2}}: GET /12': [0, { a: '12' }],
    'a path that is odd: /{a:^\\d+$}: GET /1': [0, { a: '1' }],
    'a path that is odd: /{a:^\\d+$}: GET /12': [0, { a: '12' }],
  },
}

const byKey = new Map(Object.entries(departures).flatMap(([, rows]) => Object.entries(rows)))

/** Paths that Routes reads somehow and we refuse. */
const refused = new Map([
  ['a path that is odd: /:(a', 'a parenthesis that is never closed'],
  ['a path that is odd: /{a', 'a brace that is never closed'],
  ['a path that is odd: /a\\', 'a backslash that nothing follows'],
])

/** Maps on which Routes fails and ours does not. */
const read = new Map([
  ['a path that is odd: /{id:(?:a:b)}', 'all behind the first colon is the requirement'],
  ['submappers in submappers with a route that has no name', 'a route without a name keeps having none'],
])

/** Looks a departure up, and sees that it is one. */
function check(key: string, ours: unknown, theirs: unknown): void {
  if (!byKey.has(key)) {
    expect(ours, key).toEqual(theirs)
    return
  }
  const expected = byKey.get(key)
  byKey.delete(key)
  expect(ours, key).toEqual(expected)
  expect(ours, `${key} is as in Routes`).not.toEqual(theirs)
}

function rowsOf(map: Mapper): RouteRow[] {
  return map.routes
    .filter(({ options }) => options.isStatic !== true)
    .map(({ name, path, methods, action }) => [name, path, methods === null ? null : [...methods].toSorted(), action])
}

/** The same routes in the same order; of a departure the ones that only ours has. */
function checkRoutes(key: string, ours: readonly RouteRow[], theirs: readonly RouteRow[]): void {
  const without = (rows: readonly RouteRow[], others: readonly RouteRow[]) => {
    const texts = new Set(others.map((row) => JSON.stringify(row)))
    return rows.filter((row) => !texts.has(JSON.stringify(row)))
  }
  const onlyOurs = without(ours, theirs)
  check(key, onlyOurs, [])
  expect(without(ours, onlyOurs), key).toEqual(without(theirs, without(theirs, ours)))
}

describe('row 28: maps, matches and URLs are as in Routes 2.5', () => {
  it.each(cases.filter(({ name, fails }) => fails === undefined && !refused.has(name)))('$name', (golden) => {
    const { name } = golden
    const map = mapperOf(golden)
    checkRoutes(`${name}: routes`, rowsOf(map), golden.routes ?? [])
    for (const [method, path, theirs] of golden.matches ?? []) {
      check(`${name}: ${method} ${path}`, matched(map, method, path), theirs)
    }
    for (const [route, params, options, theirs] of golden.urls ?? []) {
      const key = `${name}: url ${route} ${JSON.stringify(params)} ${JSON.stringify(options)}`
      check(key, urlFrom(map, route, params, options), theirs)
    }
  })

  it.each(cases.filter(({ name, fails }) => (fails !== undefined && !read.has(name)) || refused.has(name)))(
    '$name, which is refused',
    (golden) => {
      expect(() => mapperOf(golden)).toThrow(expect.objectContaining({ code: 'SLIPWAY_ROUTE_PATH' }))
    },
  )

  it.each(cases.filter(({ name }) => read.has(name)))('$name, where Routes fails', (golden) => {
    expect(golden.fails).toBeDefined()
    expect(mapperOf(golden).routes).toHaveLength(1)
  })

  it('and every departure is one', () => {
    expect([...byKey.keys()]).toEqual([])
  })
})
