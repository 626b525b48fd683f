// The layout of oslo-config-generator, as recorded and beyond; what a sample file says when it is read.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as declare from '../../src/config/declare.ts'
import { group, type Option, type OptionGroup, readConfig } from '../../src/config/index.ts'
import type { Namespace } from '../../src/config/namespaces.ts'
import { renderSample } from '../../src/config/sample.ts'
import type { SampleStyle } from '../../src/config/sample-option.ts'
import { declared, type RecordedOption } from './recorded-options.ts'
import { folderOf } from './scratch.ts'

interface RecordedSample {
  readonly name: string
  readonly argv: readonly string[]
  readonly namespaces: Readonly<Record<string, readonly RecordedGroup[]>>
  readonly text: string
}

interface RecordedGroup {
  readonly name: string | null
  readonly help?: string
  readonly options: readonly RecordedOption[]
}

const { samples } = JSON.parse(
  readFileSync(new URL('../conformance/oslo-config-cases.json', import.meta.url), 'utf-8'),
) as { samples: RecordedSample[] }

describe('oslo-config-generator, as recorded', () => {
  test.each(samples.map((sample) => [sample.name, sample] as const))('%s', (_name, { argv, namespaces, text }) => {
    const offered = Object.entries(namespaces).map(([name, groups]) => ({ name, groups: groups.flatMap(groupsOf) }))
    expect(renderSample(offered, styleOf(argv))).toBe(text)
  })
})

function groupsOf({ name, help, options }: RecordedGroup): OptionGroup[] {
  return options.map((recorded) => {
    const [[dest, option] = ['', declare.str()]] = Object.entries(declared(recorded).options)
    const { sample_default: sampleDefault, choices = [] } = recorded
    const described = choices.flatMap((choice) => (typeof choice === 'object' ? [[choice[0], choice[1] ?? '']] : []))
    const whole: Option = {
      ...option,
      ...(sampleDefault === undefined ? {} : { sampleDefault }),
      ...(described.length === 0 ? {} : { choices: Object.fromEntries<string>(described as [string, string][]) }),
    }
    return group(name ?? 'DEFAULT', { [dest]: whole }, help === undefined ? {} : { help })
  })
}

function styleOf(argv: readonly string[]): Partial<SampleStyle> {
  const width = argv[argv.indexOf('--wrap-width') + 1]
  return {
    minimal: argv.includes('--minimal'),
    summarize: argv.includes('--summarize'),
    ...(argv.includes('--wrap-width') ? { wrapWidth: Number(width) } : {}),
  }
}

const { bool, bytes, dict, duration, float, host, int, ip, list, multi, port, str, subcommand, uri } = declare

/** The lines of one option in a sample, without heading and box. */
function linesOf(option: Option, style: Partial<SampleStyle> = {}): string[] {
  const text = renderSample([{ name: 'n', groups: [group('DEFAULT', { x: option })] }], style)
  return text.split('\n').slice(6, -1)
}

describe('one option', () => {
  // Where the original departs, docs/config-decisions.md says so.
  test.each<[string, Option, string[]]>([
    [
      'a time and a size in their units',
      duration({ default: 5400, min: 60 }),
      ['# (duration value)', '# Minimum value: 1m', '#x = 1h30m'],
    ],
    ['a size', bytes({ default: 65_536 }), ['# (size value)', '#x = 64KiB']],
    [
      'a bound of a fraction',
      float({ min: 0.5, default: 1 }),
      ['# (floating point value)', '# Minimum value: 0.5', '#x = 1.0'],
    ],
    [
      'numbers to choose from',
      int({ choices: [1, 2] }),
      [
        '# (integer value)',
        '# Possible values:',
        '# 1 - <No description provided>',
        '# 2 - <No description provided>',
        '#x = <None>',
      ],
    ],
    [
      'a list of numbers in brackets',
      list({ of: int(), bounds: true, default: [1, 2] }),
      ['# (list value)', '#x = [1,2]'],
    ],
    ['a list that is empty', list({ default: [] }), ['# (list value)', '#x =']],
    ['a dict by its keys', dict({ of: int(), default: { b: 1, a: 2 } }), ['# (dict value)', '#x = a:2,b:1']],
    ['several numbers', multi({ of: int(), default: [1, 2] }), ['# (multi valued)', '#x = 1', '#x = 2']],
    ['several that are none', multi({ default: [] }), ['# (multi valued)', '#x =']],
    ['an empty text', str({ default: '' }), ['# (string value)', '#x =']],
    ['a text default as it is written', bool({ default: 'yes' }), ['# (boolean value)', '#x = yes']],
    ['quotes that belong to the value', str({ default: '"a"' }), ['# (string value)', `#x = ""a""`]],
    ['a text of several lines', str({ default: 'a\nb' }), ['# (string value)', '#x = a', '#    b']],
    [
      'what no file can hold',
      str({ default: 'a\n\rx = 1' }),
      ['# (string value)', '# Note: No line of a file can hold this default.', '#x = a', '#    ', '#    x = 1'],
    ],
    [
      'the default of a secret',
      str({ secret: true, default: 'hush' }),
      ['# (string value)', '# Note: The default is a secret and is not shown.', '#x = ****'],
    ],
    [
      'a line end in a date',
      str({ deprecatedForRemoval: { since: '1\nx = 2' } }),
      [
        '# (string value)',
        '# This option is deprecated for removal since 1',
        '# x = 2.',
        '# Its value may be silently ignored in the future.',
        '#x = <None>',
      ],
    ],
    [
      'an old name with a dash, which no file can hold',
      str({ deprecatedNames: ['a-b', 'Old.c'] }),
      ['# (string value)', '# Deprecated group/name - [old]/c', '#x = <None>'],
    ],
    ['a word of the command line', host({ positional: true }), ['# (host address value)', '#x = <None>']],
    ['addresses', ip({ default: '::1' }), ['# (IP address value)', '#x = ::1']],
    [
      'URIs',
      uri({ sampleDefault: 'http://a/' }),
      [
        '# (uri value)',
        '#',
        '# This option has a sample default set, which means that',
        '# its actual default value may vary from the one documented',
        '# below.',
        '#x = http://a/',
      ],
    ],
    [
      'a help that says itself that it goes',
      str({ help: 'DEPRECATED, gone', deprecatedForRemoval: {} }),
      [
        '# DEPRECATED, gone (string value)',
        '# This option is deprecated for removal.',
        '# Its value may be silently ignored in the future.',
        '#x = <None>',
      ],
    ],
  ])('%s', (_what, option, lines) => {
    expect(linesOf(option)).toEqual(lines)
  })

  test.each<[string, Option, string]>([
    ['a default', int({ required: true, default: 1 }), 'x = 1'],
    ['a default of several lines', str({ required: true, default: 'a\nb' }), 'x = a\n    b'],
    ['no default: the original writes <None> as if it were a value', str({ required: true }), '#x = <None>'],
    ['an example that is a value', port({ required: true, sampleDefault: '80' }), 'x = 80'],
    ['an example that is none', int({ required: true, sampleDefault: '<CPUs>' }), '#x = <CPUs>'],
    ['a secret', str({ required: true, secret: true, default: 'hush' }), '#x = ****'],
    ['what no file can hold', str({ required: true, default: ' a\n' }), '#x =  a\n#    '],
  ])('with --minimal, required and with %s', (_what, option, line) => {
    expect(linesOf(option, { minimal: true }).join('\n')).toContain(`\n${line}`)
  })
})

describe('the whole file', () => {
  const a = { name: 'a', groups: [group('Zeta', { z: str({ advanced: true }), y: int() }, { help: 'Last' })] }
  const b = { name: 'b', groups: [group('zeta', { w: str() }), group('beta', { v: str({ required: true }) })] }

  test('has groups by name and their namespaces by name, advanced options last', () => {
    expect(headings(renderSample([b, a]))).toEqual([
      '[DEFAULT]',
      '[beta]',
      '# From b',
      '#v = <None>',
      '[zeta]',
      '# From a',
      '#y = <None>',
      '#z = <None>',
      '# From b',
      '#w = <None>',
    ])
  })

  test('tells the help of a group below its heading, unless its parts disagree', () => {
    expect(renderSample([a, b])).toContain('[zeta]\n# Last\n\n#\n# From a\n')
    const other = { name: 'c', groups: [group('zeta', { u: str() }, { help: 'First' })] }
    expect(renderSample([a, other])).toContain('[zeta]\n\n#\n')
  })

  test('has an option once in a namespace, and no subcommands', () => {
    const twice = group('DEFAULT', { x: str(), command: subcommand({ commands: { up: {} } }) })
    expect(headings(renderSample([{ name: 'n', groups: [twice, twice] }]))).toEqual([
      '[DEFAULT]',
      '# From n',
      '#x = <None>',
    ])
  })

  test('of nothing is an empty [DEFAULT]', () => {
    expect(renderSample([])).toBe('[DEFAULT]\n')
  })

  test('keeps the headings with --minimal', () => {
    expect(headings(renderSample([a, b], { minimal: true }))).toEqual([
      '[DEFAULT]',
      '[beta]',
      '# From b',
      '#v = <None>',
      '[zeta]',
      '# From a',
      '# From b',
    ])
  })

  test('does not wrap with a width of 0', () => {
    const help = 'word '.repeat(60).trim()
    const namespace = { name: 'n', groups: [group('DEFAULT', { x: str({ help }) }, { help })] }
    expect(renderSample([namespace], { wrapWidth: 0 })).toContain(
      `# ${help}\n\n#\n# From n\n#\n\n# ${help} (string value)\n`,
    )
  })
})

function headings(text: string): string[] {
  return text.split('\n').filter((line) => /^\[|^# From|^#\w/u.test(line))
}

const letters = [
  'a',
  'B',
  '1',
  ' ',
  '\n',
  '\r',
  '\t',
  '"',
  "'",
  ',',
  ':',
  '=',
  '#',
  ';',
  '[',
  ']',
  '\\',
  '-',
  '\u2028',
  'é',
  '',
]
const text = fc.string({ unit: fc.constantFrom(...letters), maxLength: 12 })
const number = fc.integer({ min: -1e9, max: 1e9 })
const amount = fc.oneof(
  fc.integer({ min: 0, max: 1e9 }),
  fc.integer({ min: 0, max: 1e6 }).map((ms) => ms / 1000),
)

const anyOption: fc.Arbitrary<Option> = fc
  .record({
    help: text,
    required: fc.boolean(),
    advanced: fc.boolean(),
    mutable: fc.boolean(),
    deprecatedForRemoval: fc.option(fc.record({ reason: text, since: text }), { nil: undefined }),
  })
  .chain(({ deprecatedForRemoval, ...about }) => {
    const shared = { ...about, ...(deprecatedForRemoval ? { deprecatedForRemoval } : {}) }
    return fc.oneof(
      text.map((value) => str({ ...shared, default: value })),
      text.filter((value) => !/^["']/u.test(value)).map((value) => str({ ...shared, quotes: true, default: value })),
      number.map((value) => int({ ...shared, default: value })),
      fc.double({ noNaN: false }).map((value) => float({ ...shared, default: value + 0 })),
      amount.map((value) => duration({ ...shared, default: value })),
      fc.integer({ min: 0, max: 1e15 }).map((value) => bytes({ ...shared, default: value })),
      fc.boolean().map((value) => bool({ ...shared, default: value })),
      fc.array(text, { maxLength: 3 }).map((value) => list({ ...shared, default: value })),
      fc.array(number, { maxLength: 3 }).map((value) => list({ ...shared, of: int(), bounds: true, default: value })),
      fc.dictionary(fc.constantFrom('a', 'b', 'c d'), text).map((value) => dict({ ...shared, default: value })),
      // None of them is one empty line, as in the original.
      fc.array(text, { minLength: 1, maxLength: 3 }).map((value) => multi({ ...shared, default: value })),
      fc.constant(str({ ...about, required: false, help: 'none' })),
    )
  })

const anyNamespaces: fc.Arbitrary<Namespace[]> = fc
  .array(fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), anyOption), { minLength: 1, maxLength: 3 })
  .map((groups) =>
    groups.map((options, index) => ({
      name: `n${index}`,
      groups: [group(['DEFAULT', 'api', 'Db'][index] ?? 'x', options)],
    })),
  )

describe('a file that the generator writes', () => {
  test.each([{}, { minimal: true }, { wrapWidth: 0 }, { summarize: true, wrapWidth: 20 }])(
    'with %j reads back as the defaults, whatever is declared',
    (style) => {
      const file = join(folderOf({}), 'a.conf')
      fc.assert(
        fc.property(anyNamespaces, (namespaces) => {
          const expected = valuesOf(namespaces)
          expect(valuesOf(namespaces, file, renderSample(namespaces, style))).toEqual(expected)
        }),
      )
    },
  )

  test('sets each option to its default when the line is made to count', () => {
    const file = join(folderOf({}), 'a.conf')
    let counted = 0
    fc.assert(
      fc.property(anyNamespaces, (namespaces) => {
        const live = withoutMarks(renderSample(namespaces))
        counted += live.split('\n').filter((line) => /^\w+ =/u.test(line)).length
        const origins = readConfig({ groups: namespaces.flatMap(({ groups }) => groups), argv: [], prog: 'x', env: {} })
        expect(valuesOf(namespaces, file, live)).toEqual(Object.fromEntries(origins.entries().map(nameAndValue)))
      }),
    )
    expect(counted).toBeGreaterThan(100)
  })
})

/** Every line that would set an option does; those that cannot are left. */
function withoutMarks(sample: string): string {
  let state: 'help' | 'note' | 'kept' | 'live' = 'help'
  const lines = sample.split('\n').map((line) => {
    if (/^#\w+ =/u.test(line)) {
      state = state === 'note' || state === 'kept' || line.endsWith(' = <None>') ? 'kept' : 'live'
    } else if (line.startsWith('# Note: No line of a file')) state = 'note'
    else if (!line.startsWith('#    ') || state === 'note') state = 'help'
    return state === 'live' ? line.slice(1) : line
  })
  return lines.join('\n')
}

function valuesOf(namespaces: readonly Namespace[], file?: string, content = ''): Record<string, unknown> {
  if (file !== undefined) writeFileSync(file, content)
  const conf = readConfig({
    groups: namespaces.flatMap(({ groups }) => groups),
    argv: file === undefined ? [] : ['--config-file', file],
    prog: 'x',
    env: {},
  })
  expect(conf.warnings.filter(({ code }) => code !== 'SLIPWAY_CONFIG_DEPRECATED')).toEqual([])
  return Object.fromEntries(conf.entries().map(nameAndValue))
}

function nameAndValue({ group, name, value }: { group: string; name: string; value: unknown }): [string, unknown] {
  return [`${group}.${name}`, value]
}
