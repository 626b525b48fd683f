// The subdomain of a request's host, for conditions of routes. Pure.

export interface Domains {
  /** How many labels at the end of a host are the domain: 2 for `example.com`. */
  readonly labels: number
  /** Subdomains that count as none, such as `www`. */
  readonly ignored: readonly string[]
}

/** What stands before the domain; null when there is nothing, or an address. */
export function subDomainOf(host: string | undefined, { labels, ignored }: Domains): string | null {
  const name = (host ?? '').replace(/:\d*$/u, '').toLowerCase()
  if (name === '' || name.startsWith('[') || /^[\d.]+$/u.test(name)) return null
  const all = name.split('.')
  if (all.length <= labels) return null
  const found = all.slice(0, all.length - labels).join('.')
  return ignored.includes(found) ? null : found
}
