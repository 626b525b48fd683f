// What the system may refuse to a service: real processes at real limits.
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { request } from 'undici'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RunningService, until } from './fixtures/running-service.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'faults-'))
})

afterEach(async () => {
  await RunningService.killAll()
  rmSync(folder, { recursive: true })
})

async function get(url: string): Promise<{ pid: number }> {
  const { body } = await request(url, { reset: true })
  return (await body.json()) as { pid: number }
}

describe('the limit of descriptors', () => {
  it.each(['1', '2'])(
    'lets the service stand, say so, and serve again when clients leave (%s workers)',
    async (workers) => {
      const service = new RunningService({
        through: ['/bin/sh', '-c', 'ulimit -n 64; exec "$0" "$@"'],
        flags: ['--workers', workers],
      })
      const { url, port, pids } = await service.ready()
      const clients: Socket[] = []
      let ended = 0
      for (let count = 0; count < 400; count++) {
        const client = connect(port, '127.0.0.1')
        client.on('error', () => undefined)
        client.on('close', () => (ended += 1))
        clients.push(client)
        await once(client, 'connect')
      }
      const said = await service.line(/^no file descriptor is left/)
      expect(said).toMatchObject({
        level: 'warn',
        msg: 'no file descriptor is left (this process may have 64): new connections are closed at once',
        hint: 'raise it: LimitNOFILE= in the unit, ulimit -n',
      })
      await until(() => ended > 50, 'nobody was turned away')
      for (const client of clients) client.destroy()
      await service.line(/^there are file descriptors again/)
      // Each worker says so for itself.
      await until(() => pids.every((pid) => readdirSync(`/proc/${pid}/fd`).length < 60), 'a worker keeps connections')
      expect(pids).toContain((await get(url)).pid)
      expect(service.messages.join('\n')).not.toContain('died')
      service.signal('SIGTERM')
      expect(await service.exit()).toEqual({ status: 0, signal: null })
    },
  )
})

describe('an address that cannot be had', () => {
  it.each(['1', '2'])('leaves a file alone that is no socket, and ends with 69 (%s workers)', async (workers) => {
    const path = join(folder, 'precious')
    writeFileSync(path, 'precious')
    const service = new RunningService({ flags: ['--workers', workers, '--listen', `unix:${path}`] })
    expect(await service.exit()).toEqual({ status: 69, signal: null })
    expect(service.lines.at(-1)).toMatchObject({
      code: 'SLIPWAY_LAUNCH_BIND',
      msg: `cannot listen on "unix:${path}" (set by --listen): the file "${path}" exists and is not a socket`,
    })
    expect(readFileSync(path, 'utf8')).toBe('precious')
  })

  it('refuses a reload, and what was bound for it is free again', async () => {
    const taken = new RunningService({})
    const { port } = await taken.ready()
    const path = join(folder, 'a.sock')
    const conf = join(folder, 'x.conf')
    const write = (...listen: readonly string[]): void =>
      writeFileSync(conf, `[DEFAULT]\n${listen.map((text) => `listen = ${text}`).join('\n')}\n`)
    write('127.0.0.1:0')
    const service = new RunningService({ listens: false, flags: ['--workers', '2', '--config-file', conf] })
    const { url, pids } = await service.ready()
    write('127.0.0.1:0', `unix:${path}`, `127.0.0.1:${port}`)
    const after = service.signal('SIGHUP')
    const { msg } = await service.line(/^cannot listen on/, after)
    expect(msg).toContain(`the address is in use by pid ${taken.pid} (`)
    await service.line(/^reload refused: nothing has changed$/, after)
    expect(() => readFileSync(path)).toThrow('ENOENT')
    expect(pids).toContain((await get(url)).pid)
  })
})
