// `tenant_id:%(network:tenant_id)s`: the owner of what the target belongs to. The check of neutron and tacker: where
// the target does not know the parent's field, the project's own function fetches it.
import type { Template } from './template.ts'
import type { Check, Leaf, PolicyValues } from './tree.ts'

/** A field of the resource that the target belongs to: `network`, `tenant_id`. Undefined when there is none. */
export type LoadParent = (resource: string, field: string, target: PolicyValues) => unknown

/** The comparison itself when the target knows the name; else with what the function tells of the parent. */
export function ownerLeaf(plain: Leaf, template: Template, load: LoadParent): Leaf {
  const [key] = template.keys
  const parent = key === undefined || template.keys.length > 1 ? null : parentOf(key)
  if (key === undefined || parent === null) return plain
  const bind: Leaf['bind'] = (ifBroken) => {
    const compare = plain.bind(ifBroken)
    const check: Check = (target, credentials, rule) => {
      if (Object.hasOwn(target, key)) return compare(target, credentials, rule)
      const found = load(parent.resource, parent.field, target)
      const decide = (value: unknown) =>
        value === undefined || value === null ? false : compare({ ...target, [key]: value }, credentials, rule)
      return found instanceof Promise ? found.then(decide) : decide(found)
    }
    return check
  }
  return { ...plain, waits: true, bind }
}

/** `network:tenant_id`, in old files `network_tenant_id`. */
function parentOf(key: string): { resource: string; field: string } | null {
  const at = key.includes(':') ? key.indexOf(':') : key.indexOf('_')
  const resource = key.slice(0, at)
  // `tenant_id` itself is a field of the target, which lacks it.
  if (at < 1 || key === 'tenant_id' || key === 'project_id') return null
  return { resource, field: key.slice(at + 1) }
}
