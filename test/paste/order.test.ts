// The order of filters in a pipeline, as their factories say where they belong.
import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { checkFile } from '../../src/paste/check.ts'
import { deployment } from './deployment.ts'

const sections = `
[app:app]
use = egg:slipway#healthcheck
[filter:request_id]
use = egg:slipway#request_id
[filter:catch_errors]
use = egg:slipway#catch_errors
[filter:faultwrap]
use = egg:slipway#faultwrap
[filter:cors]
use = egg:slipway#cors
[filter:sizelimit]
use = egg:slipway#sizelimit
[filter:healthcheck]
use = egg:slipway#healthcheck
[filter:authtoken]
use = egg:slipway#auth_token
[filter:basic]
use = egg:slipway#basic_auth
[filter:keystonecontext]
use = egg:slipway#keystonecontext
[filter:reader]
paste.filter_factory = shop:reader_factory
[app:plain]
paste.app_factory = shop:app_factory
`
const modules = {
  'shop.js': `
export const appFactory = () => () => ({ status: 200, headers: {}, body: '' })
export const readerFactory = Object.assign(() => (app) => app, { place: { roles: ['body-reader'] } })
`,
}

async function order(ini: string): Promise<string[]> {
  const problems = await checkFile(deployment(ini + sections, modules).file, { imports: true })
  return problems
    .filter(({ code }) => code === 'SLIPWAY_PASTE_ORDER')
    .map(({ severity, message, where }) => `${severity} ${where?.line}:${where?.column} ${message}`)
}

const pipeline = (names: string) => order(`[pipeline:main]\npipeline = ${names}\n`)

describe('check, of the order of filters', () => {
  it.each([
    ['catch_errors request_id plain', ['warning 2:25 "request_id" stands inside "catch_errors"']],
    ['faultwrap request_id plain', ['warning 2:22 "request_id" stands inside "faultwrap"']],
    ['authtoken cors plain', ['warning 2:22 "cors" stands inside "authtoken"']],
    ['basic cors plain', ['warning 2:18 "cors" stands inside "basic"']],
    ['authtoken healthcheck plain', ['warning 2:22 "healthcheck" stands inside "authtoken"']],
    ['authtoken app', ['warning 3:1 "app" stands inside "authtoken"']],
    ['reader sizelimit plain', ['warning 2:19 "sizelimit" stands inside "reader"']],
    ['keystonecontext authtoken plain', ['warning 2:28 "authtoken" stands inside "keystonecontext"']],
    ['healthcheck request_id catch_errors cors sizelimit reader authtoken keystonecontext plain', []],
  ])('%s', async (names, wanted) => {
    expect((await pipeline(names)).map((line) => line.replace(/^warning 4:1/u, 'warning 3:1'))).toEqual(wanted)
  })

  it('goes through pipelines in pipelines, composites and filter-with', async () => {
    expect(
      await order(
        '[composite:main]\nuse = egg:Paste#urlmap\n/: inner\n[pipeline:outer]\npipeline = authtoken main\n' +
          '[pipeline:inner]\npipeline = cors plain\n[app:wrapped]\npaste.app_factory = shop:app_factory\nfilter-with = guard\n' +
          '[filter:guard]\nuse = basic\nfilter-with = cors\n',
      ),
    ).toEqual(['warning 7:12 "cors" stands inside "authtoken"'])
  })

  it('tells the reason and where it should stand', async () => {
    const { file } = deployment(`[pipeline:main]\npipeline = authtoken cors plain\n${sections}`, modules)
    const problems = await checkFile(file, { name: 'main' })
    expect(problems.filter(({ code }) => code === 'SLIPWAY_PASTE_ORDER')).toMatchObject([
      {
        found: 'a preflight request has no token: it is turned away',
        expected: '"cors" further left than "authtoken"',
      },
    ])
  })

  it('row 18: does not mind a gzip that no pipeline has', async () => {
    const { file } = deployment(
      `[app:main]\npaste.app_factory = shop:app_factory\n[filter:gzip]\npaste.filter_factory = glance.api.middleware.gzip:GzipMiddleware.factory\n`,
      modules,
    )
    expect(await checkFile(file)).toEqual([])
  })
})

const corpus = fileURLToPath(new URL('../../../shared/corpus', import.meta.url))
const files = existsSync(corpus)
  ? (readdirSync(corpus, { recursive: true }) as string[]).filter((name) => name.endsWith('paste.ini'))
  : []

/** Filters of the corpus that have no factory here, and why. */
const without = new Map([
  ['heat', 'heat wraps its filters in a factory of its own, and has its own ways to log in'],
  ['neutron.api.extensions', 'extensions are part of the API, no filter'],
  ['tacker.api.extensions', 'extensions are part of the API, no filter'],
  ['neutron.auth:NoauthFakeProjectId', 'it completes bodies of neutron resources'],
])

describe.skipIf(files.length === 0)('the corpus of deployment files (not run where ../shared/corpus is absent)', () => {
  it.each(files)('%s: its filters are found, and stand in a sound order', async (name) => {
    const problems = await checkFile(`${corpus}/${name}`)
    expect(problems.filter(({ code }) => code === 'SLIPWAY_PASTE_ORDER')).toEqual([])
    const missing = problems
      .filter(({ code, where }) => code === 'SLIPWAY_REFERENCE_MODULE' && /filter_factory/u.test(where?.text ?? ''))
      .map(({ where }) => /=\s*(\S+)/u.exec(where?.text ?? '')?.[1] ?? '')
    const unknown = missing.filter((target) => ![...without.keys()].some((start) => target.startsWith(start)))
    expect(unknown).toEqual([])
    expect(problems.filter(({ code, message }) => code === 'SLIPWAY_PASTE_UNUSED' && message.includes('gzip'))).toEqual(
      [],
    )
  })
})
