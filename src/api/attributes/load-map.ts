// Checks a map when it is loaded: whatever would fail at the first request, or silently never, fails here with the
// names of the collection and the attribute. Pure.
import { closeNames } from '../../diagnostic.ts'
import { isSlipwayError, SlipwayError } from '../../errors.ts'
import { HttpError } from '../../http/index.ts'
import { ATTR_NOT_SPECIFIED, type Attribute, type AttributeMap, type ResourceAttributeMap } from './attribute-map.ts'
import { populated } from './defaults.ts'
import { validators, validatorTypes } from './validators.ts'

const flags = [
  'allow_post',
  'allow_put',
  'is_visible',
  'primary_key',
  'required_by_policy',
  'enforce_policy',
  'is_filter',
  'is_sort_key',
  'default_overrides_none',
  'dict_populate_defaults',
]

const properties = [...flags, 'default', 'convert_to', 'convert_list_to', 'validate', 'validate_unless']

/** Keys that reach an object's prototype: no attribute and no collection has such a name. */
const unsafe = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * Gives the map back, typed as it is written, when it is right: `const map = attributeMap({ networks: { … } })`.
 * @throws SlipwayError SLIPWAY_API_ATTRIBUTES
 */
export function attributeMap<const M extends ResourceAttributeMap>(map: M): M {
  for (const [collection, attributes] of Object.entries(map)) checkAttributes(collection, attributes)
  return map
}

/** The same for one collection. */
export function checkAttributes(collection: string, attributes: AttributeMap): void {
  if (unsafe.has(collection)) throw fault(collection, null, 'cannot be a collection')
  for (const [name, attribute] of Object.entries(attributes)) {
    try {
      checkAttribute(collection, name, attribute, attributes)
    } catch (error) {
      if (isSlipwayError(error) || !(error instanceof Error)) throw error
      throw fault(collection, name, `cannot be checked: ${error.message}`, { cause: error })
    }
  }
}

function checkAttribute(collection: string, name: string, attribute: Attribute, all: AttributeMap): void {
  if (unsafe.has(name)) throw fault(collection, name, 'cannot be the name of an attribute')
  for (const [property, value] of Object.entries(attribute)) {
    if (!properties.includes(property)) {
      throw fault(collection, name, `has the unknown property "${property}"`, {
        found: property,
        alternatives: () => closeNames(property, properties),
      })
    }
    if (flags.includes(property) && typeof value !== 'boolean') {
      throw fault(collection, name, `needs true or false for "${property}"`, { found: String(value) })
    }
    if (property.startsWith('convert') && typeof value !== 'function') {
      throw fault(collection, name, `needs a function for "${property}"`, { found: typeof value })
    }
  }
  checkRules(collection, name, attribute)
  const other = attribute.validate_unless
  if (other !== undefined && !Object.hasOwn(all, other)) {
    throw fault(collection, name, `waits in "validate_unless" for the unknown attribute "${other}"`, {
      alternatives: () => closeNames(other, Object.keys(all)),
    })
  }
  if (attribute.allow_post && other === undefined) checkDefault(collection, name, attribute)
}

function checkRules(collection: string, name: string, { validate = {} }: Attribute): void {
  for (const [type, arg] of Object.entries(validate)) {
    const validator = type.startsWith('type:') ? validators.get(type) : undefined
    if (validator === undefined) {
      throw fault(collection, name, `has the rule "${type}", which no validator has`, {
        found: type,
        alternatives: () => closeNames(type, validatorTypes()),
        hint: 'validators of your own are added with addValidator before the map is loaded',
      })
    }
    const expected = validator.expects?.(arg, validators) ?? null
    if (expected !== null) throw fault(collection, name, `has a wrong argument for "${type}"`, { expected })
  }
}

/** A default goes the way of a value that was sent: what it cannot pass would be a 400 for whoever leaves it out. */
function checkDefault(collection: string, name: string, attribute: Attribute): void {
  if (!Object.hasOwn(attribute, 'default') || attribute.default === ATTR_NOT_SPECIFIED) return
  const reason = reasonAgainst(attribute)
  if (reason === null) return
  throw fault(collection, name, 'has a default that its own rule refuses', {
    found: reason,
    hint: 'leave "default" out to make the attribute required, or take ATTR_NOT_SPECIFIED',
  })
}

function reasonAgainst(attribute: Attribute): string | null {
  try {
    const filled = populated(structuredClone(attribute.default), attribute)
    const value = attribute.convert_to ? attribute.convert_to(filled) : filled
    for (const [type, arg] of Object.entries(attribute.validate ?? {})) {
      const reason = validators.get(type)?.validate(value, arg, validators) ?? null
      if (reason !== null) return reason
    }
    return null
  } catch (error) {
    if (error instanceof HttpError) return error.message
    throw error
  }
}

type FaultParts = NonNullable<ConstructorParameters<typeof SlipwayError>[2]>

function fault(collection: string, name: string | null, what: string, parts: FaultParts = {}): SlipwayError {
  const subject = name === null ? `the name "${collection}"` : `the attribute "${name}" of "${collection}"`
  return new SlipwayError('SLIPWAY_API_ATTRIBUTES', `${subject} ${what}`, parts)
}
