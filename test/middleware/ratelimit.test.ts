// The rate limiter: nova's limits and fault, on a clock of the test's own.
import { describe, expect, it } from 'vitest'
import { isSlipwayError } from '../../src/errors.ts'
import { type App, type Filter, inject, text } from '../../src/http/index.ts'
import { noAuth, ratelimit, ratelimitGroup } from '../../src/middleware/index.ts'
import { RateLedger } from '../../src/middleware/rate-ledger.ts'
import { parseLimits } from '../../src/middleware/rate-limits.ts'
import { settingsOf } from './filtering.ts'

const settings = (texts: Record<string, string>) => settingsOf(ratelimitGroup, texts)

class Clock {
  seconds = 1000
  readonly now = () => this.seconds
}

function limited(limits: string, texts: Record<string, string> = {}) {
  const clock = new Clock()
  const filter = ratelimit(settings({ limits, ...texts }), null, clock.now)
  const app: App = () => text('in')
  const served = ((inner) => noAuth()(filter(inner))) satisfies Filter
  const ask = (method = 'GET', path = '/servers', headers: Record<string, string> = {}, remoteAddress = '192.0.2.1') =>
    inject(served(app), { method, path, headers, remoteAddress })
  return { clock, ask }
}

describe('limits', () => {
  it('are read in the form of nova', () => {
    expect(parseLimits('(GET, "*/servers", ^/servers(?:/a,b)?, 10, MINUTE); (*, *, .*, 1, day);')).toEqual([
      { method: 'GET', uri: '*/servers', expression: /^\/servers(?:\/a,b)?/u, value: 10, unit: 'MINUTE', seconds: 60 },
      { method: '*', uri: '*', expression: /.*/u, value: 1, unit: 'DAY', seconds: 86_400 },
    ])
    expect(parseLimits('')).toEqual([])
  })

  it.each(['(GET, *, .*, 10)', '(GET, *, .*, 0, MINUTE)', '(GET, *, (, 10, MINUTE)', '(GET, *, .*, 10, YEAR)', 'GET'])(
    '%s is refused when the filter is built',
    (limits) => {
      try {
        ratelimit(settings({ limits }))
        expect.unreachable()
      } catch (error) {
        expect(isSlipwayError(error) && error.code).toBe('SLIPWAY_CONFIG_VALUE')
      }
    },
  )
})

describe('ratelimit', () => {
  it('row 20: answers 429 with Retry-After and the fault body, and lets in again when the time is over', async () => {
    const { clock, ask } = limited('(GET, "/servers", ^/servers, 2, MINUTE)')
    const first = await ask()
    expect({ status: first.status, headers: first.headers }).toMatchObject({
      status: 200,
      headers: { 'x-ratelimit-limit': '2', 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': '30' },
    })
    expect((await ask()).headers['x-ratelimit-remaining']).toBe('0')
    clock.seconds += 10
    const refused = await ask()
    expect(refused.status).toBe(429)
    expect(refused.headers).toMatchObject({
      'retry-after': '20',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '50',
    })
    expect(refused.json()).toEqual({
      overLimit: {
        code: 429,
        message: 'There were too many requests.',
        details: 'Only 2 GET requests to /servers in a minute.',
        retryAfter: '20',
      },
    })
    clock.seconds += 20
    expect((await ask()).status).toBe(200)
    expect((await ask()).status).toBe(429)
  })

  it('row 20: the status is 413 where old clients expect that', async () => {
    const { ask } = limited('(GET, *, .*, 1, HOUR)', { status: '413' })
    await ask()
    const refused = await ask()
    expect(refused.json()).toMatchObject({ overLimit: { code: 413, details: 'Only 1 GET request to * in a hour.' } })
    expect(refused.headers['retry-after']).toBe('3600')
  })

  it('counts methods, paths and queries apart', async () => {
    const { ask } = limited('(POST, *, .*, 1, MINUTE);(GET, changes, changes-since, 1, MINUTE)')
    const statuses = []
    for (const [method, path] of [
      ['POST', '/a'],
      ['POST', '/b'],
      ['GET', '/a'],
      ['GET', '/a?changes-since=1'],
      ['GET', '/b?changes-since=1'],
    ] as const) {
      statuses.push((await ask(method, path)).status)
    }
    expect(statuses).toEqual([200, 429, 200, 200, 429])
    expect((await ask('GET', '/a')).headers).not.toHaveProperty('x-ratelimit-limit')
  })

  it('a request that one limit refuses is charged to none', async () => {
    const { clock, ask } = limited('(*, narrow, /narrow, 1, MINUTE);(*, wide, .*, 3, MINUTE)')
    for (const path of ['/narrow', '/narrow', '/narrow', '/wide', '/wide']) await ask('GET', path)
    expect((await ask('GET', '/wide')).status).toBe(429)
    clock.seconds += 20
    expect((await ask('GET', '/wide')).status).toBe(200)
  })

  it.each([
    ['user', { 'x-auth-token': 'a:p' }, { 'x-auth-token': 'b:p' }],
    ['project', { 'x-auth-token': 'a:p' }, { 'x-auth-token': 'a:q' }],
    ['header', { 'x-api-key': '1' }, { 'x-api-key': '2' }],
  ])('counts by %s', async (key, one: Record<string, string>, other: Record<string, string>) => {
    const { ask } = limited('(*, *, .*, 1, MINUTE)', { key })
    const statuses = []
    for (const headers of [one, one, other, {}, {}]) statuses.push((await ask('GET', '/', headers)).status)
    expect(statuses).toEqual([200, 429, 200, 200, 429])
  })

  it('counts by address, and believes no identity header of the client', async () => {
    const { ask } = limited('(*, *, .*, 1, MINUTE)')
    const headers = (id: string) => ({ 'x-user-id': id, 'x-identity-status': 'Confirmed' })
    expect((await ask('GET', '/', headers('a'))).status).toBe(200)
    expect((await ask('GET', '/', headers('b'))).status).toBe(429)
    expect((await ask('GET', '/', headers('b'), '192.0.2.2')).status).toBe(200)
  })
})

describe('the ledger', () => {
  it('remembers no more keys than it may, and forgets those that were quiet for longest', () => {
    const ledger = new RateLedger(parseLimits('(*, *, .*, 1, HOUR)'), 100)
    for (let index = 0; index < 10_000; index += 1) {
      ledger.take(`key ${index}`, 'GET', '/', 0)
      ledger.take('busy', 'GET', '/', 0)
    }
    expect(ledger.size).toBe(100)
    expect(ledger.take('busy', 'GET', '/', 0)?.retryAfter).toBeGreaterThan(0)
    expect(ledger.take('key 1', 'GET', '/', 0)?.retryAfter).toBe(0)
  })

  it('lets in exactly the number of a limit at once, whatever that is', () => {
    for (const value of [1, 3, 7, 120, 999]) {
      const ledger = new RateLedger(parseLimits(`(*, *, .*, ${value}, MINUTE)`), 10)
      let taken = 0
      while (ledger.take('key', 'GET', '/', 12_345.678)?.retryAfter === 0) taken += 1
      expect(taken).toBe(value)
    }
  })
})
