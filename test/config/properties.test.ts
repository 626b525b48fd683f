// What holds for every text and every declaration.
import * as fc from 'fast-check'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import * as declare from '../../src/config/declare.ts'
import { Config, group, type Option, type OptionGroup, readConfig } from '../../src/config/index.ts'
import { type Diagnostic, isSlipwayError } from '../../src/errors.ts'
import { renderDiagnostics } from '../../src/diagnostic.ts'
import { folderOf } from './scratch.ts'

const { bool, bytes, dict, duration, float, int, list, multi, port, str } = declare

const known = [
  group('DEFAULT', {
    a: str({ default: '$b' }),
    b: int({ default: 1, mutable: true }),
    pw: str({ secret: true, maxLength: 3 }),
  }),
  group('g', {
    a: list({ of: int() }),
    m: multi({ of: dict(), mutable: true }),
    t: duration(),
    s: bytes(),
    f: float(),
  }),
]

const word = fc.constantFrom(
  '[DEFAULT]',
  '[g]',
  'a',
  'b',
  'm',
  't',
  's',
  'pw',
  '=',
  ':',
  '$',
  '${g.a}',
  '$file:/x',
  '$env:HOME',
  '\n',
  '\n',
  ' ',
  ',',
  '"',
  '1',
  '5m',
)
const anyText = fc
  .array(fc.oneof({ weight: 4, arbitrary: word }, fc.string({ unit: 'binary', maxLength: 3 })))
  .map((parts) => parts.join(''))

/** The problems of a start with this text, none when it is good. */
function problemsOf(text: string, run: (text: string) => unknown): readonly Diagnostic[] {
  try {
    run(text)
    return []
  } catch (error) {
    if (isSlipwayError(error)) return error.problems
    throw error
  }
}

test('no text makes a start or a reload throw anything but our error', () => {
  const folder = folderOf({ 'a.conf': '' })
  const file = join(folder, 'a.conf')
  const start = (): Config => readConfig({ groups: known, argv: ['--config-file', file], prog: 'p', env: {} })
  fc.assert(
    fc.property(anyText, (text) => {
      writeFileSync(file, '')
      const conf = start()
      writeFileSync(file, text)
      const problems = problemsOf(text, start)
      expect(problemsOf(text, () => conf.mutate()).map(({ message }) => message)).toEqual(
        problems.map(({ message }) => message),
      )
      expect(renderDiagnostics(problems)).toEqual(expect.any(String))
    }),
    { numRuns: 200 },
  )
})

test('a place is where the message says: the name that is unknown, the value that does not fit', () => {
  const value = fc.stringMatching(/^[a-z0-9,. ]{1,8}$/u)
  const line = fc.oneof(
    fc
      .tuple(fc.constantFrom('b', 'nope', 'a', 'x-y'), fc.constantFrom('=', ' = ', ':', '  :  '), value)
      .map((parts) => parts.join('')),
    fc.constantFrom('', '# comment', '[g]', '[DEFAULT]'),
  )
  fc.assert(
    fc.property(fc.array(line), fc.constantFrom('\n', '\r\n', '\r'), (lines, end) => {
      const text = ['[DEFAULT]', ...lines].join(end)
      const written = text.split(end)
      for (const { code, message, where, found } of problemsOf(text, checkText)) {
        if (message.includes('set to nothing')) continue
        const shown = written[(where?.line ?? 0) - 1] ?? ''
        const marked = shown.slice((where?.column ?? 1) - 1, (where?.column ?? 1) - 1 + (where?.length ?? 0))
        const name = /^no option "(.*)" in group/u.exec(message)?.[1]
        if (name !== undefined) expect(marked).toBe(name)
        else if (code === 'SLIPWAY_CONFIG_VALUE') expect(found).toBe(JSON.stringify(marked))
        else expect(message).toMatch(/^no option of group/u)
      }
    }),
  )
})

test('any declaration gives the same values and origins in a worker, and after a reload of the same text', () => {
  const name = fc.stringMatching(/^[a-z][a-z_]{0,3}$/u)
  const about = { secret: fc.boolean(), mutable: fc.boolean(), help: fc.string() }
  const made = (make: (settings: never) => Option, defaults: fc.Arbitrary<unknown>): fc.Arbitrary<Option> =>
    fc.record({ ...about, default: defaults }, { requiredKeys: [] }).map((settings) => make(settings as never))
  const plain = fc.stringMatching(/^[a-z0-9 ]{0,6}$/u)
  const option = fc.oneof(
    made(str as never, plain),
    made(int as never, fc.integer()),
    made(float as never, fc.double({ noNaN: true, noDefaultInfinity: true })),
    made(bool as never, fc.boolean()),
    made(port as never, fc.nat(65_535)),
    made(duration as never, fc.nat()),
    made(bytes as never, fc.nat()),
    made(list as never, fc.array(plain)),
    made(dict as never, fc.dictionary(name, plain)),
    made(multi as never, fc.array(plain)),
  )
  const groups = fc
    .dictionary(name, fc.dictionary(name, option, { minKeys: 1 }), { maxKeys: 3 })
    .map((described) => Object.entries(described).map(([name, options]) => group(name, options)))
  const folder = folderOf({ 'a.conf': '' })
  fc.assert(
    fc.property(groups, fc.constantFrom('1', '0', '1,2', 'k:v', 'x', ''), fc.nat(), (groups, text, every) => {
      writeFileSync(join(folder, 'a.conf'), fileOf(groups, text, every))
      const read = (): Config => readConfig({ groups, argv: ['--config-file', `${folder}/a.conf`], prog: 'p', env: {} })
      if (problemsOf('', read).length > 0) return
      const conf = read()
      const copy = Config.fromSnapshot(JSON.parse(JSON.stringify(conf.snapshot())), groups)
      expect(copy.entries()).toEqual(conf.entries())
      for (const one of groups) expect(copy.get(one)).toEqual(conf.get(one))
      expect(conf.mutate()).toEqual({ changes: [], ignored: [] })
      expect(copy.apply(conf.snapshot())).toEqual({ changes: [], ignored: [] })
      expect(conf.reload().entries()).toEqual(conf.entries())
    }),
  )
})

/** A file that sets some of the options to this text. */
function fileOf(groups: readonly OptionGroup[], text: string, every: number): string {
  const lines = groups.flatMap(({ name, options }) => [
    `[${name}]`,
    ...Object.keys(options)
      .filter((_name, index) => (every >> index) % 2 === 1)
      .map((option) => `${option} = ${text}`),
  ])
  return `${lines.join('\n')}\n`
}

function checkText(text: string): void {
  const empty = readConfig({ groups: [], argv: [], prog: 'p', env: {} }).snapshot()
  const conf = Config.fromSnapshot({ ...empty, timeline: [{ kind: 'file', file: 'a.conf', text }] }, known)
  conf.check()
}
