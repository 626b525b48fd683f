// The addresses of a service as its worker sees them: a descriptor that a master handed down, or the
// socket that this process has bound itself. Either way the socket is opened once and owned by the
// server that is told to listen on it.
import type { Server } from 'node:net'
import { bindFailure } from '../bind-error.ts'
import type { Listener } from '../master/bind.ts'
import type { InheritedListener } from '../messages.ts'
import type { ServiceListener } from '../service.ts'

export function inheritedListener({ request, fd }: InheritedListener): ServiceListener {
  return serviceListener(request, (server, backlog) => server.listen({ fd }, backlog))
}

/** `onAdopt` hears of the server that owns the socket from then on. */
export function boundListener(
  { request, socket }: Listener,
  onAdopt: (server: Server) => void = () => undefined,
): ServiceListener {
  return serviceListener(request, (server, backlog) => {
    socket.adoptInto(server, backlog)
    onAdopt(server)
  })
}

function serviceListener(
  request: ServiceListener['request'],
  open: (server: Server, backlog: number) => void,
): ServiceListener {
  return {
    request,
    async listen(server, backlog) {
      try {
        await new Promise<void>((resolve, reject) => {
          server.once('error', reject)
          server.once('listening', () => {
            server.off('error', reject)
            resolve()
          })
          open(server, backlog)
        })
      } catch (error) {
        throw bindFailure(request, error as NodeJS.ErrnoException)
      }
    },
  }
}
