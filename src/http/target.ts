// The forms of a request target (RFC 9112 §3.2) other than the usual one that starts with a slash,
// which the request splits by itself. Pure; nothing is decoded.

export interface Target {
  /** Host and port of an absolute target, all of a CONNECT target, else ''. */
  readonly authority: string
  /** '' or with a leading slash. */
  readonly path: string
  /** Without the question mark. */
  readonly query: string
}

const absolute = /^[a-z][a-z0-9+.-]*:\/\/([^/?]*)/i

/**
 * Splits `http://host/path?query` (a client that takes us for a proxy), `*` (OPTIONS for the whole server, the
 * same as an absolute target with an empty path: RFC 9112 §3.2.4) and `host:port` (CONNECT).
 */
export function splitTarget(target: string, method: string): Target {
  if (target === '*') return { authority: '', path: '', query: '' }
  if (target.startsWith('/')) return { authority: '', ...splitPath(target) }
  const match = absolute.exec(target)
  if (match === null) return { authority: target, path: '', query: '' }
  const { path, query } = splitPath(target.slice(match[0].length))
  // A login in the target (`user:pass@host`) is no part of the host.
  const authority = (match[1] ?? '').replace(/^.*@/, '')
  return { authority, path: path === '' && method !== 'OPTIONS' ? '/' : path, query }
}

function splitPath(rest: string): { path: string; query: string } {
  const mark = rest.indexOf('?')
  return mark === -1 ? { path: rest, query: '' } : { path: rest.slice(0, mark), query: rest.slice(mark + 1) }
}
