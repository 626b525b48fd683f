// Writes requests and responses to the log while somebody looks for a fault: heads, and the beginning of
// response bodies. Runs in workers. What is secret by its name is masked in headers, JSON and forms; the
// body of the request is left to the app, which may want it as a stream.
import { group, int, type ValuesOf } from '../config/index.ts'
import type { Filter, FilterFactory, HttpRequest, HttpResponse } from '../http/index.ts'
import { isSecretName, type Logger, redactQuery } from '../log/index.ts'
import { withResponse } from './answer.ts'
import { type BodyWatcher, tapBody } from './tap-body.ts'

export const debugGroup = group('debug', {
  max_body_size: int({ default: 4096, min: 0, help: 'Bytes of each response body that are written to the log.' }),
})

export type DebugSettings = ValuesOf<typeof debugGroup>

/** Writes at level INFO: to stand in a pipeline is to be switched on. */
export function debug({ max_body_size: most }: DebugSettings, log: Pick<Logger, 'info'>): Filter {
  return (app) => (req) => {
    const query = req.queryString === '' ? '' : `?${redactQuery(req.queryString)}`
    const line = `${req.method} ${req.scriptName}${req.pathInfo}${query}`
    const { scheme, host, remoteAddress } = req
    log.info({ scheme, host, remote_address: remoteAddress, headers: maskHeaders(req.headers) }, `> ${line}`)
    return withResponse(app, req, (response) => shown(response, req, line, most, log))
  }
}

function shown(
  response: HttpResponse,
  req: HttpRequest,
  line: string,
  most: number,
  log: Pick<Logger, 'info'>,
): HttpResponse {
  log.info({ status: response.status, headers: maskHeaders(response.headers) }, `< ${line}: ${response.status}`)
  if (response.body === null || req.method === 'HEAD') return response
  const { headers } = response
  const write = (text: string, size: number) =>
    log.info({ body: text, size }, `< ${line}: ${size} bytes${text === '' ? '' : `: ${text}`}`)
  const isReadable = isText(headers['content-type']) && headers['content-encoding'] === undefined
  response.body = tapBody(response.body, new Excerpt(isReadable ? most : 0, write))
  return response
}

/** Keeps the first bytes of a body, and counts all. */
class Excerpt implements BodyWatcher {
  readonly #most: number
  readonly #write: (text: string, size: number) => void
  readonly #pieces: Buffer[] = []
  #kept = 0
  #size = 0

  constructor(most: number, write: (text: string, size: number) => void) {
    this.#most = most
    this.#write = write
  }

  piece(piece: string | Uint8Array): void {
    const bytes = Buffer.from(piece as Uint8Array)
    this.#size += bytes.length
    const room = this.#most - this.#kept
    if (room <= 0) return
    const kept = bytes.subarray(0, room)
    this.#kept += kept.length
    this.#pieces.push(kept)
  }

  end(): void {
    const text = maskText(Buffer.concat(this.#pieces).toString())
    this.#write(this.#size > this.#kept && this.#kept > 0 ? `${text}…` : text, this.#size)
  }
}

function isText(type: unknown): boolean {
  return typeof type === 'string' && /^text\/|[/+](?:json|xml|javascript|x-www-form-urlencoded|x-ndjson)\b/iu.test(type)
}

function maskHeaders(headers: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, isSecretName(name) ? '****' : value]))
}

/** Members of JSON whose names are secret, also of JSON that was cut off, and fields of a form. */
function maskText(text: string): string {
  const json = text.replaceAll(
    /"((?:[^"\\]|\\.)*)"(\s*:\s*)(?:"(?:[^"\\]|\\.)*"?|[^\s"{[,}\]]+)/gu,
    (member, name: string, colon: string) => (isSecretName(name) ? `"${name}"${colon}"****"` : member),
  )
  return /^[\w.%+-]+=/u.test(json) ? redactQuery(json) : json
}

/** `paste.filter_factory` */
export const filterFactory = Object.assign(
  ((_globalConf, settings, { log }) => debug(settings, log)) satisfies FilterFactory<DebugSettings>,
  { options: debugGroup },
)
