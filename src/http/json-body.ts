// JSON that a client sent: parsed so that it can do no harm to what comes after, refused with the place of the
// fault. Runs in workers. Pure. Compressed bodies are refused, as they may be a thousand times what was measured.
import type { IncomingHttpHeaders } from 'node:http'
import { jsonPositions } from '../lazy-packages.ts'
import { HttpError } from './responses.ts'

/** No document of an API is deeper; what walks one by recursion (a serialiser, a schema) would run out of stack. */
const maxDepth = 1000

// `__proto__`, also with any of its letters written as \u00XX.
const dangerous = /__proto__|\\u00(?:5f|6f|7[024])/i

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** As `parseJson`; also 400 for what is no UTF-8, 415 for another charset than that and for a coded body. */
export function parseJsonBytes(bytes: Uint8Array, headers: IncomingHttpHeaders): unknown {
  refuseCoding(headers)
  return parseJson(utf8Text(bytes))
}

function utf8Text(bytes: Uint8Array): string {
  try {
    // A byte order mark is dropped.
    return utf8.decode(bytes)
  } catch (cause) {
    throw new HttpError(400, 'Malformed request body: it is not UTF-8.', { cause })
  }
}

const isUtf8 = /^(?:utf-?8|us-ascii)$/iu

function refuseCoding({ 'content-encoding': coding, 'content-type': type }: IncomingHttpHeaders): void {
  if (coding !== undefined && !/^\s*(?:identity\s*)?$/iu.test(coding)) {
    // RFC 9110 §12.5.3: so the client learns that the coding is the reason.
    const headers = { 'accept-encoding': 'identity' }
    throw new HttpError(415, `The content coding "${coding}" is not supported here: send the body as it is.`, {
      headers,
    })
  }
  const charset = type === undefined ? undefined : /;\s*charset\s*=\s*"?([^\s;"]*)/iu.exec(type)?.[1]
  // RFC 8259 §8.1: JSON is UTF-8 alone.
  if (charset !== undefined && !isUtf8.test(charset)) {
    throw new HttpError(415, `The charset "${charset}" is not supported here: send JSON in UTF-8.`)
  }
}

/** Raises an HttpError 400 for what is no JSON, too deep, or has a key named `__proto__`, at any depth. */
function parseJson(text: string): unknown {
  // A document that deep has at least as many characters.
  if (text.length >= 2 * maxDepth && isDeeper(text, maxDepth)) {
    throw new HttpError(400, `Malformed request body: JSON nested deeper than ${maxDepth} levels.`)
  }
  try {
    if (!dangerous.test(text)) return JSON.parse(text)
    return JSON.parse(text, refusePrototypes)
  } catch (cause) {
    if (cause instanceof HttpError) throw cause
    const { line, column } = placeOf(faultIn(text, cause), text)
    const message = `Malformed request body: cannot understand JSON at line ${line}, column ${column}.`
    throw new HttpError(400, message, { cause })
  }
}

/** Copied key by key into another object, such a key changes that object's prototype: nobody sends it in good faith. */
function refusePrototypes(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new HttpError(400, 'Malformed request body: "__proto__" is not allowed as a key.')
  return value
}

const [quote, backslash, openBracket, closeBracket, openBrace, closeBrace] = [34, 92, 91, 93, 123, 125]

function isDeeper(text: string, limit: number): boolean {
  let depth = 0
  let isString = false
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (isString) {
      if (code === backslash) index += 1
      else if (code === quote) isString = false
    } else if (code === quote) isString = true
    else if (code === openBracket || code === openBrace) {
      depth += 1
      if (depth > limit) return true
    } else if (code === closeBracket || code === closeBrace) depth -= 1
  }
  return false
}

/** V8 tells the offset of most faults, but not of a token that it did not expect. */
function faultIn(text: string, error: unknown): number {
  const told = error instanceof Error ? /at position (\d+)/.exec(error.message) : null
  if (told !== null) return Number(told[1])
  const faults: { offset: number }[] = []
  jsonPositions().parse(text, faults as never[], { disallowComments: true })
  return faults[0]?.offset ?? text.length
}

function placeOf(offset: number, text: string): { line: number; column: number } {
  const before = text.slice(0, offset)
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') }
}
