// auth_token beyond what the original does: forged headers one by one, odd tokens, many requests at once, what the
// app gets to ask others with, and the configuration of services in operation.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { readConfig } from '../../src/config/index.ts'
import { type App, type Environ, inject, json } from '../../src/http/index.ts'
import { filterFactory } from '../../src/middleware/auth-token.ts'
import { authTokenGroup } from '../../src/middleware/index.ts'
import { checkFile } from '../../src/paste/check.ts'
import { deployment, shop } from '../paste/deployment.ts'
import { contextWith, type Line, readableLog, settingsOf } from './filtering.ts'
import { FakeKeystone, tokenOf } from './keystone.ts'

interface Guarded {
  readonly keystone: FakeKeystone
  readonly lines: Line[]
  /** What the last request handed in. */
  environ(): Environ
  ask(headers?: Record<string, string>, path?: string): Promise<{ status: number; seen: Record<string, string> }>
}

async function guarded(texts: Record<string, string> = {}): Promise<Guarded> {
  const keystone = await FakeKeystone.start()
  keystone.tokens.set('good', tokenOf({}))
  keystone.tokens.set('service', tokenOf({ user: { id: 's1', name: 'nova' }, roles: [{ name: 'service' }] }))
  const { log, lines } = await readableLog()
  let environ: Environ = {}
  const app: App = (req) => {
    environ = req.environ
    return json(
      Object.fromEntries(Object.entries(req.headers).filter(([name]) => !/^(?:host|x-auth-token)$/u.test(name))),
    )
  }
  const login = { auth_url: keystone.url, username: 'shop', password: 'geheim', project_name: 'service' }
  const context = contextWith({ log, onClose: (release) => onTestFinished(async () => release()) })
  const wrapped = filterFactory({}, settingsOf(authTokenGroup, { ...login, ...texts }), context)(app)
  return {
    keystone,
    lines,
    environ: () => environ,
    ask: async (headers = {}, path = '/') => {
      const response = await inject(wrapped, { path, headers })
      return {
        status: response.status,
        seen: response.status === 200 ? (response.json() as Record<string, string>) : {},
      }
    },
  }
}

afterEach(() => void vi.useRealTimers())

const ofIdentity =
  'Role Roles User User-Id User-Name User-Domain-Id User-Domain-Name Tenant Tenant-Id Tenant-Name Project-Id Project-Name Project-Domain-Id Project-Domain-Name Domain-Id Domain-Name'
const listed = [
  'X-Identity-Status',
  'X-Service-Identity-Status',
  'X-Service-Catalog',
  'X-Is-Admin-Project',
  'OpenStack-System-Scope',
  ...ofIdentity.split(' ').flatMap((name) => [`X-${name}`, `X-Service-${name}`]),
]

describe('a forged header', () => {
  it.each(listed)('%s reaches no app, in any spelling', async (name) => {
    const { ask } = await guarded({ delay_auth_decision: 'true' })
    for (const spelling of [name, name.toUpperCase(), name.replaceAll('-', '_'), name.replace('-', '_')]) {
      expect({ spelling, ...(await ask({ [spelling]: 'forged' })) }).toEqual({
        spelling,
        status: 200,
        seen: { 'x-identity-status': 'Invalid' },
      })
    }
  })

  it('in what Keystone says of a name stays within its header', async () => {
    const { keystone, ask } = await guarded()
    keystone.tokens.set(
      'odd',
      tokenOf({ user: { id: 'u1', name: 'eve\r\nX-Roles: admin' }, project: { id: 7, name: null } }),
    )
    const { seen } = await ask({ 'x-auth-token': 'odd' })
    expect(seen['x-user-name']).toBe('eve??X-Roles: admin')
    expect(seen).not.toHaveProperty('x-project-id')
    expect(seen).not.toHaveProperty('x-project-name')
  })
})

describe('a token', () => {
  it.each(['good, good', 'go od', 'göod', 'good\u0000', 'good\r\nx-y: z'])(
    '%j is refused without a question',
    async (token) => {
      const { keystone, ask } = await guarded()
      expect((await ask({ 'x-auth-token': token })).status).toBe(401)
      expect(keystone.asked).toEqual([])
    },
  )

  it('that 100 requests bring at once is validated once', async () => {
    const { keystone, ask } = await guarded()
    let release = (): void => undefined
    keystone.mood.hold = new Promise((resolve) => (release = resolve))
    const asking = Array.from({ length: 100 }, async () => ask({ 'x-auth-token': 'good' }))
    while (keystone.validations < 1) await new Promise((resolve) => setImmediate(resolve))
    release()
    expect((await Promise.all(asking)).map(({ status }) => status)).toEqual(Array(100).fill(200))
    expect(keystone.validations).toBe(1)
  })

  it('is let in until it ends, and a revoked one until its time in the cache is over', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
    const { keystone, ask } = await guarded({ token_cache_time: '300' })
    keystone.tokens.set('short', tokenOf({ expires_at: new Date(Date.now() + 60_000).toISOString() }))
    const statuses = async () => [
      (await ask({ 'x-auth-token': 'short' })).status,
      (await ask({ 'x-auth-token': 'good' })).status,
    ]
    expect(await statuses()).toEqual([200, 200])
    keystone.tokens.delete('good')
    vi.setSystemTime(Date.now() + 59_000)
    expect(await statuses()).toEqual([200, 200])
    vi.setSystemTime(Date.now() + 2000)
    expect(await statuses()).toEqual([401, 200])
    vi.setSystemTime(Date.now() + 240_000)
    expect(await statuses()).toEqual([401, 401])
  })

  it('of a service lets the ended token of a user in, which is asked for as such', async () => {
    const { keystone, ask } = await guarded()
    keystone.tokens.set('ended', tokenOf({ expires_at: '2020-01-01T00:00:00Z' }))
    expect((await ask({ 'x-auth-token': 'ended' })).status).toBe(401)
    const { status, seen } = await ask({ 'x-auth-token': 'ended', 'x-service-token': 'service' })
    expect(status).toBe(200)
    expect(seen).toMatchObject({
      'x-user-id': 'u1',
      'x-service-user-id': 's1',
      'x-service-roles': 'service',
      'x-service-identity-status': 'Confirmed',
    })
    expect(keystone.asked.at(-1)?.url).toBe('/v3/auth/tokens?allow_expired=1')
    expect((await ask({ 'x-auth-token': 'ended' })).status).toBe(401)
    expect((await ask({ 'x-auth-token': 'good', 'x-service-token': 'good' })).status).toBe(401)
  })

  it('with access rules needs service_type, and that is told once', async () => {
    const rule = { service: 'shop', method: 'GET', path: '/v1/**' }
    const rules = tokenOf({ application_credential: { access_rules: [rule] } })
    const { keystone, ask, lines } = await guarded()
    keystone.tokens.set('ruled', rules)
    for (let time = 0; time < 3; time += 1) expect((await ask({ 'x-auth-token': 'ruled' }, '/v1/x')).status).toBe(401)
    expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
      ['warn', expect.stringContaining('service_type of [keystone_authtoken] does not say') as string],
    ])
    const { keystone: other, ask: askTyped } = await guarded({ service_type: 'shop', include_service_catalog: 'false' })
    other.tokens.set('ruled', rules)
    expect((await askTyped({ 'x-auth-token': 'ruled' }, '/v1/x')).status).toBe(200)
    expect((await askTyped({ 'x-auth-token': 'ruled' }, '/v2/x')).status).toBe(401)
    // What the app decodes to another path, or cannot decode, no rule allows.
    expect((await askTyped({ 'x-auth-token': 'ruled' }, '/v%31/x')).status).toBe(401)
    expect((await askTyped({ 'x-auth-token': 'ruled' }, '/v1/%zz')).status).toBe(401)
  })
})

describe('the app', () => {
  it('finds what Keystone said, and cannot change it for others', async () => {
    const { ask, environ } = await guarded()
    await ask({ 'x-auth-token': 'good' })
    const info = environ()['keystone.token_info']
    expect(info).toMatchObject({ token: { user: { name: 'alice' }, roles: [{ name: 'member' }, { name: 'reader' }] } })
    for (const part of [info, info?.token, info?.token.user, info?.token.roles]) {
      expect([typeof part, Object.isFrozen(part)]).toEqual(['object', true])
    }
  })

  it('asks other services in the name of the user, with a token of its own beside', async () => {
    const { ask, environ } = await guarded({ delay_auth_decision: 'true' })
    await ask({ 'x-auth-token': ' good ', 'x-service-token': 'service' })
    const auth = environ()['keystone.token_auth']
    expect(await auth?.headers()).toEqual({ 'x-auth-token': 'good', 'x-service-token': 'service-1' })
    expect([auth?.user?.user.id, auth?.service?.user.id]).toEqual(['u1', 's1'])
    expect(JSON.stringify(auth)).not.toContain('good')
    await ask({ 'x-auth-token': 'bad' })
    const nobody = environ()['keystone.token_auth']
    expect([await nobody?.headers(), nobody?.hasUserToken, nobody?.hasServiceToken]).toEqual([null, false, false])
    expect(environ()['keystone.token_info']).toBeUndefined()
  })
})

describe('the configuration', () => {
  function confOf(text: string): ReturnType<typeof readConfig> {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-authtoken-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'service.conf')
    writeFileSync(file, text)
    return readConfig({ groups: [authTokenGroup], argv: ['--config-file', file], prog: 'test', env: {} })
  }

  it('of a service in operation is read without an error; what is ignored is told', () => {
    const conf = confOf(`[keystone_authtoken]
service_type = compute
www_authenticate_uri = http://192.0.2.1:5000
auth_url = http://192.0.2.1:5000
auth_type = password
project_domain_id = default
user_domain_id = default
project_name = service
username = nova
password = geheim
cafile =
region_name = RegionOne
memcache_security_strategy = ENCRYPT
memcache_secret_key = geheimer
memcached_servers = 192.0.2.1:11211,192.0.2.2:11211
memcache_use_advanced_pool = True
memcache_pool_socket_timeout = 3
auth_version = v3
signing_dir = /var/cache/nova
service_token_roles = service
service_token_roles_required = True
`)
    expect(conf.get(authTokenGroup)).toMatchObject({
      auth_url: 'http://192.0.2.1:5000',
      service_type: 'compute',
      service_token_roles: ['service'],
    })
    expect(conf.warnings.map(({ code, where }) => `${code} ${where?.line}`).toSorted()).toEqual(
      [13, 14, 15, 16, 17, 18, 19].map((line) => `SLIPWAY_CONFIG_DEPRECATED ${line}`),
    )
    expect(JSON.stringify(conf.warnings)).not.toContain('geheimer')
  })

  it('of an old service has the login under its old names', () => {
    const conf = confOf(
      '[keystone_authtoken]\nidentity_uri = http://k:35357\nadmin_user = nova\nadmin_password = p\nadmin_tenant_name = service\nauth_plugin = v3password\nauth_uri = http://k:5000\n',
    )
    expect(conf.get(authTokenGroup)).toMatchObject({
      auth_url: 'http://k:35357',
      username: 'nova',
      password: 'p',
      project_name: 'service',
      auth_type: 'v3password',
      www_authenticate_uri: 'http://k:5000',
    })
  })

  it('may have the login in a section of its own', async () => {
    const keystone = await FakeKeystone.start()
    keystone.tokens.set('good', tokenOf({}))
    const config = confOf(
      `[keystone_authtoken]\nauth_section = shared\n[shared]\nauth_url = ${keystone.url}\nusername = u\npassword = p\nproject_id = q\n`,
    )
    const filter = filterFactory({}, config.get(authTokenGroup), contextWith({ config }))
    const response = await inject(
      filter(() => json('in')),
      { path: '/', headers: { 'x-auth-token': 'good' } },
    )
    expect(response.status).toBe(200)
    expect(keystone.asked.find(({ method }) => method === 'POST')?.body).toMatchObject({
      auth: { identity: { password: { user: { name: 'u' } } }, scope: { project: { id: 'q' } } },
    })
  })

  it('that is not safe is told, and an empty value is none', async () => {
    const { lines, ask } = await guarded({
      cafile: '',
      region_name: '',
      user_id: '',
      insecure: 'true',
      service_token_roles_required: 'false',
    })
    expect(lines.map(({ level, msg }) => `${level} ${msg}`)).toEqual([
      'warn insecure = true: any certificate of Keystone is believed',
      'warn service_token_roles_required = false: any valid token counts as that of a service',
    ])
    expect((await ask({ 'x-auth-token': 'good' })).status).toBe(200)
  })

  it('in a deployment file is checked: misspelt settings are found, ignored ones told', async () => {
    const { file } = deployment(
      '[pipeline:main]\npipeline = authtoken api\n[filter:authtoken]\npaste.filter_factory = keystonemiddleware.auth_token:filter_factory\n' +
        'delay_auth_decison = yes\nmemcache_secret_key = geheimer\n[app:api]\npaste.app_factory = shop:app_factory\n',
      { 'shop.js': shop },
    )
    const problems = await checkFile(file)
    expect(problems.map(({ code, severity, where }) => `${severity} ${code} ${where?.line}`)).toEqual([
      'warning SLIPWAY_PASTE_SETTING 5',
      'warning SLIPWAY_CONFIG_DEPRECATED 6',
    ])
    expect(problems[0]).toMatchObject({ alternatives: ['delay_auth_decision'] })
    expect(problems[0]?.expected).toMatch(/^one of the \d+ options of \[keystone_authtoken\]$/u)
    expect(JSON.stringify(problems)).not.toContain('geheimer')
  })
})
