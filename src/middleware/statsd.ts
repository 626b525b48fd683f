// Sends the time of every request to a statsd, under a name made of the application, the method and the
// path: shop.GET.v20.servers. Runs in workers. Ids in the path can be left out, or each of them would be a
// statistic of its own; what the protocol has a meaning for is taken out of names.
import { bool, group, str, type ValuesOf } from '../config/index.ts'
import { SlipwayError, type Where } from '../errors.ts'
import type { Filter, FilterFactory, HttpRequest } from '../http/index.ts'
import { isPromise } from './answer.ts'
import { statsSocket } from './stats-socket.ts'

export const statsdGroup = group('statsd', {
  name: str({ help: 'What the names of the statistics begin with: the application. Needed.' }),
  stats_host: str({ help: 'Where statsd listens: host or host:port, 8125 unless said. Needed.' }),
  remove_uuid: bool({ default: false, help: 'Leave ids of the form 8-4-4-4-12 out of the names.' }),
  remove_short_uuid: bool({ default: false, help: 'Leave ids of 32 hexadecimal digits out of the names.' }),
})

export type StatsdSettings = ValuesOf<typeof statsdGroup>

/** @param send takes one datagram */
export function statsd(settings: StatsdSettings, send: (text: string) => void): Filter {
  return (app) => (req) => {
    const name = statName(req, settings)
    const since = performance.now()
    const told = () => send(`${name}:${(performance.now() - since).toFixed(6)}|ms`)
    let isLater = false
    try {
      const answer = app(req)
      isLater = isPromise(answer)
      return isPromise(answer) ? answer.finally(told) : answer
    } finally {
      if (!isLater) told()
    }
  }
}

const uuid = /\.[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}(?=\.|$)/giu
const shortUuid = /\.[\da-f]{32}(?=\.|$)/giu

/** A datagram goes through any network in one piece up to 512 bytes. */
const longest = 400

/** @returns for GET /v2.0/servers `shop.GET.v20.servers`: dots in names part folders */
export function statName(
  { method, scriptName, pathInfo }: Pick<HttpRequest, 'method' | 'scriptName' | 'pathInfo'>,
  settings: Omit<StatsdSettings, 'stats_host'>,
): string {
  const path = `${scriptName}${pathInfo}`.replace(/^\/(v\d)\.(\d)/u, '/$1$2').replace(/^\/+/u, '')
  let name = `${settings.name}.${method}${path === '' ? '' : `.${path.replaceAll('/', '.')}`}`
  if (settings.remove_short_uuid) name = name.replace(shortUuid, '')
  if (settings.remove_uuid) name = name.replace(uuid, '')
  return name.replaceAll(/[^\w.~%-]/gu, '_').slice(0, longest)
}

function addressOf(text: string): { host: string; port: number } {
  const [, bracketed, plain, port] = /^(?:\[(.*)\]|([^:]*))(?::(\d+))?$/u.exec(text) ?? []
  return { host: bracketed ?? plain ?? text, port: Number(port ?? 8125) }
}

function missing(name: string, where: Where | null): SlipwayError {
  return new SlipwayError('SLIPWAY_CONFIG_REQUIRED', `the filter statsd has no "${name}"`, {
    where,
    hint: `write "${name} = …" in its section`,
    original: `${name} must be specified`,
  })
}

/** `paste.filter_factory`. Its socket is shared by all filters of the worker that send to the same place. */
export const filterFactory = Object.assign(
  ((_globalConf, settings, context) => {
    const { where, log } = context
    const { name, stats_host: text } = settings
    if (name === null || name === '') throw missing('name', where)
    if (text === null || text === '') throw missing('stats_host', where)
    const { host, port } = addressOf(text)
    const socket = statsSocket(host, port, log)
    context.onClose(() => socket.release())
    return statsd(settings, (line) => socket.send(line))
  }) satisfies FilterFactory<StatsdSettings>,
  { options: statsdGroup },
)
