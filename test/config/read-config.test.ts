import * as fc from 'fast-check'
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  bool,
  Config,
  dict,
  float,
  group,
  int,
  list,
  multi,
  readConfig,
  type ReadConfigOptions,
  str,
} from '../../src/config/index.ts'
import { isSlipwayError } from '../../src/errors.ts'
import { faultOf, folderOf, told } from './scratch.ts'

const main = group('DEFAULT', {
  host: str({ default: 'h', cli: true }),
  debug: bool({ default: false }),
  password: str({ secret: true }),
  motd: str(),
})
const api = group('api', {
  workers: int({ default: 1, min: 1, max: 8, cli: true }),
  url: str({ default: 'http://$host/' }),
  names: list({ default: [] }),
  tags: multi({ cli: true, deprecatedNames: ['labels'] }),
  limit: int({
    deprecatedNames: ['max', 'DEFAULT.api_limit'],
    deprecatedForRemoval: { since: '2.0', reason: 'unused' },
  }),
})

type Given = Partial<ReadConfigOptions>

/** Reads with `argv` words that start with `@` standing for files of the folder. */
function read(
  files: Record<string, string>,
  words: string[] = ['--config-file', '@a.conf'],
  given: Given = {},
): Config {
  const folder = folderOf(files)
  const argv = words.map((word) => word.replace(/^@/u, `${folder}/`))
  return readConfig({ groups: [main, api], argv, prog: 'shop', env: { HOME: folder }, ...given })
}

const one = (text: string): Record<string, string> => ({ 'a.conf': text })
const both = ['--config-file', '@a.conf', '--config-file', '@b.conf']

describe('where a value comes from', () => {
  const file = { 'a.conf': '[api]\nworkers = 2\n', 'b.conf': '[api]\nworkers = 3\n' }
  const env = { OS_API__WORKERS: '4' }

  test.each([
    ['the default', [], {}, 1, ['default', /^default$/u]],
    ['a file over the default', both.slice(0, 2), {}, 2, ['file', /a\.conf:2$/u]],
    ['a later file over an earlier', both, {}, 3, ['file', /b\.conf:2$/u]],
    ['the environment over files', both, env, 4, ['env', /^OS_API__WORKERS$/u]],
    ['a flag over the environment', ['--api-workers=5'], env, 5, ['cli', /^--api-workers$/u]],
    ['a flag over both', [...both, '--api-workers=5'], env, 5, ['cli', /^--api-workers$/u]],
    ['a file that is named after the flag', ['--api-workers=5', ...both.slice(0, 2)], {}, 2, ['file', /a\.conf:2$/u]],
    ['the environment over a file named after the flag', ['--api-workers=5', ...both], env, 4, ['env', /^OS_/u]],
  ] as const)('%s', (_what, argv, variables, value, [kind, detail]) => {
    const conf = read(file, [...argv], { env: variables })
    expect(conf.get(api).workers).toBe(value)
    expect(conf.origin('api.workers')).toMatchObject({ kind, detail: expect.stringMatching(detail) })
  })

  test('an override stands above all, a default set by the program above the declared one only', () => {
    const conf = read(file, ['--api-workers=5'])
    conf.setDefault('api.workers', 7)
    expect(conf.get(api).workers).toBe(5)
    conf.override('api.workers', '8')
    expect([conf.get(api).workers, conf.origin('api.workers').kind]).toEqual([8, 'override'])
    conf.override('api.workers', undefined)
    expect(conf.get(api).workers).toBe(5)
    const plain = read({}, [])
    plain.setDefault('api.workers', 7)
    expect([plain.get(api).workers, plain.origin('api.workers').kind]).toEqual([7, 'setDefault'])
  })

  test('what lost is listed, the nearest first', () => {
    const conf = read(file, [...both, '--api-workers=5'], { env })
    const entry = conf.entries().find(({ name }) => name === 'workers')
    expect(entry).toMatchObject({ group: 'api', value: 5, default: 1, secret: false })
    expect(entry?.overridden.map(({ origin, value }) => [origin.kind, value])).toEqual([
      ['env', '4'],
      ['file', '3'],
      ['file', '2'],
    ])
  })

  test('the place in the file is exact', () => {
    const conf = read(one('# c\n[api]\n  \nworkers =  2  \n'))
    expect(conf.origin('api.workers').where).toMatchObject({ line: 4, column: 12, length: 1 })
  })

  test('empty variables count: a text is empty, a number is null and its default not used', () => {
    const conf = read({}, [], { env: { OS_DEFAULT__HOST: '', OS_API__WORKERS: '' } })
    expect([conf.value('host'), conf.value('api.workers')]).toEqual(['', null])
    expect(conf.warnings.map(({ message }) => message)).toEqual([
      'option "api.workers" is set to nothing, its default is not used',
    ])
  })

  test('the group of a variable is upper-cased as it is spelt', () => {
    const groups = [group('my-g', { a: str() }), group('my_g', { a: str() })]
    const conf = read({}, [], { groups, env: { 'OS_MY-G__A': '1', OS_MY_G__A: '2' } })
    expect([conf.value('my-g.a'), conf.value('my_g.a')]).toEqual(['1', '2'])
  })
})

describe('multi-valued options', () => {
  test('add up over files in order, then flags', () => {
    const files = { 'a.conf': '[api]\ntags = 1\n', 'b.conf': '[api]\ntags = 2\ntags = 3\n' }
    expect(read(files, ['--api-tags=4', ...both, '--api-tags=5']).value('api.tags')).toEqual(['1', '2', '3', '4', '5'])
  })

  test('join the values of their earlier names, those first', () => {
    expect(read(one('[api]\ntags = 2\nlabels = 1\n')).value('api.tags')).toEqual(['1', '2'])
  })

  test('take one value a line from the environment, in place of the files', () => {
    const env = { OS_API__TAGS: 'a,b\nc\n' }
    expect(read(one('[api]\ntags = 1\n'), undefined, { env }).value('api.tags')).toEqual(['a,b', 'c'])
  })
})

describe('names in files', () => {
  test('groups fold case, options do not; a dash is an underscore', () => {
    const groups = [group('Hh', { y_z: str() })]
    expect(read(one('[hH]\ny-z = 1\n'), undefined, { groups }).value('Hh.y_z')).toBe('1')
  })

  test('an earlier name works with a warning at its place, and in a later file it wins', () => {
    const conf = read({ 'a.conf': '[api]\nlimit = 1\n', 'b.conf': '[api]\nmax = 2\n' }, both)
    expect(conf.value('api.limit')).toBe(2)
    expect(conf.warnings).toMatchObject([
      { message: '"api.max" is an old name of option "api.limit"', where: { line: 2 }, hint: 'write api.limit' },
      { message: 'option "api.limit" is deprecated since 2.0 and will be removed', hint: 'unused' },
    ])
  })

  test('in one file the present name wins', () => {
    expect(read(one('[api]\nlimit = 1\nmax = 2\n[DEFAULT]\napi_limit = 3\n')).value('api.limit')).toBe(1)
  })

  test('an earlier name in another group is known there', () => {
    expect(read(one('[DEFAULT]\napi_limit = 3\n')).value('api.limit')).toBe(3)
  })

  test('an earlier name is no variable', () => {
    expect(read({}, [], { env: { OS_API__MAX: '3' } }).value('api.limit')).toBeNull()
  })
})

describe('substitution', () => {
  test.each([
    ['$host', 'h'],
    ['${DEFAULT.host}', 'h'],
    ['${api.workers}/$workers', '1/1'],
    ['$debug', 'False'],
    ['<$motd>', '<>'],
    ['$names', 'a,b'],
    ['$$host', '$host'],
  ])('%s is %j', (text, value) => {
    expect(read(one(`[api]\nurl = ${text}\nnames = a,b\n`)).value('api.url')).toBe(value)
  })

  test('goes through defaults, variables and lists before conversion', () => {
    const conf = read({}, [], { env: { OS_DEFAULT__HOST: '1,2', OS_API__NAMES: 'x,$host' } })
    expect([conf.value('api.names'), conf.value('api.url')]).toEqual([['x', '1', '2'], 'http://1,2/'])
  })

  test('finds the own group first, then DEFAULT', () => {
    const groups = [
      group('DEFAULT', { h: str({ default: 'dh' }), k: str({ default: 'dk' }) }),
      group('g', { h: str({ default: 'gh' }), u: str({ default: '$h $k' }) }),
    ]
    expect(read({}, [], { groups }).value('g.u')).toBe('gh dk')
  })

  test.each([
    ['$hosst', 'option "api.url" refers to an unknown option "hosst"', ['host'], 'write "$$" for a dollar'],
    [
      '$host.',
      'option "api.url" refers to an unknown option "host."',
      ['host'],
      'write "${host}" when a dot follows the name, or write "$$" for a dollar',
    ],
    ['$url', 'option "api.url" refers to itself: api.url > api.url', [], null],
  ])('%s is refused at its place', (text, message, alternatives, hint) => {
    const fault = faultOf(() => read(one(`[api]\nurl = ${text}\n`)))
    expect(fault).toMatchObject({
      code: 'SLIPWAY_CONFIG_SUBSTITUTION',
      message,
      alternatives,
      hint,
      where: { line: 2 },
    })
  })

  test('a circle is told once, with every option in it', () => {
    const fault = faultOf(() => read(one('[DEFAULT]\nhost = $motd\nmotd = ${api.url}\n')))
    expect(told(fault)).toEqual(['error: option "api.url" refers to itself: host > motd > api.url > host, its default'])
  })

  test('the problem of an option that others refer to is told once', () => {
    const fault = faultOf(() => read(one('[api]\nworkers = x\nurl = $workers\nnames = $workers\n')))
    expect(told(fault)).toEqual(['error: option "api.workers" cannot be "x"'])
  })
})

describe('a start tells every problem at once', () => {
  const text =
    '[DEFAULT]\nhosst = a\npasswrd = hunter2\n[api]\nworkers = 9\nname = x\n[apii]\nworkers = 1\n[default]\nx = 1\n'

  test('in the order of the file, then what no file holds', () => {
    const groups = [main, api, group('db', { url: str({ required: true, cli: true }) })]
    const fault = faultOf(() => read(one(text), undefined, { groups, env: { OS_DEFAULT__DEBUG: 'maybe' } }))
    expect(fault.exitCode).toBe(78)
    expect(told(fault)).toEqual([
      'error: no option "hosst" in group "DEFAULT"',
      'error: no option "passwrd" in group "DEFAULT"',
      'error: option "api.workers" cannot be "9"',
      'error: no option "name" in group "api"',
      'warning: no option of group "apii" is known here',
      'warning: no option of group "default" is known here',
      'error: option "debug" cannot be "maybe", given by OS_DEFAULT__DEBUG',
      'error: option "db.url" has no value and needs one',
    ])
    const [hosst, passwrd, workers, name, apii, inLowerCase, , url] = fault.problems
    expect(hosst).toMatchObject({ where: { line: 2, column: 1, length: 5 }, alternatives: ['host'] })
    expect(passwrd?.where?.text).toBe('passwrd = …')
    expect(workers).toMatchObject({ where: { line: 5, column: 11 }, found: '"9"', expected: 'an integer from 1 to 8' })
    expect(name).toMatchObject({ alternatives: ['names'] })
    expect([apii?.alternatives, inLowerCase?.alternatives]).toEqual([['api'], ['DEFAULT']])
    expect(url?.hint).toBe('set url in [db] of a configuration file, as OS_DB__URL, by --db-url')
  })

  test('an option that stands in the wrong group is told where it belongs', () => {
    const fault = faultOf(() => read(one('[DEFAULT]\nworkers = 2\n')))
    expect(fault.hint).toBe('it is an option of [api]')
  })

  test('a program that shares the file of another may take unknown options as warnings', () => {
    const conf = read(one('[DEFAULT]\nother = 1\n'), undefined, { unknownOptions: 'warning' })
    expect(conf.warnings).toMatchObject([{ severity: 'warning', message: 'no option "other" in group "DEFAULT"' }])
  })

  test('a variable that is spelt for a group and sets nothing is a warning', () => {
    const conf = read({}, [], { env: { OS_API__WORKRS: '2', OS_AUTH_URL: 'x', OS_OTHER__A: 'x' } })
    expect(conf.warnings).toMatchObject([
      { message: 'environment variable "OS_API__WORKRS" sets no option', alternatives: ['OS_API__WORKERS'] },
    ])
  })

  test('every value of a multi-valued option is looked at', () => {
    const groups = [group('g', { m: multi({ of: int() }) })]
    const fault = faultOf(() => read(one('[g]\nm = a\nm = 1\nm = b\n'), undefined, { groups }))
    expect(fault.problems.map(({ where }) => where?.line)).toEqual([2, 4])
  })

  test('a value that substitution made is shown as it became', () => {
    const fault = faultOf(() => read(one('[DEFAULT]\nmotd = many\n[api]\nworkers = $motd\n')))
    expect(fault).toMatchObject({
      message: 'option "api.workers" cannot be "many"',
      found: '"many" after substitution',
    })
  })

  test('a required text may be empty, a required number not', () => {
    const groups = [group('g', { a: str({ required: true }), b: int({ required: true }) })]
    const fault = faultOf(() => read(one('[g]\na =\nb =\n'), undefined, { groups }))
    expect(told(fault)).toEqual(['error: option "g.b" has no value and needs one'])
  })
})

describe('secrets', () => {
  const groups = [
    group('DEFAULT', {
      password: str({ secret: true, maxLength: 9, default: 'built-in' }),
      dsn: str({ default: 'db://u:$password@h' }),
      note: str(),
    }),
  ]

  test.each([
    ['a value that does not fit', 'password = hunter2-hunter2\n', 'hunter2'],
    ['a dollar in it', 'password = hun$ter2\n', 'ter2'],
    ['a value made of one', 'password = hunter2\nnote = $password$nosuch\n', 'hunter2'],
    ['a mistyped name', 'pasword = hunter2\n', 'hunter2'],
  ])('%s is not shown in the report', (_what, text, secret) => {
    const fault = faultOf(() => read(one(`[DEFAULT]\n${text}`), undefined, { groups }))
    expect(JSON.stringify([fault.message, fault.problems])).not.toContain(secret)
    expect(fault.problems.length).toBe(1)
  })

  test('listings mask them, set or not, and what is made of them', () => {
    const conf = read(one('[DEFAULT]\npassword = secret-1\npassword = secret-2\n'), undefined, { groups })
    expect(conf.value('dsn')).toBe('db://u:secret-2@h')
    expect(JSON.stringify(conf.entries())).not.toMatch(/secret-[12]|built-in/u)
    expect(conf.entries().map(({ name, value }) => [name, value])).toEqual([
      ['password', '****'],
      ['dsn', '****'],
      ['note', null],
    ])
  })

  test.each([
    ['a line that cannot be read behind a secret', 'password = abc\n\n  hunter2\n', 4],
    ['a secret without its separator', 'password hunter2\n', 2],
    ['an indented secret', '# c\n  password = hunter2\n', 3],
    ['a line behind an option that only its declaration makes a secret', 'pin = 1\nhunter2\n', 3],
    ['an old name of a secret', 'pass_word hunter2\n', 2],
    ['a name that says so', 'admin_token hunter2\n', 2],
    ['a key whose last line is not indented', 'password = abc\nHunter2AAAA==\n', 3],
  ])('%s is named but not shown', (_what, text, line) => {
    const own = group('DEFAULT', {
      password: str({ secret: true }),
      pin: str({ secret: true, deprecatedNames: ['pass_word'] }),
    })
    const fault = faultOf(() => read(one(`[DEFAULT]\n${text}`), undefined, { groups: [own] }))
    expect(fault.where?.line).toBe(line)
    expect(JSON.stringify([fault.message, fault.problems, fault.original])).not.toMatch(/hunter2/iu)
  })

  test('a line that cannot be decoded is shown up to its value', () => {
    const folder = folderOf({ 'a.conf': '' })
    writeFileSync(join(folder, 'a.conf'), Buffer.from('[DEFAULT]\npassword = hunter2\xe9\n', 'latin1'))
    const fault = faultOf(() => readConfig({ groups, argv: ['--config-file', `${folder}/a.conf`], prog: 'p', env: {} }))
    expect(fault).toMatchObject({ code: 'SLIPWAY_INPUT_ENCODING', where: { line: 2, text: 'password = …' } })
    expect(JSON.stringify(fault.problems)).not.toContain('hunter2')
  })

  test('a flag with a bad secret is named without it', () => {
    const secret = group('g', { key: int({ secret: true, cli: true }) })
    const fault = faultOf(() => read({}, ['--g-key', 'hunter2'], { groups: [secret] }))
    expect(told(fault)).toEqual(['error: option "g.key" has a value that does not fit it, given by --g-key'])
  })
})

describe('files', () => {
  test('what is missing or unreadable is told together, with the flag', () => {
    const fault = faultOf(() =>
      read({}, ['--config-file', '@no.conf', '--config-dir', '@no.d', '--config-file', '@x.conf']),
    )
    expect(fault).toMatchObject({ code: 'SLIPWAY_INPUT_MISSING', exitCode: 66, hint: 'it was named by --config-file' })
    expect(fault.problems.map(({ message }) => message.replace(/".*\//u, '"'))).toEqual([
      'configuration file "no.conf" does not exist',
      'configuration folder "no.d" does not exist',
      'configuration file "x.conf" does not exist',
    ])
  })

  test('bad lines of all files are told together', () => {
    const fault = faultOf(() => read({ 'a.conf': 'x = 1\n', 'b.conf': '[DEFAULT]\nnovalue\nhosst = 1\n' }, both))
    expect(fault.problems.map(({ code, where }) => [code, where?.line])).toEqual([
      ['SLIPWAY_INI_SYNTAX', 1],
      ['SLIPWAY_INI_SYNTAX', 2],
    ])
  })

  test('of a folder *.conf is read, sorted, nothing hidden and nothing deeper', () => {
    const conf = read(
      {
        'd/20.conf': '[DEFAULT]\nhost = 20\n',
        'd/10.conf': '[DEFAULT]\nhost = 10\nmotd = 10\n',
        'd/30.ini': '[DEFAULT]\nhost = 30\n',
        'd/.40.conf': '[DEFAULT]\nhost = 40\n',
        'd/sub/50.conf': '[DEFAULT]\nhost = 50\n',
      },
      ['--config-dir', '@d'],
    )
    expect([conf.value('host'), conf.value('motd')]).toEqual(['20', '10'])
    expect(conf.files.map((file) => file.replace(/.*\//u, ''))).toEqual(['10.conf', '20.conf'])
  })

  test('files and folders count by their order on the command line', () => {
    const files = { 'a.conf': '[DEFAULT]\nhost = file\n', 'd/1.conf': '[DEFAULT]\nhost = folder\n' }
    expect(read(files, ['--config-dir', '@d', '--config-file', '@a.conf']).value('host')).toBe('file')
    expect(read(files, ['--config-file', '@a.conf', '--config-dir', '@d']).value('host')).toBe('folder')
  })

  test('"~" in a flag stands for the home folder', () => {
    expect(read(one('[DEFAULT]\nhost = x\n'), ['--config-file=~/a.conf']).value('host')).toBe('x')
  })

  test('a file that may not be read ends the start', () => {
    const folder = folderOf(one(''))
    chmodSync(folder, 0o755)
    chmodSync(join(folder, 'a.conf'), 0)
    const argv = ['--config-file', `${folder}/a.conf`]
    const fault = faultOf(() => asNobody(() => readConfig({ groups: [], argv, prog: 'p', env: {} })))
    expect(fault).toMatchObject({
      code: 'SLIPWAY_INPUT_UNREADABLE',
      exitCode: 77,
      hint: 'it was named by --config-file',
    })
  })

  test('what is missing and the bad lines of what is there are one report', () => {
    const fault = faultOf(() => read(one('[api]\nbroken\n'), ['--config-file', '@a.conf', '--config-file', '@no.conf']))
    expect(fault).toMatchObject({
      exitCode: 66,
      original: expect.stringMatching(/^Failed to find some config files: .*no\.conf$/u),
    })
    expect(fault.problems.map(({ code }) => code)).toEqual(['SLIPWAY_INPUT_MISSING', 'SLIPWAY_INI_SYNTAX'])
  })
})

/** Root may read everything: for the time of the call this process is the user `nobody`. */
function asNobody<T>(run: () => T): T {
  if (process.getuid?.() !== 0) return run()
  process.seteuid?.(65_534)
  try {
    return run()
  } finally {
    process.seteuid?.(0)
  }
}

describe('--strict-config', () => {
  const text = '[DEFAULT]\nhosst = a\n[api]\nworkers = 2\n[other]\nx = 1\n'
  const expected = [
    'error: no option "hosst" in group "DEFAULT"',
    'error: no option of group "other" is known here',
    'error: environment variable "OS_API__WORKRS" sets no option',
  ]
  const env = { OS_API__WORKRS: '2' }

  test('makes an error of everything that is unknown', () => {
    expect(told(faultOf(() => read(one(text), ['--strict-config', '--config-file', '@a.conf'], { env })))).toEqual(
      expected,
    )
    expect(told(faultOf(() => read(one(text), undefined, { env, strict: true })))).toEqual(expected)
  })

  test('does so for a program that takes unknown options as warnings', () => {
    const words = ['--config-file', '@a.conf', '--strict-config']
    expect(faultOf(() => read(one(text), words, { unknownOptions: 'warning' })).problems.length).toBe(2)
  })

  test('has nothing against what is known, the words of sources among it', () => {
    const conf = read(one('[DEFAULT]\nconfig_source =\nhost = x\n'), ['--strict-config', '--config-file', '@a.conf'])
    expect([conf.value('host'), conf.warnings]).toEqual(['x', []])
  })
})

describe('default files', () => {
  const home = {
    '.shop/shop.conf': '[DEFAULT]\nhost = dot\nmotd = dot\n',
    'shop.conf': '[DEFAULT]\nhost = home\npassword = home\n',
    'app.conf': '[DEFAULT]\nmotd = prog\n',
    '.shop/shop.conf.d/x.conf': '[DEFAULT]\nhost = confd\n',
    'a.conf': '[DEFAULT]\nmotd = named\n',
  }
  const search = { project: 'shop', prog: 'app' }

  test('the first of each name is read: the project, then the program, then the folders', () => {
    const conf = read(home, [], search)
    expect([conf.value('host'), conf.value('motd'), conf.value('password')]).toEqual(['confd', 'prog', null])
    expect(conf.files.map((file) => file.replace(/^.*?slipway-config-[^/]*\//u, ''))).toEqual([
      '.shop/shop.conf',
      'app.conf',
      '.shop/shop.conf.d/x.conf',
    ])
  })

  test('are read once when project and program have one name', () => {
    expect(read(home, [], { project: 'shop', prog: 'shop' }).files.length).toBe(2)
  })

  test('a named file drops the files but not the folders, and stands above them', () => {
    const conf = read({ ...home, 'a.conf': '[DEFAULT]\nhost = named\n' }, undefined, search)
    expect([conf.value('host'), conf.value('motd')]).toEqual(['named', null])
    expect(conf.files.length).toBe(2)
  })

  test('a named folder drops the folders but not the files', () => {
    const conf = read({ ...home, 'd/1.conf': '' }, ['--config-dir', '@d'], search)
    expect([conf.value('host'), conf.value('motd')]).toEqual(['dot', 'prog'])
  })

  test('without a project nothing is searched', () => {
    expect(read(home, [], { prog: 'app' }).files).toEqual([])
  })

  test('those that the program lists must exist, folders need not', () => {
    expect(faultOf(() => read({}, [], { defaultFiles: ['/nowhere/x.conf'] })).code).toBe('SLIPWAY_INPUT_MISSING')
    expect(read({}, [], { defaultFolders: ['/nowhere/x.conf.d'] }).files).toEqual([])
  })
})

describe('findFile', () => {
  test('looks in the named folders, beside the files from the last, then in the standard folders', () => {
    const folder = folderOf({
      'one/a.conf': '',
      'one/p.ini': '',
      'one/q.ini': '',
      'two/b.conf': '',
      'two/p.ini': '',
      'd/r.ini': '',
      'one/r.ini': '',
      'home/.shop/s.ini': '',
    })
    const at = (name: string): string => join(folder, name)
    const argv = ['--config-file', at('one/a.conf'), '--config-file', at('two/b.conf'), '--config-dir', at('d')]
    const conf = readConfig({ groups: [], argv, prog: 'p', project: 'shop', env: { HOME: at('home') } })
    const names = ['p.ini', 'q.ini', 'r.ini', 's.ini', 'none.ini', at('one/p.ini')]
    expect(names.map((name) => conf.findFile(name))).toEqual([
      at('two/p.ini'),
      at('one/q.ini'),
      at('d/r.ini'),
      at('home/.shop/s.ini'),
      null,
      at('one/p.ini'),
    ])
  })

  test('a folder named through a link is searched as well', () => {
    const folder = folderOf({ 'real/a.conf': '', 'real/p.ini': '' })
    mkdirSync(join(folder, 'etc'))
    symlinkSync(join(folder, 'real'), join(folder, 'etc/link'))
    const conf = readConfig({ groups: [], argv: ['--config-dir', join(folder, 'etc/link')], prog: 'p', env: {} })
    expect(conf.findFile('p.ini')).toBe(join(folder, 'etc/link/p.ini'))
  })
})

const anything = [
  group('DEFAULT', { a: str({ default: '$b' }), b: int({ default: 1 }), c: float(), d: bool({ secret: true }) }),
  group('g', { a: list({ of: int() }), m: multi({ of: dict() }), h: str({ regex: /^(a|b)*$/u }) }),
]

test('no text makes a start throw anything but our error', () => {
  const word = fc.constantFrom(
    '[DEFAULT]',
    '[g]',
    'a',
    'b',
    'c',
    'd',
    'm',
    'h',
    '=',
    ':',
    '$',
    '${g.a}',
    '\n',
    ' ',
    ',',
    '"',
  )
  const text = fc.array(fc.oneof(word, fc.string({ unit: 'binary', maxLength: 3 }))).map((parts) => parts.join(''))
  fc.assert(
    fc.property(text, fc.dictionary(fc.constantFrom('OS_G__A', 'OS_DEFAULT__B', 'OS_G__M'), text), (file, env) => {
      try {
        const snapshot = snapshotOf(file, env)
        Config.fromSnapshot(snapshot, anything).check()
      } catch (error) {
        expect(isSlipwayError(error)).toBe(true)
      }
    }),
  )
})

test('no words make a start throw anything but our error', () => {
  const word = fc.oneof(
    fc.constantFrom('--host', '--api-tags', '--api-workers', '=', '-', '--', '-h'),
    fc.string({ unit: 'binary' }),
  )
  fc.assert(
    fc.property(fc.array(word), fc.array(word), (argv, tail) => {
      try {
        readConfig({ groups: [main, api], argv: [...argv, tail.join('')], prog: 'p', env: {} })
      } catch (error) {
        expect(isSlipwayError(error) || (error as Error).name === 'HelpShown').toBe(true)
      }
    }),
  )
})

function snapshotOf(text: string, env: Record<string, string>) {
  return {
    ...readConfig({ groups: [], argv: [], prog: 'p', env: {} }).snapshot(),
    timeline: [{ kind: 'file' as const, file: 'a.conf', text }],
    env,
  }
}
