// Lists of peers that an operator writes: addresses, networks and a few words. Parsed when a filter is
// built; a request costs one look-up for a peer that was seen before.
import { SlipwayError, type Where } from '../errors.ts'
import { ipAddresses } from '../lazy-packages.ts'

/** Whether a peer is in the list. `undefined` is a peer on a unix socket. */
export type RangeTest = (address: string | undefined) => boolean

type Address = ReturnType<ReturnType<typeof ipAddresses>['process']>
type Network = readonly [Address, number]

const words: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
  all: ['0.0.0.0/0', '::/0'],
  unix: [],
}

/** Peers whose answer is remembered; a scan from many addresses must not grow the process. */
const mostRemembered = 1000

/**
 * @param setting what the error calls it: `trusted_proxies`
 * @throws SlipwayError SLIPWAY_CONFIG_VALUE
 */
export function parseRanges(texts: readonly string[], setting: string, where: Where | null = null): RangeTest {
  const hasUnix = texts.includes('unix') || texts.includes('all')
  const networks = texts.flatMap((text) => networksOf(text, setting, where))
  const remembered = new Map<string, boolean>()
  return (address) => {
    if (address === undefined) return hasUnix
    const known = remembered.get(address)
    if (known !== undefined) return known
    const isIn = networks.length > 0 && isWithin(address, networks)
    if (remembered.size >= mostRemembered) remembered.clear()
    remembered.set(address, isIn)
    return isIn
  }
}

function networksOf(text: string, setting: string, where: Where | null): Network[] {
  const ipaddr = ipAddresses()
  const named = Object.hasOwn(words, text) ? words[text] : undefined
  if (named !== undefined) return named.map((network) => ipaddr.parseCIDR(network))
  // ipaddr.js also reads 10.1 and 0x7f.1 as addresses: in a list of whom to trust that is a slip of the pen.
  if (ipaddr.isValidCIDR(text) && isPlain(text.replace(/\/\d+$/u, ''))) return [ipaddr.parseCIDR(text)]
  if (isPlain(text)) {
    const address = ipaddr.process(text)
    return [[address, address.kind() === 'ipv4' ? 32 : 128]]
  }
  throw new SlipwayError('SLIPWAY_CONFIG_VALUE', `"${setting}" cannot have the item "${text}"`, {
    where,
    found: text,
    expected: `an IP address, a network like 10.0.0.0/8, or one of ${Object.keys(words).join(', ')}`,
  })
}

function isWithin(text: string, networks: readonly Network[]): boolean {
  if (!isPlain(text)) return false
  const address = ipAddresses().process(text)
  return networks.some(([network, bits]) => address.kind() === network.kind() && address.match([network, bits]))
}

function isPlain(text: string): boolean {
  const { IPv4, IPv6 } = ipAddresses()
  return IPv4.isValidFourPartDecimal(text) || IPv6.isValid(text)
}
