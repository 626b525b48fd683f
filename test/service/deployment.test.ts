// The service's own files, as the tools read them: nothing in them is wrong, whatever is chosen.
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config/index.ts'
import { findProject, loadReference } from '../../src/entrypoints/index.ts'
import { describe as describePlan, pipelineLine } from '../../src/paste/index.ts'
import { appName, deploymentUri, projectFolder } from '../../src/service/deployment.ts'
import { groups } from '../../src/service/opts.ts'
import { makeFolder, root, serviceConf } from './folder.ts'

function configWith(...flags: string[]) {
  return readConfig({
    groups,
    argv: ['--config-file', serviceConf, ...flags],
    prog: 'test',
    project: 'service',
    env: {},
  })
}

describe('the files in etc/service', () => {
  it.each([
    ['noauth', 'noauth > v1app'],
    ['keystone', 'authtoken > keystonecontext > v1app'],
  ])('describe the pipeline of auth_strategy = %s without a complaint', (strategy, end) => {
    const conf = configWith()
    conf.override('auth_strategy', strategy)
    expect(conf.warnings).toEqual([])
    const { plan, problems } = describePlan('app', deploymentUri(conf), { name: appName, config: conf })
    expect(problems).toEqual([])
    expect(pipelineLine(plan)).toContain(
      `request_id > catch_errors > request_log > sizelimit > http_proxy_to_wsgi > cors > ${end}`,
    )
  })

  it('show in comments what the defaults are', async () => {
    const { readFileSync } = await import('node:fs')
    const conf = configWith()
    const text = readFileSync(serviceConf, 'utf8')
    let group = 'DEFAULT'
    let compared = 0
    for (const line of text.split('\n')) {
      group = /^\[(.+)\]$/u.exec(line)?.[1] ?? group
      const [, name, value] = /^#(\w+) = ?(.*)$/u.exec(line) ?? []
      if (name === undefined || value === undefined) continue
      const entry = conf.entries().find((one) => one.group === group && one.name === name)
      expect([group, name, entry?.option.help]).toEqual([group, name, expect.any(String)])
      // Examples of what has no default, and secrets.
      if (entry?.default === null || entry?.secret === true) continue
      compared += 1
      const shown = Array.isArray(entry?.default) ? entry.default.join(',') : JSON.stringify(entry?.default)
      expect([name, shown.replaceAll('"', '')]).toEqual([name, value])
    }
    expect(compared).toBeGreaterThan(5)
  })
})

describe('deploymentUri', () => {
  it('finds the file beside the configuration, and escapes what a URI would misread', () => {
    const { conf, folder } = makeFolder()
    const config = readConfig({ groups, argv: ['--config-file', conf], prog: 'test', project: 'service', env: {} })
    const uri = deploymentUri(config)
    expect(uri).not.toContain('#')
    expect(decodeURIComponent(uri)).toBe(`config:${join(folder, 'api-paste.ini')}`)
  })

  it('says which option named the file that is not there', () => {
    const conf = configWith()
    conf.override('api_paste_config', 'gone.ini')
    expect(() => deploymentUri(conf)).toThrow(
      expect.objectContaining({
        code: 'SLIPWAY_INPUT_MISSING',
        message: 'deployment file "gone.ini" was not found',
        hint: expect.stringContaining('api_paste_config') as string,
      }),
    )
  })
})

describe('the manifest', () => {
  it('is found from the service’s own modules', () => {
    expect(join(projectFolder(), '/')).toBe(root)
  })

  // Built modules are what the manifest names: the suite builds before it runs.
  const project = findProject(root)
  const factories = project.entryPoints.filter(({ group }) => group.startsWith('paste.'))

  it('names no entry point twice', () => {
    expect(project.problems).toEqual([])
    expect(factories.length).toBeGreaterThanOrEqual(20)
  })

  it.each(factories.map((entry) => [`${entry.group} ${entry.name}`, entry] as const))(
    '%s leads to a function',
    async (_name, entry) => {
      if (entry.reference === null) throw new Error(`${entry.value} is no reference`)
      expect(await loadReference(entry.reference, project)).toBeTypeOf('function')
    },
  )
})
