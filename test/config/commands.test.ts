// Words of the command line: positional options and subcommands.
import { describe, expect, expectTypeOf, test } from 'vitest'
import {
  bool,
  Config,
  duration,
  group,
  HelpShown,
  int,
  multi,
  type OptionGroup,
  readConfig,
  renderOptionValues,
  str,
  subcommand,
} from '../../src/config/index.ts'
import { faultOf, folderOf, told } from './scratch.ts'

const main = group('DEFAULT', {
  debug: bool({ default: false, cli: true, short: 'd' }),
  host: str({ default: 'h', cli: true }),
  command: subcommand({
    help: 'What to do',
    commands: {
      upgrade: {
        help: 'Upgrade to a revision',
        options: {
          delta: int({ min: 1, short: 'd' }),
          message: str({ default: '$host' }),
          password: str({ secret: true, default: 'built-in' }),
          wait: duration({ default: '1m' }),
          labels: multi({ default: [] }),
          revision: str({ positional: true, required: false, help: 'Where to' }),
        },
      },
      stamp: {
        options: { revision: str({ positional: true }), force: bool({ default: false }), why: str({ required: true }) },
      },
      current: {},
    },
  }),
})

function read(
  argv: string[],
  extra: { groups?: OptionGroup[]; positionals?: string; env?: Record<string, string> } = {},
): Config {
  return readConfig({ groups: [main], argv, prog: 'shop-manage', env: {}, ...extra })
}

describe('a subcommand', () => {
  test('has its name and the values of its own options', () => {
    const { command } = read(['--host', 'x', 'upgrade', '--delta', '2', '--labels=a', '--labels', 'b', 'head']).get(
      main,
    )
    const rest = { message: '$host', password: 'built-in', wait: 60, labels: ['a', 'b'] }
    expect(command).toEqual({ name: 'upgrade', delta: 2, revision: 'head', ...rest })
    expect(Object.isFrozen(command)).toBe(true)
    expect(read(['current']).get(main).command).toEqual({ name: 'current' })
  })

  test('has a type for each of its commands', () => {
    const { command } = read(['current']).get(main)
    expectTypeOf(command.name).toEqualTypeOf<'upgrade' | 'stamp' | 'current'>()
    if (command.name === 'stamp') {
      expectTypeOf(command).toEqualTypeOf<{
        readonly name: 'stamp'
        readonly revision: string
        readonly force: boolean
        readonly why: string
      }>()
    }
    if (command.name === 'upgrade') expectTypeOf(command.revision).toEqualTypeOf<string | null>()
    expect(command.name).toBe('current')
  })

  test('takes what is typed as it is: a dollar refers to nothing', () => {
    const { command } = read(['upgrade', '--message', 'costs $5 or $host']).get(main)
    expect(command).toMatchObject({ message: 'costs $5 or $host' })
  })

  test('is followed by flags of the program too, but its own come first', () => {
    const conf = read(['upgrade', '--host', 'x', '-d', '3', '--debug'])
    expect(conf.get(main)).toMatchObject({ host: 'x', debug: true, command: { delta: 3 } })
    expect(read(['-d', 'upgrade']).get(main)).toMatchObject({ debug: true, command: { delta: null } })
  })

  test('is the same in a worker', () => {
    const conf = read(['stamp', 'head', '--why', 'x', '--force'])
    const copy = Config.fromSnapshot(JSON.parse(JSON.stringify(conf.snapshot())), [main])
    expect(copy.get(main)).toEqual(conf.get(main))
    expect(copy.origin('command')).toEqual({ kind: 'cli', detail: 'stamp', where: null })
  })

  test.each([
    [[], 'a command is missing', ['upgrade', 'stamp', 'current'], 'all flags: shop-manage --help'],
    [['upgrad'], 'unknown command "upgrad"', ['upgrade'], 'all flags: shop-manage --help'],
    [['nope'], 'unknown command "nope"', ['upgrade', 'stamp', 'current'], 'all flags: shop-manage --help'],
    [['stamp', '--why', 'x'], 'argument "revision" is missing', [], 'all flags: shop-manage stamp --help'],
    [['upgrade', 'a', 'b'], 'unexpected argument "b"', [], 'all flags: shop-manage upgrade --help'],
    [['upgrade', '--dleta', '1'], 'unknown flag "--dleta"', ['--delta'], expect.anything()],
    [['upgrade', '--delta'], 'flag "--delta" needs a value', [], expect.anything()],
    [['stamp', '--force=1', 'x'], 'flag "--force" takes no value', [], expect.anything()],
    [
      ['--delta', '1', 'upgrade'],
      'unknown flag "--delta"',
      [],
      'it belongs to the command "upgrade": write it behind that',
    ],
  ])('%j is a usage error', (argv, message, alternatives, hint) => {
    expect(faultOf(() => read(argv))).toMatchObject({
      code: 'SLIPWAY_USAGE',
      exitCode: 64,
      message,
      alternatives,
      hint,
    })
  })

  test('may have other spellings, which no help shows', () => {
    const spelt = group('DEFAULT', {
      command: subcommand({
        commands: { has_more: { aliases: ['has-more'], options: { all: bool({ default: false }) } } },
      }),
    })
    const of = (...argv: string[]) => readConfig({ groups: [spelt], argv, prog: 'shop-manage', env: {} })
    expect(of('has-more', '--all').get(spelt).command).toEqual({ name: 'has_more', all: true })
    expect(of('has_more').get(spelt).command).toEqual({ name: 'has_more', all: false })
    expect(shownBy(() => of('--help'))).not.toContain('has-more')
    expect(shownBy(() => of('has-more', '--help'))).toContain('Usage: shop-manage has_more [options]\n')
  })

  test('stands under its heading, and its help ends as the author wants', () => {
    const told = group('DEFAULT', {
      command: subcommand({
        commands: { look: { heading: 'Look:', help: 'Looks.', epilog: 'Examples:\n  look' }, go: {} },
      }),
    })
    const api = group('api', { workers: int({ cli: true }) })
    const more = group('DEFAULT', { trace: bool({ cli: true }) })
    const of = (...argv: string[]) =>
      readConfig({ groups: [told, api, more], shownGroups: [told], argv, prog: 'p', env: {}, epilog: 'The end' })
    const help = shownBy(() => of('--help'))
    expect(help).toMatch(/\nLook:\n  look +Looks\.\n[^]*\nThe end\n$/u)
    expect(help).not.toMatch(/--api-workers|--trace/u)
    expect(of('--api-workers', '3', 'look').get(api)).toEqual({ workers: 3 })
    expect(shownBy(() => of('look', '--help'))).toMatch(/\nExamples:\n  look\n$/u)
    expect(shownBy(() => of('go', '--help'))).not.toContain('Examples')
  })

  test('tells all that is wrong with the values behind it', () => {
    expect(told(faultOf(() => read(['upgrade', '--delta', '0', '--wait', 'long'])))).toEqual([
      'error: option "upgrade delta" cannot be "0", given by --delta',
      'error: option "upgrade wait" cannot be "long", given by --wait',
    ])
    expect(faultOf(() => read(['stamp', 'x']))).toMatchObject({
      message: 'option "stamp why" has no value and needs one',
      hint: 'give --why',
    })
  })

  test('cannot be set by a file or a variable, nor can what is behind it', () => {
    const folder = folderOf({ 'a.conf': '[DEFAULT]\ncommand = stamp\ncommand upgrade delta = 7\n' })
    const argv = ['--config-file', `${folder}/a.conf`, 'upgrade']
    const fault = faultOf(() => read(argv, { env: { OS_DEFAULT__DELTA: '5' } }))
    expect(told(fault)).toEqual([
      'error: no option "command" in group "DEFAULT"',
      'error: no option "command upgrade delta" in group "DEFAULT"',
    ])
    expect(read(['upgrade'], { env: { OS_DEFAULT__DELTA: '5' } }).get(main).command).toMatchObject({ delta: null })
  })

  test('keeps its secrets out of listings and dumps', () => {
    const conf = read(['upgrade', '--password', 'hunter2', '--password=hunter2'])
    expect(conf.get(main).command).toMatchObject({ password: 'hunter2' })
    const entry = conf.entries().find(({ name }) => name === 'command')
    expect(entry?.value).toMatchObject({ name: 'upgrade', password: '****', wait: 60 })
    expect(conf.commandLine).toEqual(['upgrade', '--password', '****', '--password=****'])
    expect(JSON.stringify([conf.entries(), renderOptionValues(conf)])).not.toMatch(/hunter2|built-in/u)
  })

  test('has a help of its own', () => {
    expect(helpOf(['--help'])).toContain('Usage: shop-manage [options] <command>')
    expect(helpOf(['--help'])).toMatch(/^ {2}upgrade \[revision\] +Upgrade to a revision$/mu)
    expect(helpOf(['upgrade', '--help'])).toMatchInlineSnapshot(`
      "Usage: shop-manage upgrade [options] [revision]

      Upgrade to a revision

      Arguments:
        revision           Where to

      Options:
        -d, --delta <int>
        --message <str>    (default: $host)
        --password <str>   (default: ****)
        --wait <duration>  (default: 1m)
        --labels <str>     (repeatable)
        -h, --help         Show this help
      "
    `)
  })
})

describe('positional options', () => {
  const words = group('DEFAULT', {
    source: str({ positional: true, help: 'What to copy' }),
    count: int({ positional: true, required: false, default: 1 }),
    more: multi({ positional: true, required: false }),
  })

  test('take words in order; one that is multi-valued takes the rest', () => {
    const conf = read(['a', '2', 'x', 'y'], { groups: [words] })
    expect(conf.get(words)).toEqual({ source: 'a', count: 2, more: ['x', 'y'] })
    expectTypeOf(conf.get(words).source).toEqualTypeOf<string>()
    expectTypeOf(conf.get(words).more).toEqualTypeOf<readonly string[] | null>()
    expect(conf.origin('source')).toEqual({ kind: 'cli', detail: '<source>', where: null })
    expect(read(['a'], { groups: [words] }).get(words)).toEqual({ source: 'a', count: 1, more: null })
  })

  test('are required unless they say otherwise', () => {
    expect(faultOf(() => read([], { groups: [words] }))).toMatchObject({
      code: 'SLIPWAY_USAGE',
      message: 'argument "source" is missing',
      original: 'the following arguments are required: source',
    })
  })

  test('tell a bad value by the name of the word', () => {
    expect(told(faultOf(() => read(['a', 'b'], { groups: [words] })))).toEqual([
      'error: option "count" cannot be "b", given by <count>',
    ])
  })

  test('may be optional words that a variable sets', () => {
    const env = { OS_DEFAULT__COUNT: '7' }
    expect(read(['a'], { groups: [words], env }).get(words).count).toBe(7)
    expect(read(['a', '8'], { groups: [words], env }).get(words).count).toBe(8)
  })

  test('stand in the usage line, before words that the program takes besides', () => {
    const one = group('DEFAULT', { source: str({ positional: true, metavar: 'file' }) })
    const conf = read(['a', 'b'], { groups: [one], positionals: '[word...]' })
    expect([conf.get(one).source, conf.args]).toEqual(['a', ['b']])
    expect(helpOf(['--help'], [one], '[word...]')).toContain('[options] <file> [word...]')
  })

  test.each([
    [
      'a required word behind an optional one',
      { a: str({ positional: true, required: false }), b: str({ positional: true }) },
    ],
    ['a word behind one that takes all', { a: multi({ positional: true }), b: str({ positional: true }) }],
    ['two subcommands', { a: subcommand({ commands: {} }), b: subcommand({ commands: {} }) }],
    ['a word beside a subcommand', { a: subcommand({ commands: {} }), b: str({ positional: true }) }],
  ])('cannot be told apart: %s', (_what, options) => {
    const fault = faultOf(() => read([], { groups: [group('DEFAULT', options)] }))
    expect(fault).toMatchObject({
      code: 'SLIPWAY_CONFIG_DECLARATION',
      message: 'nobody could tell which word is option "b"',
    })
  })
})

function helpOf(argv: string[], groups: OptionGroup[] = [main], positionals?: string): string {
  return shownBy(() => read(argv, { groups, ...(positionals === undefined ? {} : { positionals }) }))
}

function shownBy(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof HelpShown) return error.output
    throw error
  }
  throw new TypeError('no help was shown')
}
