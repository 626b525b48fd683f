import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isSlipwayError } from '../../src/errors.ts'
import { fileScope, interpolate, parseConfigParser, placeIn, wordsOf } from '../../src/ini/index.ts'
import { splitWords } from '../../src/ini/scanner.ts'
import { faultOf } from '../fault.ts'

interface IniCase {
  name: string
  text: string
  error?: string
  expect?: {
    sections: [string, [string, string][]][]
    defaults: [string, string][]
    values: [string, string, string | { error: string }][]
  }
}

const cases = JSON.parse(readFileSync(new URL('../conformance/ini-cases.json', import.meta.url), 'utf-8')) as IniCase[]
const file = '/dir/main.ini'
const inDir = (text: string) => text.replaceAll('{dir}', '/dir')

describe('the recorded cases of the ConfigParser dialect', () => {
  it.each(cases.filter((one) => one.error !== undefined))('refuses $name in the words of the original', (one) => {
    const error = faultOf(() => parseConfigParser(one.text, file))
    expect(error.original).toBe(inDir(one.error ?? ''))
    for (const problem of error.problems) expect(problem.where?.line).toBeGreaterThan(0)
  })

  it.each(cases.filter((one) => one.expect !== undefined))(
    'reads $name as the original does',
    ({ text, expect: wanted }) => {
      const ini = parseConfigParser(text, file)
      const sections = [...ini.sections].map(([name, section]) => [
        name,
        [...section.options.values()].map((option) => [option.name, option.value]),
      ])
      expect(sections).toEqual(wanted?.sections)
      const builtIn: [string, string][] = [
        ['here', '/dir'],
        ['__file__', file],
      ]
      const defaults = new Map([
        ...builtIn,
        ...[...ini.defaults.values()].map((option): [string, string] => [option.name, option.value]),
      ])
      expect(defaults).toEqual(new Map(wanted?.defaults.map(([key, value]) => [key, inDir(value)])))
      for (const [section, key, value] of wanted?.values ?? []) {
        expect(interpolated(ini, section, key, defaults)).toEqual(place(value))
      }
    },
  )
})

function place(value: string | { error: string }): string | { error: string } {
  return typeof value === 'string' ? inDir(value) : { error: inDir(value.error) }
}

function interpolated(
  ini: ReturnType<typeof parseConfigParser>,
  section: string,
  key: string,
  defaults: Map<string, string>,
) {
  const option = ini.sections.get(section)?.options.get(key)
  if (!option) throw new Error(`no ${key} in ${section}`)
  const scope = fileScope(ini, section)
  const lookup = (name: string) =>
    scope.lookup(name) ?? (defaults.has(name) ? { value: defaults.get(name) ?? '', literal: true } : undefined)
  try {
    return interpolate(option, { ...scope, lookup })
  } catch (error) {
    return { error: isSlipwayError(error) ? error.original : String(error) }
  }
}

describe('positions', () => {
  it('point at the key, at every line of the value and at every word of a pipeline', () => {
    const ini = parseConfigParser('[pipeline:main]\npipeline = one two\n# no part of it\n\tthree\n\n   four\n', file)
    const option = ini.sections.get('pipeline:main')?.options.get('pipeline')
    if (!option) throw new Error('no option')
    expect(option.where).toMatchObject({ line: 2, column: 1, length: 8 })
    expect(wordsOf(option).map(({ word, where }) => [word, where.line, where.column])).toEqual([
      ['one', 2, 12],
      ['two', 2, 16],
      ['three', 4, 2],
      ['four', 6, 4],
    ])
    expect(placeIn(option, option.value.indexOf('two'), 3).text).toBe('pipeline = one two')
  })

  it('point at the percent sign that refers to nothing', () => {
    const ini = parseConfigParser('[s]\nbase = 1\na = x %(bse)s\nb = 100%\n', file)
    const fault = (key: string) => {
      const option = ini.sections.get('s')?.options.get(key)
      return faultOf(() => interpolate(option as NonNullable<typeof option>, fileScope(ini, 's')))
    }
    expect(fault('a').where).toMatchObject({ line: 3, column: 7 })
    expect(fault('a').alternatives).toEqual(['base'])
    expect(fault('b').where).toMatchObject({ line: 4, column: 8 })
  })

  it('of a line without a delimiter do not hide what continues the option above', () => {
    const error = faultOf(() => parseConfigParser('[s]\na = 1\nbad\n  more of a\nworse\n', file))
    expect(error.problems.map(({ where }) => where?.line)).toEqual([3, 5])
  })

  it('of all bad lines come in one report, duplicates with both places', () => {
    const error = faultOf(() => parseConfigParser('a = 1\n[s]\nbad\nx = 1\n= 2\nx = 3\n[s]\ny = 1\n', file))
    expect(error.problems.map((problem) => [problem.code, problem.where?.line])).toEqual([
      ['SLIPWAY_INI_SYNTAX', 1],
      ['SLIPWAY_INI_SYNTAX', 3],
      ['SLIPWAY_INI_SYNTAX', 5],
      ['SLIPWAY_INI_DUPLICATE', 6],
      ['SLIPWAY_INI_DUPLICATE', 7],
    ])
    expect(error.problems.at(-1)?.found).toContain('line 2')
  })
})

describe('any text', () => {
  const soup = fc.string({
    unit: fc.constantFrom(
      '[',
      ']',
      '=',
      ':',
      '#',
      ';',
      '%',
      '(',
      ')',
      's',
      'a',
      ' ',
      '\t',
      '\n',
      '\r',
      '\u0085',
      '\uFEFF',
      '_',
    ),
  })

  it('is read or refused with positions inside it, never anything else', () => {
    fc.assert(
      fc.property(fc.oneof(soup, fc.string({ unit: 'binary' })), (text) => {
        try {
          parseConfigParser(text, file)
        } catch (error) {
          if (!isSlipwayError(error)) throw error
          const lines = text.split(/\r\n|\r|\n/u)
          for (const { where } of error.problems) expect(lines[(where?.line ?? 0) - 1]).toBe(where?.text)
        }
      }),
    )
  })

  it('written as plain settings reads back', () => {
    const name = fc.stringMatching(/^[a-z_][a-z0-9_. -]*[a-z0-9]$/u)
    const value = fc.stringMatching(/^[!-~][ -~]*[!-~]$/u)
    fc.assert(
      fc.property(fc.dictionary(name, value), (settings) => {
        const text = `[s]\n${Object.entries(settings)
          .map(([key, held]) => `${key} = ${held}\n`)
          .join('')}`
        const options = parseConfigParser(text, file).sections.get('s')?.options
        expect(new Map([...(options ?? [])].map(([key, option]) => [key, option.value]))).toEqual(
          new Map(Object.entries(settings)),
        )
      }),
    )
  })

  it('splits into the words it has', () => {
    fc.assert(
      fc.property(soup, (text) => {
        for (const { word, offset } of splitWords(text)) expect(text.slice(offset, offset + word.length)).toBe(word)
      }),
    )
  })
})
