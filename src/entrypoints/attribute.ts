// From a module's namespace to the attribute of a reference. Imports nothing: every console script
// takes this way at its start.

export type Walk =
  | { readonly found: true; readonly value: unknown }
  /** `holder`, named by `path` (empty: the module), has no `part`. */
  | { readonly found: false; readonly holder: unknown; readonly part: string; readonly path: string }

/**
 * Part by part through exports, statics and properties: the exact name first, then its camelCase form. What
 * CommonJS exports is looked into below the namespace. A method arrives bound to its holder.
 */
export function walkAttribute(namespace: object, attr: string): Walk {
  let holder: unknown = namespace
  let value: unknown = namespace
  let path = ''
  for (const part of attr.split('.').filter(Boolean)) {
    const isModule = value === namespace
    const found =
      memberOf(value, part) ?? (isModule ? memberOf((namespace as { default?: unknown }).default, part) : null)
    if (!found) return { found: false, holder: value, part, path }
    holder = isModule ? namespace : value
    value = found.value
    path = path === '' ? part : `${path}.${part}`
  }
  return { found: true, value: holder === namespace ? value : bound(value, holder) }
}

/** `app_factory` → `appFactory`. */
export function camelCase(name: string): string {
  return name.replaceAll(/(?<=[^_])_+([a-z0-9])/giu, (_, letter: string) => letter.toUpperCase())
}

function memberOf(holder: unknown, part: string): { readonly value: unknown } | null {
  if (holder === null || (typeof holder !== 'object' && typeof holder !== 'function')) return null
  for (const name of [part, camelCase(part)]) {
    if (name in holder) return { value: (holder as Readonly<Record<string, unknown>>)[name] }
  }
  return null
}

/** Own settings of a method (`factory.options`) come along. A class is left as it is: its statics would be lost. */
function bound(value: unknown, holder: unknown): unknown {
  if (typeof value !== 'function' || /^class\b/u.test(Function.prototype.toString.call(value))) return value
  return Object.assign(value.bind(holder) as object, value)
}
