// What oslo.middleware 5.0 answers, recorded by test/golden/oslo_middleware.py, against what we answer. Every difference stands in a
// table with its reason. Texts of errors are WebOb's there and ours here, and are compared where clients read them.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { hashSync } from 'bcryptjs'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { OptionGroup } from '../../src/config/index.ts'
import {
  type App,
  type FactoryContext,
  type Filter,
  HttpError,
  type HttpResponse,
  inject,
  json,
} from '../../src/http/index.ts'
import { filterFactory as basicAuth } from '../../src/middleware/basic-auth.ts'
import { filterFactory as catchErrors } from '../../src/middleware/catch-errors.ts'
import { filterFactory as correlationId } from '../../src/middleware/correlation-id.ts'
import { filterFactory as cors } from '../../src/middleware/cors.ts'
import { filterFactory as healthcheck } from '../../src/middleware/healthcheck.ts'
import { filterFactory as httpProxyToWsgi } from '../../src/middleware/http-proxy-to-wsgi.ts'
import { statsdGroup } from '../../src/middleware/index.ts'
import { filterFactory as requestId } from '../../src/middleware/request-id.ts'
import { filterFactory as sizelimit } from '../../src/middleware/sizelimit.ts'
import { filterFactory as ssl } from '../../src/middleware/ssl.ts'
import { statName } from '../../src/middleware/statsd.ts'
import { contextWith, settingsOf } from './filtering.ts'

interface Case {
  readonly filter: string
  readonly method: string
  readonly path: string
  readonly script?: string
  readonly headers?: Record<string, string>
  readonly settings?: Record<string, string>
  readonly size?: number
  readonly chunked?: boolean
  readonly answer: Answer
}

interface Answer {
  readonly status?: number
  readonly headers?: Record<string, string>
  /** What the app inside sees that it would not without the filter. */
  readonly seen?: Record<string, unknown>
  readonly text?: string
  readonly raised?: string
}

interface Golden {
  readonly cases: readonly Case[]
  readonly stats: readonly { path: string; settings: Record<string, boolean>; stat: string }[]
}

const golden = JSON.parse(readFileSync(new URL('../golden/oslo_middleware.json', import.meta.url), 'utf-8')) as Golden

interface Departure {
  readonly cases: RegExp
  readonly reason: string
  /** What we answer in place of the recorded one; a function changes that. */
  readonly ours: (theirs: Answer) => unknown
}

const withHeader =
  (name: string, value: string) =>
  (theirs: Answer): Answer => ({ ...theirs, headers: { ...theirs.headers, [name]: value } })
const seeing =
  (change: Record<string, unknown>) =>
  (theirs: Answer): Answer => ({
    ...theirs,
    seen: Object.fromEntries(Object.entries({ ...theirs.seen, ...change }).filter(([, value]) => value !== undefined)),
  })
/** Of answers that the filter makes itself, in a form that Accept chooses. */
const varying = (theirs: Answer): Answer => (theirs.seen === undefined ? withHeader('vary', 'Accept')(theirs) : theirs)
const refusing =
  (message: string) =>
  (theirs: Answer): Answer => ({
    ...withHeader('www-authenticate', 'Basic realm="api",charset="UTF-8"')(theirs),
    text: JSON.stringify({ error: { message, code: 401 } }),
  })

const departures: readonly Departure[] = [
  {
    cases: /^cors .*\{"allowed_origin":"\*"\}$/u,
    reason: 'browsers refuse a star together with credentials, so the header says nothing but what is not so',
    ours: ({ headers = {}, ...theirs }) => {
      const { 'access-control-allow-credentials': _credentials, ...kept } = headers
      return { ...theirs, headers: kept }
    },
  },
  {
    cases: /^http_proxy_to_wsgi .*"ftp".*True/u,
    reason: 'a scheme that is none would stand in every link',
    ours: seeing({ scheme: undefined }),
  },
  {
    cases: /^http_proxy_to_wsgi .*192\.0\.2\.9, .*True/u,
    reason: 'the address of a client is one address: that which the outermost trusted proxy has seen',
    ours: seeing({ client: '192.0.2.9' }),
  },
  {
    cases: /^http_proxy_to_wsgi .*proto=https, proto=http.*True/u,
    reason: 'nobody says who sent which of them, so the last proxy alone is believed, and the address is not known',
    ours: seeing({ scheme: undefined, client: 'unknown' }),
  },
  {
    cases: /^http_proxy_to_wsgi .*2001:db8.*True/u,
    reason: 'brackets, quotes and the port are no part of the address (RFC 7239 §6)',
    ours: seeing({ client: '2001:db8::1' }),
  },
  {
    cases: /^http_proxy_to_wsgi .*host=.{0,2}"a\.example.*True/u,
    reason: 'quotes are no part of the host (RFC 7239 §4); without "for" the address of the client is not known',
    ours: seeing({ host: 'a.example', client: 'unknown' }),
  },
  {
    cases: /^http_proxy_to_wsgi .*"Forwarded":"(?:proto=https"|Proto=https;HOST).*True/u,
    reason:
      'a proxy that does not say "for" hides the client: its own address must not be taken for it, it may be allowed more',
    ours: seeing({ client: 'unknown' }),
  },
  {
    cases: /^healthcheck (?:GET|POST) /u,
    reason: 'Accept chooses the form of the answer, and caches must know',
    ours: varying,
  },
  {
    cases: /^basic_auth GET \/$/u,
    reason: 'WWW-Authenticate makes browsers ask (RFC 9110 §11.6.1); texts are our own',
    ours: refusing('this needs a user and a password'),
  },
  {
    cases: /^basic_auth .*"Basic (?:YWxpY2U6ZmFsc2No|Ym9i|Og|w6V)/u,
    reason: 'the same; one text for a wrong user and a wrong password',
    ours: refusing('wrong user or password'),
  },
  {
    cases: /^basic_auth .*"Bearer/u,
    reason: 'the same',
    ours: refusing('the only authorization here is Basic'),
  },
  {
    cases: /^basic_auth .*"(?:Basic(?: !!!| YWxpY2U=)?)?"\}$/u,
    reason: 'the same',
    ours: refusing('the header Authorization cannot be read'),
  },
  {
    cases: /^sizelimit/u,
    reason: 'Accept chooses the form of the answer; the text is one, whether the length was known or not',
    ours: (theirs) => ({
      ...varying(theirs),
      ...(theirs.text === undefined
        ? {}
        : { text: theirs.text.replace(/than (\d+)\./u, 'than max_request_body_size ($1).') }),
    }),
  },
  {
    cases: /^catch_errors GET \/raise/u,
    reason: 'Accept chooses the form of the answer, and caches must know',
    ours: varying,
  },
  {
    cases: /^ssl .*gopher"\}$/u,
    reason: 'a scheme that is none would stand in every link',
    ours: seeing({ scheme: undefined }),
  },
]

const app: App = async (req) => {
  const kind = req.pathInfo.slice(req.pathInfo.lastIndexOf('/') + 1)
  if (kind === 'raise') throw new Error('disk on fire')
  if (kind === 'missing') return plainly(new HttpError(404).toResponse(req))
  if (kind === 'empty') return { status: 204, headers: {}, body: null }
  const read = kind === 'read' ? (await req.body.bytes()).length : undefined
  const response = json({ method: req.method, ...seenBy(req), ...(read === undefined ? {} : { read }) })
  if (kind === 'own-origin') response.headers['access-control-allow-origin'] = 'https://own.example'
  if (kind === 'vary') response.headers.vary = 'Accept'
  if (kind === 'own-id') response.headers['x-openstack-request-id'] = 'req-own'
  return response
}

/** WebOb's errors do not say that Accept has chosen their form. */
function plainly(response: HttpResponse): HttpResponse {
  delete response.headers.vary
  return response
}

const untouched: Record<string, unknown> = { scheme: 'http', host: 'backend:8774', client: '10.0.0.1', script: '' }

function seenBy(req: Parameters<App>[0]): Record<string, unknown> {
  const names = ['origin', 'x-correlation-id', 'x-user', 'x-user-name', 'authorization']
  const headers = Object.fromEntries(
    names.flatMap((name) => (req.header(name) === undefined ? [] : [[name, req.header(name)]])),
  )
  const seen = { scheme: req.scheme, host: req.host, client: req.remoteAddress, script: req.scriptName }
  return {
    ...Object.fromEntries(Object.entries(seen).filter(([name, value]) => untouched[name] !== value)),
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
  }
}

const factories: Record<string, unknown> = {
  healthcheck,
  cors,
  http_proxy_to_wsgi: httpProxyToWsgi,
  request_id: requestId,
  sizelimit,
  catch_errors: catchErrors,
  correlation_id: correlationId,
  ssl,
  basic_auth: basicAuth,
}

type Factory = ((globals: object, settings: unknown, context: FactoryContext) => Filter) & { options?: OptionGroup }

function built({ filter, settings = {} }: Case, folder: string): App {
  const factory = factories[filter] as Factory
  const texts = Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [name, value.replace('{there}', join(folder, 'there'))]),
  )
  if (filter === 'basic_auth') texts.http_basic_auth_user_file = join(folder, 'htpasswd')
  const options = factory.options === undefined ? {} : settingsOf(factory.options, texts)
  return factory({}, options, contextWith({ onClose: (release) => onTestFinished(async () => release()) }))(app)
}

async function ours(one: Case, folder: string): Promise<Answer> {
  const { method, path, script = '', headers = {}, size, chunked = false, filter } = one
  const body = size === undefined ? undefined : 'x'.repeat(size)
  const response = await inject(built(one, folder), {
    method,
    path: script + path,
    scriptName: script,
    headers,
    host: 'backend:8774',
    remoteAddress: '10.0.0.1',
    ...(body === undefined ? {} : { body: chunked ? Readable.from([body], { objectMode: false }) : body }),
  })
  const kept = Object.entries(response.headers).filter(([name]) =>
    /^(?:content-type|vary|access-control-.*|x-openstack-request-id|www-authenticate|x-correlation-id|retry-after)$/u.test(
      name,
    ),
  )
  const known = response.text().replaceAll(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/gu, 'UUID')
  return {
    status: response.status,
    ...(kept.length === 0 ? {} : { headers: Object.fromEntries(kept.map(([name, value]) => [name, String(value)])) }),
    ...(known.startsWith('{"method"')
      ? { seen: JSON.parse(known) as Record<string, unknown> }
      : filter === 'healthcheck' || filter === 'basic_auth'
        ? { text: response.text() }
        : filter === 'sizelimit'
          ? { text: response.text().split('\n')[2] ?? '' }
          : {}),
  }
}

/** What means the same to a client. An error that passes a filter is a bare 500 of the server, there and here. */
function normal(answer: Answer): Answer {
  if (answer.raised !== undefined) return { status: 500, headers: { 'content-type': 'text/plain; charset=utf-8' } }
  const headers = Object.entries(answer.headers ?? {}).map(([name, value]) => {
    if (name === 'x-openstack-request-id') return [name, value.replace(/^req-[\da-f-]{36}$/u, 'REQUEST_ID')]
    return [name, name === 'content-type' ? value.toLowerCase() : value.replaceAll(/\s*,\s*/gu, ',')]
  })
  return {
    ...answer,
    ...(headers.length === 0 ? {} : { headers: Object.fromEntries(headers) as Record<string, string> }),
  }
}

function nameOf({ filter, method, path, headers = {}, settings = {}, size, chunked }: Case): string {
  const parts = [
    filter,
    method,
    path,
    JSON.stringify(headers),
    JSON.stringify(settings),
    size,
    chunked === true ? 'chunked' : undefined,
  ]
  return parts.filter((part) => part !== undefined && part !== '{}').join(' ')
}

const met = new Set<Departure>()

describe('as oslo.middleware', () => {
  it.each([...new Set(golden.cases.map(({ filter }) => filter))])('%s answers as recorded', async (filter) => {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-oslo-middleware-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, 'there'), '')
    writeFileSync(join(folder, 'htpasswd'), `alice:${hashSync('geheim:1', 4)}\n`)
    const wrong: string[] = []
    for (const one of golden.cases.filter((each) => each.filter === filter)) {
      const name = nameOf(one)
      const [found, theirs] = [normal(await ours(one, folder)), normal(one.answer)]
      const departure = departures.find(({ cases }) => cases.test(name))
      if (departure !== undefined) met.add(departure)
      const wanted = departure === undefined ? theirs : departure.ours(theirs)
      const [said, recorded] = [found, wanted].map((answer) => JSON.stringify(sorted(answer)))
      if (said !== recorded) wrong.push(`${name}\n  ours   ${said}\n  wanted ${recorded}`)
    }
    expect(wrong.join('\n')).toBe('')
  })

  it('no departure stands here that no case meets', () => {
    expect(departures.filter((departure) => !met.has(departure))).toEqual([])
  })
})

/** Keys in one order, at any depth. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]))
}

const short = '0123456789abcdef0123456789abcdef'
const long = '01234567-89ab-cdef-0123-456789abcdef'

/** path and setting → our name, and why it is another. */
const statDepartures = new Map([
  [
    `/a/${short}/b/fedcba9876543210fedcba9876543210 remove_short_uuid`,
    ['svc.POST.a.b', 'all ids are left out, not the last alone'],
  ],
  [`/a/${long} remove_uuid`, ['svc.POST.a', 'a stray letter in its pattern keeps the original from finding one']],
  [`/a/${long}/b remove_uuid`, ['svc.POST.a.b', 'a stray letter in its pattern keeps the original from finding one']],
  [`/a/${short}0 remove_short_uuid`, [`svc.POST.a.${short}0`, '33 digits are no id']],
  ...['', 'remove_uuid', 'remove_short_uuid'].map((name): [string, [string, string]] => [
    `/a:1|c ${name}`.trim(),
    ['svc.POST.a_1_c', 'a colon ends a name, and a bar would end the value'],
  ]),
] as [string, [string, string]][])

describe('the names of statistics', () => {
  it('are those of oslo.middleware, but for the departures', () => {
    const wrong: string[] = []
    const left = new Set(statDepartures.keys())
    for (const { path, settings, stat } of golden.stats) {
      const texts = Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)]))
      const found = statName(
        { method: 'POST', scriptName: '', pathInfo: path },
        settingsOf(statsdGroup, { name: 'svc', ...texts }),
      )
      const name = `${path} ${Object.keys(settings).join()}`.trim()
      const wanted = statDepartures.get(name)?.[0] ?? stat
      left.delete(name)
      if (found !== wanted) wrong.push(`${name}: ${found} for ${wanted}`)
    }
    expect(wrong).toEqual([])
    expect([...left]).toEqual([])
  })
})
