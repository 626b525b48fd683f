import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isSlipwayError } from '../../src/errors.ts'
import { parseOslo } from '../../src/ini/index.ts'
import { faultOf } from '../fault.ts'

interface ConfigCase {
  name: string
  files: Record<string, string>
  error?: { type: string; message: string }
}

const recorded = JSON.parse(
  readFileSync(new URL('../conformance/oslo-config-cases.json', import.meta.url), 'utf-8'),
) as {
  cases: ConfigCase[]
}
const refusals = recorded.cases.filter((one) => one.error?.type === 'ConfigFileParseError')

const errorOf = (text: string) => faultOf(() => parseOslo(text, '{dir}/a.conf'))

describe('the recorded refusals of the oslo.config dialect', () => {
  it('are there', () => {
    expect(refusals.length).toBeGreaterThan(4)
  })

  it.each(refusals)('$name is refused in the words of the original', ({ files, error }) => {
    expect(errorOf(files['a.conf'] ?? '').original).toBe(error?.message)
  })
})

const values = (text: string) => parseOslo(text, 'a.conf').entries.map(({ group, name, value }) => [group, name, value])

describe('the oslo.config dialect', () => {
  it.each([
    ['both separators', '[DEFAULT]\na = 1\nb:2\nc = x:y=z\nd : k=v\n', { a: '1', b: '2', c: 'x:y=z', d: 'k=v' }],
    [
      'one pair of quotes, unescaped, of the first line',
      `[g]\na = "x y "  \nb = "x'\nc = '\nd = "1"\n   "2"\ne = ""\n`,
      { a: 'x y ', b: `"x'`, c: '', d: '1\n"2"', e: '' },
    ],
    ['continuation until a blank line', '[g]\na = 1\n  2\n\t 3\n\nb = 4\n', { a: '1\n2\n3', b: '4' }],
    [
      'percent, backslash, hash and semicolon as plain text',
      '[g]\na = %(b)s 100% C:\\ # x ; y\n',
      { a: '%(b)s 100% C:\\ # x ; y' },
    ],
  ])('reads %s', (_, text, wanted) => {
    expect(Object.fromEntries(values(text).map(([, name, value]) => [name, value]))).toEqual(wanted)
  })

  it('keeps repeated keys and sections, and the spelling of groups', () => {
    expect(values('[G]\nx = 1\nx = 2\n[default]\na = 9\n[G]\nx = 3\n')).toEqual([
      ['G', 'x', '1'],
      ['G', 'x', '2'],
      ['default', 'a', '9'],
      ['G', 'x', '3'],
    ])
  })

  it('reports all bad lines of a file at once', () => {
    const error = errorOf('x = 1\n  y\n[a\n[]\n[s]\nnothing\n= 3\n')
    expect(error.problems.map((problem) => problem.where?.line)).toEqual([1, 2, 3, 4, 6, 7])
  })

  it('says where a value stands', () => {
    const [entry] = parseOslo('[api]\nworkers   =  4\n', 'a.conf').entries
    expect(entry).toMatchObject({
      where: { line: 2, column: 1, length: 7 },
      valueWhere: { line: 2, column: 14, length: 1 },
    })
  })

  it('reads or refuses any text with positions inside it', () => {
    const soup = fc.string({
      unit: fc.constantFrom('[', ']', '=', ':', '#', ';', '"', "'", 'a', ' ', '\t', '\n', '\r', '\uFEFF'),
    })
    fc.assert(
      fc.property(fc.oneof(soup, fc.string({ unit: 'binary' })), (text) => {
        try {
          parseOslo(text, 'a.conf')
        } catch (error) {
          if (!isSlipwayError(error)) throw error
          const lines = text.split(/\r\n|\r|\n/u)
          for (const { where } of error.problems) expect(lines[(where?.line ?? 0) - 1]).toBe(where?.text)
        }
      }),
    )
  })
})
