// oslo.middleware's healthcheck, as an app and as a filter.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from 'vitest'
import { type App, inject, type InjectOptions, text } from '../../src/http/index.ts'
import { appFactory, filterFactory } from '../../src/middleware/healthcheck.ts'
import { healthcheckGroup, type HealthcheckSettings } from '../../src/middleware/index.ts'
import { contextWith, readableLog, settingsOf } from './filtering.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'healthcheck-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const inside: App = () => text('inside')

function filterWith(texts: Record<string, string> = {}): App {
  return filterFactory({}, settingsOf(healthcheckGroup, texts), contextWith())(inside)
}

function appWith(texts: Record<string, string> = {}): App {
  return appFactory({}, settingsOf(healthcheckGroup, texts), contextWith())
}

/** With a check that always says OK unless the file is there. */
function withFile(): { texts: Record<string, string>; file: string } {
  const file = join(folder, 'disable')
  return { texts: { backends: 'disable_by_file', disable_by_file_path: file }, file }
}

describe('healthcheck, where it answers', () => {
  it.each([
    ['/healthcheck', '', true],
    ['/healthcheck?x=1', '', true],
    ['/healthcheck/', '', false],
    ['/healthcheck/x', '', false],
    ['/', '', false],
    ['/healthcheck', '/v1', false],
  ])('as a filter at %j below %j: %j', async (path, scriptName, isAnswered) => {
    const response = await inject(filterWith(), { path, scriptName })
    expect(response.text()).toBe(isAnswered ? '' : 'inside')
  })

  it('as a filter at the whole path that is set', async () => {
    const app = filterWith({ path: '/v1/up' })
    expect((await inject(app, { path: '/up', scriptName: '/v1' })).text()).toBe('')
    expect((await inject(app, { path: '/healthcheck' })).text()).toBe('inside')
  })

  it('as an app everywhere', async () => {
    for (const path of ['/', '/healthcheck', '/x/y']) expect((await inject(appWith(), { path })).status).toBe(200)
  })
})

describe('healthcheck, what it says', () => {
  it.each([
    ['GET', false, 200, 'OK'],
    ['HEAD', false, 204, ''],
    ['POST', false, 200, 'OK'],
    ['GET', true, 503, 'DISABLED BY FILE'],
    ['HEAD', true, 503, ''],
  ])('to %s with the file there (%j): %i %j', async (method, isThere, status, body) => {
    const { texts, file } = withFile()
    if (isThere) writeFileSync(file, '')
    const response = await inject(appWith(texts), { method, path: '/' })
    expect([response.status, response.text()]).toEqual([status, body])
  })

  it('changes its mind while it runs', async () => {
    const { texts, file } = withFile()
    const app = appWith(texts)
    const statuses: number[] = []
    const look = async () => statuses.push((await inject(app, { path: '/' })).status)
    await look()
    writeFileSync(file, '')
    await look()
    rmSync(file)
    await look()
    expect(statuses).toEqual([200, 503, 200])
  })

  it('says nothing when there is nothing to check', async () => {
    const response = await inject(appWith(), { path: '/' })
    expect([response.status, response.text()]).toEqual([200, ''])
  })

  it.each<[string | undefined, string, string]>([
    [undefined, 'text/plain; charset=utf-8', 'OK'],
    ['text/plain', 'text/plain; charset=utf-8', 'OK'],
    ['*/*', 'text/plain; charset=utf-8', 'OK'],
    ['image/png', 'text/plain; charset=utf-8', 'OK'],
    ['application/json', 'application/json', '{\n    "detailed": false,\n    "reasons": [\n        "OK"\n    ]\n}'],
    [
      'text/html;q=0.1, application/json',
      'application/json',
      '{\n    "detailed": false,\n    "reasons": [\n        "OK"\n    ]\n}',
    ],
  ])('to Accept %j in %s', async (accept, type, body) => {
    const response = await inject(appWith(withFile().texts), {
      path: '/',
      headers: accept === undefined ? {} : { accept },
    })
    expect(response.headers['content-type']).toBe(type)
    expect(response.text()).toBe(body)
  })

  it('in HTML as a table', async () => {
    const response = await inject(appWith(withFile().texts), { path: '/', headers: { accept: 'text/html' } })
    expect(response.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(response.text()).toContain('<tr><td>OK</td></tr>')
    expect(response.text()).not.toContain(process.version)
  })

  it('503 while the worker drains, as app and as filter', async () => {
    for (const app of [appWith(withFile().texts), filterWith(withFile().texts)]) {
      const draining: App = (req) => {
        req.environ.draining = true
        return app(req)
      }
      const response = await inject(draining, { path: '/healthcheck' })
      expect([response.status, response.text()]).toEqual([503, 'DRAINING\nOK'])
      expect((await inject(draining, { path: '/healthcheck', method: 'HEAD' })).status).toBe(503)
    }
  })
})

describe('healthcheck, its backends', () => {
  it('disable_by_files_ports goes by the port of the server', async () => {
    const [mine, other] = [join(folder, 'mine'), join(folder, 'other')]
    writeFileSync(other, '')
    // An injected request comes in on port 80.
    const app = appWith({ backends: 'disable_by_files_ports', disable_by_file_paths: `80:${mine},81:${other}` })
    expect((await inject(app, { path: '/' })).text()).toBe('OK')
    writeFileSync(mine, '')
    expect((await inject(app, { path: '/' })).text()).toBe('DISABLED BY FILE')
  })

  it('enable_by_files wants all of them', async () => {
    const [a, b] = [join(folder, 'a'), join(folder, 'b')]
    const app = appWith({ backends: 'enable_by_files', enable_by_file_paths: `${a},${b}` })
    writeFileSync(a, '')
    const response = await inject(app, { path: '/' })
    expect([response.status, response.text()]).toEqual([503, 'FILE PATH MISSING'])
    writeFileSync(b, '')
    expect((await inject(app, { path: '/' })).text()).toBe('OK')
  })

  it('several of them speak in their order, and one that is unwell is enough', async () => {
    const { texts, file } = withFile()
    writeFileSync(file, '')
    const response = await inject(appWith({ ...texts, backends: 'disable_by_files_ports,disable_by_file' }), {
      path: '/',
    })
    expect([response.status, response.text()]).toEqual([503, 'OK\nDISABLED BY FILE'])
  })

  it('a name that is not known is told to the log with the close ones, and left out', async () => {
    const { log, lines } = await readableLog()
    const app = appFactory({}, settingsOf(healthcheckGroup, { backends: 'disable_by_fil' }), contextWith({ log }))
    expect((await inject(app, { path: '/' })).status).toBe(200)
    expect(lines[0]?.msg).toContain('"disable_by_fil" is not known')
    expect(lines[0]?.msg).toContain('close names: disable_by_file')
  })

  it.each([
    [{ backends: 'disable_by_file,enable_by_files' }, 'cannot have both'],
    [
      { backends: 'disable_by_files_ports', disable_by_file_paths: '/no/port' },
      '"disable_by_file_paths" cannot have the item',
    ],
    [
      { backends: 'disable_by_files_ports', disable_by_file_paths: '70000:/x' },
      '"disable_by_file_paths" cannot have the item',
    ],
    [{ allowed_source_ranges: 'nonsense' }, '"allowed_source_ranges" cannot have the item'],
  ])('%j is refused with its place', (texts, message) => {
    const where = { file: 'api-paste.ini', line: 3 }
    const build = () => appFactory({}, settingsOf(healthcheckGroup, texts), contextWith({ where }))
    expect(build).toThrow(
      expect.objectContaining({
        code: 'SLIPWAY_CONFIG_VALUE',
        message: expect.stringContaining(message) as string,
        where,
      }),
    )
  })

  it('disable_by_file without a file is always healthy and says so at start', async () => {
    const { log, lines } = await readableLog()
    const app = appFactory({}, settingsOf(healthcheckGroup, { backends: 'disable_by_file' }), contextWith({ log }))
    expect((await inject(app, { path: '/' })).text()).toBe('OK')
    expect(lines[0]?.msg).toContain('disable_by_file_path')
  })
})

describe('healthcheck, whom it answers', () => {
  const ask = async (app: App, options: Partial<InjectOptions>) => {
    const response = await inject(app, { path: '/healthcheck', ...options })
    return [response.status, response.text()]
  }

  it('everybody, unless there are ranges', async () => {
    const texts = { ...withFile().texts, allowed_source_ranges: '10.0.0.0/8' }
    expect(await ask(appWith(withFile().texts), { remoteAddress: '203.0.113.1' })).toEqual([200, 'OK'])
    expect(await ask(filterWith(texts), { remoteAddress: '203.0.113.1' })).toEqual([200, 'inside'])
    expect(await ask(filterWith(texts), { remoteAddress: '10.0.0.1' })).toEqual([200, 'OK'])
    expect((await ask(appWith(texts), { remoteAddress: '203.0.113.1' }))[0]).toBe(404)
    expect(await ask(appWith(texts), { remoteAddress: '10.0.0.1' })).toEqual([200, 'OK'])
  })

  it.each(['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-prefix'])(
    'nobody who comes with %s, when told so',
    async (name) => {
      const texts = { ...withFile().texts, ignore_proxied_requests: 'true' }
      expect(await ask(filterWith(texts), { headers: { [name]: 'x' } })).toEqual([200, 'inside'])
      expect(await ask(filterWith(texts), {})).toEqual([200, 'OK'])
    },
  )

  it.each([
    [{}, '127.0.0.1', true],
    [{}, '::1', true],
    [{}, '10.0.0.1', false],
    [{ allowed_source_ranges: '10.0.0.0/8' }, '10.0.0.1', true],
  ])('details with %j to %s: %j', async (texts, remoteAddress, isTold) => {
    const app = appWith({ ...withFile().texts, detailed: 'true', ...texts })
    const headers = { accept: 'application/json' }
    const body = (await inject(app, { path: '/', remoteAddress, headers })).json()
    if (isTold) {
      expect(body).toEqual({
        detailed: true,
        memory: expect.any(Object) as object,
        node_version: process.version,
        now: expect.stringMatching(/^\d{4}-/u) as string,
        platform: expect.stringContaining(process.arch) as string,
        reasons: [
          { class: 'DisableByFile', reason: 'OK', details: `file "${join(folder, 'disable')}" does not exist` },
        ],
        uptime: expect.any(Number) as number,
      })
    } else expect(body).toEqual({ detailed: false, reasons: ['OK'] })
    const page = (await inject(app, { path: '/', remoteAddress, headers: { accept: 'text/html' } })).text()
    expect(page.includes(process.version)).toBe(isTold)
  })

  it('has typed settings', () => {
    expectTypeOf(appFactory).parameter(1).toEqualTypeOf<HealthcheckSettings>()
    expectTypeOf<HealthcheckSettings['backends']>().toEqualTypeOf<readonly string[]>()
    expect(filterFactory.options).toBe(appFactory.options)
  })
})
