// IP and MAC addresses as netaddr reads them: four decimal parts, no zone, no octal, a mask as a length or
// in dotted form. ipaddr.js does the arithmetic; it reads more than that, so it never sees a text before it is
// known to be plain.
import { isIPv4, isIPv6 } from 'node:net'
import { ipAddresses } from '../../lazy-packages.ts'
import { hasSpace } from './python-text.ts'

export interface Address {
  readonly version: 4 | 6
  readonly bytes: readonly number[]
}

export interface Network {
  readonly version: 4 | 6
  /** The address as written, host bits and all. */
  readonly address: Address
  readonly prefix: number
  /** The text that Python writes for it: `10.0.0.1/8`. */
  readonly text: string
  /** Without the host bits: `10.0.0.0/8`. */
  readonly cidr: string
  readonly isLoopback: boolean
}

/** Strict: what `inet_pton` takes. */
export function parseAddress(text: string): Address | null {
  // A zone (`%eth0`) belongs to an interface of one machine.
  const version = isIPv4(text) ? 4 : isIPv6(text) && !text.includes('%') ? 6 : null
  if (version === null) return null
  return {
    version,
    bytes: ipAddresses()
      .parse(version === 6 ? withoutDots(text) : text)
      .toByteArray(),
  }
}

/** `::1.2.3.4` is not `::ffff:1.2.3.4`, which ipaddr.js makes of it. */
function withoutDots(text: string): string {
  const colon = text.lastIndexOf(':')
  const parts = text
    .slice(colon + 1)
    .split('.')
    .map(Number)
  if (parts.length !== 4) return text
  const [a = 0, b = 0, c = 0, d = 0] = parts
  return `${text.slice(0, colon)}:${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
}

/** Four decimal parts that may have leading zeros: what a client probably meant by `010.0.0.1`. */
export function parseZeroFilled(text: string): Address | null {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,9}$/u.test(part))) return parseAddress(text)
  return parseAddress(parts.map(Number).join('.'))
}

/** `inet_ntop`: IPv6 with its longest run of zeros left out, IPv4 at the end where it is embedded. */
export function addressText({ version, bytes }: Address): string {
  if (version === 4) return bytes.join('.')
  const groups: number[] = []
  for (let at = 0; at < 16; at += 2) groups.push((bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0))
  const run = longestZeros(groups)
  const holdsIPv4 = run.start === 0 && (run.length === 6 || (run.length === 5 && groups[5] === 0xff_ff))
  const words = groups.map((group) => group.toString(16))
  if (holdsIPv4) words.splice(6, 2, bytes.slice(12).join('.'))
  if (run.length < 2) return words.join(':')
  return `${words.slice(0, run.start).join(':')}::${words.slice(run.start + run.length).join(':')}`
}

function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 }
  let length = 0
  for (const [at, group] of groups.entries()) {
    length = group === 0 ? length + 1 : 0
    if (length > best.length) best = { start: at + 1 - length, length }
  }
  return best
}

/** An address with or without `/length` or `/mask`; IPv4 may lack parts at its end (`10/8`), for the advice in texts. */
export function parseNetwork(text: string): Network | null {
  if (hasSpace(text)) return null
  const slash = text.indexOf('/')
  const address = parseWithoutParts(slash === -1 ? text : text.slice(0, slash))
  if (address === null) return null
  const prefix = slash === -1 ? address.bytes.length * 8 : prefixOf(text.slice(slash + 1), address)
  if (prefix === null) return null
  const first = masked(address, prefix)
  return {
    version: address.version,
    address,
    prefix,
    text: `${addressText(address)}/${prefix}`,
    cidr: `${addressText(first)}/${prefix}`,
    isLoopback: isLoopback(first, prefix),
  }
}

function parseWithoutParts(text: string): Address | null {
  const whole = parseAddress(text)
  if (whole !== null || text === '') return whole
  const parts = text.split('.')
  if (parts.length > 4 || !parts.every((part) => /^\d{1,3}$/u.test(part))) return null
  return parseAddress([...parts.map(Number), 0, 0, 0].slice(0, 4).join('.'))
}

function prefixOf(text: string, address: Address): number | null {
  const bits = address.bytes.length * 8
  if (/^\d{1,3}$/u.test(text)) return Number(text) <= bits ? Number(text) : null
  const mask = parseAddress(text)
  if (mask === null || mask.version !== address.version) return null
  const digits = mask.bytes.map((byte) => byte.toString(2).padStart(8, '0')).join('')
  // A mask, or the inverse of one as access lists write it.
  if (/^1*0*$/u.test(digits)) return digits.lastIndexOf('1') + 1
  return /^0*1+$/u.test(digits) ? digits.indexOf('1') : null
}

function masked({ version, bytes }: Address, prefix: number): Address {
  const kept = bytes.map((byte, at) => {
    const bits = Math.min(8, Math.max(0, prefix - at * 8))
    return byte & (0xff_00 >> bits) & 0xff
  })
  return { version, bytes: kept }
}

export function hasHostBits({ address, prefix }: Network): boolean {
  return addressText(masked(address, prefix)) !== addressText(address)
}

function isLoopback({ version, bytes }: Address, prefix: number): boolean {
  if (version === 4) return bytes[0] === 127 && prefix >= 8
  return prefix === 128 && bytes.every((byte, at) => byte === (at === 15 ? 1 : 0))
}

const macForms = [
  /^[\da-f]{1,2}(?::[\da-f]{1,2}){5}$/iu,
  /^[\da-f]{1,2}(?:-[\da-f]{1,2}){5}$/iu,
  /^[\da-f]{1,4}(?:[:.-][\da-f]{1,4}){2}$/iu,
  /^[\da-f]{5,6}[:-][\da-f]{5,6}$/iu,
  /^[\da-f]{11,12}$/iu,
]

/** Twelve hexadecimal digits, or null; the common ways of writing a MAC address. */
export function macDigits(text: string): string | null {
  if (!macForms.some((form) => form.test(text))) return null
  const words = text.split(/[.:-]/u)
  return words
    .map((word) => word.padStart(12 / words.length, '0'))
    .join('')
    .toLowerCase()
}
