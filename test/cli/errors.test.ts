// What an operator meets, one test a row: missing things, wrong names, broken files, failing code. Each
// asserts the exit status, the place, the line with its caret, what was expected, what is close, and
// that no stack of ours is shown. A rejection in one worker of several: test/launch/processes.test.ts.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { projectFolder } from '../entrypoints/project-folder.ts'
import { command, type Outcome, project, slipway } from './slipway.ts'

const files = {
  'setup.cfg': '[metadata]\nname = shop\n',
  'shop/api.mjs': 'export const appFactory = () => () => ({ status: 204, headers: {}, body: null })\n',
  'api.ini': '[app:main]\npaste.app_factory = shop.api:app_factory\n',
}

/** What `slipway serve` says of a project that differs from a sound one in these files. */
async function serve(changed: Readonly<Record<string, string>>, ...flags: readonly string[]): Promise<Told> {
  const cwd = projectFolder({ ...files, ...changed })
  return told(await slipway(['serve', 'api.ini', '--port', '0', ...flags], { cwd }), cwd)
}

function app(lines: string): Record<string, string> {
  return { 'api.ini': `[app:main]\n${lines}\n` }
}

interface Told {
  readonly status: number | null
  readonly stderr: string
}

/** The diagnostic without the places of this machine. Nothing may be served, and no frame of ours be shown. */
function told({ status, stdout, stderr }: Outcome, cwd: string): Told {
  expect(stdout).not.toContain('listening on')
  const frames = stderr.split('\n').filter((line) => /^\s+at /u.test(line))
  expect(frames.filter((line) => /\/dist\/|node:internal|node_modules/u.test(line))).toEqual([])
  const places = stderr.replaceAll(`file://${cwd}`, 'file:///shop').replaceAll(cwd, '/shop')
  return { status, stderr: places.replaceAll(/(?:\.?\/[^ ,\n]*node_modules(?:, )?)+/gu, 'node_modules') }
}

describe('missing input', () => {
  it('a configuration file', async () => {
    expect(await serve({}, '--config-file', 'shop.conf')).toMatchInlineSnapshot(`
      {
        "status": 66,
        "stderr": "error SLIPWAY_INPUT_MISSING: configuration file "shop.conf" does not exist
        shop.conf
        it was named by --config-file
        see: slipway explain SLIPWAY_INPUT_MISSING
      ",
      }
    `)
  })

  it('a deployment file', async () => {
    const cwd = projectFolder(files)
    expect(told(await slipway(['serve', 'etc/apy.ini', '--port', '0'], { cwd }), cwd)).toMatchInlineSnapshot(`
      {
        "status": 66,
        "stderr": "error SLIPWAY_INPUT_MISSING: deployment file "/shop/etc/apy.ini" does not exist
        etc/apy.ini
        see: slipway explain SLIPWAY_INPUT_MISSING
      ",
      }
    `)
  })

  it('a manifest', async () => {
    const cwd = projectFolder({ 'api.ini': files['api.ini'] })
    expect(told(await slipway(['list'], { cwd }), cwd)).toMatchInlineSnapshot(`
      {
        "status": 66,
        "stderr": "error SLIPWAY_MANIFEST_MISSING: there is no manifest in "/shop" or above it
        /shop
        expected setup.cfg, package.json, pyproject.toml, entry_points.txt
        go to the folder of the project, or name its manifest: --manifest PATH
        see: slipway explain SLIPWAY_MANIFEST_MISSING
      ",
      }
    `)
    const below = await slipway(['list', '--manifest', 'api.ini/setup.cfg'], { cwd })
    expect(told(below, cwd)).toEqual({
      status: 66,
      stderr:
        'error SLIPWAY_INPUT_MISSING: manifest "/shop/api.ini/setup.cfg" does not exist\n' +
        '  api.ini/setup.cfg\n  see: slipway explain SLIPWAY_INPUT_MISSING\n',
    })
    expect(told(await slipway(['list', '--manifest', 'setup.cfg'], { cwd }), cwd)).toMatchInlineSnapshot(`
      {
        "status": 66,
        "stderr": "error SLIPWAY_INPUT_MISSING: manifest "/shop/setup.cfg" does not exist
        setup.cfg
        see: slipway explain SLIPWAY_INPUT_MISSING
      ",
      }
    `)
  })
})

describe('wrong names', () => {
  it('a module that is not there', async () => {
    expect(await serve(app('paste.app_factory = shop.ap:app_factory'))).toMatchInlineSnapshot(`
      {
        "status": 78,
        "stderr": "error SLIPWAY_REFERENCE_MODULE: cannot find module "shop.ap"
        api.ini:2:21
        2 | paste.app_factory = shop.ap:app_factory
          |                     ^^^^^^^ looked in ./shop/ap, ./src/shop/ap, ./dist/shop/ap, ./ap, ./src/ap, ./dist/ap, node_modules
        close names: shop.api
        see: slipway explain SLIPWAY_REFERENCE_MODULE
      ",
      }
    `)
  })

  it('an attribute that the module has not', async () => {
    expect(await serve(app('paste.app_factory = shop.api:ap_factory'))).toMatchInlineSnapshot(`
      {
        "status": 78,
        "stderr": "error SLIPWAY_REFERENCE_ATTRIBUTE: module "shop.api" has no "ap_factory"
        api.ini:2:30
        2 | paste.app_factory = shop.api:ap_factory
          |                              ^^^^^^^^^^ it has appFactory
        close names: appFactory
        "apFactory" would be found too
        see: slipway explain SLIPWAY_REFERENCE_ATTRIBUTE
      ",
      }
    `)
  })

  it('a text that is no reference', async () => {
    expect(await serve(app('paste.app_factory = shop.api:app_factory()'))).toMatchInlineSnapshot(`
      {
        "status": 78,
        "stderr": "error SLIPWAY_REFERENCE_SYNTAX: "shop.api:app_factory()" is no reference
        api.ini:2:21
        2 | paste.app_factory = shop.api:app_factory()
          |                     ^^^^^^^^^^^^^^^^^^^^^^ expected module:attr, such as shop.api:app_factory or ./api.js:appFactory
        a reference names a function, it does not call it
        see: slipway explain SLIPWAY_REFERENCE_SYNTAX
      ",
      }
    `)
  })

  it('an egg of a package that is not installed', async () => {
    // A folder of its own, because not every machine has a global one.
    const changed = { ...app('use = egg:Shopp#main'), 'node_modules/.keep': '' }
    expect(await serve(changed)).toMatchInlineSnapshot(`
      {
        "status": 78,
        "stderr": "error SLIPWAY_DISTRIBUTION_MISSING: package "Shopp" is not installed
        api.ini:2:7
        2 | use = egg:Shopp#main
          |       ^^^^^^^^^^^^^^ looked in node_modules
        close names: shop
        install it: npm install shopp
        see: slipway explain SLIPWAY_DISTRIBUTION_MISSING
      ",
      }
    `)
  })

  it('a section that the file has not', async () => {
    const text = `[pipeline:main]\npipeline = prices goods\n\n[filter:price]\npaste.filter_factory = shop.api:x\n\n[app:goods]\npaste.app_factory = shop.api:app_factory\n`
    expect(await serve({ 'api.ini': text })).toMatchInlineSnapshot(`
      {
        "status": 78,
        "stderr": "error SLIPWAY_PASTE_SECTION_MISSING: there is no filter "prices"
        api.ini:2:12
        2 | pipeline = prices goods
          |            ^^^^^^ expected a section [filter:prices]
        close names: price
        it has price
        see: slipway explain SLIPWAY_PASTE_SECTION_MISSING
      ",
      }
    `)
  })

  it('a setting that a filter has not', async () => {
    const text = `[pipeline:main]\npipeline = sizelimit goods\n\n[filter:sizelimit]\nuse = egg:slipway#sizelimit\nmax_request_body_sise = 5\n\n[app:goods]\npaste.app_factory = shop.api:app_factory\n`
    expect(await serve({ 'api.ini': text })).toMatchInlineSnapshot(`
      {
        "status": 78,
        "stderr": "error SLIPWAY_PASTE_SETTING: "max_request_body_sise" is no setting of egg:slipway#sizelimit
        api.ini:6:1
        6 | max_request_body_sise = 5
          | ^^^^^^^^^^^^^^^^^^^^^ expected one of max_request_body_size, enable_proxy_headers_parsing, trusted_proxies
        close names: max_request_body_size
        see: slipway explain SLIPWAY_PASTE_SETTING
      ",
      }
    `)
  })

  it('an option that the service has not', async () => {
    const cwd = projectFolder({ 'service.conf': '[DEFAULT]\nwrokers = 3\n' })
    const args = ['--config-file', join(cwd, 'service.conf'), '--listen', '127.0.0.1:0']
    expect(told(await command(join(project, 'bin/service-server.js'), args, { cwd }), cwd)).toMatchInlineSnapshot(`
      {
        "status": 78,
        "stderr": "error SLIPWAY_CONFIG_UNKNOWN: no option "wrokers" in group "DEFAULT"
        service.conf:2:1
        2 | wrokers = …
          | ^^^^^^^
        close names: workers
        see: slipway explain SLIPWAY_CONFIG_UNKNOWN
      ",
      }
    `)
  })

  it('an option of the launcher that is nearly spelt right is told, but it may be the service’s own', async () => {
    const cwd = projectFolder({ ...files, 'shop.conf': '[DEFAULT]\nwrokers = 3\n' })
    const args = ['inject', 'api.ini', 'GET', '/', '--config-file', 'shop.conf']
    const { status, stderr } = told(await slipway(args, { cwd }), cwd)
    expect(status).toBe(0)
    expect(stderr).toMatchInlineSnapshot(`
      "warning SLIPWAY_CONFIG_UNKNOWN: no option "wrokers" in group "DEFAULT"
        shop.conf:2:1
        2 | wrokers = …
          | ^^^^^^^
        close names: workers
        see: slipway explain SLIPWAY_CONFIG_UNKNOWN

      "
    `)
  })

  it('a flag and a command', async () => {
    const cwd = projectFolder(files)
    expect(await serve({}, '--wrokers', '2')).toMatchInlineSnapshot(`
      {
        "status": 64,
        "stderr": "error SLIPWAY_USAGE: unknown option "--wrokers"; close names: --workers
        see: slipway serve --help
      ",
      }
    `)
    expect(told(await slipway(['srve', 'api.ini'], { cwd }), cwd)).toMatchInlineSnapshot(`
      {
        "status": 64,
        "stderr": "error SLIPWAY_USAGE: unknown command "srve"; close names: serve
        see: slipway --help
      ",
      }
    `)
  })
})

describe('broken text', () => {
  it('a deployment file with lines that are nothing', async () => {
    const text = '[app:main]\npaste.app_factory = shop.api:app_factory\nhello\ngoodbye\n'
    expect(await serve({ 'api.ini': text })).toMatchInlineSnapshot(`
      {
        "status": 78,
        "stderr": "error SLIPWAY_INI_SYNTAX: a line has neither "=" nor ":"
        api.ini:3:1
        3 | hello
          | ^^^^^ expected name = value, or more indent to continue the value above
        see: slipway explain SLIPWAY_INI_SYNTAX

      error SLIPWAY_INI_SYNTAX: a line has neither "=" nor ":"
        api.ini:4:1
        4 | goodbye
          | ^^^^^^^ expected name = value, or more indent to continue the value above
        see: slipway explain SLIPWAY_INI_SYNTAX
      ",
      }
    `)
  })

  it('a configuration file with a line that is nothing', async () => {
    const cwd = projectFolder({ ...files, 'shop.conf': '[DEFAULT]\nworkers\n' })
    const args = ['serve', 'api.ini', '--config-file', join(cwd, 'shop.conf')]
    expect(told(await slipway(args, { cwd }), cwd)).toMatchInlineSnapshot(`
      {
        "status": 78,
        "stderr": "error SLIPWAY_INI_SYNTAX: a line is neither a section, a comment nor an assignment
        shop.conf:2:1
        2 | workers
          | ^^^^^^^ expected name = value
        see: slipway explain SLIPWAY_INI_SYNTAX
      ",
      }
    `)
  })

  it('a value of the wrong type', async () => {
    const cwd = projectFolder({ ...files, 'shop.conf': '[DEFAULT]\nworkers = many\nbacklog = 0\n' })
    const args = ['serve', 'api.ini', '--config-file', join(cwd, 'shop.conf')]
    expect(told(await slipway(args, { cwd }), cwd)).toMatchInlineSnapshot(`
      {
        "status": 78,
        "stderr": "error SLIPWAY_CONFIG_VALUE: option "workers" cannot be "many"
        shop.conf:2:11
        2 | workers = many
          |           ^^^^ "many", expected an integer, at least 1
        see: slipway explain SLIPWAY_CONFIG_VALUE

      error SLIPWAY_CONFIG_VALUE: option "backlog" cannot be "0"
        shop.conf:3:11
        3 | backlog = 0
          |           ^ "0", expected an integer, at least 1
        see: slipway explain SLIPWAY_CONFIG_VALUE
      ",
      }
    `)
  })

  it('a file that is not UTF-8', async () => {
    const cwd = projectFolder(files)
    writeFileSync(join(cwd, 'api.ini'), Buffer.from('[app:main]\ncolour = gr\xfcn\n', 'latin1'))
    expect(told(await slipway(['serve', 'api.ini', '--port', '0'], { cwd }), cwd)).toMatchInlineSnapshot(`
      {
        "status": 78,
        "stderr": "error SLIPWAY_INPUT_ENCODING: deployment file "/shop/api.ini" is not UTF-8 text
        api.ini:2:12
        2 | colour = gr�n
          |            ^ byte 0xfc, expected UTF-8
        convert it: iconv -f latin1 -t utf-8 /shop/api.ini
        see: slipway explain SLIPWAY_INPUT_ENCODING
      ",
      }
    `)
  })

  it('a file that this user may not read', async () => {
    const cwd = projectFolder(files)
    chmodSync(cwd, 0o755)
    chmodSync(join(cwd, 'api.ini'), 0o000)
    // Root reads everything.
    const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
    expect(told(await slipway(['serve', 'api.ini', '--port', '0'], { cwd, ...user }), cwd)).toMatchInlineSnapshot(`
      {
        "status": 77,
        "stderr": "error SLIPWAY_INPUT_UNREADABLE: deployment file "/shop/api.ini" may not be read by this user
        api.ini
        look at the permissions: ls -l /shop/api.ini
        see: slipway explain SLIPWAY_INPUT_UNREADABLE
      ",
      }
    `)
  })
})

describe('failing code', () => {
  it('a module that throws while it loads, with the stack of the user’s code alone', async () => {
    const code =
      'function connect() {\n  throw new Error("no database")\n}\nconnect()\nexport const appFactory = () => {}\n'
    expect(await serve({ 'shop/api.mjs': code })).toMatchInlineSnapshot(`
      {
        "status": 70,
        "stderr": "error SLIPWAY_REFERENCE_THREW: module "shop.api" threw while it loaded: Error: no database
        api.ini:2:21
        2 | paste.app_factory = shop.api:app_factory
          |                     ^^^^^^^^^^^^^^^^^^^^ in /shop/shop/api.mjs
        see: slipway explain SLIPWAY_REFERENCE_THREW

      Error: no database
          at connect (file:///shop/shop/api.mjs:2:9)
          at file:///shop/shop/api.mjs:4:1
      ",
      }
    `)
  })

  it('a module that does not parse', async () => {
    const code = 'export const appFactory = () => {\n  const goods = [1, 2\n}\n'
    expect(await serve({ 'shop/api.mjs': code })).toMatchInlineSnapshot(`
      {
        "status": 70,
        "stderr": "error SLIPWAY_REFERENCE_SOURCE: module "shop.api" does not parse: Unexpected token '}'
        shop/api.mjs:3:1
        3 | }
          | ^
        it is named in /shop/api.ini:2
        see: slipway explain SLIPWAY_REFERENCE_SOURCE
      ",
      }
    `)
  })

  it('a module whose import is not installed', async () => {
    const code = "import { sell } from 'till'\nexport const appFactory = () => sell\n"
    expect(await serve({ 'shop/api.mjs': code })).toMatchInlineSnapshot(`
      {
        "status": 70,
        "stderr": "error SLIPWAY_REFERENCE_DEPENDENCY: module "shop.api" is there, but what it imports is not: "till"
        api.ini:2:21
        2 | paste.app_factory = shop.api:app_factory
          |                     ^^^^^^^^^^^^^^^^^^^^ imported by /shop/shop/api.mjs
        install it: npm install till
        see: slipway explain SLIPWAY_REFERENCE_DEPENDENCY
      ",
      }
    `)
  })

  it('a factory that is none', async () => {
    const code = 'export const appFactory = { status: 204 }\n'
    expect(await serve({ 'shop/api.mjs': code })).toMatchInlineSnapshot(`
      {
        "status": 78,
        "stderr": "error SLIPWAY_REFERENCE_NOT_CALLABLE: "shop.api:app_factory" is no function
        api.ini:2:21
        2 | paste.app_factory = shop.api:app_factory
          |                     ^^^^^^^^^^^^^^^^^^^^ a value of type object, expected a function for paste.app_factory
        see: slipway explain SLIPWAY_REFERENCE_NOT_CALLABLE
      ",
      }
    `)
  })

  it('a factory that returns no app', async () => {
    const code = 'export const appFactory = () => ({ status: 204 })\n'
    expect(await serve({ 'shop/api.mjs': code })).toMatchInlineSnapshot(`
      {
        "status": 70,
        "stderr": "error SLIPWAY_PASTE_RESULT: cannot serve an object as an application
        api.ini:2:21
        2 | paste.app_factory = shop.api:app_factory
          |                     ^^^^^^^^^^^^^^^^^^^^ expected a function (req) => response, a (req, res) listener, an Express, Koa, Fastify or Hono app
        see: slipway explain SLIPWAY_PASTE_RESULT
      ",
      }
    `)
  })

  it('a factory that throws, with the stack of the user’s code alone', async () => {
    const code = 'export const appFactory = () => {\n  throw new TypeError("no goods")\n}\n'
    expect(await serve({ 'shop/api.mjs': code })).toMatchInlineSnapshot(`
      {
        "status": 70,
        "stderr": "error SLIPWAY_PASTE_FACTORY_THREW: the factory of [app:main] failed: TypeError: no goods
        api.ini:2:21
        2 | paste.app_factory = shop.api:app_factory
          |                     ^^^^^^^^^^^^^^^^^^^^ shop.api:app_factory
        see: slipway explain SLIPWAY_PASTE_FACTORY_THREW

      TypeError: no goods
          at appFactory (file:///shop/shop/api.mjs:2:9)
      ",
      }
    `)
  })

  it('a rejection that nobody handles ends the one process in words', async () => {
    const code =
      'export const appFactory = () => () => {\n' +
      '  void Promise.reject(new Error("lost promise"))\n' +
      '  return { status: 204, headers: {}, body: null }\n}\n'
    const cwd = projectFolder({ ...files, 'shop/api.mjs': code })
    const child = spawn(process.execPath, [join(project, 'bin/slipway.js'), 'serve', 'api.ini', '--port', '0'], { cwd })
    onTestFinished(() => void child.kill('SIGKILL'))
    let log = ''
    const listening = new Promise<string>((resolve) => {
      child.stdout.on('data', (chunk: Buffer) => {
        log += chunk.toString()
        const url = /listening on (http:[^"]+)/u.exec(log)?.[1]
        if (url !== undefined && log.includes('ready in')) resolve(url)
      })
    })
    const closed = once(child, 'close')
    await fetch(await listening).catch(() => null)
    const [status] = (await closed) as [number | null]
    expect(status).toBe(70)
    expect(log).toMatch(/"msg":"the service died: Error: lost promise"/u)
    expect(log).toContain('shop/api.mjs:2:')
  })
})

describe('the address', () => {
  it('is in use: by whom is told', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const cwd = projectFolder({ ...files, 'shop.conf': `[DEFAULT]\nlisten = 127.0.0.1:${port}\n` })
    const args = ['serve', 'api.ini', '--config-file', join(cwd, 'shop.conf')]
    const { status, stderr } = told(await slipway(args, { cwd }), cwd)
    const shown = stderr.replaceAll(String(port), 'PORT').replaceAll(String(process.pid), 'PID')
    expect({ status, stderr: shown.replace(/pid PID \(.*\)\n/u, 'pid PID (COMMAND)\n') }).toMatchInlineSnapshot(`
      {
        "status": 69,
        "stderr": "error SLIPWAY_LAUNCH_PORT_IN_USE: cannot listen on "127.0.0.1:PORT": the address is in use by pid PID (COMMAND)
        shop.conf:2:10
        2 | listen = 127.0.0.1:PORT
          |          ^^^^^^^^^^^^^^^
        end it (kill PID), or set another address in "listen"
        see: slipway explain SLIPWAY_LAUNCH_PORT_IN_USE
      ",
      }
    `)
  })

  it('is no address', async () => {
    const cwd = projectFolder(files)
    expect(told(await slipway(['serve', 'api.ini', '--listen', '::1'], { cwd }), cwd)).toMatchInlineSnapshot(`
      {
        "status": 78,
        "stderr": "error SLIPWAY_LAUNCH_ADDRESS: cannot listen on "::1": it is not an address
        expected "host:port", "[v6 address]:port", "unix:/path?mode=0660" or "fd:name"
        an IPv6 address stands in brackets: "[::1]:8774"
        see: slipway explain SLIPWAY_LAUNCH_ADDRESS
      ",
      }
    `)
  })
})
