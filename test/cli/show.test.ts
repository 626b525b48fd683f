import { describe, expect, it } from 'vitest'
import { projectFolder } from '../entrypoints/project-folder.ts'
import { jsonOf, shop, slipwayInProcess } from './slipway.ts'

const documented = [
  'kind',
  'name',
  'section',
  'where',
  'protocol',
  'factory',
  'globalConf',
  'localConf',
  'settings',
  'parts',
  'filters',
  'app',
]

/** Beyond the documented keys: what a factory's text stands for, which part is taken, and what is wrong. */
const further = ['target', 'choice', 'problem']

describe('slipway show', () => {
  it('shows every object with its factory, its settings and their places', async () => {
    const { status, stdout, stderr } = await slipwayInProcess(['show', 'api-paste.ini#shop'])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const [globals = '', ...objects] = stdout.split('\n\n')
    expect(globals).toMatch(
      /^globals\n {2}currency {2}EUR +DEFAULT api-paste\.ini:2\n {2}here +\S+ +built-in\n {2}__file__/u,
    )
    expect(objects.join('\n\n')).toMatchInlineSnapshot(`
      "composite shop  [composite:shop]  api-paste.ini:4
        (composite_factory)  egg:Paste#urlmap = slipway.paste.urlmap:urlmap_factory
        /          versions  api-paste.ini:6
        /v1        api       api-paste.ini:7
        /v1/stock  stock     api-paste.ini:8

      pipeline versions  [pipeline:versions]  api-paste.ini:15
        (filters)  request_id
        (app)      versionsapp

      filter request_id  [filter:request_id]  api-paste.ini:37
        (filter_factory)  egg:oslo.middleware#request_id = slipway.middleware.request_id:filter_factory

      app versionsapp  [app:versionsapp]  api-paste.ini:18
        (app_factory)  shop.api:versions_factory

      composite api  [composite:api]  api-paste.ini:10
        (composite_factory)  call:shop.auth:pipeline_factory = slipway.paste.strategy:pipeline_factory
        (takes)              keystone  by default
        noauth    http_proxy_to_wsgi price goods            api-paste.ini:12
        keystone  http_proxy_to_wsgi authtoken price goods  api-paste.ini:13

      pipeline noauth  api-paste.ini:12
        (filters)  http_proxy_to_wsgi > price
        (app)      goods

      filter http_proxy_to_wsgi  [filter:http_proxy_to_wsgi]  api-paste.ini:40
        (filter_factory)  egg:oslo.middleware#http_proxy_to_wsgi = slipway.middleware.http_proxy_to_wsgi:filter_factory

      filter price  [filter:price]  api-paste.ini:29
        (filter_factory)  egg:shop#price = shop.filters:price_factory
        digits    2   api-paste.ini:32
        rounding  up  set api-paste.ini:31

      app goods  [app:goods]  api-paste.ini:21
        (app_factory)  egg:shop#goods = shop.api:goods_factory
        db_password  ****  api-paste.ini:23

      pipeline keystone  api-paste.ini:13
        (filters)  http_proxy_to_wsgi > authtoken > price
        (app)      goods

      filter authtoken  [filter:authtoken]  api-paste.ini:34
        (filter_factory)  shop.token:filter_factory
        (not found)       cannot find module "shop.token"

      filter-with stock  [app:stock]  api-paste.ini:25
        (filters)  price
        (app)      stock

      app stock  [app:stock]  api-paste.ini:25
        (app_factory)  egg:shop#stock = shop.api:Stock.factory
      "
    `)
  })

  it('has the JSON shape that is documented', async () => {
    const plan = (await jsonOf(['show', 'api-paste.ini#shop'])) as PlanJson
    expect(Object.keys(plan)).toEqual(
      documented.filter((key) => key !== 'filters' && key !== 'app').toSpliced(6, 0, 'target'),
    )
    for (const one of allOf(plan)) expect([...documented, ...further]).toEqual(expect.arrayContaining(Object.keys(one)))
    expect(plan).toMatchObject({
      kind: 'composite',
      name: 'shop',
      section: 'composite:shop',
      where: { file: `${shop}api-paste.ini`, line: 4, column: 1 },
      protocol: 'paste.composite_factory',
      factory: 'egg:Paste#urlmap',
      globalConf: { currency: 'EUR' },
      localConf: { '/': 'versions', '/v1': 'api', '/v1/stock': 'stock' },
    })
    expect(plan.settings[0]).toEqual({
      key: '/',
      value: 'versions',
      origin: 'local',
      where: { file: `${shop}api-paste.ini`, line: 6, column: 1 },
    })
    expect(Object.keys(plan.parts ?? {})).toEqual(['/', '/v1', '/v1/stock'])
    const [versions] = Object.values(plan.parts ?? {})
    expect(Object.keys(versions ?? {})).toEqual([
      'kind',
      'name',
      'section',
      'where',
      'globalConf',
      'localConf',
      'settings',
      'filters',
      'app',
    ])
  })

  it('masks what is secret by its name until it is asked to show it', async () => {
    const hidden = await slipwayInProcess(['show', 'api-paste.ini#goods'])
    expect(hidden.stdout).toContain('db_password  ****')
    expect(JSON.stringify(await jsonOf(['show', 'api-paste.ini#goods']))).not.toContain('hush')
    const shown = await slipwayInProcess(['show', 'api-paste.ini#goods', '--show-secrets'])
    expect(shown.stdout).toContain('db_password  hush')
  })

  it('takes URIs and paths with a "#" in them', async () => {
    const cwd = projectFolder({ 'a#b/100% api.ini': '[app:x]\npaste.app_factory = ./x.mjs:x\n' })
    for (const target of ['a#b/100% api.ini#x', `config:${encodeURIComponent('a#b')}/100%25 api.ini#x`]) {
      expect(await jsonOf(['show', target], { cwd })).toMatchObject({ kind: 'app', name: 'x' })
    }
    expect(await jsonOf(['show', 'egg:shop#goods'])).toMatchObject({
      kind: 'app',
      name: 'goods',
      factory: 'egg:shop#goods',
    })
  })

  it('takes "main" when no name is given, and says what else could be named', async () => {
    const cwd = projectFolder({
      'main.ini': '[app:main]\npaste.app_factory = ./x.mjs:x\n',
      'one.ini':
        '[pipeline:front]\npipeline = f back\n[app:back]\npaste.app_factory = ./x.mjs:x\n[filter:f]\npaste.filter_factory = ./x.mjs:x\n',
      'two.ini': '[app:a]\npaste.app_factory = ./x.mjs:x\n[app:b]\npaste.app_factory = ./x.mjs:x\n',
    })
    expect(await jsonOf(['show', 'main.ini'], { cwd })).toMatchObject({ name: 'main' })
    const one = await slipwayInProcess(['show', 'one.ini'], { cwd })
    expect(one).toMatchObject({ status: 78, stdout: '' })
    expect(one.stderr).toContain('name the app: one.ini#front, which is the only one that nothing refers to')
    const two = await slipwayInProcess(['show', 'two.ini'], { cwd })
    expect(two.stderr).toContain('name one of the apps that nothing refers to: two.ini#a, two.ini#b')
    const wrong = await slipwayInProcess(['show', 'two.ini#main'], { cwd })
    expect(wrong.stderr).not.toContain('that nothing refers to')
  })

  it('shows what there is of a broken file, tells the rest and ends with 78', async () => {
    const cwd = projectFolder({
      'api.ini': '[pipeline:main]\npipeline = gone x\n[app:x]\npaste.app_factory = ./x.mjs:x\n',
    })
    const { status, stdout, stderr } = await slipwayInProcess(['show', 'api.ini'], { cwd })
    expect(status).toBe(78)
    expect(stdout).toContain('broken gone')
    expect(stderr).toContain('SLIPWAY_PASTE_SECTION_MISSING: there is no filter "gone"')
  })

  it('follows the configuration and --flavour to the pipeline that is taken', async () => {
    const choice = async (...args: string[]) => {
      const plan = (await jsonOf(['show', 'api-paste.ini#api', ...args])) as { choice: unknown }
      return plan.choice
    }
    expect(await choice()).toEqual({ key: 'keystone', option: 'default' })
    expect(await choice('--config-file', `${shop}shop.conf`)).toEqual({ key: 'noauth', option: 'auth_strategy' })
    expect(await choice('--config-file', `${shop}shop.conf`, '--flavour', 'keystone')).toEqual({
      key: 'keystone',
      option: '--flavour',
    })
  })
})

interface PlanJson {
  readonly settings: readonly unknown[]
  readonly parts?: Readonly<Record<string, PlanJson>>
  readonly filters?: readonly PlanJson[]
  readonly app?: PlanJson
}

function allOf(plan: PlanJson): PlanJson[] {
  const inner = [...Object.values(plan.parts ?? {}), ...(plan.filters ?? []), ...(plan.app ? [plan.app] : [])]
  return [plan, ...inner.flatMap(allOf)]
}
