// What all servers of the bench share: the answer, a port of their own, and their CPU time on demand.
import { createServer } from 'node:http'

export const answer = '{"message":"hello, world"}\n'

export function serve(handler) {
  const server = createServer(handler)
  server.keepAliveTimeout = 60_000
  announce(server)
  server.listen(0, '127.0.0.1')
}

/** Tells the parent the port, and the CPU time in microseconds whenever it asks. */
export function announce(server) {
  server.on('listening', () => process.send({ port: server.address().port }))
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send({ cpu: user + system })
  })
  process.on('disconnect', () => process.exit())
}
