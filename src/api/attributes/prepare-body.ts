// From the body of a request to what a plugin gets, in the order of the original, with its texts: every refusal is a 400.
// Runs in workers. Bodies come as http's JSON reader makes them, and are changed in place only where rules convert them.
import { HttpError } from '../../http/index.ts'
import type { Attribute, AttributeMap } from './attribute-map.ts'
import { fillDefault } from './defaults.ts'
import { isDeeperThan } from './depth.ts'
import { RefusedInput } from './invalid-input.ts'
import { str } from './python-text.ts'
import { textFault } from './text-fault.ts'
import { isDict } from './validator.ts'
import { validators } from './validators.ts'

/** What the rule about owners asks of a context. */
export interface Owner {
  readonly projectId: string | null
  readonly isAdmin: boolean
}

export interface BodyRules {
  /** `network` */
  readonly resource: string
  /** `networks` */
  readonly collection: string
  readonly attributes: AttributeMap
  readonly allowBulk?: boolean
  /** Whose text a foreign `tenant_id` gets. */
  readonly texts?: 'neutron' | 'tacker'
  /** What becomes of attributes that the map does not have; they are refused unless said. */
  readonly unknown?: 'refuse' | 'drop'
}

export type Prepared = Record<string, unknown>

export interface PreparedBody {
  readonly isBulk: boolean
  readonly items: readonly Prepared[]
  /** For each item, what the client gave itself: the attributes whose rules are asked for. */
  readonly given: readonly ReadonlySet<string>[]
}

export function prepareCreate(body: unknown, rules: BodyRules, owner: Owner | null): PreparedBody {
  const { resource, collection } = rules
  const dict = nonEmpty(body)
  if (!Object.hasOwn(dict, collection) || resource === collection) {
    return prepared([itemOf(dict, resource)], false, rules, owner)
  }
  if (!rules.allowBulk) throw new RefusedInput('Bulk operation not supported')
  const list = dict[collection]
  if (!Array.isArray(list)) throw new RefusedInput(`Unable to find '${resource}' in request body`)
  if (list.length === 0) throw new RefusedInput('Resources required')
  const items = (list as unknown[]).map((item) =>
    isDict(item) && !Object.hasOwn(item, resource) ? item : itemOf(nonEmpty(item), resource),
  )
  return prepared(items, true, rules, owner)
}

export function prepareUpdate(body: unknown, rules: BodyRules, owner: Owner | null): Prepared {
  const item = itemOf(nonEmpty(body), rules.resource)
  const values = ownCopy(item)
  const given = givenIn(item)
  populateOwner(values, rules, owner, false)
  settleUnknown(values, rules)
  for (const name of Object.keys(rules.attributes)) {
    if (given.has(name) && !rules.attributes[name]?.allow_put) {
      throw new RefusedInput(`Cannot update read-only attribute ${sentName(name, item)}`)
    }
  }
  convertAndValidate(values, rules.attributes)
  return values
}

function prepared(items: readonly Prepared[], isBulk: boolean, rules: BodyRules, owner: Owner | null): PreparedBody {
  const given: ReadonlySet<string>[] = []
  const ready = items.map((item) => {
    const values = ownCopy(item)
    const names = givenIn(item)
    given.push(names)
    populateOwner(values, rules, owner, true)
    settleUnknown(values, rules)
    for (const [name, attribute] of Object.entries(rules.attributes)) prepareForPost(values, name, attribute, names)
    convertAndValidate(values, rules.attributes)
    return values
  })
  return { isBulk, items: ready, given }
}

/** Neither key nor value can reach a prototype: the names are the map's own. */
function ownCopy(values: Prepared): Prepared {
  return Object.assign(Object.create(null) as Prepared, values)
}

function nonEmpty(body: unknown): Prepared {
  if (!isDict(body) || Object.keys(body).length === 0) throw new RefusedInput('Resource body required')
  if (isDeeperThan(body)) throw new RefusedInput('Request body is nested too deep')
  return body
}

function itemOf(body: Prepared, resource: string): Prepared {
  const item = Object.hasOwn(body, resource) ? body[resource] : undefined
  if (!isDict(item)) throw new RefusedInput(`Unable to find '${resource}' in request body`)
  return item
}

/** Whoever names the owner by one name names it by both: neither is a way around what is said of the other. */
function givenIn(item: Prepared): Set<string> {
  const names = new Set(Object.keys(item))
  if (names.has('tenant_id')) names.add('project_id')
  else if (names.has('project_id')) names.add('tenant_id')
  return names
}

function sentName(name: string, item: Prepared): string {
  if (Object.hasOwn(item, name)) return name
  return name === 'tenant_id' ? 'project_id' : 'tenant_id'
}

function settleUnknown(values: Prepared, { attributes, unknown: settling }: BodyRules): void {
  const unknown = Object.keys(values).filter(
    (name) => !Object.hasOwn(attributes, name) && !isOwnerAlias(name, attributes),
  )
  if (settling === 'drop') for (const name of unknown) delete values[name]
  else if (unknown.length > 0) throw new RefusedInput(`Unrecognized attribute(s) '${str(unknown.join(', '))}'`)
}

function prepareForPost(values: Prepared, name: string, attribute: Attribute, given: ReadonlySet<string>): void {
  if (!attribute.allow_post) {
    if (given.has(name)) throw new RefusedInput(`Attribute '${name}' not allowed in POST`)
    return
  }
  fillDefault(values, name, attribute)
  if (!Object.hasOwn(values, name) && !Object.hasOwn(attribute, 'default')) {
    throw new RefusedInput(`Failed to parse request. Required attribute '${name}' not specified`)
  }
}

function convertAndValidate(values: Prepared, attributes: AttributeMap): void {
  for (const [name, attribute] of Object.entries(attributes)) {
    if (!Object.hasOwn(values, name)) continue
    const { convert_to: convert, validate = {}, validate_unless: other } = attribute
    const fault = textFault(values[name])
    if (fault !== null) throw new RefusedInput(`Invalid input for ${name}. Reason: ${fault}.`)
    if (convert) values[name] = converted(convert, values[name])
    if (other !== undefined && (values[other] ?? null) !== null) continue
    for (const [type, arg] of Object.entries(validate)) {
      const reason = validators.get(type)?.validate(values[name], arg, validators) ?? null
      if (reason !== null) throw new RefusedInput(`Invalid input for ${name}. Reason: ${reason}.`)
    }
  }
}

/** A converter of somebody's own that meets a type it did not think of is no fault of the server. */
function converted(convert: (value: unknown) => unknown, value: unknown): unknown {
  try {
    return convert(value)
  } catch (error) {
    if (error instanceof HttpError || !(error instanceof TypeError)) throw error
    throw new RefusedInput(`Invalid input for operation: '${str(value)}' cannot be converted.`, { cause: error })
  }
}

/** `tenant_id` and `project_id` are one thing with two names: where a map has one of them, a plugin gets both. */
function hasOwner(attributes: AttributeMap): boolean {
  return Object.hasOwn(attributes, 'tenant_id') || Object.hasOwn(attributes, 'project_id')
}

function isOwnerAlias(name: string, attributes: AttributeMap): boolean {
  return (name === 'tenant_id' || name === 'project_id') && hasOwner(attributes)
}

function populateOwner(values: Prepared, rules: BodyRules, owner: Owner | null, isCreate: boolean): void {
  if (!hasOwner(rules.attributes)) return
  const { tenant_id: tenant, project_id: project } = values
  if (tenant !== undefined && project !== undefined && tenant !== project) {
    throw new RefusedInput("'project_id' and 'tenant_id' do not match")
  }
  const named = project ?? tenant
  if (named !== undefined) {
    if (named !== owner?.projectId && !owner?.isAdmin) throw new RefusedInput(foreignOwner[rules.texts ?? 'neutron'])
    values.tenant_id = named
    values.project_id = named
  } else if (isCreate) {
    if (!owner?.projectId) {
      throw new RefusedInput('Running without keystone AuthN requires that tenant_id is specified')
    }
    values.tenant_id = owner.projectId
    values.project_id = owner.projectId
  }
}

const foreignOwner = {
  neutron:
    "Specifying 'project_id' or 'tenant_id' other than the authenticated project in request requires admin or advsvc privileges",
  tacker: "Specifying 'tenant_id' other than authenticated tenant in request requires admin privileges",
}
