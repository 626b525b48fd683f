// nova's request log: one line with these fields, also for exceptions.
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { type App, ClientGone, HttpError, type HttpResponse, inject, json, text } from '../../src/http/index.ts'
import { nullLogger } from '../../src/log/index.ts'
import { filterFactory } from '../../src/middleware/request-log.ts'
import { requestLog } from '../../src/middleware/index.ts'
import { contextWith, readableLog } from './filtering.ts'

describe('request_log', () => {
  it('writes the fields and nova’s line', async () => {
    const { log, lines } = await readableLog()
    const filter = await filterFactory({}, {}, contextWith({ log }))
    const app = filter(() => json({ a: 'ä' }, 201, { 'openstack-api-version': 'compute 2.95' }))
    await inject(app, {
      method: 'POST',
      scriptName: '/v2.1',
      path: '/servers?limit=1',
      remoteAddress: '192.0.2.9',
    })
    expect(lines).toEqual([
      expect.objectContaining({
        level: 'info',
        remote_address: '192.0.2.9',
        method: 'POST',
        uri: '/v2.1/servers?limit=1',
        status: 201,
        length: 10,
        microversion: 'compute 2.95',
        seconds: expect.any(Number) as number,
        msg: expect.stringMatching(
          /^192\.0\.2\.9 "POST \/v2\.1\/servers\?limit=1" status: 201 len: 10 microversion: compute 2\.95 time: \d+\.\d{6}$/u,
        ) as string,
      }),
    ])
  })

  it.each<[string, HttpResponse, number | null]>([
    ['text', text('ä'), 2],
    ['bytes', { status: 200, headers: {}, body: new Uint8Array(3) }, 3],
    ['nothing', { status: 204, headers: {}, body: null }, 0],
    ['a stream', { status: 200, headers: {}, body: Readable.from(['a']) }, null],
    ['a stream of known length', { status: 200, headers: { 'content-length': 1 }, body: Readable.from(['a']) }, 1],
  ])('knows the length of %s', async (_what, response, length) => {
    const { log, lines } = await readableLog()
    await inject(
      requestLog(log)(async () => response),
      { path: '/' },
    )
    expect(lines[0]).toMatchObject({ length, microversion: '-' })
    expect(lines[0]?.msg).toContain(`len: ${length ?? '-'} `)
  })

  it.each<[string, unknown, number]>([
    ['an exception', new Error('x'), 500],
    ['an HttpError', new HttpError(404), 404],
    ['a client that left', new ClientGone(), 499],
  ])('writes the status of %s and passes it on', async (_what, error, status) => {
    for (const moment of ['now', 'later']) {
      const { log, lines } = await readableLog()
      const now: App = () => {
        throw error
      }
      const app = requestLog(log)(moment === 'now' ? now : async (req) => now(req))
      const caught: unknown[] = []
      const outside: App = async (req) => {
        try {
          return await app(req)
        } catch (raised) {
          caught.push(raised)
          return text('')
        }
      }
      await inject(outside, { path: '/' })
      expect(caught).toEqual([error])
      expect(lines).toEqual([expect.objectContaining({ status, length: 0 })])
    }
  })

  it('writes the path that the client asked for, whatever the apps inside do to it', async () => {
    const { log, lines } = await readableLog()
    const app = requestLog(log)((req) => {
      req.scriptName = '/elsewhere'
      req.pathInfo = ''
      return text('')
    })
    await inject(app, { path: '/a/b' })
    expect(lines[0]).toMatchObject({ uri: '/a/b' })
  })

  it('masks secrets in the query', async () => {
    const { log, lines } = await readableLog()
    await inject(
      requestLog(log)(() => text('')),
      { path: '/?a=1&access_token=geheim&token&password=geheim' },
    )
    expect(lines[0]).toMatchObject({ uri: '/?a=1&access_token=****&token&password=****' })
    expect(JSON.stringify(lines)).not.toContain('geheim')
  })

  it('does nothing at all when nobody listens', async () => {
    const answers: unknown[] = []
    const response = text('')
    const app = requestLog(nullLogger)(() => response)
    const watched: App = (req) => {
      const answer = app(req)
      answers.push(answer)
      return answer
    }
    await inject(watched, { path: '/' })
    expect(answers[0]).toBe(response)
  })
})
