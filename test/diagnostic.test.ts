import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  closeNames,
  diagnosticToJson,
  displayPath,
  painter,
  positionOf,
  renderDiagnostic,
  renderDiagnostics,
  renderWhere,
  wantsColour,
} from '../src/diagnostic.ts'
import { diagnostic, type DiagnosticParts } from '../src/errors.ts'

const line = 'paste.app_factory = shop.ap:app_factory'
const where = { file: '/srv/etc/api-paste.ini', line: 12, column: 21, length: 7, text: line }
const problem = (parts: DiagnosticParts = {}) =>
  diagnostic('error', 'SLIPWAY_REFERENCE_MODULE', 'cannot find module "shop.ap" for [app:main]', parts)

describe('the frame of a diagnostic', () => {
  it('shows the line, the caret, the close names and where to read more', () => {
    const found = 'looked in ./shop, ./src/shop, ./dist/shop, node_modules'
    const full = problem({ where, found, alternatives: ['shop.api', 'shop.app'] })
    expect(renderDiagnostic(full, { cwd: '/srv' })).toMatchInlineSnapshot(`
      "error SLIPWAY_REFERENCE_MODULE: cannot find module "shop.ap" for [app:main]
        etc/api-paste.ini:12:21
        12 | paste.app_factory = shop.ap:app_factory
           |                     ^^^^^^^ looked in ./shop, ./src/shop, ./dist/shop, node_modules
        close names: shop.api, shop.app
        see: slipway explain SLIPWAY_REFERENCE_MODULE"
    `)
  })

  it('has as many lines as there is to say', () => {
    expect(renderDiagnostic(problem())).toMatchInlineSnapshot(`
      "error SLIPWAY_REFERENCE_MODULE: cannot find module "shop.ap" for [app:main]
        see: slipway explain SLIPWAY_REFERENCE_MODULE"
    `)
    const parts = { found: 'nothing', expected: 'a module', hint: 'build the project' }
    expect(renderDiagnostic(problem({ where: { file: 'setup.cfg', line: 3 }, ...parts }))).toMatchInlineSnapshot(`
      "error SLIPWAY_REFERENCE_MODULE: cannot find module "shop.ap" for [app:main]
        setup.cfg:3
        nothing, expected a module
        build the project
        see: slipway explain SLIPWAY_REFERENCE_MODULE"
    `)
    const warning = diagnostic('warning', 'SLIPWAY_PASTE_UNUSED', 'nothing refers to [filter:old]', { where })
    expect(renderDiagnostics([warning, problem()])).toMatchInlineSnapshot(`
      "warning SLIPWAY_PASTE_UNUSED: nothing refers to [filter:old]
        /srv/etc/api-paste.ini:12:21
        12 | paste.app_factory = shop.ap:app_factory
           |                     ^^^^^^^
        see: slipway explain SLIPWAY_PASTE_UNUSED

      error SLIPWAY_REFERENCE_MODULE: cannot find module "shop.ap" for [app:main]
        see: slipway explain SLIPWAY_REFERENCE_MODULE"
    `)
  })

  it('puts the caret below its character when tabs stand before it', () => {
    const [, , shown = '', caret = ''] = renderDiagnostic(
      problem({ where: { ...where, text: `\t\t${line}`, column: 23 } }),
    ).split('\n')
    expect(shown.indexOf('shop.ap:')).toBe(caret.indexOf('^'))
    expect(shown).not.toContain('\t')
  })

  it('keeps the caret on the screen and below its text, however long the line is', () => {
    const parts = fc.record({ before: fc.nat(2000), after: fc.nat(2000), length: fc.integer({ min: 1, max: 300 }) })
    fc.assert(
      fc.property(parts, ({ before, after, length }) => {
        const text = 'a'.repeat(before) + 'X'.repeat(length) + 'b'.repeat(after)
        const place = { file: 'x', line: 7, column: before + 1, length, text }
        const [, , shown = '', caret = ''] = renderDiagnostic(problem({ where: place })).split('\n')
        expect(shown.length).toBeLessThanOrEqual(170)
        expect(shown[caret.indexOf('^')]).toBe('X')
        expect(caret.length).toBeLessThanOrEqual(shown.length)
        const underlined = shown.slice(caret.indexOf('^'), caret.lastIndexOf('^') + 1)
        expect(underlined).toBe('X'.repeat(underlined.length))
        expect(underlined.length).toBeLessThanOrEqual(length)
      }),
    )
  })

  it('does not break where the place is beyond the line', () => {
    const rendered = renderDiagnostic(problem({ where: { ...where, column: 400, text: 'short' } }))
    expect(rendered).toContain('12 | short')
    expect(rendered).toContain('^')
  })

  it('is the same text in colours', () => {
    const full = problem({ where, found: 'it', alternatives: ['a'], hint: 'b' })
    const coloured = renderDiagnostic(full, { colour: true })
    expect(coloured).toContain('\u001B[31merror\u001B[39m')
    // eslint-disable-next-line no-control-regex
    expect(coloured.replaceAll(/\u001B\[\d+m/gu, '')).toBe(renderDiagnostic(full))
  })
})

describe('a place', () => {
  it.each([
    [{ file: '/srv/a.ini', line: 1, column: 2 }, '/srv', 'a.ini:1:2'],
    [{ file: '/srv/a.ini', line: 1 }, '/srv/etc', '/srv/a.ini:1'],
    [{ file: '/srv/a.ini' }, undefined, '/srv/a.ini'],
  ])('%j seen from %s is %s', (place, cwd, text) => {
    expect(renderWhere(place, cwd)).toBe(text)
  })

  it('keeps a name that only starts with two dots', () => {
    expect(displayPath('/srv/..a', '/srv')).toBe('..a')
    expect(displayPath('/srv', '/srv')).toBe('/srv')
  })

  it('has in JSON its position and not the text of its line', () => {
    expect(positionOf(where)).toEqual({ file: where.file, line: 12, column: 21 })
    expect(positionOf({ file: 'x' })).toEqual({ file: 'x', line: null, column: null })
    expect(positionOf(null)).toBeNull()
    expect(JSON.parse(JSON.stringify(diagnosticToJson(problem({ where, hint: 'mend' }))))).toEqual({
      severity: 'error',
      code: 'SLIPWAY_REFERENCE_MODULE',
      message: 'cannot find module "shop.ap" for [app:main]',
      where: { file: where.file, line: 12, column: 21 },
      found: null,
      expected: null,
      alternatives: [],
      hint: 'mend',
    })
  })
})

describe('close names', () => {
  it.each([
    ['wrokers', ['workers', 'worker', 'listen'], ['workers']],
    ['shop.ap', ['shop.app', 'shop.api', 'shop.zz'], ['shop.api', 'shop.app', 'shop.zz']],
    ['DEBUG', ['debug'], ['debug']],
    ['ap', ['app', 'xx', 'api', 'a', 'op'], ['a', 'api', 'app']],
    ['debug', ['debug'], []],
    ['x', [], []],
  ])('of "%s" among %j are %j', (name, candidates, close) => {
    expect(closeNames(name, candidates)).toEqual(close)
  })
})

describe('colours', () => {
  it.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [true, { TERM: 'dumb' }, false],
    [false, { FORCE_COLOR: '1' }, true],
    [false, { FORCE_COLOR: '0' }, false],
    [false, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  ])('on a terminal (%s) with %j are wanted: %s', (isTTY, env, wanted) => {
    expect(wantsColour({ isTTY }, env)).toBe(wanted)
  })

  it('are none when none are wanted', () => {
    expect(painter(false).red('x')).toBe('x')
  })
})
