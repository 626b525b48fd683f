// /v1/documents without a socket: identity, policy, attribute map, plugin and an SQLite database of its own.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Validator } from '@seriousme/openapi-schema-validator'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readConfig } from '../../src/config/index.ts'
import { type App, inject, type InjectedResponse } from '../../src/http/index.ts'
import { noAuth } from '../../src/middleware/index.ts'
import { appFactory as openapiFactory } from '../../src/service/api/openapi.ts'
import { appFactory } from '../../src/service/api/v1.ts'
import { groups } from '../../src/service/opts.ts'
import { contextWith } from '../middleware/filtering.ts'

interface Document {
  readonly id: string
  readonly name: string
  readonly content?: string
  readonly [key: string]: unknown
}

async function openApi(settings: Readonly<Record<string, string>> = {}): Promise<App> {
  const env = { OS_DATABASE__CONNECTION: 'sqlite://', OS_DATABASE__AUTO_UPGRADE: 'true', ...settings }
  const releases: (() => unknown)[] = []
  onTestFinished(async () => {
    for (const release of releases.reverse()) await release()
  })
  const config = readConfig({ groups, argv: [], prog: 'test', env })
  const context = contextWith({ config, onClose: (release) => void releases.push(release) })
  return noAuth()(await appFactory({}, {}, context))
}

type Ask = (method: string, path: string, body?: unknown) => Promise<InjectedResponse>

function as(app: App, token: string | null): Ask {
  return (method, path, body) =>
    inject(app, {
      method,
      path,
      scriptName: '/v1',
      host: 'api.example',
      headers: {
        ...(token !== null && { 'x-auth-token': token }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
}

const documentIn = (response: InjectedResponse): Document => (response.json() as { document: Document }).document
const documentsIn = (response: InjectedResponse): Document[] => (response.json() as { documents: Document[] }).documents

async function create(ask: Ask, values: object): Promise<Document> {
  const response = await ask('POST', '/documents', { document: values })
  expect(response.status, response.text()).toBe(201)
  return documentIn(response)
}

describe('a document', () => {
  it('is created, shown, changed and deleted', async () => {
    const ask = as(await openApi(), 'alice:shop')
    const made = await create(ask, { name: 'a', content: 'text' })
    expect(made).toEqual({
      id: expect.stringMatching(/^[\da-f-]{36}$/u) as string,
      project_id: 'shop',
      name: 'a',
      content: 'text',
      created_at: expect.stringMatching(/Z$/u) as string,
      updated_at: null,
    })
    const path = `/documents/${made.id}`
    expect(documentIn(await ask('GET', path))).toEqual(made)
    const changed = documentIn(await ask('PUT', path, { document: { content: 'more' } }))
    expect(changed).toMatchObject({ ...made, content: 'more', updated_at: expect.any(String) as string })
    expect(documentIn(await ask('GET', path))).toEqual(changed)
    expect((await ask('DELETE', path)).status).toBe(204)
    expect((await ask('GET', path)).status).toBe(404)
    expect((await ask('DELETE', path)).status).toBe(404)
  })

  it('is made with others in one request, all or none', async () => {
    const ask = as(await openApi(), 'alice:shop')
    const both = await ask('POST', '/documents', { documents: [{ name: 'a' }, { name: 'b' }] })
    expect(both.status).toBe(201)
    expect(documentsIn(both).map(({ name }) => name)).toEqual(['a', 'b'])
    expect((await ask('POST', '/documents', { documents: [{ name: 'c' }, { name: '' }] })).status).toBe(400)
    expect(documentsIn(await ask('GET', '/documents'))).toHaveLength(2)
  })

  it.each<[unknown, string]>([
    [{}, 'Resource body required'],
    [{ documnet: {} }, "Unable to find 'document' in request body"],
    [{ document: {} }, "Failed to parse request. Required attribute 'name' not specified"],
    [{ document: { name: 'a', id: 'x' } }, "Attribute 'id' not allowed in POST"],
    [{ document: { name: 'a', nmae: 'b' } }, "Unrecognized attribute(s) 'nmae'"],
    [{ document: { name: 'x'.repeat(256) } }, 'exceeds maximum length of 255.'],
    ['{"document": ', 'Malformed request body'],
    [`${'['.repeat(10_000)}${']'.repeat(10_000)}`, ''],
    ['{"document": {"name": "a", "__proto__": {"project_id": "x"}}}', '"__proto__" is not allowed as a key'],
    [{ document: { name: 'a', project_id: 'other' } }, 'other than the authenticated project'],
  ])('is refused for the body %j', async (body, message) => {
    const response = await as(await openApi(), 'alice:shop')('POST', '/documents', body)
    expect(response.status).toBe(400)
    expect((response.json() as { error: { message: string } }).error.message).toContain(message)
  })

  it('belongs to its project: others do not see that it is there, administrators do', async () => {
    const app = await openApi()
    const made = await create(as(app, 'alice:shop'), { name: 'a' })
    const path = `/documents/${made.id}`
    for (const stranger of [as(app, 'mallory:other'), as(app, null)]) {
      expect((await stranger('GET', path)).status).toBe(404)
      expect((await stranger('PUT', path, { document: { name: 'b' } })).status).toBe(404)
      expect((await stranger('DELETE', path)).status).toBe(404)
      expect(documentsIn(await stranger('GET', '/documents'))).toEqual([])
    }
    expect((await as(app, null)('POST', '/documents', { document: { name: 'a' } })).status).toBe(400)
    const admin = as(app, 'admin:admin')
    expect(documentIn(await admin('GET', path))).toEqual(made)
    expect(documentsIn(await admin('GET', '/documents'))).toEqual([made])
    expect(documentIn(await admin('PUT', path, { document: { name: 'b' } })).name).toBe('b')
  })
})

describe('the list of documents', () => {
  it('is filtered, sorted, cut to fields', async () => {
    const ask = as(await openApi(), 'alice:shop')
    for (const name of ['b', 'c', 'a']) await create(ask, { name, content: `of ${name}` })
    const names = async (query: string) => documentsIn(await ask('GET', `/documents?${query}`)).map(({ name }) => name)
    expect(await names('sort_key=name&sort_dir=asc')).toEqual(['a', 'b', 'c'])
    expect(await names('sort_key=name&sort_dir=desc')).toEqual(['c', 'b', 'a'])
    expect(await names('name=a&name=c&sort_key=name&sort_dir=asc')).toEqual(['a', 'c'])
    expect(documentsIn(await ask('GET', '/documents?name=b&fields=name'))).toEqual([{ name: 'b' }])
    expect((await ask('GET', '/documents?sort_key=content&sort_dir=asc')).status).toBe(400)
    expect((await ask('GET', '/documents?limit=x')).status).toBe(400)
    expect((await ask('GET', '/documents?limit=1&marker=nothing')).status).toBe(404)
  })

  it('is read page by page through its links, forth and back', async () => {
    const ask = as(await openApi(), 'alice:shop')
    for (const name of ['b', 'd', 'a', 'e', 'c']) await create(ask, { name })
    const follow = async (rel: string, first: string): Promise<string[][]> => {
      const pages: string[][] = []
      for (let href: string | undefined = first; href !== undefined;) {
        const response = await ask('GET', href.replace('http://api.example/v1', ''))
        const page = documentsIn(response).map(({ name }) => name)
        if (page.length === 0) break
        pages.push(page)
        const { documents_links: links = [] } = response.json() as { documents_links?: { rel: string; href: string }[] }
        href = links.find((link) => link.rel === rel)?.href
      }
      return pages
    }
    const query = '/documents?limit=2&sort_key=name&sort_dir=asc'
    expect(await follow('next', query)).toEqual([['a', 'b'], ['c', 'd'], ['e']])
    const last = documentsIn(await ask('GET', '/documents?name=e'))[0]
    expect(await follow('previous', `${query}&page_reverse=True&marker=${last?.id}`)).toEqual([
      ['c', 'd'],
      ['a', 'b'],
    ])
  })

  it('has no more than max_limit on a page', async () => {
    const ask = as(await openApi({ OS_DOCUMENTS__MAX_LIMIT: '2' }), 'alice:shop')
    for (const name of ['a', 'b', 'c']) await create(ask, { name })
    expect(documentsIn(await ask('GET', '/documents'))).toHaveLength(2)
    expect(documentsIn(await ask('GET', '/documents?limit=100'))).toHaveLength(2)
  })
})

describe('row 40: the content of a document', () => {
  it.each(['database', 'compressed', 'folder'])(
    'is kept by the driver that the configuration names: %s',
    async (store) => {
      const folder = mkdtempSync(join(tmpdir(), 'slipway-documents-'))
      onTestFinished(() => rmSync(folder, { recursive: true }))
      const app = await openApi({ OS_DOCUMENTS__STORE: store, OS_DOCUMENTS__STORE_FOLDER: join(folder, 'contents') })
      const ask = as(app, 'alice:shop')
      const made = await create(ask, { name: 'a', content: 'grün 🚢' })
      const path = `/documents/${made.id}`
      expect(documentIn(await ask('GET', path)).content).toBe('grün 🚢')
      await ask('PUT', path, { document: { content: '' } })
      expect(documentIn(await ask('GET', path)).content).toBe('')
      const files = store === 'folder' ? readdirSync(join(folder, 'contents')) : []
      expect(files).toHaveLength(store === 'folder' ? 1 : 0)
    },
  )

  it('stays readable when another driver is chosen', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-documents-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const places = {
      OS_DATABASE__CONNECTION: `sqlite:///${join(folder, 'documents.db')}`,
      OS_DOCUMENTS__STORE_FOLDER: join(folder, 'contents'),
    }
    const before = as(await openApi({ ...places, OS_DOCUMENTS__STORE: 'folder' }), 'alice:shop')
    const made = await create(before, { name: 'a', content: 'text' })
    const after = as(await openApi({ ...places, OS_DOCUMENTS__STORE: 'compressed' }), 'alice:shop')
    expect(documentIn(await after('GET', `/documents/${made.id}`)).content).toBe('text')
    await after('PUT', `/documents/${made.id}`, { document: { content: 'new' } })
    expect(documentIn(await before('GET', `/documents/${made.id}`)).content).toBe('new')
    expect(readdirSync(join(folder, 'contents'))).toEqual([])
  })

  it('ends the start for a driver that is not there, and names those that are', async () => {
    const opened = openApi({ OS_DOCUMENTS__STORE: 'databse' })
    await expect(opened).rejects.toMatchObject({ code: 'SLIPWAY_PLUGIN_MISSING', alternatives: ['database'] })
  })
})

describe('extensions of the service', () => {
  it('row 32: answer the five requests of os-documents', async () => {
    const ask = as(await openApi(), 'alice:shop')
    const response = await ask('POST', '/os-documents', { document: { name: 'a', content: 'text' } })
    expect(response.status).toBe(201)
    const made = documentIn(response)
    const path = `/os-documents/${made.id}`
    expect(documentIn(await ask('GET', path))).toEqual(made)
    expect(documentIn(await ask('GET', `/documents/${made.id}`))).toEqual(made)
    expect(documentsIn(await ask('GET', '/os-documents'))).toEqual([made])
    expect(documentIn(await ask('PUT', path, { document: { name: 'b' } })).name).toBe('b')
    expect((await ask('DELETE', path)).status).toBe(204)
    expect((await ask('GET', path)).status).toBe(404)
  })

  it('are listed, each by its alias', async () => {
    const ask = as(await openApi(), 'alice:shop')
    const { extensions } = (await ask('GET', '/extensions')).json() as { extensions: { alias: string }[] }
    expect(extensions.map(({ alias }) => alias)).toEqual(['os-documents'])
    expect((await ask('GET', '/extensions/os-documents')).json()).toMatchObject({ extension: extensions[0] })
    expect((await ask('GET', '/extensions/nothing')).status).toBe(404)
    expect((await ask('PUT', '/extensions/os-documents', { a: 1 })).status).toBe(404)
  })

  it('row 34: are found in the folder that the configuration names', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-extensions-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    writeFileSync(
      join(folder, 'greetings.mjs'),
      `export class Greetings {
        getName() { return 'Greetings' }
        getAlias() { return 'greetings' }
        getDescription() { return 'Says hello.' }
        getUpdated() { return '2026-11-22T00:00:00Z' }
        getRequestExtensions() {
          return [{ method: 'GET', urlRoute: '/echo', handler: (req, response) => { response.headers['x-hello'] = 'you' } }]
        }
      }`,
    )
    const ask = as(await openApi({ OS_DEFAULT__API_EXTENSIONS_PATH: folder }), 'alice:shop')
    expect((await ask('GET', '/extensions/greetings')).json()).toMatchObject({ extension: { name: 'Greetings' } })
    expect((await ask('GET', '/echo')).headers['x-hello']).toBe('you')
  })

  it('copy a document by an action, as far as policy lets the caller', async () => {
    const app = await openApi()
    const ask = as(app, 'alice:shop')
    const made = await create(ask, { name: 'a', content: 'text' })
    const path = `/documents/${made.id}/action`
    const copy = documentIn(await ask('POST', path, { copy: null }))
    expect(copy).toMatchObject({ name: 'copy of a', content: 'text', project_id: 'shop' })
    expect(copy.id).not.toBe(made.id)
    expect(documentIn(await ask('POST', path, { copy: { name: 'b' } })).name).toBe('b')
    expect((await ask('POST', path, { copy: { name: 5 } })).status).toBe(400)
    expect((await ask('POST', `${path}?fields=id`, { copy: null })).status).toBe(400)
    expect((await as(app, 'mallory:other')('POST', path, { copy: null })).status).toBe(404)
    expect((await ask('POST', path, { burn: null })).status).toBe(404)
  })
})

describe('/openapi.json', () => {
  it('tells the API as it is, in a document that is valid', async () => {
    const app = await openapiFactory({}, {}, contextWith())
    const response = await inject(app, { path: '', scriptName: '/openapi.json' })
    expect([response.status, response.headers['content-type']]).toEqual([200, 'application/json'])
    const document = response.json() as { paths: Record<string, Record<string, object>> }
    const { valid, errors } = await new Validator().validate(structuredClone(document))
    expect({ valid, errors }).toEqual({ valid: true, errors: undefined })
    const told = Object.entries(document.paths).map(([path, item]) => `${path} ${Object.keys(item).sort().join(' ')}`)
    expect(told).toEqual(
      expect.arrayContaining([
        '/v1/documents get post',
        '/v1/documents/{id} delete get put',
        '/v1/os-documents get post',
        '/v1/documents/{id}/action post',
        '/v1/extensions get',
      ]),
    )
    const again = await inject(app, { path: '', headers: { 'if-none-match': String(response.headers.etag) } })
    expect(again.status).toBe(304)
  })
})

describe('a start', () => {
  it('is refused on a database that is behind, with the command to run', async () => {
    const opened = openApi({ OS_DATABASE__AUTO_UPGRADE: 'false' })
    await expect(opened).rejects.toMatchObject({
      code: 'SLIPWAY_DB_BEHIND',
      hint: expect.stringContaining('run: service-db-manage upgrade heads') as string,
    })
  })
})
