// oslo.middleware's cors: what browsers get to see is compared header by header.
import { Readable } from 'node:stream'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { type App, HttpError, inject, text } from '../../src/http/index.ts'
import { filterFactory } from '../../src/middleware/cors.ts'
import { cors, corsGroup, type CorsSettings } from '../../src/middleware/index.ts'
import { contextWith, readableLog, settingsOf } from './filtering.ts'

const origin = 'https://app.example'
const allowed = { allowed_origin: `${origin},http://other.example:8080` }

async function ask(app: App, method: string, headers: Record<string, string>, texts: Record<string, string> = allowed) {
  const response = await inject(cors(settingsOf(corsGroup, texts))(app), { method, path: '/', headers })
  const names = Object.keys(response.headers).filter((name) => name === 'vary' || name.startsWith('access-control-'))
  return {
    status: response.status,
    text: response.text(),
    headers: Object.fromEntries(names.map((name) => [name, response.headers[name]])),
  }
}

const ok: App = () => text('ok')
const simple = { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true', vary: 'Origin' }

describe('cors, a simple request', () => {
  it.each<[string, Record<string, string>, Record<string, string>, Record<string, string>]>([
    ['of an origin in the list', allowed, { origin }, simple],
    [
      'of another one in the list',
      allowed,
      { origin: 'http://other.example:8080' },
      { ...simple, 'access-control-allow-origin': 'http://other.example:8080' },
    ],
    ['of an origin that is not', allowed, { origin: 'https://evil.example' }, {}],
    ['of an origin with another port', allowed, { origin: `${origin}:8443` }, {}],
    ['of an origin in other case', allowed, { origin: 'HTTPS://app.example' }, {}],
    ['of no origin', allowed, {}, {}],
    ['with no list', {}, { origin }, {}],
    [
      'without credentials',
      { ...allowed, allow_credentials: 'false' },
      { origin },
      { 'access-control-allow-origin': origin, vary: 'Origin' },
    ],
    [
      'with headers to read',
      { ...allowed, expose_headers: 'X-A, X-B' },
      { origin },
      { ...simple, 'access-control-expose-headers': 'X-A,X-B' },
    ],
    [
      'of any origin: never with credentials',
      { allowed_origin: '*' },
      { origin },
      { 'access-control-allow-origin': '*', vary: 'Origin' },
    ],
    ['of an origin in a list with a star', { allowed_origin: `*,${origin}` }, { origin }, simple],
  ])('%s', async (_what, texts, headers, expected) => {
    expect(await ask(ok, 'GET', headers, texts)).toEqual({ status: 200, text: 'ok', headers: expected })
  })

  it('keeps what Vary says already', async () => {
    const app: App = () => text('', 200, { vary: 'Accept' })
    expect((await ask(app, 'GET', { origin })).headers.vary).toBe('Accept, Origin')
  })

  it('leaves an answer alone that has its own headers', async () => {
    const app: App = () => text('', 200, { 'access-control-allow-origin': 'https://mine.example' })
    expect((await ask(app, 'GET', { origin })).headers).toEqual({
      'access-control-allow-origin': 'https://mine.example',
    })
  })

  it('decorates errors, also those that are raised', async () => {
    const raise: App = () => {
      throw new HttpError(404, 'no such thing')
    }
    const answers = [() => text('', 500), async () => text('', 404), raise, async (req) => raise(req)] satisfies App[]
    for (const app of answers) {
      expect((await ask(app, 'GET', { origin })).headers).toMatchObject({ 'access-control-allow-origin': origin })
    }
  })

  it('lets an exception pass that is no response', async () => {
    const broken: App = () => {
      throw new Error('x')
    }
    expect(await ask(broken, 'GET', { origin })).toMatchObject({ status: 500, headers: {} })
  })

  it('costs a request without an origin nothing: the answer is the app’s own', async () => {
    const answer = text('')
    const app = cors(settingsOf(corsGroup, allowed))(() => answer)
    const seen: unknown[] = []
    const watched: App = (req) => {
      const given = app(req)
      seen.push(given)
      return given
    }
    await inject(watched, { path: '/' })
    expect(seen[0]).toBe(answer)
  })
})

describe('cors, a preflight request', () => {
  const asked = { origin, 'access-control-request-method': 'PUT' }
  const granted = { ...simple, 'access-control-max-age': '3600', 'access-control-allow-methods': 'PUT' }

  it.each<[string, Record<string, string>, Record<string, string>, Record<string, string>]>([
    ['for a method', {}, asked, granted],
    [
      'for headers',
      { allow_headers: 'X-Auth-Token' },
      { ...asked, 'access-control-request-headers': 'x-auth-TOKEN , content-type,, ' },
      { ...granted, 'access-control-allow-headers': 'x-auth-TOKEN,content-type' },
    ],
    ['for a header that is not allowed', {}, { ...asked, 'access-control-request-headers': 'x-secret' }, {}],
    ['for a method that is not allowed', { allow_methods: 'GET' }, asked, {}],
    ['for a method in other case', {}, { ...asked, 'access-control-request-method': 'put' }, {}],
    ['for no method', {}, { origin }, {}],
    ['of an origin that is not allowed', {}, { ...asked, origin: 'https://evil.example' }, {}],
    ['of no origin', {}, {}, {}],
    [
      'with no age',
      { max_age: '0' },
      asked,
      Object.fromEntries(Object.entries(granted).filter(([name]) => name !== 'access-control-max-age')),
    ],
    [
      'without credentials',
      { allow_credentials: 'no' },
      asked,
      Object.fromEntries(Object.entries(granted).filter(([name]) => name !== 'access-control-allow-credentials')),
    ],
    [
      'of any origin',
      { allowed_origin: '*' },
      asked,
      {
        'access-control-allow-origin': '*',
        vary: 'Origin',
        'access-control-max-age': '3600',
        'access-control-allow-methods': 'PUT',
      },
    ],
  ])('%s is answered with 200 whatever the app says', async (_what, texts, headers, expected) => {
    const raise: App = async () => {
      throw new HttpError(405)
    }
    for (const app of [() => text('not here', 404), () => text('', 302), raise] satisfies App[]) {
      expect(await ask(app, 'OPTIONS', headers, { ...allowed, ...texts })).toEqual({
        status: 200,
        text: '',
        headers: expected,
      })
    }
  })

  it('keeps an answer of the app that went well', async () => {
    expect(await ask(() => text('mine', 202), 'OPTIONS', asked)).toEqual({
      status: 202,
      text: 'mine',
      headers: granted,
    })
    const app: App = () => text('mine', 404, { 'access-control-allow-origin': '*' })
    expect(await ask(app, 'OPTIONS', asked)).toMatchObject({ status: 404, text: 'mine' })
  })

  it('lets go of the body that it drops', async () => {
    const body = Readable.from(['never read'])
    await ask(() => ({ status: 404, headers: {}, body }), 'OPTIONS', asked)
    expect(body.destroyed).toBe(true)
  })

  it('is not made of an exception', async () => {
    const broken: App = () => {
      throw new Error('x')
    }
    expect((await ask(broken, 'OPTIONS', asked)).status).toBe(500)
  })
})

describe('cors, its settings', () => {
  it('are typed, with the defaults of oslo.middleware', () => {
    expectTypeOf(filterFactory).parameter(1).toEqualTypeOf<CorsSettings>()
    expectTypeOf<CorsSettings['allowed_origin']>().toEqualTypeOf<readonly string[] | null>()
    expectTypeOf<CorsSettings['max_age']>().toEqualTypeOf<number>()
    expect(settingsOf(corsGroup)).toEqual({
      allowed_origin: null,
      allow_credentials: true,
      expose_headers: [],
      max_age: 3600,
      allow_methods: ['OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE', 'PATCH'],
      allow_headers: [],
    })
  })

  it.each([
    [{ allowed_origin: '*' }, 1],
    [{ allowed_origin: '*', allow_credentials: 'false' }, 0],
    [allowed, 0],
    [{}, 0],
  ])('%j give %i warnings at start', async (texts, count) => {
    const { log, lines } = await readableLog()
    filterFactory({}, settingsOf(corsGroup, texts), contextWith({ log }))
    expect(lines.filter(({ level, msg }) => level === 'warn' && msg.includes('credentials'))).toHaveLength(count)
  })
})
