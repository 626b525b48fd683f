// Who asks, in the names that rules use: oslo.context's policy values, with those that nova and neutron add.
import { RequestContext } from '../../middleware/request-context.ts'
import type { PolicyValues } from './tree.ts'

/** A request's context, or the values themselves. */
export type Credentials = RequestContext | PolicyValues

/** A context never changes, and most requests ask several rules. */
const known = new WeakMap<RequestContext, PolicyValues>()

/** What rules compare: user_id, project_id, roles, is_admin, system_scope … */
export function policyValues(credentials: Credentials): PolicyValues {
  if (!(credentials instanceof RequestContext)) return withSystem(credentials)
  const made = known.get(credentials)
  if (made) return made
  const values = valuesOf(credentials)
  known.set(credentials, values)
  return values
}

function valuesOf(context: RequestContext): PolicyValues {
  return withSystem({
    user_id: context.userId,
    user_domain_id: context.userDomainId,
    system_scope: context.systemScope,
    domain_id: context.domainId,
    project_id: context.projectId,
    project_domain_id: context.projectDomainId,
    roles: context.roles,
    is_admin: context.isAdmin,
    is_admin_project: context.isAdminProject,
    // The older names.
    user: context.userId,
    tenant: context.projectId,
    tenant_id: context.projectId,
    tenant_name: context.projectName,
    project_name: context.projectName,
    user_name: context.userName,
    domain: context.domainId,
    user_domain: context.userDomainId,
    project_domain: context.projectDomainId,
  })
}

/** Old rules call the system scope `system`. */
function withSystem(values: PolicyValues): PolicyValues {
  const { system_scope: scope } = values
  return scope && values.system !== scope ? { ...values, system: scope } : values
}
