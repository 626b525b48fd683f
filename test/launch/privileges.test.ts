// From root to another user: real processes, which only root can start.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, request } from 'undici'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findGroup, findUser } from '../../src/launch/accounts.ts'
import { Load } from './fixtures/load.ts'
import { listenApart, RunningService, until } from './fixtures/running-service.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'privileges-'))
})

afterEach(async () => {
  await RunningService.killAll()
  rmSync(folder, { recursive: true })
})

// Nobody else can start a process as another user.
const isRoot = process.getuid?.() === 0
const asker = { where: null, what: 'the test' }
const asNobody = ['setpriv', '--reuid=nobody', '--regid=65534', '--clear-groups']

interface Who {
  readonly pid: number
  readonly loadedAs: number
  readonly uid: number
  readonly gid: number
  readonly groups: readonly number[]
  readonly umask: number
}

async function get<T = { pid: number }>(url: string): Promise<T> {
  const { body } = await request(url, { reset: true })
  return (await body.json()) as T
}

function configured(text: string): string[] {
  writeFileSync(join(folder, 'x.conf'), `[DEFAULT]\n${text}\n`)
  return ['--config-file', join(folder, 'x.conf')]
}

function ownerOf(pid: number): number {
  return statSync(`/proc/${pid}`).uid
}

describe('accounts', () => {
  it('are found by name and by number', () => {
    const { uid, name, gid } = findUser('root', asker)
    expect([name, uid, gid]).toEqual(['root', 0, 0])
    expect(findUser('0', asker)).toEqual({ name: 'root', uid: 0, gid: 0 })
    expect(findUser('54321', asker)).toEqual({ name: null, uid: 54_321, gid: null })
    expect(findGroup('root', asker)).toBe(0)
    expect(findGroup('54321', asker)).toBe(54_321)
  })

  it.each([
    ['nobdy', 'nobody'],
    ['-x', null],
    ['a:b', null],
  ])('that are not there are named (%s)', (text, close) => {
    expect(() => findUser(text, asker)).toThrow(
      expect.objectContaining({
        code: 'SLIPWAY_LAUNCH_ACCOUNT',
        message: `there is no user "${text}", which the test names`,
        alternatives: close === null ? [] : [close],
      }),
    )
  })
})

describe.skipIf(!isRoot)('a service that root starts', () => {
  const nobody = isRoot ? findUser('nobody', asker) : null

  it('loads its code as the user of the option, in workers; their master stays root', async () => {
    const service = new RunningService({ flags: ['--workers', '2', ...configured('user = nobody\numask = 027')] })
    const { url, pids } = await service.ready()
    const who = await get<Who>(`${url}/who`)
    const { uid, gid } = nobody ?? {}
    expect(who).toMatchObject({ loadedAs: uid, uid, gid, groups: [gid], umask: 0o027 })
    expect(pids.map(ownerOf)).toEqual([uid, uid])
    expect(ownerOf(service.pid)).toBe(0)
    const after = service.signal('SIGHUP')
    await service.line(/^reloaded in/, after)
    expect((await get<Who>(`${url}/who`)).loadedAs).toBe(uid)
  })

  it('changes as a whole when it has one worker, once its addresses are bound', async () => {
    // It reads its configuration again as that user.
    chmodSync(folder, 0o755)
    const path = join(folder, 'a.sock')
    const flags = ['--listen', '127.0.0.1:0', '--listen', `unix:${path}`, ...configured(`user = nobody\ngroup = 0`)]
    const service = new RunningService({ flags })
    const { url } = await service.ready()
    expect(await get<Who>(`${url}/who`)).toMatchObject({ loadedAs: nobody?.uid, uid: nobody?.uid, gid: 0 })
    expect(statSync(path).uid).toBe(0)
    const after = service.signal('SIGHUP')
    await service.line(/^reloaded in/, after)
    expect(await get(url)).toHaveProperty('pid', service.pid)
    service.signal('SIGTERM')
    expect(await service.exit()).toEqual({ status: 0, signal: null })
    // The folder is root's: the file stays, and stops nobody.
    expect(existsSync(path)).toBe(true)
    const second = new RunningService({ flags })
    await second.ready()
    const client = new Client('http://localhost', { socketPath: path })
    expect((await client.request({ method: 'GET', path: '/' })).statusCode).toBe(200)
    await client.close()
  })

  it('drains as any other does', async () => {
    const service = new RunningService({ flags: ['--workers', '2', ...listenApart(), ...configured('user = nobody')] })
    const load = new Load((await service.ready()).url, { clients: 16, isFresh: true, thinkMs: 3 })
    await until(() => load.answered > 200, 'no load')
    service.signal('SIGTERM')
    await load.finished()
    // Who comes in the moment between the last look at the queue and its end is reset.
    expect(load.failures.length).toBeLessThanOrEqual(1)
    expect(await service.exit()).toEqual({ status: 0, signal: null })
  })

  it.each(['1', '2'])(
    'gives it the log file that it makes, so that it can be opened again (%s workers)',
    async (workers) => {
      chmodSync(folder, 0o755)
      const logs = join(folder, 'logs')
      mkdirSync(logs, { mode: 0o777 })
      chmodSync(logs, 0o777)
      const file = join(logs, 'x.log')
      const service = new RunningService({
        flags: ['--workers', workers, ...configured(`user = nobody\nuse_stderr = true\nlog_file = ${file}`)],
      })
      await until(() => existsSync(file) && readFileSync(file, 'utf8').includes('ready in'), 'no log')
      expect(statSync(file).uid).toBe(nobody?.uid)
      renameSync(file, `${file}.1`)
      service.signal('SIGUSR1')
      await until(() => existsSync(file) && readFileSync(file, 'utf8').includes('opened again'), 'not opened again')
      expect(statSync(file).uid).toBe(nobody?.uid)
      service.signal('SIGTERM')
      expect(await service.exit()).toEqual({ status: 0, signal: null })
      // Written by those who are no longer root.
      expect(readFileSync(file, 'utf8')).toContain('closed first')
    },
  )

  it('does not give away a log file that was there', async () => {
    const file = join(folder, 'x.log')
    writeFileSync(file, 'before\n')
    const service = new RunningService({
      flags: configured(`user = nobody\nuse_stderr = true\nlog_file = ${file}`),
    })
    await until(() => readFileSync(file, 'utf8').includes('ready in'), 'no log')
    expect(statSync(file).uid).toBe(0)
    service.signal('SIGTERM')
    await service.exit()
    expect(readFileSync(file, 'utf8')).toMatch(/^before\n(?:.*\n)*.*closed first/)
  })

  it.each([
    ['user = nobdy', 'there is no user "nobdy", which the option user names', 78],
    ['user = nobody\ngroup = nogruop', 'there is no group "nogruop", which the option group names', 78],
    ['user = 54321', 'user 54321 has no name, so its group is not known', 78],
  ])('is refused for %s', async (text, msg, status) => {
    const service = new RunningService({ flags: configured(text) })
    expect(await service.exit()).toEqual({ status, signal: null })
    expect(service.lines.at(-1)).toMatchObject({ msg, where: { line: 1 + text.split('\n').length } })
  })

  it('is not refused a number without a name when the group is given', async () => {
    const service = new RunningService({ flags: ['--workers', '2', ...configured('user = 54321\ngroup = 54322')] })
    const { url } = await service.ready()
    expect(await get<Who>(`${url}/who`)).toMatchObject({ loadedAs: 54_321, uid: 54_321, gid: 54_322, groups: [54_322] })
  })
})

describe.skipIf(!isRoot)('a service that a user starts (which the tests need root for)', () => {
  function start(text: string, flags: readonly string[] = []): RunningService {
    chmodSync(folder, 0o755)
    return new RunningService({ through: asNobody, flags: [...flags, ...configured(text)] })
  }

  it('is refused another user', async () => {
    const service = start('user = root')
    expect(await service.exit()).toEqual({ status: 77, signal: null })
    expect(service.lines.at(-1)).toMatchObject({
      code: 'SLIPWAY_LAUNCH_PRIVILEGES',
      msg: expect.stringMatching(
        /^cannot run as user "root": only root can become another user, and this is uid \d+$/,
      ) as string,
      where: { line: 2 },
    })
  })

  it('may name itself', async () => {
    const { url } = await start('user = nobody', ['--workers', '2']).ready()
    expect(await get<Who>(`${url}/who`)).toMatchObject({ uid: findUser('nobody', asker).uid })
  })

  // Containers may give every port to everybody.
  it.skipIf(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8').trim() !== '1024')(
    'is refused a privileged port, with what would mend it',
    async () => {
      const service = start('', ['--listen', '127.0.0.1:1023'])
      expect(await service.exit()).toEqual({ status: 77, signal: null })
      expect(service.lines.at(-1)).toMatchObject({
        code: 'SLIPWAY_LAUNCH_BIND_PERMISSION',
        msg: 'cannot listen on "127.0.0.1:1023" (set by --listen): this user may not',
        hint: 'ports below net.ipv4.ip_unprivileged_port_start need the capability CAP_NET_BIND_SERVICE',
      })
    },
  )

  it('may not give its socket away', async () => {
    chmodSync(folder, 0o777)
    const path = join(folder, 'a.sock')
    const service = new RunningService({
      through: asNobody,
      flags: ['--listen', `unix:${path}?owner=root`],
    })
    expect(await service.exit()).toEqual({ status: 77, signal: null })
    expect(service.lines.at(-1)?.msg).toBe(
      `cannot listen on "unix:${path}?owner=root": this user may not give the socket away`,
    )
    expect(existsSync(path)).toBe(false)
  })
})
