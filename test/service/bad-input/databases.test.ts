// What databases disagree about, or fail at, must look the same to clients on each of them.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { eachDatabase } from '../../db/databases.ts'
import { type Api, complaints, type Document, documentIn, documentsIn, openApi } from './api.ts'

eachDatabase('bad input to documents', (server) => {
  it.each(['\0', 'a\0b', '\uD800', 'a\uDFFFb'])('refuses the text %j in a body', async (text) => {
    const { ask, create, lines } = await openApi(await server.fresh())
    const { id } = await create({ name: 'a' })
    for (const document of [{ name: text }, { name: 'a', content: text }]) {
      expect((await ask('POST', '/documents', { document })).status).toBe(400)
      expect((await ask('POST', '/documents', { documents: [{ name: 'b' }, document] })).status).toBe(400)
      expect((await ask('PUT', `/documents/${id}`, { document })).status).toBe(400)
    }
    expect(documentsIn(await ask('GET', '/documents')).map(({ name }) => name)).toEqual(['a'])
    expect(complaints(lines)).toEqual([])
  })

  it('keeps every other text as it is, in the largest sizes there are', async () => {
    const { ask, create } = await openApi(await server.fresh())
    const texts = [
      '\u{1F600}',
      '\u0001\u001F\u007F',
      '\uFFFF\uFFFE',
      '\u202Eabc',
      "';--",
      '%s\\',
      'e\u0301 \u00E9',
      ' a ',
    ]
    for (const text of texts) {
      const made = await create({ name: text, content: text })
      expect(made).toMatchObject({ name: text, content: text })
      expect(documentIn(await ask('GET', `/documents/${made.id}`))).toEqual(made)
    }
    const largest = await create({ name: '\u{1F600}'.repeat(255), content: '\u{10FFFF}'.repeat(16_000) })
    expect(documentIn(await ask('GET', `/documents/${largest.id}`))).toEqual(largest)
    for (const document of [{ name: '\u{1F600}'.repeat(256) }, { name: 'a', content: 'x'.repeat(16_001) }]) {
      const response = await ask('POST', '/documents', { document })
      expect([response.status, response.text()]).toEqual([400, expect.stringContaining('exceeds maximum length of')])
    }
  })

  it('knows a document by its very id and project only', async () => {
    const { ask, create, lines } = await openApi(await server.fresh())
    const { id } = await create({ name: 'a' })
    const odd = ['%00', '%2F', '..', '.', '%20', 'nope', '0', '-1', id.toUpperCase(), `${id}%20`, `${id}%00`]
    odd.push(`${id}'%20or%20'1'='1`, id.replaceAll('-', ''), 'constructor', '%F0%9F%98%80', 'a'.repeat(5000))
    for (const other of odd) {
      for (const [method, body] of [['GET'], ['PUT', { document: { name: 'b' } }], ['DELETE']] as const) {
        const { status } = await ask(method, `/documents/${other}`, body)
        expect([method, other, status]).toEqual([method, other, 404])
      }
    }
    for (const token of ['alice:SHOP', 'alice:Sh\u00F3p', 'alice:shop2', 'alice: shop', 'alice:%']) {
      expect((await ask('GET', `/documents/${id}`, undefined, token)).status).toBe(404)
      const list = await ask('GET', '/documents?limit=1', undefined, token)
      expect(documentsIn(list)).toEqual([])
      expect(list.text()).not.toContain(id)
      expect((await ask('GET', `/documents?marker=${id}`, undefined, token)).status).toBe(404)
    }
    expect(documentIn(await ask('GET', `/documents/${id}`)).name).toBe('a')
    expect(complaints(lines)).toEqual([])
  })

  it('reads no SQL out of a query', async () => {
    const { ask, create, lines } = await openApi(await server.fresh())
    const secret = await create({ name: 'secret' }, 'bob:vault')
    const own = await create({ name: 'own' })
    const words = [
      "' or '1'='1",
      "'; drop table documents; --",
      '1) or (1=1',
      '" or ""="',
      '`',
      '\\',
      '$1',
      ':a',
      '?',
      '*',
    ]
    for (const word of words.map(encodeURIComponent)) {
      for (const name of ['name', 'id', 'project_id']) {
        expect(documentsIn(await ask('GET', `/documents?${name}=${word}`))).toEqual([])
      }
      expect((await ask('GET', `/documents?sort_key=${word}&sort_dir=asc`)).status).toBe(400)
      expect((await ask('GET', `/documents?sort_key=name&sort_dir=${word}`)).status).toBe(400)
      expect((await ask('GET', `/documents?${word}=1`)).status).toBe(400)
      expect((await ask('GET', `/documents?limit=${word}`)).status).toBe(400)
      expect((await ask('GET', `/documents?marker=${word}`)).status).toBe(404)
    }
    expect(documentsIn(await ask('GET', '/documents'))).toEqual([own])
    expect((await ask('GET', `/documents/${secret.id}`, undefined, 'bob:vault')).status).toBe(200)
    expect(complaints(lines)).toEqual([])
  })

  it('takes limits, markers, sorts and filters in any number', async () => {
    const { ask, create, lines } = await openApi(await server.fresh())
    const { id } = await create({ name: 'a' })
    for (const limit of ['-1', '1.5', '1e3', '0x1', '%D9%A3', '9'.repeat(400), 'NaN', 'null', '%00', '1;1']) {
      expect([limit, (await ask('GET', `/documents?limit=${limit}`)).status]).toEqual([limit, 400])
    }
    for (const limit of ['', '0', '1', '007', '999999999999999', '%201%20', '1&limit=2']) {
      const wanted = limit === '' ? 400 : 200
      expect([limit, (await ask('GET', `/documents?limit=${limit}`)).status]).toEqual([limit, wanted])
    }
    const sorts = Array.from({ length: 500 }, (_, at) => `sort_key=${at % 2 ? 'name' : 'updated_at'}&sort_dir=asc`)
    const filters = Array.from({ length: 2000 }, (_, at) => `name=${at}`)
    for (const query of [sorts, filters, [...sorts, `marker=${id}`], [...filters, ...sorts, `marker=${id}`]]) {
      expect((await ask('GET', `/documents?${query.join('&')}`)).status).toBe(200)
    }
    expect(complaints(lines)).toEqual([])
  })

  it('is not confused by changes of one document that come together', async () => {
    const { create, ...api } = await openApi(await server.fresh())
    for (const isDeleted of [false, true, false, true]) {
      await contend(api, await create({ name: 'x', content: 'x' }), isDeleted)
    }
    expect(complaints(api.lines)).toEqual([])
  })

  it('nor when contents are files, of which none is left that belongs to nothing', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-contents-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const settings = { OS_DOCUMENTS__STORE: 'folder', OS_DOCUMENTS__STORE_FOLDER: folder }
    const { create, ...api } = await openApi(await server.fresh(), settings)
    for (let round = 0; round < 4; round += 1) await contend(api, await create({ name: 'x', content: 'x' }), false)
    expect(readdirSync(folder)).toHaveLength(4)
    expect(complaints(api.lines)).toEqual([])
  })
})

/** Many changes of one document at once, and reads between them; at the end it is as one of those said that were taken. */
async function contend({ ask }: Pick<Api, 'ask'>, { id }: Document, isDeleted: boolean): Promise<void> {
  const path = `/documents/${id}`
  const attempts = Array.from({ length: 12 }, (_, at) => at)
  const answers = await Promise.all(
    attempts.map(async (at) => {
      const document = { name: `n${at}`, content: `c${at}` }
      const [written, read, listed] = await Promise.all([
        isDeleted && at % 6 === 5 ? ask('DELETE', path) : ask('PUT', path, { document }),
        ask('GET', path),
        ask('GET', '/documents'),
      ])
      expect(listed.status).toBe(200)
      if (read.status === 200) expectWhole(documentIn(read))
      else expect(read.status).toBe(404)
      return { at, status: written.status }
    }),
  )
  for (const { status } of answers) expect([200, 204, 404, 409]).toContain(status)
  const deleted = answers.filter(({ status }) => status === 204)
  const last = await ask('GET', path)
  if (deleted.length > 0) {
    expect([deleted.length, last.status]).toEqual([1, 404])
    return
  }
  const taken = answers.filter(({ status }) => status === 200).map(({ at }) => `n${at}`)
  expect(taken).toContain(documentIn(last).name)
  expectWhole(documentIn(last))
}

/** Name and content of the same change. */
function expectWhole({ name, content }: Document): void {
  expect(content.slice(1)).toBe(name.slice(1))
}
