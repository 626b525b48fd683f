// Takes headers off a request for those further in, frameworks behind a bridge included.
import type { IncomingMessage } from 'node:http'

/** @param name in lower case */
export function removeHeader(message: IncomingMessage, name: string): void {
  if (message.headers[name] !== undefined) removeHeaders(message, (one) => one === name)
}

/** @param isUnwanted judges a name in lower case */
export function removeHeaders(message: IncomingMessage, isUnwanted: (name: string) => boolean): void {
  // Node makes headersDistinct of as many rawHeaders as came, so it is asked for before they get fewer. HTTP/2 has none.
  const { headers, headersDistinct, rawHeaders } = message
  for (const name in headers) if (isUnwanted(name)) delete headers[name]
  for (const name in headersDistinct) if (isUnwanted(name)) delete headersDistinct[name]
  const kept: string[] = []
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2)
    if (!isUnwanted(name.toLowerCase())) kept.push(name, value)
  }
  rawHeaders.splice(0, rawHeaders.length, ...kept)
}
