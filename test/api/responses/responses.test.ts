// The conveniences of answers: handlers, negotiation, conditions, ranges.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  accepts,
  acceptsLanguage,
  checkPreconditions,
  conditionalFilter,
  etagOf,
  handler,
  MethodNotAllowed,
  middleware,
  negotiate,
  NotFound,
  ranged,
  requireAccepts,
  TooManyRequests,
  type Validators,
} from '../../../src/api/index.ts'
import { type App, HttpError, type HttpRequest, html, inject, json, text } from '../../../src/http/index.ts'

type Headers = Readonly<Record<string, string>>

const ask = (app: App, headers: Headers = {}, method = 'GET') => inject(app, { path: '/', headers, method })

/** What a function makes of a request with these headers. */
async function seen<T>(headers: Headers, look: (req: HttpRequest) => T, method = 'GET'): Promise<T> {
  let found: { value: T } | undefined
  const app: App = (req) => {
    found = { value: look(req) }
    return text('')
  }
  await ask(app, headers, method)
  if (found === undefined) throw new Error('it threw')
  return found.value
}

describe('a handler', () => {
  it('makes no promise where the function makes none', () => {
    expect(handler(() => 'x')({} as HttpRequest)).toMatchObject({ status: 200, body: 'x' })
    expect(handler(async () => 'x')({} as HttpRequest)).toBeInstanceOf(Promise)
  })

  it.each<[string, unknown, number, string]>([
    ['an array', [1], 200, '[1]'],
    ['an object without prototype', Object.assign(Object.create(null) as object, { a: 1 }), 200, '{"a":1}'],
    ['an app that answers with a string', () => 'inner', 200, 'inner'],
    ['a promise of an app', Promise.resolve(() => text('late', 202)), 202, 'late'],
    ['an instance of a class', new Map(), 500, 'Internal Server Error\n'],
  ])('may answer with %s', async (_name, value, status, body) => {
    const response = await ask(handler(() => value as string))
    expect([response.status, response.text()]).toEqual([status, body])
  })

  it('lets errors pass that are no answers', () => {
    const broken = handler(() => {
      throw new Error('x')
    })
    expect(() => broken({} as HttpRequest)).toThrow('x')
    const hidden = handler(() => {
      throw new HttpError(500, 'secret')
    })
    expect(() => hidden({} as HttpRequest)).toThrow('secret')
  })

  it('as middleware has the app inside', async () => {
    const upper = middleware(async (req, app) => ({ ...(await app(req)), body: 'ABC' }))
    expect((await ask(upper(() => text('abc')))).text()).toBe('ABC')
    const guard = middleware((req, app) => (req.header('x-key') === 'k' ? app : new HttpError(403)))
    expect(
      (
        await ask(
          guard(() => text('in')),
          { 'x-key': 'k' },
        )
      ).text(),
    ).toBe('in')
    expect((await ask(guard(() => text('in')))).status).toBe(403)
  })
})

describe('named errors', () => {
  it('are HttpErrors with their headers and their own name', () => {
    const error = new MethodNotAllowed(['GET', 'HEAD'])
    expect([error.status, error.name, error.headers]).toEqual([405, 'MethodNotAllowed', { allow: 'GET, HEAD' }])
    expect(new TooManyRequests(3).headers).toEqual({ 'retry-after': 3 })
    class DiskNotFound extends NotFound {}
    expect(new DiskNotFound('m')).toMatchObject({ name: 'DiskNotFound', status: 404, message: 'm', expose: true })
    expect(new DiskNotFound()).toBeInstanceOf(HttpError)
  })
})

describe('negotiation', () => {
  const types = ['application/json', 'text/html', 'text/csv']

  it('gives only what there is, for any Accept', async () => {
    const token = fc.constantFrom('text', 'application', '*', 'html', 'json', 'csv', 'x-y')
    const weight = fc.constantFrom('', ';q=0', ';q=0.5', ';q=1', ';q=9', ';q=x', ';level=1')
    const range = fc.tuple(token, token, weight).map(([a, b, q]) => `${a}/${b}${q}`)
    const header = fc.oneof(
      fc.array(range).map((ranges) => ranges.join(', ')),
      fc.string({ unit: fc.constantFrom('a', '/', '*', ';', ',', 'q', '=', '0', '"', ' ') }),
    )
    await fc.assert(
      fc.asyncProperty(header, async (accept) => {
        const type = await seen({ accept }, (req) => accepts(req, types))
        expect(type === null || types.includes(type)).toBe(true)
      }),
    )
  })

  it('gives a type that is asked for by name, whatever else is accepted less', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...types), fc.shuffledSubarray(types), async (wanted, others) => {
        const accept = [...others.filter((type) => type !== wanted).map((type) => `${type};q=0.4`), wanted].join(', ')
        expect(await seen({ accept }, (req) => accepts(req, types))).toBe(wanted)
      }),
    )
  })

  it('answers 406 with what there is', async () => {
    const response = await ask((req) => text(requireAccepts(req, types)), { accept: 'image/png' })
    expect(response.status).toBe(406)
    expect(response.text()).toContain('application/json, text/html, text/csv')
  })

  it('makes the form that is wanted, and says that it varies', async () => {
    const app: App = (req) =>
      negotiate(req, { 'application/json': () => json(1), 'text/html': async () => html('<p>1') })
    const response = await ask(app, { accept: 'text/html' })
    expect([response.text(), response.headers.vary]).toEqual(['<p>1', 'Accept'])
    expect((await ask(app)).text()).toBe('1')
    expect((await ask(app, { accept: 'constructor/x' })).status).toBe(406)
  })

  it.each([
    [undefined, 'en'],
    ['de-AT, de;q=0.9, en;q=0.5', 'de'],
    ['fr', null],
    ['*', 'en'],
  ])('of languages: %s is %s', async (header, language) => {
    const headers: Headers = header === undefined ? {} : { 'accept-language': header }
    expect(await seen(headers, (req) => acceptsLanguage(req, ['en', 'de']))).toBe(language)
  })
})

describe('preconditions of a change', () => {
  const current: Validators = { etag: '"a,b"', lastModified: new Date('2026-01-02T03:04:05.678Z') }
  const at = 'Fri, 02 Jan 2026 03:04:05 GMT'
  const before = 'Fri, 02 Jan 2026 03:04:04 GMT'

  it.each<[Headers, Validators | null, number]>([
    [{}, current, 200],
    [{ 'if-match': '"a,b"' }, current, 200],
    [{ 'if-match': '"x", "a,b"' }, current, 200],
    [{ 'if-match': '"x"' }, current, 412],
    [{ 'if-match': 'W/"a,b"' }, current, 412],
    [{ 'if-match': '"w"' }, { etag: 'W/"w"' }, 412],
    [{ 'if-match': '*' }, current, 200],
    [{ 'if-match': '*' }, null, 412],
    [{ 'if-match': 'a,b' }, current, 412],
    [{ 'if-match': '' }, current, 412],
    [{ 'if-unmodified-since': at }, current, 200],
    [{ 'if-unmodified-since': before }, current, 412],
    [{ 'if-unmodified-since': before, 'if-match': '"a,b"' }, current, 200],
    [{ 'if-unmodified-since': 'yesterday' }, current, 200],
    [{ 'if-none-match': '*' }, current, 412],
    [{ 'if-none-match': '*' }, null, 200],
    [{ 'if-none-match': 'W/"a,b"' }, current, 412],
    [{ 'if-none-match': '"x"' }, current, 200],
  ])('%j', async (headers, validators, status) => {
    const app: App = (req) => {
      checkPreconditions(req, validators)
      return text('')
    }
    expect((await ask(app, headers, 'PUT')).status).toBe(status)
  })

  it('may be demanded', async () => {
    const app: App = (req) => {
      checkPreconditions(req, current, true)
      return text('')
    }
    expect((await ask(app, {}, 'DELETE')).status).toBe(428)
    expect((await ask(app, { 'if-match': '"a,b"' }, 'DELETE')).status).toBe(200)
  })
})

describe('the filter of conditional requests', () => {
  const app = conditionalFilter()(() => text('abc', 200, { 'cache-control': 'max-age=1', 'content-language': 'en' }))

  it('gives an answer a tag, and 304 to whoever has it', async () => {
    const first = await ask(app)
    expect(first.headers.etag).toBe(etagOf('abc'))
    const second = await ask(app, { 'if-none-match': String(first.headers.etag) })
    expect(second.status).toBe(304)
    expect(second.body.length).toBe(0)
    expect(second.headers).toEqual({ 'cache-control': 'max-age=1', etag: etagOf('abc') })
  })

  it.each<[string, App, string]>([
    ['of a change', () => text('abc'), 'PUT'],
    ['with another status', () => text('abc', 404), 'GET'],
    ['with a tag of its own', () => text('abc', 200, { etag: '"own"' }), 'GET'],
  ])('leaves an answer %s as it is', async (_name, inner, method) => {
    const [plain, filtered] = [await ask(inner, {}, method), await ask(conditionalFilter()(inner), {}, method)]
    expect([filtered.status, filtered.headers]).toEqual([plain.status, plain.headers])
  })

  it('lets go of a stream that it does not send', async () => {
    let isOver = false
    async function* body(): AsyncGenerator<string> {
      try {
        yield 'a'
      } finally {
        isOver = true
      }
    }
    const stream = body()
    await stream.next()
    const inner: App = async () => ({ status: 200, headers: { etag: '"s"' }, body: stream })
    expect((await ask(conditionalFilter()(inner), { 'if-none-match': '"s"' })).status).toBe(304)
    expect(isOver).toBe(true)
  })

  it('gives weak tags where it is told to, and none where not', async () => {
    const weak = await ask(conditionalFilter({ etag: 'weak' })(() => text('abc')))
    expect(weak.headers.etag).toBe(`W/${etagOf('abc')}`)
    expect((await ask(conditionalFilter({ etag: 'none' })(() => text('abc')))).headers.etag).toBeUndefined()
  })
})

describe('ranges', () => {
  const bytes = Buffer.from('0123456789')
  const page =
    (size: number): App =>
    (req) =>
      ranged(req, { status: 200, headers: {}, body: bytes.subarray(0, size) })

  it('are parts of the whole, for any header', async () => {
    const number = fc.oneof(fc.constant(''), fc.nat(12).map(String), fc.constant('9'.repeat(400)))
    const spec = fc.tuple(number, number).map(([first, last]) => `${first}-${last}`)
    const header = fc.oneof(
      fc.array(spec, { minLength: 1, maxLength: 4 }).map((specs) => `bytes=${specs.join(',')}`),
      fc.string({ unit: fc.constantFrom('bytes', '=', '-', ',', '1', ' ', 'x') }),
    )
    await fc.assert(
      fc.asyncProperty(header, fc.nat(10), async (range, size) => {
        const { status, headers, body } = await ask(page(size), { range })
        const whole = bytes.subarray(0, size)
        if (status === 206) {
          const [, start, end, length] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(String(headers['content-range'])) ?? []
          expect(body).toEqual(whole.subarray(Number(start), Number(end) + 1))
          expect([body.length > 0, Number(length)]).toEqual([true, size])
        } else if (status === 416) expect(headers['content-range']).toBe(`bytes */${size}`)
        else expect([status, body]).toEqual([200, whole])
      }),
    )
  })

  it('that name bytes which there are give just these', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(9), fc.nat(9), async (a, b) => {
        const [start, end] = a < b ? [a, b] : [b, a]
        const { status, text } = await ask(page(10), { range: `bytes=${start}-${end}` })
        expect([status, text()]).toEqual([206, '0123456789'.slice(start, end + 1)])
      }),
    )
  })

  it('are counted in bytes of UTF-8', async () => {
    const { headers, text: body } = await ask((req) => ranged(req, text('äöü')), { range: 'bytes=2-3' })
    expect([headers['content-range'], headers['content-length'], body()]).toEqual(['bytes 2-3/6', '2', 'ö'])
  })

  it.each([
    ['more of them than anybody needs', `bytes=${'0-0,'.repeat(2000)}`],
    ['two that are apart', 'bytes=0-0,5-5'],
  ])('give it all for %s', async (_name, range) => {
    expect((await ask(page(10), { range })).status).toBe(200)
  })

  it('leave an answer alone that is a part already, or no success', async () => {
    const part = { 'content-range': 'bytes 0-1/9' }
    const range = { range: 'bytes=0-0' }
    expect((await ask((req) => ranged(req, text('ab', 200, part)), range)).text()).toBe('ab')
    expect((await ask((req) => ranged(req, text('ab', 404)), range)).status).toBe(404)
  })
})
