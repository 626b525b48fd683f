// The URIs of Paste Deploy: `config:path#name`, `egg:Dist#name`, `call:module:attr`. Pure.
import { isAbsolute } from 'node:path'
import { SlipwayError, type Where } from '../errors.ts'
import { pythonRepr } from '../ini/scanner.ts'

export interface PasteUri {
  readonly scheme: 'config' | 'egg' | 'call'
  readonly path: string
  readonly name: string
}

/** Whether a name of a section's setting is a URI and no section: letters, then a colon. */
export function isUri(name: string): boolean {
  return /^[a-zA-Z]+:/u.test(name)
}

/**
 * @param name beats the fragment; neither means `main`
 * @throws SlipwayError SLIPWAY_PASTE_URI
 */
export function parseUri(uri: string, name: string | null, where?: Where | null): PasteUri {
  const hash = uri.indexOf('#')
  const address = hash === -1 ? uri : uri.slice(0, hash)
  const fragment = hash === -1 ? null : uri.slice(hash + 1)
  const colon = address.indexOf(':')
  if (colon === -1) {
    throw new SlipwayError('SLIPWAY_PASTE_URI', `"${uri}" has no scheme`, {
      where,
      expected: 'config:FILE, egg:PACKAGE or call:MODULE:ATTR',
      original: `URI has no scheme: ${pythonRepr(uri)}`,
    })
  }
  const scheme = address.slice(0, colon).toLowerCase()
  if (scheme !== 'config' && scheme !== 'egg' && scheme !== 'call') {
    throw new SlipwayError('SLIPWAY_PASTE_URI', `"${uri}" has the scheme "${scheme}", which is not known`, {
      where,
      expected: 'config:FILE, egg:PACKAGE or call:MODULE:ATTR',
      original: `URI scheme not known: ${pythonRepr(scheme)} (from config, egg, call)`,
    })
  }
  // A blank after the colon was accepted by older releases, and files with one were shipped.
  return { scheme, path: address.slice(colon + 1).trim(), name: name ?? fragment ?? 'main' }
}

/**
 * The file of a `config:` URI.
 * @throws SlipwayError SLIPWAY_PASTE_URI for a relative path without a folder
 */
export function configFile(uri: PasteUri, relativeTo: string | null, where?: Where | null): string {
  let path = uri.path.replaceAll('\\', '/')
  if (!isAbsolute(path)) {
    if (relativeTo === null) {
      throw new SlipwayError('SLIPWAY_PASTE_URI', `"config:${uri.path}" is relative, and nothing says to what`, {
        where,
        hint: 'give an absolute path, or relativeTo',
        original: `Cannot resolve relative uri ${pythonRepr(`config:${uri.path}`)}; no relative_to keyword argument given`,
      })
    }
    path = `${relativeTo.replaceAll('\\', '/').replace(/\/$/u, '')}/${path}`
  }
  return unquote(path.replace(/^\/\/\//u, '/'))
}

/** Percent-decoding as Python's unquote does it: a malformed escape stays as it is. */
function unquote(text: string): string {
  return text.replaceAll(/(?:%[0-9a-f]{2})+/giu, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf-8'))
}
