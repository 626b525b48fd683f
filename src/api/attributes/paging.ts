// Filtering, sorting and paging in memory, for plugins that do not do it, and the links to the pages around. Pure.
import type { HttpRequest } from '../../http/index.ts'
import type { ResourceData } from './attribute-map.ts'
import { identityOf } from './depth.ts'
import type { Page, Sort } from './list-query.ts'
import { NotFound } from '../responses/http-errors.ts'

/** One of the values equals the item's, or one of its items where that is a list. */
export function filtered(items: readonly ResourceData[], filters: Readonly<Record<string, unknown>>): ResourceData[] {
  const tests = Object.entries(filters).map(([name, wanted]) => testOf(name, wanted))
  return items.filter((item) => tests.every((test) => test(item)))
}

function testOf(name: string, wanted: unknown): (item: ResourceData) => boolean {
  // Not a list: what a `convert_list_to` has made for the plugin alone.
  if (!Array.isArray(wanted)) return () => true
  const identities = new Set(wanted.flatMap((value) => [identityOf(value), identityOf(String(value))]))
  const fits = (value: unknown) =>
    identities.has(identityOf(value)) || (typeof value === 'number' && identities.has(identityOf(String(value))))
  return (item) => {
    const value = item[name]
    return Array.isArray(value) ? value.some(fits) || fits(value) : fits(value)
  }
}

/** Null before everything; other types among themselves, so that no mix of them is an error. Stable. */
export function sorted(items: readonly ResourceData[], sorts: readonly Sort[]): ResourceData[] {
  return items.toSorted((a, b) => {
    for (const { key, dir } of sorts) {
      const order = compare(a[key] ?? null, b[key] ?? null)
      if (order !== 0) return dir === 'asc' ? order : -order
    }
    return 0
  })
}

function compare(a: unknown, b: unknown): number {
  if (a === null || b === null) return (a === null ? 0 : 1) - (b === null ? 0 : 1)
  if (typeof a === 'number' && typeof b === 'number') return a - b
  const [left, right] = typeof a === 'string' && typeof b === 'string' ? [a, b] : [identityOf(a), identityOf(b)]
  return left < right ? -1 : left > right ? 1 : 0
}

/** The items of one page, in the order of the list also when it is asked for backwards. */
export function paged(items: readonly ResourceData[], { limit, marker, isReverse }: Page, key: string): ResourceData[] {
  if (limit === null) return [...items]
  const at = marker === null ? null : items.findIndex((item) => String(item[key]) === marker)
  if (at === -1) throw new NotFound(`The marker '${marker}' could not be found.`)
  if (!isReverse) return items.slice(at === null ? 0 : at + 1).slice(0, limit)
  const end = at ?? items.length
  return items.slice(Math.max(0, end - limit), end)
}

interface Link {
  readonly rel: 'next' | 'previous'
  readonly href: string
}

/**
 * A page with fewer items than its limit is the last one in its direction. There is a link back even on the first page, as the
 * original has it: whether something is before it costs another query.
 */
export function pageLinks(req: HttpRequest, items: readonly ResourceData[], page: Page, key: string): Link[] {
  const { limit, isReverse } = page
  if (limit === null) return []
  const isEnd = items.length < limit
  const links: Link[] = []
  if (!isEnd || isReverse) links.push({ rel: 'next', href: linkTo(req, items.at(-1)?.[key], false) })
  if (!isEnd || !isReverse) links.push({ rel: 'previous', href: linkTo(req, items[0]?.[key], true) })
  return links
}

function linkTo(req: HttpRequest, marker: unknown, isReverse: boolean): string {
  const query = new URLSearchParams(req.query)
  query.delete('marker')
  query.delete('page_reverse')
  if (typeof marker === 'string' || typeof marker === 'number') query.set('marker', String(marker))
  if (isReverse) query.set('page_reverse', 'True')
  return `${req.applicationUrl}${req.pathInfo}?${query.toString()}`
}
