import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseFloating, parseInteger, renderFloating } from '../../src/config/numbers.ts'

describe('integers', () => {
  test.each([
    ['1_000', 1000],
    ['+5', 5],
    ['007', 7],
    ['-3', -3],
    ['-0', 0],
    [' 12 ', 12],
    ['١٢', 12],
    ['𝟗𝟎', 90],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ])('%j is %d, as for Python', (text, value) => {
    expect(parseInteger(text)).toBe(value)
  })

  test.each(['', '0x10', '5.0', '1__0', '_1', '1_', '- 3', '1e3', 'one', '²', '9007199254740993'])(
    '%j is none',
    (text) => {
      expect(parseInteger(text)).toBeNull()
    },
  )

  test('every safe integer reads back from its own text', () => {
    fc.assert(fc.property(fc.maxSafeInteger(), (value) => parseInteger(String(value)) === value))
  })
})

describe('numbers', () => {
  test.each([
    ['1e3', 1000],
    ['.5', 0.5],
    ['5.', 5],
    ['1_0.2_5', 10.25],
    ['inf', Infinity],
    ['-Infinity', -Infinity],
    ['nan', Number.NaN],
    ['٣.٥', 3.5],
  ])('%j is %d, as for Python', (text, value) => {
    expect(parseFloating(text)).toBe(value)
  })

  test.each(['', '1,5', '.', 'e3', '1e', '0x1', '1._5', 'infinit'])('%j is none', (text) => {
    expect(parseFloating(text)).toBeNull()
  })

  test('every number reads back from its rendered text', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        expect(parseFloating(renderFloating(value))).toBe(value)
      }),
    )
  })

  test('a whole number is rendered with its point, as Python does', () => {
    expect(renderFloating(1000)).toBe('1000.0')
  })
})
