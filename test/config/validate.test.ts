import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { bool, duration, int, multi, str } from '../../src/config/declare.ts'
import { group } from '../../src/config/index.ts'
import { validateFiles, type ValidateOptions } from '../../src/config/validate.ts'
import { faultOf, folderOf } from './scratch.ts'

const groups = [
  group('DEFAULT', {
    debug: bool({ default: false, deprecatedNames: ['verbose'] }),
    greeting: str({ default: 'hello $name' }),
    name: str({ default: 'you' }),
  }),
  group('api', {
    workers: int({ default: 1, min: 1 }),
    wait: duration({ default: 90 }),
    tags: multi({ default: ['a'] }),
    old: str({ deprecatedForRemoval: {} }),
    token: str({ secret: true, default: 'hush' }),
    banner: str({ default: '' }),
  }),
]

/** Each problem as `a.conf:2 severity message`. */
function problemsOf(files: Record<string, string>, given: Partial<ValidateOptions> = {}): string[] {
  const folder = folderOf(files)
  const named = Object.keys(files).map((name) => join(folder, name))
  return validateFiles({ groups, files: named, env: {}, ...given }).map(({ severity, message, where }) => {
    const place = where ? `${where.file.replace(`${folder}/`, '')}:${where.line} ` : ''
    return `${place}${severity} ${message}`
  })
}

describe('a file', () => {
  test.each<[string, string, string[]]>([
    ['that is right', '[DEFAULT]\ndebug = yes\n[api]\nworkers = 4\n', []],
    [
      'with a value that does not fit',
      '[DEFAULT]\ndebug = maybe\n',
      ['a.conf:2 error option "debug" cannot be "maybe"'],
    ],
    [
      'with what nobody declares',
      '[api]\nwrokers = 2\n[apu]\nworkers = 2\n',
      ['a.conf:2 error no option "wrokers" in group "api"', 'a.conf:3 error no option of group "apu" is known here'],
    ],
    [
      'with old names',
      '[DEFAULT]\nverbose = yes\n[api]\nold = x\n',
      [
        'a.conf:2 warning "DEFAULT.verbose" is an old name of option "debug"',
        'a.conf:4 warning option "api.old" is deprecated and will be removed',
      ],
    ],
    [
      'with errors and warnings at once',
      '[DEFAULT]\nverbose = yes\n[api]\nworkers = 0\n[x]\na = 1\n',
      [
        'a.conf:2 warning "DEFAULT.verbose" is an old name of option "debug"',
        'a.conf:4 error option "api.workers" cannot be "0"',
        'a.conf:5 error no option of group "x" is known here',
      ],
    ],
    [
      'that cannot be read',
      '[DEFAULT]\ndebug\n[api\n',
      [
        'a.conf:2 error a line is neither a section, a comment nor an assignment',
        'a.conf:3 error a section line does not end in "]"',
      ],
    ],
  ])('%s', (_what, text, problems) => {
    expect(problemsOf({ 'a.conf': text })).toEqual(problems)
  })

  test('is checked behind a variable that would hide it', () => {
    expect(problemsOf({ 'a.conf': '[api]\nworkers = x\n' }, { env: { OS_API__WORKERS: '2' } })).toEqual([
      'a.conf:2 error option "api.workers" cannot be "x"',
    ])
  })

  test('may leave to a variable what is required', () => {
    const needy = [group('DEFAULT', { url: str({ required: true }) })]
    expect(problemsOf({ 'a.conf': '' }, { groups: needy })).toEqual(['error option "url" has no value and needs one'])
    expect(problemsOf({ 'a.conf': '' }, { groups: needy, env: { OS_DEFAULT__URL: 'x' } })).toEqual([])
  })

  test('may refer to a variable for a secret', () => {
    const files = { 'a.conf': '[api]\ntoken = $env:TOKEN\n' }
    expect(problemsOf(files, { env: { TOKEN: 'x' } })).toEqual([])
    expect(problemsOf(files)).toEqual([expect.stringMatching(/^a\.conf:2 error option "api\.token" refers to/u)])
  })

  test('that is not there ends the check', () => {
    const fault = faultOf(() => validateFiles({ groups, files: ['/nowhere/a.conf'], env: {} }))
    expect(fault).toMatchObject({ code: 'SLIPWAY_INPUT_MISSING', exitCode: 66 })
  })

  test('has a group left out, whatever is wrong in it', () => {
    const text = '[api]\nworkers = 0\nwrokers = 1\nold = x\n[Apu]\na = 1\n[DEFAULT]\nx = 1\n'
    expect(problemsOf({ 'a.conf': text }, { excludedGroups: ['API', 'apu'] })).toEqual([
      'a.conf:8 error no option "x" in group "DEFAULT"',
    ])
  })
})

test('several files have one report, in their order, each problem once', () => {
  const files = { 'b.conf': '[api]\nworkers = 0\n', 'a.conf': '[x]\na = 1\n[api]\nwait = long\n' }
  expect(problemsOf(files)).toEqual([
    'b.conf:2 error option "api.workers" cannot be "0"',
    'a.conf:1 error no option of group "x" is known here',
    'a.conf:4 error option "api.wait" cannot be "long"',
  ])
})

describe('values that differ from their defaults', () => {
  test('are warnings when asked for, compared as values', () => {
    const text = [
      '[DEFAULT]',
      'debug = off',
      'greeting = hello you',
      'name = me',
      '[api]',
      'workers = 01',
      'wait = 1m30s',
      'tags = a',
      'tags = b',
      'token = else',
      'banner = $token',
    ].join('\n')
    expect(problemsOf({ 'a.conf': text })).toEqual([])
    expect(problemsOf({ 'a.conf': text }, { checksDefaults: true })).toEqual([
      'a.conf:3 warning option "greeting" is "hello you", its default is "hello $name"',
      'a.conf:4 warning option "name" is "me", its default is "you"',
      'a.conf:9 warning option "api.tags" is ["a","b"], its default is ["a"]',
      'a.conf:10 warning option "api.token" differs from its default',
      'a.conf:11 warning option "api.banner" differs from its default',
    ])
  })

  test('are told beside what a variable requires', () => {
    const needy = [group('DEFAULT', { url: str({ required: true }), x: int() })]
    expect(
      problemsOf(
        { 'a.conf': '[DEFAULT]\nx = 1\n' },
        { groups: needy, checksDefaults: true, env: { OS_DEFAULT__URL: 'u' } },
      ),
    ).toEqual(['a.conf:2 warning option "x" is 1, it has no default'])
  })
})
