import { describe, expect, it } from 'vitest'
import { SlipwayError } from '../../src/errors.ts'
import { describeThrown, fromFailure, toFailure } from '../../src/launch/failure.ts'

/** As it arrives after a message between processes. */
function travelled(error: unknown): SlipwayError {
  return fromFailure(structuredClone(toFailure(error, 'SLIPWAY_LAUNCH_WORKER_BOOT', 'worker 1 could not start')))
}

describe('an error that travels', () => {
  it('keeps everything that a diagnostic shows', () => {
    const where = { file: 'api-paste.ini', line: 3, column: 5, length: 2, text: 'use = egg:x' }
    const sent = new SlipwayError('SLIPWAY_PASTE_FACTORY_THREW', 'factory "x" threw', {
      where,
      found: 'a',
      expected: 'b',
      alternatives: ['c'],
      hint: 'd',
      original: 'e',
    })
    const { code, message, exitCode, problems, found, expected, alternatives, hint, original } = sent
    const parts = { code, message, exitCode, where, problems, found, expected, alternatives, hint, original }
    expect(travelled(sent)).toMatchObject(parts)
  })

  it("keeps the user's own error below it, stack and all", () => {
    const thrown = new RangeError('too far')
    const arrived = travelled(new SlipwayError('SLIPWAY_PASTE_FACTORY_THREW', 'it threw', { cause: thrown }))
    expect(arrived.cause).toMatchObject({ name: 'RangeError', message: 'too far', stack: thrown.stack })
  })

  it('does not drag a system error along that the diagnostic has put into words', () => {
    const cause = Object.assign(new Error('bind EADDRINUSE'), { code: 'EADDRINUSE', syscall: 'bind' })
    expect(travelled(new SlipwayError('SLIPWAY_LAUNCH_PORT_IN_USE', 'in use', { cause })).cause).toBeUndefined()
  })

  it('is put into words when it is not ours', () => {
    expect(travelled(new TypeError('x is not a function'))).toMatchObject({
      code: 'SLIPWAY_LAUNCH_WORKER_BOOT',
      exitCode: 70,
      message: 'worker 1 could not start: TypeError: x is not a function',
      cause: { name: 'TypeError' },
    })
  })
})

it.each([
  [new TypeError('no'), 'TypeError: no'],
  ['a text', "'a text'"],
  [{ a: 1 }, '{ a: 1 }'],
  [undefined, 'undefined'],
  [null, 'null'],
])('describeThrown has a word for %o', (thrown, words) => {
  expect(describeThrown(thrown)).toBe(words)
})
