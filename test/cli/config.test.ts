import { describe, expect, it } from 'vitest'
import { projectFolder } from '../entrypoints/project-folder.ts'
import { jsonOf, keysOf, shop, slipwayInProcess } from './slipway.ts'

type Entry = Readonly<Record<string, unknown>>

const file = `${shop}shop.conf`

describe('slipway config show', () => {
  it('shows values with their origin, secrets masked', async () => {
    const { status, stdout, stderr } = await slipwayInProcess(['config', 'show', '--config-file', file, '--changed'])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout.replaceAll(shop, '')).toMatchInlineSnapshot(`
      "[DEFAULT]
        workers        2       shop.conf:2
        auth_strategy  noauth  shop.conf:3

      [shop]
        tax             19    shop.conf:6
        admin_password  ****  shop.conf:7
      "
    `)
  })

  it('has the JSON shape that is documented', async () => {
    const second = projectFolder({ 'more.conf': '[shop]\ntax = 7\nadmin_password = hush\n' })
    const files = ['--config-file', file, '--config-file', `${second}/more.conf`]
    const entries = (await jsonOf(['config', 'show', ...files])) as Entry[]
    expect(keysOf(entries.map(({ default: _default, value: _value, ...entry }) => entry))).toEqual([
      '[].group',
      '[].name',
      '[].origin',
      '[].overridden[]',
      '[].overridden[].origin',
      '[].overridden[].value',
      '[].overridden[].where.column',
      '[].overridden[].where.file',
      '[].overridden[].where.line',
      '[].secret',
      '[].where',
      '[].where.column',
      '[].where.file',
      '[].where.line',
    ])
    expect(entries.find(({ name }) => name === 'tax')).toEqual({
      group: 'shop',
      name: 'tax',
      value: 7,
      origin: `${second}/more.conf:2`,
      where: { file: `${second}/more.conf`, line: 2, column: 7 },
      default: 7,
      overridden: [{ origin: `${file}:6`, where: { file, line: 6, column: 7 }, value: '19' }],
      secret: false,
    })
    expect(entries.find(({ name }) => name === 'workers')).toMatchObject({ group: 'DEFAULT', value: 2, default: 1 })
    expect(entries.find(({ name }) => name === 'backlog')).toMatchObject({ origin: 'default', where: null })
    expect(JSON.stringify(entries)).not.toContain('hush')
  })

  it('knows the options of the launcher and of logging without a manifest', async () => {
    const entries = (await jsonOf(['config', 'show'], { cwd: '/' })) as Entry[]
    expect(entries.map(({ name }) => name)).toEqual(expect.arrayContaining(['workers', 'listen', 'log_file']))
    expect(await jsonOf(['config', 'show', '--changed'], { cwd: '/' })).toEqual([])
  })

  it('tells all problems of a file', async () => {
    const cwd = projectFolder({ 'bad.conf': '[DEFAULT]\nworkers = many\nbacklog = 0\n' })
    const { status, stdout, stderr } = await slipwayInProcess(['config', 'show', '--config-file', `${cwd}/bad.conf`], {
      cwd,
    })
    expect({ status, stdout }).toEqual({ status: 78, stdout: '' })
    expect(stderr).toContain('bad.conf:2:11')
    expect(stderr).toContain('bad.conf:3:11')
  })

  it('refuses an entry point that leads to no options', async () => {
    const cwd = projectFolder({
      'setup.cfg': '[entry_points]\nslipway.config =\n    shop = shop:groups\n',
      'shop.mjs': 'export const groups = () => [42]\n',
    })
    const { status, stderr } = await slipwayInProcess(['config', 'show'], { cwd })
    expect(status).toBe(70)
    expect(stderr).toContain(
      'SLIPWAY_CONFIG_DECLARATION: entry point "shop" leads to no group of options\n  setup.cfg:3:12',
    )
  })
})
