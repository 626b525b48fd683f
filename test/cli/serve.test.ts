import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { afterEach, describe, expect, it } from 'vitest'
import { project, shop } from './slipway.ts'

const running = new Set<ChildProcess>()

afterEach(async () => {
  // Only what a failed test has left.
  for (const child of running) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL')
      await once(child, 'close')
    }
  }
  running.clear()
})

interface Served {
  readonly url: string
  readonly messages: readonly string[]
  /** TERM, and the exit status. */
  end(): Promise<number | null>
}

/** Resolves when the service says that it is ready. */
async function serve(...args: readonly string[]): Promise<Served> {
  const child = spawn(process.execPath, [`${project}bin/slipway.js`, 'serve', ...args], { cwd: shop })
  running.add(child)
  const closed = once(child, 'close') as Promise<[number | null]>
  const messages: string[] = []
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  for await (const line of createInterface(child.stdout)) {
    messages.push((JSON.parse(line) as { msg: string }).msg)
    if (messages.at(-1)?.startsWith('ready in')) break
  }
  child.stdout.resume()
  const url = messages.map((message) => /^listening on (\S+)/u.exec(message)?.[1]).find(Boolean)
  if (url === undefined) throw new Error(`it did not get ready: ${messages.join('\n')}\n${errors}`)
  return {
    url,
    messages,
    end: async () => {
      child.kill('SIGTERM')
      const [status] = await closed
      return status
    },
  }
}

describe('slipway serve', () => {
  it('serves an app with the configuration that is named, and ends with 0', async () => {
    const served = await serve('api-paste.ini#shop', '--port', '0', '--config-file', 'shop.conf', '--workers', '1')
    expect(served.messages[0]).toMatch(/^slipway \d+\.\d+\.\d+, config files \S*shop\.conf$/u)
    expect(served.messages).toContain(
      'pipeline shop (/: request_id > versionsapp, /v1: http_proxy_to_wsgi > price > goods, /v1/stock: price > stock)',
    )
    const response = await fetch(`${served.url}/v1/cups?size=2`, {
      headers: { 'x-colour': 'red', connection: 'close' },
    })
    expect(response.headers.get('x-price')).toBe('up/2')
    expect(await response.json()).toMatchObject({ path: '/cups', query: 'size=2', header: 'red' })
    expect(await served.end()).toBe(0)
  })

  it('serves stand-ins from several workers, whatever the project lacks', async () => {
    const served = await serve(
      'api-paste.ini#shop',
      '--host',
      '127.0.0.1',
      '--port',
      '0',
      '--workers',
      '2',
      '--stand-in=all',
    )
    expect(served.messages.at(-1)).toMatch(/^ready in \d+ ms, 2 workers \(pids \d+, \d+\)$/u)
    const response = await fetch(`${served.url}/v1/cups`, { headers: { connection: 'close' } })
    expect(await response.json()).toMatchObject({
      section: 'app:goods',
      scriptName: '/v1',
      filters: ['http_proxy_to_wsgi', 'authtoken', 'price'],
    })
    expect(await served.end()).toBe(0)
  })

  it('listens on every address that it is given', async () => {
    const listen = ['--listen', '127.0.0.1:0', '--listen', '127.0.0.1:0']
    const served = await serve('api-paste.ini#stock', ...listen, '--flavour', 'noauth')
    const [message = ''] = served.messages.filter((one) => one.startsWith('listening on'))
    const urls = message.replace('listening on ', '').split(', ')
    expect(new Set(urls).size).toBe(2)
    for (const url of urls) {
      const response = await fetch(url, { headers: { connection: 'close' } })
      expect(await response.json()).toMatchObject({ stock: 3 })
    }
    expect(await served.end()).toBe(0)
  })
})
