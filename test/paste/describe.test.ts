import { describe, expect, it } from 'vitest'
import { describe as describePlan, describeApp, type FactoryPlan, pipelineLine } from '../../src/paste/index.ts'
import { planToJson } from '../../src/paste/plan-json.ts'
import { deployment, shop } from './deployment.ts'
import { faultOf } from '../fault.ts'

const modules = { 'shop.js': shop }

const byText = (a: readonly unknown[], b: readonly unknown[]) => (String(a) < String(b) ? -1 : 1)

describe('a plan', () => {
  it('says of every setting where it comes from', () => {
    const { uri } = deployment(
      `[DEFAULT]
region = north
[app:main]
use = base
colour = red
set tier = gold
[app:base]
paste.app_factory = shop:app_factory
colour = blue
size = 3
get where = region
`,
      modules,
    )
    const plan = planToJson(describeApp(uri))
    expect(plan).toMatchObject({
      kind: 'app',
      name: 'main',
      section: 'app:main',
      protocol: 'paste.app_factory',
      factory: 'shop:app_factory',
    })
    const settings = plan.settings as { key: string; value: string; origin: string; where: { line: number } | null }[]
    const told = settings.map(({ key, value, origin, where }) => [key, value, origin, where?.line ?? null])
    expect(told.slice(0, 3).toSorted(byText)).toEqual([
      ['colour', 'red', 'local', 5],
      ['size', '3', 'use', 10],
      ['where', 'north', 'use', 2],
    ])
    expect(told).toContainEqual(['region', 'north', 'DEFAULT', 2])
    expect(told).toContainEqual(['tier', 'gold', 'set', 6])
    expect(told).toContainEqual(['here', expect.any(String), 'built-in', null])
  })

  it('runs no code of the user', () => {
    const { uri } = deployment('[app:main]\npaste.app_factory = shop:app_factory\n', {
      'shop.js': 'throw new Error("it ran")\n',
    })
    expect(describeApp(uri).kind).toBe('app')
  })

  it('masks settings whose names say that they are secret', () => {
    const { uri } = deployment('[app:main]\npaste.app_factory = shop:app_factory\nadmin_password = hush\n', modules)
    expect(planToJson(describeApp(uri)).localConf).toEqual({ admin_password: '****' })
    expect(planToJson(describeApp(uri), { showSecrets: true }).localConf).toEqual({ admin_password: 'hush' })
  })

  it('knows the parts of a urlmap, of a strategy and of a composite that it does not know', () => {
    const { uri } = deployment(
      `[composite:main]
use = egg:Paste#urlmap
/: api
[composite:api]
use = call:nova.api.auth:pipeline_factory_v21
noauth = mark app
keystone = mark auth app
[composite:other]
use = call:shop:composite_factory
one = app
two = mark app
text = not a name
[filter:mark]
paste.filter_factory = shop:filter_factory
[filter:auth]
paste.filter_factory = shop:filter_factory
[app:app]
paste.app_factory = shop:app_factory
`,
      modules,
    )
    const plan = describeApp(uri, { flavour: 'noauth' })
    expect(pipelineLine(plan)).toBe('main (/: mark > app)')
    const other = describeApp(uri, { name: 'other' })
    expect(other.kind === 'composite' && [...other.parts.keys()]).toEqual(['one', 'two'])
  })

  it('tells all faults of what it reaches in one report, each at its word', () => {
    const { uri } = deployment(
      `[pipeline:main]
pipeline = marc
    auth ap
[filter:mark]
paste.filter_factory = shop:filter_factory
[app:auth]
paste.app_factory = shop:app_factory
[app:app]
paste.app_factory = shop:app_factory
`,
      modules,
    )
    const { problems } = faultOf(() => describeApp(uri))
    expect(
      problems
        .map(({ code, where, alternatives }) => [code, where?.line, where?.column, alternatives])
        .toSorted(byText),
    ).toEqual([
      ['SLIPWAY_PASTE_SECTION_MISSING', 2, 12, ['mark']],
      ['SLIPWAY_PASTE_SECTION_MISSING', 3, 10, ['app']],
      ['SLIPWAY_PASTE_SECTION_MISSING', 3, 5, []],
    ])
    expect(problems.find(({ where }) => where?.column === 5)?.hint).toContain('there is a app of that name')
  })

  it.each([
    ['itself', '[app:main]\nuse = main\n'],
    ['a pipeline that contains itself', '[pipeline:main]\npipeline = main\n'],
    ['a urlmap that mounts itself', '[composite:main]\nuse = egg:Paste#urlmap\n/: main\n'],
    ['a ring of three', '[app:main]\nuse = b\n[app:b]\nuse = c\n[app:c]\nuse = main\n'],
  ])('refuses %s as a cycle', (_, ini) => {
    expect(faultOf(() => describeApp(deployment(ini).uri))).toMatchObject({ code: 'SLIPWAY_PASTE_CYCLE' })
  })

  it('names the option, its value and the keys when a strategy is missing', () => {
    const { uri } = deployment(
      `[composite:main]
use = call:neutron.auth:pipeline_factory
noauth = app
keystone = app
[app:app]
paste.app_factory = shop:app_factory
`,
      modules,
    )
    expect(faultOf(() => describeApp(uri, { flavour: 'keystnoe' }))).toMatchObject({
      code: 'SLIPWAY_PASTE_STRATEGY',
      message: '[composite:main] has no pipeline for --flavour = "keystnoe"',
      found: 'it has noauth, keystone',
      alternatives: ['keystone'],
    })
  })

  it('takes what is wrong with a strategy that is not chosen for a warning', () => {
    const ini = `[composite:main]
use = call:neutron.auth:pipeline_factory
noauth = app
keystone = nowhere app
[app:app]
paste.app_factory = shop:app_factory
`
    const { problems, plan } = describePlan('app', deployment(ini, modules).uri, { flavour: 'noauth' })
    expect(problems.map(({ severity, where }) => [severity, where?.line])).toEqual([['warning', 4]])
    expect((plan as FactoryPlan).choice).toEqual({ key: 'noauth', option: '--flavour' })
  })

  it('warns of settings that reach nobody', () => {
    const ini = `[DEFAULT]
debug = false
[app:main]
use = line
colour = red
[pipeline:line]
pipeline = app
[app:app]
paste.app_factory = shop:app_factory
debug = true
`
    const { problems } = describePlan('app', deployment(ini, modules).uri)
    expect(problems.map(({ code, severity, where }) => [code, severity, where?.line]).toSorted(byText)).toEqual([
      ['SLIPWAY_PASTE_LOST', 'warning', 5],
      ['SLIPWAY_PASTE_SHADOWED', 'warning', 10],
    ])
  })
})
