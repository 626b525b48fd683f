// Hosts and URIs as oslo.config accepts them: strict, so that a mistyped address is not taken for a name.
// Pure; nothing is resolved.
import { isIPv4, isIPv6 } from 'node:net'

export function isAddress(text: string, version?: 4 | 6): boolean {
  // Node takes a zone (`fe80::1%eth0`), the original does not.
  if (text.includes('%')) return false
  return (version !== 6 && isIPv4(text)) || (version !== 4 && isIPv6(text))
}

/** The name without its trailing dot, or null when it is none. */
export function parseHostname(text: string, extra: '' | '_' = ''): string | null {
  if (text === '' || text.length > 253) return null
  const name = text.endsWith('.') ? text.slice(0, -1) : text
  const labels = name.split('.')
  // A last label without a letter would make `1.2.3.400` a name.
  if (!/[a-z-]/iu.test(labels.at(-1) ?? '')) return null
  const label = new RegExp(`^(?!-)[a-z0-9${extra}-]{1,63}(?<!-)$`, 'iu')
  return labels.every((part) => label.test(part)) ? name : null
}

// The authority is looked at closely, the path hardly: `/v2/%(project_id)s` is common, and the original takes it.
const uri = /^([a-z][a-z0-9+.-]*):\/\/([^\\/?#]+)(?:[\\/][^?#[\]]*)?(?:[?#]|$)/iu
const authority =
  /^(?:(?:[\w.~!$&'()*+,;=:@-]|%[0-9a-f]{2})*@)?((?:[\w.~!$&'()*+,;=-]|%[0-9a-f]{2})+|\[[^\]]+\])(?::\d*)?$/iu

/** The scheme of a URI that has a host (RFC 3986 §3), or null. */
export function schemeOf(text: string): string | null {
  const [, scheme = null, rest = ''] = uri.exec(text) ?? []
  const host = authority.exec(rest)?.[1]
  if (host === undefined || (host.startsWith('[') && !isIPv6(host.slice(1, -1)))) return null
  return scheme
}

/** Whether more text behind this one may make it a URI: its authority is not complete. */
export function isUriStart(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/[^\\/?#]*$/iu.test(text)
}
