// The stand-in for Keystone as an app: who may log in, what tokens say, how it ails.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { inject, type InjectedResponse } from '../../../src/http/index.ts'
import { parseDirectory } from '../../../src/service/keystone-stand-in/directory.ts'
import { KeystoneStandIn } from '../../../src/service/keystone-stand-in/stand-in.ts'
import { root } from '../folder.ts'

const users = readFileSync(join(root, 'etc/keystone/users.json'), 'utf-8')

interface Asking {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: unknown
}

class Client {
  now = Date.parse('2030-01-01T00:00:00Z')
  readonly keystone = new KeystoneStandIn({ directory: parseDirectory(users, 'users.json'), now: () => this.now })

  ask(path: string, { method = 'GET', headers = {}, body }: Asking = {}): Promise<InjectedResponse> {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    return inject(this.keystone.app, { path, method, headers, ...sent })
  }

  logIn(identity: object, scope?: object): Promise<InjectedResponse> {
    return this.ask('/v3/auth/tokens', { method: 'POST', body: { auth: { identity, ...(scope && { scope }) } } })
  }

  async token(name: string, scope?: object): Promise<string> {
    return String((await this.logIn(byPassword(name), scope)).headers['x-subject-token'])
  }

  validate(subject: string, own: string, query = '', method = 'GET'): Promise<InjectedResponse> {
    return this.ask(`/v3/auth/tokens${query}`, { method, headers: { 'x-auth-token': own, 'x-subject-token': subject } })
  }
}

function byPassword(name: string, password = name): object {
  return { methods: ['password'], password: { user: { name, domain: { id: 'default' }, password } } }
}

const project = (name: string): object => ({ project: { name, domain: { id: 'default' } } })

interface Token {
  readonly token: Record<string, unknown> & { readonly roles?: readonly { name: string }[] }
}

describe('the stand-in for Keystone', () => {
  it('names its version', async () => {
    const client = new Client()
    const root = await client.ask('/')
    expect(root.status).toBe(300)
    expect(root.json()).toMatchObject({
      versions: { values: [{ id: 'v3.14', links: [{ rel: 'self', href: 'http://localhost/v3/' }] }] },
    })
    expect((await client.ask('/v3/')).json()).toMatchObject({ version: { status: 'stable' } })
  })

  it.each<[string, object, object | undefined, number]>([
    ['by password', byPassword('demo'), project('demo'), 201],
    ['without a scope', byPassword('demo'), undefined, 201],
    ['to the system', byPassword('admin'), { system: { all: true } }, 201],
    ['to the system without a role there', byPassword('demo'), { system: { all: true } }, 401],
    ['to a project without a role there', byPassword('demo'), project('service'), 401],
    ['to a project that there is not', byPassword('demo'), project('nothing'), 401],
    ['with a wrong password', byPassword('demo', 'x'), project('demo'), 401],
    ['as nobody', byPassword('nobody'), undefined, 401],
    ['by an unknown method', { methods: ['totp'] }, undefined, 401],
    [
      'by application credential',
      { methods: ['application_credential'], application_credential: { id: 'demo-read-only', secret: 'demo-secret' } },
      undefined,
      201,
    ],
    [
      'by a wrong secret',
      { methods: ['application_credential'], application_credential: { id: 'demo-read-only', secret: 'x' } },
      undefined,
      401,
    ],
  ])('a login %s', async (_what, identity, scope, status) => {
    const response = await new Client().logIn(identity, scope)
    expect(response.status).toBe(status)
    expect(response.headers['x-subject-token'] !== undefined).toBe(status === 201)
  })

  it('gives a token for a token', async () => {
    const client = new Client()
    const id = await client.token('demo')
    const response = await client.logIn({ methods: ['token'], token: { id } }, project('demo'))
    expect((response.json() as Token).token).toMatchObject({ methods: ['token'], project: { name: 'demo' } })
  })

  it('tells a service of a token, with or without the catalog', async () => {
    const client = new Client()
    const [subject, own] = [
      await client.token('demo', project('demo')),
      await client.token('service', project('service')),
    ]
    const whole = await client.validate(subject, own)
    expect(whole.status).toBe(200)
    expect(whole.headers['x-subject-token']).toBe(subject)
    const { token } = whole.json() as Token
    expect(token).toMatchObject({
      user: { name: 'demo' },
      project: { name: 'demo' },
      roles: [{ name: 'member' }, { name: 'reader' }],
    })
    expect(token.catalog).toMatchObject([{ type: 'identity' }, { type: 'shop' }])
    expect(((await client.validate(subject, own, '?nocatalog')).json() as Token).token.catalog).toBeUndefined()
    const head = await client.validate(subject, own, '', 'HEAD')
    expect([head.status, head.text()]).toEqual([200, ''])
  })

  it('tells nobody of the tokens of others who has no role for it', async () => {
    const client = new Client()
    const [demo, reader] = [await client.token('demo', project('demo')), await client.token('reader', project('demo'))]
    expect((await client.validate(demo, reader)).status).toBe(403)
    expect((await client.validate(demo, demo)).status).toBe(200)
    expect((await client.validate(demo, 'made-up')).status).toBe(401)
  })

  it('forgets what is revoked or has ended, and tells of the ended one who asks for such', async () => {
    const client = new Client()
    const [revoked, ended] = [await client.token('demo'), await client.token('reader')]
    const own = await client.token('admin', project('admin'))
    expect((await client.validate(revoked, own, '', 'DELETE')).status).toBe(204)
    expect((await client.validate(revoked, own)).status).toBe(404)
    expect((await client.validate(revoked, own, '', 'DELETE')).status).toBe(404)
    client.now += 3_601_000
    const later = await client.token('admin', project('admin'))
    expect((await client.validate(ended, own)).status).toBe(401)
    expect((await client.validate(ended, later)).status).toBe(404)
    expect((await client.validate(ended, later, '?allow_expired=1')).status).toBe(200)
    client.now += 3 * 24 * 3_600_000
    expect(
      (await client.validate(ended, await client.token('admin', project('admin')), '?allow_expired=1')).status,
    ).toBe(404)
  })

  it('ails as a test wants it', async () => {
    const client = new Client()
    const set = (mood: object) => client.ask('/stand-in/mood', { method: 'PUT', body: mood })
    expect((await set({ status: 503 })).status).toBe(204)
    expect((await client.logIn(byPassword('demo'))).status).toBe(503)
    await set({ refuses_logins: true })
    expect((await client.logIn(byPassword('demo'))).status).toBe(401)
    await set({ body: '<html>', delay_ms: 1 })
    expect((await client.logIn(byPassword('demo'))).text()).toBe('<html>')
    await set({})
    expect((await client.logIn(byPassword('demo'))).status).toBe(201)
    const made = { user: { id: 'x' }, expires_at: '2040-01-01T00:00:00Z' }
    await client.ask('/stand-in/tokens/made-up', { method: 'PUT', body: made })
    expect((await client.validate('made-up', 'made-up')).json()).toEqual({ token: made })
  })

  it('answers nothing else, and nobody who came by another name', async () => {
    const client = new Client()
    expect((await client.ask('/v3/users')).status).toBe(404)
    expect((await client.ask('/v3/auth/tokens', { method: 'PATCH' })).status).toBe(405)
    expect((await client.ask('/stand-in/mood')).status).toBe(405)
    expect((await inject(client.keystone.app, { path: '/', host: 'evil.example' })).status).toBe(403)
  })
})

describe('the users file', () => {
  it.each([
    ['{', 'the users file "f" is no JSON'],
    ['[]', '"the file" of the users file "f" does not fit'],
    ['{"users": 1}', '"users" of the users file "f" does not fit'],
    ['{"users": [{"name": "a"}]}', '"users[0].password" of the users file "f" does not fit'],
    [
      '{"users": [{"name": "a", "password": "b", "roles": {"p": [1]}}]}',
      '"users[0].roles.p" of the users file "f" does not fit',
    ],
    ['{"users": [], "catalog": [{"type": "x"}]}', '"catalog[0].url" of the users file "f" does not fit'],
  ])('%s: %s', (text, message) => {
    expect(() => parseDirectory(text, 'f')).toThrow(message)
  })
})
