import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pino from 'pino'
import { describe, expect, test } from 'vitest'
import { type Config, group, multi, readConfig, str } from '../../src/config/index.ts'
import {
  applyLogOptions,
  childLogger,
  createLogger,
  logGroup,
  type Logger,
  logLevels,
  type LogSettings,
  nullLogger,
  setLogLevel,
} from '../../src/log/index.ts'
import { folder } from './folder.ts'

interface Logging {
  readonly log: Logger
  readonly messages: string[]
}

async function logging(conf: Config | LogSettings): Promise<Logging> {
  const messages: string[] = []
  const stream = { write: (text: string) => void messages.push((JSON.parse(text) as { msg: string }).msg) }
  return { log: await createLogger(conf, { name: 'shop', stream }), messages }
}

function read(env: Record<string, string> = {}): Config {
  return readConfig({ groups: [logGroup], argv: [], prog: 'shop', env })
}

describe('a level changed while the program runs', () => {
  test('holds for loggers that are there already, by the longest name that fits', async () => {
    const { log, messages } = await logging({})
    const loggers = { a: childLogger(log, 'a'), ab: childLogger(log, 'a.b'), c: childLogger(log, 'c') }
    const plain = loggers.ab.child({ x: 1 })
    setLogLevel(log, 'a', 'DEBUG')
    for (const [name, one] of Object.entries({ ...loggers, plain, log })) one.debug(name)
    expect(messages).toEqual(['a', 'ab', 'plain'])
    setLogLevel(plain, 'a.b', 'ERROR')
    expect([loggers.a.level, loggers.ab.level, plain.level, log.level]).toEqual(['debug', 'error', 'error', 'info'])
  })

  test('of the root holds for all that have none of their own', async () => {
    const { log } = await logging({ default_log_levels: ['a=WARN'] })
    const [a, b, plain] = [childLogger(log, 'a'), childLogger(log, 'b'), log.child({ x: 1 })]
    setLogLevel(log, 'root', '10')
    expect([log, a, b, plain].map(({ level }) => level)).toEqual(['debug', 'warn', 'debug', 'debug'])
  })

  test('is taken back by null', async () => {
    const { log } = await logging({ default_log_levels: ['a=WARN'] })
    const [a, b] = [childLogger(log, 'a'), childLogger(log, 'b')]
    for (const name of ['a', 'b', 'root']) setLogLevel(log, name, 'TRACE')
    expect([a, b, log].map(({ level }) => level)).toEqual(['trace', 'trace', 'trace'])
    for (const name of ['a', 'b', 'root']) setLogLevel(log, name, null)
    expect([a, b, log].map(({ level }) => level)).toEqual(['warn', 'info', 'info'])
    expect(logLevels(log)).toEqual({ root: 'info', byName: new Map([['a', 'warn']]) })
  })

  test('that does not exist is refused with those that do', async () => {
    const { log } = await logging({})
    expect(() => setLogLevel(log, 'root', 'LOUD')).toThrow(
      expect.objectContaining({ code: 'SLIPWAY_CONFIG_VALUE', alternatives: expect.arrayContaining(['DEBUG']) }),
    )
  })

  test('does nothing to loggers of others', () => {
    const other = pino({ level: 'error' }, { write: () => undefined })
    setLogLevel(other, 'root', 'DEBUG')
    expect([other.level, logLevels(nullLogger)]).toEqual(['error', null])
  })
})

describe('a changed configuration', () => {
  test('changes levels of loggers that are there already', async () => {
    const { log } = await logging(read())
    const [a, b] = [childLogger(log, 'a.b'), childLogger(log, 'b')]
    applyLogOptions(log, read({ OS_DEFAULT__DEBUG: 'true', OS_DEFAULT__DEFAULT_LOG_LEVELS: 'a=WARN' }))
    expect([log, a, b].map(({ level }) => level)).toEqual(['debug', 'warn', 'debug'])
    applyLogOptions(log, read())
    expect([log, a, b].map(({ level }) => level)).toEqual(['info', 'info', 'info'])
  })

  test('reaches the loggers by the hook of a reload', async () => {
    const file = join(folder(), 'x.conf')
    writeFileSync(file, '[DEFAULT]\n')
    const conf = readConfig({ groups: [logGroup], argv: ['--config-file', file], prog: 'shop', env: {} })
    const { log } = await logging(conf)
    conf.onMutate((changed) => applyLogOptions(log, changed))
    writeFileSync(file, '[DEFAULT]\ndebug = true\n')
    conf.mutate()
    expect(log.level).toBe('debug')
  })

  test('ends what was set by hand only when it changes a level itself', async () => {
    const { log } = await logging(read())
    setLogLevel(log, 'root', 'WARN')
    applyLogOptions(log, read())
    expect(log.level).toBe('warn')
    applyLogOptions(log, read({ OS_DEFAULT__DEBUG: 'yes' }))
    expect(log.level).toBe('debug')
  })
})

describe('secrets of a configuration', () => {
  const dbGroup = group('db', {
    connection: str({ secret: true }),
    urls: multi({ secret: true }),
    host: str({ default: 'h' }),
  })
  const env = {
    OS_DB__CONNECTION: 'mysql://shop:s3cr"et-pass@db/shop',
    OS_DB__URLS: 'amqp://one:first-password@mq',
    OS_DB__HOST: 'db.example',
  }

  function whole(groups = [logGroup, dbGroup]): Config {
    return readConfig({ groups, argv: [], prog: 'shop', env })
  }

  async function lines(conf: Config, write: (log: Logger) => void): Promise<string> {
    let text = ''
    write(await createLogger(conf, { name: 'shop', stream: { write: (line) => void (text += line) } }))
    return text
  }

  test('are masked under the name of their option', async () => {
    const text = await lines(whole(), (log) => log.info({ db: { connection: 'short', host: 'db.example' } }))
    expect(JSON.parse(text)).toMatchObject({ db: { connection: '****', host: 'db.example' } })
  })

  test('are masked by their value wherever it turns up, the password in a URL too', async () => {
    const text = await lines(whole(), (log) => {
      log.info('connecting to mysql://shop:s3cr"et-pass@db/shop')
      log.error(new Error('access denied with s3cr"et-pass'))
      log.child({ note: 'first-password' }).warn('x')
    })
    expect(text).not.toMatch(/s3cr|first-p/u)
    expect(
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toMatchObject([{ msg: 'connecting to ****' }, { msg: 'access denied with ****' }, { note: '****' }])
  })

  test('are learnt when their group is registered late', async () => {
    const conf = whole([logGroup])
    const text = await lines(conf, (log) => {
      conf.register(dbGroup)
      applyLogOptions(log, conf)
      log.info('first-password')
    })
    expect(JSON.parse(text)).toMatchObject({ msg: '****' })
  })

  test('that are short are masked by name only', async () => {
    const conf = readConfig({
      groups: [logGroup, dbGroup],
      argv: [],
      prog: 'shop',
      env: { OS_DB__CONNECTION: 'admin' },
    })
    const text = await lines(conf, (log) => log.info({ connection: 'admin' }, 'the admin is here'))
    expect(JSON.parse(text)).toMatchObject({ connection: '****', msg: 'the admin is here' })
  })
})
