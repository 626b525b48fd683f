// The app of all Node servers of this bench, and the drain of those that have none of their own: close the
// listener only, tell kept clients, end idle connections after a second. What a careful team would write.
import { createServer } from 'node:http'
import { Server as NetServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export const answer = '{"message":"hello, world"}\n'
export const blockMs = 400
const graceMs = 1000

export function handle(req, res) {
  if (req.url === '/block') block()
  res.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length })
  res.end(answer)
}

/** Holds the event loop. */
export function block() {
  const until = performance.now() + blockMs
  while (performance.now() < until) Math.sqrt(until)
}

/** A server with `drain()`. */
export function serverThatDrains() {
  const server = createServer(handle)
  const sockets = new Set()
  let isDraining = false
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  // Before the handler.
  server.prependListener('request', (req, res) => {
    if (isDraining) res.setHeader('connection', 'close')
  })
  async function drain() {
    isDraining = true
    NetServer.prototype.close.call(server)
    const until = performance.now() + graceMs
    while (sockets.size > 0) {
      await sleep(20)
      if (performance.now() > until) server.closeIdleConnections()
    }
  }
  return Object.assign(server, { drain })
}
