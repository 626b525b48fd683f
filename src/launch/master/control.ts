// The control socket: JSON over HTTP on a unix socket that only its owner can open. What it answers is in
// control-routes.ts. Runs in the process that launched, and loads node:http there only when the option asks for it.
import type { Server } from 'node:http'
import type { ListenRequest } from '../address.ts'
import { bindFailure } from '../bind-error.ts'
import { bindListeners, closeListeners, type Listener } from './bind.ts'
import type { Controls } from './control-routes.ts'
import type { InheritedSockets } from './inherited.ts'

export class ControlSocket {
  readonly #request: ListenRequest
  #listeners: readonly Listener[] = []
  #server: Server | null = null

  constructor(path: string, request: Omit<ListenRequest, 'address'>) {
    this.#request = { ...request, address: { kind: 'unix', path, mode: ownerOnly, owner: null, group: null } }
  }

  /**
   * Before anything is started: a path that cannot be had ends the start.
   * @throws SlipwayError as an address that cannot be had does
   */
  async bind(inherited: InheritedSockets): Promise<void> {
    this.#listeners = await bindListeners([this.#request], inherited)
  }

  get listeners(): readonly Listener[] {
    return this.#listeners
  }

  async serve(controls: Controls): Promise<void> {
    const [{ createServer }, { answerControl }] = await Promise.all([
      import('../../http/node-http.ts'),
      import('./control-routes.ts'),
    ])
    const server = createServer((req, res) => void answerControl(req, res, controls))
    this.#server = server
    for (const { socket } of this.#listeners) socket.adoptInto(server, 16)
    await new Promise<void>((resolve, reject) => {
      server.once('listening', resolve)
      server.once('error', (error: NodeJS.ErrnoException) => reject(bindFailure(this.#request, error)))
    })
  }

  /** The file goes, answers that are under way are finished. */
  close(): void {
    closeListeners(this.#listeners)
    this.#server?.close()
  }
}

const ownerOnly = 0o600
