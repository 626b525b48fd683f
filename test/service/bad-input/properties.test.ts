// Whatever comes, the API answers with what the client did wrong: never a 5xx, never another project's document, and
// the log stays quiet. The seed of a failure is told by fast-check.
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import type { InjectedResponse, InjectOptions } from '../../../src/http/index.ts'
import { type Api, complaints, documentIn, documentsIn, openApi } from './api.ts'

/** In no text that is generated. */
const secret = 'the-secret-of-the-vault'

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ maxLength: 300 }),
  fc.constantFrom('', '\0', '\uD800', '__proto__', 'constructor', "' or 1=1 --", '../..', 'vault', 'a'.repeat(5000)),
)
const anyValue = fc.oneof(
  anyText,
  fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<unknown>,
  fc.constantFrom(1e308, -0, 2 ** 53, [[[]]], {}, 'other', null),
)

/** A body as the attribute map has it, with what does not belong there. */
const anyDocument = fc.record(
  {
    name: fc.oneof(
      { weight: 3, arbitrary: fc.string({ minLength: 1, maxLength: 20 }) },
      { weight: 1, arbitrary: anyValue },
    ),
    content: anyValue,
    project_id: fc.oneof(fc.constantFrom('shop', 'vault'), anyValue),
    tenant_id: fc.oneof(fc.constantFrom('shop', 'vault'), anyValue),
    id: anyValue,
    deleted: anyValue,
    store: anyValue,
    created_at: anyValue,
  },
  { requiredKeys: [] },
)
const anyBody = fc.oneof(
  anyDocument.map((document) => ({ document })),
  fc.array(anyDocument, { maxLength: 3 }).map((documents) => ({ documents })),
  fc
    .array(
      anyDocument.map((document) => ({ document })),
      { maxLength: 3 },
    )
    .map((documents) => ({ documents })),
  fc.record({ document: anyValue, documents: anyValue, text: anyValue, algorithm: anyValue }, { requiredKeys: [] }),
  fc.oneof(anyDocument, anyValue).map((copy) => ({ copy })),
  anyValue,
)
/** Cut off, with a piece put in, or in other bytes than it should be. */
const anyBytes = fc.oneof(
  { weight: 4, arbitrary: anyBody.map((body) => JSON.stringify(body)) },
  { weight: 1, arbitrary: fc.tuple(anyBody, fc.nat(200)).map(([body, end]) => JSON.stringify(body).slice(0, end)) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(anyBody, fc.nat(50), fc.constantFrom('\0', '"', '{', '}', '\\u0000', '"__proto__":', '\uFEFF'))
      .map(([body, at, piece]) => JSON.stringify(body).slice(0, at) + piece + JSON.stringify(body).slice(at)),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 100 }) },
  { weight: 1, arbitrary: fc.nat(20_000).map((depth) => '['.repeat(depth)) },
)

const words = [
  'fields',
  'sort_key',
  'sort_dir',
  'limit',
  'marker',
  'page_reverse',
  'name',
  'id',
  'project_id',
  'tenant_id',
  'content',
  'store',
  'deleted',
]
const anyQuery = fc
  .array(
    fc.tuple(
      fc.oneof(fc.constantFrom(...words), anyText),
      fc.oneof(fc.constantFrom('asc', 'desc', '1', '0', '-1', 'True', 'name', 'id', 'vault', '%'), anyText),
    ),
    { maxLength: 6 },
  )
  .map((pairs) => pairs.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join('&'))

function encoded(text: string): string {
  // Half of a pair has no UTF-8: the bytes that would be it.
  return encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, '\u{10FFFF}')).replaceAll('%F4%8F%BF%BF', '%ED%A0%80')
}

const anyPath = (ids: readonly string[]) =>
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constantFrom(
        '/documents',
        '/os-documents',
        '/digest',
        '/echo',
        '/extensions',
        '/extensions/os-documents',
        '/openapi.json',
        '/',
        '',
        '/.json',
        '/..',
        ...ids.flatMap((id) => [`/documents/${id}`, `/os-documents/${id}`, `/documents/${id}/action`]),
      ),
    },
    {
      weight: 1,
      arbitrary: fc
        .array(
          fc.oneof(
            fc.constantFrom(
              'documents',
              '..',
              '.',
              '%2F',
              '%2e%2e%2f',
              '%00',
              '%',
              '%zz',
              '%C0%AF',
              'new',
              'edit',
              'action',
              '',
              ...ids,
            ),
            anyText.map(encoded),
          ),
          { maxLength: 4 },
        )
        .map((segments) => `/${segments.join('/')}`),
    },
  )

const identities = [
  'x-user-id',
  'x-roles',
  'x-role',
  'x-project-id',
  'x-tenant-id',
  'x-is-admin-project',
  'x-user',
  'x-service-roles',
]
const names = [
  ...identities,
  'openstack-system-scope',
  'x-identity-status',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-prefix',
  'forwarded',
]
names.push(
  'x-openstack-request-id',
  'content-encoding',
  'content-type',
  'accept',
  'if-match',
  'range',
  'origin',
  'expect',
  'x-http-method-override',
)
const anyHeaders = fc.dictionary(
  fc.constantFrom(...names),
  fc.oneof(
    fc.constantFrom(
      'admin',
      'vault',
      'True',
      'all',
      'Confirmed',
      'bob',
      '*/*;q=2',
      'application/json',
      'gzip',
      'for=1.2.3.4;host=evil',
    ),
    fc.string({ unit: 'grapheme-ascii', maxLength: 30 }),
  ),
  { maxKeys: 5 },
)

const methods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND']

const anyRequest = (ids: readonly string[]): fc.Arbitrary<InjectOptions> =>
  fc
    .record({
      method: fc.constantFrom(...methods),
      path: fc.tuple(anyPath(ids), anyQuery).map(([path, query]) => (query === '' ? path : `${path}?${query}`)),
      headers: anyHeaders,
      body: fc.option(anyBytes, { nil: undefined }),
    })
    .map(({ headers, body, ...rest }) => ({
      ...rest,
      headers: { accept: 'application/json', ...headers, 'x-auth-token': 'alice:shop' },
      ...(body !== undefined && { body }),
    }))

async function prepared(): Promise<{ api: Api; own: string; other: string }> {
  const api = await openApi('sqlite://')
  const { id: own } = await api.create({ name: 'own', content: 'own' })
  const { id: other } = await api.create({ name: secret, content: secret }, 'bob:vault')
  return { api, own, other }
}

function expectFault(response: InjectedResponse, isBodyless: boolean): void {
  expect(response.status).toBeLessThan(500)
  expect(response.headers['x-openstack-request-id']).toMatch(/^req-[\da-f-]{36}$/u)
  expect(response.text()).not.toContain(secret)
  if (response.status < 400 || isBodyless) return
  expect(response.headers['content-type']).toBe('application/json')
  expect(response.json()).toEqual({
    error: { code: response.status, message: expect.not.stringMatching(/^$|\n +at .*:\d+:\d+/u) as string },
  })
}

it('any request has an answer that blames nobody but the client, and tells nothing of other projects', async () => {
  const { api, own, other } = await prepared()
  await fc.assert(
    fc.asyncProperty(anyRequest([own, other, own.toUpperCase()]), async (request) => {
      expectFault(await api.send(request), request.method === 'HEAD')
    }),
    { numRuns: 1500 },
  )
  expect(complaints(api.lines)).toEqual([])
  expect(JSON.stringify(api.lines)).not.toMatch(/unhandled|"stack"/iu)
  const kept = await api.ask('GET', `/documents/${other}`, undefined, 'bob:vault')
  expect(documentIn(kept)).toMatchObject({ name: secret, content: secret, project_id: 'vault' })
})

const plausibleDocument = fc.record(
  {
    name: anyText,
    content: fc.oneof(anyText, fc.string({ unit: 'grapheme', maxLength: 400 })),
    project_id: fc.constant('shop'),
  },
  { requiredKeys: ['name'] },
)

it('what a body is taken for, it is: the document that is made is the one that comes back', async () => {
  const { api } = await prepared()
  let taken = 0
  await fc.assert(
    fc.asyncProperty(plausibleDocument, async (document) => {
      const response = await api.ask('POST', '/documents', { document })
      expectFault(response, false)
      if (response.status !== 201) return
      taken += 1
      const made = documentIn(response)
      expect(made).toMatchObject({ content: '', ...document })
      expect(documentIn(await api.ask('GET', `/documents/${made.id}`))).toEqual(made)
      const listed = documentsIn(await api.ask('GET', `/documents?name=${encodeURIComponent(made.name)}&id=${made.id}`))
      expect(listed).toEqual([made])
      expect((await api.ask('DELETE', `/documents/${made.id}`)).status).toBe(204)
    }),
    { numRuns: 1000 },
  )
  // The property is about something.
  expect(taken).toBeGreaterThan(50)
})

it('identity headers of the client change nothing', async () => {
  const { api, other } = await prepared()
  await fc.assert(
    fc.asyncProperty(anyHeaders, async (forged) => {
      const headers = {
        ...forged,
        accept: 'application/json',
        'content-type': 'application/json',
        'x-auth-token': 'alice:shop',
      }
      const who = await api.send({ path: '/', headers })
      expect(who.json()).toMatchObject({
        version: { links: [{ href: 'http://api.example/v1/' }] },
        context: { user_id: 'alice', project_id: 'shop', roles: [], is_admin: false },
      })
      expect((await api.send({ path: `/documents/${other}`, headers })).status).toBe(404)
      const { 'x-auth-token': _, ...unnamed } = headers
      expect((await api.send({ path: '/', headers: unnamed })).json()).toMatchObject({ context: null })
      const listed = await api.send({ path: '/documents', headers: unnamed })
      expect(documentsIn(listed)).toEqual([])
    }),
    { numRuns: 300 },
  )
})
