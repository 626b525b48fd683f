// The query of a list: fields, filters, sorting and the page, with neutron's words and texts. Pure. Attributes that
// clients never see are no filters and no sort keys: what a filter finds tells as much as showing it.
import type { Attribute, AttributeMap } from './attribute-map.ts'
import { RefusedInput } from './invalid-input.ts'
import { repr, str } from './python-text.ts'

export interface Sort {
  readonly key: string
  readonly dir: 'asc' | 'desc'
}

export interface Page {
  /** Null for all. */
  readonly limit: number | null
  readonly marker: string | null
  readonly isReverse: boolean
}

export interface ListQuery {
  /** Empty for all. */
  readonly fields: readonly string[]
  /** By attribute; one of the values must fit. */
  readonly filters: Readonly<Record<string, unknown>>
  readonly sorts: readonly Sort[]
  readonly page: Page
}

export interface ListRules {
  readonly attributes: AttributeMap
  readonly allowSorting: boolean
  readonly allowPagination: boolean
  /** The largest page; null for none. */
  readonly maxLimit: number | null
  /** `unknown` lets names through that the map does not have, for plugins with filters of their own. */
  readonly filterNames: 'known' | 'unknown'
}

const words = new Set(['fields', 'sort_key', 'sort_dir', 'limit', 'marker', 'page_reverse'])

/** What reads the queries of one collection. */
export function listQueryParser(rules: ListRules): (query: URLSearchParams) => ListQuery {
  const isFilter = allowed(rules.attributes, 'is_filter')
  const isSortKey = allowed(rules.attributes, 'is_sort_key')
  return (query) => {
    refuseNul(query)
    return {
      fields: fieldsOf(query),
      filters: filtersOf(query, rules, isFilter),
      sorts: rules.allowSorting ? sortsOf(query, isSortKey) : [],
      page: rules.allowPagination ? pageOf(query, rules.maxLimit) : { limit: null, marker: null, isReverse: false },
    }
  }
}

type IsAllowed = (name: string) => boolean

/** Nothing that is stored has one, and PostgreSQL takes it for an error of the program. */
function refuseNul(query: URLSearchParams): void {
  for (const [name, value] of query) {
    if (name.includes('\0') || value.includes('\0')) throw new RefusedInput('The query contains a NUL character.')
  }
}

export function fieldsOf(query: URLSearchParams): string[] {
  return [...new Set(query.getAll('fields').filter((name) => name !== ''))]
}

function filtersOf(
  query: URLSearchParams,
  { attributes, filterNames }: ListRules,
  isKnown: IsAllowed,
): Record<string, unknown> {
  const filters = Object.create(null) as Record<string, unknown>
  const refused: string[] = []
  for (const name of new Set(query.keys())) {
    if (words.has(name)) continue
    const values = query.getAll(name).filter((value) => value !== '')
    const isForeign = filterNames === 'unknown' && !Object.hasOwn(attributes, name)
    if (!isKnown(name) && !isForeign) refused.push(name)
    else if (values.length > 0) {
      const made = convertedFilter(values, isForeign ? {} : (attributes[name] ?? {}))
      if (!(Array.isArray(made) && made.length === 0)) filters[name] = made
    }
  }
  if (refused.length > 0) throw new RefusedInput(`${repr(refused)} is invalid attribute for filtering`)
  return filters
}

function convertedFilter(values: readonly string[], attribute: Attribute): unknown {
  const { convert_list_to: convertList, convert_to: convert } = attribute
  if (convertList) return convertList(values)
  return convert ? values.map((value) => convert(value)) : values
}

/** By the flag where a map uses it, else every attribute that clients see. */
function allowed(attributes: AttributeMap, flag: 'is_filter' | 'is_sort_key'): IsAllowed {
  const usesFlag = Object.values(attributes).some((attribute) => attribute[flag] === true)
  return (name) => {
    const attribute = Object.hasOwn(attributes, name) ? attributes[name] : undefined
    return attribute?.is_visible === true && (!usesFlag || attribute[flag] === true)
  }
}

function sortsOf(query: URLSearchParams, isKey: IsAllowed): Sort[] {
  const keys = query.getAll('sort_key').filter((key) => key !== '')
  const dirs = query.getAll('sort_dir').filter((dir) => dir !== '')
  if (keys.length !== dirs.length) throw new RefusedInput('The number of sort_keys and sort_dirs must be same')
  const badKeys = keys.filter((key) => !isKey(key))
  if (badKeys.length > 0) throw new RefusedInput(`${repr(badKeys)} is invalid attribute for sort_keys`)
  const badDirs = dirs.filter((dir) => dir !== 'asc' && dir !== 'desc')
  if (badDirs.length > 0) {
    throw new RefusedInput(`${repr(badDirs)} is invalid value for sort_dirs, valid value is 'asc' and 'desc'`)
  }
  const sorts = keys.map((key, at): Sort => ({ key, dir: dirs[at] === 'desc' ? 'desc' : 'asc' }))
  // A key orders nothing that it has ordered before, and the condition of a page grows with the square of their number.
  return sorts.filter(({ key }, at) => keys.indexOf(key) === at)
}

function pageOf(query: URLSearchParams, maxLimit: number | null): Page {
  const asked = limitOf(query.get('limit') ?? '0')
  // No limit of the client's is the largest one that there may be.
  const limit = maxLimit === null ? asked : Math.min(asked ?? maxLimit, maxLimit)
  const marker = query.get('marker')
  return {
    limit,
    marker: limit === null || marker === '' ? null : marker,
    isReverse: limit !== null && query.get('page_reverse')?.toLowerCase() === 'true',
  }
}

/** 0 is no limit. */
function limitOf(text: string): number | null {
  if (!/^\s*\d{1,15}\s*$/u.test(text)) {
    throw new RefusedInput(`Bad limit request: Limit must be an integer 0 or greater and not '${str(text)}'.`)
  }
  return Number(text) || null
}
