// Responses as values and the errors that are ones.
import * as fc from 'fast-check'
import { validateHeaderValue } from 'node:http'
import { describe, expect, it } from 'vitest'
import {
  appendVary,
  empty,
  html,
  HttpError,
  inject,
  json,
  redirect,
  text,
  type HttpResponse,
} from '../../src/http/index.ts'

describe('the short ways', () => {
  it.each<[string, HttpResponse, HttpResponse]>([
    ['text', text('a'), { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'a' }],
    ['html', html('a', 404), { status: 404, headers: { 'content-type': 'text/html; charset=utf-8' }, body: 'a' }],
    ['json', json({ a: 1 }), { status: 200, headers: { 'content-type': 'application/json' }, body: '{"a":1}' }],
    [
      'json of nothing',
      json(undefined),
      { status: 200, headers: { 'content-type': 'application/json' }, body: 'null' },
    ],
    [
      'json of another type',
      json([], 201, { 'content-type': 'application/problem+json' }),
      { status: 201, headers: { 'content-type': 'application/problem+json' }, body: '[]' },
    ],
    ['empty', empty(), { status: 204, headers: {}, body: null }],
    ['redirect', redirect('/a'), { status: 302, headers: { location: '/a' }, body: null }],
  ])('%s', (_name, response, expected) => {
    expect(response).toEqual(expected)
  })

  it('do not share the headers they were given', () => {
    const headers = { 'x-a': '1' }
    for (const response of [text('', 200, headers), empty(204, headers), redirect('/', 302, headers)]) {
      response.headers['x-b'] = '2'
    }
    expect(headers).toEqual({ 'x-a': '1' })
  })

  it('redirect to any string without a broken header, keeping what is encoded', () => {
    expect(redirect('/ü?a=%20&b=c d\r\nx:1').headers.location).toBe('/%C3%BC?a=%20&b=c%20d%0D%0Ax:1')
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (location) => {
        validateHeaderValue('location', String(redirect(location).headers.location))
      }),
    )
  })
})

describe('appendVary', () => {
  it.each<[string | string[] | undefined, string, string]>([
    [undefined, 'Accept', 'Accept'],
    ['', 'Accept', 'Accept'],
    ['accept', 'Accept', 'accept'],
    ['Origin,  accept', 'Accept', 'Origin,  accept'],
    ['Origin', 'Accept', 'Origin, Accept'],
    [['Origin', 'Cookie'], 'Accept', 'Origin, Cookie, Accept'],
    ['*', 'Accept', '*'],
    ['Origin', '*', '*'],
  ])('to %j adds "%s": "%s"', (present, name, expected) => {
    const response = text('', 200, present === undefined ? {} : { vary: present })
    appendVary(response, name)
    expect(response.headers.vary).toBe(expected)
  })
})

function fail(error: unknown): never {
  throw error
}

describe('HttpError', () => {
  const answer = (error: unknown, accept?: string) =>
    inject(() => fail(error), { path: '/', headers: accept === undefined ? {} : { accept } })

  it.each<[string | undefined, string]>([
    [undefined, 'text/plain; charset=utf-8'],
    ['', 'text/plain; charset=utf-8'],
    ['image/png', 'text/plain; charset=utf-8'],
    ['text/plain', 'text/plain; charset=utf-8'],
    ['*/*', 'text/html; charset=utf-8'],
    ['text/html,application/xhtml+xml,*/*;q=0.8', 'text/html; charset=utf-8'],
    ['application/json', 'application/json'],
    ['application/*', 'application/json'],
    ['text/html;q=0.2, application/json', 'application/json'],
    ['text/html;q=0, */*', 'application/json'],
  ])('answers Accept %j with %s', async (accept, type) => {
    const { headers, status } = await answer(new HttpError(404), accept)
    expect([status, headers['content-type'], headers.vary]).toEqual([404, type, 'Accept'])
  })

  it('tells the message as text, as JSON and escaped as HTML', async () => {
    const error = new HttpError(404, 'no <b>"disk"</b>')
    expect((await answer(error)).text()).toBe('404 Not Found\n\nno <b>"disk"</b>\n')
    expect((await answer(error, 'application/json')).json()).toEqual({
      message: 'no <b>"disk"</b>',
      code: '404 Not Found',
      title: 'Not Found',
    })
    expect((await answer(error, 'text/html')).text()).toContain('<p>no &lt;b&gt;&quot;disk&quot;&lt;/b&gt;</p>')
  })

  it.each([
    [new HttpError(500, 'secret'), '500 Internal Server Error\n'],
    [new HttpError(404, 'secret', { expose: false }), '404 Not Found\n'],
    [new HttpError(503, 'back at noon', { expose: true }), '503 Service Unavailable\n\nback at noon\n'],
    [new HttpError(418), "418 I'm a Teapot\n"],
  ])('hides the message of %s unless it is for the client', async (error, expected) => {
    expect((await answer(error)).text()).toBe(expected)
  })

  it('tells a title and a detail of its own', async () => {
    const error = new HttpError(409, 'no', { title: 'Locked <here>', detail: 'since noon' })
    expect((await answer(error)).text()).toBe('409 Locked <here>\n\nno\n\nsince noon\n')
    expect((await answer(error, 'text/html')).text()).toContain(
      '<h1>409 Locked &lt;here&gt;</h1>\n<p>no</p>\n<p>since noon</p>',
    )
    const body = { message: 'no', code: '409 Locked <here>', title: 'Locked <here>', detail: 'since noon' }
    expect((await answer(error, 'application/json')).json()).toEqual(body)
    const hidden = new HttpError(500, 'secret', { detail: 'secret' })
    for (const accept of ['text/plain', 'text/html', 'application/json']) {
      expect((await answer(hidden, accept)).text()).not.toContain('secret')
    }
  })

  it('sends its headers, each time in an object of its own', async () => {
    const error = new HttpError(401, 'who?', { headers: { 'www-authenticate': 'Basic' } })
    const response = error.toResponse()
    expect(response.headers).toMatchObject({ 'www-authenticate': 'Basic', vary: 'Accept' })
    expect(error.headers).toEqual({ 'www-authenticate': 'Basic' })
  })

  it.each<[string, unknown]>([
    ['a status without expose', Object.assign(new Error('x'), { status: 404 })],
    ['a status that is no error', Object.assign(new Error('x'), { status: 200, expose: true })],
    ['no Error', { status: 404, expose: true }],
  ])('is not taken from an error with %s', async (_name, error) => {
    expect(HttpError.from(error)).toBeNull()
    expect((await answer(error)).status).toBe(500)
  })
})
