// The cache of good tokens: bounded in number and time, one question at a time for a token.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TokenCache } from '../../src/middleware/keystone/token-cache.ts'
import type { ValidToken } from '../../src/middleware/keystone/token.ts'

const lasting = (expiresAt = Infinity): ValidToken => ({ expiresAt, headers: [] })

describe('TokenCache', () => {
  it('keeps a token for its time, or until it ends', async () => {
    let now = 0
    const cache = new TokenCache(100, 10, () => now)
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
    const cache = new TokenCache(1000, 2)
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

  it('keeps no refusal and no failure, and asks anew after each', async () => {
    const cache = new TokenCache(1000, 2)
    let calls = 0
    const fail = () => {
      calls += 1
      return calls === 1 ? Promise.reject(new Error('x')) : Promise.resolve(calls === 2 ? null : lasting())
    }
    await expect(cache.get('a', fail)).rejects.toThrow('x')
    expect(await cache.get('a', fail)).toBeNull()
    expect(await cache.get('a', fail)).toEqual(lasting())
    expect(calls).toBe(3)
  })

  it('gives everybody the token that they asked for, whatever the order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e')),
        fc.integer({ min: 1, max: 4 }),
        async (texts, most) => {
          const cache = new TokenCache(1000, most)
          const ask = async (text: string): Promise<ValidToken> => ({
            expiresAt: Infinity,
            headers: [['x-user-id', text]],
          })
          const answers = await Promise.all(texts.map(async (text) => cache.get(text, ask)))
          expect(answers.map((token) => token?.headers[0]?.[1])).toEqual(texts)
        },
      ),
    )
  })
})
