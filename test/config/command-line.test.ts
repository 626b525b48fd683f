import { describe, expect, test } from 'vitest'
import { bool, type Config, group, HelpShown, int, multi, readConfig, str } from '../../src/config/index.ts'
import { faultOf, folderOf } from './scratch.ts'

const main = group('DEFAULT', {
  host: str({ default: 'h', cli: true, short: 'H', help: 'Where to listen' }),
  debug: bool({ default: false, cli: true, short: 'd' }),
  token: str({ default: 'hush', cli: true, secret: true }),
  quiet: str({ default: 'not a flag' }),
})
const api = group('api', {
  workers: int({ default: 1, min: 1, cli: true, short: 'w', deprecatedNames: ['procs', 'DEFAULT.api_workers'] }),
  log_it: bool({ default: true, cli: true, help: 'Log each request' }),
  no_cache: str({ cli: true, metavar: 'paths' }),
  tags: multi({ default: [], cli: true, help: 'Labels' }),
  mode: str({ choices: { fast: 'at any price', safe: 'slowly' }, cli: true, required: true }),
})

function read(argv: string[], extra: { positionals?: string } = {}): Config {
  const env = { OS_API__MODE: 'safe' }
  return readConfig({ groups: [main, api], argv, prog: 'shop', version: '1.2.3', env, ...extra })
}

function helpOf(argv: string[]): HelpShown {
  try {
    read(argv)
  } catch (error) {
    if (error instanceof HelpShown) return error
    throw error
  }
  throw new Error('no help was shown')
}

describe('flags', () => {
  test.each([
    [['--api-workers', '3'], 'api.workers', 3],
    [['--api-workers=3'], 'api.workers', 3],
    [['--api_workers', '3'], 'api.workers', 3],
    [['-w', '3'], 'api.workers', 3],
    [['-w3'], 'api.workers', 3],
    [['--api-workers', '3', '-w', '4'], 'api.workers', 4],
    [['--debug'], 'debug', true],
    [['-d', '--nodebug'], 'debug', false],
    [['--api-nolog-it'], 'api.log_it', false],
    [['--api_nolog_it', '--api_log_it'], 'api.log_it', true],
    [['--api-no-cache', '/a'], 'api.no_cache', '/a'],
    [['--api-no-cache=--x'], 'api.no_cache', '--x'],
    [['--api-no-cache=a_b=c_d'], 'api.no_cache', 'a_b=c_d'],
    [['--host', ''], 'host', ''],
    [['--host', '-'], 'host', '-'],
    [['--host', '-5'], 'host', '-5'],
    [['--api-tags', 'a', '--api-tags=b'], 'api.tags', ['a', 'b']],
  ])('%j sets %s', (argv, name, value) => {
    const conf = read(argv)
    expect(conf.value(name)).toEqual(value)
    expect(conf.origin(name).kind).toBe('cli')
  })

  test('an earlier name is a flag too, with a warning', () => {
    const conf = read(['--api-procs', '5'])
    expect(conf.get(api).workers).toBe(5)
    expect(conf.warnings).toMatchObject([
      { code: 'SLIPWAY_CONFIG_DEPRECATED', message: '"--api-procs" is an old name of option "api.workers"' },
    ])
  })
})

describe('usage errors take two lines: what is wrong, what to do', () => {
  test.each([
    [['--api-workrs=3'], 'unknown flag "--api-workrs"', ['--api-workers']],
    [['--quiet', 'x'], 'unknown flag "--quiet"', []],
    [['-x'], 'unknown flag "-x"', expect.anything()],
    [['--api-workers'], 'flag "--api-workers" needs a value', []],
    [['--api-workers', '--debug'], 'flag "--api-workers" needs a value', []],
    [['--debug=yes'], 'flag "--debug" takes no value', []],
    [['stray'], 'unexpected argument "stray"', []],
  ])('%j: %s', (argv, message, alternatives) => {
    const fault = faultOf(() => read(argv))
    expect(fault).toMatchObject({ code: 'SLIPWAY_USAGE', exitCode: 64, message, alternatives })
    expect(fault.hint).toBe('all flags: shop --help')
  })

  test('a configuration file without its flag is understood', () => {
    expect(faultOf(() => read(['etc/shop.conf'])).hint).toBe('to read it: --config-file etc/shop.conf')
  })

  test('the value of a mistyped flag is not repeated: it may be a password', () => {
    expect(JSON.stringify(faultOf(() => read(['--tokn=hunter2'])))).not.toContain('hunter2')
  })
})

describe('words that are no flags', () => {
  test('are kept where the command takes them, those after "--" as they are', () => {
    expect(read(['up', '-d', '--', '--x_y'], { positionals: '[words]' }).args).toEqual(['up', '--x_y'])
  })
})

describe('declarations', () => {
  test('two options cannot claim one flag', () => {
    const groups = [group('a', { b_c: str({ cli: true }) }), group('a-b', { c: str({ cli: true }) })]
    expect(faultOf(() => readConfig({ groups, argv: [], prog: 'p', env: {} }))).toMatchObject({
      code: 'SLIPWAY_CONFIG_DECLARATION',
      message: 'option "a-b.c" and option "a.b_c" claim the same flag "--a-b-c"',
    })
  })

  test('nor a flag of one be the negation of another', () => {
    const groups = [group('DEFAULT', { debug: bool({ cli: true }), nodebug: str({ cli: true }) })]
    expect(faultOf(() => readConfig({ groups, argv: [], prog: 'p', env: {} })).message).toContain('"--nodebug"')
  })

  test('a flag cannot be declared when the command line is read', () => {
    const late = group('late', { a: str({ cli: true }) })
    const fault = faultOf(() => read([]).get(late))
    expect(fault).toMatchObject({ code: 'SLIPWAY_CONFIG_DECLARATION', exitCode: 70 })
    expect(fault.message).toBe('the flag of option "late.a" is declared too late')
  })
})

describe('--help and --version', () => {
  test('the help is in groups, with defaults and variables; a secret default is not shown', () => {
    const { output, exitCode } = helpOf(['--help'])
    expect(exitCode).toBe(0)
    expect(output).not.toContain('hush')
    expect(output).toMatchInlineSnapshot(`
      "Usage: shop [options]

      Options:
        --version                 Show the version
        --config-file <path>      Read this configuration file; repeatable, a later
                                  file wins
        --config-dir <path>       Read the *.conf files of this folder, sorted;
                                  repeatable
        --config-source <groups>  Read the remote sources that these groups describe
        --strict-config           Unknown groups and options are errors, wherever they
                                  stand
        -H, --host <str>          Where to listen (default: h; env: OS_DEFAULT__HOST)
        -d, --debug               (default: false; env: OS_DEFAULT__DEBUG)
        --token <str>             (default: ****; env: OS_DEFAULT__TOKEN)
        -h, --help                Show this help

      Options of [api]:
        -w, --api-workers <int>   (default: 1; env: OS_API__WORKERS)
        --api-log-it              Log each request (default: true; env:
                                  OS_API__LOG_IT)
        --api-no-cache <paths>    (env: OS_API__NO_CACHE)
        --api-tags <str>          Labels (repeatable; env: OS_API__TAGS)
        --api-mode <str>          (one of: fast, safe; required; env: OS_API__MODE)
      "
    `)
  })

  test('the version is a line', () => {
    expect(helpOf(['--version']).output).toBe('1.2.3\n')
  })

  test('help is shown whatever is wrong with the configuration', () => {
    const folder = folderOf({ 'a.conf': 'broken' })
    expect(helpOf(['--config-file', `${folder}/a.conf`, '-h']).output).toContain('Usage: shop')
  })
})
