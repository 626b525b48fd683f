// The metrics on an address of their own, for whoever may not open the control socket. Runs in the process that launched,
// and loads node:http there only when the option asks for it. Answers nothing but GET /metrics.
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { addressUrl, type ListenRequest } from '../address.ts'
import { bindFailure } from '../bind-error.ts'
import { bindListeners, closeListeners, type Listener } from '../master/bind.ts'
import { expositionType } from './exposition.ts'
import type { InheritedSockets } from '../master/inherited.ts'

const backlog = 16

export class MetricsServer {
  readonly #request: ListenRequest
  #listeners: readonly Listener[] = []
  #server: Server | null = null

  constructor(request: ListenRequest) {
    this.#request = request
  }

  /** Once it is bound, with the port that the system chose. */
  get url(): string {
    return `${addressUrl(this.#listeners[0]?.request ?? this.#request)}/metrics`
  }

  /**
   * Before anything is started: an address that cannot be had ends the start.
   * @throws SlipwayError as an address of the service does
   */
  async bind(inherited: InheritedSockets): Promise<void> {
    this.#listeners = await bindListeners([this.#request], inherited)
  }

  get listeners(): readonly Listener[] {
    return this.#listeners
  }

  /** `metrics` is asked for each time. */
  async serve(metrics: () => Promise<string>): Promise<void> {
    const { createServer } = await import('../../http/node-http.ts')
    const server = createServer((req, res) => void answer(req, res, metrics))
    this.#server = server
    for (const { socket } of this.#listeners) socket.adoptInto(server, backlog)
    await new Promise<void>((resolve, reject) => {
      server.once('listening', resolve)
      server.once('error', (error: NodeJS.ErrnoException) => reject(bindFailure(this.#request, error)))
    })
  }

  /** At once: nobody's request is worth keeping a process for that has ended. */
  close(): void {
    closeListeners(this.#listeners)
    this.#server?.close()
    this.#server?.closeAllConnections()
  }
}

async function answer(req: IncomingMessage, res: ServerResponse, metrics: () => Promise<string>): Promise<void> {
  const [path] = (req.url ?? '').split('?')
  const { method = '' } = req
  if (path !== '/metrics') return refuse(res, 404, 'here is only /metrics')
  if (method !== 'GET' && method !== 'HEAD') {
    return refuse(res.setHeader('allow', 'GET, HEAD'), 405, 'metrics can only be read')
  }
  const text = await metrics()
  res.writeHead(200, { 'content-type': expositionType }).end(method === 'HEAD' ? '' : text)
}

function refuse(res: ServerResponse, status: number, text: string): void {
  res.writeHead(status, { 'content-type': 'text/plain' }).end(`${text}\n`)
}
