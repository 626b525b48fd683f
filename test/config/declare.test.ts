import { describe, expect, expectTypeOf, test } from 'vitest'
import {
  bool,
  bytes,
  Config,
  type ConfigSnapshot,
  dict,
  duration,
  float,
  group,
  int,
  list,
  multi,
  type OptionGroup,
  parseSetting,
  port,
  str,
  subcommand,
  type ValuesOf,
} from '../../src/config/index.ts'
import { faultOf } from './scratch.ts'

const all = group('all', {
  workers: int({ default: 1 }),
  maybe: int(),
  needed: str({ required: true }),
  kind: str({ choices: ['a', 'b'], default: 'a' }),
  described: str({ choices: { a: 'first', b: 'second' } }),
  folded: str({ choices: ['a'], ignoreCase: true, default: 'A' }),
  ratio: float({ default: '0.5' }),
  flag: bool({ default: false }),
  at: port({ default: 80 }),
  wait: duration({ default: '5m' }),
  size: bytes(),
  word: str({ positional: true }),
  optional_word: int({ positional: true, required: false }),
  names: list({ default: [] }),
  numbers: list({ of: int({ min: 1 }), default: [1] }),
  pairs: dict({ of: int() }),
  many: multi({ of: bool(), required: true }),
})

test('the types of values follow from the declaration', () => {
  interface Expected {
    readonly workers: number
    readonly maybe: number | null
    readonly needed: string
    readonly kind: 'a' | 'b'
    readonly described: 'a' | 'b' | null
    readonly folded: string
    readonly ratio: number
    readonly flag: boolean
    readonly at: number
    readonly wait: number
    readonly size: number | null
    readonly word: string
    readonly optional_word: number | null
    readonly names: readonly string[]
    readonly numbers: readonly number[]
    readonly pairs: Readonly<Record<string, number>> | null
    readonly many: readonly boolean[]
  }
  expectTypeOf<ValuesOf<typeof all>>().toEqualTypeOf<Expected>()
  expectTypeOf(Config.fromSnapshot).parameter(0).toEqualTypeOf<ConfigSnapshot>()
  expectTypeOf(all).toExtend<OptionGroup>()
})

test('a single setting has the type of its option', () => {
  const workers = parseSetting(int({ default: 1 }), '4')
  expectTypeOf(workers).toEqualTypeOf<number>()
  expect(workers).toBe(4)
})

test('mistyped declarations do not compile', () => {
  // @ts-expect-error a default of another type
  int({ default: true })
  // @ts-expect-error a setting that no option has
  int({ defualt: 1 })
  // @ts-expect-error a default that is no choice
  str({ choices: ['a'], default: 'b' })
  // @ts-expect-error a flag without a value is no word
  bool({ positional: true })
  // @ts-expect-error bounds are for lists and dicts
  multi({ bounds: true })
  expect(str({ choices: ['a'], default: '$other' }).default).toBe('$other')
})

describe('a group refuses what contradicts itself', () => {
  test.each([
    ['a name no file can hold', () => group('a]b', {}), 'option group "a]b" has a name that no file can hold'],
    ['a leading underscore', () => group('g', { _a: str() }), 'option "g._a" has a name that no file can hold'],
    ['a dash in a name', () => group('g', { 'a-b': str() }), 'option "g.a-b" has a name that no file can hold'],
    ['a reserved name', () => group('DEFAULT', { project: str() }), 'option "project" has a reserved name'],
    ['a long short form', () => group('g', { a: str({ short: 'aa' }) }), 'option "g.a" has the short form "aa"'],
    [
      'crossed bounds',
      () => group('g', { a: int({ min: 2, max: 1 }) }),
      'option "g.a" has a lowest value 2 above its highest, 1',
    ],
    [
      'a default outside its kind',
      () => group('g', { a: int({ default: 0, min: 1 }) }),
      'option "g.a" cannot have the default 0',
    ],
    [
      'a default text that does not convert',
      () => group('g', { a: bool({ default: 'maybe' }) }),
      'option "g.a" cannot have the default "maybe"',
    ],
    [
      'a word with a short form',
      () => group('g', { a: str({ positional: true, short: 'a' }) }),
      'option "g.a" cannot be a word of the command line',
    ],
    [
      'a command that is no word',
      () => group('g', { a: subcommand({ commands: { 'a b': {} } }) }),
      'command "a b" has a name that is no word',
    ],
    [
      'an option of a command that hides its name',
      () => group('g', { a: subcommand({ commands: { up: { options: { name: str() } } } }) }),
      'command "up" has an option "name"',
    ],
    [
      'commands in commands',
      () => group('g', { a: subcommand({ commands: { up: { options: { b: subcommand({ commands: {} }) } } } }) }),
      'command "up" holds commands itself',
    ],
    [
      'a bad default behind a command',
      () => group('g', { a: subcommand({ commands: { up: { options: { b: int({ default: 'x' }) } } } }) }),
      'option "up.b" cannot have the default "x"',
    ],
  ])('%s', (_what, declare, message) => {
    expect(faultOf(declare)).toMatchObject({ code: 'SLIPWAY_CONFIG_DECLARATION', message, exitCode: 70 })
  })

  test('but a reserved name may stand in a group, and a default may refer to another option', () => {
    expect(group('g', { project: str(), a: int({ default: '$b' }) }).name).toBe('g')
  })
})

describe('parseSetting', () => {
  test('names the setting, what was found and what is expected', () => {
    expect(faultOf(() => parseSetting(int({ min: 1 }), '0', 'setting "limit"'))).toMatchObject({
      code: 'SLIPWAY_CONFIG_VALUE',
      message: 'setting "limit" cannot be "0"',
      found: '"0"',
      expected: 'an integer, at least 1',
    })
  })

  test('does not show a secret', () => {
    const fault = faultOf(() => parseSetting(str({ secret: true, maxLength: 3 }), 'hunter2'))
    expect(JSON.stringify([fault.message, fault])).not.toContain('hunter2')
  })
})
