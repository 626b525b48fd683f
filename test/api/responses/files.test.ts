// Files as answers: what is sent, and that nothing outside of the folder ever is.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { files } from '../../../src/api/index.ts'
import { inject } from '../../../src/http/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-files-'))
const root = join(folder, 'public')
mkdirSync(join(root, 'sub'), { recursive: true })
writeFileSync(join(folder, 'secret.txt'), 'secret')
writeFileSync(join(root, 'a.txt'), '0123456789')
writeFileSync(join(root, 'with space.json'), '{}')
writeFileSync(join(root, 'empty.bin'), '')
writeFileSync(join(root, '.hidden'), 'hidden')
writeFileSync(join(root, 'sub', 'index.html'), '<p>')
symlinkSync(join(folder, 'secret.txt'), join(root, 'escape.txt'))
symlinkSync(folder, join(root, 'up'))
symlinkSync('a.txt', join(root, 'alias.txt'))
mkdirSync(join(folder, 'public-not'))
writeFileSync(join(folder, 'public-not', 'x.txt'), 'secret')
symlinkSync(join(folder, 'public-not', 'x.txt'), join(root, 'sibling.txt'))
afterAll(() => rmSync(folder, { recursive: true }))

const get = (path: string, headers: Record<string, string> = {}, options = {}) =>
  inject(files(root, options), { path, headers })

describe('a file', () => {
  it('is sent with its type, length, validators and the welcome to ranges', async () => {
    const { status, headers, text } = await get('/a.txt')
    expect([status, text()]).toEqual([200, '0123456789'])
    expect(headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'content-length': '10',
      'accept-ranges': 'bytes',
      'x-content-type-options': 'nosniff',
    })
    expect((await get('/a.txt', { 'if-none-match': String(headers.etag) })).status).toBe(304)
    expect((await get('/a.txt', { 'if-modified-since': String(headers['last-modified']) })).status).toBe(304)
    const rest = { range: 'bytes=8-', 'if-range': String(headers.etag) }
    const part = await get('/a.txt', rest)
    expect([part.status, part.headers['content-range'], part.text()]).toEqual([206, 'bytes 8-9/10', '89'])
    expect((await get('/a.txt', { ...rest, 'if-range': '"old"' })).status).toBe(200)
    const beyond = await get('/a.txt', { range: 'bytes=10-' })
    expect([beyond.status, beyond.headers['content-range']]).toEqual([416, 'bytes */10'])
  })

  it('is asked about by HEAD', async () => {
    const { status, headers, body } = await inject(files(root), { path: '/a.txt', method: 'HEAD' })
    expect([status, headers['content-length'], body.length]).toEqual([200, '10', 0])
  })

  it.each([
    ['/with%20space.json', 'application/json', '{}'],
    ['/empty.bin', 'application/octet-stream', ''],
    ['/alias.txt', 'text/plain; charset=utf-8', '0123456789'],
    ['/sub/index.html', 'text/html; charset=utf-8', '<p>'],
  ])('%s', async (path, type, content) => {
    const { status, headers, text } = await get(path)
    expect([status, headers['content-type'], text()]).toEqual([200, type, content])
  })

  it('stands for its folder, begins with a dot or has another type where the options say so', async () => {
    expect((await get('/sub/', {}, { index: 'index.html' })).text()).toBe('<p>')
    expect((await get('/.hidden', {}, { dotfiles: true })).text()).toBe('hidden')
    expect((await get('/a.txt', {}, { types: { '.txt': 'text/x' } })).headers['content-type']).toBe('text/x')
  })

  it('is not changed by other methods', async () => {
    const { status, headers } = await inject(files(root), { path: '/a.txt', method: 'PUT' })
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD'])
  })
})

describe('what is not a file of the folder', () => {
  it.each([
    '/missing.txt',
    '/a.txt/',
    '/a.txt/x',
    '/sub',
    '/sub/',
    '/',
    '',
    '/.hidden',
    '/../secret.txt',
    '/sub/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/sub%2f..%2f..%2fsecret.txt',
    '/..%5csecret.txt',
    '/a.txt%00.html',
    '//etc/passwd',
    '/%2fetc%2fpasswd',
    '/escape.txt',
    '/up/secret.txt',
    '/sibling.txt',
    `/${'x'.repeat(300)}`,
  ])('%j is 404', async (path) => {
    const { status, text } = await get(path)
    expect([status, text()]).toEqual([404, '404 Not Found\n\nThe file could not be found.\n'])
  })

  it('is 400 when the path is not encoded as it should be', async () => {
    expect((await get('/%zz')).status).toBe(400)
  })

  it('is never read, whatever the path', async () => {
    const piece = fc.constantFrom(
      '..',
      '.',
      '%2e',
      '%2f',
      '%5c',
      '/',
      '\\',
      'secret.txt',
      'sub',
      'up',
      'a.txt',
      '%00',
      'public-not',
    )
    const inside = new Set(['0123456789', '{}', '', '<p>', 'hidden'])
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async (pieces) => {
        const { status, text } = await get(`/${pieces.join('')}`, {}, { dotfiles: true })
        if (status === 200) expect(inside).toContain(text())
      }),
    )
    expect(readFileSync(join(folder, 'secret.txt'), 'utf-8')).toBe('secret')
  })
})
