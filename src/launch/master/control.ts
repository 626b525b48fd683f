// The control socket: JSON over HTTP on a unix socket that only its owner can open. Behind the verbs status,
// reload, stop and scale. Runs in the master, and loads node:http there only when the option asks for it.
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { isSlipwayError, SlipwayError } from '../../errors.ts'
import type { ListenRequest } from '../address.ts'
import { bindFailure } from '../bind-error.ts'
import { toFailure } from '../failure.ts'
import type { ServiceStatus } from '../status.ts'
import { bindListeners, closeListeners, type Listener } from './bind.ts'

/** What the socket lets its owner do. */
export interface Controls {
  status(): ServiceStatus
  reload(reason: string): Promise<void>
  /** `service` may be null where there is one. */
  scale(workers: number, service: string | null, reason: string): Promise<void>
  /** Resolves with the exit status when everything has ended. */
  stop(reason: string): Promise<number>
}

const longestBody = 10_000
const who = 'the control socket'

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
  async bind(): Promise<void> {
    this.#listeners = await bindListeners([this.#request])
  }

  async serve(controls: Controls): Promise<void> {
    const { createServer } = await import('../../http/node-http.ts')
    const server = createServer((req, res) => void answer(req, res, controls))
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

async function answer(req: IncomingMessage, res: ServerResponse, controls: Controls): Promise<void> {
  try {
    await route(req, res, controls)
  } catch (error) {
    const failure = toFailure(error, 'SLIPWAY_INTERNAL', 'the request failed')
    reply(res, isSlipwayError(error) ? 409 : 500, failure)
  }
}

async function route(req: IncomingMessage, res: ServerResponse, controls: Controls): Promise<void> {
  switch (`${req.method} ${req.url}`) {
    case 'GET /status':
      return reply(res, 200, controls.status())
    case 'POST /reload':
      await controls.reload(who)
      return reply(res, 200, controls.status())
    case 'POST /scale':
      await scale(req, controls)
      return reply(res, 200, controls.status())
    case 'POST /stop': {
      // Whoever asked waits for the end of the body, which is the end of the service.
      res.writeHead(200, { 'content-type': 'application/json', connection: 'close' }).flushHeaders()
      res.end(`${JSON.stringify({ status: await controls.stop(who) })}\n`)
      return
    }
    default:
      throw new SlipwayError('SLIPWAY_USAGE', `the control socket does not know "${req.method} ${req.url}"`, {
        alternatives: ['GET /status', 'POST /reload', 'POST /scale', 'POST /stop'],
      })
  }
}

/** `{"workers": 4, "service": "api"}` */
async function scale(req: IncomingMessage, controls: Controls): Promise<void> {
  let text = ''
  for await (const chunk of req) {
    text += String(chunk)
    if (text.length > longestBody) break
  }
  const { workers, service = null } = recordOf(text)
  if (typeof workers === 'number' && (service === null || typeof service === 'string')) {
    return controls.scale(workers, service, who)
  }
  throw new SlipwayError('SLIPWAY_LAUNCH_SCALE', 'the number of workers is missing', {
    found: text.slice(0, 80),
    expected: '{"workers": 4}, and "service" where there are several',
  })
}

function recordOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    // Told by the caller, as a record that lacks what it needs.
    return {}
  }
}

function reply(res: ServerResponse, status: number, value: unknown): void {
  res.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(value)}\n`)
}
