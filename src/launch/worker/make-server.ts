// The server of one address: HTTP/1 in the clear or over TLS, or HTTP/2 beside it. Runs in the worker; node:https
// and node:http2 are loaded when an address needs them. What is common to all of them is set here, once.
import type { IncomingMessage, Server, ServerOptions } from 'node:http'
import type { Http2SecureServer, SecureServerOptions } from 'node:http2'
import type { Duplex } from 'node:stream'
import type { Edge } from '../../http/edge.ts'
import { createServer } from '../../http/node-http.ts'
import type { LaunchSettings } from '../options.ts'
import { contextOptions, type TlsMaterial } from '../tls/tls-options.ts'
import { Http2Sessions } from './http2-sessions.ts'
import { probeSilent } from './tcp-keepalive.ts'

export interface MadeServer {
  readonly server: Server
  /** Of HTTP/2; null for a server that does not speak it. */
  readonly sessions: Http2Sessions | null
}

/** `tls`: null for an address in the clear. */
export async function makeServer(edge: Edge, settings: LaunchSettings, tls: TlsMaterial | null): Promise<MadeServer> {
  const { server, sessions } = await bare(settings, tls)
  server.on('request', edge.handle)
  server.on('checkContinue', edge.handleContinue)
  // node:http2 answers by itself as we do here; of node:http the client would get nothing but the end.
  if (sessions === null) server.on('connect', refuseTunnel)
  probeSilent(server, settings.tcp_keepidle)
  server.setTimeout(settings.client_socket_timeout * 1000)
  if (settings.keepalive_requests > 0) server.maxRequestsPerSocket = spread(settings.keepalive_requests)
  return { server, sessions }
}

/** The connection is no longer the server's: it has nobody else to end it, nor to hear that the client has gone. */
function refuseTunnel(_: IncomingMessage, socket: Duplex): void {
  socket.on('error', () => socket.destroy())
  const end = () => socket.destroy()
  socket.end('HTTP/1.1 405 Method Not Allowed\r\nAllow:\r\nConnection: close\r\nContent-Length: 0\r\n\r\n', end)
}

async function bare(settings: LaunchSettings, tls: TlsMaterial | null): Promise<MadeServer> {
  const options = httpOptions(settings)
  if (tls === null) return { server: createServer(options), sessions: null }
  const secure = { ...options, ...tlsOptions(tls, settings) }
  if (!tls.http2) {
    const { createServer: createSecureServer } = await import('node:https')
    return { server: createSecureServer(secure), sessions: null }
  }
  return http2Server(settings, options, secure)
}

/** Its server for clients that speak HTTP/1 takes some options as properties, and on Node 20 and 22 no other way. */
async function http2Server(
  settings: LaunchSettings,
  options: ServerOptions,
  secure: SecureServerOptions,
): Promise<MadeServer> {
  const [{ createSecureServer }, { http2Messages }] = await Promise.all([
    import('node:http2'),
    import('../../http/http2.ts'),
  ])
  const made: Http2SecureServer = createSecureServer({
    ...secure,
    ...http2Messages,
    allowHTTP1: true,
    settings: { maxHeaderListSize: settings.max_header_size, maxConcurrentStreams: mostStreams },
  })
  const server = Object.assign(made as unknown as Server, options)
  const requests = settings.keepalive_requests
  const sessions = new Http2Sessions({
    firstMs: settings.headers_timeout * 1000,
    idleMs: settings.keep_alive_timeout * 1000,
    bodyMs: settings.request_timeout * 1000,
    mostRequests: () => (requests > 0 ? spread(requests) : Number.POSITIVE_INFINITY),
  })
  made.on('session', (session) => sessions.add(session))
  return { server, sessions }
}

/** Of one connection, at a time; RFC 9113 §6.5.2 wants at least 100. */
const mostStreams = 128

/** How often Node looks for clients that are late, at most; its default, which makes short timeouts meaningless. */
const longestCheckMs = 30_000

function httpOptions(settings: LaunchSettings): ServerOptions {
  const [headers, request] = [headersTimeoutOf(settings) * 1000, settings.request_timeout * 1000]
  const shortest = Math.min(headers || longestCheckMs, request || longestCheckMs)
  return {
    keepAliveTimeout: settings.keep_alive_timeout * 1000,
    headersTimeout: headers,
    requestTimeout: request,
    connectionsCheckingInterval: Math.round(Math.max(100, shortest / 4)),
    maxHeaderSize: settings.max_header_size,
  }
}

function tlsOptions(tls: TlsMaterial, { headers_timeout: seconds }: LaunchSettings) {
  return {
    ...contextOptions(tls),
    ticketKeys: Buffer.from(tls.ticketKeys),
    requestCert: tls.ca !== null,
    rejectUnauthorized: tls.ca !== null,
    // The handshake comes before the head and is as cheap a way to hold a connection.
    ...(seconds > 0 ? { handshakeTimeout: seconds * 1000 } : {}),
  }
}

/** The head is part of the request: Node refuses to wait longer for it than for the whole. */
function headersTimeoutOf({ headers_timeout: headers, request_timeout: request }: LaunchSettings): number {
  return request === 0 ? headers : Math.min(headers, request)
}

/** Within a tenth of the number: connections that were opened together shall not end together. */
function spread(number: number): number {
  return Math.max(1, Math.round(number * (0.9 + Math.random() * 0.2)))
}
