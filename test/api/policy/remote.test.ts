// http: and https: checks against servers that allow, deny, stay silent, break off.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import type { PolicySettings } from '../../../src/api/policy/options.ts'
import { Authority } from '../../launch/fixtures/certificates.ts'
import { keptLog, policyFrom } from './policies.ts'

type Answer = (req: IncomingMessage, res: ServerResponse, body: string) => void

async function policyServer(answer: Answer, tls?: ServerOptions): Promise<string> {
  const listener = (req: IncomingMessage, res: ServerResponse) => {
    let body = ''
    req.on('data', (chunk: Buffer) => (body += chunk.toString()))
    req.on('end', () => answer(req, res, body))
  }
  const server = tls ? createTlsServer(tls, listener) : createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const member = { roles: ['member'], user_id: 'u1' }

describe('an http: check', () => {
  it('asks by a form of JSON values, its URL filled from the target', async () => {
    const seen: unknown[] = []
    const url = await policyServer((req, res, body) => {
      seen.push([req.method, req.url, req.headers['content-type'], Object.fromEntries(new URLSearchParams(body))])
      res.end('True')
    })
    const enforcer = policyFrom({ a: `${url}/%(kind)s/check`, b: 'rule:a' })
    expect(await enforcer.enforce('b', { kind: 'goods', n: 1 }, member)).toBe(true)
    expect(seen).toEqual([
      [
        'POST',
        '/goods/check',
        'application/x-www-form-urlencoded',
        { rule: '"b"', target: '{"kind":"goods","n":1}', credentials: JSON.stringify(member) },
      ],
    ])
    expect(enforcer.enforce('a', {}, member)).toBe(false)
    expect(seen).toHaveLength(1)
  })

  it('asks by one JSON document where that is configured', async () => {
    const seen: unknown[] = []
    const url = await policyServer((req, res, body) => {
      seen.push([req.headers['content-type'], JSON.parse(body)])
      res.end('"True"')
    })
    const enforcer = policyFrom({ a: `${url}/` }, { settings: { remote_content_type: 'application/json' } })
    expect(await enforcer.enforce('a', { n: 1 }, member)).toBe(true)
    expect(seen).toEqual([['application/json', { rule: 'a', target: { n: 1 }, credentials: member }]])
  })

  it.each([
    ['True', 200, true],
    ['"True"', 500, true],
    ['False', 200, false],
    ['true', 200, false],
    ['', 200, false],
    [`True${'x'.repeat(100_000)}`, 200, false],
  ])('takes %j with status %i for %s', async (text, status, expected) => {
    const url = await policyServer((_req, res) => void res.writeHead(status).end(text))
    expect(await policyFrom({ a: `${url}/` }).enforce('a', {}, member)).toBe(expected)
    expect(await policyFrom({ a: `not ${url}/` }).enforce('a', {}, member)).toBe(!expected)
  })

  it('is asked only when the rest of the rule leaves it open', async () => {
    let asked = 0
    const url = await policyServer((_req, res) => {
      asked += 1
      res.end('True')
    })
    const enforcer = policyFrom({ a: `role:member or ${url}/`, b: `role:admin and ${url}/` })
    expect(enforcer.enforce('a', {}, member)).toBe(true)
    expect(enforcer.enforce('b', {}, member)).toBe(false)
    expect(asked).toBe(0)
  })

  it.each(['', 'not ', 'not not ', 'role:admin or '])(
    'denies and says so when nobody can be asked: %s…',
    async (before) => {
      const url = await policyServer((req) => void req.socket.destroy())
      const log = keptLog()
      const enforcer = policyFrom({ a: `${before}${url}/check` }, { log })
      expect(await enforcer.enforce('a', {}, member)).toBe(false)
      expect(log.lines).toEqual([
        expect.stringMatching(
          /^error the policy server http:\/\/127\.0\.0\.1:\d+\/check did not decide on "a", which is denied: /u,
        ),
      ])
    },
  )

  it('denies when the answer takes longer than remote_timeout', async () => {
    const url = await policyServer(() => undefined)
    const log = keptLog()
    const enforcer = policyFrom({ a: `${url}/` }, { log, settings: { remote_timeout: 0.05 } })
    expect(await enforcer.enforce('a', {}, member)).toBe(false)
    expect(log.lines[0]).toContain('no answer in 0.05 s')
  })

  it('denies what cannot be sent, or has no host', async () => {
    const log = keptLog()
    const circle: Record<string, unknown> = {}
    circle.self = circle
    const enforcer = policyFrom({ a: 'http://127.0.0.1:1/', b: 'http:%(x)s' }, { log })
    expect(await enforcer.enforce('a', circle, member)).toBe(false)
    expect(await enforcer.enforce('b', { x: '//' }, member)).toBe(false)
    expect(log.lines).toHaveLength(2)
  })
})

describe('an https: check', () => {
  const authority = new Authority()
  afterAll(() => authority.remove())
  const { cert, key } = authority.issue('policy')
  const pair = { cert: readFileSync(cert), key: readFileSync(key) }

  it('believes the server by the authority that is configured, and no other unless told to', async () => {
    const url = await policyServer((_req, res) => void res.end('True'), pair)
    const log = keptLog()
    const decide = (settings: Partial<PolicySettings>) =>
      policyFrom({ a: `${url}/` }, { log, settings }).enforce('a', {}, member)
    expect(await decide({ remote_ssl_ca_crt_file: authority.caFile })).toBe(true)
    expect(await decide({})).toBe(false)
    expect(await decide({ remote_ssl_verify_server_crt: false })).toBe(true)
    expect(await decide({ remote_ssl_ca_crt_file: join(authority.folder, 'nosuch.pem') })).toBe(false)
    expect(log.lines).toEqual([
      expect.stringMatching(/did not decide on "a", which is denied: .*certificate/u),
      expect.stringContaining('no such file or directory'),
    ])
  })

  it('shows the certificate that is configured', async () => {
    const asked = { ...pair, ca: authority.ca, requestCert: true, rejectUnauthorized: true }
    const url = await policyServer((_req, res) => void res.end('True'), asked)
    const client = authority.issue('client')
    const known = { remote_ssl_ca_crt_file: authority.caFile }
    const shown = { remote_ssl_client_crt_file: client.cert, remote_ssl_client_key_file: client.key }
    expect(await policyFrom({ a: `${url}/` }, { settings: { ...known, ...shown } }).enforce('a', {}, member)).toBe(true)
    expect(await policyFrom({ a: `${url}/` }, { settings: known }).enforce('a', {}, member)).toBe(false)
  })
})
