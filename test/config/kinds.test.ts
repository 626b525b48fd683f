import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as declare from '../../src/config/declare.ts'
import { convert, expectedOf, renderValue } from '../../src/config/kinds.ts'
import type { Option } from '../../src/config/option.ts'
import { Rejection } from '../../src/config/rejection.ts'

const { bool, bytes, dict, duration, float, host, hostDomain, hostname, int, ip, list, multi, port, str, uri } = declare

const accepted: [string, Option, unknown, unknown][] = [
  ['str', str(), ' x ', ' x '],
  ['str with a pattern, found anywhere', str({ regex: /b/u }), 'abc', 'abc'],
  ['str with a sticky pattern', str({ regex: /b/gy }), 'abc', 'abc'],
  ['str with choices', str({ choices: ['a', 'b'] }), 'b', 'b'],
  ['str with described choices', str({ choices: { a: 'first', '': 'nothing' } }), '', ''],
  ['str, case ignored, spelling kept', str({ choices: ['Abc'], ignoreCase: true }), 'aBC', 'aBC'],
  ['str with quotes', str({ quotes: true }), '"x y"', 'x y'],
  ['str with quotes, none there', str({ quotes: true }), 'x"', 'x"'],
  ['str of a length, counted in characters', str({ maxLength: 2 }), '😀😀', '😀😀'],
  ['int', int({ min: 1, max: 8 }), '8', 8],
  ['int, empty', int({ min: 1 }), '', null],
  ['int of choices', int({ choices: [1, 3] }), '3', 3],
  ['float', float({ min: 0.5 }), '0.5', 0.5],
  ['float, not a number', float({ min: 0.5 }), 'nan', Number.NaN],
  ['port', port(), '0', 0],
  ['bool', bool(), ' Yes', true],
  ['bool', bool(), 'OFF', false],
  ['list', list(), ' a, b ,,c,, ', ['a', 'b', '', 'c']],
  ['list, empty', list(), '', []],
  ['list of numbers', list({ of: int() }), '1, 2', [1, 2]],
  ['list of quoted texts', list({ of: str({ quotes: true }) }), '"a,b",c', ['a,b', 'c']],
  ['list in brackets', list({ bounds: true }), '[a,b]', ['a', 'b']],
  ['dict', dict(), 'k:v, k2 : v2', { k: 'v', k2: 'v2' }],
  ['dict with a colon in a value', dict(), 'k:v:w', { k: 'v:w' }],
  ['dict, empty', dict(), '', {}],
  ['dict with a part that joins the next', dict(), 'k:a,b,c:d', { k: 'a', 'b,c': 'd' }],
  ['dict in braces', dict({ bounds: true, of: int() }), '{a:1}', { a: 1 }],
  ['multi', multi({ of: int() }), '5', [5]],
  ['ip', ip({ version: 6 }), '::1', '::1'],
  ['hostname', hostname(), 'a.b.', 'a.b'],
  ['host, an address', host(), '10.0.0.1', '10.0.0.1'],
  ['host, a name', host(), 'h-1', 'h-1'],
  ['hostDomain', hostDomain(), 'a_b', 'a_b'],
  ['uri', uri({ schemes: ['http'] }), 'http://h/x', 'http://h/x'],
  [
    'list of texts in quotes, in brackets',
    list({ bounds: true, of: str({ quotes: true }) }),
    `["a,b", 'c"']`,
    ['a,b', 'c"'],
  ],
  ['list of lists', list({ of: list({ bounds: true }) }), '[a,b],[c]', [['a', 'b'], ['c']]],
  ['list of choices with a comma', list({ of: str({ choices: ['a,b', 'c'] }) }), 'a,b,c', ['a,b', 'c']],
  ['list of URIs with a comma', list({ of: uri() }), 'http://h/a', ['http://h/a']],
  ['dict of texts in quotes', dict({ of: str({ quotes: true }) }), 'k:"a,b",l:c', { k: 'a,b', l: 'c' }],
  ['duration', duration({ min: 1 }), '1h30m', 5400],
  ['duration, empty', duration({ default: 5 }), '', null],
  ['duration below zero where the declaration allows it', duration({ min: -1 }), '-1', -1],
  ['list of durations', list({ of: duration() }), '1s,2m', [1, 120]],
  ['bytes', bytes({ max: 65_536 }), '64KiB', 65_536],
  ['int from code', int(), 4, 4],
  ['bool from code', bool(), false, false],
  ['list from code', list({ of: int() }), ['1', 2], [1, 2]],
  ['dict from code', dict(), { a: 'b' }, { a: 'b' }],
]

const refused: [string, Option, unknown, string][] = [
  ['str', str({ regex: /^a+$/u }), 'b', 'a text that matches ^a+$'],
  ['str', str({ maxLength: 2 }), 'abc', 'a text of at most 2 characters'],
  ['str', str({ choices: ['a', ''] }), 'b', 'one of "a", ""'],
  ['str', str({ choices: ['a'] }), 'A', 'one of "a"'],
  ['str with an unclosed quote', str({ quotes: true }), '"x', 'a text'],
  ['str from code', str(), 5, 'a text'],
  ['int', int(), '0x10', 'an integer'],
  ['int', int({ min: 1 }), '0', 'an integer, at least 1'],
  ['int', int({ max: 1_234_567 }), '1234568', 'an integer, at most 1234567'],
  ['int', int({ choices: [1, 3] }), '2', 'one of 1, 3'],
  ['int from code', int(), 1.5, 'an integer'],
  ['int from code', int(), true, 'an integer'],
  ['float', float(), '1,5', 'a number'],
  ['float', float({ min: 0.5, max: 1 }), '0.25', 'a number from 0.5 to 1'],
  ['port', port(), '65536', 'a port from 0 to 65535'],
  ['port', port({ min: 1024 }), '80', 'a port from 1024 to 65535'],
  ['bool', bool(), 't', 'true or false (also yes, no, on, off, 1, 0)'],
  ['bool', bool(), '', 'true or false (also yes, no, on, off, 1, 0)'],
  ['list', list({ of: int({ min: 1 }) }), '1,0', 'items separated by commas, each an integer, at least 1'],
  ['list', list({ bounds: true }), 'a', '[ ] round items separated by commas'],
  ['list', list({ bounds: true }), '[', '[ ] round items separated by commas'],
  ['dict', dict(), 'k', 'key:value pairs separated by commas'],
  ['dict', dict(), 'k:v,k:w', 'key:value pairs separated by commas'],
  ['dict', dict(), ':v', 'key:value pairs separated by commas'],
  ['multi', multi({ of: int() }), 'x', 'an integer'],
  ['duration', duration({ min: 60 }), '30s', 'a time like 30s, 5m, 1h30m or a number of seconds, at least 1m'],
  ['duration', duration(), '-1', 'a time like 30s, 5m, 1h30m or a number of seconds'],
  ['bytes', bytes({ max: 1024 }), '2KiB', 'a size like 64KiB, 10MB or a number of bytes, at most 1KiB'],
  ['bytes', bytes(), '64K', 'a size like 64KiB, 10MB or a number of bytes'],
  ['list of texts in quotes', list({ of: str({ quotes: true }) }), '"a,b', 'items separated by commas, each a text'],
  ['str of a quote alone', str({ quotes: true }), '"', 'a text'],
  ['ip', ip({ version: 4 }), '::1', 'an IPv4 address'],
  ['hostname', hostname(), 'a_b', 'a host name'],
  ['host', host(), '1.2.3.400', 'an IP address or a host name'],
  ['uri', uri({ schemes: ['http', 'https'] }), 'ftp://h', 'a URI with a scheme (http, https) and a host'],
  ['uri', uri({ maxLength: 5 }), 'http://h', 'a URI with a scheme and a host of at most 5 characters'],
]

describe('an option takes what oslo.config takes', () => {
  test.each(accepted)('%s', (_what, option, text, value) => {
    expect(convert(option, text)).toEqual(value)
  })
})

describe('an option refuses the rest and says what it takes', () => {
  test.each(refused)('%s: %#', (_what, option, text, expected) => {
    expect(() => convert(option, text)).toThrow(Rejection)
    expect(expectedOf(option)).toBe(expected)
  })

  test.each([
    [dict(), 'k:v,k:w', 'key "k" is there twice'],
    [dict(), ':v', 'a key is empty'],
    [str({ quotes: true }), '"x', 'its quote is not closed'],
  ])('and why, where that is not plain: %#', (option, text, reason) => {
    expect(() => convert(option, text)).toThrow(reason)
  })
})

test.each([
  ['a list of bad numbers', list({ of: int() }), 'x,'],
  ['a dict without a colon', dict(), 'k,'],
  ['a dict of bad numbers', dict({ of: int() }), 'k:x,'],
  ['an unclosed quote', list({ of: str({ quotes: true }) }), '"a,'],
  ['an open bracket', list({ of: list({ bounds: true }) }), '[a,'],
  ['choices with commas', list({ of: str({ choices: ['a,b'] }) }), 'x,'],
])('%s of a hundred thousand parts is refused before anybody notices', (_what, option, part) => {
  // Joined and tried part by part this would look at ten thousand million characters: it ends in the time of a test or not.
  expect(() => convert(option, part.repeat(100_000))).toThrow(Rejection)
})

test('lists and dicts cannot be changed, and a dict has no inherited keys', () => {
  const pairs = convert(dict(), '__proto__:a,constructor:b') as Record<string, string>
  expect(Object.keys(pairs)).toEqual(['__proto__', 'constructor'])
  expect(Object.isFrozen(pairs) && Object.isFrozen(convert(list(), 'a'))).toBe(true)
})

test('no text does anything to a kind but convert or be refused', () => {
  const options = accepted.map(([, option]) => option)
  fc.assert(
    fc.property(fc.constantFrom(...options), fc.string({ unit: 'binary' }), (option, text) => {
      try {
        convert(option, text)
      } catch (error) {
        expect(error).toBeInstanceOf(Rejection)
      }
    }),
  )
})

test('what converts reads back from its rendered text', () => {
  const options = [
    int(),
    float(),
    bool(),
    port(),
    duration(),
    bytes(),
    list({ of: int() }),
    list({ of: int(), bounds: true }),
    list({ of: str({ quotes: true }) }),
    dict({ of: bool() }),
    dict({ of: bytes(), bounds: true }),
  ]
  const text = fc.stringMatching(/^[-+a-z0-9_.:,"' ]{0,12}$/u)
  const known = fc.constantFrom(
    '1',
    '-2',
    '1.5',
    'inf',
    'yes',
    '1,2',
    'a:on,b:0',
    '',
    '[1,2]',
    '{a:2KiB}',
    '5m',
    '"a,b",c',
  )
  fc.assert(
    fc.property(fc.constantFrom(...options), fc.oneof(text, known), (option, written) => {
      let value: unknown
      try {
        value = convert(option, written)
      } catch {
        // A text that is refused says nothing about rendering.
        return
      }
      expect(convert(option, renderValue(option, value))).toEqual(value)
    }),
  )
})
