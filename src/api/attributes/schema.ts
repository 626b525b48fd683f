// JSON Schema (2020-12) of the bodies of a collection, drawn from its attribute map: for clients, documents and tests.
// Pure. A schema is never narrower than the map; where a rule has no schema, or a conversion comes before it that does
// not say what it takes, the attribute is left open.
import { ATTR_NOT_SPECIFIED, type Attribute, type AttributeMap } from './attribute-map.ts'
import type { Converter } from './converters.ts'
import { type JsonSchema, nullable, type SchemaSource } from './validator.ts'
import { validators } from './validators.ts'

export type BodyKind = 'create' | 'update' | 'show' | 'list'

export interface SchemaNames {
  /** `network` */
  readonly resource: string
  /** `networks` */
  readonly collection: string
}

interface Ruled {
  readonly convert_to?: Converter
}

const source: SchemaSource = {
  get: (type) => validators.get(type),
  of: (rules) => ruleSchema(rules as Readonly<Record<string, unknown>>),
}

function ruleSchema(rules: Readonly<Record<string, unknown>> & Ruled): JsonSchema {
  const made = Object.entries(rules)
    .filter(([word]) => word.startsWith('type:'))
    .map(([type, arg]) => validators.get(type)?.schema?.(arg, source) ?? {})
    .filter((schema) => Object.keys(schema).length > 0)
  const [only = {}] = made
  const valid = made.length > 1 ? { allOf: made } : only
  const convert = rules.convert_to
  if (convert === undefined) return valid
  return convert.inputSchema?.(valid) ?? {}
}

/** What a client may send for one attribute. */
function inputSchema(attribute: Attribute): JsonSchema {
  const { validate = {}, validate_unless: other, convert_to: convert } = attribute
  if (other !== undefined) return {}
  // Defaults that are filled in are no duty of the client's: what is inside is left to the server.
  if (attribute.dict_populate_defaults && convert !== undefined) return {}
  if (attribute.dict_populate_defaults) return nullable({ type: 'object' })
  const schema = ruleSchema({ ...validate, ...(convert && { convert_to: convert }) })
  return attribute.default_overrides_none && attribute.default !== ATTR_NOT_SPECIFIED ? nullable(schema) : schema
}

/** What a server sends: the rule without the leniency of conversions, null where a default is. */
function outputSchema({ validate = {}, convert_to: convert }: Attribute): JsonSchema {
  const schema = ruleSchema(validate)
  return Object.keys(schema).length > 0 || convert === undefined ? schema : {}
}

/** `schemaOf(map.networks, 'create', { resource: 'network', collection: 'networks' })`: the whole body, `{network: {…}}`. */
export function schemaOf(attributes: AttributeMap, kind: BodyKind, names: SchemaNames): JsonSchema {
  const { resource, collection } = names
  const one = memberSchema(attributes, kind)
  const document =
    kind === 'list'
      ? enclosed(collection, { type: 'array', items: one }, { [`${collection}_links`]: linksSchema })
      : enclosed(resource, one)
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', ...document }
}

const linksSchema: JsonSchema = {
  type: 'array',
  items: {
    type: 'object',
    properties: { rel: { enum: ['next', 'previous'] }, href: { type: 'string' } },
    required: ['rel', 'href'],
  },
}

function enclosed(key: string, schema: JsonSchema, more: Readonly<Record<string, JsonSchema>> = {}): JsonSchema {
  return { type: 'object', properties: { [key]: schema, ...more }, required: [key] }
}

/** The schema of one object, without its key around. */
function memberSchema(attributes: AttributeMap, kind: BodyKind): JsonSchema {
  const entries = Object.entries(attributes)
  if (kind === 'show' || kind === 'list') {
    const shown = entries.filter(([, attribute]) => attribute.is_visible)
    return {
      type: 'object',
      properties: Object.fromEntries(shown.map(([name, attribute]) => [name, outputSchema(attribute)])),
    }
  }
  const flag = kind === 'create' ? 'allow_post' : 'allow_put'
  const taken = entries.filter(([, attribute]) => attribute[flag])
  const properties = Object.fromEntries(taken.map(([name, attribute]) => [name, described(attribute, kind)]))
  const required = taken.filter(([name, attribute]) => isRequired(name, attribute)).map(([name]) => name)
  return {
    type: 'object',
    properties: kind === 'create' ? { ...ownerAliases(attributes), ...properties } : properties,
    ...(kind === 'create' && required.length > 0 && { required }),
    additionalProperties: false,
  }
}

/** A client may name the owner by either name. */
function ownerAliases(attributes: AttributeMap): Record<string, JsonSchema> {
  const has = (name: string) => attributes[name]?.allow_post === true
  if (!has('tenant_id') && !has('project_id')) return {}
  const alias = has('tenant_id') ? 'project_id' : 'tenant_id'
  return Object.hasOwn(attributes, alias) ? {} : { [alias]: { type: 'string' } }
}

/** The owner comes from the token of whoever asks. */
function isRequired(name: string, attribute: Attribute): boolean {
  return !Object.hasOwn(attribute, 'default') && name !== 'tenant_id' && name !== 'project_id'
}

function described(attribute: Attribute, kind: BodyKind): JsonSchema {
  const schema = inputSchema(attribute)
  const { default: value } = attribute
  const isTold = kind === 'create' && Object.hasOwn(attribute, 'default') && value !== ATTR_NOT_SPECIFIED
  return isTold ? { ...schema, default: value } : schema
}
