// Takes a header off a request for those further in, frameworks behind a bridge included.
import type { IncomingMessage } from 'node:http'

/** @param name in lower case */
export function removeHeader(message: IncomingMessage, name: string): void {
  if (message.headers[name] === undefined) return
  delete message.headers[name]
  delete message.headersDistinct[name]
  const raw = message.rawHeaders
  for (let at = raw.length - 2; at >= 0; at -= 2) if (raw[at]?.toLowerCase() === name) raw.splice(at, 2)
}
