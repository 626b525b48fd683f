// The list of a collection: what the plugin does itself is passed to it, the rest is done in memory. Runs in workers.
import { SlipwayError } from '../../errors.ts'
import type { Call } from '../controllers/call.ts'
import type { ResourceData } from './attribute-map.ts'
import { type Collection, policyFields } from './collection.ts'
import { type ListQuery, listQueryParser } from './list-query.ts'
import { filtered, paged, pageLinks, sorted } from './paging.ts'
import { requireMethod, supports } from './plugin-methods.ts'

/** What a plugin's `get_networks(context, options)` gets besides the parent's id. */
export interface ListOptions {
  /** By attribute, the values of which one must fit. */
  readonly filters: Readonly<Record<string, unknown>>
  /** Empty for all. More may be given back. */
  readonly fields: readonly string[]
  /** For plugins that sort themselves. */
  readonly sorts?: ListQuery['sorts']
  /** For plugins that page themselves. */
  readonly limit?: number | null
  readonly marker?: string | null
  readonly page_reverse?: boolean
}

type Mutable<Shape> = { -readonly [Name in keyof Shape]: Shape[Name] }

export function listOf(own: Collection): (call: Call) => Promise<ResourceData> {
  const { plugin, names, options, collection, primaryKey } = own
  const list = requireMethod(plugin, names.list, `the collection "${collection}"`)
  const native = {
    filtering: supports(plugin, 'filtering'),
    sorting: supports(plugin, 'sorting'),
    pagination: supports(plugin, 'pagination') && options.allowPagination === true,
  }
  if (native.pagination && !native.sorting) {
    throw new SlipwayError('SLIPWAY_API_PLUGIN', `the plugin of "${collection}" pages but does not sort by itself`, {
      expected: 'native sorting beside native pagination: a page is a part of an order',
    })
  }
  const parse = listQueryParser({
    attributes: own.attributes,
    allowSorting: options.allowSorting === true || native.pagination,
    allowPagination: options.allowPagination === true,
    maxLimit: options.maxLimit ?? null,
    filterNames: options.filterNames ?? 'known',
  })
  const linksName = `${collection}_links`
  return async ({ req, params, query, context }) => {
    const parsed = parse(query)
    const { filters, fields, page } = parsed
    const sorts = withKey(parsed, native.pagination, primaryKey)
    // Set one by one: spreads of a request's literals cost as much as the rest of this function on Node 20.
    const given: Mutable<ListOptions> = { filters, fields: fields.length === 0 ? [] : fieldsToFetch(own, parsed) }
    if (native.sorting) given.sorts = sorts
    if (native.pagination) {
      given.limit = page.limit
      given.marker = page.marker
      given.page_reverse = page.isReverse
    }
    const found = (await list(context, Object.assign(given, own.parentOf(params)))) as readonly ResourceData[]
    const chosen = native.filtering ? found : filtered(found, filters)
    const wanted = Object.keys(filters)
    const seen: ResourceData[] = []
    for (const item of chosen) {
      const verdict = wanted.length === 0 ? own.policy.maySee(context, item) : isShown(own, context, item, wanted)
      if (verdict === true || (verdict !== false && (await verdict))) seen.push(item)
    }
    const ordered = native.sorting ? seen : sorted(seen, sorts)
    // Hidden objects are left out before a page is cut in memory. A page that the plugin has cut is full by what it found.
    const items = native.pagination ? ordered : paged(ordered, page, primaryKey)
    const links = native.pagination && items.length < found.length ? markersOf(items, found) : items
    const views: ResourceData[] = []
    const view = own.viewer(context, fields)
    for (const item of items) {
      const shown = view(item)
      views.push(shown instanceof Promise ? await shown : shown)
    }
    const answer: Record<string, unknown> = { [collection]: views }
    const around = pageLinks(req, links, page, primaryKey)
    if (around.length > 0) answer[linksName] = around
    return answer
  }
}

/** A page needs an order that leaves nothing open. */
function withKey({ sorts, page }: ListQuery, isPaged: boolean, key: string): ListQuery['sorts'] {
  if (!isPaged || page.limit === null || sorts.some((sort) => sort.key === key)) return sorts
  return [...sorts, { key, dir: 'asc' }]
}

function fieldsToFetch(own: Collection, { fields, filters, sorts }: ListQuery): string[] {
  return [...new Set([...fields, ...policyFields(own), ...Object.keys(filters), ...sorts.map(({ key }) => key)])]
}

/** What a filter finds tells its value: an attribute that the caller may not read does not find anything for him. */
async function isShown(
  { policy }: Collection,
  context: Call['context'],
  item: ResourceData,
  filters: readonly string[],
): Promise<boolean> {
  if (!(await policy.maySee(context, item))) return false
  for (const name of filters) {
    if (!(await policy.mayRead(context, name, item))) return false
  }
  return true
}

/** As many as the plugin found, with visible objects at both ends where there are any: a link names no hidden object. */
function markersOf(items: readonly ResourceData[], found: readonly ResourceData[]): readonly ResourceData[] {
  const first = items[0] ?? found[0]
  const last = items.at(-1) ?? found.at(-1)
  return found.map((item, at) => (at === 0 ? first : at === found.length - 1 ? last : item) ?? item)
}
