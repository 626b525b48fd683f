// Which address has version 3 of the Identity API: Keystone's version documents. The host stays the one that was
// asked: what a document names is often an address for clients, and our password goes there.
import type { Transport } from './transport.ts'
import { KeystoneUnavailable } from './unavailable.ts'

/**
 * `http://keystone:5000` → `http://keystone:5000/v3`. An address that ends in v3 is taken at its word, and where there is
 * no document, v3 is supposed to be below.
 * @throws KeystoneUnavailable
 */
export async function discover(transport: Transport, address: string): Promise<string> {
  const url = address.replace(/\/+$/u, '')
  if (url.endsWith('/v3')) return url
  const answer = await transport.ask({ method: 'GET', url: `${url}/`, headers: {} })
  if (answer.status >= 500) throw new KeystoneUnavailable(`Keystone answered at ${url} with status ${answer.status}`)
  const path = answer.status === 200 || answer.status === 300 ? versionPath(answer.text, url) : null
  return path === null ? `${url}/v3` : new URL(path, url).href.replace(/\/+$/u, '')
}

interface Version {
  readonly id?: unknown
  readonly links?: unknown
}

function versionPath(text: string, base: string): string | null {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
  const version = versionsOf(document).find(({ id }) => typeof id === 'string' && /^v?3(?:\.|$)/u.test(id))
  if (!Array.isArray(version?.links)) return null
  const links = version.links as readonly { readonly rel?: unknown; readonly href?: unknown }[]
  const href = links.find((link) => link?.rel === 'self')?.href
  return typeof href === 'string' && URL.canParse(href, base) ? new URL(href, base).pathname : null
}

/** At the root `{versions: {values: […]}}`, in newer documents `{versions: […]}`; below it `{version: {…}}`. */
function versionsOf(document: unknown): readonly Version[] {
  const { versions, version } = (document ?? {}) as { readonly versions?: unknown; readonly version?: unknown }
  const values: unknown = (versions as { readonly values?: unknown } | undefined)?.values
  const list = Array.isArray(versions) ? versions : Array.isArray(values) ? values : [version]
  return list.filter((one): one is Version => typeof one === 'object' && one !== null)
}
