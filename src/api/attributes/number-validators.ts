// Validators of numbers, ports and Ethernet types, with neutron-lib's texts. A number in text is a number.
import { identityOf } from './depth.ts'
import { int, spaces, str } from './python-text.ts'
import { orNone, type JsonSchema, type Validator } from './validator.ts'

export const integerText: JsonSchema = {
  type: 'string',
  pattern: `^[${spaces}]*[+\\-]?[0-9]+(?:_[0-9]+)*[${spaces}]*$`,
}

const integer: Validator = {
  validate(value, choices) {
    if (Array.isArray(choices) && !choices.some((choice) => identityOf(choice) === identityOf(value))) {
      return `${str(value)} is not in valid_values`
    }
    if (typeof value === 'boolean') return `'${str(value)}' is not an integer:boolean`
    const number = int(value)
    // A number that is another one as a double is none, as for the original.
    const isExact = number !== null && BigInt(Number(number)) === number
    return isExact ? null : `'${str(value)}' is not an integer`
  },
  schema: (choices) => (Array.isArray(choices) ? { enum: choices } : { anyOf: [{ type: 'integer' }, integerText] }),
  expects: (arg) => (arg === null || arg === undefined || Array.isArray(arg) ? null : 'a list of the values, or null'),
}

type Bounds = readonly [number | null, number | null]

const range: Validator = {
  validate(value, arg) {
    const [min, max] = arg as Bounds
    const number = int(value)
    if (number === null) return `'${str(value)}' is not an integer`
    if (min !== null && number < min) return `'${str(number)}' is too small - must be at least '${min}'`
    if (max !== null && number > max) return `'${str(number)}' is too large - must be no larger than '${max}'`
    return null
  },
  schema(arg) {
    const [min, max] = arg as Bounds
    const bounds = { ...(min !== null && { minimum: min }), ...(max !== null && { maximum: max }) }
    return { anyOf: [{ type: 'integer', ...bounds }, integerText] }
  },
  expects: (arg) => (isBounds(arg) ? null : 'a list of the least and the greatest number, either may be null'),
}

function isBounds(arg: unknown): boolean {
  if (!Array.isArray(arg) || arg.length !== 2) return false
  const [min, max] = arg as unknown[]
  const isBound = (bound: unknown) => bound === null || Number.isInteger(bound)
  return isBound(min) && isBound(max) && (min === null || max === null || Number(min) <= Number(max))
}

const nonNegative: Validator = {
  validate(value) {
    const number = int(value)
    if (number === null) return `'${str(value)}' is not an integer`
    return number < 0 ? `'${str(number)}' should be non-negative` : null
  },
  schema: () => ({ anyOf: [{ type: 'integer', minimum: 0 }, integerText] }),
}

const notTwo = 'Port range must be two integers separated by a colon'

const portRange: Validator = {
  validate(value, arg) {
    if (value === null) return null
    const [min, max] = Array.isArray(arg) ? (arg as [number, number]) : [0, 65_535]
    const ports = str(value).split(':', 3)
    if (ports.length > 2 || ports.includes('')) return notTwoOrInvalid(ports, min, max)
    for (const port of ports) {
      const reason = portReason(port, min, max)
      if (reason !== null) return reason
    }
    const [first, last] = ports.map(int)
    if (last !== undefined && (first ?? 0n) > (last ?? 0n)) {
      return 'First port in a port range must be lower than the second port'
    }
    return null
  },
  schema: () => ({ type: ['string', 'integer', 'null'] }),
  expects: (arg) =>
    arg === null || arg === undefined || isBounds(arg) ? null : 'a list of the least and the greatest port',
}

/** The parts are looked at in their order: a bad port before an empty part is named first. */
function notTwoOrInvalid(ports: readonly string[], min: number, max: number): string {
  if (ports.length > 2) return notTwo
  const [first = ''] = ports
  return (first === '' ? null : portReason(first, min, max)) ?? notTwo
}

function portReason(port: string, min: number, max: number): string | null {
  const number = int(port)
  if (number === null || number < 0n || number > 65_535n) return `Invalid port: ${port}`
  if (number >= min && number <= max) return null
  return `Invalid port: ${port}, the port must be in the range [${min}, ${max}]`
}

/** The names that may stand for an Ethernet type, as the switches of the field know them. */
const etherNames = new Set('ip ipv4 arp teb 8021q ipv6 slow mpls 8021ad lldp 8021ah ieee802_3 cfm nsh'.split(' '))

const etherType: Validator = {
  validate(value, arg) {
    if (arg !== 'any') {
      if (value === 'IPv4' || value === 'IPv6') return null
      return `Ethertype ${str(value)} is not a valid ethertype, must be one of IPv4,IPv6.`
    }
    const text = typeof value === 'string' ? value : ''
    const number = typeof value === 'string' ? hexadecimal(text) : typeof value === 'number' ? value : Number.NaN
    if (etherNames.has(text.toLowerCase()) || (Number.isInteger(number) && number >= 0 && number <= 65_535)) return null
    return `Ethertype ${str(value)} is not a two octet hexadecimal number or ethertype name.`
  },
  schema: (arg) => (arg === 'any' ? { type: ['string', 'integer'] } : { enum: ['IPv4', 'IPv6'] }),
  expects: (arg) =>
    arg === null || arg === undefined || arg === 'any' ? null : '"any" for all types, or null for IPv4 and IPv6',
}

function hexadecimal(text: string): number {
  return /^(?:0x)?[\da-f]{1,8}$/iu.test(text) ? Number.parseInt(text, 16) : Number.NaN
}

export const numberValidators = {
  'type:integer': integer,
  'type:range': range,
  'type:range_or_none': orNone(range),
  'type:non_negative': nonNegative,
  'type:port_range': portRange,
  'type:ethertype': etherType,
} satisfies Record<string, Validator>
