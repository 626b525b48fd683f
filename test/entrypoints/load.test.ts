import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import type * as Load from '../../src/entrypoints/load.ts'
import { parseReference } from '../../src/entrypoints/reference.ts'
import { isSlipwayError, type SlipwayError } from '../../src/errors.ts'
import { project } from './project-folder.ts'

// The built file, required: the test runner would put its own loader in the place of Node's import, and what
// is told here is how Node's import fails.
const { loadReference } = createRequire(import.meta.url)('../../dist/entrypoints/index.js') as typeof Load

const where = (reference: string) => ({
  file: '/etc/setup.cfg',
  line: 3,
  column: 9,
  length: reference.length,
  text: `    x = ${reference}`,
})

async function load(reference: string, files: Readonly<Record<string, string>>, importMs = 10_000): Promise<unknown> {
  return loadReference(parseReference(reference), project(files), { where: where(reference), importMs })
}

async function failure(
  reference: string,
  files: Readonly<Record<string, string>>,
  importMs?: number,
): Promise<SlipwayError> {
  try {
    await load(reference, files, importMs)
  } catch (error) {
    if (isSlipwayError(error)) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('the attribute of a reference', () => {
  it('is the module itself when there is none', async () => {
    expect(await load('m', { 'm.js': 'export const a = 1' })).toMatchObject({ a: 1 })
  })

  it.each([
    ['an export', 'm:a', { 'm.js': 'export const a = 1' }, 1],
    ['an export in camelCase', 'm:app_factory', { 'm.js': 'export const appFactory = 2' }, 2],
    ['the exact name first', 'm:app_factory', { 'm.js': 'export const appFactory = 2, app_factory = 3' }, 3],
    ['a property of an export', 'm:a.b_c', { 'm.js': 'export const a = { bC: 4 }' }, 4],
    ['an export of CommonJS', 'm:a', { 'm.cjs': 'exports.a = 5' }, 5],
    ['what CommonJS exports by computing it', 'm:a', { 'm.cjs': 'module.exports = Object.fromEntries([["a", 6]])' }, 6],
    ['a name that starts with underscores', 'm:_a_b', { 'm.js': 'export const _aB = 7' }, 7],
  ] as const)('may be %s', async (_, reference, files, value) => {
    expect(await load(reference, files)).toBe(value)
  })

  it('arrives as a method bound to its class, with its own properties', async () => {
    const source =
      'export class App { static kind = "x"; static factory() { return this.kind } }\nApp.factory.options = 8'
    const factory = (await load('m:App.factory', { 'm.js': source })) as (() => unknown) & { options: unknown }
    expect(factory()).toBe('x')
    expect(factory.options).toBe(8)
  })

  it('arrives as a method bound to its object', async () => {
    const source = 'export const app = { name: "y", start() { return this.name } }'
    const start = (await load('m:app.start', { 'm.js': source })) as () => unknown
    expect(start()).toBe('y')
  })

  it('arrives as a class with its statics', async () => {
    const source = 'export const inner = { App: class App { static make() { return new this() } } }'
    const App = (await load('m:inner.App', { 'm.js': source })) as { make(): object }
    expect(App.make()).toBeInstanceOf(App)
  })

  it.each([
    ['m:app_factry', 'export const appFactory = 1', 'module "m" has no "app_factry"', ['appFactory'], [11, 10]],
    ['m:App.a', 'export class App { static ab() {} }', '"m:App" has no "a"', ['ab'], [15, 1]],
    ['m:ba.a', 'export const ba = 5', '"m:ba" has no "a"', [], [14, 1]],
  ] as const)(
    'that %s names and the module lacks is told at its place',
    async (reference, source, message, close, at) => {
      const error = await failure(reference, { 'm.js': source })
      expect(error).toMatchObject({ code: 'SLIPWAY_REFERENCE_ATTRIBUTE', message, alternatives: close })
      expect([error.where?.line, error.where?.column, error.where?.length]).toEqual([3, ...at])
    },
  )

  it('that CommonJS does not export is told with what it exports', async () => {
    const error = await failure('m:man', { 'm.cjs': 'module.exports = Object.fromEntries([["main", 6]])' })
    expect(error).toMatchObject({ found: 'it has main', alternatives: ['main'] })
  })
})

describe('an import that fails', () => {
  it('for want of the module is told where the module was named', async () => {
    const error = await failure('shop.ap:app', { 'src/shop/api.js': '' })
    expect(error).toMatchObject({ code: 'SLIPWAY_REFERENCE_MODULE', alternatives: ['shop.api'], exitCode: 78 })
    expect(error.where).toMatchObject({ line: 3, column: 9, length: 7 })
  })

  it.each([
    [
      'a package',
      { 'm.js': 'import "left-pad-not-here/x"' },
      /"left-pad-not-here(?:\/x)?"$/u,
      'install it: npm install left-pad-not-here',
      'm.js',
    ],
    [
      'a scoped package',
      { 'm.js': 'import "@acme/not-here"' },
      /"@acme\/not-here"$/u,
      'install it: npm install @acme/not-here',
      'm.js',
    ],
    [
      'a file',
      { 'm.js': 'import "./x.js"', 'x.js': 'import "./y.js"' },
      /y\.js"$/u,
      'correct the import, or build the project',
      'x.js',
    ],
    [
      'a module of CommonJS',
      { 'm.cjs': 'require("./x.cjs")' },
      /"\.\/x\.cjs"$/u,
      'correct the import, or build the project',
      'm.cjs',
    ],
  ] as const)('for want of %s that the module needs says who needs it', async (_, files, message, hint, importer) => {
    const error = await failure('m:main', files)
    expect(error).toMatchObject({ code: 'SLIPWAY_REFERENCE_DEPENDENCY', hint, exitCode: 70 })
    expect(error.message).toMatch(message)
    expect(error.found).toMatch(new RegExp(`^imported by .*/${importer}$`, 'u'))
  })

  it('for want of an export is told at the import', async () => {
    const error = await failure('m:main', { 'm.js': '\nimport { nope } from "./x.js"', 'x.js': '' })
    expect(error.code).toBe('SLIPWAY_REFERENCE_DEPENDENCY')
    expect(error.message).toMatch(/does not provide an export named 'nope'$/u)
    expect(error.where).toMatchObject({ file: expect.stringMatching(/\/m\.js$/u), line: 2, column: 10, length: 4 })
    expect(error.hint).toBe('it is named in /etc/setup.cfg:3')
  })

  it('because a package does not export what is imported says so in the words of Node', async () => {
    const files = { 'm.js': 'import "plug/x"', 'node_modules/plug/package.json': '{"name":"plug","exports":{}}' }
    const error = await failure('m:main', files)
    expect(error.code).toBe('SLIPWAY_REFERENCE_DEPENDENCY')
    expect(error.message).toContain("'./x' is not defined by")
  })

  it.each([
    ['the module', { 'm.js': 'const a = 1\nconst b = ;' }, 'm.js', 2, 11],
    ['what it imports', { 'm.js': 'import "./x.js"', 'x.js': '\n\nlet let = 1' }, 'x.js', 3, 5],
    ['a module of CommonJS', { 'm.cjs': 'const a = 1\nconst b = ;' }, 'm.cjs', 2, 11],
    ['what CommonJS requires', { 'm.cjs': 'require("./x.cjs")', 'x.cjs': 'const b = ;' }, 'x.cjs', 1, 11],
  ] as const)('because %s does not parse is told at file, line and column', async (_, files, file, line, column) => {
    const error = await failure('m:main', files)
    expect(error).toMatchObject({ code: 'SLIPWAY_REFERENCE_SOURCE', exitCode: 70 })
    expect(error.message).toMatch(/^module "m" does not parse: /u)
    expect(error.where).toMatchObject({ file: expect.stringMatching(new RegExp(`/${file}$`, 'u')), line, column })
    expect(error.hint).toBe('it is named in /etc/setup.cfg:3')
  })

  it.each([
    ['an error', 'throw new TypeError("no")', 'TypeError: no'],
    ['a SyntaxError of its own', 'JSON.parse("{")', 'SyntaxError: '],
    ['a SyntaxError after a wait', 'await null; JSON.parse("{")', 'SyntaxError: '],
    ['a text', 'throw "no"', 'no'],
  ])('because the module threw %s keeps what was thrown', async (_, source, text) => {
    const error = await failure('m:main', { 'm.js': source })
    expect(error).toMatchObject({ code: 'SLIPWAY_REFERENCE_THREW', exitCode: 70 })
    expect(error.message).toContain(`module "m" threw while it loaded: ${text}`)
    expect(error.cause).toBeDefined()
    expect(error.where).toMatchObject({ file: '/etc/setup.cfg', line: 3 })
  })

  it('because its top-level await never settles is given up after importMs', async () => {
    const error = await failure('m:main', { 'm.js': 'await new Promise(() => {})' }, 20)
    expect(error).toMatchObject({
      code: 'SLIPWAY_REFERENCE_TIMEOUT',
      message: 'module "m" is still loading after 0.02 s',
    })
    expect(error.hint).toMatch(/top-level await in .*\/m\.js$/u)
  })
})
