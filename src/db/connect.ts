// Opens the database that [database] connection names: kysely over one connection of SQLite, or a pool. kysely and the
// drivers are loaded when it is called, so that whoever imports this pays for none.
import { setTimeout as delay } from 'node:timers/promises'
import type { Dialect, Kysely, LogEvent } from 'kysely'
import type { Origin } from '../config/index.ts'
import { messageOf } from '../diagnostic.ts'
import { SlipwayError, isSlipwayError } from '../errors.ts'
import type { DialectName } from './migrations/contract.ts'
import type { DatabaseSettings } from './options.ts'
import { checkParameters } from './dialects/parameters.ts'
import { mayPass, waitSeconds } from './retry.ts'
import { type DatabaseUrl, parseDatabaseUrl } from './url.ts'

/** Where the room says what happens: any logger of this package, or two functions. */
export interface DatabaseLog {
  warn(text: string): void
  info(text: string): void
}

/** An open database. */
export interface Database<Tables> {
  readonly kysely: Kysely<Tables>
  readonly dialect: DialectName
  /** Its URL, the password masked. */
  readonly url: string
  /** Ends every connection; may be called twice. */
  close(): Promise<void>
}

export interface OpenDatabaseOptions {
  /** Tries that failed, connections that were lost, and statements when `connection_debug` says so. */
  readonly log?: DatabaseLog
  /** Where the URL was set, for messages: `conf.origin('database.connection')`. */
  readonly origin?: Origin
  /** Ends the waiting between tries. */
  readonly signal?: AbortSignal
}

/**
 * Opens the database and waits until it answers, trying again as `max_retries` and `retry_interval` say.
 *
 *     const database = await openDatabase<Tables>(conf.get(databaseGroup), { origin: conf.origin('database.connection') })
 *
 * @throws SlipwayError SLIPWAY_CONFIG_REQUIRED without a URL, SLIPWAY_DB_URL for a bad one, SLIPWAY_DB_DRIVER for a
 * package that is missing, SLIPWAY_DB_CONNECT when the database cannot be reached or refuses; none holds the password
 */
export async function openDatabase<Tables>(
  settings: DatabaseSettings,
  options: OpenDatabaseOptions = {},
): Promise<Database<Tables>> {
  const where = options.origin?.where
  try {
    const url = configuredUrl(settings)
    checkParameters(url)
    return await opened<Tables>(url, settings, options)
  } catch (error) {
    throw isSlipwayError(error) ? error.located(where) : error
  }
}

/** @throws SlipwayError SLIPWAY_CONFIG_REQUIRED, SLIPWAY_DB_URL */
export function configuredUrl({ connection, connection_parameters: more }: DatabaseSettings): DatabaseUrl {
  if (connection === null || connection.trim() === '') {
    throw new SlipwayError('SLIPWAY_CONFIG_REQUIRED', 'option "database.connection" is not set', {
      expected: 'the URL of a database: sqlite:////var/lib/service/service.db, postgresql://user:password@host/name',
    })
  }
  if (more === '') return parseDatabaseUrl(connection)
  return parseDatabaseUrl(`${connection}${connection.includes('?') ? '&' : '?'}${more}`)
}

async function opened<Tables>(
  url: DatabaseUrl,
  settings: DatabaseSettings,
  options: OpenDatabaseOptions,
): Promise<Database<Tables>> {
  const { Kysely, CompiledQuery } = await import('kysely')
  for (let attempt = 1; ; attempt += 1) {
    let kysely: Kysely<Tables> | null = null
    try {
      const dialect = await dialectOf(url, settings, options.log ?? null)
      kysely = new Kysely<Tables>({ dialect, ...logged(settings, options.log) })
      await kysely.executeQuery(CompiledQuery.raw('select 1'))
      return databaseOf(kysely, url)
    } catch (error) {
      await kysely?.destroy()
      if (isSlipwayError(error)) throw error
      const failure = connectError(error, url, options.origin)
      const { max_retries: retries } = settings
      if (!mayPass(error) || (retries !== -1 && attempt > retries)) throw failure
      const seconds = waitSeconds(attempt, settings)
      options.log?.warn(`${failure.message}: ${failure.found}; try ${attempt + 1} in ${seconds} s`)
      await waited(seconds * 1000, options.signal, failure)
    }
  }
}

async function dialectOf(url: DatabaseUrl, settings: DatabaseSettings, log: DatabaseLog | null): Promise<Dialect> {
  switch (url.dialect) {
    case 'sqlite':
      return (await import('./dialects/sqlite.ts')).sqliteDialect(url, settings)
    case 'postgresql':
      return (await import('./dialects/postgresql.ts')).postgresqlDialect(url, settings, log)
    case 'mysql':
      return (await import('./dialects/mysql.ts')).mysqlDialect(url, settings, log)
  }
}

function databaseOf<Tables>(kysely: Kysely<Tables>, url: DatabaseUrl): Database<Tables> {
  let closing: Promise<void> | null = null
  return { kysely, dialect: url.dialect, url: url.masked, close: () => (closing ??= kysely.destroy()) }
}

/** Statements without their values, which may be secrets. */
function logged({ connection_debug: level }: DatabaseSettings, log: DatabaseLog | undefined): object {
  if (!log || level < 50) return {}
  return {
    log: ({ query, queryDurationMillis }: LogEvent): void => {
      const values = level === 100 ? ` (values: ${query.parameters.length})` : ''
      log.info(`${queryDurationMillis.toFixed(1)} ms: ${query.sql}${values}`)
    },
  }
}

async function waited(ms: number, signal: AbortSignal | undefined, failure: SlipwayError): Promise<void> {
  try {
    await delay(ms, undefined, signal ? { signal } : {})
  } catch (error) {
    if (signal?.aborted) throw failure
    throw error
  }
}

function connectError(error: unknown, url: DatabaseUrl, origin: Origin | undefined): SlipwayError {
  const text = messageOf(error)
  const { password } = url
  const isTelling = password !== null && password !== '' && text.includes(password)
  const set = origin && origin.kind !== 'default' ? `, set in ${origin.detail}` : ''
  return new SlipwayError('SLIPWAY_DB_CONNECT', `cannot connect to the database "${url.masked}"`, {
    found: isTelling ? text.replaceAll(password, '***') : text,
    hint: `see option "connection" in [database]${set}`,
    where: origin?.where,
    // Of a driver that repeats what it was given nothing is kept.
    ...(isTelling ? {} : { cause: error }),
  })
}
