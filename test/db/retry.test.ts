// Which failures of a database another try may mend, and how long it waits.
import { describe, expect, it } from 'vitest'
import { mayPass, waitSeconds } from '../../src/db/retry.ts'
import { databaseSettings } from './settings.ts'

const failure = (code: string, message = 'it failed'): Error => Object.assign(new Error(message), { code })

describe('a failure', () => {
  it.each([
    [failure('ECONNREFUSED'), true],
    [failure('EAI_AGAIN'), true],
    [failure('ENOTFOUND'), true],
    [failure('57P03', 'the database system is starting up'), true],
    [failure('53300', 'too many connections'), true],
    [failure('08006', 'connection failure'), true],
    [failure('ER_CON_COUNT_ERROR'), true],
    [new Error('Connection terminated due to connection timeout'), true],
    [new AggregateError([failure('ECONNREFUSED'), failure('ECONNREFUSED')]), true],
    [failure('28P01', 'password authentication failed'), false],
    [failure('3D000', 'database "x" does not exist'), false],
    [failure('ER_ACCESS_DENIED_ERROR'), false],
    [failure('ER_BAD_DB_ERROR'), false],
    [failure('ERR_SQLITE_ERROR', 'unable to open database file'), false],
    [new AggregateError([failure('28P01')]), false],
    ['a text', false],
  ])('%s may pass: %s', (error, isPassing) => {
    expect(mayPass(error)).toBe(isPassing)
  })
})

describe('the wait between two tries', () => {
  const waits = (given: Parameters<typeof databaseSettings>[0]): number[] =>
    [1, 2, 3, 4, 5, 99].map((attempt) => waitSeconds(attempt, databaseSettings(given)))

  it('is retry_interval unless there is room to grow', () => {
    expect(waits({})).toEqual([10, 10, 10, 10, 10, 10])
  })

  it('doubles up to db_max_retry_interval', () => {
    expect(waits({ retry_interval: 1 })).toEqual([1, 2, 4, 8, 10, 10])
  })

  it('stays the same without db_inc_retry_interval', () => {
    expect(waits({ retry_interval: 1, db_inc_retry_interval: false })).toEqual([1, 1, 1, 1, 1, 1])
  })

  it('is never below retry_interval', () => {
    expect(waits({ retry_interval: 30, db_max_retry_interval: 5 })).toEqual([30, 30, 30, 30, 30, 30])
  })
})
