// The command `service-server` from its first line to its exit status, as an operator runs it.
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { request } from 'undici'
import { describe, expect, it } from 'vitest'
import { makeFolder, serviceConf } from './folder.ts'
import { RunningServer } from './running-server.ts'

const real = ['--config-file', serviceConf, '--listen', '127.0.0.1:0']

describe('service-server', () => {
  it.each([1, 2])('with %i workers says what it does, answers, and stops in order', async (workers) => {
    const server = new RunningServer({}, ...real, '--workers', String(workers))
    const url = await server.url()
    const said = server.lines
      .map(({ msg }) => msg)
      .filter((msg) => !/^(?:Running upgrade |each of the 2 workers has a database)/u.test(msg))
    expect(said.slice(0, 4)).toEqual([
      expect.stringMatching(/^service-server \d+\.\d+\.\d+, config files .*service\.conf$/u),
      expect.stringMatching(/^listening on http:\/\/127\.0\.0\.1:\d+$/u),
      expect.stringContaining(
        'request_id > catch_errors > request_log > sizelimit > http_proxy_to_wsgi > cors > noauth > v1app',
      ),
      expect.stringMatching(/^ready in \d+ ms, /u),
    ])

    const root = await request(`${url}/`)
    expect(await root.body.json()).toMatchObject({ versions: [{ links: [{ href: `${url}/v1/` }] }] })
    expect((await request(`${url}/healthcheck`)).statusCode).toBe(200)

    const who = await request(`${url}/v1/`, { headers: { 'x-auth-token': 'alice:shop' } })
    const requestId = who.headers['x-openstack-request-id']
    expect(await who.body.json()).toMatchObject({ context: { user_id: 'alice', request_id: requestId } })
    expect(await server.line((line) => line.request_id === requestId)).toMatchObject({
      level: 'info',
      method: 'GET',
      uri: '/v1/',
      status: 200,
      user: 'alice',
      project: 'shop',
    })

    const headers = { 'x-auth-token': 'alice:shop' }
    const body = JSON.stringify({ document: { name: 'a', content: 'text' } })
    const made = await request(`${url}/v1/documents`, { method: 'POST', headers, body })
    expect([made.statusCode, await made.body.json()]).toMatchObject([201, { document: { project_id: 'shop' } }])
    const digest = await request(`${url}/v1/digest`, { method: 'POST', body: '{"text":"abc"}' })
    expect(await digest.body.json()).toMatchObject({ digest: { algorithm: 'sha256' } })
    const large = await request(`${url}/v1/digest`, { method: 'POST', body: 'x'.repeat(114_689) })
    expect([large.statusCode, await large.body.text()]).toEqual([413, expect.stringContaining('(114688)')])

    expect((await server.stop()).status).toBe(0)
  })

  it('tells the value of every option at debug, and no secret', async () => {
    const environment = { OS_DEFAULT__DEBUG: 'true', OS_KEYSTONE_AUTHTOKEN__PASSWORD: 'hushhush' }
    const server = new RunningServer(environment, ...real)
    await server.url()
    const told = server.lines.filter(({ level }) => level === 'debug').map(({ msg }) => msg)
    expect(told).toContainEqual(expect.stringMatching(/^workers\s+= 1$/u))
    expect(told).toContainEqual(expect.stringMatching(/^keystone_authtoken\.password\s+= \*{4}$/u))
    expect(JSON.stringify(server.lines)).not.toContain('hushhush')
    expect((await server.stop()).status).toBe(0)
  })

  it.each([1, 2])('takes the pipeline of a default that nobody has set (%i workers)', async (workers) => {
    const { folder } = makeFolder()
    const bare = join(folder, 'bare.conf')
    writeFileSync(bare, `[DEFAULT]\napi_paste_config = ${join(folder, 'api-paste.ini')}\n`)
    const server = new RunningServer({}, '--config-file', bare, '--listen', '127.0.0.1:0', `--workers=${workers}`)
    await server.url()
    expect(server.lines.map(({ msg }) => msg)).toContainEqual(expect.stringContaining('> noauth > v1app'))
    expect((await server.stop()).status).toBe(0)
  })

  it('leaves its load balancer while the file is there, which the environment may name', async () => {
    const { folder } = makeFolder()
    const file = join(folder, 'off')
    const server = new RunningServer({ OS_HEALTHCHECK__DISABLE_BY_FILE_PATH: file }, ...real)
    const url = await server.url()
    const look = async () => {
      const { statusCode, body } = await request(`${url}/healthcheck`)
      return [statusCode, await body.text()]
    }
    expect(await look()).toEqual([200, 'OK'])
    writeFileSync(file, '')
    expect(await look()).toEqual([503, 'DISABLED BY FILE'])
    rmSync(file)
    expect(await look()).toEqual([200, 'OK'])
    expect((await server.stop()).status).toBe(0)
  })

  it('tells help and version, and loads nothing for that', async () => {
    const help = await new RunningServer({}, '--help').ended
    expect(help).toMatchObject({ status: 0, errors: '' })
    expect(help.output).toContain('Usage: service-server [options]')
    expect(help.output).toContain('--listen')
    const version = await new RunningServer({}, '--version').ended
    expect(version.status).toBe(0)
    expect(version.output).toMatch(/\d+\.\d+\.\d+/u)
  })

  it.each<[string, string[], number, RegExp]>([
    ['an unknown flag', [...real, '--worker', '2'], 64, /SLIPWAY_USAGE[\s\S]*--workers/u],
    [
      'a missing file',
      ['--config-file', '/nonexistent/service.conf'],
      66,
      /SLIPWAY_INPUT_MISSING[\s\S]*service\.conf/u,
    ],
    ['a bad value', [...real, '--workers', '0'], 78, /SLIPWAY_CONFIG_VALUE[\s\S]*workers/u],
  ])('ends for %s with its status and the reason', async (_what, flags, status, reason) => {
    const ended = await new RunningServer({}, ...flags).ended
    expect(ended.errors).toMatch(reason)
    expect(ended.status).toBe(status)
    expect(ended.errors).not.toContain('    at ')
  })

  it('ends for a bad deployment file with all that is wrong in it', async () => {
    const { conf } = makeFolder({}, (text) =>
      text.replace('use = egg:slipway#cors', 'use = egg:slipway#cros').replace('/v1: api_v1', '/v1: api_v2'),
    )
    const ended = await new RunningServer({}, '--config-file', conf, '--listen', '127.0.0.1:0').ended
    expect(ended.status).toBe(78)
    expect(ended.errors).toContain('api_v2')
    expect(ended.errors).toContain('api-paste.ini')
  })
})
