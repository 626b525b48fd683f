// A Keystone of three routes, whose users, tokens and moods the tests set.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface Asked {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: unknown
}

export interface KeystoneMood {
  /** Answers every request with this status. */
  status?: number
  /** Refuses the login of the service. */
  refusesLogin?: boolean
  /** Holds back every validation until it resolves. */
  hold?: Promise<void>
  /** Answers with this text in place of JSON. */
  nonsense?: string
  /** So many validations to come are refused, as if our own token had been revoked. */
  forgets?: number
  /** So many connections to come are cut before they have an answer. */
  cuts?: number
}

export class FakeKeystone {
  readonly asked: Asked[] = []
  readonly mood: KeystoneMood = {}
  /** User tokens, by their text. */
  readonly tokens = new Map<string, object>()
  /** The service's tokens that hold good. */
  readonly logins = new Set<string>()
  /** What the tokens of the service say besides. */
  login: object = {}
  /** The version document; without one there is none. */
  document: unknown = null
  url = ''
  #issued = 0

  static async start(): Promise<FakeKeystone> {
    const keystone = new FakeKeystone()
    const server = createServer((req, res) => void keystone.#answer(req, res))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    keystone.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    return keystone
  }

  /** How often tokens were validated. */
  get validations(): number {
    return this.asked.filter(({ method, url }) => method === 'GET' && url.includes('/auth/tokens')).length
  }

  async #answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const pieces: Buffer[] = []
    for await (const piece of req) pieces.push(piece as Buffer)
    const text = Buffer.concat(pieces).toString()
    const { method = '', url = '', headers } = req
    this.asked.push({ method, url, headers, body: text === '' ? null : JSON.parse(text) })
    const { status, nonsense, refusesLogin, hold, forgets = 0, cuts = 0 } = this.mood
    if (cuts > 0) {
      this.mood.cuts = cuts - 1
      req.socket.destroy()
      return undefined
    }
    if (status !== undefined) return send(res, status, {})
    if (this.document !== null && !url.includes('/auth/tokens')) return send(res, 300, this.document)
    if (!url.includes('/v3/auth/tokens')) return send(res, 404, {})
    if (method === 'POST') {
      if (refusesLogin) return send(res, 401, {})
      this.#issued += 1
      const login = `service-${this.#issued}`
      this.logins.add(login)
      return send(res, 201, { token: tokenOf(this.login) }, { 'x-subject-token': login })
    }
    if (hold) await hold
    if (forgets > 0) {
      this.mood.forgets = forgets - 1
      this.logins.clear()
    }
    if (!this.logins.has(String(headers['x-auth-token']))) return send(res, 401, {})
    const token = this.tokens.get(String(headers['x-subject-token']))
    if (!token) return send(res, 404, {})
    if (nonsense !== undefined) {
      res.writeHead(200, { 'content-type': 'application/json' }).end(nonsense)
      return undefined
    }
    return send(res, 200, { token })
  }
}

function send(res: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

/** A project-scoped token of version 3 that ends in an hour. */
export function tokenOf(parts: object): object {
  return {
    methods: ['password'],
    expires_at: new Date(Date.now() + 3_600_000).toISOString(),
    user: { id: 'u1', name: 'alice', domain: { id: 'default', name: 'Default' } },
    project: { id: 'p1', name: 'shop', domain: { id: 'default', name: 'Default' } },
    roles: [
      { id: 'r1', name: 'member' },
      { id: 'r2', name: 'reader' },
    ],
    ...parts,
  }
}
