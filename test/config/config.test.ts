import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bool, Config, dict, float, group, int, list, multi, readConfig, str } from '../../src/config/index.ts'
import { faultOf, folderOf, told } from './scratch.ts'

const main = group('DEFAULT', { host: str({ default: 'h', cli: true }), ratio: float({ default: 0.5 }) })
const late = group(
  'late',
  { size: int({ default: 1, max: 8 }), deep: bool({ default: false }) },
  { help: 'Comes late' },
)

function read(text: string, argv: string[] = [], env: Record<string, string> = {}): Config {
  const folder = folderOf({ 'a.conf': text })
  return readConfig({ groups: [main], argv: ['--config-file', `${folder}/a.conf`, ...argv], prog: 'shop', env })
}

describe('a group that comes late', () => {
  test('reads the same sources', () => {
    const conf = read('[late]\nsize = 2\n', [], { OS_LATE__DEEP: 'yes' })
    expect(conf.warnings).toMatchObject([{ message: 'no option of group "late" is known here' }])
    expect(conf.get(late)).toEqual({ size: 2, deep: true })
    expect(conf.warnings).toEqual([])
  })

  test('is refused with all its problems, each time it is asked for', () => {
    const conf = read('[late]\nsize = 9\ndeep = maybe\n')
    const problems = ['error: option "late.size" cannot be "9"', 'error: option "late.deep" cannot be "maybe"']
    expect(told(faultOf(() => conf.get(late)))).toEqual(problems)
    expect(told(faultOf(() => conf.get(late)))).toEqual(problems)
    expect(faultOf(() => conf.value('late.size')).where).toMatchObject({ line: 2 })
  })

  test('may share its name with another: what neither declares is a warning', () => {
    const conf = read('[late]\nsize = 2\ncolour = red\nother = x\n')
    expect(conf.get(late).size).toBe(2)
    expect(conf.get(group('late', { colour: str() })).colour).toBe('red')
    expect(conf.warnings.map(({ message }) => message)).toEqual(['no option "other" in group "late"'])
  })

  test('may be declared twice alike, but not differently', () => {
    const conf = read('')
    const again = group('late', { size: int({ default: 1, max: 8 }) })
    const other = group('late', { size: int({ default: 1, max: 8, help: 'changed' }) })
    conf.register(late, again)
    expect(conf.get(again).size).toBe(1)
    expect(faultOf(() => conf.register(other))).toMatchObject({
      code: 'SLIPWAY_CONFIG_DECLARATION',
      message: 'option "late.size" is declared twice',
    })
  })

  test('may refer to options that are known, and they to it', () => {
    const conf = read('[DEFAULT]\nhost = h-2\n')
    expect(conf.get(group('g', { url: str({ default: 'http://$host/' }) })).url).toBe('http://h-2/')
    conf.override('host', '${g.url}!')
    expect(faultOf(() => conf.value('host')).message).toContain('refers to itself')
  })
})

describe('values', () => {
  test('are frozen and the same object at every ask', () => {
    const conf = read('')
    const values = conf.get(main)
    expect(conf.get(main)).toBe(values)
    expect(Object.isFrozen(values)).toBe(true)
  })

  test('follow an override, also through a reference', () => {
    const conf = read('')
    const url = group('g', { url: str({ default: 'http://$host/' }) })
    expect(conf.get(url).url).toBe('http://h/')
    conf.override('host', 'x')
    expect([conf.get(url).url, conf.get(main).host]).toEqual(['http://x/', 'x'])
  })

  test('an override is converted at once or refused', () => {
    const conf = read('')
    conf.register(late)
    expect(faultOf(() => conf.override('late.size', 'x'))).toMatchObject({
      code: 'SLIPWAY_CONFIG_VALUE',
      message: 'option "late.size" cannot be "x"',
    })
    expect(conf.get(late).size).toBe(1)
    conf.override('ratio', -Infinity)
    expect(Config.fromSnapshot(JSON.parse(JSON.stringify(conf.snapshot())), [main]).value('ratio')).toBe(-Infinity)
    conf.override('late.size', null)
    expect(conf.value('late.size')).toBeNull()
  })

  test('an unknown name is told with close ones', () => {
    expect(faultOf(() => read('').value('hosst'))).toMatchObject({
      code: 'SLIPWAY_CONFIG_UNKNOWN',
      message: 'no option "hosst" is declared',
      alternatives: ['host'],
    })
  })

  test('DEFAULT may be spelt out', () => {
    expect(read('').value('DEFAULT.host')).toBe('h')
  })
})

const round = [
  group('DEFAULT', { a: str({ cli: true }), b: int({ default: 3 }), s: str({ secret: true, default: '$a' }) }),
  group('g', {
    f: float({ default: 1 }),
    l: list({ of: int() }),
    m: multi({ cli: true }),
    d: dict({ default: { k: 'v' } }),
  }),
]
const names = ['a', 'b', 's', 'g.f', 'g.l', 'g.m', 'g.d']

describe('a snapshot', () => {
  test('gives equal values and origins in a worker, through JSON and structured clone', () => {
    const text = fc.stringMatching(/^[a-z0-9 ,:]{0,8}$/u)
    const number = fc.oneof(fc.integer(), fc.double()).map(String)
    const optional = { requiredKeys: [] }
    const file = fc.record({ a: text, b: fc.integer().map(String) }, optional)
    const env = fc.record({ OS_DEFAULT__A: text, OS_G__F: number, OS_G__L: fc.constantFrom('1,2', '') }, optional)
    const code = fc.record({ a: text, 'g.f': fc.double(), 'g.l': fc.array(fc.integer()) }, optional)
    fc.assert(
      fc.property(file, env, fc.array(text), code, (settings, env, many, overrides) => {
        const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`)
        const timeline = [{ kind: 'file' as const, file: 'a.conf', text: `[DEFAULT]\n${lines.join('')}` }]
        const read = readConfig({ groups: round, argv: many.map((value) => `--g-m=${value}`), prog: 'p', env })
        const start = { ...read.snapshot(), timeline: [...timeline, ...read.snapshot().timeline] }
        const conf = Config.fromSnapshot(start, round)
        for (const [name, value] of Object.entries(overrides)) conf.override(name, value)
        conf.setDefault('b', 7)
        const snapshot = conf.snapshot()
        expect(structuredClone(snapshot)).toEqual(snapshot)
        const copy = Config.fromSnapshot(JSON.parse(JSON.stringify(snapshot)), round)
        expect(names.map((name) => [copy.value(name), copy.origin(name)])).toEqual(
          names.map((name) => [conf.value(name), conf.origin(name)]),
        )
        expect(copy.snapshot()).toEqual(snapshot)
      }),
    )
  })

  test('keeps what is no value: files, words, names, where to look', () => {
    const conf = read('[late]\nsize = 2\n')
    const copy = Config.fromSnapshot(conf.snapshot())
    expect(copy).toMatchObject({ prog: 'shop', project: null, version: null, args: [], files: conf.files })
    expect(copy.findFile('a.conf')).toBe(conf.files[0])
    expect(copy.get(late).size).toBe(2)
  })

  test('knows the flags of the master: its options may be declared again, others not', () => {
    const copy = Config.fromSnapshot(read('', ['--host', 'x']).snapshot())
    expect(copy.get(main).host).toBe('x')
    expect(faultOf(() => copy.get(group('g', { a: str({ cli: true }) }))).code).toBe('SLIPWAY_CONFIG_DECLARATION')
  })

  test('holds nothing of the environment but what may set an option', () => {
    const { env } = read('', [], { OS_G__A: '1', PATH: '/bin', OS_TOKEN: 'x' }).snapshot()
    expect(env).toEqual({ OS_G__A: '1' })
  })
})

describe('an option that this process may not have declared', () => {
  const snapshotOf = (conf: Config) => JSON.parse(JSON.stringify(conf.snapshot())) as ReturnType<Config['snapshot']>

  test('is what is set, else the default where the configuration was read, else null', () => {
    const worker = Config.fromSnapshot(snapshotOf(read('[api]\nkind = fast\n')))
    expect(worker.lookup('api.kind')).toBe('fast')
    expect(worker.lookup('host')).toBe('h')
    expect(worker.lookup('DEFAULT.host')).toBe('h')
    expect(worker.lookup('unheard_of')).toBeNull()
  })

  test('may be declared later, and differently', () => {
    const worker = Config.fromSnapshot(snapshotOf(read('[late]\nsize = 2\n')))
    expect(worker.lookup('late.size')).toBe('2')
    expect(worker.get(late).size).toBe(2)
    expect(worker.lookup('late.size')).toBe(2)
  })

  test('keeps a secret default to the process that declares it', () => {
    const secret = group('vault', { password: str({ default: 'hush', secret: true }) })
    const conf = read('')
    conf.register(secret)
    expect(JSON.stringify(conf.snapshot())).not.toContain('hush')
    expect(Config.fromSnapshot(snapshotOf(conf)).lookup('vault.password')).toBeNull()
  })
})
