// The enforcer as a service uses it: declarations, contexts, denials, checks of its own, neutron's checks, explanations.
import { describe, expect, it } from 'vitest'
import { rule } from '../../../src/api/policy/declare.ts'
import { createEnforcer } from '../../../src/api/policy/enforcer.ts'
import { policyValues } from '../../../src/api/policy/credentials.ts'
import { loadRuleChecks } from '../../../src/api/policy/rule-checks.ts'
import { type App, type HttpRequest, inject, text } from '../../../src/http/index.ts'
import { noAuth } from '../../../src/middleware/no-auth.ts'
import { type Identity, RequestContext } from '../../../src/middleware/request-context.ts'
import { faultOf } from '../../fault.ts'
import { keptLog, policyFolder, policyFrom } from './policies.ts'

const admin = { roles: ['admin'] }
const member = { roles: ['member'], project_id: 'p1' }

function contextOf(identity: Identity): RequestContext {
  return new RequestContext(identity, { environ: {}, remoteAddress: undefined } as unknown as HttpRequest)
}

describe('policies in code', () => {
  const rules = [
    rule({ name: 'owner', check: 'project_id:%(project_id)s' }),
    rule({
      name: 'shop:goods:get',
      check: 'role:admin or rule:owner',
      description: 'See goods.',
      operations: [{ method: 'GET', path: '/v1/goods' }],
    }),
  ]

  it('hold until a file says otherwise', () => {
    const enforcer = policyFrom({}, { rules })
    expect(enforcer.enforce('shop:goods:get', { project_id: 'p1' }, member)).toBe(true)
    expect(enforcer.rules().get('shop:goods:get')?.origin).toBe('default')
    const stricter = policyFrom({ owner: '!' }, { rules })
    expect(stricter.enforce('shop:goods:get', { project_id: 'p1' }, member)).toBe(false)
    expect(stricter.rules().get('owner')).toMatchObject({ origin: 'file', where: { line: 1, column: 2 } })
  })

  it('stand once', () => {
    expect(faultOf(() => policyFrom({}, { rules: [...rules, ...rules] }))).toMatchObject({
      code: 'SLIPWAY_POLICY_DECLARATION',
      message: 'policy "owner" is declared twice',
    })
  })

  it.each([
    [{ name: '', check: '' }, 'has no name'],
    [{ name: 'a', check: 5 as unknown as string }, 'has a check that is neither a text nor a list'],
    [{ name: 'a', check: '', operations: [{ method: 'GET', path: '/' }] }, 'has operations and no description'],
    [{ name: 'a', check: '', description: 'x', operations: [] }, 'has an empty list of operations'],
    [
      { name: 'a', check: '', description: 'x', operations: [{ method: 'GET', path: '' }] },
      'has an operation without a method or a path',
    ],
    [{ name: 'a', check: '', scopeTypes: ['project', 'project'] as const }, 'has a scope type twice'],
    [
      { name: 'a', check: '', scopeTypes: ['moon'] as unknown as ['system'] },
      'has the scope type "moon", which is none of system, domain, project',
    ],
  ])('%j is refused', (declaration, message) => {
    expect(faultOf(() => rule(declaration)).message).toBe(`policy "${declaration.name}" ${message}`)
  })

  it('are asked by authorize, which throws what a client gets', () => {
    const enforcer = policyFrom({ extra: '@' }, { rules })
    expect(enforcer.authorize('shop:goods:get', { project_id: 'p1' }, member)).toBe(true)
    expect(() => enforcer.authorize('shop:goods:get', { project_id: 'p2' }, member)).toThrow(
      expect.objectContaining({
        name: 'PolicyNotAuthorized',
        status: 403,
        expose: true,
        message: 'shop:goods:get is disallowed by policy',
        rule: 'shop:goods:get',
      }),
    )
    expect(faultOf(() => enforcer.authorize('shop:good:get', {}, admin))).toMatchObject({
      code: 'SLIPWAY_POLICY_DECLARATION',
      alternatives: ['shop:goods:get'],
    })
    expect(faultOf(() => enforcer.authorize('extra', {}, admin)).message).toBe('policy "extra" is not declared')
  })

  it('end a request with 403 in the form that the client wants, and no word of what was compared', async () => {
    const enforcer = policyFrom({}, { rules })
    const app: App = async (req) => {
      await enforcer.authorize('shop:goods:get', { project_id: 'p2' }, req.environ.context ?? {})
      return text('goods')
    }
    const ask = (token: string) =>
      inject(noAuth()(app), { path: '/', headers: { 'x-auth-token': token, accept: 'application/json' } })
    const denied = await ask('ann:p1')
    expect(denied.status).toBe(403)
    expect(JSON.parse(denied.body.toString())).toEqual({
      message: 'shop:goods:get is disallowed by policy',
      code: '403 Forbidden',
      title: 'Forbidden',
    })
    expect(await ask('ann:p2')).toMatchObject({ status: 200 })
    expect(await ask('admin:p1')).toMatchObject({ status: 200 })
  })

  it('tell what files say of old names, and of names that nobody asks for', () => {
    const declared = [
      rule({
        name: 'new',
        check: 'role:new',
        deprecatedRule: { name: 'old', check: 'role:old', reason: 'clearer', since: '2' },
      }),
      rule({ name: 'gone', check: '', deprecatedForRemoval: { reason: 'unused', since: '3' } }),
    ]
    const log = keptLog()
    const enforcer = policyFrom({ old: '@', gone: '@', used: '@', gome: 'rule:used' }, { rules: declared, log })
    const told = enforcer.problems().map(({ severity, code, message }) => `${severity} ${code} ${message}`)
    expect(told).toEqual([
      'warning SLIPWAY_POLICY_DEPRECATED policy "gone" was deprecated in 3 and will not be asked any more: unused',
      'warning SLIPWAY_POLICY_DEPRECATED policy "old" is called "new" since 2: clearer',
      'warning SLIPWAY_POLICY_UNKNOWN nothing asks for policy "gome"',
    ])
    expect(enforcer.problems().at(-1)?.alternatives).toEqual(['gone'])
    expect(log.lines).toHaveLength(3)
  })

  it('of another scope than the token are told once where they are not denied', () => {
    const log = keptLog()
    const enforcer = policyFrom({}, { log, rules: [rule({ name: 'a', check: '@', scopeTypes: ['system', 'domain'] })] })
    for (const creds of [member, member, { domain_id: 'd' }]) expect(enforcer.enforce('a', {}, creds)).toBe(true)
    expect(log.lines).toEqual([
      'warn policy "a" is for a scope of system or domain and was asked with a token of project scope',
    ])
  })
})

describe('who asks', () => {
  it('may be the context of a request, in the names of oslo.context, nova and neutron', () => {
    const context = contextOf({
      userId: 'u1',
      projectId: 'p1',
      roles: ['Admin'],
      isAdmin: true,
      systemScope: 'all',
      authToken: 'secret',
    })
    expect(policyValues(context)).toMatchObject({
      user_id: 'u1',
      project_id: 'p1',
      tenant_id: 'p1',
      roles: ['Admin'],
      is_admin: true,
      is_admin_project: true,
      system_scope: 'all',
      system: 'all',
      domain_id: null,
    })
    expect(JSON.stringify(policyValues(context))).not.toContain('secret')
    expect(policyValues(context)).toBe(policyValues(context))
    const enforcer = policyFrom({ a: 'role:admin and is_admin:True and project_id:%(project_id)s' })
    expect(enforcer.enforce('a', { project_id: 'p1' }, context)).toBe(true)
    expect(enforcer.enforce('a', { project_id: 'p1' }, contextOf({}))).toBe(false)
  })
})

describe('a decision', () => {
  it('is no promise unless a check of the rule may wait', async () => {
    const checks = { later: () => async () => true, now: () => () => true }
    const enforcer = policyFrom(
      {
        plain: 'role:admin or project_id:%(project_id)s',
        later: 'not later:x or later:y',
        short: 'role:admin or later:x',
        now: 'now:x and role:admin',
        by: 'rule:later and later:z',
      },
      { checks },
    )
    expect(enforcer.enforce('plain', {}, admin)).toBe(true)
    expect(enforcer.enforce('short', {}, admin)).toBe(true)
    expect(enforcer.enforce('now', {}, admin)).toBe(true)
    for (const name of ['later', 'by']) {
      const verdict = enforcer.enforce(name, {}, admin)
      expect(verdict).toBeInstanceOf(Promise)
      expect(await verdict).toBe(true)
    }
    expect(await enforcer.enforce('short', {}, member)).toBe(true)
  })

  it('that waits is authorized or denied in its time', async () => {
    const rules = [rule({ name: 'yes', check: 'later:true' }), rule({ name: 'no', check: 'later:false' })]
    const checks = { later: (_kind: string, match: string) => async () => match === 'true' }
    const enforcer = policyFrom({}, { rules, checks })
    expect(await enforcer.authorize('yes', {}, admin)).toBe(true)
    await expect(enforcer.authorize('no', {}, admin)).rejects.toMatchObject({
      name: 'PolicyNotAuthorized',
      status: 403,
    })
  })
})

describe("checks of the project's own", () => {
  it('are made once per text, get what they need, and allow by nothing but true', () => {
    const made: string[] = []
    const asked: unknown[] = []
    const checks = {
      flag: (kind: string, match: string) => {
        made.push(`${kind} ${match}`)
        return (target: unknown, credentials: unknown, name: string) => {
          asked.push([target, credentials, name])
          return match as unknown as boolean
        }
      },
      yes: () => () => true,
    }
    const enforcer = policyFrom({ a: 'flag:x', b: 'rule:a', c: 'yes:x', d: 'not flag:x' }, { checks })
    expect(made).toEqual(['flag x', 'flag x'])
    expect(enforcer.enforce('b', { t: 1 }, admin)).toBe(false)
    expect(enforcer.enforce('c', {}, admin)).toBe(true)
    expect(asked).toEqual([[{ t: 1 }, admin, 'b']])
  })

  it('that cannot be made are a fault of the rule', () => {
    const checks = {
      odd: () => {
        throw new Error('it is odd')
      },
    }
    const enforcer = policyFrom({ a: 'not odd:x' }, { checks })
    expect(enforcer.enforce('a', {}, admin)).toBe(false)
    expect(enforcer.problems()[0]?.message).toBe('the check "odd:x" cannot be made: it is odd in policy "a"')
  })

  it('come from packages by oslo.policy.rule_checks', async () => {
    const folder = policyFolder({
      'package.json': '{"name": "shop", "type": "module"}',
      'setup.cfg': '[metadata]\nname = shop\n[entry_points]\noslo.policy.rule_checks =\n    weekday = checks:weekday\n',
      'checks.js': 'export const weekday = (kind, match) => (target) => target.day === match\n',
    })
    const enforcer = policyFrom({ a: 'weekday:monday' }, { checks: await loadRuleChecks(folder) })
    expect(enforcer.enforce('a', { day: 'monday' }, {})).toBe(true)
    expect(enforcer.enforce('a', { day: 'sunday' }, {})).toBe(false)
  })
})

describe("neutron's checks", () => {
  it.each([
    ['field:networks:shared=True', { shared: true }, true],
    ['field:networks:shared=True', { shared: false }, false],
    ['field:networks:shared=True', { shared: 'True' }, true],
    ['field:networks:shared=True', {}, false],
    ['field:networks:shared=True', { shared: null }, false],
    ['field:ports:device_owner=~^network:', { device_owner: 'network:dhcp' }, true],
    ['field:ports:device_owner=~network:', { device_owner: 'a network:' }, false],
    ['field:ports:device_owner=~^network:', { device_owner: 5 }, false],
    ['field:x:size=5', { size: 5 }, true],
    ['not field:x:size=5', { size: 6 }, true],
  ])('%s of %j', (check, target, expected) => {
    expect(policyFrom({ a: check }).enforce('a', target, {})).toBe(expected)
  })

  it('compare a field in the type of its attribute', () => {
    const seen: string[] = []
    const convertField = (resource: string, field: string, text: string) => {
      seen.push(`${resource}.${field}=${text}`)
      if (text === 'x') throw new TypeError('"x" is no number')
      return Number(text)
    }
    const enforcer = policyFrom({ a: 'field:nets:mtu=09', b: 'not field:nets:mtu=x' }, { convertField })
    expect(enforcer.enforce('a', { mtu: 9 }, {})).toBe(true)
    expect(enforcer.enforce('a', { mtu: '09' }, {})).toBe(false)
    expect(enforcer.enforce('b', { mtu: 9 }, {})).toBe(false)
    expect(seen).toEqual(['nets.mtu=09', 'nets.mtu=x'])
  })

  it('refuse a pattern that is none', () => {
    const [problem] = policyFrom({ a: 'field:nets:name=~(' }).problems()
    expect(problem?.message).toMatch(/^"field:nets:name=~\(": Invalid regular expression/u)
  })

  it.each(['tenant_id:%(network:tenant_id)s', 'tenant_id:%(network_tenant_id)s'])(
    'fetch the owner of the parent: %s',
    async (check) => {
      const asked: unknown[] = []
      const parents: Readonly<Record<string, unknown>> = { n1: 't1', n2: Promise.resolve('t2') }
      const loadParent = (resource: string, field: string, target: Readonly<Record<string, unknown>>) => {
        asked.push([resource, field])
        return parents[String(target.network_id)]
      }
      const enforcer = policyFrom({ a: check, b: 'tenant_id:%(tenant_id)s' }, { loadParent })
      expect(enforcer.enforce('a', { network_id: 'n1' }, { tenant_id: 't1' })).toBe(true)
      expect(enforcer.enforce('a', { network_id: 'n1' }, { tenant_id: 't2' })).toBe(false)
      expect(await enforcer.enforce('a', { network_id: 'n2' }, { tenant_id: 't2' })).toBe(true)
      expect(enforcer.enforce('a', { network_id: 'n9' }, { tenant_id: 't1' })).toBe(false)
      expect(asked).toEqual(Array.from({ length: 4 }, () => ['network', 'tenant_id']))
      expect(enforcer.enforce('a', { 'network:tenant_id': 't1', network_tenant_id: 't1' }, { tenant_id: 't1' })).toBe(
        true,
      )
      expect(enforcer.enforce('b', {}, { tenant_id: 't1' })).toBe(false)
      expect(asked).toHaveLength(4)
    },
  )
})

describe('explain', () => {
  it('tells each part with its outcome, and what was compared', async () => {
    const enforcer = policyFrom({
      admin: 'role:admin',
      owner: 'project_id:%(project_id)s',
      get: 'rule:admin or rule:owner and not user_id:%(banned)s or role:last',
    })
    const { tree, ...rest } = await enforcer.explain('get', { project_id: 'p1' }, member)
    expect(rest).toMatchObject({ rule: 'get', allowed: true, decidedBy: 'get', origin: 'file', scope: null })
    expect(tree).toMatchObject({
      kind: 'or',
      outcome: true,
      parts: [
        {
          text: 'rule:admin',
          outcome: false,
          parts: [{ text: 'role:admin', outcome: false, why: 'the roles are member' }],
        },
        {
          kind: 'and',
          outcome: true,
          parts: [
            { text: 'rule:owner', parts: [{ outcome: true, why: 'project_id is "p1", the target says "p1"' }] },
            { kind: 'not', outcome: true, parts: [{ outcome: false, why: 'the target has no "banned"' }] },
          ],
        },
        { text: 'role:last', outcome: null },
      ],
    })
  })

  it('agrees with enforce, whatever the rule', async () => {
    const rules = {
      a: 'rule:a',
      b: 'not rule:a',
      c: 'not foo',
      d: 'rule:nosuch',
      e: 'foo or role:admin',
      f: 'not (role:x and foo)',
      g: '',
      h: '!',
    }
    const enforcer = policyFrom(rules)
    for (const name of [...Object.keys(rules), 'nosuch']) {
      expect([name, (await enforcer.explain(name, {}, admin)).allowed]).toEqual([
        name,
        enforcer.enforce(name, {}, admin),
      ])
    }
    expect((await enforcer.explain('d', {}, admin)).tree).toMatchObject({ outcome: false, why: 'it leads nowhere' })
    const scoped = policyFrom(
      {},
      { settings: { enforce_scope: true }, rules: [rule({ name: 'a', check: '@', scopeTypes: ['system'] })] },
    )
    expect(await scoped.explain('a', {}, admin)).toMatchObject({
      allowed: false,
      scope: { wanted: ['system'], given: 'project' },
    })
  })
})

describe('an enforcer without files', () => {
  it('needs nothing but rules', () => {
    const enforcer = createEnforcer(
      { policy_dirs: [] },
      { rules: [rule({ name: 'a', check: 'role:admin' })], watches: false },
    )
    expect(enforcer.enforce('a', {}, admin)).toBe(true)
    expect(enforcer.problems()).toEqual([])
  })
})
