import { describe, expect, test } from 'vitest'
import { childLogger, createLogger, type LogSettings } from '../../src/log/index.ts'
import { RateLimit, rateRule } from '../../src/log/rate-limit.ts'

const numbers = { debug: 20, info: 30, warn: 40, error: 50, fatal: 60 }

describe('the rate limit', () => {
  test('needs both numbers', () => {
    expect([rateRule(0, 10, ''), rateRule(3, 0, '')]).toEqual([null, null])
  })

  test.each([
    ['CRITICAL', ['fatal']],
    ['ERROR', ['error', 'fatal']],
    ['DEBUG', ['debug', 'info', 'warn', 'error', 'fatal']],
    ['', []],
  ])('lets pass what is of level %j and above', (exceptLevel, passing) => {
    const rule = rateRule(1, 10, exceptLevel)
    if (rule === null) throw new Error('a limit was expected')
    const limit = new RateLimit(rule, () => 0)
    limit.admits(numbers.debug, () => undefined)
    const admitted = Object.entries(numbers).filter(([, level]) => limit.admits(level, () => undefined))
    expect(admitted.map(([name]) => name)).toEqual(passing)
  })

  test('counts in fixed windows, tells of the first drop, and of their number when it is over', () => {
    let now = 0
    const told: string[] = []
    const limit = new RateLimit({ burst: 3, seconds: 10, exceptFrom: 60 }, () => now)
    const admitted = (count: number): number => {
      const answers = Array.from({ length: count }, () =>
        limit.admits(30, (level, text) => told.push(`${level} ${text}`)),
      )
      return answers.filter(Boolean).length
    }
    expect(admitted(5)).toBe(3)
    now = 9_999
    expect(admitted(2)).toBe(0)
    expect(told).toEqual(['error Logging rate limit: drop after 3 records/10 sec'])
    now = 10_000
    expect(admitted(3)).toBe(3)
    expect(told.slice(1)).toEqual(['warn Logging rate limit: 4 records were dropped'])
    now = 30_000
    expect(admitted(1)).toBe(1)
    expect(told.length).toBe(2)
  })

  test('holds over all loggers together', async () => {
    const lines: unknown[] = []
    const settings: LogSettings = { rate_limit_burst: 2, rate_limit_interval: 3600, debug: true }
    const stream = { write: (text: string) => void lines.push((JSON.parse(text) as { msg: string }).msg) }
    const log = await createLogger(settings, { name: 'shop', stream })
    childLogger(log, 'a').info('one')
    log.debug('two')
    childLogger(log, 'b').error('dropped')
    log.info('dropped')
    log.fatal('critical')
    expect(lines).toEqual(['one', 'two', 'Logging rate limit: drop after 2 records/3600 sec', 'critical'])
  })
})
