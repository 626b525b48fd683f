// What the processes of a running service have loaded: V8's coverage names every script that it has compiled, of this
// package, of others and of Node.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { request } from 'undici'
import { describe, expect, it, onTestFinished } from 'vitest'
import { modulesIn, packagesIn } from '../built-modules.ts'
import { serviceConf } from './folder.ts'
import { RunningServer } from './running-server.ts'

interface Loaded {
  readonly own: readonly string[]
  readonly packages: readonly string[]
  readonly node: readonly string[]
}

/** Of a service with two workers that has answered one request. */
async function startedService(): Promise<{ master: Loaded; workers: Loaded[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-coverage-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const flags = ['--config-file', serviceConf, '--listen', '127.0.0.1:0', '--workers', '2']
  const server = new RunningServer({ NODE_V8_COVERAGE: folder }, ...flags)
  const url = await server.url()
  const { msg } = await server.line(({ msg }) => msg.startsWith('ready in'))
  const pids = (/\(pids ([\d, ]+)\)/u.exec(msg)?.[1] ?? '').split(', ')
  expect((await request(`${url}/healthcheck`)).statusCode).toBe(200)
  expect((await server.stop()).status).toBe(0)
  const files = readdirSync(folder).map((file) => ({ pid: file.split('-')[1] ?? '', file }))
  const read = (isWorker: boolean): Loaded[] =>
    files
      .filter(({ pid }) => pids.includes(pid) === isWorker)
      .map(({ file }) => loadedIn(readFileSync(join(folder, file), 'utf-8')))
  const [master] = read(false)
  const workers = read(true)
  if (!master || workers.length !== 2) throw new Error(`coverage of ${files.map(({ pid }) => pid).join(', ')}`)
  return { master, workers }
}

function loadedIn(coverage: string): Loaded {
  const { result } = JSON.parse(coverage) as { result: { url: string }[] }
  const urls = result.map(({ url }) => url)
  const packages = packagesIn(urls)
  return {
    own: modulesIn(urls),
    packages,
    node: urls.filter((url) => url.startsWith('node:')).map((url) => url.slice('node:'.length)),
  }
}

/** What waits for its first use: a misspelt name, a client with wishes, a proxy, a manifest of another kind. */
const later =
  /^(?:import-meta-resolve|ipaddr\.js|jsonc-parser|leven|mysql2|negotiator|pg|pino-pretty|piscina|smol-toml|yaml)$/u

/** What only those who look for plugins need. */
const plugins = /^entrypoints\/(?:.*manager|drivers|extension|installed|package-index|scan-packages|stamp|workspaces)$/u

describe('a service that has started', () => {
  it('has in its master nothing that builds an app or answers requests', async () => {
    const { own, packages, node } = (await startedService()).master
    expect(own).toEqual(expect.arrayContaining(['launch/master/supervisor', 'paste/describe']))
    const serves = /^(?:http|middleware|launch\/worker|cli)\/|^paste\/(?:build|load|urlmap|strategy)$/u
    // The service declares the options of its filters.
    const declares = /^middleware\/(?:(?:\w+\/)?options|ignored-option)$/u
    expect(own.filter((name) => serves.test(name) && !declares.test(name))).toEqual([])
    expect(own.filter((name) => plugins.test(name))).toEqual([])
    expect(packages).toEqual(expect.arrayContaining(['commander', 'pino']))
    expect(packages.filter((name) => later.test(name))).toEqual([])
    expect(node).toContain('child_process')
    expect(node.filter((name) => /^(?:https?2?|_http_.*|tls|_tls_.*|inspector)$|undici/u.test(name))).toEqual([])
  })

  it('has in its workers nothing of masters and commands, nor the client behind fetch', async () => {
    for (const { own, packages, node } of (await startedService()).workers) {
      expect(own).toEqual(expect.arrayContaining(['http/edge', 'middleware/request-log', 'paste/build']))
      expect(
        own.filter((name) => /^(?:launch\/master\/supervisor|launch\/launcher|service\/cmd|cli)\b/u.test(name)),
      ).toEqual([])
      expect(packages).toEqual(expect.arrayContaining(['pino', 'kysely']))
      expect(packages.filter((name) => later.test(name) || name === 'commander')).toEqual([])
      expect(node).toContain('http')
      expect(node.filter((name) => name.includes('undici'))).toEqual([])
    }
  })
})
