import { describe, expect, test } from 'vitest'
import { isAddress, parseHostname, schemeOf } from '../../src/config/addresses.ts'

describe('addresses', () => {
  test.each(['127.0.0.1', '0.0.0.0', '::1', 'fe80::1', '::ffff:10.0.0.1'])('%s is one', (text) => {
    expect(isAddress(text)).toBe(true)
  })

  test.each(['127.1', '01.2.3.4', '1.2.3.256', 'fe80::1%eth0', '[::1]', '', '1.2.3.4 '])('%j is none', (text) => {
    expect(isAddress(text)).toBe(false)
  })

  test('a version is asked for', () => {
    expect([isAddress('::1', 4), isAddress('::1', 6), isAddress('1.2.3.4', 6)]).toEqual([false, true, false])
  })
})

describe('host names', () => {
  test.each([
    ['foo.bar.', 'foo.bar'],
    ['LocalHost', 'LocalHost'],
    ['a', 'a'],
    ['1.2.3.4a', '1.2.3.4a'],
    [`${'a'.repeat(63)}.b`, `${'a'.repeat(63)}.b`],
  ])('%s is %s', (text, name) => {
    expect(parseHostname(text)).toBe(name)
  })

  test.each(['', '-foo', 'foo_bar', '1.2.3.4', 'a.b-', 'a..b', '.', 'a b', `${'a'.repeat(64)}.b`, 'a.'.repeat(127)])(
    '%j is none',
    (text) => {
      expect(parseHostname(text)).toBeNull()
    },
  )

  test('a domain may hold an underscore', () => {
    expect(parseHostname('foo_bar', '_')).toBe('foo_bar')
    expect(parseHostname('_', '_')).toBeNull()
  })
})

describe('URIs', () => {
  test.each([
    ['http://h', 'http'],
    ['mysql+pymysql://u:p@h/db', 'mysql+pymysql'],
    ['http://[::1]:80/', 'http'],
    ['https://h/?q=%20#f', 'https'],
    ['http://h:8774/v2/%(project_id)s', 'http'],
    ['http://h/a b', 'http'],
  ])('%s has the scheme %s', (text, scheme) => {
    expect(schemeOf(text)).toBe(scheme)
  })

  test.each([
    'file:///x',
    'h',
    '//h',
    'http://',
    'http://u@/x',
    'http://h/[x]',
    'http://a b/',
    'http://[1]/',
    '1http://h',
  ])('%j is refused', (text) => {
    expect(schemeOf(text)).toBeNull()
  })
})
