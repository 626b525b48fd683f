import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { commentLines } from '../../src/config/wrap.ts'

describe('comment lines', () => {
  // What Python's textwrap makes of them, with break_long_words and replace_whitespace off.
  test.each([
    ['one two three', 10, ['# one two', '# three']],
    ['', 10, []],
    ['a\n\nb\n', 10, ['# a', '#', '# b']],
    ['a\r\nb\u2028c\u0085d', 20, ['# a', '# b', '# c', '# d']],
    ['  indented text', 12, ['#   indented', '# text']],
    ['two  blanks  kept inside', 40, ['# two  blanks  kept inside']],
    ['blanks   fall   away', 10, ['# blanks', '# fall', '# away']],
    ['a-very-well-known thing', 14, ['# a-very-well-', '# known thing']],
    ['x-y', 3, ['# x-y']],
    ['one--two', 8, ['# one--', '# two']],
    ['--flag and -v', 9, ['# --flag', '# and -v']],
    ['https://example.org/a/very/long/path', 10, ['# https://example.org/a/very/long/path']],
    ['𝒳𝒳𝒳 𝒳𝒳𝒳', 9, ['# 𝒳𝒳𝒳 𝒳𝒳𝒳']],
    ['a\tb', 40, ['# a       b']],
  ])('of %j, %i wide', (text, width, lines) => {
    expect(commentLines(text, width)).toEqual(lines)
  })

  test('hold every word in order, and none is too long that could be shorter', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 3, max: 80 }), (text, width) => {
        const lines = commentLines(text, width)
        const shown = lines.map((line) => line.slice(2)).join(' ')
        expect(squeezed(shown)).toBe(squeezed(text))
        for (const line of lines) {
          expect(line).toMatch(/^#(?: |$)/u)
          if (Array.from(line).length > width) expect(line.slice(2)).not.toMatch(/\S[\t ]+\S/u)
        }
      }),
    )
  })
})

/** Without white space: as Python counts it, which has a few characters more than JavaScript. */
function squeezed(text: string): string {
  return text.replaceAll(new RegExp(String.raw`[\s\u001C-\u001F\u0085]`, 'gu'), '')
}
