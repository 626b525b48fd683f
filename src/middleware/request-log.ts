// One log line for every request, with the fields of nova's request log. Runs in workers. Costs nothing
// but the question whether anybody listens when level INFO is off.
import {
  type Filter,
  type FilterFactory,
  HttpError,
  type HttpRequest,
  type HttpResponse,
  isClientGone,
} from '../http/index.ts'
import { redactQuery, type Logger } from '../log/index.ts'
import { isPromise } from './answer.ts'

type Log = Pick<Logger, 'info' | 'isLevelEnabled'>

/** What is known of a request before the apps inside move its path about. */
interface Begun {
  readonly remoteAddress: string
  readonly method: string
  readonly uri: string
  readonly since: number
}

/** Logs when the app has answered; the time is the app's, without the sending of the body. */
export function requestLog(log: Log): Filter {
  return (app) => (req) => {
    if (!log.isLevelEnabled('info')) return app(req)
    const begun = begin(req)
    const logged = (response: HttpResponse): HttpResponse => {
      write(log, begun, response.status, lengthOf(response), microversionOf(response))
      return response
    }
    const failed = (error: unknown): never => {
      write(log, begun, statusOf(error), 0, '-')
      throw error
    }
    try {
      const answer = app(req)
      if (isPromise(answer)) return answer.then(logged, failed)
      return logged(answer)
    } catch (error) {
      return failed(error)
    }
  }
}

function begin(req: HttpRequest): Begun {
  const query = req.queryString === '' ? '' : `?${redactQuery(req.queryString)}`
  return {
    remoteAddress: req.remoteAddress ?? '-',
    method: req.method,
    uri: `${req.scriptName}${req.pathInfo}${query}`,
    since: performance.now(),
  }
}

function write(log: Log, begun: Begun, status: number, length: number | null, microversion: string): void {
  const { remoteAddress, method, uri } = begun
  const seconds = Math.round((performance.now() - begun.since) * 1000) / 1_000_000
  log.info(
    { remote_address: remoteAddress, method, uri, status, length, microversion, seconds },
    `${remoteAddress} "${method} ${uri}" status: ${status} len: ${length ?? '-'} microversion: ${microversion} time: ${seconds.toFixed(6)}`,
  )
}

/** Null for a stream that does not say. */
function lengthOf({ body, headers }: HttpResponse): number | null {
  if (typeof body === 'string') return Buffer.byteLength(body)
  if (body instanceof Uint8Array) return body.byteLength
  const said = headers['content-length']
  if (said !== undefined) return Number(said)
  return body === null ? 0 : null
}

/** `compute 2.95`, of the header that microversioned APIs answer with. */
function microversionOf({ headers }: HttpResponse): string {
  const version = headers['openstack-api-version']
  return version === undefined || version === '' ? '-' : String(version)
}

function statusOf(error: unknown): number {
  // 499 is nginx's word for a client that left.
  return isClientGone(error) ? 499 : (HttpError.from(error)?.status ?? 500)
}

/** `paste.filter_factory`; takes no settings. */
export const filterFactory: FilterFactory = (_globalConf, _settings, { log }) => requestLog(log)
