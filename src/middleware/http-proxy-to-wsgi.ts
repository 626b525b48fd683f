// Lets the proxies in front of the service speak for the client: scheme, host, address and prefix of the
// request become what the client used. Only trusted peers are believed. Runs in workers.
import type { Filter, FilterFactory, HttpRequest } from '../http/index.ts'
import type { Logger } from '../log/index.ts'
import {
  entryAt,
  isHost,
  nodeAddress,
  parseForwarded,
  parseList,
  parsePrefix,
  trustedHops,
  unknownNode,
} from './forwarded.ts'
import { osloMiddlewareGroup, type OsloMiddlewareSettings } from './options.ts'
import { parseRanges, type RangeTest } from './source-ranges.ts'

/** What the proxies say; a field that they do not say is undefined. */
interface Told {
  readonly address: string | undefined
  readonly scheme: string | undefined
  readonly host: string | undefined
  readonly hops: number
}

/**
 * `Forwarded` is taken before `X-Forwarded-*`, as oslo.middleware does. Of a list that entry counts which
 * the outermost trusted proxy wrote: with every hop trusted the first, and never one that the client made up.
 */
export function httpProxyToWsgi(isTrusted: RangeTest, log: Pick<Logger, 'warn'>): Filter {
  let hasWarned = false
  const distrust = (peer: string | undefined): void => {
    if (hasWarned) return
    hasWarned = true
    log.warn(
      { remote_address: peer },
      `forwarding headers from ${peer ?? 'a unix socket'} are not believed: it is not in trusted_proxies (told once)`,
    )
  }
  return (app) => (req) => {
    if (isForwarded(req)) {
      if (isTrusted(req.remoteAddress)) translate(req, isTrusted)
      else distrust(req.remoteAddress)
    }
    return app(req)
  }
}

function isForwarded({ headers }: HttpRequest): boolean {
  return (
    headers.forwarded !== undefined ||
    headers['x-forwarded-for'] !== undefined ||
    headers['x-forwarded-proto'] !== undefined ||
    headers['x-forwarded-host'] !== undefined ||
    headers['x-forwarded-prefix'] !== undefined
  )
}

function translate(req: HttpRequest, isTrusted: RangeTest): void {
  const forwarded = req.header('forwarded')
  const told = forwarded === undefined ? fromLists(req, isTrusted) : fromForwarded(forwarded, isTrusted)
  const scheme = told.scheme?.toLowerCase()
  if (scheme === 'http' || scheme === 'https') req.scheme = scheme
  if (told.host !== undefined && isHost(told.host)) req.host = told.host
  if (told.address !== undefined) req.remoteAddress = told.address
  const given = req.header('x-forwarded-prefix')
  const prefix = given === undefined ? null : parsePrefix(entryAt(parseList(given), told.hops) ?? '')
  if (prefix !== null) req.scriptName = prefix + req.scriptName
}

function fromForwarded(text: string, isTrusted: RangeTest): Told {
  const elements = parseForwarded(text)
  // Of a header that cannot be read the proxy's own address must not be what is left: it may be allowed more.
  if (elements === null) return { address: unknownNode, scheme: undefined, host: undefined, hops: 1 }
  const nodes = elements.map((element) => nodeAddress(element.get('for') ?? unknownNode))
  const hops = trustedHops(nodes, isTrusted)
  const element = elements[elements.length - hops]
  return {
    address: nodes[nodes.length - hops],
    scheme: element?.get('proto'),
    host: element?.get('host'),
    hops,
  }
}

function fromLists(req: HttpRequest, isTrusted: RangeTest): Told {
  const list = (name: string): readonly string[] => parseList(req.header(name) ?? '')
  const nodes = list('x-forwarded-for').map(nodeAddress)
  const hops = trustedHops(nodes, isTrusted)
  return {
    address: nodes[nodes.length - hops],
    scheme: entryAt(list('x-forwarded-proto'), hops),
    host: entryAt(list('x-forwarded-host'), hops),
    hops,
  }
}

/** `paste.filter_factory`. Switched off, as it is by default, it is not there at all. */
export const filterFactory = Object.assign(
  ((_globalConf, settings, { log, where }) =>
    settings.enable_proxy_headers_parsing
      ? httpProxyToWsgi(parseRanges(settings.trusted_proxies, 'trusted_proxies', where), log)
      : (app) => app) satisfies FilterFactory<OsloMiddlewareSettings>,
  { options: osloMiddlewareGroup },
)
