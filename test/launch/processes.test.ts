// The launcher as operators meet it: real masters and workers (built files), real sockets, real signals.
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, request } from 'undici'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Load } from './fixtures/load.ts'
import { expectFree, isAlive, kill, listenApart, RunningService, until, untilGone } from './fixtures/running-service.ts'

const fixtures = join(import.meta.dirname, 'fixtures')
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'launch-'))
})

afterEach(async () => {
  await RunningService.killAll()
  rmSync(folder, { recursive: true })
})

const two = ['--workers', '2']

/** On a connection of its own, so that no idle one is left for a drain to wait for. */
async function get(url: string): Promise<{ pid: number; worker: number }> {
  const { body } = await request(url, { reset: true })
  return (await body.json()) as { pid: number; worker: number }
}

/** On the connection that it has. */
async function ask(client: Client): Promise<{ pid: number; connection: string | string[] | undefined }> {
  const { headers, body } = await client.request({ method: 'GET', path: '/' })
  const { pid } = (await body.json()) as { pid: number }
  return { pid, connection: headers.connection }
}

function strings(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}

/** Those that run with a text in their environment, by the folder that /proc has for each. */
function processesWith(mark: string): string[] {
  return readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/environ`, 'latin1').includes(mark)
    } catch {
      // Gone meanwhile, or not ours to look into.
      return false
    }
  })
}

const cut = { code: 'UND_ERR_SOCKET' }
const refused = { code: 'ECONNREFUSED' }

describe('a start', () => {
  it('says in four lines what runs, where, what a request meets and who answers', async () => {
    const service = new RunningService({ flags: two })
    const { url, pids } = await service.ready()
    const told = service.lines.filter(({ level }) => level === 'info').map(({ msg }) => msg)
    expect(told).toEqual([
      'fixture 1.2.3, no config files',
      `listening on ${url}`,
      'fixture',
      expect.stringMatching(/^ready in \d+ ms, 2 workers \(pids \d+, \d+\)$/),
    ])
    expect(pids).toHaveLength(2)
    expect(pids).not.toContain(service.pid)
  })

  it('lets all workers share one port', async () => {
    const service = new RunningService({ flags: two })
    const { url, pids } = await service.ready()
    const load = new Load(url, { clients: 16, isFresh: true, path: '/burn?ms=2' })
    await until(() => pids.every((pid) => load.byPid.has(pid)), 'one worker never answers')
    await load.stop()
    expect(load.failures).toEqual([])
    expect(new Set(load.byPid.keys())).toEqual(new Set(pids))
  })

  it('runs a single worker in the process itself', async () => {
    const service = new RunningService({})
    const { url, pids } = await service.ready()
    expect(pids).toEqual([service.pid])
    expect(await get(url)).toEqual({ worker: 1, pid: service.pid })
  })

  it.each(['1', '2'])('ends with 69 and names the holder when the port is in use (%s workers)', async (workers) => {
    const first = new RunningService({})
    const { port } = await first.ready()
    const second = new RunningService({ flags: ['--workers', workers, '--listen', `127.0.0.1:${port}`] })
    expect(await second.exit()).toEqual({ status: 69, signal: null })
    expect(second.lines.at(-1)).toMatchObject({
      code: 'SLIPWAY_LAUNCH_PORT_IN_USE',
      msg: expect.stringMatching(
        new RegExp(
          `^cannot listen on "127.0.0.1:${port}" \\(set by --listen\\): the address is in use by pid ${first.pid} \\(.*start.mjs`,
        ),
      ) as string,
    })
  })

  it.each(['1', '2'])(
    'ends with the diagnostic of a service that throws at boot, and tries it once (%s workers)',
    async (workers) => {
      const service = new RunningService({ args: { boot: 'throw' }, flags: ['--workers', workers] })
      expect(await service.exit()).toEqual({ status: 70, signal: null })
      expect(service.lines.at(-1)).toMatchObject({
        code: 'SLIPWAY_LAUNCH_WORKER_BOOT',
        msg: expect.stringMatching(/could not start: TypeError: the fixture cannot start$/) as string,
        stack: expect.stringMatching(/service\.mjs:\d+/) as string,
      })
      expect(service.messages.join('\n')).not.toContain('restarting')
      expect(service.messages.filter((line) => line.includes('is starting'))).toHaveLength(workers === '1' ? 0 : 2)
      await untilGone(service.everyPid)
    },
  )

  it.each(['1', '2'])(
    'that fails after it has begun to listen releases what it holds (%s workers)',
    async (workers) => {
      const service = new RunningService({ args: { boot: 'throw-late' }, flags: ['--workers', workers] })
      expect(await service.exit()).toEqual({ status: 70, signal: null })
      expect(service.messages).toEqual(expect.arrayContaining(['closed second', 'closed first']))
      await untilGone(service.everyPid)
    },
  )

  it('takes a request_timeout shorter than the one for its head', async () => {
    writeFileSync(join(folder, 'x.conf'), '[DEFAULT]\nrequest_timeout = 10\n')
    const service = new RunningService({ flags: ['--config-file', join(folder, 'x.conf')] })
    expect(await get((await service.ready()).url)).toHaveProperty('pid')
  })

  it('that fails when its processes have begun leaves none of them behind', async () => {
    const mark = randomUUID()
    writeFileSync(join(folder, 'x.conf'), `[DEFAULT]\npid_file = ${join(folder, 'missing', 'x.pid')}\n`)
    const flags = [...two, '--config-file', join(folder, 'x.conf')]
    const service = new RunningService({ flags, env: { ...strings(process.env), LAUNCH_TEST_MARK: mark } })
    expect(await service.exit()).toMatchObject({ signal: null })
    expect(service.lines.at(-1)).toMatchObject({ code: 'SLIPWAY_LAUNCH_PID_FILE' })
    await until(() => processesWith(mark).length === 0, 'a process is left')
  })

  it.each([
    ['exit', /^worker \d could not start: ended with status 3$/],
    ['reject', /Error: nobody waits for this$/],
  ])('ends with 70 when a worker goes at boot by %s', async (boot, message) => {
    const service = new RunningService({ args: { boot }, flags: two })
    expect(await service.exit()).toEqual({ status: 70, signal: null })
    expect(service.lines.at(-1)?.msg).toMatch(message)
    await untilGone(service.everyPid)
  })

  it.each(['1', '2'])('ends when a worker is not ready within start_timeout (%s workers)', async (workers) => {
    writeFileSync(join(folder, 'x.conf'), '[DEFAULT]\nstart_timeout = 0.5\n')
    const service = new RunningService({
      args: { boot: 'hang' },
      flags: ['--workers', workers, '--config-file', join(folder, 'x.conf')],
    })
    const last = await service.line(/could not start/)
    expect(last).toMatchObject({
      code: 'SLIPWAY_LAUNCH_WORKER_BOOT',
      msg: expect.stringMatching(/it was not ready within 0.5 s$/) as string,
    })
    if (workers === '1') kill(service.pid)
    else expect(await service.exit()).toEqual({ status: 70, signal: null })
    await untilGone(service.everyPid)
  })

  it('refuses a reference that leads to no service, with the status of its diagnostic', async () => {
    const service = new RunningService({ reference: './service.mjs:not_a_service', flags: two })
    expect(await service.exit()).toEqual({ status: 70, signal: null })
    expect(service.lines.at(-1)).toMatchObject({ code: 'SLIPWAY_LAUNCH_SERVICE' })
    const missing = new RunningService({ reference: './nowhere.mjs:x', flags: two })
    expect(await missing.exit()).toEqual({ status: 78, signal: null })
    expect(missing.lines.at(-1)).toMatchObject({ code: 'SLIPWAY_REFERENCE_MODULE' })
  })

  it('takes a factory function and a class alike, and a service without a socket', async () => {
    const factory = new RunningService({ reference: './service.mjs:make_fixture', flags: two })
    expect((await get((await factory.ready()).url)).worker).toBeGreaterThan(0)
    const agent = new RunningService({ reference: './service.mjs:Agent', flags: two, options: { listen: [] } })
    await agent.line(/^ready in/)
    expect(agent.messages).toContain('listening on nothing')
    agent.signal('SIGTERM')
    expect(await agent.exit()).toEqual({ status: 0, signal: null })
    await untilGone(agent.everyPid)
  })

  it('can be stopped before it is ready', async () => {
    const service = new RunningService({ args: { boot: 'hang' }, flags: two })
    await service.line(/worker 2 .* is starting/)
    service.signal('SIGTERM')
    expect(await service.exit()).toEqual({ status: 0, signal: null })
    await untilGone(service.everyPid)
  })
})

describe('an app of a deployment file', () => {
  const paste = { reference: 'slipway.launch:PasteService', args: { uri: 'config:paste.ini', relativeTo: fixtures } }

  it.each(['1', '2'])('is served, named by its pipeline, and released at the end (%s workers)', async (workers) => {
    const service = new RunningService({ ...paste, flags: ['--workers', workers] })
    const { url } = await service.ready()
    expect(service.messages).toContain('pipeline stamp > hello')
    const { headers, body } = await request(url, { reset: true })
    expect(headers['x-stamp']).toBe('launch')
    expect(await body.text()).toBe('hello from paste.ini')
    service.signal('SIGTERM')
    expect(await service.exit()).toEqual({ status: 0, signal: null })
    expect(service.messages.filter((line) => line === 'hello is released')).toHaveLength(Number(workers))
  })

  it('is served by one call', async () => {
    const service = new RunningService({ serve: { uri: 'config:paste.ini', relativeTo: fixtures }, flags: two })
    const { url } = await service.ready()
    expect(await (await request(url, { reset: true })).body.text()).toBe('hello from paste.ini')
  })

  it.each([
    ['broken', 'SLIPWAY_PASTE_SECTION_MISSING'],
    ['missing', 'SLIPWAY_REFERENCE_MODULE'],
  ])('that is %s ends the start with its diagnostic', async (name, code) => {
    const service = new RunningService({ serve: { uri: 'config:paste.ini', name, relativeTo: fixtures }, flags: two })
    expect(await service.exit()).toEqual({ status: 78, signal: null })
    expect(service.lines.at(-1)).toMatchObject({ code, where: { line: expect.any(Number) as number } })
    await untilGone(service.everyPid)
  })

  it('is checked when the port is taken, so that both faults are told at once', async () => {
    const { port } = await new RunningService({}).ready()
    const serve = { uri: 'config:paste.ini', name: 'broken', relativeTo: fixtures }
    const service = new RunningService({ serve, flags: [...two, '--listen', `127.0.0.1:${port}`] })
    expect(await service.exit()).toEqual({ status: 78, signal: null })
    expect(service.lines.at(-1)?.problems).toEqual(['SLIPWAY_PASTE_SECTION_MISSING', 'SLIPWAY_LAUNCH_PORT_IN_USE'])
    expect(service.everyPid).toEqual([service.pid])
  })

  it('whose factory throws ends the start with its stack', async () => {
    const service = new RunningService({ ...paste, args: { ...paste.args, name: 'thrower' }, flags: two })
    expect(await service.exit()).toEqual({ status: 70, signal: null })
    expect(service.lines.at(-1)).toMatchObject({
      code: 'SLIPWAY_PASTE_FACTORY_THREW',
      where: { file: expect.stringContaining('paste.ini') as string, line: expect.any(Number) as number },
      stack: expect.stringMatching(/factories\.mjs:\d+/) as string,
    })
    await untilGone(service.everyPid)
  })
})

describe('a worker that dies', () => {
  it('by SIGKILL under load costs at most the requests in its hands, and comes back', async () => {
    const clients = 16
    const service = new RunningService({ flags: two })
    const { url, pids } = await service.ready()
    const load = new Load(url, { clients, thinkMs: 2 })
    await until(() => load.answered > 200, 'no load')
    const after = service.lines.length
    kill(pids[1] ?? 0)
    await service.line(new RegExp(`^worker 2 \\(pid ${pids[1]}\\) died: killed by SIGKILL.*; restarting now$`), after)
    const { msg } = await service.line(/^worker 2 \(pid \d+\) is ready$/, after)
    const successor = Number(/\d+(?=\) is ready)/.exec(msg)?.[0])
    const answered = load.answered
    await until(() => load.answered > answered + 200, 'the others do not serve')
    const fresh = new Load(url, { clients: 8, isFresh: true })
    await until(() => fresh.byPid.has(successor), 'the successor never answers')
    await fresh.stop()
    await load.stop()
    expect(load.failures.length).toBeLessThanOrEqual(clients)
    expect(load.refused).toBe(0)
    service.signal('SIGTERM')
    expect(await service.exit()).toEqual({ status: 0, signal: null })
    await untilGone(service.everyPid)
  })

  it('of an unhandled rejection says so, with the stack, is replaced, and answers what it has in hand', async () => {
    const service = new RunningService({ flags: two })
    const { url } = await service.ready()
    expect(await get(`${url}/reject`)).toHaveProperty('pid')
    const death = await service.line(/died: /)
    expect(death.msg).toMatch(
      /^worker \d \(pid \d+\) died: unhandled rejection: Error: an orphaned promise; restarting now$/,
    )
    expect(death.stack).toMatch(/service\.mjs:\d+/)
    await service.line(/^worker \d \(pid \d+\) is ready$/)
    expect(await get(url)).toHaveProperty('pid')
  })

  it('as the only one, in process, answers what it has in hand and ends the service with 70', async () => {
    const service = new RunningService({ flags: listenApart() })
    const { url, host, port } = await service.ready()
    expect(await get(`${url}/reject`)).toEqual({ worker: 1, pid: service.pid })
    expect(await service.exit()).toEqual({ status: 70, signal: null })
    expect(service.messages).toContain('the service died: Error: an orphaned promise')
    await expectFree(port, host)
  })

  it('again and again is left down while the others serve; with the last one the service ends with 70', async () => {
    const file = join(folder, 'broken')
    const service = new RunningService({
      args: { boot: { file } },
      flags: two,
      options: { respawn: { delaysMs: [0, 5], minUptimeMs: 60_000, maxFastDeaths: 3 } },
    })
    const { url, pids } = await service.ready()
    writeFileSync(file, '')
    kill(pids[0] ?? 0)
    const { msg } = await service.line(/stays down/)
    expect(msg).toMatch(
      /^worker 1 \(pid \d+\) could not start: .*the file is there; that was 3 times in a row, so it stays down; 1 worker left$/,
    )
    expect(service.messages.filter((line) => line.includes('restarting in 0.005 s'))).toHaveLength(1)
    expect(await get(url)).toEqual({ worker: 2, pid: pids[1] })
    kill(pids[1] ?? 0)
    expect(await service.exit()).toEqual({ status: 70, signal: null })
    expect(service.messages.at(-1)).toMatch(/^no worker stays alive; the last one: .*the file is there$/)
    await untilGone(service.everyPid)
  })

  it('on a SIGTERM of its own drains first, and its master starts another', async () => {
    const service = new RunningService({ flags: two })
    const { url, pids } = await service.ready()
    const load = new Load(url, { clients: 8, thinkMs: 2 })
    await until(() => load.answered > 100, 'no load')
    process.kill(pids[0] ?? 0, 'SIGTERM')
    await service.line(/^worker 1 \(pid \d+\) got SIGTERM; it drains, and another takes its place$/)
    await service.line(/^worker 1 \(pid \d+\) has drained; starting another$/)
    await service.line(/^worker 1 \(pid \d+\) is ready$/)
    await load.stop()
    expect(load.failures).toEqual([])
    expect(load.refused).toBe(0)
  })
})

/** Processor time of a process, in hundredths of a second (proc(5), utime). */
function ticksOf(pid: number): number {
  const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf-8').split(') ')
  return Number(fields.split(' ')[11])
}

describe('a stop', () => {
  it.each(['1', '2'])('under keep-alive load loses no request and ends with 0 (%s workers)', async (workers) => {
    const service = new RunningService({ flags: ['--workers', workers, ...listenApart()] })
    const { url, host, port } = await service.ready()
    const load = new Load(url, { clients: 24, thinkMs: 3 })
    await until(() => load.answered > 500, 'no load')
    service.signal('SIGTERM')
    await load.finished()
    expect(load.failures).toEqual([])
    expect(load.refused).toBe(24)
    expect(await service.exit()).toEqual({ status: 0, signal: null })
    await untilGone(service.everyPid)
    await expectFree(port, host)
  })

  it.each(['1', '2'])('under new connections answers those that were queued (%s workers)', async (workers) => {
    const service = new RunningService({ flags: ['--workers', workers, ...listenApart()] })
    const { url } = await service.ready()
    const load = new Load(url, { clients: 24, isFresh: true, path: '/burn?ms=1' })
    await until(() => load.answered > 300, 'no load')
    service.signal('SIGTERM')
    await load.finished()
    // One connection may slip between the last look at the queue and the close.
    expect(load.failures.length).toBeLessThanOrEqual(1)
    expect(await service.exit()).toEqual({ status: 0, signal: null })
  })

  it.each(['1', '2'])('lets a request in hand finish, told to close its connection (%s workers)', async (workers) => {
    const service = new RunningService({ flags: ['--workers', workers, ...listenApart()] })
    const { url, host, port } = await service.ready()
    const client = new Client(url)
    const worker = (await ask(client)).pid
    let other = new Client(url)
    await until(async () => {
      if ((await ask(other)).pid === worker) return true
      await other.destroy()
      other = new Client(url)
      return false
    }, 'the worker takes no second connection')
    const go = join(folder, 'go')
    const held = client.request({ method: 'GET', path: `/held?until=${go}` })
    const after = service.signal('SIGTERM')
    await service.line(/draining/, after)
    await until(async () => (await ask(other)).connection === 'close', 'nobody is told to close a connection')
    writeFileSync(go, '')
    const { statusCode, headers, body } = await held
    expect(statusCode).toBe(200)
    expect(headers.connection).toBe('close')
    await body.dump()
    expect(await service.exit()).toEqual({ status: 0, signal: null })
    // In reverse order of registration, after the work.
    for (const pid of new Set(service.lines.filter(({ msg }) => msg.startsWith('closed')).map((line) => line.pid))) {
      const closed = service.lines.filter((line) => line.pid === pid && line.msg.startsWith('closed'))
      expect(closed.map(({ msg }) => msg)).toEqual(['closed second', 'closed first'])
    }
    expect(service.messages.filter((line) => line === 'closed first')).toHaveLength(Number(workers))
    await untilGone(service.everyPid)
    await expectFree(port, host)
    await client.destroy()
    await other.destroy()
  })

  it.each(['1', '2'])(
    'cuts a hung request at graceful_shutdown_timeout and ends with 1 (%s workers)',
    async (workers) => {
      writeFileSync(join(folder, 'x.conf'), '[DEFAULT]\ngraceful_shutdown_timeout = 1\n')
      const service = new RunningService({
        args: { hangingHook: true },
        flags: ['--workers', workers, '--config-file', join(folder, 'x.conf')],
      })
      const { url } = await service.ready()
      const client = new Client(url)
      await (await client.request({ method: 'GET', path: '/' })).body.dump()
      const hung = expect(client.request({ method: 'GET', path: '/hang' })).rejects.toMatchObject(cut)
      await service.line(/^a request hangs$/)
      service.signal('SIGTERM')
      await hung
      expect(await service.exit()).toEqual({ status: 1, signal: null })
      expect(service.messages.some((line) => line.endsWith('cut 1 request when the time to finish was over'))).toBe(
        true,
      )
      // The hanging hook is left behind, the others run.
      expect(service.messages).toEqual(expect.arrayContaining(['closed second', 'closed first']))
      await untilGone(service.everyPid)
      await client.destroy()
    },
  )

  it('kills a worker whose event loop is stuck', async () => {
    writeFileSync(join(folder, 'x.conf'), '[DEFAULT]\ngraceful_shutdown_timeout = 1\n')
    const service = new RunningService({ flags: [...two, '--config-file', join(folder, 'x.conf')] })
    const { url, pids } = await service.ready()
    const client = new Client(url)
    const stuck = expect(client.request({ method: 'GET', path: '/burn?ms=60000' })).rejects.toMatchObject(cut)
    const ticks = pids.map(ticksOf)
    await until(() => pids.some((pid, index) => ticksOf(pid) > (ticks[index] ?? 0) + 20), 'no worker is stuck')
    service.signal('SIGTERM')
    expect(await service.exit()).toEqual({ status: 1, signal: null })
    await stuck
    await client.destroy()
    expect(service.messages.some((line) => line.endsWith('did not drain: it did not drain within 4 s'))).toBe(true)
    await untilGone(pids)
  })

  it.each(['1', '2'])('ends at once on a second SIGTERM, with 1 (%s workers)', async (workers) => {
    const service = new RunningService({ flags: ['--workers', workers, ...listenApart()] })
    const { url, host, port } = await service.ready()
    const hung = expect(get(`${url}/hang`)).rejects.toMatchObject(cut)
    await service.line(/^a request hangs$/)
    const after = service.signal('SIGTERM')
    await service.line(/^SIGTERM: draining$/, after)
    service.signal('SIGTERM')
    expect(await service.exit()).toEqual({ status: 1, signal: null })
    expect(service.messages).toContain('SIGTERM again: ending at once')
    await hung
    await untilGone(service.everyPid)
    await expectFree(port, host)
  })

  it('by Ctrl-C, which a terminal sends to the whole group, drains as well', async () => {
    const service = new RunningService({ flags: two })
    const { url, pids } = await service.ready()
    const slow = get(`${url}/slow?ms=500`)
    await get(url)
    process.kill(-service.pid, 'SIGINT')
    expect(pids).toContain((await slow).pid)
    expect(await service.exit()).toEqual({ status: 0, signal: null })
    expect(service.messages).toContain('SIGINT: draining')
    expect(service.messages.join('\n')).not.toContain('died')
    await untilGone(service.everyPid)
  })

  it('by a signal to master and workers at once, as systemd sends it, is the stop of the master', async () => {
    const service = new RunningService({ flags: [...two, ...listenApart()] })
    const { url, pids } = await service.ready()
    const load = new Load(url, { clients: 16, thinkMs: 3 })
    await until(() => load.answered > 300, 'no load')
    for (const pid of [...pids, service.pid]) process.kill(pid, 'SIGTERM')
    await load.finished()
    expect(load.failures).toEqual([])
    expect(await service.exit()).toEqual({ status: 0, signal: null })
    expect(service.messages.join('\n')).not.toContain('another takes its place')
    await untilGone(service.everyPid)
  })

  it('by a signal to all is the stop of the master also when that is the last to wake up', async () => {
    const service = new RunningService({ flags: two })
    const { url, pids } = await service.ready()
    service.signal('SIGSTOP')
    for (const pid of pids) process.kill(pid, 'SIGTERM')
    // Longer than a worker waits for its master before it asks.
    const answered = new Set<number>()
    await until(async () => {
      const answers = await Promise.all(pids.map(() => get(`${url}/slow?ms=400`)))
      for (const { pid } of answers) answered.add(pid)
      return answered.size === pids.length
    }, 'a worker does not answer')
    service.signal('SIGTERM')
    service.signal('SIGCONT')
    expect(await service.exit()).toEqual({ status: 0, signal: null })
    expect(service.messages.join('\n')).not.toContain('another takes its place')
    await untilGone(service.everyPid)
  })

  it('ends connections that are idle, or never asked for anything, when the grace is over', async () => {
    writeFileSync(join(folder, 'x.conf'), '[DEFAULT]\nkeepalive_grace = 0.2\nkeep_alive_timeout = 60\n')
    const service = new RunningService({ flags: [...two, '--config-file', join(folder, 'x.conf')] })
    const { url, port } = await service.ready()
    const silent = connect(port, '127.0.0.1')
    await once(silent, 'connect')
    const client = new Client(url, { keepAliveTimeout: 60_000 })
    await (await client.request({ method: 'GET', path: '/' })).body.dump()
    service.signal('SIGTERM')
    expect(await service.exit()).toEqual({ status: 0, signal: null })
    silent.destroy()
    await client.destroy()
  })

  it('goes on accepting for stop_delay', async () => {
    writeFileSync(join(folder, 'x.conf'), '[DEFAULT]\nstop_delay = 600\n')
    const service = new RunningService({ flags: [...two, '--config-file', join(folder, 'x.conf')] })
    const { url } = await service.ready()
    const after = service.signal('SIGTERM')
    await service.line(/draining/, after)
    expect(await get(url)).toHaveProperty('pid')
    service.signal('SIGTERM')
    expect(await service.exit()).toEqual({ status: 1, signal: null })
  })

  it('accepts no more when stop_delay is over', async () => {
    writeFileSync(join(folder, 'x.conf'), '[DEFAULT]\nstop_delay = 0.2\nkeepalive_grace = 0.1\n')
    const service = new RunningService({ flags: [...two, ...listenApart(), '--config-file', join(folder, 'x.conf')] })
    const { url } = await service.ready()
    service.signal('SIGTERM')
    expect(await service.exit()).toEqual({ status: 0, signal: null })
    await expect(get(url)).rejects.toMatchObject(refused)
  })
})

describe('SIGUSR1', () => {
  it.each(['1', '2'])('opens the log files again, and no inspector (%s workers)', async (workers) => {
    const service = new RunningService({ flags: ['--workers', workers] })
    const { url, pids } = await service.ready()
    for (const pid of new Set([service.pid, ...pids])) {
      const after = service.lines.length
      process.kill(pid, 'SIGUSR1')
      expect(await service.line(/^SIGUSR1: the log files are opened again$/, after)).toMatchObject({ pid })
    }
    expect(await get(url)).toHaveProperty('pid')
    service.signal('SIGTERM')
    expect(await service.exit()).toEqual({ status: 0, signal: null })
    // Node tells it there, be it that somebody else has its port.
    expect(service.errors).not.toMatch(/debugger listening|starting inspector/iu)
  })
})

describe('SIGHUP to a worker', () => {
  it('changes nothing and says so', async () => {
    const service = new RunningService({ flags: two })
    const { pids } = await service.ready()
    process.kill(pids[0] ?? 0, 'SIGHUP')
    expect(await service.line(/^SIGHUP is for the master: nothing changed$/)).toMatchObject({ pid: pids[0] })
  })
})

describe('a master that is killed', () => {
  it('leaves no orphan: workers finish, go, and free the port', async () => {
    const service = new RunningService({ flags: [...two, ...listenApart()] })
    const { url, host, port, pids } = await service.ready()
    const slow = get(`${url}/slow?ms=500`)
    await get(url)
    kill(service.pid)
    expect(pids).toContain((await slow).pid)
    await untilGone(pids)
    await expectFree(port, host)
  })

  it('while its workers start leaves none of them', async () => {
    const service = new RunningService({ args: { boot: 'hang' }, flags: two })
    await service.line(/worker 2 .* is starting/)
    kill(service.pid)
    await untilGone(service.everyPid)
  })
})

describe('a unix socket', () => {
  it.each(['1', '2'])('has its mode, replaces a dead one, and goes with the service (%s workers)', async (workers) => {
    const path = join(folder, 'service.sock')
    const flags = ['--workers', workers, '--listen', `unix:${path}?mode=0620`]
    const first = new RunningService({ flags })
    expect((await first.ready()).url).toBe(`unix:${path}`)
    for (const pid of first.everyPid) kill(pid)
    await untilGone(first.everyPid)
    expect(existsSync(path)).toBe(true)

    const second = new RunningService({ flags })
    await second.ready()
    expect(statSync(path).mode & 0o777).toBe(0o620)
    const client = new Client('http://localhost', { socketPath: path })
    expect((await client.request({ method: 'GET', path: '/' })).statusCode).toBe(200)
    await client.close()

    const third = new RunningService({ flags })
    expect(await third.exit()).toEqual({ status: 69, signal: null })
    expect(third.lines.at(-1)?.msg).toContain(`the address is in use by pid ${second.pid} (`)
    expect(isAlive(second.pid)).toBe(true)

    second.signal('SIGTERM')
    expect(await second.exit()).toEqual({ status: 0, signal: null })
    expect(existsSync(path)).toBe(false)
  })
})
