// Bridges to and from node's (req, res): a listener (Express, Koa, Fastify, plain functions) as an app, an
// app as a listener. What the listener writes is captured as a value, so filters outside act on it as on any
// other. Not bridged: upgrades, trailers.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Capture } from './capture.ts'
import type { App } from './contract.ts'
import { createEdge, type EdgeOptions } from './edge.ts'
import { listenerMessage } from './message.ts'
import { isThenable } from './normalise.ts'
import type { HttpRequest } from './request.ts'

/** What `http.createServer` takes. It may be async. */
export type NodeListener = (req: IncomingMessage, res: ServerResponse) => unknown

/** The request as Connect and Express mount it. */
interface MountedMessage extends IncomingMessage {
  originalUrl?: string
  baseUrl?: string
}

/**
 * A (req, res) listener, or an object that makes one (Koa), as an app. While it runs, `req.url` is the path below
 * the mount, `req.baseUrl` the mount and `req.originalUrl` the whole. Its answer is known with its first write.
 */
export function fromNode(listener: NodeListener | { callback(): NodeListener }): App {
  const run = typeof listener === 'function' ? listener : listener.callback()
  return (req) => {
    const message = listenerMessage(req)
    const capture = new Capture(req, message, new Mount(req, message))
    runListener(capture, () => run(message, capture.response))
    return capture.answer
  }
}

/** An app as a listener for any server of node. */
export function toNode(app: App, options?: EdgeOptions): (req: IncomingMessage, res: ServerResponse) => void {
  return createEdge(app, options).handle
}

/** Runs foreign code so that whatever it throws, now or later, becomes the failure of its answer. */
export function runListener(capture: Capture, run: () => unknown): void {
  try {
    const running = run()
    if (isThenable(running)) running.then(undefined, (error: unknown) => capture.fail(error))
  } catch (error) {
    capture.fail(error)
  }
}

/** A message as its listener sees it: below the mount point, until it is released. */
export class Mount {
  readonly #message: MountedMessage
  readonly #before: { url: string | undefined; method: string | undefined; baseUrl: string | undefined }
  readonly #mounted: string

  constructor(req: HttpRequest, message: MountedMessage) {
    const { url, method, baseUrl } = message
    this.#message = message
    this.#before = { url, method, baseUrl }
    this.#mounted = mountedUrl(req, url)
    message.originalUrl ??= url ?? '/'
    message.url = this.#mounted
    message.method = req.method
    message.baseUrl = req.scriptName
  }

  /** Puts the message back as it was. */
  release(): void {
    Object.assign(this.#message, this.#before)
  }

  /** Takes over what the listener changed of the request line. */
  carryOver(req: HttpRequest): void {
    const { url, method } = this.#message
    req.method = method ?? req.method
    if (url === undefined || url === this.#mounted) return
    const mark = url.indexOf('?')
    req.pathInfo = mark === -1 ? url : url.slice(0, mark)
    req.queryString = mark === -1 ? '' : url.slice(mark + 1)
  }
}

function mountedUrl(req: HttpRequest, url: string | undefined): string {
  if (url === '*' && req.pathInfo === '' && req.scriptName === '') return url
  const path = req.pathInfo === '' ? '/' : req.pathInfo
  return req.queryString === '' ? path : `${path}?${req.queryString}`
}
