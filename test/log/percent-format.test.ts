import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readConfig } from '../../src/config/index.ts'
import { isSlipwayError } from '../../src/errors.ts'
import { logGroup } from '../../src/log/index.ts'
import { parsePercentFormat, percentFormat } from '../../src/log/percent-format.ts'

describe('a format string', () => {
  // Each result is what Python 3 prints for the same format and value.
  test.each([
    ['%(v)s', 'a', 'a'],
    ['%%(v)s %(v)s%%', 'a', '%(v)s a%'],
    ['%(v)5s|', 'abc', '  abc|'],
    ['%(v)-5s|', 'abc', 'abc  |'],
    ['%(v).2s|', 'abc', 'ab|'],
    ['%(v)5.2s|', 'abc', '   ab|'],
    ['%(v)05s|', 'abc', '  abc|'],
    ['%(v)d', 42.9, '42'],
    ['%(v)d', -42.9, '-42'],
    ['%(v)i', 7, '7'],
    ['%(v)05d', -42, '-0042'],
    ['%(v)+05d', 42, '+0042'],
    ['%(v)-05d|', 42, '42   |'],
    ['%(v).4d', 42, '0042'],
    ['%(v)x %(v)X %(v)#x %(v)o %(v)#o', 255, 'ff FF 0xff 377 0o377'],
    ['%(v)#06x', 255, '0x00ff'],
    ['%(v)f', 1.5, '1.500000'],
    ['%(v).1f', 2.26, '2.3'],
    ['%(v)08.2f', -1.5, '-0001.50'],
    ['%(v)r', "it's", '"it\'s"'],
    ['%(v)r', 'a\n', String.raw`'a\n'`],
    ['%(v)r', 3, '3'],
    ['', 'a', ''],
  ])('%j renders %j as %j', (format, value, text) => {
    expect(parsePercentFormat(format)(() => value)).toBe(text)
  })

  test('shows what is no number where one was asked for', () => {
    expect(parsePercentFormat('%(v)d|%(v)05d')(() => '-')).toBe('-|    -')
  })

  test('is refused at start when it is none, with its place', () => {
    const env = { OS_DEFAULT__LOGGING_DEFAULT_FORMAT_STRING: '%(message' }
    expect(() => readConfig({ groups: [logGroup], argv: [], prog: 'p', env })).toThrow(
      expect.toSatisfy((error) => isSlipwayError(error) && error.message.includes('logging_default_format_string')),
    )
  })

  test('whatever the text, it renders', () => {
    fc.assert(
      fc.property(fc.string(), fc.oneof(fc.string(), fc.double(), fc.constant('-')), (format, value) => {
        expect(typeof parsePercentFormat(format)(() => value)).toBe('string')
      }),
    )
  })

  test('text without a percent sign stands for itself, and escaped percent signs come back', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const escaped = text.replaceAll('%', '%%')
        expect(percentFormat.test(escaped)).toBe(true)
        expect(parsePercentFormat(escaped)(() => 'x')).toBe(text)
      }),
    )
  })
})
