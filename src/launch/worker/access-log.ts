// A line for each answered request, in the form that the options ask for. Runs in the workers; without the option
// nobody makes one, and the edge has nothing to call.
import type { Config } from '../../config/index.ts'
import type { Sent } from '../../http/edge.ts'
import type { HttpRequest, HttpResponse } from '../../http/index.ts'
import { childLogger, createLogger, type Logger } from '../../log/index.ts'
import { openLogFile } from '../../log/log-file.ts'
import { parsePercentFormat } from '../../log/percent-format.ts'
import { type Access, accessField, clientOf, urlOf } from './access-format.ts'
import { launchGroup } from '../options.ts'

/** As the edge calls it. */
export type AccessLog = (req: HttpRequest, response: HttpResponse, ms: number, sent: Sent) => void

const datePrefix = '[%(date_time)s] '

/**
 * Null when none is wanted.
 * @throws SlipwayError SLIPWAY_LOG_FILE
 */
export async function openAccessLog(config: Config, log: Logger): Promise<AccessLog | null> {
  const { access_log: form, access_log_file: path, wsgi_log_format: format } = config.get(launchGroup)
  switch (form) {
    case 'text':
      return path === null ? textTo(format, intoLog(log)) : textTo(dated(format), intoFile(path))
    case 'json':
      return jsonTo(path === null ? childLogger(log, 'access') : await jsonFile(path, config))
    default:
      return null
  }
}

function intoLog(log: Logger): (line: string) => void {
  const access = childLogger(log, 'access')
  return (line) => access.info(line)
}

function intoFile(path: string): (line: string) => void {
  const file = openLogFile(path)
  return (line) => file.write(`${line}\n`)
}

/** The log of a service has the time of its lines by itself. */
function dated(format: string): string {
  return format.includes('%(date_time)') ? format : `${datePrefix}${format}`
}

function textTo(format: string, write: (line: string) => void): AccessLog {
  const render = parsePercentFormat(format)
  return (req, response, ms, { bytes, peer }) => {
    const access: Access = { req, response, ms, bytes, peer }
    write(render((name) => accessField(access, name)))
  }
}

/** A logger of its own: level, rate and form of the service's log do not hold for it, its serializers do. */
async function jsonFile(path: string, { prog: name }: Config): Promise<Logger> {
  const file = openLogFile(path)
  return createLogger({ use_json: true }, { name, stream: { write: (line: string) => file.write(line) } })
}

/** The fields that pino-http has made usual, so that what reads its lines reads these. */
function jsonTo(log: Logger): AccessLog {
  return (req, response, ms, { bytes, peer }) => {
    const { method, headers, httpVersion, socket } = req.node.message
    const access: Access = { req, response, ms, bytes, peer }
    const { requestId } = req.environ
    const told = {
      method,
      url: urlOf(req),
      headers: { host: headers.host, 'user-agent': headers['user-agent'], referer: headers.referer },
      socket: { remoteAddress: clientOf(access), remotePort: socket.remotePort },
    }
    log.info(
      {
        ...(requestId === undefined ? {} : { request_id: requestId }),
        req: told,
        res: { statusCode: response.status, contentLength: bytes, httpVersion },
        responseTime: Math.round(ms * 1000) / 1000,
      },
      `${method} ${told.url} ${response.status}`,
    )
  }
}
