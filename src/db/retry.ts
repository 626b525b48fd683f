// Tries at start: which failures of a database may pass, and how long to wait between two tries. Pure.
import type { DatabaseSettings } from './options.ts'

/** Node's words for a server that is not there, not yet there, or too busy. */
const passing = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EPIPE',
  // A unix socket that the server has not made yet.
  'ENOENT',
  'PROTOCOL_CONNECTION_LOST',
  'ER_CON_COUNT_ERROR',
  'ER_SERVER_SHUTDOWN',
  // PostgreSQL: starts up or shuts down, too many clients.
  '57P01',
  '57P02',
  '57P03',
  '53300',
])

const lostText = /connection (?:timeout|terminated)|timeout exceeded|pool_timeout/iu

/** Whether another try may succeed: a wrong password or a database that does not exist stays wrong. */
export function mayPass(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(mayPass)
  if (!(error instanceof Error)) return false
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  // Class 08 of SQL are connection exceptions.
  return passing.has(code) || code.startsWith('08') || lostText.test(error.message)
}

/** Seconds before the next try, the first of which is 1. */
export function waitSeconds(attempt: number, settings: DatabaseSettings): number {
  const { retry_interval, db_inc_retry_interval, db_max_retry_interval } = settings
  if (!db_inc_retry_interval) return retry_interval
  const longest = Math.max(retry_interval, db_max_retry_interval)
  return Math.min(longest, retry_interval * 2 ** Math.min(attempt - 1, 30))
}
