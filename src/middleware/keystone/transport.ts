// HTTP to Keystone: connections that stay, deadlines, answers of bounded size, tries for connections that
// fail. Runs in workers, on node:http: the client behind `fetch` takes no certificates. Follows no redirect: tokens
// must not go to another host.
import { readFileSync } from 'node:fs'
import type { Agent, ClientRequest, IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http'
import type { AgentOptions } from 'node:https'
import { setTimeout as wait } from 'node:timers/promises'
import { SlipwayError } from '../../errors.ts'
import type { AuthTokenSettings } from './options.ts'
import { KeystoneUnavailable } from './unavailable.ts'

export type TransportSettings = Pick<
  AuthTokenSettings,
  'http_connect_timeout' | 'http_request_max_retries' | 'cafile' | 'certfile' | 'keyfile' | 'insecure'
>

export interface Question {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

export interface KeystoneAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** A catalog of a large deployment has some hundreds of kilobytes. */
const longestAnswer = 8 << 20

const mostConnections = 64

/** The wait before the second try; each further one is twice as long. */
const firstPauseMs = 100

/** Nobody has read the question, or nobody is there. */
const connectionFaults = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
])

/** The other side has closed a connection in the moment that we took it from the pool: no fault, and no try. */
class StaleConnection extends Error {}

export class Transport {
  readonly #settings: TransportSettings
  readonly #tls: AgentOptions
  readonly #agents = new Map<string, Agent>()

  /** @throws SlipwayError SLIPWAY_INPUT_MISSING for a certificate that cannot be read */
  constructor(settings: TransportSettings) {
    this.#settings = settings
    const { cafile, certfile, keyfile, insecure } = settings
    this.#tls = {
      ...(cafile === null ? {} : { ca: readPem('cafile', cafile) }),
      ...(certfile === null
        ? {}
        : { cert: readPem('certfile', certfile), key: readPem('keyfile', keyfile ?? certfile) }),
      ...(insecure ? { rejectUnauthorized: false } : {}),
    }
  }

  /** @throws KeystoneUnavailable when there is no answer */
  async ask(question: Question): Promise<KeystoneAnswer> {
    let tries = this.#settings.http_request_max_retries
    let pauseMs = firstPauseMs
    for (;;) {
      try {
        return await this.#send(question)
      } catch (error) {
        if (error instanceof KeystoneUnavailable) throw error
        if (error instanceof StaleConnection) continue
        if (!isConnectionFault(error) || tries === 0) {
          throw new KeystoneUnavailable(`Keystone does not answer at ${question.url}: ${reasonOf(error)}`, {
            cause: error,
          })
        }
        tries -= 1
      }
      await wait(pauseMs)
      pauseMs *= 2
    }
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy()
    this.#agents.clear()
  }

  #send({ method, url, headers, body }: Question): Promise<KeystoneAnswer> {
    const http = process.getBuiltinModule(url.startsWith('https:') ? 'node:https' : 'node:http')
    const seconds = this.#settings.http_connect_timeout
    const signal = AbortSignal.timeout(seconds * 1000)
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    const options: RequestOptions = {
      method,
      signal,
      agent: this.#agentFor(url),
      headers: { accept: 'application/json', 'user-agent': 'slipway auth_token', ...length, ...headers },
    }
    return new Promise((resolve, reject) => {
      const fail = (cause: unknown): void => {
        const isLate = signal.aborted && !(cause instanceof KeystoneUnavailable)
        reject(
          isLate ? new KeystoneUnavailable(`Keystone has not answered in ${seconds} s at ${url}`, { cause }) : cause,
        )
      }
      const sent: ClientRequest = http.request(url, options, (answer) => void read(answer).then(resolve, fail))
      sent.on('error', (error: NodeJS.ErrnoException) => {
        fail(sent.reusedSocket && error.code === 'ECONNRESET' ? new StaleConnection() : error)
      })
      sent.end(body)
    })
  }

  #agentFor(url: string): Agent {
    const { protocol } = new URL(url)
    const known = this.#agents.get(protocol)
    if (known) return known
    const options = { keepAlive: true, maxSockets: mostConnections }
    const agent =
      protocol === 'https:'
        ? new (process.getBuiltinModule('node:https').Agent)({ ...options, ...this.#tls })
        : new (process.getBuiltinModule('node:http').Agent)(options)
    this.#agents.set(protocol, agent)
    return agent
  }
}

async function read(answer: IncomingMessage): Promise<KeystoneAnswer> {
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of answer as AsyncIterable<Buffer>) {
    length += piece.length
    // Leaving the loop destroys the connection.
    if (length > longestAnswer) throw new KeystoneUnavailable(`Keystone's answer is longer than ${longestAnswer} bytes`)
    pieces.push(piece)
  }
  return { status: answer.statusCode ?? 0, headers: answer.headers, text: Buffer.concat(pieces).toString() }
}

function isConnectionFault(error: unknown): boolean {
  return codesOf(error).some((code) => connectionFaults.has(code))
}

/** A host with several addresses fails with an error for each. */
function codesOf(error: unknown): string[] {
  if (error instanceof AggregateError) return error.errors.flatMap(codesOf)
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? [code] : []
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && error.message !== '') return error.message
  return codesOf(error).join(', ') || String(error)
}

function readPem(option: string, file: string): string {
  try {
    return readFileSync(file, 'utf-8')
  } catch (cause) {
    throw new SlipwayError('SLIPWAY_INPUT_MISSING', `${option} "${file}" of [keystone_authtoken] cannot be read`, {
      expected: 'a file in PEM that the user of the service can read',
      cause,
    })
  }
}
