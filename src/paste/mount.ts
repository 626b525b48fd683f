// The keys of a urlmap: `/path`, `domain D`, `port P` in any order. Pure.
import { SlipwayError } from '../errors.ts'
import { splitWords } from '../ini/scanner.ts'

export interface Mount {
  /** Null: any. With a port: `domain:port`. */
  readonly domain: string | null
  /** Without a trailing slash; '' is the root. */
  readonly path: string
}

/**
 * @throws SlipwayError SLIPWAY_PASTE_MOUNT
 */
export function parseMount(key: string): Mount {
  let domain: string | null = null
  let port: string | null = null
  let path: string | null = null
  const words = splitWords(key).map(({ word }) => word)
  while (words.length > 0) {
    const word = words.shift() ?? ''
    const kind = word.toLowerCase()
    if (kind === 'domain' || kind === 'port') {
      const value = words.shift()
      if (value === undefined) throw fault(key, `"${kind}" names nothing`, `'${kind}' is not followed by anything`)
      if ((kind === 'domain' ? domain : port) !== null) {
        throw fault(key, `"${kind}" stands twice`, `'${kind}' given twice`)
      }
      if (kind === 'domain') domain = value
      else port = value
    } else if (path === null) path = word
    else throw fault(key, 'there are two paths', `more than one path given (have '${path}', got '${word}')`)
  }
  if (port !== null && domain === null) {
    throw fault(key, 'a port needs a domain', `If you give port, you must also give a domain`)
  }
  return {
    domain: domain === null ? null : domain.toLowerCase() + (port === null ? '' : `:${port}`),
    path: normalise(key, path),
  }
}

/** A key that can only be a setting that somebody meant for something else gets the same answer as in Paste. */
function normalise(key: string, path: string | null): string {
  if (path === null) return ''
  if (!path.startsWith('/')) {
    throw fault(
      key,
      `the path does not start with "/"`,
      `URL fragments must start with / or http:// (you gave '${path}')`,
    )
  }
  return path.replaceAll(/\/\/+/gu, '/').replace(/\/$/u, '')
}

function fault(key: string, message: string, original: string): SlipwayError {
  return new SlipwayError('SLIPWAY_PASTE_MOUNT', `"${key}" is no mount: ${message}`, {
    expected: '/path, domain NAME /path, or domain NAME port NUMBER /path',
    original,
  })
}
