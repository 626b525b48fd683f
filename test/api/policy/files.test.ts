// Policy files: where they are looked for, both languages with their places, and what an edit does while a service runs.
import { appendFileSync, chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createEnforcer, type Enforcer } from '../../../src/api/policy/enforcer.ts'
import { policyGroup } from '../../../src/api/policy/options.ts'
import { listPolicies } from '../../../src/api/policy/places.ts'
import type { PolicyText } from '../../../src/api/policy/policy-text.ts'
import { PolicyWatch } from '../../../src/api/policy/watch.ts'
import { readConfig } from '../../../src/config/index.ts'
import { faultOf } from '../../fault.ts'
import { keptLog, policyFolder, policyOfText } from './policies.ts'

const admin = { roles: ['admin'] }
const member = { roles: ['member'] }

function configured(folder: string, text = '[oslo_policy]\n'): Enforcer {
  writeFileSync(join(folder, 'shop.conf'), text)
  const conf = readConfig({
    groups: [policyGroup],
    argv: ['--config-file', join(folder, 'shop.conf')],
    prog: 'shop',
    env: {},
  })
  return createEnforcer(conf, { watches: false })
}

describe('policy files are found', () => {
  it('beside the configuration file, and those of policy.d over them by name', () => {
    const folder = policyFolder({
      'policy.yaml': 'a: role:first\nb: role:first\nc: role:first\n',
      'policy.d/20.yaml': 'b: role:later\n',
      'policy.d/10.json': '{"b": "role:middle", "c": "role:middle"}',
      'policy.d/.hidden.yaml': 'a: "!"\n',
      'policy.d/sub/x.yaml': 'a: "!"\n',
    })
    const enforcer = configured(folder)
    const held = ['first', 'middle', 'later'].map((role) =>
      ['a', 'b', 'c'].filter((name) => enforcer.enforce(name, {}, { roles: [role] }) === true).join(''),
    )
    expect(held).toEqual(['a', 'c', 'b'])
  })

  it('as policy.json where none is named and there is no policy.yaml', () => {
    expect(configured(policyFolder({ 'policy.json': '{"a": "@"}' })).enforce('a', {}, {})).toBe(true)
    const both = policyFolder({ 'policy.json': '{"a": "@"}', 'policy.yaml': 'a: "!"' })
    expect(configured(both).enforce('a', {}, {})).toBe(false)
    const named = configured(
      policyFolder({ 'policy.json': '{"a": "@"}' }),
      '[oslo_policy]\npolicy_file = policy.yaml\n',
    )
    expect(named.enforce('a', {}, {})).toBe(false)
  })

  it('under the older names of the options, several folders too', () => {
    const folder = policyFolder({ 'x.yaml': 'a: "@"', 'one/a.yaml': 'b: "@"', 'two/a.yaml': 'c: "@"' })
    const enforcer = configured(folder, '[DEFAULT]\npolicy_file = x.yaml\npolicy_dirs = one\npolicy_dirs = two\n')
    expect(['a', 'b', 'c'].map((name) => enforcer.enforce(name, {}, {}))).toEqual([true, true, true])
  })

  it('not in the working folder, unless somebody has named them', () => {
    const folder = policyFolder({ 'policy.yaml': 'a: "@"', 'policy.d/1.yaml': 'b: "@"' })
    const before = process.cwd()
    onTestFinished(() => process.chdir(before))
    process.chdir(folder)
    const allowed = (env: Readonly<Record<string, string>>) => {
      const conf = readConfig({ groups: [policyGroup], argv: [], prog: 'shop', env, defaultFiles: [] })
      const enforcer = createEnforcer(conf, { watches: false })
      return ['a', 'b'].map((name) => enforcer.enforce(name, {}, {}))
    }
    expect(allowed({})).toEqual([false, false])
    expect(allowed({ OS_OSLO_POLICY__POLICY_FILE: 'policy.yaml' })).toEqual([true, false])
  })

  it('and one that was named and is not there is told until it is', async () => {
    const log = keptLog()
    const file = join(policyFolder({}), 'policy.yaml')
    const enforcer = createEnforcer({ policy_file: file, policy_dirs: [] }, { log, watches: false })
    expect(enforcer.problems()).toEqual([expect.objectContaining({ severity: 'warning', where: { file } })])
    expect(log.lines).toEqual([expect.stringContaining(`warn policy file "${file}" does not exist`)])
    writeFileSync(file, 'a: "@"\n')
    await enforcer.refresh()
    expect(enforcer.problems()).toEqual([])
    expect(enforcer.enforce('a', {}, {})).toBe(true)
  })
})

describe('a policy file', () => {
  it.each([
    ['JSON', '{\n  "a": "role:admin or",\n  "b": "@"\n}\n', '2:22'],
    ['YAML', '# comment\na: role:admin or\nb: "@"\n', '2:17'],
    ['quoted YAML', '"a": "role:admin or"\nb: "@"\n', '1:20'],
    ['YAML over lines', 'a: >-\n  role:admin\n  or\nb: "@"\n', '1:4'],
    ['JSON with escapes', '{"a": "role:\\u0061dmin or"}', '1:7'],
  ])('in %s tells where a rule is wrong', (_what, text, place) => {
    const [problem] = policyOfText(text).problems()
    expect(`${problem?.where?.line}:${problem?.where?.column}`).toBe(place)
    expect(problem).toMatchObject({ code: 'SLIPWAY_POLICY_RULE', message: expect.stringMatching(/in policy "a"$/u) })
  })

  it.each([
    ['{"a": "role:x"', 'is not JSON: close brace expected'],
    ['{"a": "role:x",}', null],
    ['a: "x\n', 'is not YAML: '],
    ['a: b: c\n', 'is not YAML: '],
    ['- a\n- b\n', 'holds no policies'],
    ['["a"]', 'holds no policies'],
    ['just a text', 'holds no policies'],
    [
      `x: &a [b, b, b, b, b, b, b, b, b, b]\n${Array.from({ length: 9 }, (_, i) => `y${i}: &${'bcdefghij'[i]} [${`*${'abcdefghi'[i]},`.repeat(9)} x]`).join('\n')}\n`,
      'cannot be read: excessive alias count',
    ],
  ])('%j is refused with its place or read', (text, message) => {
    if (message === null) expect(policyOfText(text).rules().size).toBe(1)
    else {
      const error = faultOf(() => policyOfText(text))
      expect(error).toMatchObject({
        code: 'SLIPWAY_POLICY_FILE',
        exitCode: 78,
        message: expect.stringContaining(message),
      })
      expect(error.where?.line).toBeGreaterThan(0)
    }
  })

  it.each(['', '# nothing\n', '{}', 'null', '---\n'])('%j has no policies', (text) => {
    expect(policyOfText(text).rules().size).toBe(0)
  })

  it('may use what YAML 1.1 has: aliases, merge keys, lists', () => {
    const enforcer = policyOfText(
      'base: &base\n  - role:admin\nother: *base\nanchor: &a role:admin\ncopy: *a\nlist:\n  - [role:admin]\n  - - role:member\n    - "is_admin:True"\n',
    )
    for (const name of ['base', 'other', 'anchor', 'copy', 'list']) {
      expect([name, enforcer.enforce(name, {}, admin), enforcer.enforce(name, {}, member)]).toEqual([name, true, false])
    }
    const merged = policyOfText('<<: {a: "role:admin", b: "!"}\nb: role:admin\n')
    expect([merged.enforce('a', {}, admin), merged.enforce('b', {}, admin)]).toEqual([true, true])
  })

  it('that says a name twice, or nothing of it, is told so', () => {
    const enforcer = policyOfText('a: "!"\na: "@"\nb:\n')
    expect(enforcer.enforce('a', {}, {})).toBe(true)
    expect(enforcer.enforce('b', {}, {})).toBe(true)
    expect(enforcer.problems().map(({ message, where }) => `${where?.line} ${message}`)).toEqual([
      '2 policy "a" stands twice in the file; the last one counts',
      '3 policy "b" has no text, which allows everybody',
    ])
  })
})

describe('while a service runs', () => {
  function running(files: Readonly<Record<string, string>>) {
    const folder = policyFolder(files)
    const log = keptLog()
    const settings = { policy_file: join(folder, 'policy.yaml'), policy_dirs: [join(folder, 'policy.d')] }
    const enforcer = createEnforcer(settings, { log, watches: false })
    const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
    const allowed = (name: string) => enforcer.enforce(name, {}, admin)
    return { folder, log, enforcer, write, allowed }
  }

  it('an edit, a new file and a file taken away count after a look', async () => {
    const { folder, enforcer, write, allowed } = running({ 'policy.yaml': 'a: "!"\n', 'policy.d/1.yaml': 'b: "!"\n' })
    expect([allowed('a'), allowed('b'), allowed('c')]).toEqual([false, false, false])
    write('policy.yaml', 'a: role:admin\n')
    write('policy.d/2.yaml', 'b: role:admin\nc: role:admin\n')
    expect(allowed('a')).toBe(false)
    await enforcer.refresh()
    expect([allowed('a'), allowed('b'), allowed('c')]).toEqual([true, true, true])
    rmSync(join(folder, 'policy.d/2.yaml'))
    await enforcer.refresh()
    expect([allowed('a'), allowed('b'), allowed('c')]).toEqual([true, false, false])
  })

  it('an edit counts within a second or so, with nobody asking for a look', async () => {
    const folder = policyFolder({ 'policy.yaml': 'a: "!"\n' })
    const enforcer = createEnforcer({ policy_file: join(folder, 'policy.yaml'), policy_dirs: [] })
    onTestFinished(() => enforcer.close())
    writeFileSync(join(folder, 'policy.yaml'), 'a: "@"\n')
    await vi.waitFor(() => expect(enforcer.enforce('a', {}, {})).toBe(true), { timeout: 45_000 })
  })

  it('a second edit of the same length in the same moment is seen, as is a file put in place of another', async () => {
    const { enforcer, write, allowed } = running({ 'policy.yaml': 'a: "!"\n' })
    write('policy.yaml', 'a: "@"\n')
    await enforcer.refresh()
    write('policy.yaml', 'a: "!"\n')
    await enforcer.refresh()
    expect(allowed('a')).toBe(false)
  })

  it('a broken edit leaves all as it is and is told once, with its place, until it is mended', async () => {
    const { log, enforcer, write, allowed } = running({
      'policy.yaml': 'a: role:admin\n',
      'policy.d/1.yaml': 'b: role:admin\n',
    })
    write('policy.yaml', 'a: "!"\n')
    write('policy.d/1.yaml', 'b: [\n')
    await enforcer.refresh()
    await enforcer.refresh()
    expect([allowed('a'), allowed('b')]).toEqual([true, true])
    expect(enforcer.problems()).toEqual([
      expect.objectContaining({
        code: 'SLIPWAY_POLICY_FILE',
        where: expect.objectContaining({ line: expect.any(Number) }),
      }),
    ])
    expect(log.lines.filter((line) => line.includes('is not YAML'))).toHaveLength(enforcer.problems().length)
    expect(log.lines.filter((line) => line.includes('the policies stay as they were'))).toHaveLength(1)
    write('policy.d/1.yaml', 'b: "!"\n')
    await enforcer.refresh()
    expect([allowed('a'), allowed('b')]).toEqual([false, false])
    expect(enforcer.problems()).toEqual([])
  })

  it('a rule that is wrong denies, whether it was so from the start or not', async () => {
    const { enforcer, write, allowed } = running({ 'policy.yaml': 'a: role:admin\nb: "!"\n' })
    write('policy.yaml', 'a: role:admin or or\nb: role:admin\n')
    await enforcer.refresh()
    expect([allowed('a'), allowed('b')]).toEqual([false, true])
    expect(enforcer.problems()).toEqual([expect.objectContaining({ code: 'SLIPWAY_POLICY_RULE' })])
  })

  it.each([
    ['policy.yaml', 'policy.yaml'],
    ['policy.d', 'policy.d'],
  ])('%s taken away leaves all as it is; put back it counts again', async (_what, path) => {
    const { folder, log, enforcer, write, allowed } = running({
      'policy.yaml': 'a: role:admin\n',
      'policy.d/1.yaml': 'b: role:admin\n',
    })
    rmSync(join(folder, path), { recursive: true })
    await enforcer.refresh()
    await enforcer.refresh()
    expect([allowed('a'), allowed('b')]).toEqual([true, true])
    expect(enforcer.problems().map(({ message }) => message)).toEqual([
      `policy file "${join(folder, path)}" is gone; what it said still holds`,
    ])
    expect(log.lines.filter((line) => line.includes('is gone'))).toHaveLength(1)
    mkdirSync(join(folder, 'policy.d'), { recursive: true })
    write('policy.yaml', 'a: "!"\n')
    write('policy.d/1.yaml', 'b: "!"\n')
    await enforcer.refresh()
    expect([allowed('a'), allowed('b'), enforcer.problems().length]).toEqual([false, false, 0])
  })

  it('a file that is still being written is not taken over before it is whole', async () => {
    const file = join(policyFolder({ 'policy.yaml': 'a: "!"\n' }), 'policy.yaml')
    const places = { file, isNamed: true, folders: [] }
    const taken: string[][] = []
    const events = {
      changed: (texts: readonly PolicyText[]) =>
        void taken.push(texts.flatMap(({ rules }) => rules.map(({ name }) => name))),
      broken: () => undefined,
      mended: () => undefined,
    }
    let rest = 'a: "!"\n'
    const writeOn = async () => {
      appendFileSync(file, rest)
      rest = ''
    }
    const watch = new PolicyWatch(places, listPolicies(places), events, writeOn)
    writeFileSync(file, '')
    await watch.look()
    expect(taken).toEqual([])
    await watch.look()
    expect(taken).toEqual([['a']])
  })

  it('links that lead from one set of files to the next are followed', async () => {
    const folder = policyFolder({ 'v1/policy.yaml': 'a: "!"\n', 'v2/policy.yaml': 'a: "@"\n' })
    symlinkSync('v1', join(folder, 'current'))
    const enforcer = createEnforcer(
      { policy_file: join(folder, 'current/policy.yaml'), policy_dirs: [] },
      { watches: false },
    )
    rmSync(join(folder, 'current'))
    symlinkSync('v2', join(folder, 'current'))
    await enforcer.refresh()
    expect(enforcer.enforce('a', {}, {})).toBe(true)
  })

  // Root may read everything.
  it.skipIf(process.getuid?.() === 0)('a file that may not be read any more leaves all as it is', async () => {
    const { folder, enforcer, allowed } = running({ 'policy.yaml': 'a: role:admin\n' })
    chmodSync(join(folder, 'policy.yaml'), 0)
    await enforcer.refresh()
    expect(allowed('a')).toBe(true)
    expect(enforcer.problems()[0]?.message).toContain('cannot be read')
  })
})
