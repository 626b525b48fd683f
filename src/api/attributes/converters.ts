// Conversions of values before they are validated, with neutron-lib's rules and texts. A converter may say how it
// changes the JSON Schema of what clients may send; one of your own that does not leaves its attribute undescribed.
import { randomBytes } from 'node:crypto'
import { addressText, macDigits, parseAddress, parseNetwork } from './addresses.ts'
import { InvalidInput } from './invalid-input.ts'
import { integerText } from './number-validators.ts'
import { exactNumber, int, str, strip } from './python-text.ts'
import { booleanOf, booleanSchema } from './text-validators.ts'
import { isDict, type JsonSchema, nullable } from './validator.ts'

/** From the schema of what the conversion makes to that of what it takes. */
export type InputSchema = (made: JsonSchema) => JsonSchema

export interface Converter<Made = unknown> {
  (value: unknown): Made
  readonly inputSchema?: InputSchema
}

function converter<Made>(convert: (value: unknown) => Made, inputSchema?: InputSchema): Converter<Made> {
  return inputSchema === undefined ? convert : Object.assign(convert, { inputSchema })
}

/** `'true'`, `'1'`, `'on'`, `1` … as a boolean. */
export const toBoolean = converter(
  (value) => {
    const boolean = booleanOf(value)
    if (boolean === null) throw new InvalidInput(`'${str(value)}' cannot be converted to boolean`)
    return boolean
  },
  () => booleanSchema,
)

export const toBooleanIfNotNone = converter(
  (value) => (value === null ? null : toBoolean(value)),
  () => nullable(booleanSchema),
)

/** A whole number, also in text. What is not exact in a double is refused. */
export const toInt = converter(
  (value) => {
    const number = typeof value === 'boolean' ? Number(value) : exactNumber(int(value))
    if (number === null) throw new InvalidInput(`'${str(value)}' is not an integer`)
    return number
  },
  () => ({ anyOf: [{ type: 'integer' }, { type: 'boolean' }, integerText] }),
)

export const toIntIfNotNone = converter(
  (value) => (value === null ? null : toInt(value)),
  () => ({ anyOf: [{ type: ['integer', 'boolean', 'null'] }, integerText] }),
)

export const toPositiveFloatOrNone = converter(
  (value) => {
    if (value === null) return null
    const text = typeof value === 'string' ? strip(value) : ''
    const isNumeral = /^[+-]?(?:\d+(?:_\d+)*\.?\d*|\.\d+)(?:e[+-]?\d+)?$/iu.test(text)
    const number = typeof value === 'number' ? value : isNumeral ? Number(text.replaceAll('_', '')) : Number.NaN
    if (!(number >= 0 && number < Infinity)) {
      const shown = Number.isInteger(number) ? `${str(number)}.0` : str(Number.isNaN(number) ? value : number)
      throw new InvalidInput(`'${shown}' must be a non negative decimal`)
    }
    return number
  },
  () => ({ anyOf: [{ type: 'number', minimum: 0 }, { type: ['string', 'null'] }] }),
)

/** `'key=value'` as `['key', 'value']`. */
export const kvpStrToList = converter((value): [string, string] => {
  if (typeof value === 'string') {
    const at = value.indexOf('=')
    const key = strip(value.slice(0, at))
    if (at !== -1 && key !== '') return [key, strip(value.slice(at + 1))]
  }
  throw new InvalidInput(`'${str(value)}' is not of the form <key>=[value]`)
})

/** `['a=1', 'a=2']` as `{a: ['1', '2']}`, for filters; `['True']` is a flag without values. */
export const kvpListToDict = converter((value): Record<string, string[]> => {
  if (typeof value !== 'string' && (typeof value !== 'object' || value === null)) {
    throw new InvalidInput(`'${str(value)}' is not of the form <key>=[value]`)
  }
  // Text is a list of its characters and a dictionary one of its keys, as in Python.
  const list: unknown[] = isDict(value) ? Object.keys(value) : [...((value ?? []) as Iterable<unknown>)]
  const byKey = new Map<string, Set<string>>()
  if (list.length === 1 && list[0] === 'True') return {}
  for (const [key, one] of list.map(kvpStrToList)) byKey.set(key, (byKey.get(key) ?? new Set()).add(one))
  // fromEntries defines its properties: a key `__proto__` is one like any other.
  return Object.fromEntries([...byKey].map(([key, values]) => [key, [...values]]))
})

const orNull: InputSchema = (made) => nullable(made)

export const noneToEmptyList = converter((value) => value ?? [], orNull)
export const noneToEmptyDict = converter((value) => value ?? {}, orNull)
export const noneToEmptyString = converter((value) => value ?? '', orNull)

/** Null is an empty list, a single value a list of one; a dictionary the list of its keys. */
export const toList = converter(
  (value): unknown[] => {
    if (value === null || value === undefined) return []
    if (Array.isArray(value)) return [...(value as unknown[])]
    return isDict(value) ? Object.keys(value) : [value]
  },
  () => ({}),
)

/** IPv6 in its shortest form; anything else as it is. */
export const ipToCanonicalFormat = converter((value) => {
  const address = typeof value === 'string' ? parseAddress(value) : null
  return address?.version === 6 ? addressText(address) : value
})

/** IPv6 networks in their shortest form, and always with a length. */
export const cidrToCanonicalFormat = converter((value) => {
  const network = typeof value === 'string' ? parseNetwork(value) : null
  if (network === null) throw new InvalidInput(`${str(value)} is not in a CIDR format`)
  return network.text
})

export const stringToCaseInsensitive = converter(
  (value) => {
    if (typeof value !== 'string') throw new InvalidInput(`Input value ${str(value)} must be string type`)
    return value.toLowerCase()
  },
  () => ({ type: 'string' }),
)

const protocols = new Set(['dccp', 'icmp', 'ipv6-icmp', 'sctp', 'tcp', 'udp'])

/** The name of an IP protocol, or its number as text; null stays. */
export const toProtocol = converter(
  (value) => {
    if (value === null) return null
    const name = stringToCaseInsensitive(value)
    const number = int(name)
    if (protocols.has(name) || (number !== null && number >= 0n && number <= 255n)) return value as string
    throw new InvalidInput(
      `IP protocol '${str(value)}' is not supported. Only protocol names and their integer representation (0 to 255) are supported`,
    )
  },
  () => ({ type: ['string', 'null'] }),
)

export const toStringValue = converter((value) => (value === null ? null : str(value)))

/** Makes a converter: a prefix that is there in another case takes the case of `prefix`. */
export function prefixForcedCase(prefix: string): Converter {
  return converter((value) => {
    if (typeof value !== 'string' || value.slice(0, prefix.length).toLowerCase() !== prefix.toLowerCase()) return value
    return prefix + value.slice(prefix.length)
  })
}

/** `ipv4` as `IPv4`. */
export const uppercaseIp = prefixForcedCase('IP')

/** Makes a converter: null becomes a random address below the prefix of `base`. */
export function toMacIfNone(base = 'fa:16:3e:00:00:00'): Converter {
  const fixed = base.split(':')
  const kept = fixed[3] === '00' ? 3 : 4
  return converter((value) => {
    if (value !== null) return value
    const random = Array.from(randomBytes(6 - kept), (byte) => byte.toString(16).padStart(2, '0'))
    return [...fixed.slice(0, kept), ...random].join(':')
  }, orNull)
}

/** A MAC address as `xx:xx:xx:xx:xx:xx`; what is none stays for the validator to refuse. */
export const toSanitizedMacAddress = converter((value) => {
  const digits = typeof value === 'string' ? macDigits(value) : null
  return digits === null ? value : (digits.match(/../gu)?.join(':') ?? value)
})
