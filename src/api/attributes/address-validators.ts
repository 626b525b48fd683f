// Validators of IP addresses, networks and MAC addresses, with neutron-lib's texts.
import { addressText, hasHostBits, macDigits, type Network, parseNetwork, parseZeroFilled } from './addresses.ts'
import { str } from './python-text.ts'
import { type JsonSchema, orNone, type Validator } from './validator.ts'

export function addressReason(value: unknown): string | null {
  const address = typeof value === 'string' ? parseZeroFilled(value) : null
  if (address === null) return `'${str(value)}' is not a valid IP address`
  const text = addressText(address)
  // Leading zeros are octal to some programs and decimal to others.
  return address.version === 4 && text !== value
    ? `'${str(value)}' is not an accepted IP address, '${text}' is recommended`
    : null
}

function networkOf(value: unknown): Network | null {
  return typeof value === 'string' ? parseNetwork(value) : null
}

function subnetReason(value: unknown): string | null {
  const network = networkOf(value)
  if (network === null) return `'${str(value)}' is not a valid IP subnet`
  const isPlain = String(value).includes('/') && (network.version === 6 || network.text === value)
  return isPlain ? null : `'${str(value)}' isn't a recognized IP subnet cidr, '${network.cidr}' is recommended`
}

/** A network to route to: without host bits, not of the loopback. */
export function routeReason(value: unknown): string | null {
  const network = networkOf(value)
  if (network === null) return `'${str(value)}' is not a valid CIDR`
  if (!String(value).includes('/') || hasHostBits(network)) {
    return `'${str(value)}' is not a recognized CIDR, '${network.cidr}' is recommended`
  }
  return network.isLoopback ? `'${str(value)}' is not a routable CIDR` : null
}

const addressSchema: JsonSchema = { type: 'string', anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }] }
/** No format says "network"; the pattern keeps out what has no length and no mask. */
const subnetSchema: JsonSchema = { type: 'string', pattern: '^[0-9a-fA-F:.]+/[0-9a-fA-F:.]+$' }

const ipAddress: Validator = { validate: addressReason, schema: () => addressSchema }
export const subnet: Validator = { validate: subnetReason, schema: () => subnetSchema }

const addressOrSubnet: Validator = {
  validate(value) {
    if (addressReason(value) === null || subnetReason(value) === null) return null
    return `'${str(value)}' is neither a valid IP address, nor is it a valid IP subnet`
  },
  schema: () => ({ anyOf: [addressSchema, subnetSchema] }),
}

const macAddress: Validator = {
  validate(value) {
    const digits = typeof value === 'string' ? macDigits(value) : null
    // All zero and all ones are the addresses of nobody and of everybody.
    return digits === null || /^(?:0+|f+)$/u.test(digits) ? `'${str(value)}' is not a valid MAC address` : null
  },
  schema: () => ({ type: 'string', pattern: '^[0-9a-fA-F][0-9a-fA-F:.\\-]{9,16}$' }),
}

export const addressValidators = {
  'type:ip_address': ipAddress,
  'type:ip_address_or_none': orNone(ipAddress),
  'type:ip_or_subnet_or_none': orNone(addressOrSubnet),
  'type:subnet': subnet,
  'type:subnet_or_none': orNone(subnet),
  'type:mac_address': macAddress,
  'type:mac_address_or_none': orNone(macAddress),
} satisfies Record<string, Validator>

export { addressSchema, subnetSchema }
