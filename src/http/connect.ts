// Connect middleware as a filter: (req, res, next) around an app. The answer of the app passes through the
// response that the middleware has seen, and maybe patched, so that helmet, compression, morgan and
// their like act on it as they do under Express.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Capture } from './capture.ts'
import type { App, Filter, HttpResponse } from './contract.ts'
import { listenerMessage } from './message.ts'
import { Mount, runListener } from './node-bridge.ts'
import { checkHeaders, dispose, isResponse, isStream, isThenable } from './normalise.ts'
import { pump } from './pump.ts'
import type { HttpRequest } from './request.ts'
import { appendVary } from './responses.ts'

/** Calls `next()` to go on, `next(error)` to fail, or answers by itself. It may be async. */
export type ConnectMiddleware = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => unknown

/**
 * A Connect middleware as a filter. Headers that it sets before `next()` are on the answer unless the app set
 * them itself; a changed `req.url` is what the app sees; `next(error)` raises the error to the filters outside.
 */
export function fromConnect(middleware: ConnectMiddleware): Filter {
  return (app) => (req) => {
    const message = listenerMessage(req)
    const mount = new Mount(req, message)
    const capture = new Capture(req, message, mount)
    const passing: Passing = { isRunning: true, inner: null }
    let isNextCalled = false
    const next = (error?: unknown) => {
      // An error counts even after next(): that is how time-outs are told.
      if (error !== undefined && error !== null && error !== false) {
        if (!capture.isSettled) capture.fail(error)
        return
      }
      // Connect would run the app once more, into a response that is already written.
      if (isNextCalled || capture.isSettled) return
      isNextCalled = true
      mount.carryOver(req)
      capture.release()
      passing.inner = runApp(app, req, capture)
      if (!passing.isRunning) passOn(passing.inner, capture)
    }
    runListener(capture, () => middleware(message, capture.response, next))
    passing.isRunning = false
    // Only now: what follows next() in the middleware may still patch the response or listen to it.
    passOn(passing.inner, capture)
    return capture.answer
  }
}

interface Passing {
  /** Whether the middleware is still in its synchronous part. */
  isRunning: boolean
  inner: HttpResponse | PromiseLike<HttpResponse> | null
}

function runApp(app: App, req: HttpRequest, capture: Capture): HttpResponse | Promise<HttpResponse> | null {
  try {
    return app(req)
  } catch (error) {
    capture.fail(error)
    return null
  }
}

function passOn(inner: HttpResponse | PromiseLike<HttpResponse> | null, capture: Capture): void {
  if (isThenable(inner)) {
    inner.then(
      (answer) => pass(answer, capture),
      (error: unknown) => capture.fail(error),
    )
  } else if (inner !== null) {
    pass(inner, capture)
  }
}

/** Hands on the app's answer: as it is when nobody watches, else through the methods of the response. */
function pass(answer: HttpResponse, capture: Capture): void {
  if (capture.isSettled) {
    // The middleware answered after all, a time-out for instance.
    if (isResponse(answer) && isStream(answer.body)) dispose(answer.body)
    return
  }
  // What is no response the edge refuses, with the words for it.
  if (!isResponse(answer)) {
    capture.settle(answer)
    return
  }
  combineHeaders(answer, capture.response)
  if (capture.isUntouched) {
    capture.settle(answer)
    return
  }
  writeThrough(answer, capture).catch((error: unknown) => capture.fail(error))
}

/** The app's headers win; lists that both add to are joined. */
function combineHeaders(answer: HttpResponse, out: ServerResponse): void {
  const { headers } = answer
  for (const [name, value] of Object.entries(out.getHeaders())) {
    if (value === undefined) continue
    const present = headers[name]
    if (present === undefined) headers[name] = value
    else if (name === 'set-cookie') headers[name] = [value, present].flat().map(String)
    else if (name === 'vary') for (const one of String(value).split(',')) appendVary(answer, one.trim())
  }
}

async function writeThrough(answer: HttpResponse, capture: Capture): Promise<void> {
  const { headers, body } = answer
  const out = capture.response
  try {
    checkHeaders(headers)
    out.statusCode = answer.status
    if (answer.reason !== undefined) out.statusMessage = answer.reason
    for (const [name, value] of Object.entries(headers)) out.setHeader(name, value)
    if (isStream(body)) {
      await pump(body, out, () => undefined)
      return
    }
    // Some middleware decides by the length; and the answer to a HEAD has nothing else to tell it.
    if (body !== null) out.setHeader('content-length', Buffer.byteLength(body))
    if (body === null) out.end()
    else out.end(body)
  } catch (error) {
    if (isStream(body)) dispose(body)
    throw error
  }
}
