import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isSlipwayError } from '../../src/errors.ts'
import { addressUrl, type ListenAddress, parseAddress, renderAddress } from '../../src/launch/address.ts'

describe('parseAddress', () => {
  it.each<[string, ListenAddress]>([
    ['127.0.0.1:8774', { kind: 'tcp', host: '127.0.0.1', port: 8774 }],
    ['localhost:0', { kind: 'tcp', host: 'localhost', port: 0 }],
    ['[::1]:65535', { kind: 'tcp', host: '::1', port: 65_535 }],
    [' [::]:80 ', { kind: 'tcp', host: '::', port: 80 }],
    ['unix:/run/a b.sock', { kind: 'unix', path: '/run/a b.sock', mode: null }],
    ['unix:/run/a.sock?mode=0660', { kind: 'unix', path: '/run/a.sock', mode: 0o660 }],
    ['unix:/run/a.sock?mode=600', { kind: 'unix', path: '/run/a.sock', mode: 0o600 }],
  ])('reads %s', (text, address) => {
    expect(parseAddress(text)).toEqual(address)
  })

  it.each([
    ['', undefined],
    ['8774', 'the host is missing: "127.0.0.1:8774" serves this machine only, "[::]:8774" every other too'],
    [':8774', 'the host is missing: "127.0.0.1:8774" serves this machine only, "[::]:8774" every other too'],
    ['localhost', 'the port is missing: "localhost:8774"'],
    ['localhost:', undefined],
    ['localhost:http', undefined],
    ['localhost:65536', 'a port is a number from 0 to 65535'],
    ['::1:8774', 'an IPv6 address stands in brackets: "[::1]:8774"'],
    ['[::g]:8774', '"::g" is not an IPv6 address'],
    ['http://localhost:8774', 'write the address alone, without a scheme and a path'],
    ['unix:run/a.sock', 'the path of a unix socket starts with "/"'],
    ['unix:/run/a.sock?mode=0999', 'it has one setting: "?mode=0660", in octal'],
    ['unix:/run/a.sock?owner=root', 'it has one setting: "?mode=0660", in octal'],
    ['unix:/run/a.sock?mode=0660?mode=0660', 'it has one setting: "?mode=0660", in octal'],
    [`unix:/${'x'.repeat(107)}`, 'the path of a unix socket has at most 107 bytes'],
  ])('refuses %s and says what is wrong with it', (text, hint) => {
    const where = { file: 'service.conf', line: 3 }
    expect(() => parseAddress(text, where)).toThrow(
      expect.objectContaining({
        code: 'SLIPWAY_LAUNCH_ADDRESS',
        exitCode: 78,
        message: `cannot listen on "${text}": it is not an address`,
        hint: hint ?? null,
        where,
      }),
    )
  })

  it('throws nothing but its own error, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `unix:${text}`),
        ),
        (text) => {
          try {
            parseAddress(text)
          } catch (error) {
            expect(isSlipwayError(error) && error.code).toBe('SLIPWAY_LAUNCH_ADDRESS')
          }
        },
      ),
    )
  })

  it('reads back what renderAddress writes', () => {
    const port = fc.nat(65_535)
    const tcp = fc.record({
      kind: fc.constant('tcp' as const),
      host: fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain()),
      port,
    })
    const path = fc.stringMatching(/^\/[a-z/]{1,100}$/)
    const mode = fc.option(fc.nat(0o777))
    const unix = fc.record({ kind: fc.constant('unix' as const), path, mode })
    fc.assert(
      fc.property(fc.oneof(tcp, unix), (address) => {
        expect(parseAddress(renderAddress(address))).toEqual(address)
      }),
    )
  })
})

it.each([
  ['127.0.0.1:8774', 'http://127.0.0.1:8774'],
  ['[::1]:8774', 'http://[::1]:8774'],
  ['unix:/run/a.sock?mode=0660', 'unix:/run/a.sock'],
])('addressUrl shows %s as people open it', (text, url) => {
  expect(addressUrl(parseAddress(text))).toBe(url)
})
