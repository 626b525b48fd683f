// `egg:Paste#urlmap`: the request goes to the app mounted at the longest fitting path. Order and
// matching as Paste 3 does, with sane hosts (IPv6, capitals) and no list of mounts in a 404.
import type { CompositeFactory, Loader, GlobalConf, Settings } from '../http/factory.ts'
import { type App, type HttpRequest, text } from '../http/index.ts'
import { type Mount, parseMount } from './mount.ts'

export interface MountedApp extends Mount {
  readonly app: App
}

/** An app that tells what is mounted in it. */
export type UrlMap = App & { readonly mounts: readonly MountedApp[]; readonly notFoundApp: App | null }

export const urlmapFactory: CompositeFactory = async (loader, globalConf, settings) => {
  const { mounts, notFound } = await loadMounts(loader, globalConf, settings)
  return createUrlmap(mounts, notFound)
}

/** The apps in file order, the not-found app first; of equal mounts the last wins. */
export async function loadMounts(
  loader: Loader,
  globalConf: GlobalConf,
  settings: Settings,
): Promise<{ mounts: MountedApp[]; notFound: App | null }> {
  const notFoundName = settings.not_found_app ?? globalConf.not_found_app
  const notFound = typeof notFoundName === 'string' ? await loader.getApp(notFoundName, globalConf) : null
  const mounts = new Map<string, MountedApp>()
  for (const [key, name] of Object.entries(settings)) {
    if (key === 'not_found_app') continue
    const app = await loader.getApp(name, globalConf)
    const mount = parseMount(key)
    mounts.set(`${mount.domain ?? ''} ${mount.path}`, { ...mount, app })
  }
  return { mounts: [...mounts.values()], notFound }
}

export function createUrlmap(mounts: readonly MountedApp[], notFoundApp: App | null): UrlMap {
  const sorted = sortMounts(mounts)
  const fallback = notFoundApp ?? notFound
  const hasDomains = sorted.some(({ domain }) => domain !== null)
  const dispatch: App = (req) => {
    const path = collapseSlashes(req.pathInfo)
    const mount = hasDomains ? findMount(sorted, path, req) : findPath(sorted, path)
    if (mount === null) return fallback(req)
    moveInto(req, path, mount.path)
    return mount.app(req)
  }
  return Object.assign(dispatch, { mounts: sorted, notFoundApp })
}

/** Mounts with a domain first, by its name; then longer paths first; then by the alphabet. */
export function sortMounts(mounts: readonly MountedApp[]): MountedApp[] {
  const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
  return mounts.toSorted(
    (a, b) =>
      Number(a.domain === null) - Number(b.domain === null) ||
      compare(a.domain ?? '', b.domain ?? '') ||
      b.path.length - a.path.length ||
      compare(a.path, b.path),
  )
}

export function collapseSlashes(path: string): string {
  return path.includes('//') ? path.replaceAll(/\/\/+/gu, '/') : path
}

/** `/foo` fits itself and what continues with a slash; '' fits '' and every path that starts with one. */
export function pathFits(path: string, prefix: string): boolean {
  return path.startsWith(prefix) && (path.length === prefix.length || path.charCodeAt(prefix.length) === slash)
}

const slash = 47

function findPath(mounts: readonly MountedApp[], path: string): MountedApp | null {
  for (const mount of mounts) if (pathFits(path, mount.path)) return mount
  return null
}

function findMount(mounts: readonly MountedApp[], path: string, req: HttpRequest): MountedApp | null {
  const hosts = hostNames(req)
  for (const mount of mounts) {
    if ((mount.domain === null || hosts.includes(mount.domain)) && pathFits(path, mount.path)) return mount
  }
  return null
}

/** The names that a domain may be written as: without the port and with it. */
export function hostNames(req: HttpRequest): string[] {
  const host = (req.host ?? '').toLowerCase()
  const [, name = host, port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/u.exec(host) ?? []
  return [name, `${name}:${port ?? (req.scheme === 'https' ? '443' : '80')}`]
}

export function moveInto(req: HttpRequest, path: string, prefix: string): void {
  req.scriptName += prefix
  req.pathInfo = path.slice(prefix.length)
}

export function notFound(): ReturnType<App> {
  return text('The resource could not be found.', 404)
}
