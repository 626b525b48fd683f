import * as fc from 'fast-check'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  Config,
  type ConfigChange,
  group,
  int,
  list,
  multi,
  readConfig,
  type ReadConfigOptions,
  renderChange,
  str,
} from '../../src/config/index.ts'
import { isSlipwayError } from '../../src/errors.ts'
import { faultOf, folderOf, told } from './scratch.ts'

const main = group('DEFAULT', {
  level: str({ default: 'info', choices: ['info', 'debug', 'error'], mutable: true, cli: true }),
  host: str({ default: 'h' }),
  password: str({ secret: true, mutable: true }),
})
const api = group('api', {
  workers: int({ default: 1, min: 1 }),
  limit: int({ default: 10, min: 1, mutable: true }),
  url: str({ default: 'http://$host/${limit}', mutable: true }),
  fixed: str({ default: '${limit}' }),
  tags: multi({ default: [], mutable: true }),
})

interface Started {
  readonly conf: Config
  readonly folder: string
  write(text: string | null, name?: string): void
}

function start(text: string, words: string[] = [], extra: Partial<ReadConfigOptions> = {}): Started {
  const folder = folderOf({ 'a.conf': text })
  const argv = ['--config-file', `${folder}/a.conf`, ...words.map((word) => word.replace(/^@/u, `${folder}/`))]
  const conf = readConfig({ groups: [main, api], argv, prog: 'shop', env: {}, ...extra })
  const write = (text: string | null, name = 'a.conf'): void => {
    if (text === null) rmSync(join(folder, name))
    else writeFileSync(join(folder, name), text)
  }
  return { conf, folder, write }
}

const briefly = (changes: readonly ConfigChange[]): unknown[] => changes.map((one) => [one.name, one.old, one.new])

describe('mutate', () => {
  test('changes mutable options and tells old and new; values are new objects', () => {
    const { conf, folder, write } = start('[api]\nlimit = 5\n')
    const before = conf.get(api)
    write('# more\n[api]\nlimit = 6\n[DEFAULT]\nlevel = debug\n')
    const { changes, ignored } = conf.mutate()
    expect(briefly(changes)).toEqual([
      ['level', 'info', 'debug'],
      ['api.limit', 5, 6],
      ['api.url', 'http://h/5', 'http://h/6'],
    ])
    expect(ignored.map(({ message }) => message)).toEqual(['ignoring change to immutable option "api.fixed"'])
    expect(conf.get(api)).toMatchObject({ limit: 6, url: 'http://h/6', fixed: '5' })
    expect([before.limit, conf.value('level')]).toEqual([5, 'debug'])
    expect(conf.origin('api.limit')).toMatchObject({ kind: 'file', detail: `${folder}/a.conf:3` })
    expect(changes.map(renderChange)[1]).toBe(`option "api.limit" changed from 5 to 6 (${folder}/a.conf:3)`)
  })

  test('keeps options that are not mutable, with a warning at their place, and tells that as long as it is so', () => {
    const { conf, write } = start('[api]\nworkers = 2\n')
    write('[api]\nworkers = 3\n')
    for (const _time of [1, 2]) {
      const { changes, ignored } = conf.mutate()
      expect(changes).toEqual([])
      expect(ignored).toMatchObject([
        {
          severity: 'warning',
          code: 'SLIPWAY_CONFIG_IMMUTABLE',
          message: 'ignoring change to immutable option "api.workers"',
          where: { line: 2, column: 11 },
        },
      ])
      expect(conf.warnings).toEqual(ignored)
    }
    expect(conf.get(api).workers).toBe(2)
    write('[api]\nworkers = 2\n')
    expect(conf.mutate().ignored).toEqual([])
    expect(conf.warnings).toEqual([])
  })

  test('an immutable option keeps its value when what it refers to changes, a mutable one sees what is kept', () => {
    const { conf, write } = start('[DEFAULT]\nhost = a\n')
    write('[DEFAULT]\nhost = b\n[api]\nlimit = 7\n')
    expect(briefly(conf.mutate().changes)).toEqual([
      ['api.limit', 10, 7],
      ['api.url', 'http://a/10', 'http://a/7'],
    ])
    expect([conf.value('host'), conf.get(api).fixed]).toEqual(['a', '10'])
  })

  test('a deleted line goes back to the default, other lines change nothing', () => {
    const { conf, write } = start('[api]\nlimit = 5\ntags = a\n')
    write('# 05 is 5\n\n[api]\ntags = a\ntags = b\n')
    expect(briefly(conf.mutate().changes)).toEqual([
      ['api.limit', 5, 10],
      ['api.url', 'http://h/5', 'http://h/10'],
      ['api.tags', ['a'], ['a', 'b']],
    ])
    expect(conf.origin('api.limit').kind).toBe('default')
    expect(conf.mutate().changes).toEqual([])
  })

  test('an option given on the command line is not changed by a file, nor one that the program has set', () => {
    const { conf, write } = start('[DEFAULT]\nlevel = info\n', ['--level', 'error'])
    conf.override('api.limit', 3)
    write('[DEFAULT]\nlevel = debug\n[api]\nlimit = 9\n')
    expect(conf.mutate().changes).toEqual([])
    expect([conf.value('level'), conf.get(api).limit]).toEqual(['error', 3])
    conf.override('api.limit', undefined)
    expect(conf.get(api).limit).toBe(9)
  })

  test.each([
    [
      'a bad line',
      '[api]\nlimit = 6\nbroken\n',
      'SLIPWAY_INI_SYNTAX',
      'a line is neither a section, a comment nor an assignment',
    ],
    [
      'a bad value',
      '[api]\nlimit = 6\nurl = x\n[DEFAULT]\nlevel = loud\n',
      'SLIPWAY_CONFIG_VALUE',
      'option "level" cannot be "loud"',
    ],
    [
      'a bad value of an option that would be kept',
      '[api]\nlimit = 6\nworkers = 0\n',
      'SLIPWAY_CONFIG_VALUE',
      'option "api.workers" cannot be "0"',
    ],
    [
      'an unknown option',
      '[api]\nlimit = 6\nlimitt = 7\n',
      'SLIPWAY_CONFIG_UNKNOWN',
      'no option "limitt" in group "api"',
    ],
    ['a vanished file', null, 'SLIPWAY_INPUT_MISSING', expect.stringContaining('does not exist')],
  ])('%s changes nothing, and says why', (_what, text, code, message) => {
    const { conf, write } = start('[api]\nlimit = 5\n')
    const heard: unknown[] = []
    conf.onMutate((_conf, changes) => heard.push(changes))
    const before = conf.snapshot()
    write(text)
    const fault = faultOf(() => conf.mutate())
    expect(fault).toMatchObject({ code, message })
    expect([conf.get(api).limit, heard, conf.snapshot()]).toEqual([5, [], before])
    write('[api]\nlimit = 6\n')
    expect(conf.mutate().changes.length).toBe(2)
  })

  test('tells everything that is wrong at once', () => {
    const { conf, write } = start('')
    write('[api]\nlimit = 0\nlimitt = 7\n[DEFAULT]\nlevel = loud\n')
    expect(told(faultOf(() => conf.mutate()))).toEqual([
      'error: option "api.limit" cannot be "0"',
      'error: no option "limitt" in group "api"',
      'error: option "level" cannot be "loud"',
    ])
  })

  test('reads folders again, with files that are new, and the default files of the start', () => {
    const { conf, folder, write } = start('', ['--config-dir', '@.'])
    write('[api]\nlimit = 8\n', 'b.conf')
    conf.mutate()
    expect(conf.get(api).limit).toBe(8)
    expect(conf.files).toEqual([`${folder}/a.conf`, `${folder}/a.conf`, `${folder}/b.conf`])
    const home = folderOf({ 'shop.conf': '[api]\nlimit = 2\n' })
    const found = readConfig({ groups: [api, main], argv: [], prog: 'p', project: 'shop', env: { HOME: home } })
    rmSync(join(home, 'shop.conf'))
    expect(faultOf(() => found.mutate()).code).toBe('SLIPWAY_INPUT_MISSING')
    expect(found.get(api).limit).toBe(2)
  })

  test('follows a group that comes late: mutable options as they are now, the others as they were', () => {
    const { conf, write } = start('[late]\na = 1\nb = 1\n')
    write('[late]\na = 2\nb = 2\n')
    conf.mutate()
    const late = group('late', { a: int({ mutable: true }), b: int() })
    expect(conf.get(late)).toEqual({ a: 2, b: 1 })
  })
})

describe('hooks', () => {
  test('are called in order, with the changes, when the new values are there', () => {
    const { conf, write } = start('')
    const heard: unknown[] = []
    conf.onMutate((now, changes) => heard.push(['first', now.get(api).limit, briefly(changes).length]))
    conf.onMutate(() => heard.push('second'))
    conf.mutate()
    write('[api]\nlimit = 4\n')
    conf.mutate()
    expect(heard).toEqual([['first', 10, 0], 'second', ['first', 4, 2], 'second'])
  })

  test('get secrets masked, and may ask for them', () => {
    const { conf, write } = start('[DEFAULT]\npassword = old-secret\n')
    write('[DEFAULT]\npassword = new-secret\n')
    let seen: readonly ConfigChange[] = []
    conf.onMutate((_conf, changes) => (seen = changes))
    conf.mutate()
    expect(seen).toMatchObject([{ name: 'password', old: '****', new: '****', secret: true }])
    expect(JSON.stringify([seen, seen.map(renderChange)])).not.toMatch(/old-secret|new-secret/u)
    expect(conf.value('password')).toBe('new-secret')
  })
})

describe('a worker', () => {
  test('takes over what its master has become, and calls its hooks', () => {
    const { conf, write } = start('[api]\nlimit = 5\nworkers = 2\n')
    const worker = Config.fromSnapshot(structuredClone(conf.snapshot()), [main, api])
    const heard: unknown[] = []
    worker.onMutate((_conf, changes) => heard.push(briefly(changes)))
    write('[api]\nlimit = 6\nworkers = 3\n[DEFAULT]\nlevel = debug\n')
    conf.mutate()
    const { changes, ignored } = worker.apply(JSON.parse(JSON.stringify(conf.snapshot())))
    expect(heard).toEqual([briefly(changes)])
    expect(briefly(changes)).toEqual([
      ['level', 'info', 'debug'],
      ['api.limit', 5, 6],
      ['api.url', 'http://h/5', 'http://h/6'],
    ])
    expect(ignored.length).toBe(2)
    expect(worker.get(api)).toEqual(conf.get(api))
    expect(worker.get(main)).toEqual(conf.get(main))
    expect(worker.snapshot()).toEqual(conf.snapshot())
  })

  test('that starts later has the same mixture of old and new', () => {
    const { conf, write } = start('[api]\nlimit = 5\nworkers = 2\n')
    write('[api]\nlimit = 6\nworkers = 3\n')
    conf.mutate()
    const worker = Config.fromSnapshot(JSON.parse(JSON.stringify(conf.snapshot())), [main, api])
    expect(worker.get(api)).toEqual(conf.get(api))
    expect(worker.get(api)).toMatchObject({ limit: 6, workers: 2 })
  })

  test('follows what the master program has set, where it may change', () => {
    const { conf } = start('')
    const worker = Config.fromSnapshot(conf.snapshot(), [main, api])
    conf.override('level', 'debug')
    conf.override('api.workers', 4)
    expect(briefly(worker.apply(conf.snapshot()).changes)).toEqual([['level', 'info', 'debug']])
    expect(worker.get(api).workers).toBe(1)
  })

  test('has nothing to read again itself', () => {
    const worker = Config.fromSnapshot(start('').conf.snapshot())
    expect(faultOf(() => worker.mutate()).code).toBe('SLIPWAY_INTERNAL')
    expect(faultOf(() => worker.reload()).code).toBe('SLIPWAY_INTERNAL')
  })
})

describe('reload', () => {
  test('gives a new configuration with everything new, and leaves the old one', () => {
    const { conf, write } = start('[api]\nworkers = 2\n')
    const late = group('late', { a: int({ default: 1 }) })
    conf.get(late)
    conf.override('api.limit', 3)
    const heard: string[] = []
    conf.onMutate((now) => heard.push(now === conf ? 'old' : 'new'))
    write('[api]\nworkers = 3\n[late]\na = 2\n')
    const next = conf.reload()
    expect([conf.get(api).workers, next.get(api).workers]).toEqual([2, 3])
    expect([next.get(late).a, next.get(api).limit]).toEqual([2, 3])
    expect(next.warnings).toEqual([])
    next.mutate()
    expect(heard).toEqual(['new'])
  })

  test('refuses what is wrong', () => {
    const { conf, write } = start('')
    write('[api]\nworkers = 0\n')
    expect(told(faultOf(() => conf.reload()))).toEqual(['error: option "api.workers" cannot be "0"'])
  })
})

test('whatever a file becomes, a reload gives the values of a start with it or changes nothing', () => {
  const options = group('g', {
    a: str({ mutable: true }),
    b: int({ mutable: true, default: 1 }),
    l: list({ mutable: true }),
  })
  const line = fc.constantFrom('[g]', 'a = 1', 'a = $b', 'b = 2', 'b = x', 'l = 1,2', 'l =', ' x', '', '# c', 'c = 1')
  const text = fc.array(line, { maxLength: 6 }).map((lines) => `[g]\n${lines.join('\n')}\n`)
  const folder = folderOf({ 'a.conf': '' })
  const read = (): Config =>
    readConfig({ groups: [options], argv: ['--config-file', `${folder}/a.conf`], prog: 'p', env: {} })
  fc.assert(
    fc.property(text, (after) => {
      writeFileSync(join(folder, 'a.conf'), '[g]\na = 0\n')
      const conf = read()
      const before = conf.get(options)
      writeFileSync(join(folder, 'a.conf'), after)
      const outcome = (run: () => unknown): unknown => {
        try {
          return run()
        } catch (error) {
          expect(isSlipwayError(error)).toBe(true)
          return (error as Error).message
        }
      }
      const fresh = outcome(() => read().get(options))
      const mutated = outcome(() => {
        conf.mutate()
        return conf.get(options)
      })
      expect(mutated).toEqual(fresh)
      if (typeof mutated === 'string') expect(conf.get(options)).toBe(before)
    }),
    { numRuns: 50 },
  )
})
