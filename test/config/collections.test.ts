import { describe, expect, test } from 'vitest'
import { closing, type ItemRules, toDict, toList } from '../../src/config/collections.ts'
import { Rejection } from '../../src/config/rejection.ts'

/** Items in quotes, with every text that was tried. */
function quotedItems(): { item: ItemRules; tried: string[] } {
  const tried: string[] = []
  const item: ItemRules = {
    take(part) {
      tried.push(String(part))
      if (!/^".*"$/u.test(String(part))) throw new Rejection(String(part), String(part))
      return String(part).slice(1, -1)
    },
    hope: (text) => (text.startsWith('"') ? closing('"') : null),
  }
  return { item, tried }
}

describe('parts that are refused', () => {
  test('are joined with the next ones until they are taken', () => {
    const { item, tried } = quotedItems()
    expect(toList('"a,b ,c","d"', item)).toEqual(['a,b ,c', 'd'])
    expect(tried).toEqual(['"a', '"a,b ,c"', '"d"'])
  })

  test('end the whole at once when nothing that follows can help', () => {
    const { item, tried } = quotedItems()
    expect(() => toList(`x,${'"a",'.repeat(1000)}`, item)).toThrow('x')
    // The last is all the rest, for the words of the original.
    expect(tried.length).toBe(2)
  })

  test('are tried again only with what may complete them', () => {
    const { item, tried } = quotedItems()
    expect(() => toDict(`k:"a,${'b,'.repeat(1000)}`, item)).toThrow('"a')
    expect(tried.length).toBe(2)
  })

  test('are told by the first, and by the last in the words of the original', () => {
    const refusal = refusalOf(() => toList('"a,b', quotedItems().item))
    expect([refusal.reason, refusal.original]).toEqual(['"a', '"a,b'])
  })
})

function refusalOf(run: () => unknown): Rejection {
  try {
    run()
  } catch (error) {
    if (error instanceof Rejection) return error
    throw error
  }
  throw new TypeError('nothing was refused')
}
