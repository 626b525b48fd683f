// Messages of node that come from no connection: an injected request, and a request whose body must reach
// a (req, res) listener limited or replayed. What matters is set on the instance, because Express gives
// the messages it sees another prototype.
import { IncomingMessage, type IncomingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'
import { Duplex, type Readable } from 'node:stream'

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
  message._read = () => {
    if (source === null) source = follow(message, open)
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
  source.on('data', (chunk: Buffer | string) => {
    if (!message.push(chunk)) source.pause()
  })
  source.on('end', end)
  source.on('error', (error) => message.destroy(error))
  return source
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
