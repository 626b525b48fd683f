// Validators of what networks are made of: address pools, fixed addresses, routes, name servers, subports,
// service types. neutron-lib's texts.
import { addressReason, addressSchema, routeReason, subnetSchema } from './address-validators.ts'
import { keysReason } from './collection-validators.ts'
import { identityOf } from './depth.ts'
import { RefusedInput } from './invalid-input.ts'
import { str } from './python-text.ts'
import { isUuidLike, uuid } from './text-validators.ts'
import { isDict, nullable, orNone, type Validator } from './validator.ts'

const ipPools: Validator = {
  validate(value) {
    if (!Array.isArray(value)) return `Invalid data format for IP pool: '${str(value)}'`
    for (const pool of value as Record<string, unknown>[]) {
      const reason = keysReason(['start', 'end'], pool, true) ?? addressReason(pool.start) ?? addressReason(pool.end)
      if (reason !== null) return reason
    }
    return null
  },
  schema: () => ({ type: 'array', items: objectOf({ start: addressSchema, end: addressSchema }) }),
}

function objectOf(properties: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false }
}

const fixedIps: Validator = {
  validate(value) {
    if (!Array.isArray(value)) return `Invalid data format for fixed IP: '${str(value)}'`
    const seen = new Set<unknown>()
    for (const item of value as unknown[]) {
      if (!isDict(item)) return `Invalid data format for fixed IP: '${str(item)}'`
      if (Object.hasOwn(item, 'ip_address')) {
        const address = item.ip_address
        const reason = seen.has(address) ? `Duplicate IP address '${str(address)}'` : addressReason(address)
        if (reason !== null) return reason
        seen.add(address)
      }
      if (Object.hasOwn(item, 'subnet_id') && !isUuidLike(item.subnet_id)) {
        return `'${str(item.subnet_id)}' is not a valid UUID`
      }
    }
    return null
  },
  schema: (_arg, schemas) => ({
    type: 'array',
    items: {
      type: 'object',
      properties: { ip_address: addressSchema, subnet_id: uuid.schema?.(null, schemas) },
    },
  }),
}

const hostRoutes: Validator = {
  validate(value) {
    if (!Array.isArray(value)) return `Invalid data format for hostroute: '${str(value)}'`
    const seen = new Set<string>()
    for (const route of value as Record<string, unknown>[]) {
      const reason =
        keysReason(['destination', 'nexthop'], route, true) ??
        routeReason(route.destination) ??
        addressReason(route.nexthop)
      if (reason !== null) return reason
      const identity = identityOf(route)
      if (seen.has(identity)) return `Duplicate hostroute '${str(route)}'`
      seen.add(identity)
    }
    return null
  },
  schema: () => ({
    type: 'array',
    uniqueItems: true,
    items: objectOf({ destination: subnetSchema, nexthop: addressSchema }),
  }),
}

const nameservers: Validator = {
  validate(value) {
    const isIterable = typeof value === 'string' || (typeof value === 'object' && value !== null)
    if (!isIterable) return `Invalid data format for nameserver: '${str(value)}'`
    const seen = new Set<unknown>()
    // Text is a list of its characters and a dictionary one of its keys, as in Python: none of them is an address.
    for (const host of isDict(value) ? Object.keys(value) : (value as Iterable<unknown>)) {
      const reason = addressReason(host)
      if (reason !== null) return `'${str(host)}' is not a valid nameserver. ${reason}`
      if (seen.has(host)) return `Duplicate nameserver '${str(host)}'`
      seen.add(host)
    }
    return null
  },
  schema: () => ({
    anyOf: [{ type: 'array', uniqueItems: true, items: addressSchema }, { type: ['object', 'string'] }],
  }),
}

const subports: Validator = {
  validate(value) {
    if (!Array.isArray(value)) return `Invalid data format for subports: '${str(value)}' is not a list`
    const ports = new Set<unknown>()
    const segments = new Set<string>()
    for (const subport of value as unknown[]) {
      if (!isDict(subport)) return `Invalid data format for subport: '${str(subport)}' is not a dict`
      const reason = portReason(subport, ports) ?? segmentReason(subport, segments)
      if (reason !== null) return reason
    }
    return null
  },
  schema: (_arg, schemas) => ({
    type: 'array',
    items: { type: 'object', properties: { port_id: uuid.schema?.(null, schemas) }, required: ['port_id'] },
  }),
}

function portReason(subport: Record<string, unknown>, seen: Set<unknown>): string | null {
  if (!Object.hasOwn(subport, 'port_id')) return 'A valid port UUID must be specified'
  const { port_id: id } = subport
  if (!isUuidLike(id)) return `Invalid UUID for subport: '${str(id)}'`
  if (seen.has(id)) return `Non unique UUID for subport: '${str(id)}'`
  seen.add(id)
  return null
}

function segmentReason(subport: Record<string, unknown>, seen: Set<string>): string | null {
  const { segmentation_type: type = null, segmentation_id: id = null } = subport
  // Its segment is that of the network. (The original stops here and lets the rest of the list pass unseen.)
  if (type === 'inherit') return null
  if ((!type || id === null) && Object.keys(subport).length > 1) {
    return (
      `Invalid subport details '${str(subport)}': missing segmentation information. ` +
      'Must specify both segmentation_id and segmentation_type'
    )
  }
  if (id === null) return null
  const identity = identityOf([type, id])
  if (seen.has(identity)) return `Segmentation ID '${str(id)}' for '${str(subport.port_id)}' is not unique`
  seen.add(identity)
  return null
}

const serviceOwners = ['network:', 'neutron:', 'compute:']

const subnetServiceTypes: Validator = {
  validate(value) {
    if (!value) return null
    if (!Array.isArray(value)) {
      if (isDict(value) && Object.keys(value).length === 0) return null
      throw new RefusedInput('Subnet service types must be a list.')
    }
    for (const type of value as unknown[]) {
      if (typeof type !== 'string') throw new RefusedInput(`Subnet service type ${str(type)} is not a string.`)
      if (serviceOwners.some((owner) => type.startsWith(owner))) continue
      throw new RefusedInput(`Subnet service type ${str(type)} does not correspond to a valid device owner.`)
    }
    return null
  },
  schema: () => ({
    anyOf: [
      { type: 'array', items: { type: 'string', pattern: `^(?:${serviceOwners.join('|')})` } },
      { enum: [null, false, 0, ''] },
      { type: 'object', maxProperties: 0 },
    ],
  }),
  isExact: true,
}

/** The argument says which types there are: a list, or a function of the name. */
const servicePluginType: Validator = {
  validate(value, arg) {
    const isKnown = typeof arg === 'function' ? Boolean(arg(value)) : Array.isArray(arg) && arg.includes(value)
    if (!isKnown) throw new RefusedInput(`Invalid service type: ${str(value)}.`)
    return null
  },
  schema: (arg) => (Array.isArray(arg) ? { enum: arg } : {}),
  expects: (arg) =>
    Array.isArray(arg) || typeof arg === 'function'
      ? null
      : 'a list of the service types, or a function that knows them',
}

/** A pool's id, null, or the word for prefixes that are delegated to the subnet. */
const subnetPoolId: Validator = {
  validate: (value) =>
    value === null || value === 'prefix_delegation' || isUuidLike(value) ? null : `'${str(value)}' is not a valid UUID`,
  schema: (arg, schemas) => nullable({ anyOf: [{ const: 'prefix_delegation' }, uuid.schema?.(arg, schemas)] }),
}

export const networkValidators = {
  'type:fixed_ips': fixedIps,
  'type:hostroutes': hostRoutes,
  'type:ip_pools': ipPools,
  'type:list_of_subnet_service_types': subnetServiceTypes,
  'type:nameservers': nameservers,
  'type:service_plugin_type': servicePluginType,
  'type:subnetpool_id': subnetPoolId,
  'type:subnetpool_id_or_none': orNone(subnetPoolId),
  'type:subports': subports,
} satisfies Record<string, Validator>
