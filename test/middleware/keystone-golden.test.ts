// What keystonemiddleware 10.1 makes of requests before the stand-in for Keystone, recorded by test/golden/auth_token.py,
// against what we make of them. Every difference stands in a table with its reason.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type App, createEdge, inject, json, text } from '../../src/http/index.ts'
import { filterFactory } from '../../src/middleware/auth-token.ts'
import { authTokenGroup } from '../../src/middleware/index.ts'
import { parseDirectory } from '../../src/service/keystone-stand-in/directory.ts'
import { KeystoneStandIn, type Mood } from '../../src/service/keystone-stand-in/stand-in.ts'
import { root } from '../service/folder.ts'
import { contextWith, settingsOf } from './filtering.ts'

interface Answer {
  readonly status?: number
  readonly challenges?: readonly string[]
  readonly body?: unknown
  readonly raised?: string
}

interface Case {
  readonly settings?: Record<string, string>
  readonly headers?: Record<string, string>
  readonly path?: string
  readonly script?: string
  readonly method?: string
  readonly mood?: Mood
  /** The mood comes after a login that went well. */
  readonly later?: boolean
  readonly answer: Answer
}

interface Seen {
  readonly headers: Readonly<Record<string, string>>
  readonly token_info: string | null
  readonly token_auth: readonly [boolean, boolean]
}

interface Golden {
  readonly tokens: Record<string, { readonly expires_at: string }>
  readonly cases: readonly Case[]
}

const golden = JSON.parse(readFileSync(new URL('../golden/auth_token.json', import.meta.url), 'utf-8')) as Golden

interface Departure {
  /** Of the name of a case. */
  readonly cases: RegExp
  readonly reason: string
  readonly ours: (theirs: Answer) => Answer
}

const seeing =
  (change: (seen: Seen) => Partial<Seen>) =>
  (theirs: Answer): Answer => {
    const seen = theirs.body as Seen
    return { ...theirs, body: { ...seen, ...change(seen) } }
  }
const unavailable = (): Answer => ({ status: 503 })
const invalid = (): Answer => ({
  status: 200,
  body: { headers: { 'x-identity-status': 'Invalid' }, token_info: null, token_auth: [false, false] },
})
const withoutScope = seeing(({ headers }) => {
  const { 'openstack-system-scope': _forged, ...kept } = headers
  return { headers: kept }
})

const departures: readonly Departure[] = [
  {
    cases: /"OpenStack-System-Scope":"forged"(?!.*"X-Auth-Token":"(?:plain|unscoped)")/u,
    reason:
      'a client must not say that its token is one of the whole deployment: the header is taken off as all others are',
    ours: withoutScope,
  },
  {
    cases: /(?:\{|"X-Auth-Token":"(?:plain|ended|bad)",)"X-Service-Token":"system-service"/u,
    reason: 'the scope of the service that calls is not the scope of the user in whose name it does',
    ours: (theirs) => (theirs.status === 200 ? withoutScope(theirs) : theirs),
  },
  {
    cases: /"X-Auth-Token":"system","X-Service-Token":"(?:service|other-service)"/u,
    reason: 'the same: the scope of the user does not go when a service calls that has another',
    ours: (theirs) =>
      theirs.status === 200
        ? seeing(({ headers }) => ({ headers: { ...headers, 'openstack-system-scope': 'all' } }))(theirs)
        : theirs,
  },
  {
    cases: /"X-Auth-Token":"(?:bound|rules)"\} .*delay_auth_decision":"true"/u,
    reason: 'what says Invalid hands in nobody either',
    ours: seeing(({ token_auth: [, service] }) => ({ token_auth: [false, service] })),
  },
  {
    cases: /"X-Service-Token":"other-service".*"delay_auth_decision":"true","service_token_roles_required":"true"/u,
    reason: 'the same for the service',
    ours: seeing(({ token_auth: [user] }) => ({ token_auth: [user, false] })),
  },
  {
    cases: /^GET \/dot\/axb /u,
    reason: 'a dot in the path of a rule is a dot, and not any character',
    ours: () => refusal,
  },
  {
    cases: /"mood":\{"status":404\}\} \{"delay_auth_decision":"false"/u,
    reason: 'a Keystone without a way to log in is no fault of the client and its token',
    ours: unavailable,
  },
  {
    cases: /"mood":\{"body".*"delay_auth_decision":"false"/u,
    reason: 'what no Keystone would answer is told as a Keystone in trouble, not as a fault of ours',
    ours: unavailable,
  },
  { cases: /"mood":\{"body".*"delay_auth_decision":"true"/u, reason: 'the same', ours: invalid },
]

const refusal: Answer = { status: 401, challenges: ['Keystone uri="https://keystone.example"'], body: 'refusal' }

const keystone = new KeystoneStandIn({
  directory: parseDirectory(readFileSync(join(root, 'etc/keystone/users.json'), 'utf-8'), 'users.json'),
})
const server = createServer(createEdge(keystone.app).handle)
let url = ''

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const anHourAgo = new Date(Date.now() - 3_600_000).toISOString()
  for (const [name, body] of Object.entries(golden.tokens)) {
    const expires = body.expires_at === 'an hour ago' ? anHourAgo : body.expires_at
    keystone.tokens.put(name, { catalog: null, ...body, expires_at: expires })
  }
})

afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const app: App = (req) => {
  if (req.pathInfo === '/refused') return text('', 401)
  if (req.pathInfo === '/challenged') return text('', 401, { 'www-authenticate': 'Basic realm="x"' })
  const { 'keystone.token_info': info, 'keystone.token_auth': auth } = req.environ
  const seen = Object.entries(req.headers).filter(([name]) =>
    /^(?:x-(?!auth-token|storage-token|service-token).*|openstack-.*)$/u.test(name),
  )
  return json({
    headers: Object.fromEntries(seen),
    token_info: info?.token.user.id ?? null,
    token_auth: [auth?.hasUserToken ?? null, auth?.hasServiceToken ?? null],
  })
}

async function ours({
  settings = {},
  headers = {},
  path = '/',
  script = '',
  method = 'GET',
  mood = {},
  later,
}: Case): Promise<Answer> {
  const texts = {
    auth_url: url,
    username: 'service',
    password: 'service',
    project_name: 'service',
    www_authenticate_uri: 'https://keystone.example',
    http_request_max_retries: '0',
    // The default of 10.1; ours is that of later releases.
    service_token_roles_required: 'false',
    ...settings,
  }
  const closing: (() => unknown)[] = []
  const context = contextWith({ onClose: (release) => void closing.push(release) })
  const guarded = filterFactory({}, settingsOf(authTokenGroup, texts), context)(app)
  try {
    if (later === true) await inject(guarded, { path: '/', headers: { 'x-auth-token': 'plain' } })
    keystone.mood = mood
    const response = await inject(guarded, { path, method, headers, scriptName: script })
    const challenge = response.headers['www-authenticate']
    return {
      status: response.status,
      ...(challenge === undefined ? {} : { challenges: typeof challenge === 'string' ? [challenge] : challenge }),
      ...(response.headers['content-type'] === 'application/json' ? { body: bodyOf(response.json()) } : {}),
    }
  } finally {
    keystone.mood = {}
    for (const release of closing) release()
  }
}

function bodyOf(body: unknown): unknown {
  const message = 'The request you have made requires authentication.'
  const isRefusal = JSON.stringify(body) === JSON.stringify({ error: { code: 401, title: 'Unauthorized', message } })
  return isRefusal ? 'refusal' : body
}

function nameOf({ settings = {}, headers = {}, path = '/', script = '', method = 'GET', mood, later }: Case): string {
  const state = mood === undefined ? '' : `${JSON.stringify({ mood })}${later === true ? ' later' : ''} `
  return `${method} ${script}${path} ${JSON.stringify(headers)} ${state}${JSON.stringify(settings)}`
}

/** Keys in one order, and the catalog as what it says: JSON in Python has spaces. */
function normal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normal)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(
    entries.map(([key, inner]) => [
      key,
      key === 'x-service-catalog' ? (JSON.parse(String(inner)) as unknown) : normal(inner),
    ]),
  )
}

describe('auth_token as keystonemiddleware', () => {
  it('row 44: answers, and hands in, what is recorded', async () => {
    const met = new Set<Departure>()
    const wrong: string[] = []
    for (const one of golden.cases) {
      const name = nameOf(one)
      let wanted = one.answer
      for (const departure of departures.filter(({ cases }) => cases.test(name))) {
        const changed = departure.ours(wanted)
        if (JSON.stringify(normal(changed)) !== JSON.stringify(normal(wanted))) met.add(departure)
        wanted = changed
      }
      const [said, recorded] = [await ours(one), wanted].map((answer) => JSON.stringify(normal(answer)))
      if (said !== recorded) wrong.push(`${name}\n  ours   ${said}\n  wanted ${recorded}`)
    }
    expect(wrong.join('\n')).toBe('')
    expect(departures.filter((departure) => !met.has(departure)).map(({ cases }) => cases.source)).toEqual([])
  })
})
