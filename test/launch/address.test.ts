import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isSlipwayError } from '../../src/errors.ts'
import { addressUrl, type ListenAddress, parseAddress, renderAddress } from '../../src/launch/address.ts'

const settings = 'its settings are mode, in octal, owner and group: "?mode=0660&group=www-data"'

describe('parseAddress', () => {
  it.each<[string, ListenAddress]>([
    ['127.0.0.1:8774', { kind: 'tcp', host: '127.0.0.1', port: 8774 }],
    ['localhost:0', { kind: 'tcp', host: 'localhost', port: 0 }],
    ['[::1]:65535', { kind: 'tcp', host: '::1', port: 65_535 }],
    [' [::]:80 ', { kind: 'tcp', host: '::', port: 80 }],
    ['unix:/run/a b.sock', { kind: 'unix', path: '/run/a b.sock', mode: null, owner: null, group: null }],
    ['unix:/run/a.sock?mode=0660', { kind: 'unix', path: '/run/a.sock', mode: 0o660, owner: null, group: null }],
    ['unix:/run/a.sock?mode=600', { kind: 'unix', path: '/run/a.sock', mode: 0o600, owner: null, group: null }],
    [
      'unix:/run/a.sock?group=33&mode=660&owner=web',
      { kind: 'unix', path: '/run/a.sock', mode: 0o660, owner: 'web', group: '33' },
    ],
    ['fd:3', { kind: 'fd', name: '3' }],
    ['fd:api.socket', { kind: 'fd', name: 'api.socket' }],
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
    ['unix:/run/a.sock?mode=0999', settings],
    ['unix:/run/a.sock?', settings],
    ['unix:/run/a.sock?owner=', settings],
    ['unix:/run/a.sock?user=root', settings],
    ['unix:/run/a.sock?mode=0660&mode=0660', settings],
    ['unix:/run/a.sock?mode=0660?mode=0660', settings],
    [`unix:/${'x'.repeat(99)}`, 'the path of a unix socket has at most 99 bytes'],
    ['fd:', 'the number or the name of an inherited socket'],
    ['fd:a b', 'the number or the name of an inherited socket'],
    ['fd:2', 'inherited sockets are numbered from 3'],
    ['fd:03', 'inherited sockets are numbered from 3'],
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
    const path = fc.stringMatching(/^\/[a-z/]{1,98}$/)
    const mode = fc.option(fc.nat(0o777))
    const name = fc.stringMatching(/^[a-z][\w-]{0,20}$/)
    const account = fc.option(name)
    const unix = fc.record({ kind: fc.constant('unix' as const), path, mode, owner: account, group: account })
    const inherited = fc.record({ kind: fc.constant('fd' as const), name })
    fc.assert(
      fc.property(fc.oneof(tcp, unix, inherited), (address) => {
        expect(parseAddress(renderAddress(address))).toEqual(address)
      }),
    )
  })
})

it.each([
  ['127.0.0.1:8774', 'http://127.0.0.1:8774'],
  ['[::1]:8774', 'http://[::1]:8774'],
  ['unix:/run/a.sock?mode=0660', 'unix:/run/a.sock'],
  ['fd:3', 'fd:3'],
])('addressUrl shows %s as people open it', (text, url) => {
  expect(addressUrl({ address: parseAddress(text) })).toBe(url)
})
