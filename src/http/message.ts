// Messages of node that come from no connection: an injected request, and a request whose body must reach
// a (req, res) listener limited or replayed. What matters is set on the instance, because Express gives
// the messages it sees another prototype.
import type { IncomingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'
import { Duplex, Readable } from 'node:stream'
import { ClientGone } from './client-gone.ts'
import { IncomingMessage } from './node-http.ts'
import type { HttpRequest } from './request.ts'

export interface MessageHead {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders: string[]
  readonly httpVersion: string
}

/** `open` is called when the listener first reads; a message without a body has none. */
export function makeMessage(head: MessageHead, socket: Socket, open: (() => Readable) | null): IncomingMessage {
  const message = new IncomingMessage(socket)
  message.method = head.method
  message.url = head.url
  message.headers = head.headers
  message.rawHeaders = head.rawHeaders
  message.httpVersion = head.httpVersion
  message.httpVersionMajor = Number(head.httpVersion.split('.')[0])
  message.httpVersionMinor = Number(head.httpVersion.split('.')[1])
  let source: Readable | null = null
  let isOpen = false
  message._read = () => {
    if (!isOpen) source = follow(message, open)
    isOpen = true
    source?.resume()
  }
  message._destroy = (error, done) => {
    if (!message.complete) message.aborted = true
    source?.destroy()
    // As node does for a connection that breaks: an error that nobody listens to ends no process.
    done(message.listenerCount('error') > 0 ? error : null)
  }
  return message
}

function follow(message: IncomingMessage, open: (() => Readable) | null): Readable | null {
  const end = () => {
    message.complete = true
    message.push(null)
  }
  if (open === null) {
    end()
    return null
  }
  const source = open()
  if (source.readableEnded) {
    end()
    return null
  }
  source.on('data', (chunk: Buffer | string) => {
    if (!message.push(chunk)) source.pause()
  })
  source.on('end', end)
  source.on('error', (error) => message.destroy(error))
  return source
}

/** A request's message with another body, for filters that rewrite it. What is left of the old body is thrown away. */
export function messageWithBody(old: IncomingMessage, body: Uint8Array): IncomingMessage {
  const { 'transfer-encoding': _chunked, trailer: _trailer, ...headers } = old.headers
  const framing = new Set(['content-length', 'transfer-encoding', 'trailer'])
  const rawHeaders: string[] = []
  for (let at = 0; at + 1 < old.rawHeaders.length; at += 2) {
    const [name = '', value = ''] = old.rawHeaders.slice(at, at + 2)
    if (!framing.has(name.toLowerCase())) rawHeaders.push(name, value)
  }
  const length = String(body.byteLength)
  headers['content-length'] = length
  rawHeaders.push('Content-Length', length)
  const { method = 'GET', url = '/', httpVersion, socket } = old
  const head = { method, url, headers, rawHeaders, httpVersion }
  const message = makeMessage(head, socket, () => Readable.from([body], { objectMode: false }))
  for (const [name, value] of Object.entries(old)) if (!(name in message)) Object.assign(message, { [name]: value })
  // An unread body would block the next request of its connection.
  old.resume()
  return message
}

/** Messages made below: they are read through the body of their request. */
const replayed = new WeakSet<IncomingMessage>()

/**
 * The message that a (req, res) listener may read: node's own where that does no harm. A body that has been read
 * already is replayed; one that came over HTTP/2, one of unknown length under a limit, or whose client waits for `100 Continue`, is read through
 * `req.body`. The copy then stands for the message in `req.node`, so that all listeners of a pipeline see one object.
 */
export function listenerMessage(req: HttpRequest): IncomingMessage {
  const { message } = req.node
  if (replayed.has(message) || !needsReplay(req, message)) return message
  const { body } = req
  const copy = makeMessage(message as IncomingMessage & MessageHead, message.socket, () => body.stream())
  // What listeners before have put on it: `req.user`, `req.session`.
  for (const [name, value] of Object.entries(message)) {
    if (!(name in copy)) Object.assign(copy, { [name]: value })
  }
  message.once('close', () => {
    if (!message.complete) copy.destroy(new ClientGone())
  })
  replayed.add(copy)
  req.node.message = copy
  return copy
}

/** RFC 9112 §6.3; one without a length may still turn out to be empty. */
export function announcesBody({ headers }: { readonly headers: IncomingHttpHeaders }): boolean {
  const length = headers['content-length']
  return length === undefined ? headers['transfer-encoding'] !== undefined : length !== '0'
}

function needsReplay(req: HttpRequest, message: IncomingMessage): boolean {
  // Express gives it the prototype of node:http, with which a message of node:http2 is nothing.
  if (message.httpVersionMajor === 2) return true
  if (!announcesBody(message)) return false
  if (req.awaitsContinue || req.body.isTaken) return true
  return req.bodyLimit !== Infinity && !(Number(message.headers['content-length']) <= req.bodyLimit)
}

/** The connection of an injected request: says where it claims to come from, carries nothing. */
class SilentSocket extends Duplex {
  readonly remoteAddress: string
  readonly remoteFamily = 'IPv4'
  readonly remotePort = 0
  readonly localAddress = '127.0.0.1'
  readonly localPort = 80

  constructor(remoteAddress: string) {
    super({ read: () => undefined, write: (_chunk, _encoding, done) => done() })
    this.remoteAddress = remoteAddress
  }

  address(): { address: string; family: string; port: number } {
    return { address: this.localAddress, family: 'IPv4', port: this.localPort }
  }

  setTimeout(): this {
    return this
  }

  setNoDelay(): this {
    return this
  }

  setKeepAlive(): this {
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }
}

export function silentSocket(remoteAddress: string): Socket {
  return new SilentSocket(remoteAddress) as unknown as Socket
}
