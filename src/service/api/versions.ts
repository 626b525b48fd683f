// The versions of the API, as OpenStack services tell them: the list at the root, and choices for any
// other path that names no version. Links lead to where the client came in.
import { type AppFactory, empty, type HttpRequest, type HttpResponse, json } from '../../http/index.ts'

interface Version {
  readonly id: string
  /** Its mount in the deployment file. */
  readonly mount: string
  readonly status: 'CURRENT' | 'SUPPORTED' | 'DEPRECATED'
  readonly updated: string
}

const versions: readonly Version[] = [{ id: 'v1.0', mount: '/v1', status: 'CURRENT', updated: '2026-11-22T00:00:00Z' }]

function answer(req: HttpRequest): HttpResponse {
  if (req.method !== 'GET' && req.method !== 'HEAD') return empty(405, { allow: 'GET, HEAD' })
  const { pathInfo, applicationUrl: base } = req
  if (pathInfo === '' || pathInfo === '/') return json({ versions: versions.map((version) => listed(version, base)) })
  return json({ choices: versions.map((version) => choice(version, base, pathInfo)) }, 300)
}

function listed({ id, mount, status, updated }: Version, base: string): object {
  const links = [{ rel: 'self', href: `${base}${mount}/` }]
  return { id, status, version: '', min_version: '', updated, links }
}

function choice({ id, mount, status }: Version, base: string, path: string): object {
  return {
    id,
    status,
    links: [{ rel: 'self', href: `${base}${mount}${path}` }],
    'media-types': [{ base: 'application/json', type: 'application/vnd.slipway.service+json;version=1' }],
  }
}

/** `paste.app_factory` */
export const appFactory: AppFactory = () => answer
