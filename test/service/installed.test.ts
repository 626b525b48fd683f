// The generated commands where users meet them: installed by npm, found on the PATH, started from anywhere.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { request } from 'undici'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { makeFolder, root } from './folder.ts'
import { type Installed, installGlobally } from './installed.ts'

const { bin: declared, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf-8')) as {
  bin: Record<string, string>
  version: string
}

let installed: Installed
// A blank, a letter that is not ASCII, and what URLs would take for something else.
beforeAll(() => (installed = installGlobally('préfixe 100% #1')), 180_000)
afterAll(() => installed.remove())

function run(command: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: '/',
    env: installed.env,
    encoding: 'utf-8',
    timeout: 45_000,
  })
  return { status, stdout, stderr }
}

/** Starts a command that serves; gives its address and what ends it. */
async function serve(command: string, args: readonly string[], cwd: string) {
  const child = spawn(command, args, { cwd, env: installed.env, detached: true, stdio: ['ignore', 'pipe', 'inherit'] })
  const closed = once(child, 'close')
  onTestFinished(async () => {
    const isRunning = child.exitCode === null && child.signalCode === null
    if (isRunning && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    await closed
  })
  const lines = createInterface({ input: child.stdout })
  let address: string | undefined
  for await (const line of lines) {
    address = /(?:listening on|Available at) (http:[^\s",]+)/u.exec(line)?.[1]
    if (address !== undefined) break
  }
  if (address === undefined) throw new Error(`${command} ended without an address`)
  // What follows must not fill the pipe.
  child.stdout.resume()
  const stop = async (): Promise<unknown[]> => {
    child.kill('SIGTERM')
    return closed
  }
  return { url: address.replace(/\/$/u, ''), stop }
}

async function healthOf(url: string): Promise<string> {
  const { statusCode, body } = await request(`${url}/healthcheck`)
  return `${statusCode} ${await body.text()}`
}

describe('the commands of this package, installed by npm', () => {
  it('are those of package.json, and nothing else', () => {
    expect(new Set(readdirSync(installed.bin))).toEqual(new Set(Object.keys(declared)))
    // npm has copied the package: no command leads back to this checkout.
    expect(realpathSync(join(installed.bin, 'slipway'))).toBe(
      join(installed.bin, '../lib/node_modules/slipway/bin/slipway.js'),
    )
  })

  it.each(Object.keys(declared))('%s is found on the PATH, and shows its help from any folder', (name) => {
    const { status, stdout, stderr } = run(name, '--help')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(new RegExp(`^usage: ${name} `, 'iu'))
  })

  it('slipway reads the manifest of the folder that it is started in', () => {
    const { stdout } = spawnSync(join(installed.bin, 'slipway'), ['list', '--group', 'wsgi_scripts'], {
      cwd: root,
      env: installed.env,
      encoding: 'utf-8',
    })
    expect(stdout).toContain('service-wsgi-api')
  })

  it('service-server serves', async () => {
    const { conf, folder } = makeFolder()
    const { url, stop } = await serve('service-server', ['--config-file', conf, '--listen', '127.0.0.1:0'], folder)
    expect(await healthOf(url)).toBe('200 OK')
    expect(await stop()).toEqual([0, null])
  })

  it('service-server serves with workers of its own', async () => {
    const { conf } = makeFolder()
    const args = ['--config-file', conf, '--listen', '127.0.0.1:0', '--workers', '2']
    const { url, stop } = await serve('service-server', args, '/')
    expect(await healthOf(url)).toBe('200 OK')
    expect(await stop()).toEqual([0, null])
  })

  it('service-wsgi-api serves for development', async () => {
    const { conf } = makeFolder()
    const args = ['--host', '127.0.0.1', '--port', '0', '--', '--config-file', conf]
    const { url } = await serve('service-wsgi-api', args, '/')
    expect(await healthOf(url)).toBe('200 OK')
  })

  it('work through a symbolic link of another name, in a folder with odd characters', async () => {
    const folder = join(installed.folder, 'lïnks to it')
    mkdirSync(folder)
    const link = (name: string): string => {
      const path = join(folder, `my ${name}`)
      symlinkSync(join(installed.bin, name), path)
      return path
    }
    expect(run(link('slipway'), '--version')).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' })
    const { conf } = makeFolder()
    const args = ['--host', '127.0.0.1', '--port', '0', '--', '--config-file', conf]
    const { url } = await serve(link('service-wsgi-api'), args, folder)
    expect(await healthOf(url)).toBe('200 OK')
  })
})
