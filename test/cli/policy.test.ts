// `slipway policy …`, as operators and scripts see it. The sample is compared with what oslo.policy's generator writes.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { projectFolder } from '../entrypoints/project-folder.ts'
import { jsonOf, slipway, slipwayInProcess } from './slipway.ts'

const recorded = JSON.parse(readFileSync(new URL('../golden/policy.json', import.meta.url), 'utf-8')) as {
  readonly sample: Readonly<Record<'yaml' | 'json' | 'exclude_deprecated', string>>
}

const setup = `[metadata]
name = shop
[entry_points]
slipway.policies =
    shop = policies:shop
oslo.policy.policies =
    base = policies:list_base
`

/** The same policies as in test/golden/policy.py. */
const policies = `
const get = [{ path: '/v1/goods', method: 'GET' }, { path: '/v1/goods/{id}', method: 'GET' }]
const old = (name) => ({ name, check: 'role:member', reason: 'because', since: 'W' })
export const shop = [
  { name: 'admin_or_owner', check: 'role:admin or project_id:%(project_id)s' },
  { name: 'nobody', check: '!', description: 'Nobody at all.' },
  {
    name: 'shop:goods:get', check: 'rule:admin_or_owner', operations: get, scopeTypes: ['system', 'project'],
    description: 'A long description that goes on for more than one line of seventy characters, so that it has to be ' +
      'wrapped.\\n\\nA second paragraph.\\n\\n    a literal block\\n\\nThe end.',
  },
  [
    { name: 'shop:goods:create', check: 'role:admin', description: 'Add goods.', operations: [{ path: '/v1/goods', method: 'POST' }], deprecatedRule: old('shop:create') },
    { name: 'shop:goods:delete', check: 'role:admin', description: 'Remove goods.', operations: [{ path: '/v1/goods/{id}', method: 'DELETE' }], deprecatedRule: old('shop:goods:delete') },
  ],
  { name: 'shop:goods:old', check: 'role:admin', description: 'Gone soon.', operations: [{ path: '/v1/old', method: 'GET' }], deprecatedForRemoval: { reason: 'Nobody calls it.', since: 'W' } },
]
export const listBase = async () => [{ name: 'everybody', check: '', description: 'Everybody.' }]
`

function shop(files: Readonly<Record<string, string>> = {}): string {
  return projectFolder({ 'setup.cfg': setup, 'policies.mjs': policies, ...files })
}

describe('slipway policy sample', () => {
  it.each([
    ['yaml', []],
    ['exclude_deprecated', ['--exclude-deprecated']],
    ['json', ['--format', 'json']],
  ] as const)('writes what oslopolicy-sample-generator writes: %s', async (name, flags) => {
    const { status, stdout, stderr } = await slipwayInProcess(['policy', 'sample', ...flags], { cwd: shop() })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toBe(recorded.sample[name])
  })

  it('takes only a namespace, and writes to a file', async () => {
    const cwd = shop()
    const args = ['policy', 'sample', '--namespace', 'base', '--output-file', 'sample.yaml']
    expect(await slipway(args, { cwd })).toEqual({ status: 0, stdout: '', stderr: 'wrote  sample.yaml\n' })
    expect(readFileSync(join(cwd, 'sample.yaml'), 'utf-8')).toBe('# Everybody.\n#"everybody": ""\n\n')
    const { status, stderr } = await slipwayInProcess(['policy', 'sample', '--namespace', 'shpo'], { cwd })
    expect(status).toBe(64)
    expect(stderr).toContain('no policies are offered under the namespace "shpo"; close names: shop')
  })

  it('writes texts with quotes and lists so that they can be read again', async () => {
    const cwd = projectFolder({
      'setup.cfg': '[entry_points]\nslipway.policies =\n    x = policies:rules\n',
      'policies.mjs': `export const rules = [{ name: 'a', check: '"b":%(c)s' }, { name: 'd', check: [['role:a']] }]`,
    })
    const { stdout } = await slipwayInProcess(['policy', 'sample'], { cwd })
    expect(stdout).toBe('#"a": "\\"b\\":%(c)s"\n\n#"d": [["role:a"]]\n\n')
  })

  it('needs policies to write, which a module of another language has not', async () => {
    const none = await slipwayInProcess(['policy', 'sample'], { cwd: projectFolder({ 'setup.cfg': '' }) })
    expect(none.status).toBe(64)
    expect(none.stderr).toContain('the manifest offers no policies')
    const python = projectFolder({
      'setup.cfg': '[entry_points]\noslo.policy.policies =\n    shop = shop_py.policies:list_rules\n',
    })
    const { stderr } = await slipwayInProcess(['policy', 'sample'], { cwd: python })
    expect(stderr).toContain(
      'warning SLIPWAY_REFERENCE_MODULE: cannot find module "shop_py.policies": its policies are not known',
    )
    const noList = projectFolder({
      'setup.cfg': '[entry_points]\nslipway.policies =\n    shop = policies:rules\n',
      'policies.mjs': 'export const rules = 5\n',
    })
    const wrong = await slipwayInProcess(['policy', 'sample'], { cwd: noList })
    expect(wrong.status).toBe(70)
    expect(wrong.stderr).toContain('entry point "shop" leads to no list of policies')
    expect(wrong.stderr).toContain('setup.cfg:3:12')
  })
})

describe('slipway policy generate', () => {
  it('writes what holds: files first, then defaults, an old default with its new one', async () => {
    const cwd = shop({ 'policy.yaml': '"shop:goods:get": "@"\nextra: rule:nobody\n' })
    const { status, stdout } = await slipwayInProcess(
      ['policy', 'generate', '--policy-file', 'policy.yaml', '--format', 'json'],
      { cwd },
    )
    expect(status).toBe(0)
    expect(Object.entries(JSON.parse(stdout) as object)).toEqual([
      ['shop:goods:get', '@'],
      ['extra', 'rule:nobody'],
      ['admin_or_owner', 'role:admin or project_id:%(project_id)s'],
      ['nobody', '!'],
      ['shop:goods:create', '(role:admin or role:member)'],
      ['shop:goods:delete', '(role:admin or role:member)'],
      ['shop:goods:old', 'role:admin'],
      ['everybody', ''],
    ])
  })

  it('goes by the configuration: its files, its enforce_new_defaults', async () => {
    const cwd = shop({
      'etc/shop.conf': '[oslo_policy]\nenforce_new_defaults = true\n',
      'etc/policy.yaml': 'nobody: "@"\n',
      'etc/policy.d/a.yaml': 'everybody: "!"\n',
    })
    const { stdout } = await slipwayInProcess(['policy', 'generate', '--config-file', 'etc/shop.conf'], { cwd })
    expect(stdout.split('\n').slice(0, 4)).toEqual([
      '"nobody": "@"',
      '"everybody": "!"',
      '"admin_or_owner": "role:admin or project_id:%(project_id)s"',
      '"shop:goods:get": "rule:admin_or_owner"',
    ])
    expect(stdout).toContain('"shop:goods:create": "role:admin"\n')
  })
})

describe('slipway policy validate', () => {
  it('ends with 0 when the file is right', async () => {
    const cwd = shop({ 'policy.yaml': '"shop:goods:get": "rule:nobody"\n' })
    expect(await slipway(['policy', 'validate', '--policy-file', 'policy.yaml'], { cwd })).toEqual({
      status: 0,
      stdout: '0 errors, 0 warnings\n',
      stderr: '',
    })
  })

  it('tells every problem with its place and ends with 78', async () => {
    const cwd = shop({
      'policy.yaml':
        'a: role:admin or or\n"shop:goods:gte": "rule:a and rule:admn"\n"shop:goods:get": "rule:a"\n"shop:create": "!"\n',
    })
    const { status, stdout, stderr } = await slipwayInProcess(['policy', 'validate', '--policy-file', 'policy.yaml'], {
      cwd,
    })
    expect({ status, stdout }).toEqual({ status: 78, stdout: '3 errors, 1 warning\n' })
    expect(stderr).toMatchInlineSnapshot(`
      "error SLIPWAY_POLICY_RULE: "or" cannot stand here in policy "a"
        policy.yaml:1:18
        1 | a: role:admin or or
          |                  ^^ expected a check like role:admin, "not" or "("
        what cannot be understood never helps to allow
        see: slipway explain SLIPWAY_POLICY_RULE

      warning SLIPWAY_POLICY_DEPRECATED: policy "shop:create" is called "shop:goods:create" since W: because
        policy.yaml:4:1
        4 | "shop:create": "!"
          | ^^^^^^^^^^^^^
        slipway policy upgrade writes the file with the new names
        see: slipway explain SLIPWAY_POLICY_DEPRECATED

      error SLIPWAY_POLICY_REFERENCE: policy "shop:goods:gte" refers to "admn", which is not defined
        policy.yaml:2:31
        2 | "shop:goods:gte": "rule:a and rule:admn"
          |                               ^^^^^^^^^
        this reference never helps to allow
        see: slipway explain SLIPWAY_POLICY_REFERENCE

      error SLIPWAY_POLICY_UNKNOWN: nothing asks for policy "shop:goods:gte"
        policy.yaml:2:1
        2 | "shop:goods:gte": "rule:a and rule:admn"
          | ^^^^^^^^^^^^^^^^
        close names: shop:goods:get, shop:goods:old, shop:goods:create
        see: slipway explain SLIPWAY_POLICY_UNKNOWN

      "
    `)
  })

  it('tells what is wrong with a file as a whole in the same report', async () => {
    const cwd = shop({ 'policy.json': '{"a": "@",\n "b" "!"}' })
    const { status, stdout } = await slipwayInProcess(
      ['policy', 'validate', '--policy-file', 'policy.json', '--json'],
      { cwd },
    )
    expect(status).toBe(78)
    expect(JSON.parse(stdout)).toMatchObject({
      errors: 1,
      problems: [{ code: 'SLIPWAY_POLICY_FILE', where: { file: join(cwd, 'policy.json'), line: 2, column: 6 } }],
    })
  })

  it('ends with 78 for warnings when they are fatal', async () => {
    const cwd = shop({ 'policy.yaml': '"shop:create": "!"\n' })
    const args = ['policy', 'validate', '--policy-file', 'policy.yaml']
    expect((await slipwayInProcess(args, { cwd })).status).toBe(0)
    expect((await slipwayInProcess([...args, '--fatal-warnings'], { cwd })).status).toBe(78)
  })

  it('needs a file that is there', async () => {
    const missing = await slipwayInProcess(['policy', 'validate', '--policy-file', 'nosuch.yaml'], { cwd: shop() })
    expect(missing.status).toBe(66)
    const none = await slipwayInProcess(['policy', 'validate'], { cwd: shop() })
    expect(none.status).toBe(64)
    expect(none.stderr).toContain('say which policies: --policy-file <file> or --config-file <file>')
  })
})

describe('slipway policy list-redundant', () => {
  it('tells what is the default anyway', async () => {
    const cwd = shop({
      'policy.yaml': 'nobody: "!"\neverybody: "@"\n"shop:goods:get": "(rule:admin_or_owner)"\nadmin_or_owner: "!"\n',
    })
    const { status, stdout } = await slipwayInProcess(
      ['policy', 'list-redundant', '--policy-file', 'policy.yaml', '--json'],
      { cwd },
    )
    expect(status).toBe(0)
    const { problems } = JSON.parse(stdout) as { problems: { message: string; where: { line: number } }[] }
    expect(problems.map(({ message, where }) => [where.line, message])).toEqual([
      [1, 'policy "nobody" says what its default says'],
      [2, 'policy "everybody" says what its default says'],
      [3, 'policy "shop:goods:get" says what its default says'],
    ])
  })
})

const token = {
  token: {
    roles: [{ id: 'r1', name: 'member' }],
    user: { id: 'u1', name: 'ann', domain: { id: 'default' } },
    project: { id: 'p1', name: 'demo', domain: { id: 'default' } },
  },
}

describe('slipway policy check', () => {
  const files = {
    'token.json': JSON.stringify(token),
    'admin.json': '{"roles": ["admin"], "project_id": "p9"}',
    'target.json': '{"project_id": "p2", "owner": {"id": "u1"}}',
    'policy.yaml': '"own:deep": "user.id:%(owner.id)s"\n"shop:goods:delete": "role:admin and rule:admin_or_owner"\n',
  }

  it('tells of each policy with a colon whether it allows, and ends with 1 when one denies', async () => {
    const { status, stdout, stderr } = await slipwayInProcess(['policy', 'check', '--access', 'token.json'], {
      cwd: shop(files),
    })
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' })
    expect(stdout).toBe(
      'passed: shop:goods:create\npassed: shop:goods:delete\npassed: shop:goods:get\nfailed: shop:goods:old\n',
    )
  })

  it('decides on a target, of single policies, for an administrator too', async () => {
    const cwd = shop(files)
    const on = ['policy', 'check', '--access', 'token.json', '--policy-file', 'policy.yaml', '--target', 'target.json']
    expect(await slipway([...on, '--rule', 'own:deep'], { cwd })).toMatchObject({
      status: 0,
      stdout: 'passed: own:deep\n',
    })
    expect(await slipway([...on, '--rule', 'shop:goods:get'], { cwd })).toMatchObject({
      status: 1,
      stdout: 'failed: shop:goods:get\n',
    })
    const admin = [
      'policy',
      'check',
      '--access',
      'admin.json',
      '--policy-file',
      'policy.yaml',
      '--rule',
      'shop:goods:delete',
    ]
    expect(await slipwayInProcess(admin, { cwd })).toMatchObject({ status: 0 })
    const isAdmin = shop({ ...files, 'policy.yaml': 'x: is_admin:True\n' })
    const flag = ['policy', 'check', '--access', 'token.json', '--policy-file', 'policy.yaml', '--rule', 'x']
    expect((await slipwayInProcess(flag, { cwd: isAdmin })).status).toBe(1)
    expect((await slipwayInProcess([...flag, '--is-admin'], { cwd: isAdmin })).status).toBe(0)
  })

  it('explains', async () => {
    const args = ['policy', 'check', '--access', 'token.json', '--policy-file', 'policy.yaml', '--explain']
    const { stdout } = await slipwayInProcess([...args, '--rule', 'shop:goods:delete', '--rule', 'shop:goods:get'], {
      cwd: shop(files),
    })
    expect(stdout).toBe(`failed: shop:goods:delete
  policy.yaml:2:1
  ✗ (role:admin and rule:admin_or_owner)
    ✗ role:admin  (the roles are member)
    · rule:admin_or_owner
passed: shop:goods:get
  by default
  ✓ rule:admin_or_owner
    ✓ (role:admin or project_id:%(project_id)s)
      ✗ role:admin  (the roles are member)
      ✓ project_id:%(project_id)s  (project_id is "p1", the target says "p1")
`)
  })

  it('gives programs the decision with its tree', async () => {
    const explained = await jsonOf(['policy', 'check', '--access', 'token.json', '--rule', 'admin_or_owner'], {
      cwd: shop(files),
    })
    expect(explained).toMatchObject([
      {
        rule: 'admin_or_owner',
        allowed: true,
        decidedBy: 'admin_or_owner',
        origin: 'default',
        where: null,
        scope: null,
        tree: { outcome: true },
      },
    ])
  })

  it('goes by enforce_scope of the configuration', async () => {
    const cwd = shop({
      ...files,
      'shop.conf': '[oslo_policy]\nenforce_scope = true\n',
      'domain.json': '{"roles": ["admin"], "domain_id": "d1"}',
    })
    const args = [
      'policy',
      'check',
      '--access',
      'domain.json',
      '--config-file',
      'shop.conf',
      '--rule',
      'shop:goods:get',
      '--explain',
    ]
    const { status, stdout } = await slipwayInProcess(args, { cwd })
    expect(status).toBe(1)
    expect(stdout).toContain('for a scope of system or project, asked with domain scope')
  })

  it.each([
    [[], 'say who asks: --access <file>', 64],
    [['--access', 'nosuch.json'], 'does not exist', 66],
    [['--access', 'policy.yaml'], 'is not JSON', 64],
    [['--access', 'list.json'], 'holds no object', 64],
    [['--access', 'token.json', '--rule', 'nobdy'], 'there is no policy "nobdy"', 64],
  ])('%j: %s', async (flags, message, code) => {
    const { status, stderr } = await slipwayInProcess(['policy', 'check', ...flags], {
      cwd: shop({ ...files, 'list.json': '[]' }),
    })
    expect(status).toBe(code)
    expect(stderr).toContain(message)
  })
})

describe('slipway policy upgrade', () => {
  const file = `{
    "shop:goods:get": "rule:admin_or_owner",
    "shop:create": "role:clerk",
    "helper": "role:clerk",
    "nobody": "rule:helper"
}
`

  it('writes YAML with help and new names, what is the default commented out', async () => {
    const cwd = shop({ 'policy.json': file })
    const { status, stdout, stderr } = await slipwayInProcess(['policy', 'upgrade', '--policy-file', 'policy.json'], {
      cwd,
    })
    expect({ status, stderr }).toEqual({ status: 0, stderr: 'renamed  shop:create to shop:goods:create\n' })
    expect(stdout).toContain('# Intended scope(s): system, project\n#"shop:goods:get": "rule:admin_or_owner"\n')
    expect(stdout).toContain('# Nobody at all.\n"nobody": "rule:helper"\n\n')
    expect(stdout).toContain('# Add goods.\n# POST  /v1/goods\n"shop:goods:create": "role:clerk"\n')
    expect(stdout).toMatch(/\n# These are no policies of the service[^\n]*\n"helper": "role:clerk"\n$/u)
    const again = shop({ 'policy.yaml': stdout })
    expect(
      await slipwayInProcess(['policy', 'validate', '--policy-file', 'policy.yaml'], { cwd: again }),
    ).toMatchObject({ status: 0, stderr: '' })
  })

  it('keeps an old name that others refer to, what the file says of the new one, and JSON when asked', async () => {
    const text = '"shop:create": role:clerk\nnobody: rule:shop:create\n"shop:goods:create": role:boss\n'
    const args = ['policy', 'upgrade', '--policy-file', 'policy.yaml', '--format', 'json']
    const { stdout } = await slipwayInProcess(args, { cwd: shop({ 'policy.yaml': text }) })
    expect(JSON.parse(stdout)).toEqual({
      'shop:create': 'role:clerk',
      nobody: 'rule:shop:create',
      'shop:goods:create': 'role:boss',
    })
    const alias = shop({ 'policy.yaml': '"shop:create": rule:shop:goods:create\n' })
    expect((await slipwayInProcess(args, { cwd: alias })).stdout).toBe('{}\n')
  })

  it('needs a file', async () => {
    expect(await slipwayInProcess(['policy', 'upgrade'], { cwd: shop() })).toMatchObject({ status: 64 })
  })
})
