import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { IncomingMessage } from 'node:http'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readConfig } from '../../src/config/index.ts'
import {
  childLogger,
  createLogger,
  currentContext,
  logGroup,
  type Logger,
  type LogSettings,
  nullLogger,
  runInContext,
} from '../../src/log/index.ts'
import { folder } from './folder.ts'

interface Logging {
  readonly log: Logger
  /** What was logged, without time and pid. */
  readonly lines: Record<string, unknown>[]
}

async function logging(settings: LogSettings = {}): Promise<Logging> {
  const lines: Record<string, unknown>[] = []
  const write = (text: string): void => {
    const { time, pid, ...line } = JSON.parse(text) as Record<string, unknown>
    expect([typeof time, pid]).toEqual(['string', process.pid])
    lines.push(line)
  }
  return { log: await createLogger(settings, { name: 'shop', stream: { write } }), lines }
}

describe('a line', () => {
  test('is JSON with the name of its level and of the program', async () => {
    const { log, lines } = await logging()
    log.warn({ a: 1 }, 'hello %s', 'you')
    expect(lines).toEqual([{ level: 'warn', name: 'shop', a: 1, msg: 'hello you' }])
  })

  test('has the ISO time', async () => {
    let line = ''
    const log = await createLogger({}, { name: 'shop', stream: { write: (text) => void (line = text) } })
    log.info('x')
    expect(line).toMatch(/"time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"/u)
  })

  test('tells an error with its stack and its fields, secrets masked', async () => {
    const { log, lines } = await logging()
    const error = Object.assign(new Error('boom'), { code: 'E1', config: { headers: { Authorization: 'Basic x' } } })
    log.error(error)
    log.error({ err: error }, 'it failed')
    expect(lines).toMatchObject([
      {
        msg: 'boom',
        err: { type: 'Error', message: 'boom', code: 'E1', config: { headers: { Authorization: '****' } } },
      },
      { msg: 'it failed', err: { stack: expect.stringContaining('logger.test.ts') } },
    ])
  })

  test('hides secrets in fields, in bindings and in the headers of a request', async () => {
    const { log, lines } = await logging()
    const message = new IncomingMessage(new Socket())
    message.headers.cookie = 'c=1'
    message.headers.accept = '*'
    message.url = '/x?token=t&a=1'
    log.child({ token: 't' }).info({ password: 'p', deep: { secret: 's' }, req: message })
    expect(lines).toMatchObject([
      {
        token: '****',
        password: '****',
        deep: { secret: '****' },
        req: { url: '/x?token=****&a=1', headers: { cookie: '****', accept: '*' } },
      },
    ])
  })
})

describe('levels', () => {
  test('INFO unless debug is set', async () => {
    const { log, lines } = await logging()
    log.debug('no')
    expect([lines, log.level]).toEqual([[], 'info'])
    expect((await logging({ debug: true })).log.level).toBe('debug')
  })

  test('a child has the level of the longest name that fits, also through a plain child', async () => {
    const { log, lines } = await logging({ default_log_levels: ['a.b=DEBUG', 'a=ERROR'] })
    childLogger(log, 'a.b.c').debug('one')
    childLogger(log.child({ x: 1 }), 'a.z').warn('hidden')
    childLogger(childLogger(log, 'a'), 'other').info('two')
    expect(lines).toMatchObject([
      { logger: 'a.b.c', level: 'debug', msg: 'one' },
      { logger: 'other', level: 'info', msg: 'two' },
    ])
  })
})

describe('the context of a request', () => {
  test('stands in every line logged in its course, its secrets masked', async () => {
    const { log, lines } = await logging()
    await runInContext({ request_id: 'req-1', user: 'u', auth_token: 't' }, async () => {
      await Promise.resolve()
      log.info('inside')
      childLogger(log, 'x').info({ user: 'own' }, 'child')
    })
    log.info('outside')
    expect(lines).toEqual([
      { level: 'info', name: 'shop', request_id: 'req-1', user: 'u', auth_token: '****', msg: 'inside' },
      { level: 'info', name: 'shop', logger: 'x', request_id: 'req-1', user: 'own', auth_token: '****', msg: 'child' },
      { level: 'info', name: 'shop', msg: 'outside' },
    ])
  })

  test('is not touched by what is logged', async () => {
    const { log } = await logging()
    const context = { request_id: 'req-1' }
    runInContext(context, () => {
      log.info({ extra: 1 }, 'x')
      expect(currentContext()).toBe(context)
    })
    expect([context, currentContext()]).toEqual([{ request_id: 'req-1' }, undefined])
  })
})

describe('where lines go', () => {
  test('to a terminal as text for people, unless JSON is asked for', async () => {
    const written: string[] = []
    const stream = { isTTY: true, write: (text: string) => void written.push(text) }
    const log = await createLogger({}, { name: 'shop', stream })
    runInContext({ request_id: 'req-1' }, () => childLogger(log, 'a.b').info('hello'))
    expect(written[0]).toMatch(/INFO.*: .*a\.b: \[req-1\] hello/u)
    const json = await createLogger({ use_json: true }, { name: 'shop', stream })
    json.info('hello')
    expect(JSON.parse(written[1] ?? '')).toMatchObject({ msg: 'hello' })
  })

  test('to a file in the folder of logs, appended', async () => {
    const log_dir = folder()
    for (const msg of ['one', 'two']) (await createLogger({ log_dir, log_file: 'x.log' }, { name: 'shop' })).info(msg)
    expect(readFileSync(join(log_dir, 'x.log'), 'utf8').split('\n').length).toBe(3)
  })

  test('to a file named after the command when only the folder is given', async () => {
    const log_dir = folder()
    const log = await createLogger({ log_dir }, { name: '/usr/bin/shop' })
    log.info('one')
    expect(readFileSync(join(log_dir, 'shop.log'), 'utf8')).toContain('"msg":"one"')
  })

  test('a file that cannot be opened is told', async () => {
    const file = join(folder(), 'no/such/x.log')
    await expect(createLogger({ log_file: file }, { name: 'shop' })).rejects.toMatchObject({
      code: 'SLIPWAY_LOG_FILE',
      message: expect.stringContaining(file),
    })
  })

  test('to a file that is open once, however many loggers write to it', async () => {
    const log_file = join(folder(), 'x.log')
    for (const name of ['one', 'two']) (await createLogger({ log_file }, { name })).info('x')
    const open = readdirSync('/proc/self/fd').map((fd) => statSync(`/proc/self/fd/${fd}`, { throwIfNoEntry: false }))
    expect(open.filter((file) => file?.ino === statSync(log_file).ino).length).toBe(1)
  })

  test('by the options of a configuration', async () => {
    const log_dir = folder()
    const argv = ['-d', '--log-dir', log_dir]
    const log = await createLogger(readConfig({ groups: [logGroup], argv, prog: 'shop', env: {} }), { name: 'shop' })
    log.debug('hi')
    expect(readFileSync(join(log_dir, 'shop.log'), 'utf8')).toContain('"msg":"hi"')
  })
})

describe('the form of lines', () => {
  async function written(settings: LogSettings, isTTY: boolean): Promise<string> {
    let text = ''
    const stream = { isTTY, write: (line: string) => void (text += line) }
    const log = await createLogger(settings, { name: 'shop', stream })
    runInContext({ request_id: 'req-1', user: 'u' }, () => childLogger(log, 'a.b').warn('hello'))
    return text
  }

  test.each([
    [{}, false, 'json'],
    [{}, true, 'pretty'],
    [{ log_format: 'json' }, true, 'json'],
    [{ use_json: true }, true, 'json'],
    [{ log_format: 'text' }, true, 'text'],
    [{ log_format: 'text' }, false, 'text'],
    [{ log_format: 'text', use_json: true }, false, 'json'],
  ] as const)('%j, on a terminal: %s, is %s', async (settings, isTTY, form) => {
    const forms = {
      json: /^\{"level":"warn",/u,
      pretty: /WARN.*: .*a\.b: \[req-1\] hello/u,
      text: / WARNING a\.b \[- req-1 u - - - - -\] hello\n$/u,
    }
    expect(await written(settings, isTTY)).toMatch(forms[form])
  })

  test('shows at DEBUG where in the code a line was logged', async () => {
    let text = ''
    const stream = { write: (line: string) => void (text += line) }
    const log = await createLogger({ debug: true, log_format: 'text' }, { name: 'shop', stream })
    function sell(): void {
      childLogger(log, 'a').debug('hello')
    }
    sell()
    expect(text).toMatch(/ DEBUG a \[-\] hello sell \/\S+\/test\/log\/logger\.test\.ts:\d+\n$/u)
  })
})

describe('the options', () => {
  test.each([
    ['LOG_ROTATION_TYPE', 'SIZE'],
    ['RATE_LIMIT_EXCEPT_LEVEL', ''],
    ['SYSLOG_ADDRESS', 'tcp://[::1]:6514'],
    ['SYSLOG_LOG_FACILITY', 'local3'],
    ['LOGGING_CONTEXT_FORMAT_STRING', '%(asctime)s.%(msecs)03d %(levelname)-8s 100%% %(message)s'],
  ])('%s takes %j', (name, text) => {
    expect(() => read(name, text)).not.toThrow()
  })

  test.each([
    ['LOG_ROTATION_TYPE', 'daily'],
    ['LOG_FORMAT', 'xml'],
    ['SYSLOG_ADDRESS', '/dev/log'],
    ['SYSLOG_LOG_FACILITY', 'LOG_MINE'],
    ['LOGGING_DEFAULT_FORMAT_STRING', '%(message)'],
    ['LOGGING_DEFAULT_FORMAT_STRING', '%s'],
    ['MAX_LOGFILE_COUNT', '0'],
  ])('%s is refused at start for %j', (name, text) => {
    expect(() => read(name, text)).toThrow(`option "${name.toLowerCase()}" cannot be`)
  })

  function read(name: string, text: string): void {
    readConfig({ groups: [logGroup], argv: [], prog: 'shop', env: { [`OS_DEFAULT__${name}`]: text } })
  }
})

// Runs what is built: Node 20 starts no TypeScript.
describe('a process', () => {
  const room = new URL('../../dist/log/index.js', import.meta.url)

  test('loses no line when it ends at once, on standard output or standard error', async () => {
    const { stdout, stderr } = await run(`
      const { createLogger } = await import(room)
      const both = await createLogger({ log_file, use_stderr: true }, { name: 'p' })
      both.info('to both')
      const out = await createLogger({}, { name: 'p' })
      for (let n = 0; n < 100; n++) out.info('line ' + n)
      process.exit(0)
    `)
    expect(stdout.trim().split('\n').length).toBe(100)
    expect(stderr).toContain('to both')
  })

  test('that does not log loads no logging library', async () => {
    const { stdout } = await run(`
      const { createLogger } = await import(room)
      const { createRequire } = await import('node:module')
      const loaded = () => Object.keys(createRequire(room).cache).some((file) => file.includes('/pino/'))
      const before = loaded()
      await createLogger({}, { name: 'p' })
      console.log(before, loaded())
    `)
    expect(stdout).toBe('false true\n')
  })

  async function run(code: string): Promise<{ stdout: string; stderr: string }> {
    const log_file = join(folder(), 'x.log')
    const program = `const room = ${JSON.stringify(room.href)}; const log_file = ${JSON.stringify(log_file)}; ${code}`
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'pipe'] })
    const output = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
    const [status] = (await once(child, 'close')) as [number | null]
    expect([status, output.stderr.includes('Error')]).toEqual([0, false])
    return output
  }
})

test('the logger that says nothing takes everything', () => {
  expect(() => {
    nullLogger.info({ a: 1 }, 'x')
    childLogger(nullLogger.child({}), 'a').error(new Error('x'))
    nullLogger.flush()
  }).not.toThrow()
  expect([nullLogger.isLevelEnabled('fatal'), nullLogger.bindings()]).toEqual([false, {}])
})
