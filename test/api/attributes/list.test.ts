import { describe, expect, test } from 'vitest'
import type { Policy } from '../../../src/api/index.ts'
import { asking, DocumentsPlugin, idOf } from './documents.ts'

const names = (json: unknown) => (json as { documents: { name: string }[] }).documents.map(({ name }) => name)
const links = (json: unknown) =>
  Object.fromEntries(
    ((json as { documents_links?: { rel: string; href: string }[] }).documents_links ?? []).map(({ rel, href }) => [
      rel,
      href,
    ]),
  )

const rows = [
  { name: 'a', size: 3, shared: true },
  { name: 'b', size: 1, shared: false },
  { name: 'c', size: 2, shared: true },
  { name: 'd', size: null, shared: false },
  { name: 'e', size: 1, shared: true },
]
const docs = () => new DocumentsPlugin().withRows(...rows)

describe('filters', () => {
  const ask = asking(docs())

  test.each([
    ['name=a', ['a']],
    ['name=a&name=b', ['a', 'b']],
    ['size=1', ['b', 'e']],
    ['size=1&size=2&shared=true', ['c', 'e']],
    ['shared=no', ['b', 'd']],
    ['name=', ['a', 'b', 'c', 'd', 'e']],
    ['name=zz', []],
    ['tenant_id=p2', []],
  ])('%s', async (query, wanted) => {
    expect(names((await ask(`GET /documents?${query}`)).json)).toEqual(wanted)
  })

  test.each(['name=%00', 'size=1&name=a%00b', '%00=1', 'fields=%00', 'marker=%00'])(
    'with a NUL character are refused: %s',
    async (query) => {
      const { status, message } = await ask(`GET /documents?${query}`)
      expect([status, message]).toEqual([400, 'The query contains a NUL character.'])
    },
  )

  test.each([
    ['nope=1', "['nope'] is invalid attribute for filtering"],
    ['secret=x', "['secret'] is invalid attribute for filtering"],
    ['__proto__=x&constructor=y', "['__proto__', 'constructor'] is invalid attribute for filtering"],
    ['size=many', "Invalid input for operation: 'many' is not an integer."],
    ['shared=maybe', "Invalid input for operation: 'maybe' cannot be converted to boolean."],
  ])('%s is refused', async (query, text) => {
    const { status, message } = await ask(`GET /documents?${query}`)
    expect([status, message]).toEqual([400, text])
  })

  test('are the plugin’s own where it says so, names of its own included', async () => {
    const plugin = Object.assign(docs(), { nativeFilteringSupport: true })
    const { json } = await asking(plugin, { filterNames: 'unknown' })('GET /documents?name=a&changed_since=5&size=1')
    expect(names(json)).toHaveLength(5)
    expect(plugin.calls[0]?.[1]).toMatchObject({ filters: { name: ['a'], changed_since: ['5'], size: [1] } })
    expect((await asking(plugin, { filterNames: 'unknown' })('GET /documents?secret=a')).status).toBe(400)
  })
})

describe('sorting', () => {
  const ask = asking(docs())

  test.each([
    ['sort_key=size&sort_dir=asc', ['d', 'b', 'e', 'c', 'a']],
    ['sort_key=size&sort_dir=desc', ['a', 'c', 'b', 'e', 'd']],
    ['sort_key=size&sort_dir=asc&sort_key=name&sort_dir=desc', ['d', 'e', 'b', 'c', 'a']],
    ['sort_key=size&sort_dir=desc&fields=name', ['a', 'c', 'b', 'e', 'd']],
  ])('%s', async (query, wanted) => {
    expect(names((await ask(`GET /documents?${query}`)).json)).toEqual(wanted)
  })

  test.each([
    ['sort_key=name', 'The number of sort_keys and sort_dirs must be same'],
    ['sort_key=nope&sort_dir=asc', "['nope'] is invalid attribute for sort_keys"],
    ['sort_key=secret&sort_dir=asc', "['secret'] is invalid attribute for sort_keys"],
    ['sort_key=name&sort_dir=up', "['up'] is invalid value for sort_dirs, valid value is 'asc' and 'desc'"],
  ])('%s is refused', async (query, text) => {
    const { status, message } = await ask(`GET /documents?${query}`)
    expect([status, message]).toEqual([400, text])
  })

  test('is the plugin’s own where it says so', async () => {
    const plugin = Object.assign(docs(), { native_sorting_support: true })
    const { json } = await asking(plugin)('GET /documents?sort_key=size&sort_dir=desc')
    expect(names(json)).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(plugin.calls[0]?.[1]).toMatchObject({ sorts: [{ key: 'size', dir: 'desc' }] })
  })
})

describe('pages', () => {
  const ask = asking(docs())

  test.each([
    ['limit=2', ['a', 'b']],
    [`limit=2&marker=${idOf(2)}`, ['c', 'd']],
    [`limit=2&marker=${idOf(4)}`, ['e']],
    [`limit=2&marker=${idOf(4)}&page_reverse=True`, ['b', 'c']],
    [`limit=2&marker=${idOf(1)}&page_reverse=true`, []],
    ['limit=2&page_reverse=True', ['d', 'e']],
    ['limit=0', ['a', 'b', 'c', 'd', 'e']],
    [`marker=${idOf(4)}`, ['a', 'b', 'c', 'd', 'e']],
    [`limit=2&sort_key=size&sort_dir=desc&marker=${idOf(1)}`, ['c', 'b']],
    [`limit=1&name=b&name=e&marker=${idOf(2)}`, ['e']],
  ])('%s', async (query, wanted) => {
    expect(names((await ask(`GET /documents?${query}`)).json)).toEqual(wanted)
  })

  test.each(['x', '-1', '1.5', '1e3', '9'.repeat(40)])('limit=%s is refused', async (limit) => {
    const { status, message } = await ask(`GET /documents?limit=${limit}`)
    expect([status, message]).toEqual([
      400,
      `Bad limit request: Limit must be an integer 0 or greater and not '${limit}'.`,
    ])
  })

  test('a marker that is not there is not found', async () => {
    expect((await ask('GET /documents?limit=2&marker=zz')).status).toBe(404)
  })

  test('have links to the next and the previous one, with the query kept', async () => {
    const { json } = await ask('GET /documents?limit=2&fields=name&shared=true')
    expect(links(json)).toEqual({
      next: `http://localhost/documents?limit=2&fields=name&shared=true&marker=${idOf(3)}`,
      previous: `http://localhost/documents?limit=2&fields=name&shared=true&marker=${idOf(1)}&page_reverse=True`,
    })
    expect(Object.keys(links((await ask(`GET /documents?limit=2&marker=${idOf(4)}`)).json))).toEqual(['previous'])
    expect(Object.keys(links((await ask(`GET /documents?limit=2&marker=${idOf(2)}&page_reverse=True`)).json))).toEqual([
      'next',
    ])
    expect(links((await ask('GET /documents')).json)).toEqual({})
  })

  test('followed by their links show every object once, in both directions', async () => {
    const walk = async (rel: 'next' | 'previous', first: string) => {
      const seen: string[] = []
      for (let href: string | undefined = first; href !== undefined;) {
        const { json }: { json: unknown } = await ask(`GET ${href}`)
        seen.push(...(rel === 'next' ? names(json) : names(json).toReversed()))
        href = links(json)[rel]?.replace('http://localhost', '')
      }
      return seen.join('')
    }
    expect(await walk('next', '/documents?limit=2')).toBe('abcde')
    expect(await walk('previous', '/documents?limit=2&page_reverse=True')).toBe('edcba')
    expect(await walk('next', '/documents?limit=5')).toBe('abcde')
  })

  test('are no larger than the operator allows, also for clients that name no limit', async () => {
    const limited = asking(docs(), { maxLimit: 2 })
    for (const query of ['', '?limit=0', '?limit=4']) {
      const { json } = await limited(`GET /documents${query}`)
      expect(names(json)).toEqual(['a', 'b'])
      expect(links(json)).toHaveProperty('next')
    }
    expect(names((await limited('GET /documents?limit=1')).json)).toEqual(['a'])
  })

  test('are full though hidden objects lie between, and no link names one', async () => {
    const policy: Policy = { authorize: (_context, _rule, target) => target.name !== 'b' }
    const { json } = await asking(docs(), { policy })('GET /documents?limit=2')
    expect(names(json)).toEqual(['a', 'c'])
    expect(links(json).next).toContain(idOf(3))
  })

  test('have each key once in their order, however often it is named', async () => {
    const plugin = Object.assign(docs(), { native_pagination_support: true, native_sorting_support: true })
    const keys = ['size', 'name', 'size', 'name'].map(
      (key, at) => `sort_key=${key}&sort_dir=${at < 2 ? 'asc' : 'desc'}`,
    )
    await asking(plugin)(`GET /documents?limit=2&${keys.join('&')}`)
    const sorts = ['size', 'name', 'id'].map((key) => ({ key, dir: 'asc' }))
    expect(plugin.calls[0]?.[1]).toMatchObject({ sorts })
  })

  test('are the plugin’s own where it says so', async () => {
    const plugin = Object.assign(docs(), { native_pagination_support: true, native_sorting_support: true })
    plugin.getDocuments = (_context, options) => {
      plugin.calls.push(['getDocuments', options])
      return plugin.rows.slice(0, 2)
    }
    const policy: Policy = { authorize: (_context, _rule, target) => target.name !== 'b' }
    const { json } = await asking(plugin, { policy })(`GET /documents?limit=2&marker=${idOf(9)}&page_reverse=True`)
    expect(plugin.calls[0]?.[1]).toMatchObject({
      limit: 2,
      marker: idOf(9),
      page_reverse: true,
      sorts: [{ key: 'id', dir: 'asc' }],
    })
    expect(names(json)).toEqual(['a'])
    // The plugin's page was full: there is a next one, and its link starts behind what the caller has seen.
    expect(links(json).next).toContain(`marker=${idOf(1)}`)
    expect(JSON.stringify(json)).not.toContain(idOf(2))
  })

  test('need native sorting when they are native', () => {
    const plugin = Object.assign(docs(), { native_pagination_support: true })
    expect(() => asking(plugin)).toThrow(expect.objectContaining({ code: 'SLIPWAY_API_PLUGIN' }))
  })

  test('and sorting can be off', async () => {
    const off = asking(docs(), { allowPagination: false, allowSorting: false })
    const { json } = await off('GET /documents?limit=2&marker=zz&sort_key=name&sort_dir=desc')
    expect(names(json)).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(links(json)).toEqual({})
  })
})
