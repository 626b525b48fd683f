// What node lets through of the head of a request and HTTP does not: a Host header or a target that is no place. Links
// are made of them. Runs in workers, with every request, so it decodes nothing.
import type { IncomingMessage } from 'node:http'

/** RFC 3986 §3.2.2 and §3.2.3; may be empty. */
const authority = /^(?:[\w.~!$&'()*+,;=%-]*|\[[\w.:%~-]+\])(?::\d*)?$/
const absolute = /^https?:\/\/([^/?]*)/i
const slash = 47

/** The last Host that was good: most requests of a connection, and of a service, have the same one. */
let known = ''

/** Why the request is a 400 whatever the app would say; null for nearly all. */
export function headFault({ rawHeaders, url = '/', method }: IncomingMessage): string | null {
  // RFC 9112 §3.2: none in HTTP/1.1 is node's own 400; two, of which it takes the first, and one that is wrong are ours.
  // In the list as it came: whether anybody needs node's object of the headers is the app's to say.
  let host: string | undefined
  let isTwice = false
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]
    if (name?.length !== 4 || (name !== 'Host' && name.toLowerCase() !== 'host')) continue
    if (host !== undefined) isTwice = true
    else host = rawHeaders[at + 1]
  }
  if (host !== undefined && host !== known) {
    if (!authority.test(host)) return 'the Host header names no host'
    known = host
  }
  if (isTwice) return 'there is more than one Host header'
  return url.charCodeAt(0) === slash ? null : targetFault(url, method)
}

/** RFC 9112 §3.2.2 and §3.2.4: a whole URL of HTTP, or `*` for OPTIONS. */
function targetFault(url: string, method: string | undefined): string | null {
  if (url === '*') return method === 'OPTIONS' ? null : 'the target "*" is for OPTIONS alone'
  const host = absolute.exec(url)?.[1]
  if (host === undefined) return 'the target of the request is neither a path nor a URL of HTTP'
  return host !== '' && authority.test(host.replace(/^[^@]*@/, '')) ? null : 'the target of the request names no host'
}
