// Real servers for the tests of this room, on a free port of 127.0.0.1, and a client that speaks bytes.
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { createEdge, type App, type Edge, type EdgeOptions } from '../../src/http/index.ts'

export interface Serving {
  readonly server: Server
  readonly port: number
  readonly url: string
}

export async function serveListener(listener: RequestListener): Promise<Serving> {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { server, port, url: `http://127.0.0.1:${port}` }
}

export async function serve(app: App, options: EdgeOptions = {}): Promise<Serving & { edge: Edge; logged: Logged[] }> {
  const logged: Logged[] = []
  const log = { error: (fields: object, message: string) => void logged.push({ ...(fields as Logged), message }) }
  const edge = createEdge(app, { log, ...options })
  const serving = await serveListener(edge.handle)
  serving.server.on('checkContinue', edge.handleContinue)
  return { ...serving, edge, logged }
}

export interface Logged {
  readonly err: Error & { code?: string }
  readonly method: string
  readonly path: string
  readonly requestId?: string
  readonly message: string
}

/** Sends bytes as they are and gives back all that comes until the server closes. */
export async function exchange(port: number, ...pieces: string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let received = ''
  socket.setEncoding('latin1').on('data', (data: string) => (received += data))
  for (const piece of pieces) socket.write(piece)
  await once(socket, 'close')
  return received
}

/** Resolves when the condition holds; the time limit of the test is its deadline. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}
