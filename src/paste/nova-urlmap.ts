// nova's urlmap: mounts that end in `/+` want something after the slash, and the version of the API
// may also come from Content-Type or Accept. Behaviour of nova 26 to 32, run.
import type { CompositeFactory } from '../http/factory.ts'
import type { App, HttpRequest } from '../http/index.ts'
import {
  collapseSlashes,
  hostNames,
  loadMounts,
  type MountedApp,
  moveInto,
  notFound,
  pathFits,
  sortMounts,
  type UrlMap,
} from './urlmap.ts'

declare module '../http/contract.ts' {
  interface Environ {
    /** The media type that nova's urlmap chose for the answer. */
    bestContentType?: string
  }
}

const supported = ['application/json']

export const urlmapFactory: CompositeFactory = async (loader, globalConf, settings) => {
  const { mounts, notFound: notFoundApp } = await loadMounts(loader, globalConf, settings)
  return createNovaUrlmap(mounts, notFoundApp)
}

interface Match {
  readonly app: App
  /** What becomes part of the script name. */
  readonly prefix: string
}

export function createNovaUrlmap(mounts: readonly MountedApp[], notFoundApp: App | null): UrlMap {
  const sorted = sortMounts(mounts)
  const hasDomains = sorted.some(({ domain }) => domain !== null)
  const dispatch: App = (req) => {
    const path = collapseSlashes(req.pathInfo)
    const hosts = hasDomains ? hostNames(req) : []
    const byPath = match(sorted, hosts, path)
    const isMounted = byPath !== null && byPath.prefix !== ''
    const accepted = bestAccept(req.header('accept') ?? '', acceptable(path, isMounted ? byPath.prefix : null))
    req.environ.bestContentType = typeOfSuffix(path) ?? accepted.type ?? 'application/json'
    if (isMounted) return enter(req, path, byPath)
    const asked = byVersion(sorted, hosts, contentTypeVersion(req)) ?? byVersion(sorted, hosts, accepted.version)
    if (asked !== null) {
      // A version from a header names the mount without being in the path.
      req.scriptName += asked.prefix
      return asked.app(req)
    }
    return byPath === null ? (notFoundApp ?? notFound)(req) : enter(req, path, byPath)
  }
  return Object.assign(dispatch, { mounts: sorted, notFoundApp })
}

function enter(req: HttpRequest, path: string, found: Match): ReturnType<App> {
  moveInto(req, path, found.prefix)
  return found.app(req)
}

function match(mounts: readonly MountedApp[], hosts: readonly string[], path: string): Match | null {
  for (const { domain, path: mounted, app } of mounts) {
    if (domain !== null && !hosts.includes(domain)) continue
    if (mounted.endsWith('/+')) {
      if (path.length >= mounted.length && path.startsWith(mounted.slice(0, -1))) {
        return { app, prefix: mounted.slice(0, -2) }
      }
    } else if (pathFits(path, mounted)) return { app, prefix: mounted }
  }
  return null
}

function byVersion(mounts: readonly MountedApp[], hosts: readonly string[], version: string | null): Match | null {
  return version === null ? null : match(mounts, hosts, `/v${version}`)
}

function typeOfSuffix(path: string): string | null {
  const dot = path.lastIndexOf('.')
  const type = `application/${path.slice(dot + 1)}`
  return dot !== -1 && supported.includes(type) ? type : null
}

/** A feed is offered where the versions or an API's root are listed. */
function acceptable(path: string, prefix: string | null): string[] {
  return path === '/' || (prefix !== null && path === `${prefix}/`) ? [...supported, 'application/atom+xml'] : supported
}

function contentTypeVersion(req: HttpRequest): string | null {
  const header = req.header('content-type')
  return header === undefined ? null : (parameters(header).get('version') ?? null)
}

/** The best of what is offered, by q; on a tie the mask with fewer stars wins, then the earlier one. */
function bestAccept(accept: string, offered: readonly string[]): { type: string | null; version: string | null } {
  let best = { quality: -1, stars: 2, type: null as string | null, version: null as string | null }
  if (accept === '') return best
  const masks = accept
    .split(',')
    .map((item) => ({ mask: item.split(';', 1)[0]?.trim() ?? '', params: parameters(item) }))
  for (const type of offered) {
    for (const { mask, params } of masks) {
      const quality = Number(params.get('q') ?? 1)
      const stars = mask.split('*').length - 1
      const isBetter = quality > best.quality || (quality === best.quality && stars < best.stars)
      if (isBetter && maskFits(mask, type)) best = { quality, stars, type, version: params.get('version') ?? null }
    }
  }
  return best
}

function maskFits(mask: string, type: string): boolean {
  if (!mask.includes('*')) return mask === type
  const [major, minor] = mask.split('/')
  return mask === '*/*' || (minor === '*' && type.startsWith(`${major}/`))
}

function parameters(header: string): Map<string, string> {
  const pairs = header
    .split(';')
    .slice(1)
    .map((part) => part.split('=', 2))
  return new Map(
    pairs.map(([name = '', value = '']) => [name.trim().toLowerCase(), value.trim().replaceAll(/^"|"$/gu, '')]),
  )
}
