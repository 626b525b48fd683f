// The object that a (req, res) listener writes to when its answer is captured: a ServerResponse without a connection
// of its own. Its methods are properties of the instance, since Express replaces the prototype of every
// response it sees, and shared by all instances, since a response should cost no closures.
import type { Chunk, Done, Encoding, GivenHeaders } from './captured-writes.ts'
import { type IncomingMessage, ServerResponse } from './node-http.ts'

/** Where the calls go. */
export interface CaptureTarget {
  /** The response of the connection; null without one. */
  readonly real: ServerResponse | null
  writeHead(status: number, reason?: string | GivenHeaders, given?: GivenHeaders): ServerResponse
  write(chunk: Chunk, encoding?: Encoding, callback?: Done): boolean
  end(chunk?: Chunk | null, encoding?: Encoding, callback?: Done): ServerResponse
  open(): unknown
  destroy(error?: Error): ServerResponse
}

const captureOf = Symbol('capture')

/** The parts of node's response that its types do not name or call read-only, and ours. */
export interface Captured {
  [captureOf]: CaptureTarget
  socket: unknown
  _header: string | null
  _hasBody: boolean
  _closed: boolean
  _implicitHeader(): void
}

type OwnMethod =
  | 'writeHead'
  | 'write'
  | 'end'
  | 'flushHeaders'
  | 'destroy'
  | 'writeContinue'
  | 'writeProcessing'
  | 'writeEarlyHints'
  | 'cork'
  | 'uncork'

/** What each captured response carries itself; shared, so that a response costs no closures. */
const own: Readonly<Record<OwnMethod, unknown>> = {
  writeHead(this: Captured, status: number, reason?: string | GivenHeaders, given?: GivenHeaders): ServerResponse {
    return this[captureOf].writeHead(status, reason, given)
  },
  write(this: Captured, chunk: Chunk, encoding?: Encoding | Done, callback?: Done): boolean {
    if (typeof encoding === 'function') return this[captureOf].write(chunk, null, encoding)
    return this[captureOf].write(chunk, encoding, callback)
  },
  end(this: Captured, chunk?: Chunk | Done | null, encoding?: Encoding | Done, callback?: Done): ServerResponse {
    if (typeof chunk === 'function') return this[captureOf].end(null, null, chunk)
    if (typeof encoding === 'function') return this[captureOf].end(chunk, null, encoding)
    return this[captureOf].end(chunk, encoding, callback)
  },
  flushHeaders(this: Captured): void {
    this[captureOf].open()
  },
  destroy(this: Captured, error?: Error): ServerResponse {
    return this[captureOf].destroy(error)
  },
  writeContinue(this: Captured): void {
    this[captureOf].real?.writeContinue()
  },
  writeProcessing(this: Captured): void {
    this[captureOf].real?.writeProcessing()
  },
  writeEarlyHints(this: Captured, hints: Record<string, string | string[]>, done?: () => void): void {
    this[captureOf].real?.writeEarlyHints(hints, done)
  },
  // The connection is not this response's to hold back.
  cork(): void {},
  uncork(): void {},
}

export function capturedResponse(message: IncomingMessage, target: CaptureTarget): ServerResponse & Captured {
  const response = new ServerResponse(message)
  const inner = response as unknown as Captured & Record<OwnMethod, unknown>
  inner[captureOf] = target
  // on-finished, and with it all that waits for the end of a response, also watches the connection.
  inner.socket = message.socket
  // One by one: Object.assign costs twice as much.
  inner.writeHead = own.writeHead
  inner.write = own.write
  inner.end = own.end
  inner.flushHeaders = own.flushHeaders
  inner.destroy = own.destroy
  inner.writeContinue = own.writeContinue
  inner.writeProcessing = own.writeProcessing
  inner.writeEarlyHints = own.writeEarlyHints
  inner.cork = own.cork
  inner.uncork = own.uncork
  return response as ServerResponse & Captured
}

/** Whether nobody has patched the response or listens to it. */
export function isUntouched(response: ServerResponse): boolean {
  const inner = response as unknown as Record<OwnMethod, unknown>
  const isOurs = inner.writeHead === own.writeHead && inner.write === own.write && inner.end === own.end
  return isOurs && response.eventNames().length === 0 && !Object.hasOwn(response, 'setHeader')
}
