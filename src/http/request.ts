// The request as apps see it: a thin, lazy wrapper over node's message. Nothing is parsed, decoded
// or allocated before it is asked for.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Environ } from './contract.ts'

export class HttpRequest {
  readonly method: string
  /** What is mounted so far, raw (never percent-decoded); without a trailing slash. */
  scriptName = ''
  /** The rest of the path, raw; '' or with a leading slash. */
  pathInfo: string
  /** Without the question mark; '' when there is none. */
  readonly queryString: string
  readonly environ: Environ = {}
  /** node's own objects, for bridges. `response` is null in a request that has no socket (inject). */
  readonly node: { readonly message: IncomingMessage; readonly response: ServerResponse | null }

  constructor(message: IncomingMessage, response: ServerResponse | null) {
    const target = message.url ?? '/'
    const mark = target.indexOf('?')
    this.method = message.method ?? 'GET'
    this.pathInfo = mark === -1 ? target : target.slice(0, mark)
    this.queryString = mark === -1 ? '' : target.slice(mark + 1)
    this.node = { message, response }
  }
}
