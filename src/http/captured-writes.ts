// What a listener may hand to writeHead, write and end of a captured response, read as node reads it. Pure but for
// the response whose headers are set; the errors have node's codes.
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'

export type Chunk = string | Uint8Array
export type Done = (error?: Error | null) => void
export type Encoding = BufferEncoding | null | undefined
export type GivenHeaders =
  | OutgoingHttpHeaders
  | readonly unknown[] /** As writeHead takes them: an object, `[name, value, name, value]` or `[[name, value]]`; a name may come twice in a list. */
export function setHeaders(response: ServerResponse, given: GivenHeaders | undefined): void {
  if (given === undefined || given === null) return
  if (!isList(given)) {
    for (const [name, value] of Object.entries(given)) response.setHeader(name, value as string)
    return
  }
  const flat = given.flat(Array.isArray(given[0]) ? 1 : 0) as string[]
  if (flat.length % 2 !== 0) {
    throw Object.assign(new TypeError('a list of headers must have an even length'), { code: 'ERR_INVALID_ARG_VALUE' })
  }
  const seen = new Set<string>()
  for (let n = 0; n < flat.length; n += 2) {
    const [name = '', value = ''] = flat.slice(n, n + 2)
    if (seen.has(name.toLowerCase())) response.appendHeader(name, value)
    else response.setHeader(name, value)
    seen.add(name.toLowerCase())
  }
}

function isList(given: GivenHeaders): given is readonly unknown[] {
  return Array.isArray(given)
}

export function checkChunk(chunk: unknown): void {
  if (typeof chunk === 'string' || chunk instanceof Uint8Array) return
  const message = 'the chunk of a response must be a string or bytes'
  throw Object.assign(new TypeError(message), { code: 'ERR_INVALID_ARG_TYPE' })
}

/** A string in UTF-8 stays one: filters outside may want to read it. */
export function bytesOf(chunk: Chunk, encoding: Encoding): Chunk {
  if (typeof chunk !== 'string' || !encoding || /^utf-?8$/i.test(encoding)) return chunk
  return Buffer.from(chunk, encoding)
}
