// Compression: who gets it, what is left alone, and what a stream looks like to a real client.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { Readable } from 'node:stream'
import { brotliDecompressSync, createGunzip, type Gzip, gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { isSlipwayError } from '../../src/errors.ts'
import { type App, type HttpResponse, inject, json, text } from '../../src/http/index.ts'
import { filterFactory } from '../../src/middleware/compress.ts'
import { compressBody } from '../../src/middleware/compress-body.ts'
import { compress, compressGroup } from '../../src/middleware/index.ts'
import { serve, until } from '../http/serving.ts'
import { contextWith, settingsOf } from './filtering.ts'

const settings = (texts: Record<string, string> = {}) => settingsOf(compressGroup, texts)
const long = 'all work and no play '.repeat(100)

const ask = (app: App, accept?: string, texts: Record<string, string> = {}, method = 'GET') =>
  inject(compress(settings(texts))(app), {
    method,
    path: '/',
    headers: accept === undefined ? {} : { 'accept-encoding': accept },
  })

const plain =
  (parts: Partial<HttpResponse> = {}): App =>
  () => ({
    status: 200,
    headers: { 'content-type': 'text/plain', ...parts.headers },
    body: long,
    ...(parts.status === undefined ? {} : { status: parts.status }),
  })

describe('compress', () => {
  it.each([
    ['gzip', 'gzip', 'gzip'],
    ['gzip, deflate, br', 'gzip', 'gzip'],
    ['gzip, deflate, br', 'br, gzip', 'br'],
    ['br;q=0.5, gzip', 'br, gzip', 'gzip'],
    ['*', 'gzip', 'gzip'],
    ['br', 'gzip', undefined],
    ['gzip;q=0', 'gzip', undefined],
    ['identity, gzip;q=0.5', 'gzip', undefined],
    ['', 'gzip', undefined],
    [undefined, 'gzip', undefined],
  ])('to Accept-Encoding %j, offering %s, answers in %s', async (accept, encodings, coding) => {
    const response = await ask(plain(), accept, { encodings })
    expect(response.headers['content-encoding']).toBe(coding)
    expect(response.headers.vary).toBe('Accept-Encoding')
    const bytes =
      coding === 'gzip'
        ? gunzipSync(response.body)
        : coding === 'br'
          ? brotliDecompressSync(response.body)
          : response.body
    expect(String(bytes)).toBe(long)
    expect(response.headers['content-length']).toBe(String(response.body.length))
  })

  it.each([
    ['a part of something', plain({ status: 206 })],
    ['what is coded already', plain({ headers: { 'content-encoding': 'br' } })],
    ['what must not be transformed', plain({ headers: { 'cache-control': 'public, no-transform' } })],
    ['an answer to a range', plain({ status: 416, headers: { 'content-range': 'bytes */10' } })],
    ['what does not shrink', plain({ headers: { 'content-type': 'image/png' } })],
    ['what has no type', () => ({ status: 200, headers: {}, body: long })],
    ['what is small', () => text('x'.repeat(499))],
  ] satisfies [string, App][])('leaves %s alone', async (_, app) => {
    const response = await ask(app, 'gzip')
    expect(response.headers['content-encoding']).toBe((await inject(app, { path: '/' })).headers['content-encoding'])
    expect(response.headers.vary).toBeUndefined()
  })

  it('weakens the ETag and takes Accept-Ranges and the length off', async () => {
    const headers = { etag: '"abc"', 'accept-ranges': 'bytes' }
    expect((await ask(plain({ headers }), 'gzip')).headers).toMatchObject({ etag: 'W/"abc"' })
    expect((await ask(plain({ headers }), 'gzip')).headers).not.toHaveProperty('accept-ranges')
    expect((await ask(plain({ headers: { etag: 'W/"abc"' } }), 'gzip')).headers.etag).toBe('W/"abc"')
    expect((await ask(plain({ headers }), 'br')).headers.etag).toBe('"abc"')
  })

  it('answers a HEAD with the head of its GET', async () => {
    const response = await ask(plain(), 'gzip', {}, 'HEAD')
    expect(response.headers).toEqual({
      'content-type': 'text/plain',
      vary: 'Accept-Encoding',
      'content-encoding': 'gzip',
    })
    expect((await ask(() => text('x'), 'gzip', {}, 'HEAD')).headers['content-length']).toBe('1')
  })

  it.each([1000, 32_768, 32_769, 3_000_000])('a body of %i bytes comes out as it went in', async (size) => {
    const body = Buffer.from(Array.from({ length: size }, (_, index) => (index * 7919) % 251))
    const app: App = () => ({ status: 200, headers: { 'content-type': 'application/json' }, body })
    for (const [accept, decode] of [
      ['gzip', gunzipSync],
      ['br', brotliDecompressSync],
    ] as const) {
      const response = await ask(app, accept, { encodings: 'gzip, br' })
      expect(response.headers['content-encoding']).toBe(accept)
      expect(decode(response.body).equals(body)).toBe(true)
    }
  })

  it('makes no promise of its own, for a whole body or a stream', async () => {
    const answers: unknown[] = []
    for (const body of [long, 'x'.repeat(100_000), Readable.from([long])]) {
      const outer: App = (req) => {
        const answer = compress(settings())(() => ({ status: 200, headers: { 'content-type': 'text/plain' }, body }))(
          req,
        )
        answers.push(answer)
        return answer
      }
      await inject(outer, { path: '/', headers: { 'accept-encoding': 'gzip' } })
    }
    expect(answers.every((answer) => !(answer instanceof Promise))).toBe(true)
  })

  it('compresses errors too, and what an error raises in the middle of a stream still ends it', async () => {
    async function* failing() {
      yield long
      throw new Error('half way')
    }
    await expect(
      ask(() => ({ status: 200, headers: { 'content-type': 'text/plain' }, body: failing() }), 'gzip'),
    ).rejects.toThrow('half way')
    expect((await ask(() => json({ long }, 500), 'gzip')).headers['content-encoding']).toBe('gzip')
  })

  it('refuses a coding that is none when it is built', () => {
    try {
      void filterFactory({}, settings({ encodings: 'gzip, zip' }), contextWith())
      expect.unreachable()
    } catch (error) {
      expect(isSlipwayError(error) && error.message).toBe('"encodings" cannot have the item "zip"')
    }
  })
})

/** Not `once`, which rejects for a stream that ends with an error. */
const closing = (stream: Readable) => new Promise<void>((resolve) => stream.once('close', () => resolve()))

describe('a compressed stream', () => {
  it('over HTTP: each event arrives when it is sent, and a client that leaves ends the source', async () => {
    const source = new Readable({ read: () => undefined })
    const app: App = () => ({ status: 200, headers: { 'content-type': 'text/event-stream' }, body: source })
    const { url } = await serve(compress(settings())(app))
    source.push('data: 0\n\n')
    const client = request(url, { headers: { 'accept-encoding': 'gzip' } }).end()
    const [response] = (await once(client, 'response')) as [IncomingMessage]
    expect(response.headers).toMatchObject({ 'content-encoding': 'gzip', 'transfer-encoding': 'chunked' })
    const events = response.pipe(createGunzip())
    expect(String((await once(events, 'data'))[0])).toBe('data: 0\n\n')
    const second = once(events, 'data')
    source.push('data: 1\n\n')
    expect(String((await second)[0])).toBe('data: 1\n\n')
    const closed = closing(source)
    response.on('error', () => undefined)
    client.destroy()
    await closed
    expect(source.destroyed).toBe(true)
  })

  it('that nobody reads asks its source for no more', async () => {
    let produced = 0
    const source = new Readable({
      read(size) {
        produced += size
        this.push(randomBytes(size))
      },
    })
    const encoder = compressBody(source, 'gzip', 6) as Gzip
    await until(() => encoder.writableNeedDrain)
    expect(produced).toBeLessThan(4_000_000)
    encoder.destroy()
    await closing(source)
  })
})
