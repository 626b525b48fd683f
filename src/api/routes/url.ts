// From a route and its variables to a URL: what matching takes apart, put together. Runs when an app makes links.
import { SlipwayError } from '../../errors.ts'
import type { HttpRequest } from '../../http/index.ts'
import type { Route, UrlParams, UrlValue } from './contract.ts'
import { hasVariable, passesSlash, type PathPart, type VariablePart } from './path.ts'
import { encodedSlash, expressionOf } from './requirement.ts'

export interface UrlOptions {
  /** The request that the link is for: gives what is mounted so far, and scheme and host where they are wanted. */
  readonly req?: HttpRequest | undefined
  /** Put behind a `#`. */
  readonly anchor?: string | undefined
  /** With scheme and host. So is one for which `host` or `protocol` is given. */
  readonly qualified?: boolean | undefined
  readonly host?: string | undefined
  readonly protocol?: string | undefined
  /** In place of what is mounted so far. */
  readonly scriptName?: string | undefined
}

/** `url('message', { id: 1 })` for one request. */
export type UrlGenerator = (name: string, params?: UrlParams, options?: UrlOptions) => string

/**
 * @throws SlipwayError SLIPWAY_ROUTE_URL: a variable is missing or does not meet its requirement
 */
export function urlOf(route: Route, given: UrlParams, options: UrlOptions): string {
  const params: UrlParams = route.options.filter?.({ ...route.options.defaults, ...given }) ?? given
  const isExternal = route.options.isStatic === true && route.path.includes('://')
  let path = pathOf(route, params)
  if (!isExternal) {
    const scriptName = route.options.isAbsolute === true ? '' : (options.scriptName ?? options.req?.scriptName ?? '')
    // Two slashes at the start would name another host.
    path = `${scriptName}${path}`.replace(/^\/\//u, '/%2F')
    if (path === '') path = '/'
  }
  const query = queryOf(route, params)
  const anchor = options.anchor === undefined ? '' : `#${quote(options.anchor, true)}`
  return `${isExternal ? '' : originOf(options)}${path}${query === '' ? '' : `?${query}`}${anchor}`
}

function originOf({ req, qualified, host, protocol }: UrlOptions): string {
  if (qualified !== true && host === undefined && protocol === undefined) return ''
  // Another protocol mostly means another port, so the request's is not kept then, as Routes does it.
  const own = qualified === true ? req?.host : req?.host?.replace(/:\d*$/u, '')
  const at = host ?? own
  if (at === undefined) {
    throw new SlipwayError('SLIPWAY_ROUTE_URL', 'a URL with a host needs a "host" or a request that has one')
  }
  const scheme = protocol ?? req?.scheme ?? 'http'
  return `${scheme === '' ? '' : `${scheme}:`}//${at}`
}

function pathOf(route: Route, params: UrlParams): string {
  for (const [name, value] of Object.entries(route.options.defaults ?? {})) {
    if (!hasVariable(route.parts, name) && (textOf(own(params, name)) ?? value) !== value) {
      throw fault(route, `"${name}" is always "${value}"`)
    }
  }
  return route.parts.map((part) => renderPart(route, part, params)).join('')
}

function renderPart(route: Route, part: PathPart, params: UrlParams): string {
  // Written by the maker of the route, so it may hold what has a meaning in a path; a `%` in it is matched as one.
  if (part.kind === 'text') {
    if (route.options.isStatic === true) return part.text
    return encodeURI(part.text).replaceAll(/[?#]/gu, encodeURIComponent)
  }
  const value = valueOf(route, part, params)
  if (value === undefined) return ''
  const keepsSlashes = passesSlash(part)
  // A slash that will be encoded meets the requirement as matching shows it, where it is no slash.
  const shown = keepsSlashes ? value : value.replaceAll('/', encodedSlash)
  if (part.requirement !== null && !expressionOf(`^(?:${part.requirement})$`).test(shown)) {
    throw fault(route, `the value of "${part.name}" does not match ${part.requirement}`)
  }
  return `${part.kind === 'format' ? '.' : ''}${quote(value, keepsSlashes || route.options.isStatic === true)}`
}

/** undefined only for a format, which may be left out. */
function valueOf(route: Route, part: VariablePart, params: UrlParams): string | undefined {
  const given = own(params, part.name)
  if (Array.isArray(given)) throw fault(route, `the variable "${part.name}" is a list`)
  const value = textOf(given) ?? own(route.options.defaults ?? {}, part.name)
  if (value !== undefined && (value !== '' || part.requirement !== null)) return value
  if (part.kind === 'format') return undefined
  throw fault(route, `the variable "${part.name}" is ${value === '' ? 'empty' : 'missing'}`)
}

function queryOf(route: Route, params: UrlParams): string {
  const pairs: string[] = []
  for (const [name, value] of Object.entries(params)) {
    if (hasVariable(route.parts, name) || Object.hasOwn(route.options.defaults ?? {}, name)) continue
    for (const one of Array.isArray(value) ? (value as readonly UrlValue[]) : [value]) {
      const text = textOf(one)
      if (text !== undefined) pairs.push(`${quoteQuery(name)}=${quoteQuery(text)}`)
    }
  }
  return pairs.join('&')
}

/** Variables may be called as what objects inherit. */
function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined
}

function textOf(value: UrlParams[string]): string | undefined {
  return value === null || value === undefined ? undefined : String(value)
}

/** As Python's `quote`: all but letters, digits and `_.-~`. */
function quote(text: string, keepsSlashes: boolean): string {
  const quoted = encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, '\uFFFD')).replaceAll(
    /[!'()*]/gu,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return keepsSlashes ? quoted.replaceAll('%2F', '/') : quoted
}

function quoteQuery(text: string): string {
  return quote(text, false).replaceAll('%20', '+')
}

function fault(route: Route, message: string): SlipwayError {
  return new SlipwayError('SLIPWAY_ROUTE_URL', `no URL of route "${route.name ?? route.path}": ${message}`, {
    expected: route.template,
    original: 'Could not generate URL',
  })
}
