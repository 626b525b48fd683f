import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { aliasOfEgg, aliasOfModule, ownDistribution } from '../../src/entrypoints/aliases.ts'
import { findDistribution, findProjectFolder, foldName } from '../../src/entrypoints/distribution.ts'
import { parseReference } from '../../src/entrypoints/reference.ts'
import { isSlipwayError } from '../../src/errors.ts'
import { project, projectFolder } from './project-folder.ts'

const plug = (name: string) => ({
  [`node_modules/${name}/package.json`]: JSON.stringify({
    name,
    version: '2.0.0',
    entryPoints: { g: { x: 'plug:x' } },
  }),
})

describe('a distribution', () => {
  it.each(['my-plug', 'My_Plug', 'my.plug'])('is found as %s, whatever its spelling', (name) => {
    const shop = project(plug('my-plug'))
    expect(findDistribution(name, shop)).toMatchObject({
      name: 'my-plug',
      version: '2.0.0',
      entryPoints: [{ name: 'x' }],
    })
  })

  it('is the project itself by its own name', () => {
    const shop = project({})
    expect(findDistribution('Shop', shop)).toBe(shop)
  })

  it('may have a scope', () => {
    expect(findDistribution('@acme/plug', project(plug('@acme/plug'))).name).toBe('@acme/plug')
  })

  it.each(['my-plg', '..', '.', 'a/../b', ''])(
    'that is called "%s" and not installed is told where it was looked for',
    (name) => {
      const shop = project(plug('my-plug'))
      try {
        findDistribution(name, shop, { file: 'x.ini', line: 2 })
        expect.unreachable()
      } catch (error) {
        if (!isSlipwayError(error)) throw error
        expect(error).toMatchObject({ code: 'SLIPWAY_DISTRIBUTION_MISSING', where: { file: 'x.ini', line: 2 } })
        expect(error.found).toMatch(/^looked in \.\/node_modules/u)
        expect(error.alternatives).toEqual(name === 'my-plg' ? ['my-plug'] : [])
      }
    },
  )

  it('is looked for up the tree, from the folder with the nearest manifest', () => {
    const folder = projectFolder({ 'setup.cfg': '', 'src/a/b.js': '' })
    expect(findProjectFolder(join(folder, 'src/a'))).toBe(folder)
  })

  it('has one name in all its spellings', () => {
    expect(['Oslo.Middleware', 'oslo_middleware', 'oslo--middleware'].map(foldName)).toEqual(
      Array(3).fill('oslo-middleware'),
    )
  })
})

describe('the names of Python deployment files', () => {
  it.each([
    ['Paste', 'urlmap', 'urlmap'],
    ['PasteDeploy', 'prefix', 'prefix'],
    ['oslo.middleware', 'cors', 'cors'],
    ['Paste', 'toString', null],
    ['constructor', 'name', null],
    ['nobody', 'urlmap', null],
  ])('egg:%s#%s stands for %s', (distribution, name, alias) => {
    expect(aliasOfEgg(distribution, name)).toBe(alias)
  })

  it.each([
    ['paste.urlmap:urlmap_factory', 'slipway.paste.urlmap:urlmap_factory'],
    ['oslo_middleware:CORS.factory', 'slipway.middleware.cors:filter_factory'],
    ['oslo_middleware.cors:filter_factory', 'slipway.middleware.cors:filter_factory'],
    ['oslo_middleware.request_id:RequestId.factory', 'slipway.middleware.request_id:filter_factory'],
    ['nova.api.auth:pipeline_factory_v21', 'slipway.paste.strategy:pipeline_factory'],
  ])('%s stands for %s', (module, target) => {
    expect(aliasOfModule(parseReference(module))).toMatchObject({
      reference: { text: target },
      distribution: { name: 'slipway' },
    })
  })

  it('leaves other modules alone', () => {
    expect(aliasOfModule(parseReference('shop.api:app_factory'))).toBeNull()
    expect(ownDistribution().entryPoints.length).toBeGreaterThan(0)
  })
})
