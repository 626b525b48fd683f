// The addresses of a service as its worker sees them: a descriptor that a master handed down, or the
// socket that this process has bound itself. Either way the socket is opened once and owned by the
// server that is told to listen on it, until in a reload in one process another takes it over.
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
  { request, socket }: Pick<Listener, 'request' | 'socket'>,
  onAdopt: (server: Server) => void = () => undefined,
): ServiceListener {
  return serviceListener(request, (server, backlog) => {
    socket.adoptInto(server, backlog)
    onAdopt(server)
  })
}

/**
 * The addresses of a service that starts while the one before it still serves. Its servers accept when all of it has
 * started: `listen` only notes what is wanted, `complete` does it.
 */
export class Handover {
  readonly listeners: readonly ServiceListener[]
  readonly #wanted: (() => Promise<void>)[] = []

  /** `added` are those among them that nobody serves yet. */
  constructor(
    listeners: readonly Listener[],
    added: ReadonlySet<string>,
    onAdopt: (server: Server) => void = () => undefined,
  ) {
    this.listeners = listeners.map((listener) => {
      const real = boundListener(listener, onAdopt)
      return {
        request: listener.request,
        listen: async (server, backlog) => {
          const open = (): Promise<void> => real.listen(server, backlog)
          // Only these can fail: they are tried before the first of the others changes hands.
          if (added.has(listener.key)) this.#wanted.unshift(open)
          else this.#wanted.push(open)
        },
      }
    })
  }

  async complete(): Promise<void> {
    for (const open of this.#wanted) await open()
  }
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
