// The API of the reference service, app by app, without a socket.
import { afterAll, describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config/index.ts'
import { type App, inject, type InjectOptions } from '../../src/http/index.ts'
import { noAuth, sizelimit } from '../../src/middleware/index.ts'
import { appFactory as v1Factory } from '../../src/service/api/v1.ts'
import { appFactory as versionsFactory } from '../../src/service/api/versions.ts'
import { groups } from '../../src/service/opts.ts'
import { contextWith } from '../middleware/filtering.ts'

const versions = await versionsFactory({}, {}, contextWith())
const releases: (() => unknown)[] = []
const conf = { OS_DATABASE__CONNECTION: 'sqlite://', OS_DATABASE__AUTO_UPGRADE: 'true' }
const config = readConfig({ groups, argv: [], prog: 'test', env: conf })
const v1 = await v1Factory({}, {}, contextWith({ config, onClose: (release) => void releases.push(release) }))
afterAll(async () => {
  for (const release of releases.reverse()) await release()
})

describe('the versions of the API', () => {
  it.each(['', '/'])('at %j are listed with links to where the client came in', async (path) => {
    const response = await inject(versions, { path, scriptName: '/service', host: 'api.example:8443' })
    expect(response.status).toBe(200)
    expect(response.json()).toEqual({
      versions: [
        {
          id: 'v1.0',
          status: 'CURRENT',
          version: '',
          min_version: '',
          updated: '2026-11-22T00:00:00Z',
          links: [{ rel: 'self', href: 'http://api.example:8443/service/v1/' }],
        },
      ],
    })
  })

  it('are choices for a path without a version, which the links keep', async () => {
    const response = await inject(versions, { path: '/echo?x=1', host: 'api.example' })
    expect(response.status).toBe(300)
    expect(response.json()).toMatchObject({
      choices: [
        {
          id: 'v1.0',
          links: [{ rel: 'self', href: 'http://api.example/v1/echo' }],
          'media-types': [{ base: 'application/json' }],
        },
      ],
    })
  })

  it('can only be read', async () => {
    expect(await inject(versions, { method: 'POST', path: '/' })).toMatchObject({
      status: 405,
      headers: { allow: 'GET, HEAD' },
    })
    expect((await inject(versions, { method: 'HEAD', path: '/' })).status).toBe(200)
  })
})

describe('version 1', () => {
  const ask = (options: Partial<InjectOptions>, app: App = v1) =>
    inject(app, { path: '/', scriptName: '/v1', host: 'api.example', ...options })
  const digest = (body: unknown, app?: App) =>
    ask({ method: 'POST', path: '/digest', body: typeof body === 'string' ? body : JSON.stringify(body) }, app)

  it.each(['', '/'])('describes itself at %j', async (path) => {
    const response = await ask({ path })
    expect(response.json()).toEqual({
      version: { id: 'v1.0', status: 'CURRENT', links: [{ rel: 'self', href: 'http://api.example/v1/' }] },
      resources: [
        { name: 'documents', href: 'http://api.example/v1/documents' },
        { name: 'echo', href: 'http://api.example/v1/echo' },
        { name: 'digest', href: 'http://api.example/v1/digest' },
        { name: 'os-documents', href: 'http://api.example/v1/os-documents' },
      ],
      context: null,
    })
  })

  it('tells who asks', async () => {
    const response = await ask({ headers: { 'x-auth-token': 'admin:shop' } }, noAuth()(v1))
    expect(response.json()).toMatchObject({
      context: { user_id: 'admin', project_id: 'shop', roles: ['admin'], is_admin: true, request_id: null },
    })
    expect((await ask({}, noAuth()(v1))).json()).toMatchObject({ context: null })
  })

  it('echoes what arrived', async () => {
    const response = await ask({ path: '/echo?a=1&a=2&b', remoteAddress: '192.0.2.1' })
    expect(response.json()).toEqual({
      method: 'GET',
      url: 'http://api.example/v1/echo',
      query: [
        ['a', '1'],
        ['a', '2'],
        ['b', ''],
      ],
      remote_address: '192.0.2.1',
    })
  })

  it.each([
    [{ text: 'abc' }, 'sha256', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [{ text: '', algorithm: 'sha256' }, 'sha256', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    [
      { text: 'abc', algorithm: 'sha384' },
      'sha384',
      'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7',
    ],
  ])('digests %j', async (body, algorithm, value) => {
    const response = await digest(body)
    expect(response.json()).toEqual({ digest: { algorithm, value } })
  })

  it.each<[unknown, number, string]>([
    ['{broken', 400, 'Malformed request body: cannot understand JSON at line 1, column 2.'],
    ['[]', 400, 'Malformed request body: it is not an object.'],
    ['null', 400, 'Malformed request body: it is not an object.'],
    [{}, 400, 'Invalid input for text. Reason: it is not a string.'],
    [{ text: 1 }, 400, 'Invalid input for text. Reason: it is not a string.'],
    [
      { text: 'a', algorithm: 'md5' },
      400,
      'Invalid input for algorithm. Reason: it is not one of sha256, sha384, sha512.',
    ],
    [
      { text: 'a', algorithm: '__proto__' },
      400,
      'Invalid input for algorithm. Reason: it is not one of sha256, sha384, sha512.',
    ],
  ])('refuses to digest %j in JSON', async (body, code, message) => {
    const response = await digest(body)
    expect(response.status).toBe(code)
    expect(response.headers['content-type']).toBe('application/json')
    expect(response.json()).toEqual({ error: { code, message } })
  })

  it('refuses a body in JSON that turns out too large', async () => {
    const { Readable } = await import('node:stream')
    const body = Readable.from([JSON.stringify({ text: 'x'.repeat(100) })], { objectMode: false })
    const response = await ask({ method: 'POST', path: '/digest', body }, sizelimit(50)(v1))
    expect(response.status).toBe(413)
    expect(response.json()).toEqual({
      error: { code: 413, message: 'Request is too large. Larger than max_request_body_size (50).' },
    })
  })

  it.each([
    ['GET', '/digest', 405, 'POST, OPTIONS'],
    ['POST', '/echo', 405, 'GET, HEAD, OPTIONS'],
    ['constructor', '/echo', 405, 'GET, HEAD, OPTIONS'],
    ['OPTIONS', '/echo', 204, 'GET, HEAD, OPTIONS'],
    ['HEAD', '/echo', 200, undefined],
    ['PATCH', '/documents/1', 405, 'DELETE, GET, HEAD, PUT, OPTIONS'],
    ['GET', '/nope', 404, undefined],
    ['GET', '/echo/', 404, undefined],
  ])('answers %s %s with %i', async (method, path, status, allow) => {
    const response = await ask({ method, path })
    expect([response.status, response.headers.allow]).toEqual([status, allow])
  })

  it('answers at once what needs no body', async () => {
    const answers: unknown[] = []
    await inject(
      (req) => {
        const answer = v1(req)
        answers.push(answer)
        return answer
      },
      { path: '/echo' },
    )
    expect(answers[0]).not.toBeInstanceOf(Promise)
  })
})
