// The rule language where it goes beyond oslo.policy's: places of faults, what fails closed, what hostile files do.
import { describe, expect, it } from 'vitest'
import { array, assert, constantFrom, property } from 'fast-check'
import { checkReader } from '../../../src/api/policy/checks.ts'
import { parseRule } from '../../../src/api/policy/parse.ts'
import { renderTree } from '../../../src/api/policy/tree.ts'
import { policyFrom, policyOfText } from './policies.ts'

const readCheck = checkReader({ own: new Map(), ask: async () => null, loadParent: null, convertField: null })
const parse = (rule: unknown) => parseRule(rule, readCheck)

const admin = { roles: ['admin'] }

describe('row 45: policies', () => {
  it('row 45: rules per operation, resolved through one another, against roles and credentials', () => {
    const enforcer = policyFrom({
      context_is_admin: 'role:admin',
      admin_or_owner: 'rule:context_is_admin or project_id:%(project_id)s',
      'shop:goods:get': 'rule:admin_or_owner',
      'shop:goods:create': ['rule:context_is_admin'],
      'shop:goods:delete': '!',
    })
    const target = { project_id: 'p1' }
    const member = { project_id: 'p1', roles: ['member'] }
    expect(enforcer.enforce('shop:goods:get', target, member)).toBe(true)
    expect(enforcer.enforce('shop:goods:get', target, { ...member, project_id: 'p2' })).toBe(false)
    expect(enforcer.enforce('shop:goods:get', target, admin)).toBe(true)
    expect(enforcer.enforce('shop:goods:create', target, member)).toBe(false)
    expect(enforcer.enforce('shop:goods:create', target, admin)).toBe(true)
    expect(enforcer.enforce('shop:goods:delete', target, admin)).toBe(false)
    expect(enforcer.problems()).toEqual([])
  })
})

describe('a fault has its place in the rule', () => {
  it.each([
    ['role:a role:b', '"role:b" cannot stand here', 7, 6],
    ['role:a and', 'the rule ends where a check should stand', 10, 1],
    ['role:a or )', '")" cannot stand here', 10, 1],
    ['(role:a or (role:b)', 'a parenthesis is not closed', 0, 1],
    ['role:a)', '")" cannot stand here', 6, 1],
    ['role:a or foo', '"foo" is no check', 10, 3],
    ['role:%(bad', '"%(bad" is no template', 5, 5],
    ['role:%s', '"%s" is no template', 5, 2],
    ['a:%(x)d', '"%(x)d" is no template', 2, 5],
    ['a:100%', '"%" is no template', 5, 1],
    ['http://host/%(bad', '"%(bad" is no template', 12, 5],
    ['field:networks', '"field:networks" names no field', 0, 14],
    ['"role:a"', '""role:a"" cannot stand here', 0, 8],
  ])('%s', (rule, message, at, length) => {
    expect(parse(rule).faults).toEqual([expect.objectContaining({ message, at, length })])
  })

  it.each([
    ['a number', 5, 'a rule is a text or a list'],
    ['false', false, 'a rule is a text or a list'],
    ['an object', { a: 'b' }, 'a rule is a text or a list'],
    ['a list of numbers', [[1]], 'a list of checks has texts in it'],
  ])('%s denies and is told', (_what, rule, message) => {
    expect(parse(rule).faults).toEqual([expect.objectContaining({ message })])
    expect(policyFrom({ a: rule }).enforce('a', {}, admin)).toBe(false)
  })
})

describe('what cannot be understood never helps to allow', () => {
  it.each([
    'foo',
    'not foo',
    'not (foo or role:nobody)',
    'not (foo and role:admin)',
    'not rule:nosuch',
    'not user_id:%(bad',
    'not not foo',
    'role:admin and not foo',
    'not rule:self',
    'rule:self',
    'rule:round',
    'not rule:round',
    'rule:wrong',
    'not rule:wrong',
  ])('%s denies', (check) => {
    const rules = { self: 'rule:self', round: 'rule:trip', trip: 'rule:round', wrong: 'foo', a: check }
    expect(policyFrom(rules).enforce('a', {}, admin)).toBe(false)
  })

  it('the parts that can be understood hold', () => {
    const enforcer = policyFrom({
      a: 'role:admin or rule:b',
      b: 'rule:a',
      c: 'foo or role:admin',
      d: 'not foo or role:admin',
    })
    for (const name of ['a', 'c', 'd']) {
      expect(enforcer.enforce(name, {}, admin)).toBe(true)
      expect(enforcer.enforce(name, {}, { roles: ['member'] })).toBe(false)
    }
  })
})

describe('references', () => {
  it('that go round in circles or lead nowhere are told with their place when the rules are loaded', () => {
    const text = 'a: rule:b\nb: "role:x or rule:a"\nc: rule:c\nd: role:x and rule:amin\nadmin: role:admin\n'
    const problems = policyOfText(text).problems()
    expect(problems.map(({ message, where }) => `${where?.line}:${where?.column} ${message}`)).toEqual([
      '1:4 policies "a" and "b" refer to each other',
      '2:15 policies "b" and "a" refer to each other',
      '3:4 policy "c" refers to itself',
      '4:15 policy "d" refers to "amin", which is not defined',
    ])
    expect(problems.at(-1)?.alternatives).toEqual(['admin'])
  })

  it('through the default rule are followed like others', () => {
    const enforcer = policyFrom({ default: 'rule:nosuch', a: 'rule:other' })
    expect(enforcer.enforce('a', {}, admin)).toBe(false)
    expect(enforcer.enforce('nosuch', {}, admin)).toBe(false)
    expect(enforcer.problems().map(({ message }) => message)).toEqual([
      'policy "default" refers to itself',
      'policy "a" refers to "other", which is not defined',
    ])
  })

  it('in chains of any length exhaust no stack', () => {
    const chain = (length: number) =>
      Object.fromEntries(Array.from({ length }, (_, i) => [`r${i}`, i + 1 < length ? `rule:r${i + 1}` : 'role:admin']))
    const short = policyFrom(chain(400))
    expect(short.enforce('r0', {}, admin)).toBe(true)
    expect(short.problems()).toEqual([])
    const long = policyFrom(chain(20_000))
    expect(long.enforce('r0', {}, admin)).toBe(false)
    expect(long.enforce('r19900', {}, admin)).toBe(true)
    expect(long.problems()[0]?.message).toMatch(/^policy "r\d+" refers through too many others$/u)
  })

  it('that fork at each step are followed once', () => {
    const rules = Object.fromEntries(
      Array.from({ length: 60 }, (_, i) => [`r${i}`, `rule:r${i + 1} and rule:r${i + 1}`]),
    )
    const enforcer = policyFrom({ ...rules, r60: '!' })
    expect(enforcer.enforce('r0', {}, admin)).toBe(false)
  })
})

describe('hostile rules', () => {
  it('of 10,000 parentheses are read', () => {
    const deep = `${'('.repeat(10_000)}role:admin${')'.repeat(10_000)}`
    expect(renderTree(parse(deep).tree)).toBe('role:admin')
    expect(policyFrom({ a: deep }).enforce('a', {}, admin)).toBe(true)
  })

  it('that nest deeper than any stack are refused', () => {
    for (const deep of ['not '.repeat(10_000), 'not ( '.repeat(10_000), '(role:a and role:b or '.repeat(10_000)]) {
      const rule = `${deep}role:admin${')'.repeat(deep.split('(').length - 1)}`
      expect(parse(rule).faults).toEqual([expect.objectContaining({ message: 'a rule may nest 200 deep' })])
      expect(policyFrom({ a: rule }).enforce('a', {}, admin)).toBe(false)
    }
  })

  it('of 50,000 checks in a row are read in time that grows with them', () => {
    const wide = `${'role:x or '.repeat(50_000)}role:admin`
    expect(policyFrom({ a: wide }).enforce('a', {}, admin)).toBe(true)
  })

  it('whatever they are, give a decision', () => {
    const word = constantFrom(
      '(',
      ')',
      'and',
      'or',
      'not',
      '@',
      '!',
      'role:admin',
      'rule:a',
      'rule:b',
      'x',
      '%(',
      'a:%(b)s',
      '""',
      '(role:a)',
    )
    assert(
      property(array(word, { maxLength: 14 }), array(word, { maxLength: 14 }), (a, b) => {
        const enforcer = policyFrom({ a: a.join(' '), b: b.join(' ') })
        expect(typeof enforcer.enforce('a', { b: 1 }, admin)).toBe('boolean')
      }),
      { numRuns: 200 },
    )
  })

  it('reach nothing that is not in the credentials or the target themselves', () => {
    const enforcer = policyFrom({
      a: 'constructor:%(constructor)s',
      b: '__proto__:%(__proto__)s',
      c: 'user.constructor.name:Object',
      d: 'roles.length:1',
      e: 'name.length:1',
    })
    for (const name of 'abcde') expect(enforcer.enforce(name, {}, { user: {}, roles: ['x'], name: 'x' })).toBe(false)
    expect(policyFrom({ __proto__: null, toString: 'role:admin' }).enforce('valueOf', {}, admin)).toBe(false)
  })
})
