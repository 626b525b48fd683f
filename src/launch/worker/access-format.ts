// What a line of the access log may hold, in the words of oslo.service's wsgi_log_format and, for headers, of
// gunicorn: `%({user-agent}i)s` of the request, `o` of the answer. Pure.
import type { HttpRequest, HttpResponse } from '../../http/index.ts'
import { isSecretName, redactUrl } from '../../log/index.ts'
import { strftime } from '../../log/strftime.ts'

/** One answered request. */
export interface Access {
  readonly req: HttpRequest
  readonly response: HttpResponse
  readonly ms: number
  readonly bytes: number
  readonly peer: string | undefined
}

/** The value of a field, so that no client can break out of it: no line break, no quote that it has written itself. */
export function accessField(access: Access, name: string): string | number {
  const { req, response, ms, bytes } = access
  switch (name) {
    case 'client_ip':
      return shown(clientOf(access))
    case 'date_time':
      return dateTime()
    case 'request_line':
      return shown(requestLine(req))
    case 'status_code':
      return response.status
    case 'body_length':
      return bytes
    case 'wall_seconds':
      return ms / 1000
    case 'request_id':
      return shown(req.environ.requestId)
    default:
      return shown(headerOf(access, name))
  }
}

/** As filters that trust their proxy have it, else who was connected. */
export function clientOf({ req, peer }: Access): string | undefined {
  return req.remoteAddress ?? peer
}

/** As the client wrote it, whatever filters have made of it; values of secret parameters are masked. */
export function urlOf(req: HttpRequest): string {
  return redactUrl(req.node.message.url ?? '')
}

function requestLine(req: HttpRequest): string {
  const { method = '', httpVersion } = req.node.message
  return `${method} ${urlOf(req)} HTTP/${httpVersion}`
}

/** `{user-agent}i` */
function headerOf({ req, response }: Access, field: string): string | undefined {
  const name = field.slice(1, -2).toLowerCase()
  const value = field.endsWith('i') ? req.header(name) : valueOf(response, name)
  return value !== undefined && isSecretName(name) ? '****' : value
}

function valueOf({ headers }: HttpResponse, name: string): string | undefined {
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined
  return value === undefined || typeof value !== 'object' ? value?.toString() : value.join(', ')
}

/** Whatever is not printable ASCII, the quote and the backslash; by units of UTF-16. */
const unsafe = /[^ !#-[\]-~]/g

/** As httpd and nginx escape; `-` for what is not there. */
function shown(value: string | undefined): string {
  if (value === undefined || value === '') return '-'
  return value.replace(unsafe, (character) => {
    const code = character.charCodeAt(0)
    return code > 0xff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\x${code.toString(16).padStart(2, '0')}`
  })
}

let second = 0
let text = ''

/** In local time, `22/Nov/2026 10:08:42`, made once a second. */
function dateTime(): string {
  const now = Date.now()
  if (now - second >= 1000 || now < second) {
    second = now - (now % 1000)
    text = strftime('%d/%b/%Y %H:%M:%S', new Date(second))
  }
  return text
}
