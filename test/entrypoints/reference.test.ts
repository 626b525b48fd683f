import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isSpecifier, parseReference } from '../../src/entrypoints/reference.ts'
import { isSlipwayError } from '../../src/errors.ts'

const word = fc.stringMatching(/^[a-zA-Z0-9_]{1,8}$/u)
const dotted = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join('.'))
const blanks = fc.stringMatching(/^ {0,3}$/u)
const specifier = fc.oneof(
  word.map((name) => `./${name}.js`),
  word.map((name) => `../${name}/x.mjs`),
  word.map((name) => `#${name}`),
  fc.tuple(word, word).map(([scope, name]) => `@${scope}/${name}`),
  fc.tuple(word, word).map(([name, path]) => `${name}/${path}`),
  fc.constantFrom('node:fs', 'node:fs/promises', 'node:test'),
)

function refusalOf(text: string) {
  try {
    parseReference(text)
    return null
  } catch (error) {
    if (isSlipwayError(error)) return error
    throw error
  }
}

describe('a reference', () => {
  it('is read back from its parts, with blanks where the grammar allows them', () => {
    const extras = fc.array(word, { maxLength: 3 })
    const parts = fc.record({ module: dotted, attr: fc.option(dotted), extras, blanks })
    fc.assert(
      fc.property(parts, ({ module, attr, extras, blanks: gap }) => {
        const list = extras.length > 0 ? `${gap}[${extras.join(', ')}]` : ''
        const text = `${module}${attr === null ? '' : `${gap}:${gap}${attr}`}${list}${gap}`
        expect(parseReference(text)).toEqual({ text, module, attr, extras })
      }),
    )
  })

  it('may name its module as Node does', () => {
    fc.assert(
      fc.property(specifier, fc.option(dotted), (module, attr) => {
        const text = attr === null ? module : `${module}:${attr}`
        expect(parseReference(text)).toEqual({ text, module, attr, extras: [] })
        expect(isSpecifier(module)).toBe(true)
      }),
    )
  })

  it('to "node" is the attribute of a module of that name, unless Node has such a module', () => {
    expect(parseReference('node:main')).toMatchObject({ module: 'node', attr: 'main' })
    expect(parseReference('node:fs:readFile')).toMatchObject({ module: 'node:fs', attr: 'readFile' })
  })

  it('is taken or refused with SLIPWAY_REFERENCE_SYNTAX, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const refused = refusalOf(text)
        if (refused) expect(refused.code).toBe('SLIPWAY_REFERENCE_SYNTAX')
        else expect(parseReference(text).module).not.toBe('')
      }),
    )
  })

  it('is read in time that grows with its length, however it is built', () => {
    // Catastrophic backtracking would not end; it needs no clock to be seen.
    for (const text of [`${'a.'.repeat(20_000)}!`, `a${' '.repeat(20_000)}!`, `${'/'.repeat(20_000)} !`]) {
      expect(refusalOf(text)?.code).toBe('SLIPWAY_REFERENCE_SYNTAX')
    }
  })

  it.each([
    ['pkg.mod:func # why', /comment/u],
    ['pkg.mod:func ; why', /comment/u],
    ['my-pkg.mod:func', /underscore/u],
    ['pkg:mod:func', /one colon/u],
    ['pkg.mod:func()', /does not call/u],
    ['pkg.mod func', null],
    ['', null],
  ])('refuses "%s" with what to do', (text, hint) => {
    const refused = refusalOf(text)
    expect(refused?.message).toBe(`"${text}" is no reference`)
    if (hint === null) expect(refused?.hint).toBeNull()
    else expect(refused?.hint).toMatch(hint)
  })
})
