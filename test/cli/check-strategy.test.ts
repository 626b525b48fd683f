import { describe, expect, it } from 'vitest'
import { projectFolder } from '../entrypoints/project-folder.ts'
import { slipway } from './slipway.ts'

const files = {
  'setup.cfg': '[metadata]\nname = shop\n',
  'shop/api.mjs': 'export const appFactory = () => () => ({ status: 204, headers: {}, body: null })\n',
  'api.ini': `[composite:main]
use = egg:slipway#pipeline_by_auth
noauth = stmap app
keystone = app
[app:app]
paste.app_factory = shop.api:app_factory
`,
}

describe('slipway check of pipelines that a configuration chooses among', () => {
  it.each([
    ['without a configuration fails for any of them', [], 78],
    ['with --flavour fails for the one that is taken', ['--flavour', 'noauth'], 78],
    ['with --flavour warns of one that is not', ['--flavour', 'keystone'], 0],
  ])('%s', async (_, flags, status) => {
    const outcome = await slipway(['check', 'api.ini', ...flags], { cwd: projectFolder(files) })
    expect(outcome.stderr).toContain('there is no filter "stmap"')
    expect(outcome.status).toBe(status)
  })
})
