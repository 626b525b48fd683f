// Puts the path that a proxy serves us under into the script name, so that links come out right: the
// `egg:PasteDeploy#prefix` of deployment files. Runs in workers.
import type { Filter, FilterFactory, HttpRequest } from '../http/index.ts'
import { entryAt, isHost, nodeAddress, parseList, trustedHops } from './forwarded.ts'
import { parseRanges, type RangeTest } from './source-ranges.ts'
import { prefixGroup, type PrefixSettings } from './options.ts'

/** In the order of PasteDeploy: path, forwarding headers, port, scheme. */
export function prefix(settings: Omit<PrefixSettings, 'trusted_proxies'>, isTrusted: RangeTest): Filter {
  const { translate_forwarded_server: translates, force_port: port, scheme } = settings
  const mount = settings.prefix.replace(/\/+$/u, '')
  return (app) => (req) => {
    // A proxy may pass the prefix on or cut it off: both arrive here. `/shopping` is not below `/shop`.
    const { pathInfo } = req
    if (pathInfo === mount || pathInfo.startsWith(`${mount}/`)) req.pathInfo = pathInfo.slice(mount.length)
    if (req.pathInfo === '') req.pathInfo = '/'
    req.scriptName = mount
    if (translates && isTrusted(req.remoteAddress)) translate(req, isTrusted)
    if (port !== null) req.host = withPort(req.host, port)
    if (scheme !== null) req.scheme = scheme
    return app(req)
  }
}

function translate(req: HttpRequest, isTrusted: RangeTest): void {
  const list = (name: string): readonly string[] => parseList(req.header(name) ?? '')
  const nodes = list('x-forwarded-for').map(nodeAddress)
  const hops = trustedHops(nodes, isTrusted)
  const first = (...names: string[]): string | undefined =>
    names.map((name) => entryAt(list(name), hops)).find((entry) => entry !== undefined)
  const host = first('x-forwarded-host', 'x-forwarded-server')
  const scheme = first('x-forwarded-scheme', 'x-forwarded-proto')?.toLowerCase()
  const address = nodes[nodes.length - hops]
  if (host !== undefined && isHost(host)) req.host = host
  if (scheme === 'http' || scheme === 'https') req.scheme = scheme
  if (address !== undefined) req.remoteAddress = address
}

function withPort(host: string | undefined, port: string): string {
  const name = (host ?? 'localhost').replace(/:\d+$/u, '')
  return port === '' ? name : `${name}:${port}`
}

/** `paste.filter_factory` */
export const filterFactory = Object.assign(
  ((_globalConf, settings, { where }) =>
    prefix(
      settings,
      parseRanges(settings.trusted_proxies, 'trusted_proxies', where),
    )) satisfies FilterFactory<PrefixSettings>,
  { options: prefixGroup },
)
