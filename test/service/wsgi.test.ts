// The app for foreign servers: the real files, the whole pipeline, no socket. The deployment file names
// built modules: the suite builds before it runs.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type App, inject, type InjectOptions } from '../../src/http/index.ts'
import { initApp } from '../../src/service/wsgi.ts'
import { makeFolder, ownDatabase, serviceConf } from './folder.ts'

beforeAll(() => {
  for (const [name, value] of Object.entries(ownDatabase)) vi.stubEnv(name, value)
})
afterAll(() => {
  vi.unstubAllEnvs()
})

/** A log file keeps the lines of requests out of the tests' output. */
async function appOf(conf: string, logFolder: string, ...flags: string[]): Promise<App> {
  return initApp(['--config-file', conf, '--log-dir', logFolder, ...flags])
}

async function appWith(
  settings: Parameters<typeof makeFolder>[0] = {},
  edit?: Parameters<typeof makeFolder>[1],
): Promise<(options: InjectOptions) => ReturnType<typeof inject>> {
  const { conf, folder } = makeFolder(settings, edit)
  const app = await appOf(conf, folder)
  return (options) => inject(app, options)
}

describe('service-wsgi-api', () => {
  it('serves the pipeline of the files in etc/service', async () => {
    const { folder } = makeFolder()
    const app = await appOf(serviceConf, folder)
    expect((await inject(app, { path: '/' })).json()).toHaveProperty('versions')
    expect((await inject(app, { path: '/healthcheck' })).text()).toBe('OK')
    const response = await inject(app, { path: '/v1/', headers: { 'x-auth-token': 'alice:shop' } })
    expect(response.headers['x-openstack-request-id']).toMatch(/^req-/u)
    expect(response.json()).toMatchObject({
      context: { user_id: 'alice', request_id: response.headers['x-openstack-request-id'] },
    })
  })

  it('finds its files and its modules when they are far from the package, in a folder with odd characters', async () => {
    const ask = await appWith()
    expect((await ask({ path: '/v1/echo' })).status).toBe(200)
  })

  it('takes its filters’ settings from the configuration', async () => {
    const ask = await appWith({
      oslo_middleware: { max_request_body_size: '20', enable_proxy_headers_parsing: 'true' },
      cors: { allowed_origin: 'https://app.example' },
    })
    const large = await ask({ method: 'POST', path: '/v1/digest', body: JSON.stringify({ text: 'x'.repeat(30) }) })
    expect(large.status).toBe(413)
    expect(large.text()).toContain('Larger than max_request_body_size (20).')
    const headers = { 'x-forwarded-for': '203.0.113.5', origin: 'https://app.example' }
    const echo = await ask({ path: '/v1/echo', headers })
    expect(echo.json()).toMatchObject({ remote_address: '203.0.113.5' })
    expect(echo.headers['access-control-allow-origin']).toBe('https://app.example')
  })

  it('prefers the settings of the deployment file to those of the configuration, for that filter alone', async () => {
    const ask = await appWith({ oslo_middleware: { max_request_body_size: '20' }, cors: { max_age: '1' } }, (text) =>
      text
        .replace('use = egg:slipway#sizelimit', 'use = egg:slipway#sizelimit\nmax_request_body_size = 100')
        .replace(
          'use = egg:slipway#cors',
          'use = egg:slipway#cors\nallowed_origin = https://a.example, https://b.example',
        ),
    )
    const body = (size: number) => JSON.stringify({ text: 'x'.repeat(size) })
    expect((await ask({ method: 'POST', path: '/v1/digest', body: body(50) })).status).toBe(200)
    expect((await ask({ method: 'POST', path: '/v1/digest', body: body(200) })).text()).toContain('(100)')
    const headers = { origin: 'https://b.example', 'access-control-request-method': 'POST' }
    expect((await ask({ method: 'OPTIONS', path: '/v1/digest', headers })).headers).toMatchObject({
      'access-control-allow-origin': 'https://b.example',
      'access-control-max-age': '1',
    })
  })

  it('asks for a token with auth_strategy = keystone', async () => {
    const ask = await appWith({
      DEFAULT: { auth_strategy: 'keystone' },
      keystone_authtoken: { auth_url: 'http://127.0.0.1:1', username: 'service', password: 'geheim' },
    })
    const response = await ask({ path: '/v1/', headers: { 'x-user-id': 'root', 'x-roles': 'admin' } })
    expect(response.status).toBe(401)
    expect(response.headers['www-authenticate']).toBe('Keystone uri="http://127.0.0.1:1"')
    expect((await ask({ path: '/' })).status).toBe(200)
  })

  it.each<[string, Parameters<typeof makeFolder>[0], Parameters<typeof makeFolder>[1], object]>([
    [
      'keystone without its address',
      { DEFAULT: { auth_strategy: 'keystone' } },
      undefined,
      { code: 'SLIPWAY_CONFIG_REQUIRED', message: expect.stringContaining('keystone_authtoken.auth_url') as string },
    ],
    [
      'an unknown strategy',
      { DEFAULT: { auth_strategy: 'kerberos' } },
      undefined,
      { code: 'SLIPWAY_CONFIG_VALUE', expected: expect.stringContaining('noauth') as string },
    ],
    [
      'a mistyped option of a filter',
      { cors: { allowed_orign: '*' } },
      undefined,
      { code: 'SLIPWAY_CONFIG_UNKNOWN', alternatives: ['allowed_origin'] },
    ],
    [
      'a mistyped setting of a filter',
      {},
      (text) => text.replace('use = egg:slipway#sizelimit', 'use = egg:slipway#sizelimit\nmax_request_body_siz = 1'),
      { code: 'SLIPWAY_PASTE_SETTING' },
    ],
    [
      'a setting of the wrong kind',
      {},
      (text) =>
        text.replace('use = egg:slipway#sizelimit', 'use = egg:slipway#sizelimit\nmax_request_body_size = much'),
      {
        code: 'SLIPWAY_CONFIG_VALUE',
        where: expect.objectContaining({ line: expect.any(Number) as number }) as object,
      },
    ],
    [
      'a filter that is not there',
      {},
      (text) => text.replace('use = egg:slipway#noauth', 'use = egg:slipway#noaut'),
      { code: 'SLIPWAY_DISTRIBUTION_ENTRY', alternatives: ['noauth', 'noauth2'] },
    ],
  ])('refuses %s', async (_what, settings, edit, error) => {
    await expect(appWith(settings, edit)).rejects.toMatchObject(error)
  })

  it('names the option and its place when there is no deployment file', async () => {
    const { conf, folder } = makeFolder()
    rmSync(join(folder, 'api-paste.ini'))
    await expect(appOf(conf, folder)).rejects.toMatchObject({
      code: 'SLIPWAY_INPUT_MISSING',
      message: 'deployment file "api-paste.ini" was not found',
      where: { file: conf },
    })
  })
})
