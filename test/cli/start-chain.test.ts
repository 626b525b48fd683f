// `slipway start-chain`: commands that serve, one that does not, and chains that are broken.
import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { projectFolder } from '../entrypoints/project-folder.ts'
import { jsonOf, keysOf, project, slipwayInProcess } from './slipway.ts'

const setup = `[metadata]
name = shop

[entry_points]
console_scripts =
    shop-api = shop.cmd:Api.main
    shop-agent = shop.agent:run_agent
wsgi_scripts =
    shop-wsgi = shop.wsgi:init_app
slipway.config =
    shop = shop.options:groups
`

const deployment = `[composite:shop]
use = egg:Paste#urlmap
/v1: api

[composite:api]
use = egg:slipway#pipeline_by_auth
noauth = request_id goods
keystone = authtoken goods

[filter:request_id]
use = egg:slipway#request_id

[filter:authtoken]
use = egg:slipway#auth_token

[app:goods]
paste.app_factory = shop.goods:app_factory
`

const files = {
  'package.json': '{\n  "name": "shop",\n  "type": "module",\n  "bin": {\n    "shop-api": "bin/shop-api.js"\n  }\n}\n',
  'setup.cfg': setup,
  'shop/cmd.js': '// Serves.\nexport class Api {\n  static async main() {}\n}\n',
  'shop/agent.js': 'const runAgent = () => {}\nexport { runAgent }\n',
  'shop/wsgi.js': 'export async function initApp() {}\n',
  'shop/goods.js': 'export const appFactory = () => () => null\n',
  'shop/options.js': `import { group, str } from '${project}dist/config/index.js'
export const groups = [
  group('DEFAULT', { auth_strategy: str({ default: 'noauth' }), api_paste_config: str({ default: 'api-paste.ini' }) }),
]
`,
  'etc/shop.conf': '[DEFAULT]\nauth_strategy = keystone\n',
  'etc/api-paste.ini': deployment,
}

async function chain(args: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const folder = projectFolder({ ...files, ...more })
  await slipwayInProcess(['scripts', '--write'], { cwd: folder })
  // As it was: npm would install one of the commands alone.
  writeFileSync(join(folder, 'package.json'), { ...files, ...more }['package.json'])
  const env = { HOME: join(folder, 'home'), PATH: join(folder, 'path') }
  const { status, stdout, stderr } = await slipwayInProcess(['start-chain', ...args], { cwd: folder, env })
  const shown = (text: string) => text.replaceAll(folder, '')
  return { status, stdout: shown(stdout), stderr: shown(stderr) }
}

describe('slipway start-chain', () => {
  it('follows a command to the objects that a request meets', async () => {
    expect(await chain(['shop-api', '--config-file', 'etc/shop.conf'])).toMatchInlineSnapshot(`
      {
        "status": 0,
        "stderr": "",
        "stdout": "command        -                     not installed: slipway doctor tells more
      package        package.json:5        bin/shop-api.js
      script         bin/shop-api.js:5     console_scripts
      reference      setup.cfg:6           shop.cmd:Api.main
      module         shop/cmd.js:3         Api.main
      configuration  etc/shop.conf         --config-file
      deployment     etc/api-paste.ini     api_paste_config
      pipeline       etc/api-paste.ini:1   shop (/v1: authtoken > goods)
                     etc/api-paste.ini:1     composite shop = egg:Paste#urlmap
                     etc/api-paste.ini:5     composite api = egg:slipway#pipeline_by_auth, takes keystone by auth_strategy
                     etc/api-paste.ini:13    filter authtoken = egg:slipway#auth_token
                     etc/api-paste.ini:16    app goods = shop.goods:app_factory
      ",
      }
    `)
  })

  it('takes the pipeline that is asked for', async () => {
    const { stdout } = await chain(['shop-api', '--config-file', 'etc/shop.conf', '--flavour', 'noauth'])
    expect(stdout).toContain('takes noauth by --flavour')
  })

  it('follows a wsgi script', async () => {
    expect(await chain(['shop-wsgi', '--config-file', 'etc/shop.conf'])).toMatchInlineSnapshot(`
      {
        "status": 0,
        "stderr": "",
        "stdout": "command        -                     not installed: slipway doctor tells more
      script         bin/shop-wsgi.js:6    wsgi_scripts
      reference      setup.cfg:9           shop.wsgi:init_app
      module         shop/wsgi.js:1        init_app
      configuration  etc/shop.conf         --config-file
      deployment     etc/api-paste.ini     api_paste_config
      pipeline       etc/api-paste.ini:1   shop (/v1: authtoken > goods)
                     etc/api-paste.ini:1     composite shop = egg:Paste#urlmap
                     etc/api-paste.ini:5     composite api = egg:slipway#pipeline_by_auth, takes keystone by auth_strategy
                     etc/api-paste.ini:13    filter authtoken = egg:slipway#auth_token
                     etc/api-paste.ini:16    app goods = shop.goods:app_factory
      ",
      }
    `)
  })

  it('ends with the configuration when the options name no deployment file', async () => {
    const options = files['shop/options.js'].replace(/, api_paste_config.*\) \}/u, ' }')
    expect(await chain(['shop-agent', '--config-file', 'etc/shop.conf'], { 'shop/options.js': options }))
      .toMatchInlineSnapshot(`
      {
        "status": 0,
        "stderr": "",
        "stdout": "command        -                    not installed: slipway doctor tells more
      script         bin/shop-agent.js:5  console_scripts
      reference      setup.cfg:7          shop.agent:run_agent
      module         shop/agent.js:1      run_agent
      configuration  etc/shop.conf        --config-file
      ",
      }
    `)
  })

  it('finds the installed command and the configuration in its standard place', async () => {
    const folder = projectFolder({ ...files, 'home/.shop/shop.conf': '', 'path/x': '' })
    await slipwayInProcess(['scripts', '--write'], { cwd: folder })
    symlinkSync('../bin/shop-api.js', join(folder, 'path/shop-api'))
    const env = { HOME: join(folder, 'home'), PATH: join(folder, 'path') }
    const { stdout } = await slipwayInProcess(['start-chain', 'shop-api'], { cwd: folder, env })
    expect(stdout).toMatch(/^command +path\/shop-api +leads to .*\/bin\/shop-api\.js$/mu)
    expect(stdout).toMatch(/^configuration +home\/\.shop\/shop\.conf +found in a standard place$/mu)
  })

  it('has the JSON shape that is documented', async () => {
    const folder = projectFolder(files)
    const args = ['start-chain', 'shop-api', '--config-file', join(folder, 'etc/shop.conf')]
    const value = (await jsonOf(args, { cwd: folder })) as { steps: { step: string }[] }
    expect(keysOf(value)).toEqual([
      'group',
      'name',
      'steps[].problem',
      'steps[].step',
      'steps[].text',
      'steps[].where',
      'steps[].where.column',
      'steps[].where.file',
      'steps[].where.line',
    ])
    expect([...new Set(value.steps.map(({ step }) => step))]).toEqual([
      'command',
      'package',
      'script',
      'reference',
      'module',
      'configuration',
      'deployment',
      'pipeline',
    ])
  })
})

describe('a broken chain', () => {
  it('ends with 78 and the place', async () => {
    const { status, stdout, stderr } = await chain(['shop-gone'], {
      'setup.cfg': setup.replace('wsgi_scripts', '    shop-gone = shop.gone:main\nwsgi_scripts'),
    })
    expect(status).toBe(78)
    expect(stdout).toMatch(/^module +- +! cannot find module "shop\.gone"$/mu)
    expect(stderr).toContain('setup.cfg:8:17')
  })

  it('tells a deployment file that is not there, and one that cannot be read', async () => {
    const missing = await chain(['shop-api', '--config-file', 'etc/shop.conf'], {
      'etc/shop.conf': '[DEFAULT]\napi_paste_config = other.ini\n',
    })
    expect(missing).toMatchObject({ status: 0 })
    expect(missing.stderr).toContain('etc/shop.conf:2:20')
    const broken = await chain(['shop-api', '--config-file', 'etc/shop.conf'], { 'etc/api-paste.ini': 'x\n' })
    expect(broken).toMatchObject({ status: 78 })
    expect(broken.stderr).toContain('etc/api-paste.ini:1:1')
  })

  it('tells a factory that is not there', async () => {
    const text = deployment.replace('shop.goods:', 'shop.good:')
    const { status, stderr } = await chain(['shop-api', '--config-file', 'etc/shop.conf'], {
      'etc/api-paste.ini': text,
    })
    expect(status).toBe(78)
    expect(stderr).toContain('close names: shop.goods')
  })

  it('tells options that cannot be loaded', async () => {
    const { status, stdout } = await chain(['shop-api'], { 'shop/options.js': 'throw new Error("no options")\n' })
    expect(status).toBe(78)
    expect(stdout).toContain('no options')
  })

  it('of a name that is no command tells close ones', async () => {
    expect(await chain(['shop-apo'])).toEqual({
      status: 64,
      stdout: '',
      stderr: 'error SLIPWAY_USAGE: there is no command "shop-apo"; close names: shop-api\n  see: slipway list\n',
    })
  })
})
