// What oslo.policy 4.0 makes of rules and requests, recorded by test/golden/policy.py, against what we make of them.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { checkReader } from '../../../src/api/policy/checks.ts'
import { rule as declare, type ScopeType } from '../../../src/api/policy/declare.ts'
import { parseRule } from '../../../src/api/policy/parse.ts'
import { type PolicyValues, renderTree } from '../../../src/api/policy/tree.ts'
import { policyFrom } from './policies.ts'

interface Recorded {
  readonly parsed: readonly { rule: unknown; text: string; is_check: boolean }[]
  readonly rules: Readonly<Record<string, unknown>>
  readonly targets: Readonly<Record<string, PolicyValues>>
  readonly credentials: Readonly<Record<string, PolicyValues>>
  readonly decisions: Readonly<Record<string, Readonly<Record<string, boolean | string>>>>
  readonly fallback: Readonly<Record<string, boolean>>
  readonly deprecations: readonly {
    file: Record<string, string>
    old_name: string
    enforce_new_defaults: boolean
    was: string
    allowed: string[]
  }[]
  readonly scopes: readonly {
    types: ScopeType[] | null
    enforce_scope: boolean
    creds: PolicyValues
    enforce: boolean
    raise: boolean | string
  }[]
}

const recorded = JSON.parse(readFileSync(new URL('../../golden/policy.json', import.meta.url), 'utf-8')) as Recorded

/** Where the tree differs on purpose. The decisions are the same unless the reason says otherwise. */
const otherTrees: Readonly<Record<string, readonly [ours: string, reason: string]>> = {
  'role:a or (role:b and role:c) and role:d': [
    '(role:a or ((role:b and role:c) and role:d))',
    'parentheses stay where they were written; there they are dropped in this one form',
  ],
}

/** Where a decision differs on purpose. */
const otherDecisions: Readonly<Record<string, string>> = {
  quoted: 'a text in quotes is no check: `!` with a message, where oslo.policy ends every request with AttributeError',
  dict: 'a left side that is no Python is a path that leads nowhere; there every request ends with SyntaxError',
}

const readCheck = checkReader({ own: new Map(), ask: async () => null, loadParent: null, convertField: null })

describe('a rule is read as oslo.policy reads it', () => {
  it.each(recorded.parsed.map(({ rule, text, is_check }) => [JSON.stringify(rule), rule, text, is_check] as const))(
    '%s',
    (_shown, rule, text, isCheck) => {
      const { tree, faults } = parseRule(rule, readCheck)
      const [ours] = (typeof rule === 'string' ? otherTrees[rule] : undefined) ?? []
      // What is no check at all there, a bare text, is refused here.
      expect(renderTree(tree)).toBe(isCheck ? (ours ?? text) : '!')
      const isRefused =
        text === '!' && !JSON.stringify(rule).includes('!') && !/^\[\[\](?:,\[\])*\]$/u.test(JSON.stringify(rule))
      if (isRefused && rule !== '' && JSON.stringify(rule) !== '[""]') expect(faults.length).toBeGreaterThan(0)
    },
  )
})

describe('a decision falls as in oslo.policy', () => {
  const enforcer = policyFrom(recorded.rules)
  it.each(Object.entries(recorded.decisions))('%s', (name, row) => {
    for (const [key, theirs] of Object.entries(row)) {
      const [target = '', creds = ''] = key.split(' ')
      const ours = enforcer.enforce(name, recorded.targets[target] ?? {}, recorded.credentials[creds] ?? {})
      const expected = name in otherDecisions ? false : theirs
      expect({ key, allowed: ours }).toEqual({ key, allowed: expected })
    }
  })

  it('differs only where a reason is given, and there it does', () => {
    for (const name of Object.keys(otherDecisions)) {
      expect(Object.values(recorded.decisions[name] ?? {}).some((one) => typeof one === 'string')).toBe(true)
    }
  })

  it('of a name that is not defined by the default rule, else it denies', () => {
    const admin = recorded.credentials.admin ?? {}
    const member = recorded.credentials.member ?? {}
    const byDefault = policyFrom({ default: 'role:admin', a: 'rule:nosuch' })
    expect({
      without: policyFrom({ a: 'role:admin' }).enforce('nosuch', {}, admin),
      with: byDefault.enforce('nosuch', {}, admin),
      with_denied: byDefault.enforce('nosuch', {}, member),
      other_name: policyFrom({ fall: '@' }, { settings: { policy_default_rule: 'fall' } }).enforce('nosuch', {}, {}),
      reference: byDefault.enforce('a', {}, admin),
      no_rules: policyFrom({}).enforce('a', {}, admin),
    }).toEqual(recorded.fallback)
  })

  it.each(recorded.deprecations)('of a policy that had another name or default: %j', (row) => {
    const { file, old_name: name, was, enforce_new_defaults, allowed } = row
    const enforcer = policyFrom(file, {
      settings: { enforce_new_defaults },
      rules: [declare({ name: 'new', check: 'role:is', deprecatedRule: { name, check: was } })],
    })
    const ours = ['is', 'was', 'file', 'newfile'].filter(
      (role) => enforcer.enforce('new', {}, { roles: [role] }) === true,
    )
    expect(ours).toEqual(allowed)
  })

  it.each(recorded.scopes)('of a token by its scope: %j', ({ types, enforce_scope, creds, enforce, raise }) => {
    const scopes = types === null ? {} : { scopeTypes: types }
    const enforcer = policyFrom(
      { x: '@' },
      { settings: { enforce_scope }, rules: [declare({ name: 'a', check: '@', ...scopes })] },
    )
    expect(enforcer.enforce('a', {}, creds)).toBe(enforce)
    const authorize = () => enforcer.authorize('a', {}, creds)
    if (raise === true) expect(authorize()).toBe(true)
    else expect(authorize).toThrow(expect.objectContaining({ name: raise, status: 403 }))
  })
})
