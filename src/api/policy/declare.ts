// Policies in code: what a service declares beside its API, and operators override in a file. `rule` checks a
// declaration where it stands; nothing is parsed and no file read before an enforcer is made.
import { SlipwayError } from '../../errors.ts'

export interface PolicyOperation {
  readonly method: string
  readonly path: string
}

export type ScopeType = 'system' | 'domain' | 'project'

/** What a policy was before: another name, another check, or both. */
export interface DeprecatedPolicy {
  readonly name: string
  readonly check: string | readonly unknown[]
  readonly reason?: string
  readonly since?: string
}

export interface PolicyDeclaration {
  /** `os_compute_api:servers:create`, or a plain name for what others refer to. */
  readonly name: string
  /** In the rule language; empty for everybody. */
  readonly check: string | readonly unknown[]
  readonly description?: string
  /** The calls of the API that it decides on. */
  readonly operations?: readonly PolicyOperation[]
  /** Scopes of tokens that it is for. */
  readonly scopeTypes?: readonly ScopeType[]
  /** Allows too, until `enforce_new_defaults`, unless the file says otherwise. */
  readonly deprecatedRule?: DeprecatedPolicy
  /** Nothing takes its place. */
  readonly deprecatedForRemoval?: { readonly reason: string; readonly since: string }
}

/**
 * A policy with its default.
 *
 *     rule({
 *       name: 'shop:goods:create', check: 'role:admin or project_id:%(project_id)s',
 *       description: 'Add goods.', operations: [{ method: 'POST', path: '/v1/goods' }], scopeTypes: ['project'],
 *     })
 * @throws SlipwayError SLIPWAY_POLICY_DECLARATION
 */
export function rule(declaration: PolicyDeclaration): PolicyDeclaration {
  const fault = faultOf(declaration)
  if (fault === null) return Object.freeze({ ...declaration })
  throw new SlipwayError('SLIPWAY_POLICY_DECLARATION', `policy "${declaration.name}" ${fault}`)
}

function faultOf({ name, check, description, operations, scopeTypes }: PolicyDeclaration): string | null {
  if (typeof name !== 'string' || name === '') return 'has no name'
  if (typeof check !== 'string' && !Array.isArray(check)) return 'has a check that is neither a text nor a list'
  if (operations !== undefined) {
    if (!description) return 'has operations and no description'
    if (operations.length === 0) return 'has an empty list of operations'
    if (operations.some(({ method, path }) => !method || !path)) return 'has an operation without a method or a path'
  }
  const scopes = scopeTypes ?? []
  if (new Set(scopes).size < scopes.length) return 'has a scope type twice'
  const unknown = scopes.find((scope) => !['system', 'domain', 'project'].includes(scope))
  return unknown === undefined ? null : `has the scope type "${unknown}", which is none of system, domain, project`
}

/** @throws SlipwayError SLIPWAY_POLICY_DECLARATION for a name that is there twice */
export function declarationsByName(declarations: Iterable<PolicyDeclaration>): ReadonlyMap<string, PolicyDeclaration> {
  const byName = new Map<string, PolicyDeclaration>()
  for (const declaration of declarations) {
    const { name } = rule(declaration)
    if (byName.has(name)) {
      throw new SlipwayError('SLIPWAY_POLICY_DECLARATION', `policy "${name}" is declared twice`, {
        original: `Policy ${name} is already registered`,
      })
    }
    byName.set(name, declaration)
  }
  return byName
}
