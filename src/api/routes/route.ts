// Makes routes out of what `connect` is given. Pure.
import { SlipwayError } from '../../errors.ts'
import type { Route, RouteConditions, RouteOptions } from './contract.ts'
import { parsePath, type PathPart, templateOf } from './path.ts'

/**
 * @throws SlipwayError SLIPWAY_ROUTE_PATH
 */
export function createRoute(
  name: string | null,
  path: string,
  options: RouteOptions,
  parts: Partial<Pick<Route, 'resource' | 'redirect'>> = {},
): Route {
  const isStatic = options.isStatic === true
  // Routes generates such a path with a slash before it and never matches it; ours is matched.
  const whole = path === '' || path.startsWith('/') || isStatic ? path : `/${path}`
  const parsed = parsePath({ path: whole, name, requirements: options.requirements ?? {}, isStatic })
  return {
    name,
    path: whole,
    template: templateOf(parsed),
    parts: parsed,
    methods: methodsOf(options.conditions, name ?? whole),
    controller: options.controller,
    action: options.action ?? null,
    options,
    resource: parts.resource ?? null,
    redirect: parts.redirect ?? null,
  }
}

const token = /^[!#$%&'*+.^`|~\w-]+$/u

function methodsOf(conditions: RouteConditions | undefined, route: string): ReadonlySet<string> | null {
  if (conditions?.method === undefined) return null
  const given = typeof conditions.method === 'string' ? [conditions.method] : conditions.method
  const methods = new Set(given.map((method) => method.toUpperCase()))
  for (const method of methods) {
    if (!token.test(method)) {
      throw new SlipwayError('SLIPWAY_ROUTE_OPTION', `"${method}" of route "${route}" is no method`, {
        found: method,
        expected: 'one method as a text, or a list of them',
      })
    }
  }
  return methods.has('ANY') ? null : methods
}

/** The text before the first variable, without the slashes at its end: routes with a longer one are tried first. */
function literalPrefix(parts: readonly PathPart[]): string {
  const [first] = parts
  return first?.kind === 'text' ? first.text.replace(/\/+$/u, '') : ''
}

/**
 * Routes' order of matching: by the length of the literal prefix, the longest first, and as declared among equals.
 * Routes that only generate URLs are left out.
 */
export function matchingOrder(routes: readonly Route[]): Route[] {
  return routes
    .filter((route) => route.options.isStatic !== true)
    .toSorted((a, b) => literalPrefix(b.parts).length - literalPrefix(a.parts).length)
}

/** Whether something besides path and method decides about a match. */
export function isConditional({ options: { conditions } }: Route): boolean {
  return conditions?.function !== undefined || conditions?.subDomain !== undefined
}
