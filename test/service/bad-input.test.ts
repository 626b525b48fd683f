// The whole service against what no client should send: a real process, real sockets, bytes as they are. Each is
// answered with the right 4xx or not at all, and the service goes on with a quiet log.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Agent, request } from 'undici'
import { describe, expect, it, onTestFinished } from 'vitest'
import { bodies, type Case, chunks, document, head, json, messages, smuggling, targets } from './bad-input/cases.ts'
import { everything, open, type Raw, sendRaw } from './bad-input/raw.ts'
import { serviceConf } from './folder.ts'
import { RunningServer } from './running-server.ts'

async function start(
  workers: number,
  settings: Readonly<Record<string, string>> = {},
): Promise<{ server: RunningServer; url: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-bad-input-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const database = { OS_DATABASE__CONNECTION: `sqlite:///${join(folder, 'service.db')}` }
  const flags = ['--config-file', serviceConf, '--listen', '127.0.0.1:0', '--workers', String(workers)]
  const server = new RunningServer({ ...database, ...settings }, ...flags)
  return { server, url: await server.url() }
}

/** It still answers, nobody died, and there is nothing in the log but what was asked and refused. */
async function expectUnharmed({ server, url }: Awaited<ReturnType<typeof start>>): Promise<void> {
  const answer = await request(`${url}/v1/documents`, { headers: { 'x-auth-token': 'alice:shop' }, reset: true })
  expect(answer.statusCode).toBe(200)
  await answer.body.dump()
  const { status, errors } = await server.stop()
  expect([status, errors]).toEqual([0, ''])
  const isLoud = ({ level, err }: { level: string; err?: unknown }) =>
    !['debug', 'info'].includes(level) || err !== undefined
  expect(server.lines.filter(isLoud)).toEqual([])
  expect(JSON.stringify(server.lines)).not.toMatch(/"stack"|unhandled|worker \d+ .*(?:died|killed)/iu)
}

/** The status of each case, by its name. */
async function statuses(url: string, cases: Readonly<Record<string, Case>>) {
  const found: Record<string, number> = {}
  const wanted: Record<string, number> = {}
  const answers = new Map<string, Raw>()
  for (const [name, [status, bytes]] of Object.entries(cases)) {
    const answer = await sendRaw(url, bytes)
    answers.set(name, answer)
    found[name] = answer.answers === 1 ? answer.status : -answer.answers
    wanted[name] = status
  }
  expect(found).toEqual(wanted)
  return answers
}

/** What the API itself refuses is JSON with the id of the request. */
function expectFaults(answers: ReadonlyMap<string, Raw>): void {
  for (const [name, { status, headers, body }] of answers) {
    if (status < 400) continue
    expect([name, headers.get('content-type')]).toEqual([name, 'application/json'])
    expect(headers.get('x-openstack-request-id')).toMatch(/^req-/u)
    expect(JSON.parse(body)).toEqual({ error: { code: status, message: expect.any(String) as string } })
  }
}

describe.each([1, 2])('bad input to the service with %i workers', (workers) => {
  it('bodies and paths are refused as JSON, with the id of the request', async () => {
    const running = await start(workers)
    expectFaults(await statuses(running.url, bodies))
    expectFaults(await statuses(running.url, targets))
    await expectUnharmed(running)
  })

  it('messages that are no HTTP, or are two, get one answer', async () => {
    const running = await start(workers)
    await statuses(running.url, messages)
    await statuses(running.url, smuggling)
    await statuses(running.url, chunks)
    await expectUnharmed(running)
  })

  it('clients that are slow, or leave half way, hold nothing up', async () => {
    const running = await start(workers, { OS_DEFAULT__HEADERS_TIMEOUT: '2', OS_DEFAULT__REQUEST_TIMEOUT: '3' })
    const begun = ['GET /v1/ HTTP/1.1\r\nHost', head('POST /v1/documents', json, 'Content-Length: 20'), '']
    const slow = begun.map((bytes) => sendRaw(running.url, bytes))
    for (const bytes of [...begun, `${head('POST /v1/documents', json, 'Content-Length: 20')}{"docu`]) {
      const socket = open(running.url)
      await once(socket, 'connect')
      const gone = everything(socket)
      socket.write(bytes)
      socket.resetAndDestroy()
      await gone
    }
    expect((await Promise.all(slow)).map(({ status }) => status)).toEqual([408, 408, expect.any(Number)])
    await expectUnharmed(running)
  })

  it('headers that claim an identity or another address have no effect', async () => {
    const running = await start(workers)
    const { url } = running
    const made = await request(`${url}/v1/documents`, {
      method: 'POST',
      headers: { 'x-auth-token': 'bob:vault' },
      body: document({ name: 'hidden' }),
      reset: true,
    })
    const { document: hidden } = (await made.body.json()) as { document: { id: string } }
    const forged = [
      ...['User-Id', 'User-Name', 'User'].map((name) => `X-${name}: admin`),
      ...['Roles', 'Role', 'Service-Roles'].map((name) => `X-${name}: admin`),
      ...['Project-Id', 'Tenant-Id', 'Tenant', 'Project-Name'].map((name) => `X-${name}: vault`),
      'X-Identity-Status: Confirmed',
      'X-Is-Admin-Project: True',
      'OpenStack-System-Scope: all',
      'X-Forwarded-For: 10.9.9.9',
      'X-Forwarded-Host: evil.example',
      'X-Forwarded-Proto: https',
      'X-Forwarded-Prefix: /evil',
      'Forwarded: for=10.9.9.9;host=evil.example;proto=https',
      'X-HTTP-Method-Override: DELETE',
    ]
    const ask = async (target: string, ...more: string[]) => sendRaw(url, head(`GET ${target}`, ...forged, ...more))
    expect(JSON.parse((await ask('/v1/')).body)).toMatchObject({
      version: { links: [{ href: 'http://api.example/v1/' }] },
      context: { user_id: 'alice', project_id: 'shop', roles: [], is_admin: false },
    })
    expect(JSON.parse((await ask('/v1/echo')).body)).toMatchObject({
      method: 'GET',
      url: 'http://api.example/v1/echo',
      remote_address: '127.0.0.1',
    })
    expect((await ask(`/v1/documents/${hidden.id}`)).status).toBe(404)
    expect((await ask('/v1/documents?project_id=vault')).body).not.toContain(hidden.id)
    // A second token does not take the place of the first.
    const two = JSON.parse((await ask('/v1/', 'X-Auth-Token: admin:vault')).body) as { context: object }
    expect(two.context).toMatchObject({ user_id: 'alice', is_admin: false })
    await expectUnharmed(running)
  })

  it('changes of one document that come together are each taken or refused', async () => {
    const running = await start(workers)
    const headers = { 'x-auth-token': 'alice:shop', 'content-type': 'application/json' }
    const agent = new Agent({ connections: 16 })
    const send = async (method: 'POST' | 'PUT' | 'GET' | 'DELETE', path: string, body: string | null = null) => {
      const answer = await request(`${running.url}/v1/documents${path}`, { method, headers, body, dispatcher: agent })
      const text = await answer.body.text()
      return {
        status: answer.statusCode,
        document: text === '' ? null : (JSON.parse(text) as { document: { id: string; name: string } }).document,
      }
    }
    for (const isDeleted of [false, true, false]) {
      const id = (await send('POST', '', document({}))).document?.id ?? ''
      const changes = Array.from({ length: 16 }, (_, at) =>
        isDeleted && at % 5 === 4 ? send('DELETE', `/${id}`) : send('PUT', `/${id}`, document({ name: `n${at}` })),
      )
      const answers = await Promise.all(changes)
      for (const { status } of answers) expect([200, 204, 404, 409]).toContain(status)
      const last = await send('GET', `/${id}`)
      const names = answers.filter(({ status }) => status === 200).map((answer) => answer.document?.name)
      // A delete may lose against the others, too.
      const deleted = answers.filter(({ status }) => status === 204).length
      if (deleted > 0) expect([deleted, last.status]).toEqual([1, 404])
      else expect(names).toContain(last.document?.name)
    }
    await agent.close()
    await expectUnharmed(running)
  })
})

it('10,000 documents in one body are one create, or too large for the service', async () => {
  const documents = JSON.stringify({ documents: Array.from({ length: 10_000 }, (_, at) => ({ name: `${at}` })) })
  const sent = { method: 'POST', headers: { 'x-auth-token': 'alice:shop' }, body: documents, reset: true } as const
  const small = await start(1)
  const refused = await request(`${small.url}/v1/documents`, sent)
  expect(refused.statusCode).toBe(413)
  await refused.body.dump()
  await expectUnharmed(small)
  const large = await start(1, { OS_OSLO_MIDDLEWARE__MAX_REQUEST_BODY_SIZE: '1000000' })
  const taken = await request(`${large.url}/v1/documents`, sent)
  expect(taken.statusCode).toBe(201)
  expect(((await taken.body.json()) as { documents: unknown[] }).documents).toHaveLength(10_000)
  await expectUnharmed(large)
})

it('thousands of bad requests take no memory that stays', async () => {
  const running = await start(1)
  const pid = Number(running.server.lines[0]?.pid)
  const agent = new Agent({ connections: 8 })
  const bad = [
    '['.repeat(100_000),
    document({ name: 'x'.repeat(100_000) }),
    `{"${'k'.repeat(100_000)}":`,
    'x'.repeat(120_000),
  ]
  const headers = { 'x-auth-token': 'alice:shop', 'content-type': 'application/json' }
  const batch = async (times: number) => {
    for (let round = 0; round < times; round += 1) {
      const answers = bad.flatMap((body, at) => [
        request(`${running.url}/v1/documents`, { method: 'POST', headers, body, dispatcher: agent }),
        request(`${running.url}/v1/${'p'.repeat(8000)}${round}-${at}`, { headers, dispatcher: agent }),
      ])
      for (const { statusCode, body } of await Promise.all(answers)) {
        expect([400, 404, 413]).toContain(statusCode)
        await body.dump()
      }
    }
  }
  // 50 MB of bodies go by each time. What was kept of each would be seen every time; a heap finds its size, sooner or later.
  let [grown, batches] = [Infinity, 0]
  for (let before = residentBytes(pid); grown > 20 * 2 ** 20 && batches < 12; batches += 1) {
    await batch(120)
    const now = residentBytes(pid)
    grown = now - before
    before = now
  }
  expect(grown).toBeLessThan(20 * 2 ** 20)
  await agent.close()
  await expectUnharmed(running)
})

function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf-8')
  return Number(/^VmRSS:\s+(\d+) kB$/mu.exec(status)?.[1]) * 1024
}
