// Reads what proxies say of the client: the Forwarded header of RFC 7239, the X-Forwarded lists, and
// which entry of them a trusted proxy wrote. Pure; whether headers are believed at all is the filter's.
import { ipAddresses } from '../lazy-packages.ts'

/** One hop: parameter names in lower case, values without their quotes. */
export type ForwardedElement = ReadonlyMap<string, string>

// A value without quotes may hold what RFC 7239 wants quoted (an address with a port): many proxies
// write it so, and nothing else can be meant.
const pair = /[\t ]*([!#$%&'*+.^_`|~\w-]+)[\t ]*=[\t ]*(?:"((?:[^"\\]|\\.)*)"|([^\s",;\\]+))[\t ]*/uy

/**
 * The elements of a `Forwarded` header, the client's first; empty ones are dropped. Null for text that is
 * none: an open quote, a missing value, a parameter twice in one element.
 */
export function parseForwarded(text: string): readonly ForwardedElement[] | null {
  const elements: ForwardedElement[] = []
  let element = new Map<string, string>()
  for (let at = 0; at < text.length;) {
    pair.lastIndex = at
    const match = pair.exec(text)
    const name = match?.[1]?.toLowerCase()
    if (match !== null && name !== undefined) {
      if (element.has(name)) return null
      element.set(name, match[2]?.replaceAll(/\\(.)/gu, '$1') ?? match[3] ?? '')
      at = pair.lastIndex
    } else {
      at += blanks(text, at)
    }
    if (at === text.length) break
    const separator = text[at]
    if (separator === ',') {
      if (element.size > 0) elements.push(element)
      element = new Map()
    } else if (separator !== ';') return null
    at += 1
  }
  if (element.size > 0) elements.push(element)
  return elements
}

function blanks(text: string, at: number): number {
  let count = 0
  while (text[at + count] === ' ' || text[at + count] === '\t') count += 1
  return count
}

/** The entries of a list header like X-Forwarded-For; empty ones are dropped. */
export function parseList(text: string): readonly string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
}

/** What stands for a client whose address is not told. Never an address, so that no list of addresses holds it. */
export const unknownNode = 'unknown'

/**
 * The address of a node as RFC 7239 §6 and proxies write it: without brackets and port. An obfuscated name
 * (`_gazonk`) is given as it is; all that is nothing of the kind is `unknown`.
 */
export function nodeAddress(text: string): string {
  const [, bracketed, plain] = /^(?:\[([^\]]+)\]|([^:]+))(?::[\w.-]+)?$/u.exec(text) ?? []
  const address = bracketed ?? plain ?? text
  const { IPv4, IPv6 } = ipAddresses()
  if (IPv4.isValidFourPartDecimal(address) || IPv6.isValid(address)) return address
  return /^_[\w.-]{1,64}$/u.test(address) ? address : unknownNode
}

/**
 * How many entries, from the last, were written by proxies that are trusted. The last was written by the
 * peer, which the caller trusts; each other one by the node that the entry after it names. 0 for no entries.
 */
export function trustedHops(nodes: readonly string[], isTrusted: (address: string) => boolean): number {
  let hops = Math.min(1, nodes.length)
  while (hops < nodes.length && isTrusted(nodes[nodes.length - hops] ?? unknownNode)) hops += 1
  return hops
}

/** The entry that the outermost trusted proxy wrote; in a list that not every proxy adds to, the first. */
export function entryAt(entries: readonly string[], hops: number): string | undefined {
  return entries[Math.max(0, entries.length - Math.max(1, hops))]
}

/** A host with or without a port, fit to be a part of links. */
export function isHost(text: string): boolean {
  return /^(?:\[[\da-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/iu.test(text)
}

/** A path fit to be put before every path of ours, without its trailing slash; null for anything else. */
export function parsePrefix(text: string): string | null {
  if (!/^(?:\/[\w.~!$&'()*+;=:@%-]+)+\/?$/u.test(text)) return null
  return text.split('/').some((part) => part === '.' || part === '..') ? null : text.replace(/\/$/u, '')
}
