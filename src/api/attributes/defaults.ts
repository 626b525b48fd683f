// Defaults of attributes and of the keys of dictionaries. Every request gets copies of its own. Pure.
import { ATTR_NOT_SPECIFIED, type Attribute } from './attribute-map.ts'
import { type KeySpec, type KeySpecs, ruleOf } from './collection-validators.ts'
import { isDict } from './validator.ts'

/** The value with the defaults of its key specs, where the attribute wants them; made when there is none. */
export function populated(value: unknown, attribute: Pick<Attribute, 'dict_populate_defaults' | 'validate'>): unknown {
  if (!attribute.dict_populate_defaults) return value
  const specs = Object.entries(attribute.validate ?? {}).filter(([type]) => type.startsWith('type:dict'))
  return specs.reduce((filled, [, arg]) => (isDict(arg) ? withDefaults(filled, arg as KeySpecs) : filled), value)
}

function withDefaults(value: unknown, specs: KeySpecs): unknown {
  const dict = value === null || value === undefined ? {} : value
  // What is no dictionary is left for the validator.
  if (!isDict(dict)) return value
  for (const [key, spec] of Object.entries(specs)) {
    const rule = ruleOf(spec)
    if (rule?.[0].startsWith('type:dict') && spec.dict_populate_defaults && isDict(rule[1])) {
      dict[key] = withDefaults(dict[key], rule[1] as KeySpecs)
    }
    if (isMissing(dict, key, spec)) dict[key] = defaultOf(spec)
  }
  return dict
}

function isMissing(values: Readonly<Record<string, unknown>>, key: string, spec: KeySpec): boolean {
  if (!Object.hasOwn(spec, 'default') || spec.default === ATTR_NOT_SPECIFIED) return false
  return !Object.hasOwn(values, key) || (spec.default_overrides_none === true && values[key] === null)
}

/** Fills in what the client has left out of a create. */
export function fillDefault(values: Record<string, unknown>, name: string, attribute: Attribute): void {
  const value = populated(Object.hasOwn(values, name) ? values[name] : undefined, attribute)
  if (value !== undefined) values[name] = value
  if (isMissing(values, name, attribute as KeySpec)) values[name] = defaultOf(attribute)
}

function defaultOf({ default: value }: { readonly default?: unknown }): unknown {
  return typeof value === 'object' && value !== null ? structuredClone(value) : value
}
