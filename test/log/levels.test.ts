import { describe, expect, test } from 'vitest'
import { readConfig } from '../../src/config/index.ts'
import { isSlipwayError } from '../../src/errors.ts'
import { logGroup } from '../../src/log/index.ts'
import { levelOf, parseLevel, parseLevels } from '../../src/log/levels.ts'

describe('a level', () => {
  test.each([
    ['DEBUG', 'debug'],
    ['warning', 'warn'],
    [' WARN ', 'warn'],
    ['CRITICAL', 'fatal'],
    ['10', 'debug'],
    ['25', 'warn'],
    ['0', 'trace'],
    ['51', 'silent'],
    ['LOUD', null],
    ['', null],
  ])('%j is %s', (text, level) => {
    expect(parseLevel(text)).toBe(level)
  })
})

describe('the level of a logger', () => {
  const table = parseLevels(false, ['a.b=DEBUG', 'a=WARN', 'a.bc = ERROR'])

  test.each([
    ['a.b.c', 'debug'],
    ['a.b', 'debug'],
    ['a.bc', 'error'],
    ['a.bcd', 'warn'],
    ['a', 'warn'],
    ['ab', 'info'],
    ['', 'info'],
  ])('%s is %s: the longest dotted prefix counts', (name, level) => {
    expect(levelOf(table, name)).toBe(level)
  })

  test('is DEBUG in debug mode where no other is given', () => {
    expect(levelOf(parseLevels(true, ['a=INFO']), 'b')).toBe('debug')
  })
})

describe('the option default_log_levels', () => {
  function read(text: string): unknown {
    return readConfig({ groups: [logGroup], argv: [], prog: 'p', env: { OS_DEFAULT__DEFAULT_LOG_LEVELS: text } })
  }

  test.each(['a=WARN, b.c=debug', 'a = 30', ''])('takes %j', (text) => {
    expect(() => read(text)).not.toThrow()
  })

  test.each(['a=LOUD', 'a', '=WARN', 'a=INFO,b'])('is refused at start for %j', (text) => {
    expect(() => read(text)).toThrow(expect.toSatisfy(isSlipwayError))
  })

  test('given past the configuration it is refused with the levels there are', () => {
    expect(() => parseLevels(false, ['a=LOUD'])).toThrow('option "default_log_levels" cannot be "a=LOUD"')
  })
})
