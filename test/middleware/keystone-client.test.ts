// How auth_token asks Keystone: where, as whom, how often, and what it does when that fails.
import { createServer, request as httpRequest } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { KeystoneClient } from '../../src/middleware/keystone/client.ts'
import { authTokenGroup } from '../../src/middleware/index.ts'
import { Authority } from '../launch/fixtures/certificates.ts'
import { settingsOf } from './filtering.ts'
import { FakeKeystone, tokenOf } from './keystone.ts'

const password = { username: 'shop', password: 'geheim', project_name: 'service' }

function clientOf(texts: Record<string, string>): KeystoneClient {
  const client = new KeystoneClient(settingsOf(authTokenGroup, texts))
  onTestFinished(() => client.close())
  return client
}

async function prepared(
  texts: Record<string, string> = {},
): Promise<{ keystone: FakeKeystone; client: KeystoneClient }> {
  const keystone = await FakeKeystone.start()
  keystone.tokens.set('good', tokenOf({}))
  return { keystone, client: clientOf({ auth_url: keystone.url, ...password, ...texts }) }
}

const userOf = async (client: KeystoneClient, token = 'good') =>
  (await client.validate(token, false))?.info.token.user.id

afterEach(() => void vi.useRealTimers())

describe('where Keystone is asked', () => {
  const document = (href: string) => ({
    versions: {
      values: [
        { id: 'v2.0', links: [{ rel: 'self', href: 'http://x/v2.0/' }] },
        {
          id: 'v3.14',
          links: [
            { rel: 'describedby', href: 'http://x/doc' },
            { rel: 'self', href },
          ],
        },
      ],
    },
  })

  it.each<[string, unknown, string]>([
    ['as its document says', document('http://localhost/identity/v3/'), '/identity/v3/auth/tokens'],
    ['at a path', document('/identity/v3'), '/identity/v3/auth/tokens'],
    ['in a newer document', { versions: [{ id: 'v3', links: [{ rel: 'self', href: '/x/v3' }] }] }, '/x/v3/auth/tokens'],
    [
      'in the document of a version',
      { version: { id: 'v3.0', links: [{ rel: 'self', href: '/y/v3/' }] } },
      '/y/v3/auth/tokens',
    ],
    ['below, when there is no document', null, '/v3/auth/tokens'],
    ['below, when it has other versions', { versions: { values: [{ id: 'v2.0' }] } }, '/v3/auth/tokens'],
    ['below, when it is odd', { versions: [null, 3, { id: 3 }, { id: 'v3', links: 'x' }] }, '/v3/auth/tokens'],
    ['below, when it is a list', [], '/v3/auth/tokens'],
  ])('%s', async (_what, given, path) => {
    const { keystone, client } = await prepared()
    keystone.document = given
    expect(await userOf(client)).toBe('u1')
    expect(keystone.asked.map(({ url }) => url)).toEqual(['/', path, path])
  })

  const endpoints = [
    { interface: 'public', region: 'one', url: 'http://public.example/v3' },
    { interface: 'internal', region: 'one', url: '{keystone}/one' },
    { interface: 'internal', region: 'two', url: '{keystone}/two/v3/' },
    { interface: 'admin', region: 'two', url: 'ftp://odd' },
  ]

  it.each([
    [{}, '/one/v3'],
    [{ region_name: 'two' }, '/two/v3'],
    [{ interface: 'internalURL', region_name: 'two' }, '/two/v3'],
    [{ region_name: 'three' }, '/v3'],
    [{ interface: 'admin' }, '/v3'],
  ] as [Record<string, string>, string][])('with %j, of the catalog of its own token, %s', async (texts, base) => {
    const { keystone, client } = await prepared(texts)
    const catalog = [
      {
        type: 'identity',
        endpoints: endpoints.map((one) => ({ ...one, url: one.url.replace('{keystone}', keystone.url) })),
      },
    ]
    keystone.login = { catalog }
    expect(await userOf(client)).toBe('u1')
    expect(keystone.asked.at(-1)?.url).toBe(`${base}/auth/tokens`)
  })
})

describe('as whom', () => {
  const domain = { name: 'Default' }

  it.each<[Record<string, string>, object]>([
    [
      password,
      {
        identity: { methods: ['password'], password: { user: { name: 'shop', domain, password: 'geheim' } } },
        scope: { project: { name: 'service', domain } },
      },
    ],
    [
      { user_id: 'u', password: 'p', project_id: 'q' },
      {
        identity: { methods: ['password'], password: { user: { id: 'u', password: 'p' } } },
        scope: { project: { id: 'q' } },
      },
    ],
    [
      { username: 'u', password: 'p', user_domain_id: 'd', project_name: 'q', project_domain_name: 'E' },
      {
        identity: { methods: ['password'], password: { user: { name: 'u', domain: { id: 'd' }, password: 'p' } } },
        scope: { project: { name: 'q', domain: { name: 'E' } } },
      },
    ],
    [
      { username: 'u', password: 'p', default_domain_id: 'd', system_scope: 'all' },
      {
        identity: { methods: ['password'], password: { user: { name: 'u', domain: { id: 'd' }, password: 'p' } } },
        scope: { system: { all: true } },
      },
    ],
    [
      { username: 'u', password: 'p', default_domain_name: 'N', domain_name: 'D' },
      {
        identity: { methods: ['password'], password: { user: { name: 'u', domain: { name: 'N' }, password: 'p' } } },
        scope: { domain: { name: 'D' } },
      },
    ],
    [
      { username: 'u', password: 'p', trust_id: 't' },
      {
        identity: { methods: ['password'], password: { user: { name: 'u', domain, password: 'p' } } },
        scope: { 'OS-TRUST:trust': { id: 't' } },
      },
    ],
    [
      {
        auth_type: 'v3applicationcredential',
        application_credential_id: 'a',
        application_credential_secret: 's',
        project_name: 'ignored',
      },
      { identity: { methods: ['application_credential'], application_credential: { id: 'a', secret: 's' } } },
    ],
    [
      {
        auth_type: 'v3applicationcredential',
        application_credential_name: 'n',
        application_credential_secret: 's',
        username: 'u',
      },
      {
        identity: {
          methods: ['application_credential'],
          application_credential: { name: 'n', user: { name: 'u', domain }, secret: 's' },
        },
      },
    ],
    [
      { auth_type: 'v3token', token: 't', project_id: 'q' },
      { identity: { methods: ['token'], token: { id: 't' } }, scope: { project: { id: 'q' } } },
    ],
  ])('%j', async (texts, auth) => {
    const keystone = await FakeKeystone.start()
    keystone.tokens.set('good', tokenOf({}))
    const client = clientOf({ auth_url: keystone.url, ...texts })
    expect(await userOf(client)).toBe('u1')
    expect(keystone.asked.find(({ method }) => method === 'POST')?.body).toEqual({ auth })
  })

  it.each([
    [{ ...password, auth_url: '' }, 'option "keystone_authtoken.auth_url" has no value and needs one'],
    [{ ...password, auth_url: 'keystone:5000' }, 'option "keystone_authtoken.auth_url" cannot be "keystone:5000"'],
    [{ password: 'p' }, 'option "keystone_authtoken.username" has no value and needs one'],
    [{ username: 'u' }, 'option "keystone_authtoken.password" has no value and needs one'],
    [{ auth_type: 'v3token' }, 'option "keystone_authtoken.token" has no value and needs one'],
    [
      { auth_type: 'v3applicationcredential' },
      'option "keystone_authtoken.application_credential_id" has no value and needs one',
    ],
    [
      { auth_type: 'v3applicationcredential', application_credential_id: 'a' },
      'option "keystone_authtoken.application_credential_secret" has no value and needs one',
    ],
    [{ ...password, system_scope: 'all' }, 'the service logs in to more than one scope in "keystone_authtoken"'],
    [{ ...password, cafile: '/nowhere/ca.pem' }, 'cafile "/nowhere/ca.pem" of [keystone_authtoken] cannot be read'],
    [
      { ...password, certfile: '/nowhere/cert.pem' },
      'certfile "/nowhere/cert.pem" of [keystone_authtoken] cannot be read',
    ],
  ] as [Record<string, string>, string][])('%j is told at the start', (texts, message) => {
    expect(() => clientOf({ auth_url: 'http://k', ...texts })).toThrow(message)
  })
})

describe('its own token', () => {
  const logins = ({ asked }: FakeKeystone): number => asked.filter(({ method }) => method === 'POST').length

  it('is renewed half a minute before it ends', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
    const { keystone, client } = await prepared()
    await userOf(client)
    vi.setSystemTime(Date.now() + 3_600_000 - 31_000)
    await userOf(client)
    expect(logins(keystone)).toBe(1)
    vi.setSystemTime(Date.now() + 2000)
    await userOf(client)
    expect(logins(keystone)).toBe(2)
  })

  it('is asked for anew once, by all who meet its end', async () => {
    const { keystone, client } = await prepared()
    await userOf(client)
    keystone.logins.clear()
    expect(await Promise.all(Array.from({ length: 20 }, async () => userOf(client)))).toEqual(Array(20).fill('u1'))
    expect(logins(keystone)).toBe(2)
  })

  it('is asked for anew when Keystone refuses it, and the question stays the same', async () => {
    const { keystone, client } = await prepared({ include_service_catalog: 'false' })
    await userOf(client)
    keystone.mood.forgets = 1
    keystone.asked.length = 0
    expect(await client.validate('good', true)).not.toBeNull()
    expect(keystone.asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /v3/auth/tokens?nocatalog&allow_expired=1',
      'GET /',
      'POST /v3/auth/tokens',
      'GET /v3/auth/tokens?nocatalog&allow_expired=1',
    ])
  })

  it('is refused twice: Keystone is in trouble', async () => {
    const { keystone, client } = await prepared()
    keystone.mood.forgets = 2
    await expect(client.validate('good', false)).rejects.toThrow(
      'Keystone answered the validation of a token with status 401',
    )
    expect(await userOf(client)).toBe('u1')
  })

  it('has another try after a login that failed', async () => {
    const { keystone, client } = await prepared()
    keystone.mood.refusesLogin = true
    await expect(client.ownToken()).rejects.toThrow("Keystone answered the login of the service's user with status 401")
    keystone.mood.refusesLogin = false
    expect(await client.ownToken()).toBe('service-1')
  })
})

describe('a connection', () => {
  it('stays for the next question', async () => {
    const sockets = new Set<unknown>()
    const { keystone, client } = await prepared()
    const proxy = createServer((req, res) => {
      sockets.add(req.socket)
      const { method, headers } = req
      const onward = httpRequest(
        `${keystone.url}${req.url}`,
        { method, headers: { ...headers, connection: 'close' } },
        (answer) => {
          const { connection: _hop, ...kept } = answer.headers
          res.writeHead(answer.statusCode ?? 500, kept)
          answer.pipe(res)
        },
      )
      req.pipe(onward)
    })
    // No end of its own making, however long the test is kept waiting.
    proxy.keepAliveTimeout = 0
    proxy.listen(0, '127.0.0.1')
    await once(proxy, 'listening')
    onTestFinished(() => {
      proxy.closeAllConnections()
      proxy.close()
    })
    const through = clientOf({ auth_url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/v3`, ...password })
    for (let time = 0; time < 5; time += 1) expect(await userOf(through)).toBe('u1')
    expect(sockets.size).toBe(1)
    client.close()
  })

  it('that is cut is tried again, as often as http_request_max_retries says', async () => {
    const { keystone, client } = await prepared({ http_request_max_retries: '2' })
    keystone.mood.cuts = 2
    expect(await userOf(client)).toBe('u1')
    const { keystone: other, client: impatient } = await prepared({ http_request_max_retries: '0' })
    other.mood.cuts = 1
    await expect(impatient.validate('good', false)).rejects.toThrow(
      /^Keystone does not answer at http.*: socket hang up$/u,
    )
  })

  it('ends when an answer has no end', async () => {
    let sent = 0
    const server = createServer((_req, res) => {
      const more = (): void => {
        sent += 1 << 16
        if (!res.destroyed && res.write('x'.repeat(1 << 16))) setImmediate(more)
      }
      res.on('drain', more)
      more()
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    const client = clientOf({ auth_url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, ...password })
    await expect(client.validate('good', false)).rejects.toThrow("Keystone's answer is longer than 8388608 bytes")
    expect(sent).toBeLessThan(64 << 20)
  })

  it('has its deadline, body and all', async () => {
    const server = createServer((_req, res) => void res.writeHead(200).write('{'))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const client = clientOf({ auth_url: url, ...password, http_connect_timeout: '0.1' })
    await expect(client.validate('good', false)).rejects.toThrow(`Keystone has not answered in 0.1 s at ${url}/`)
  })
})

describe('TLS', () => {
  async function secured(): Promise<{ url: string; authority: Authority; clients: boolean[] }> {
    const authority = new Authority()
    onTestFinished(() => authority.remove())
    const { cert, key } = authority.issue('keystone')
    const keystone = await FakeKeystone.start()
    keystone.tokens.set('good', tokenOf({}))
    const clients: boolean[] = []
    const options = {
      cert: readFileSync(cert),
      key: readFileSync(key),
      ca: authority.ca,
      requestCert: true,
      rejectUnauthorized: false,
    }
    const server = createSecureServer(options, (req, res) => {
      clients.push('authorized' in req.socket && req.socket.authorized === true)
      const onward = httpRequest(
        `${keystone.url}${req.url}`,
        { method: req.method, headers: req.headers },
        (answer) => {
          res.writeHead(answer.statusCode ?? 500, answer.headers)
          answer.pipe(res)
        },
      )
      req.pipe(onward)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    return { url: `https://localhost:${(server.address() as AddressInfo).port}/v3`, authority, clients }
  }

  it('believes the authorities of cafile, and shows certfile', async () => {
    const { url, authority, clients } = await secured()
    const login = { auth_url: url, ...password }
    const { cert, key } = authority.issue('shop')
    expect(await userOf(clientOf({ ...login, cafile: authority.caFile, certfile: cert, keyfile: key }))).toBe('u1')
    expect(clients).toEqual([true, true])
    await expect(userOf(clientOf(login))).rejects.toThrow(/^Keystone does not answer at https.*certificate/u)
    expect(await userOf(clientOf({ ...login, insecure: 'true' }))).toBe('u1')
  })
})
