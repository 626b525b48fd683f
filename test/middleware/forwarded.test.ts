// RFC 7239 and the X-Forwarded lists: tables from the RFC, then whatever fast-check comes up with.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  entryAt,
  isHost,
  nodeAddress,
  parseForwarded,
  parseList,
  parsePrefix,
  trustedHops,
} from '../../src/middleware/forwarded.ts'

const plain = (text: string) => parseForwarded(text)?.map((element) => Object.fromEntries(element)) ?? null

describe('parseForwarded', () => {
  it.each<[string, Record<string, string>[] | null]>([
    ['for="_gazonk"', [{ for: '_gazonk' }]],
    ['For="[2001:db8:cafe::17]:4711"', [{ for: '[2001:db8:cafe::17]:4711' }]],
    ['for=192.0.2.60;proto=http;by=203.0.113.43', [{ for: '192.0.2.60', proto: 'http', by: '203.0.113.43' }]],
    ['for=192.0.2.43, for=198.51.100.17', [{ for: '192.0.2.43' }, { for: '198.51.100.17' }]],
    [
      'for=192.0.2.43,for="[2001:db8:cafe::17]",for=unknown',
      [{ for: '192.0.2.43' }, { for: '[2001:db8:cafe::17]' }, { for: 'unknown' }],
    ],
    ['for=1.1.1.1:80', [{ for: '1.1.1.1:80' }]],
    [' for = a ; host = "b,c;d=e" ', [{ for: 'a', host: 'b,c;d=e' }]],
    [String.raw`secret="a\"b\\c"`, [{ secret: String.raw`a"b\c` }]],
    ['', []],
    [' , ,', []],
    ['for=a,,;for=b;', [{ for: 'a' }, { for: 'b' }]],
    ['for=a;for=b', null],
    ['for=a;FOR=b', null],
    ['for', null],
    ['for=', null],
    ['for="open', null],
    ['for=a b', null],
    ['=a', null],
    ['for="a"b', null],
  ])('reads %j', (text, elements) => {
    expect(plain(text)).toEqual(elements)
  })

  it('reads back whatever was written by the grammar', () => {
    const token = fc.stringMatching(/^[\w!#$%&'*+.^`|~-]{1,12}$/u)
    const value = fc.oneof(token, fc.stringMatching(/^[\x20-\x7E]{0,20}$/u))
    const quoted = (text: string) => `"${text.replaceAll(/["\\]/gu, String.raw`\$&`)}"`
    const element = fc.uniqueArray(fc.tuple(token, value), {
      selector: ([name]) => name.toLowerCase(),
      minLength: 1,
      maxLength: 5,
    })
    fc.assert(
      fc.property(fc.array(element, { maxLength: 5 }), fc.constantFrom(',', ', ', ' ,\t'), (elements, comma) => {
        const text = elements
          .map((pairs) => pairs.map(([name, text]) => `${name}=${quoted(text)}`).join(';'))
          .join(comma)
        const expected = elements.map((pairs) => pairs.map(([name, text]) => [name.toLowerCase(), text]))
        expect(parseForwarded(text)?.map((one) => [...one])).toEqual(expected)
      }),
    )
  })

  it('never throws and never loops', () => {
    const pieces = fc.constantFrom('for', '=', '"', ',', ';', ' ', '\\', '[::1]', '1.2.3.4', 'proto', '\t', 'é')
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces).map((all) => all.join('')),
        ),
        (text) => {
          const elements = parseForwarded(text)
          expect(elements === null || elements.every((element) => element.size > 0)).toBe(true)
        },
      ),
      { numRuns: 500 },
    )
  })
})

describe('nodeAddress', () => {
  it.each([
    ['192.0.2.60', '192.0.2.60'],
    ['192.0.2.60:8080', '192.0.2.60'],
    ['[2001:db8::17]', '2001:db8::17'],
    ['[2001:db8::17]:4711', '2001:db8::17'],
    ['2001:db8::17', '2001:db8::17'],
    ['192.0.2.60:_port', '192.0.2.60'],
    ['_gazonk', '_gazonk'],
    ['_SEVKISEK:80', '_SEVKISEK'],
    ['unknown', 'unknown'],
    ['10.1', 'unknown'],
    ['0x7f000001', 'unknown'],
    ['localhost', 'unknown'],
    ['127.0.0.1\u0000', 'unknown'],
    ['<script>', 'unknown'],
    ['', 'unknown'],
  ])('of %j is %j', (text, address) => {
    expect(nodeAddress(text)).toBe(address)
  })

  it('gives addresses back and never anything that a log or a list could trip over', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.ipV4().map((ip) => [ip, ip] as const),
          fc.ipV6().map((ip) => [ip, `[${ip}]`] as const),
        ),
        fc.nat(65_535),
        ([ip, written], port) => {
          expect(nodeAddress(written)).toBe(ip)
          expect(nodeAddress(`${written}:${port}`)).toBe(ip)
        },
      ),
    )
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(nodeAddress(text)).toMatch(/^[\w.:%-]+$/u)
      }),
    )
  })
})

describe('the entry that counts', () => {
  const isTrusted = (address: string) => address.startsWith('10.')

  it.each<[string[], number]>([
    [[], 0],
    [['1.1.1.1'], 1],
    [['10.0.0.1'], 1],
    [['1.1.1.1', '2.2.2.2'], 1],
    [['1.1.1.1', '10.0.0.1'], 2],
    [['1.1.1.1', '10.0.0.2', '10.0.0.1'], 3],
    [['10.9.9.9', '1.1.1.1', '10.0.0.1'], 2],
    [['10.9.9.9', 'unknown', '10.0.0.1'], 2],
  ])('of %j is the one %i from the end', (nodes, hops) => {
    expect(trustedHops(nodes, isTrusted)).toBe(hops)
  })

  it('is never one that the client wrote: what stands left of an untrusted node does not matter', () => {
    const node = fc.oneof(fc.ipV4(), fc.constantFrom('10.0.0.1', '10.0.0.2', 'unknown'))
    const proxies = fc.array(fc.constantFrom('10.0.0.1', '10.0.0.2'), { maxLength: 4 })
    const client = fc.ipV4().filter((ip) => !ip.startsWith('10.'))
    fc.assert(
      fc.property(fc.array(node), client, proxies, (forged, client, proxies) => {
        const nodes = [...forged, client, ...proxies]
        expect(nodes[nodes.length - trustedHops(nodes, isTrusted)]).toBe(client)
      }),
    )
  })

  it('of a list that fewer proxies wrote to is its first', () => {
    expect(entryAt(['https'], 3)).toBe('https')
    expect(entryAt(['https', 'http'], 2)).toBe('https')
    expect(entryAt(['https', 'http'], 1)).toBe('http')
    expect(entryAt(['https', 'http'], 0)).toBe('http')
    expect(entryAt([], 1)).toBeUndefined()
  })
})

describe('parseList', () => {
  it('gives back the entries of any list', () => {
    const entry = fc.stringMatching(/^[^\s,]+$/u)
    fc.assert(
      fc.property(fc.array(entry), fc.constantFrom(',', ', ', ' , ,'), (entries, comma) => {
        expect(parseList(entries.join(comma))).toEqual(entries)
      }),
    )
  })
})

describe('what may become a part of links', () => {
  it.each([
    ['example.org', true],
    ['example.org:8443', true],
    ['[2001:db8::1]:80', true],
    ['1.2.3.4', true],
    ['evil.example/path', false],
    ['user@evil.example', false],
    ['a b', false],
    ['evil.example"><script>', false],
    ['', false],
    ['host:port', false],
  ])('host %j: %j', (text, is) => {
    expect(isHost(text)).toBe(is)
  })

  it.each([
    ['/shop', '/shop'],
    ['/shop/', '/shop'],
    ['/a/b%20c', '/a/b%20c'],
    ['/', null],
    ['', null],
    ['shop', null],
    ['//evil.example', null],
    ['/a//b', null],
    ['/a/../b', null],
    ['/a?b', null],
    ['/a#b', null],
    ['/a\\b', null],
  ])('prefix %j: %j', (text, prefix) => {
    expect(parsePrefix(text)).toBe(prefix)
  })
})
