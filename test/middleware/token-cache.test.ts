// The cache of tokens: bounded in number, size and time, one question at a time for a token.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TokenCache } from '../../src/middleware/keystone/token-cache.ts'
import type { ValidToken } from '../../src/middleware/keystone/token.ts'

const lasting = (expiresAt = Infinity, size = 1): ValidToken => ({
  expiresAt,
  roles: [],
  headers: [],
  serviceHeaders: [],
  info: { token: { expires_at: '', user: { id: 'u' } } },
  size,
})

describe('TokenCache', () => {
  it('keeps a token for its time, or until it ends', async () => {
    let now = 0
    const cache = new TokenCache({ keepMs: 100, most: 10, now: () => now })
    const asked: string[] = []
    const ask = (ends: number) => async (text: string) => {
      asked.push(text)
      return lasting(ends)
    }
    await cache.get('long', ask(1000))
    await cache.get('short', ask(50))
    now = 49
    expect(cache.get('long', ask(1000))).toEqual(lasting(1000))
    expect(cache.get('short', ask(50))).toEqual(lasting(50))
    now = 50
    expect(await cache.get('short', ask(50))).toBeNull()
    now = 99
    expect(cache.get('long', ask(1000))).toEqual(lasting(1000))
    now = 100
    await cache.get('long', ask(1000))
    expect(asked).toEqual(['long', 'short', 'short', 'long'])
  })

  it('drops the token that was not used for longest', async () => {
    const cache = new TokenCache({ keepMs: 1000, most: 2 })
    const asked: string[] = []
    const get = (text: string) =>
      cache.get(text, async () => {
        asked.push(text)
        return lasting()
      })
    await get('a')
    await get('b')
    await get('a')
    await get('c')
    await get('a')
    await get('b')
    expect(asked).toEqual(['a', 'b', 'c', 'b'])
  })

  it('keeps no failure, and asks anew after it', async () => {
    const cache = new TokenCache({ keepMs: 1000, most: 2 })
    let calls = 0
    const fail = () => {
      calls += 1
      return calls === 1 ? Promise.reject(new Error('x')) : Promise.resolve(lasting())
    }
    await expect(cache.get('a', fail)).rejects.toThrow('x')
    expect(await cache.get('a', fail)).toEqual(lasting())
    expect(calls).toBe(2)
  })

  it.each([
    [300_000, 10_000],
    [2000, 2000],
    [0, 0],
  ])('with %i ms for good tokens keeps a refusal for %i ms', async (keepMs, refusedMs) => {
    let now = 0
    const cache = new TokenCache({ keepMs, most: 10, now: () => now })
    let calls = 0
    const refuse = async () => {
      calls += 1
      return null
    }
    expect(await cache.get('a', refuse)).toBeNull()
    now = refusedMs - 1
    if (refusedMs > 0) expect(cache.get('a', refuse)).toBeNull()
    expect(calls).toBe(1)
    now = refusedMs
    expect(await cache.get('a', refuse)).toBeNull()
    expect(calls).toBe(2)
  })

  it('is bounded, and 100,000 bad tokens drive out no good one', async () => {
    const cache = new TokenCache({ keepMs: 60_000, most: 1000 })
    await cache.get('good', async () => lasting())
    for (let at = 0; at < 100_000; at += 1) await cache.get(`bad ${at}`, async () => null)
    expect(cache.size).toBe(1001)
    expect(cache.get('good', () => Promise.reject(new Error('asked')))).toEqual(lasting())
  })

  it('is bounded in size: catalogs are large', async () => {
    const cache = new TokenCache({ keepMs: 1000, most: 100, mostSize: 10 })
    for (const text of ['a', 'b', 'c']) await cache.get(text, async () => lasting(Infinity, 4))
    expect(cache.size).toBe(2)
    await cache.get('huge', async () => lasting(Infinity, 100))
    expect(cache.size).toBe(1)
    expect(cache.get('huge', () => Promise.reject(new Error('asked')))).toEqual(lasting(Infinity, 100))
  })

  it('keeps what was asked of an expired token apart', async () => {
    const cache = new TokenCache({ keepMs: 1000, most: 10, now: () => 500 })
    const ended = async () => lasting(400)
    expect(await cache.get('a', ended)).toBeNull()
    expect(await cache.get('a', ended, true)).toEqual(lasting(400))
    expect(cache.get('a', ended)).toBeNull()
    expect(cache.get('a', ended, true)).toEqual(lasting(400))
    await cache.get('b', async () => lasting(900))
    expect(cache.get('b', () => Promise.reject(new Error('asked')), true)).toEqual(lasting(900))
  })

  it('gives everybody the token that they asked for, whatever the order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e')),
        fc.integer({ min: 1, max: 4 }),
        async (texts, most) => {
          const cache = new TokenCache({ keepMs: 1000, most })
          const ask = async (text: string): Promise<ValidToken> => ({
            ...lasting(),
            headers: [['x-user-id', text]],
          })
          const answers = await Promise.all(texts.map(async (text) => cache.get(text, ask)))
          expect(answers.map((token) => token?.headers[0]?.[1])).toEqual(texts)
        },
      ),
    )
  })
})
