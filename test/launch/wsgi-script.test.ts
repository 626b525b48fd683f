// wsgi scripts as modules and as servers: real processes of the built package.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { request } from 'undici'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ScriptTarget } from '../../src/entrypoints/run-main.ts'
import { inject } from '../../src/http/index.ts'
import { wsgiExports } from '../../src/launch/wsgi-script.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const dist = new URL('../../dist/', import.meta.url)

const answering = (body: string) => ({ status: 200, headers: { 'content-type': 'text/plain' }, body })

/** A script like those that are generated, for a target of this source. */
function scriptOf(targetSource: string): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'slipway-wsgi-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'target.mjs'), targetSource)
  const lines = [
    `import { isRunDirectly, scriptTarget } from '${new URL('entrypoints/run-main.js', dist).href}'`,
    `import { runWsgiScript, wsgiExports } from '${new URL('launch/wsgi-script.js', dist).href}'`,
    `const target = scriptTarget('shop.wsgi:init_app', import.meta.resolve('./target.mjs'))`,
    'export const { application, handler } = wsgiExports(target)',
    `if (isRunDirectly(import.meta.url)) void runWsgiScript(target, 'shop-wsgi', process.argv.slice(2))`,
  ]
  const file = join(folder, 'shop-wsgi.mjs')
  writeFileSync(file, lines.join('\n'))
  return file
}

interface Running {
  readonly child: ChildProcess
  readonly lines: readonly string[]
  readonly url: string
}

/** Runs a script directly, until its banner is complete. */
async function serve(file: string, ...argv: string[]): Promise<Running> {
  // That of this package has documents.
  const env = { ...process.env, OS_DATABASE__CONNECTION: 'sqlite://' }
  const child = spawn(process.execPath, [file, '--host', '127.0.0.1', '--port', '0', ...argv], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  if (!child.stdout) throw new Error('no output')
  const lines: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line)
    if (lines.filter((line) => !line.startsWith('{')).length === 5) break
  }
  const url = lines.find((line) => line.startsWith('Available at'))?.slice('Available at '.length)
  if (url === undefined) throw new Error(`no address in ${JSON.stringify(lines)}`)
  return { child, lines, url }
}

function run(file: string, ...argv: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...argv], {
    encoding: 'utf-8',
    timeout: 45_000,
  })
  return { status, stdout, stderr }
}

describe('the exports of a wsgi script', () => {
  const targetThat = (make: () => unknown): ScriptTarget => ({
    reference: 'shop.wsgi:init_app',
    load: async () => make,
  })

  it('build the app once, with the first request, however many come at once', async () => {
    let built = 0
    const { application } = wsgiExports(
      targetThat(async () => {
        built += 1
        return () => answering(String(built))
      }),
    )
    expect(built).toBe(0)
    const answers = await Promise.all([1, 2, 3].map(async () => (await inject(application, { path: '/' })).text()))
    expect(answers).toEqual(['1', '1', '1'])
    expect((await inject(application, { path: '/' })).text()).toBe('1')
    expect(built).toBe(1)
  })

  it('try again with the next request when the build failed', async () => {
    let tries = 0
    const { application } = wsgiExports(
      targetThat(() => {
        tries += 1
        if (tries === 1) throw new Error('no database yet')
        return () => answering('here')
      }),
    )
    expect((await inject(application, { path: '/' })).status).toBe(500)
    expect((await inject(application, { path: '/' })).text()).toBe('here')
  })

  it('take whatever serves as an application', async () => {
    const { application } = wsgiExports(
      targetThat(() => (_req: unknown, res: { end(body: string): void }) => res.end('node')),
    )
    expect((await inject(application, { path: '/' })).text()).toBe('node')
  })

  it('open no socket and load no target when the module is imported', () => {
    const file = scriptOf('console.log("loaded")\nexport const initApp = () => () => null')
    const source = `const { application, handler } = await import('file://${file}')
      console.log(typeof application, typeof handler, process.getActiveResourcesInfo().filter((kind) => kind.includes('TCP')).length)`
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', source], {
      encoding: 'utf-8',
      timeout: 45_000,
    })
    expect(stdout).toBe('function function 0\n')
  })

  it('can be required by a server that is CommonJS', () => {
    const file = scriptOf('export const initApp = () => () => null')
    const source = `console.log(Object.keys(require(${JSON.stringify(file)})).join())`
    const { stdout } = spawnSync(process.execPath, ['--input-type=commonjs', '--eval', source], {
      encoding: 'utf-8',
      timeout: 45_000,
    })
    expect(stdout).toBe('application,handler\n')
  })

  it('serve through the handler, and tell a failure on standard error', async () => {
    const file = scriptOf(
      'export const initApp = () => (req) => { if (req.pathInfo === "/bad") throw new Error("why"); return { status: 200, headers: {}, body: "hi" } }',
    )
    const source = `import { createServer } from 'node:http'
      const { handler } = await import('file://${file}')
      const server = createServer(handler).listen(0, '127.0.0.1', async () => {
        const url = 'http://127.0.0.1:' + server.address().port
        console.log(await (await fetch(url)).text(), (await fetch(url + '/bad')).status)
        server.close()
        server.closeAllConnections()
      })`
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', source], {
      encoding: 'utf-8',
      timeout: 45_000,
    })
    expect(stdout).toBe('hi 500\n')
    expect(stderr).toMatch(/^GET \/bad: the application failed\nError: why\n\s+at /u)
  })
})

describe('a wsgi script that is run directly', () => {
  const hello = 'export const initApp = () => () => ({ status: 200, headers: {}, body: process.argv.slice(2).join() })'

  it('serves with a banner, its target with the arguments after "--"', async () => {
    const { lines, url, child } = await serve(scriptOf(hello), '--', '--config-file', 'x.conf')
    expect(lines[1]).toBe('STARTING test server shop.wsgi.init_app')
    expect([lines[0], lines[4]]).toEqual(['*'.repeat(80), '*'.repeat(80)])
    expect(await (await request(url)).body.text()).toBe('--config-file,x.conf')
    child.kill('SIGINT')
    expect(await once(child, 'exit')).toEqual([null, 'SIGINT'])
  })

  it('builds the app of this package with the configuration that is passed on', async () => {
    const { url } = await serve(
      join(root, 'bin/service-wsgi-api.js'),
      '--',
      '--config-file',
      'etc/service/service.conf',
    )
    const { statusCode, body } = await request(url)
    await body.dump()
    expect(statusCode).toBeLessThan(500)
  })

  it.each([
    [['x'], /^error SLIPWAY_USAGE: unexpected argument "x"\n/u],
    [['--prt', '1'], /^error SLIPWAY_USAGE: unknown option "--prt"\n/u],
    [['--port', 'http'], /^error SLIPWAY_USAGE: --port "http" is no port\n {2}expected a number from 0 to 65535\n/u],
    [['-p', '65536'], /is no port/u],
  ])('refuses %j with status 64', (argv, message) => {
    const { status, stdout, stderr } = run(scriptOf(hello), ...argv)
    expect({ status, stdout }).toEqual({ status: 64, stdout: '' })
    expect(stderr).toMatch(message)
  })

  it('shows its help and builds nothing', () => {
    const { status, stdout } = run(scriptOf('throw new Error("loaded")'), '--help')
    expect(status).toBe(0)
    expect(stdout).toMatchInlineSnapshot(`
      "usage: shop-wsgi [--host HOST] [--port PORT] [-- arguments of the application]

      Serves shop.wsgi:init_app with one process, for development.

      options:
        -b, --host HOST  address to listen on (default: all addresses)
        -p, --port PORT  port to listen on (default: 8000; 0: any that is free)
        -h, --help       show this help
      "
    `)
  })

  it('ends with the diagnostic of a target that cannot be built, before it listens', () => {
    const { status, stdout, stderr } = run(
      scriptOf('export const initApp = () => { throw new Error("no database") }'),
      '-p',
      '0',
    )
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toMatch(/^Error: no database\n\s+at /u)
  })

  it('names who holds its port', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const { status, stderr } = run(scriptOf(hello), '-b', '127.0.0.1', '-p', String(port))
    expect(status).toBe(69)
    expect(stderr).toContain(
      `cannot listen on "127.0.0.1:${port}" (set by --host and --port): the address is in use by`,
    )
  })
})
