import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isAmbiguousSize, parseBytes, parseDuration, renderBytes, renderDuration } from '../../src/config/units.ts'

describe('a length of time', () => {
  test.each([
    ['90', 90],
    ['1.5', 1.5],
    ['1_000', 1000],
    ['-1', -1],
    ['30s', 30],
    ['1.5s', 1.5],
    ['250ms', 0.25],
    ['5m', 300],
    ['1h30m', 5400],
    ['1h 30m', 5400],
    ['1.5h', 5400],
    ['0.1h', 360],
    ['2w1d', 1_296_000],
    [' 1d ', 86_400],
    ['0s', 0],
  ])('%j is %d seconds', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds)
  })

  test.each(['', 's', '30x', '30 s', '30m1h', '1h30', '-30s', '1.5h30m', 'inf', 'nan', '30S', '1m1m', '0x10s'])(
    '%j is none',
    (text) => {
      expect(parseDuration(text)).toBeNull()
    },
  )

  test.each([
    [5400, '1h30m'],
    [90, '1m30s'],
    [0.25, '250ms'],
    [1.5, '1.5'],
    [0, '0'],
    [-1, '-1'],
    [604_800, '7d'],
  ])('%d seconds are written as %s', (seconds, text) => {
    expect(renderDuration(seconds)).toBe(text)
  })

  test('reads back as it was written', () => {
    const seconds = fc.oneof(
      fc.nat(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.nat(100_000).map((ms) => ms / 1000),
    )
    fc.assert(
      fc.property(seconds, (value) => {
        expect(parseDuration(renderDuration(value))).toBe(value + 0)
      }),
    )
  })
})

describe('an amount of data', () => {
  test.each([
    ['65536', 65_536],
    ['64KiB', 65_536],
    ['64kib', 65_536],
    ['10MB', 10_000_000],
    ['10 MB', 10_000_000],
    ['10kB', 10_000],
    ['1.5GB', 1_500_000_000],
    ['0.5KiB', 512],
    ['1B', 1],
    ['2TiB', 2 * 1024 ** 4],
  ])('%j is %d bytes', (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes)
  })

  test.each(['', 'KiB', '1.5', '1.5B', '0.3KiB', '64K', '64Ki', '-1kB', '1 000kB', '9PB9', '1e3kB', '99999PiB'])(
    '%j is none',
    (text) => {
      expect(parseBytes(text)).toBeNull()
    },
  )

  test('a unit that some take for 1000 and some for 1024 is known as such', () => {
    expect(['64K', '1.5 g', '64KB', '64'].map(isAmbiguousSize)).toEqual([true, true, false, false])
  })

  test.each([
    [65_536, '64KiB'],
    [10_000_000, '10MB'],
    [1_024_000, '1000KiB'],
    [1234, '1234'],
    [0, '0'],
  ])('%d bytes are written as %s', (bytes, text) => {
    expect(renderBytes(bytes)).toBe(text)
  })

  test('reads back as it was written', () => {
    const round = fc.tuple(fc.nat(1000), fc.nat(4)).map(([count, power]) => count * 1024 ** power)
    fc.assert(
      fc.property(fc.oneof(fc.maxSafeNat(), round), (value) => {
        expect(parseBytes(renderBytes(value))).toBe(value)
      }),
    )
  })
})
