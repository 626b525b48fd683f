// Lists of peers, as operators write them.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRanges } from '../../src/middleware/index.ts'

describe('parseRanges', () => {
  it.each<[string[], (string | undefined)[], (string | undefined)[]]>([
    [['loopback'], ['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1'], ['128.0.0.1', '::2', undefined, 'unknown']],
    [
      ['private'],
      ['10.1.2.3', '172.31.0.1', '192.168.1.1', 'fd00::1', '::ffff:10.0.0.1'],
      ['172.32.0.1', '11.0.0.1', 'fe80::1'],
    ],
    [['linklocal'], ['169.254.1.1', 'fe80::1', 'fe80::1%eth0'], ['169.253.1.1', 'fc00::1']],
    [['unix'], [undefined], ['127.0.0.1', '']],
    [['all'], ['8.8.8.8', '2001:db8::1', undefined], ['unknown', '_hidden', '']],
    [
      ['192.0.2.0/24', '2001:db8::/32'],
      ['192.0.2.255', '2001:db8:1::1'],
      ['192.0.3.0', '2001:db9::'],
    ],
    [
      ['192.0.2.7', '::1'],
      ['192.0.2.7', '0:0:0:0:0:0:0:1'],
      ['192.0.2.8', '::'],
    ],
    [[], [], ['127.0.0.1', undefined]],
  ])('%j', (ranges, inside, outside) => {
    const test = parseRanges(ranges, 'trusted_proxies')
    for (const address of [...inside, ...inside]) expect([address, test(address)]).toEqual([address, true])
    for (const address of [...outside, ...outside]) expect([address, test(address)]).toEqual([address, false])
  })

  it.each(['10.0.0.0/33', '10.1', '0x7f.1', 'localhost', '10.0.0.0/', '::/129', '', 'constructor', 'loopback,unix'])(
    'refuses %j with what is possible',
    (text) => {
      const where = { file: 'api-paste.ini', line: 3 }
      expect(() => parseRanges([text], 'trusted_proxies', where)).toThrow(
        expect.objectContaining({
          code: 'SLIPWAY_CONFIG_VALUE',
          message: `"trusted_proxies" cannot have the item "${text}"`,
          where,
          expected: expect.stringContaining('loopback') as string,
        }),
      )
    },
  )

  it('gives the same answer the second time, for more peers than it remembers', () => {
    const test = parseRanges(['10.0.0.0/9'], 'x')
    fc.assert(
      fc.property(fc.nat(255), fc.nat(255), (a, b) => {
        expect(test(`10.${a}.${b}.1`)).toBe(a < 128)
      }),
      { numRuns: 3000 },
    )
  })
})
