// Access lines as operators get them: the forms, what a client cannot do to them, files that are renamed.
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, renameSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { request } from 'undici'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readConfig } from '../../../src/config/index.ts'
import { type App, text } from '../../../src/http/index.ts'
import { launchGroup } from '../../../src/launch/index.ts'
import { createLogger, reopenLogs } from '../../../src/log/index.ts'
import { RunningService, until } from '../fixtures/running-service.ts'
import { serveHttp, type ServingHttp } from '../fixtures/serving-http.ts'

let folder: string
let file: string

let files = 0

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'access-'))
})

beforeEach(() => {
  file = join(folder, `${files++}.log`)
})

afterEach(() => RunningService.killAll())

afterAll(() => rmSync(folder, { recursive: true }))

const linesOf = (path: string): string[] =>
  existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : []

async function serve(app: App, settings: Readonly<Record<string, string>>): Promise<ServingHttp> {
  return serveHttp(app, { settings: { access_log_file: file, ...settings } })
}

/** The file's lines once there are so many. */
async function lines(count: number, path = file): Promise<string[]> {
  await until(() => linesOf(path).length >= count, `no ${count} lines in ${path}`)
  return linesOf(path)
}

/** What a process has open, by the names of now. */
function filesOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`
  return readdirSync(folder).map((fd) => {
    try {
      return readlinkSync(join(folder, fd))
    } catch {
      // Closed meanwhile.
      return ''
    }
  })
}

async function send(port: number, bytes: string): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  socket.end(Buffer.from(bytes, 'latin1'))
  socket.resume()
  await once(socket, 'close')
}

describe('a line of text', () => {
  it("has oslo.service's form, with the date in front in a file of its own", async () => {
    const { url } = await serve(() => text('hello'), { access_log: 'text' })
    await (await request(`${url}/a?b=c&token=secret`)).body.dump()
    const [line] = await lines(1)
    expect(line).toMatch(
      /^\[\d\d\/[A-Z][a-z]{2}\/\d{4} \d\d:\d\d:\d\d\] 127\.0\.0\.1 "GET \/a\?b=c&token=\*{4} HTTP\/1\.1" status: 200 {2}len: 5 time: 0\.\d{7}$/,
    )
  })

  it('has the fields that the format names', async () => {
    const app: App = (req) => {
      req.environ.requestId = 'req-1'
      return { ...text('hello'), headers: { 'x-size': 'small', 'set-cookie': ['a=1', 'b=2'] } }
    }
    const format =
      '%(date_time)s|%(status_code)5d|%({User-Agent}i)s|%({x-none}i)s|%({x-size}o)s|%({authorization}i)s|%(request_id)s'
    const { url } = await serve(app, { access_log: 'text', wsgi_log_format: format })
    await (await request(url, { headers: { 'user-agent': 'a test', authorization: 'Bearer x' } })).body.dump()
    const [line = ''] = await lines(1)
    expect(line.split('|').slice(1)).toEqual(['  200', 'a test', '-', 'small', '****', 'req-1'])
  })

  it('cannot be broken out of', async () => {
    const { port } = await serve(() => text(''), {
      access_log: 'text',
      wsgi_log_format: '"%(request_line)s" "%({x-evil}i)s"',
    })
    await send(port, 'GET /"%22\\ HTTP/1.1\r\nhost: h\r\nx-evil: a" 200 "b\t\xe9\r\nconnection: close\r\n\r\n')
    const all = await lines(1)
    expect(all).toHaveLength(1)
    expect(all[0]).toMatch(/^\[[^\]]+\] "GET \/\\x22%22\\x5c HTTP\/1\.1" "a\\x22 200 \\x22b\\x09\\xe9"$/)
  })

  it('counts the bytes of a stream, none of a HEAD, and tells of clients that left', async () => {
    const app: App = (req) => {
      if (req.pathInfo === '/gone') {
        return new Promise((resolve) => req.signal.addEventListener('abort', () => resolve(text('late'))))
      }
      return { status: 200, headers: {}, body: req.pathInfo === '/stream' ? Readable.from(['grüß', 'e']) : 'whole' }
    }
    const format = '%(client_ip)s %(request_line)s %(status_code)s %(body_length)s'
    const { url, port, http } = await serve(app, { access_log: 'text', wsgi_log_format: format })
    await (await request(`${url}/stream`)).body.dump()
    await (await request(`${url}/`, { method: 'HEAD' })).body.dump()
    const socket = connect(port, '127.0.0.1')
    socket.write('GET /gone HTTP/1.1\r\nhost: h\r\n\r\n')
    await until(() => http.inFlight === 1, 'not asked')
    socket.destroy()
    expect((await lines(3)).map((line) => line.replace(/^\[[^\]]+\] /, ''))).toEqual([
      '127.0.0.1 GET /stream HTTP/1.1 200 7',
      '127.0.0.1 HEAD / HTTP/1.1 200 0',
      '127.0.0.1 GET /gone HTTP/1.1 499 0',
    ])
  })

  it('goes to the log of the service unless there is a file', async () => {
    const told: { msg: string; logger: string }[] = []
    const stream = { write: (line: string) => void told.push(JSON.parse(line) as { msg: string; logger: string }) }
    const log = await createLogger({}, { name: 'test', stream })
    const { url } = await serveHttp(() => text('hello'), { settings: { access_log: 'text' }, log })
    await (await request(url)).body.dump()
    await until(() => told.length > 0, 'no line')
    expect(told[0]).toMatchObject({
      logger: 'access',
      msg: expect.stringMatching(/^127\.0\.0\.1 "GET \/ HTTP/) as string,
    })
  })

  it.each(['%(user)s', '%(status_code)q', '100%', '%({a b}i)s'])('of the format %s is refused', (format) => {
    const config = readConfig({ groups: [launchGroup], argv: [], prog: 'test', env: {}, defaultFiles: [] })
    expect(() => config.override('wsgi_log_format', format)).toThrow(
      expect.objectContaining({ code: 'SLIPWAY_CONFIG_VALUE' }),
    )
  })
})

describe('a line of JSON', () => {
  it('has the fields of pino-http, no secret, and the request id', async () => {
    const app: App = (req) => {
      req.environ.requestId = 'req-2'
      return text('hello', 201)
    }
    const { url } = await serve(app, { access_log: 'json' })
    await (await request(`${url}/a?password=x`, { headers: { 'user-agent': 'a "test"', cookie: 'a=1' } })).body.dump()
    const [line = ''] = await lines(1)
    const told = JSON.parse(line) as Record<string, unknown>
    expect(told).toMatchObject({
      level: 'info',
      request_id: 'req-2',
      req: {
        method: 'GET',
        url: '/a?password=****',
        headers: { 'user-agent': 'a "test"' },
        remoteAddress: '127.0.0.1',
      },
      res: { statusCode: 201, contentLength: 5 },
      responseTime: expect.any(Number) as number,
      msg: 'GET /a?password=**** 201',
    })
    expect(line).not.toContain('a=1')
  })
})

describe('the file of the access log', () => {
  it('is opened anew when it was renamed and USR1 came', async () => {
    const { url } = await serve(() => text('hello'), { access_log: 'text' })
    await (await request(url)).body.dump()
    await lines(1)
    renameSync(file, `${file}.1`)
    reopenLogs()
    await (await request(url)).body.dump()
    expect(await lines(1)).toHaveLength(1)
    expect(linesOf(`${file}.1`)).toHaveLength(1)
  })

  it('is that of all workers, and follows the signal', async () => {
    const service = new RunningService({
      env: { ...process.env, OS_DEFAULT__ACCESS_LOG: 'json', OS_DEFAULT__ACCESS_LOG_FILE: file },
      flags: ['--workers', '2'],
    })
    const { url, pids } = await service.ready()
    await Promise.all(Array.from({ length: 20 }, async () => (await request(url)).body.dump()))
    expect(await lines(20)).toHaveLength(20)
    renameSync(file, `${file}.1`)
    await service.line(/^SIGUSR1: the log files are opened again/, service.signal('SIGUSR1'))
    await until(() => pids.every((pid) => filesOf(pid).includes(file)), 'not opened anew')
    await (await request(url)).body.dump()
    expect(await lines(1)).toHaveLength(1)
    service.signal('SIGTERM')
    expect((await service.exit()).status).toBe(0)
  })

  it('that cannot be opened ends the start, and says so', async () => {
    const env = { ...process.env, OS_DEFAULT__ACCESS_LOG: 'text', OS_DEFAULT__ACCESS_LOG_FILE: '/nowhere/access.log' }
    const service = new RunningService({ env })
    await service.line(/log file "\/nowhere\/access.log" cannot be opened/)
    expect((await service.exit()).status).not.toBe(0)
  })
})
