import { describe, expect, it } from 'vitest'
import { projectFolder } from '../entrypoints/project-folder.ts'
import { keysOf, shop, slipwayInProcess } from './slipway.ts'

interface Report {
  readonly errors: number
  readonly warnings: number
  readonly problems: readonly {
    readonly code: string
    readonly where: { readonly file: string; readonly line: number }
  }[]
}

async function report(args: readonly string[], cwd = shop): Promise<{ status: number | null; report: Report }> {
  const { status, stdout } = await slipwayInProcess(['check', ...args, '--json'], { cwd })
  return { status, report: JSON.parse(stdout) as Report }
}

const sound = {
  'setup.cfg': '[metadata]\nname = shop\n[entry_points]\npaste.app_factory =\n    goods = shop.api:goods_factory\n',
  'shop/api.mjs': 'export const goodsFactory = () => () => ({ status: 204, headers: {}, body: null })\n',
  'api.ini': '[app:main]\nuse = egg:shop#goods\n',
}

describe('slipway check', () => {
  it('resolves every entry point of the manifest when nothing is named', async () => {
    const { status, stdout, stderr } = await slipwayInProcess(['check'])
    expect({ status, stdout }).toEqual({ status: 78, stdout: '1 error, 0 warnings\n' })
    expect(stderr).toMatchInlineSnapshot(`
      "error SLIPWAY_REFERENCE_MODULE: cannot find module "shop.cmd.worker"
        setup.cfg:8:19
        8 |     shop-worker = shop.cmd.worker:main
          |                   ^^^^^^^^^^^^^^^ looked in ./shop/cmd/worker, ./src/shop/cmd/worker, ./dist/shop/cmd/worker, ./cmd/worker, ./src/cmd/worker, ./dist/cmd/worker, node_modules
        see: slipway explain SLIPWAY_REFERENCE_MODULE

      "
    `)
  })

  it('finds nothing in what is sound', async () => {
    const cwd = projectFolder(sound)
    for (const args of [
      [],
      ['api.ini'],
      ['setup.cfg', 'api.ini'],
      ['api.ini', '--import', '--strict'],
      ['egg:shop#goods'],
    ]) {
      const outcome = await slipwayInProcess(['check', ...args], { cwd })
      expect(outcome).toEqual({ status: 0, stdout: '0 errors, 0 warnings\n', stderr: '' })
    }
  })

  it('has the JSON shape that is documented', async () => {
    const { status, report: found } = await report(['api-paste.ini'])
    expect(status).toBe(78)
    expect(keysOf(found)).toEqual([
      'errors',
      'problems[].alternatives[]',
      'problems[].code',
      'problems[].expected',
      'problems[].found',
      'problems[].hint',
      'problems[].message',
      'problems[].severity',
      'problems[].where.column',
      'problems[].where.file',
      'problems[].where.line',
      'warnings',
    ])
    expect(found).toMatchObject({ errors: 1, warnings: 0 })
  })

  it('tells the problems of several files in one report, each once', async () => {
    const cwd = projectFolder({
      ...sound,
      'a.ini': '[app:main]\nuse = egg:shop#godos\n',
      'b.ini': '[pipeline:main]\npipeline = prise goods\n[app:goods]\nuse = egg:shop#goods\n',
    })
    const { status, report: found } = await report(['a.ini', 'a.ini#main', 'b.ini'], cwd)
    expect(status).toBe(78)
    expect(found.problems.map(({ code, where }) => [code, where.file.slice(cwd.length + 1), where.line])).toEqual([
      ['SLIPWAY_DISTRIBUTION_ENTRY', 'a.ini', 2],
      ['SLIPWAY_PASTE_SECTION_MISSING', 'b.ini', 2],
    ])
  })

  it('checks only what an app reaches when the app is named', async () => {
    const cwd = projectFolder({ ...sound, 'api.ini': `${sound['api.ini']}[app:old]\nuse = egg:shop#old\n` })
    expect((await report(['api.ini'], cwd)).report.errors).toBe(1)
    expect((await report(['api.ini#main'], cwd)).report.errors).toBe(0)
  })

  it('ends with 78 for warnings only when it is strict', async () => {
    const cwd = projectFolder({ ...sound, 'api.ini': `${sound['api.ini']}colour = red # or blue\n` })
    expect(await report(['api.ini'], cwd)).toMatchObject({ status: 0, report: { errors: 0, warnings: 1 } })
    expect(await report(['api.ini', '--strict'], cwd)).toMatchObject({ status: 78, report: { errors: 0, warnings: 1 } })
  })

  it('imports code only when it is asked to', async () => {
    const cwd = projectFolder({ ...sound, 'shop/api.mjs': 'export const other = 1\n' })
    expect((await report([], cwd)).report.errors).toBe(0)
    const { status, report: found } = await report(['--import'], cwd)
    expect(status).toBe(78)
    expect(found.problems.map(({ code }) => code)).toEqual(['SLIPWAY_REFERENCE_ATTRIBUTE'])
  })

  it('tells commands that can be no scripts', async () => {
    const cwd = projectFolder({
      ...sound,
      'setup.cfg': '[entry_points]\nconsole_scripts =\n    shop = shop.api\n',
    })
    const { report: found } = await report([], cwd)
    expect(found.problems.map(({ code }) => code)).toEqual(['SLIPWAY_MANIFEST_SCRIPT'])
  })

  it('checks the configuration that is named, and goes on when it is wrong', async () => {
    const cwd = projectFolder({
      ...sound,
      'shop.conf': '[DEFAULT]\nworkers = many\nlistn = x\nauth_strategy = noauth\n',
    })
    const { status, report: found } = await report(['api.ini', '--config-file', `${cwd}/shop.conf`], cwd)
    expect(status).toBe(78)
    expect(found.problems.map(({ code, where }) => [code, where.line])).toContainEqual(['SLIPWAY_CONFIG_VALUE', 2])
  })

  it('checks the certificate that the configuration names, as a start would', async () => {
    const cwd = projectFolder({
      ...sound,
      'shop.conf': '[DEFAULT]\nauth_strategy = noauth\n[ssl]\ncert_file = api.pem\nkey_file = /nowhere/api.key\n',
    })
    const { status, report: found } = await report(['api.ini', '--config-file', `${cwd}/shop.conf`], cwd)
    expect(status).toBe(78)
    const tls = found.problems.filter(({ code }) => code === 'SLIPWAY_LAUNCH_TLS')
    expect(tls.map(({ where }) => where.line)).toEqual([4, 5])
  })

  it('knows a mistyped option of the launcher from an option of the service', async () => {
    const cwd = projectFolder({ ...sound, 'shop.conf': '[DEFAULT]\nwrokers = 2\nauth_strategy = noauth\n' })
    const { status, report: found } = await report(['api.ini', '--config-file', `${cwd}/shop.conf`], cwd)
    expect(status).toBe(0)
    expect(found.problems).toMatchObject([
      { severity: 'warning', code: 'SLIPWAY_CONFIG_UNKNOWN', alternatives: ['workers'], where: { line: 2 } },
    ])
  })

  it('takes a manifest for what it is, and needs none for a deployment file', async () => {
    const cwd = projectFolder({
      'setup.cfg': '[entry_points]\nconsole_scripts =\n    a = nothing.here:main\n',
      'api.ini': '',
    })
    expect((await report(['setup.cfg'], cwd)).report.errors).toBe(1)
    expect((await report(['api.ini'], cwd)).report.errors).toBe(0)
    expect((await report(['api.ini', '--manifest', 'setup.cfg'], cwd)).report.errors).toBe(1)
  })
})
