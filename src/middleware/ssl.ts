// The scheme of the request from one header of a proxy that ends TLS: oslo.middleware's ssl filter, which
// was given up for http_proxy_to_wsgi. For files that still name it. Runs in workers. Unlike the original
// it believes trusted proxies only, and no scheme but http and https.
import type { Filter, FilterFactory } from '../http/index.ts'
import type { Logger } from '../log/index.ts'
import { secureProxyGroup, type SecureProxySettings } from './options.ts'
import { parseRanges, type RangeTest } from './source-ranges.ts'

export function secureProxy(headerName: string, isTrusted: RangeTest): Filter {
  return (app) => (req) => {
    const scheme = req.header(headerName)?.trim().toLowerCase()
    if ((scheme === 'https' || scheme === 'http') && isTrusted(req.remoteAddress)) req.scheme = scheme
    return app(req)
  }
}

function warnOfAge(log: Pick<Logger, 'warn'>): void {
  log.warn('the filter ssl is deprecated: http_proxy_to_wsgi does the same, and knows host, address and prefix besides')
}

/** `paste.filter_factory` */
export const filterFactory = Object.assign(
  ((_globalConf, settings, { log, where }) => {
    warnOfAge(log)
    const isTrusted = parseRanges(settings.trusted_proxies, 'trusted_proxies', where)
    return secureProxy(settings.secure_proxy_ssl_header, isTrusted)
  }) satisfies FilterFactory<SecureProxySettings>,
  { options: secureProxyGroup },
)
