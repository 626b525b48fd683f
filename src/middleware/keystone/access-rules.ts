// Access rules of application credentials: what their holder may ask of which service, as auth_token of
// keystonemiddleware judges it. Pure. Characters of a rule's path stand for themselves; in the original they are pieces of
// a regular expression, where a dot fits anything.
import type { AccessRule, TokenDescription } from './token.ts'

export interface RuledRequest {
  readonly method: string
  /** Whole, with the mount; raw. */
  readonly path: string
  /** A service asks in the name of the user: the request is not the user's own. */
  readonly isOfService: boolean
}

export interface RuleVerdict {
  readonly isAllowed: boolean
  /** Why no rule can be judged, for the operator: settings of this service are in the way. */
  readonly warning?: string
}

/**
 * Whether the token holds for the request.
 * @param serviceType the type of this service in the catalog; without one, no rule can be judged
 */
export function judgeRules(token: TokenDescription, request: RuledRequest, serviceType: string | null): RuleVerdict {
  const rules = token.application_credential?.access_rules
  if (rules === undefined || rules === null) return allowed
  if (serviceType === null || serviceType === '') {
    return refused('service_type of [keystone_authtoken] does not say which are for this service')
  }
  const { method, path, isOfService } = request
  if (serviceType === 'identity' && method === 'GET' && path.endsWith('/v3/auth/tokens')) return allowed
  // A token that was asked for without its catalog does not tell.
  if (token.catalog && !token.catalog.some(({ type }) => type === serviceType)) {
    return refused(`service_type "${serviceType}" of [keystone_authtoken] is not in its catalog`)
  }
  const decoded = decode(path)
  const isFor = (rule: AccessRule): boolean => rule.service === serviceType && rule.method === method
  return {
    isAllowed: isOfService || (decoded !== null && rules.some((rule) => isFor(rule) && hasPath(rule, path, decoded))),
  }
}

const allowed: RuleVerdict = { isAllowed: true }

function refused(why: string): RuleVerdict {
  return { isAllowed: false, warning: `the token has access rules, and ${why}` }
}

/** A token is kept, and its rules with it. */
const expressions = new WeakMap<AccessRule, RegExp>()

function hasPath(rule: AccessRule, path: string, decoded: string): boolean {
  if (rule.path === undefined) return false
  const expression = expressions.get(rule) ?? expressionOf(rule.path)
  expressions.set(rule, expression)
  // Whether an app decodes its paths before it looks at them or after: the rule holds for both readings.
  return expression.test(path) && expression.test(decoded)
}

function decode(path: string): string | null {
  try {
    return decodeURIComponent(path)
  } catch (error) {
    if (error instanceof URIError) return null
    throw error
  }
}

/** `*` and `{name}` are one segment, `**` is any run of characters. */
function expressionOf(pattern: string): RegExp {
  const source = pattern.replaceAll(/\*\*|\*|\{[^}]*\}|[^*{]+|\{/gu, (piece) => {
    if (piece === '**') return '.*'
    if (piece === '*' || (piece.startsWith('{') && piece.endsWith('}'))) return '[^/]+'
    return piece.replaceAll(/[.*+?^${}()|[\]\\]/gu, String.raw`\$&`)
  })
  return new RegExp(`^${source}$`, 'su')
}
