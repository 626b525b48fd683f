// MySQL and MariaDB for kysely through the package mysql2, which whoever has such a URL installs.
import { CompiledQuery, type Dialect, MysqlDialect, type MysqlPool, type MysqlPoolConnection } from 'kysely'
import type { Pool, PoolConnection, PoolOptions, TypeCastField } from 'mysql2'
import type { DatabaseLog } from '../connect.ts'
import { loadDriver } from './load-driver.ts'
import type { DatabaseSettings } from '../options.ts'
import type { DatabaseUrl } from '../url.ts'
import { fileOf, secondsOf } from './parameters.ts'
import { poolOf, type PoolSize } from './pool.ts'
import { numberOf } from './sqlite-values.ts'

/** @throws SlipwayError SLIPWAY_DB_DRIVER without the package mysql2, SLIPWAY_DB_URL for a parameter that cannot be */
export async function mysqlDialect(
  url: DatabaseUrl,
  settings: DatabaseSettings,
  log: DatabaseLog | null,
): Promise<Dialect> {
  const { createPool } = await loadDriver('mysql2', () => import('mysql2'))
  const size = poolOf(settings)
  const pool = createPool({
    ...connectionOf(url),
    connectionLimit: size.size,
    maxIdle: size.idle,
    idleTimeout: 10_000,
    timezone: 'Z',
    dateStrings: ['DATE'],
    supportBigNumbers: true,
    // MariaDB keeps it as text, and only some versions say that it is JSON.
    jsonStrings: true,
    // An object as a parameter would be spread over the statement.
    stringifyObjects: true,
    typeCast: decode,
  })
  pool.on('connection', (connection: PoolConnection) => {
    connection.on('error', (error) => log?.warn(`a connection to the database was lost: ${error.message}`))
  })
  const starts = startsOf(url, settings)
  return new MysqlDialect({
    pool: agingPool(pool, size),
    onCreateConnection: async (connection) => {
      for (const text of starts) await connection.executeQuery(CompiledQuery.raw(text))
    },
  })
}

function connectionOf({ user, password, host, port, database, query }: DatabaseUrl): PoolOptions {
  const socketPath = query.get('unix_socket')
  const given: PoolOptions = {
    host: host ?? 'localhost',
    port: port ?? 3306,
    charset: query.get('charset') ?? 'utf8mb4',
    connectTimeout: secondsOf(query, 'connect_timeout') ?? 10_000,
  }
  if (user !== null) given.user = user
  if (password !== null) given.password = password
  if (database !== null) given.database = database
  if (socketPath !== undefined) given.socketPath = socketPath
  const ssl = tlsOf(query)
  if (ssl !== null) given.ssl = ssl
  return given
}

/** The chain is checked when there is a root certificate, the name of the server when the URL says so: as PyMySQL does. */
function tlsOf(query: DatabaseUrl['query']): NonNullable<Exclude<PoolOptions['ssl'], string>> | null {
  const names = ['ssl_ca', 'ssl_cert', 'ssl_key', 'ssl_verify_cert', 'ssl_verify_identity']
  if (!names.some((name) => query.has(name))) return null
  const [ca, cert, key] = [fileOf(query, 'ssl_ca'), fileOf(query, 'ssl_cert'), fileOf(query, 'ssl_key')]
  const isTrue = (name: string): boolean => /^(?:1|true|yes|on)$/iu.test(query.get(name) ?? '')
  return {
    ...(ca === null ? {} : { ca }),
    ...(cert === null ? {} : { cert }),
    ...(key === null ? {} : { key }),
    rejectUnauthorized: ca !== null || isTrue('ssl_verify_cert'),
    verifyIdentity: isTrue('ssl_verify_identity'),
  }
}

/** What every session begins with. */
function startsOf(
  { query }: DatabaseUrl,
  { mysql_sql_mode, mysql_wsrep_sync_wait: syncWait }: DatabaseSettings,
): string[] {
  const mode = query.get('sql_mode') ?? mysql_sql_mode
  const command = query.get('init_command')
  return [
    "set time_zone = '+00:00'",
    ...(mode === '' ? [] : [`set session sql_mode = '${mode.replaceAll(/['\\]/gu, '')}'`]),
    ...(syncWait === null ? [] : [`set session wsrep_sync_wait = ${syncWait}`]),
    ...(command === undefined ? [] : [command]),
  ]
}

/** The pool with what it lacks: a deadline for those who wait, and an age at which connections are replaced. */
function agingPool(pool: Pool, { acquireMs, recycleSeconds }: PoolSize): MysqlPool {
  const born = new WeakMap<object, number>()
  const take = (callback: (error: unknown, connection: MysqlPoolConnection) => void): void => {
    let isLate = false
    const giveUp = (): void => {
      isLate = true
      callback(new Error(`no connection came free within ${acquireMs / 1000} s (pool_timeout)`), nobody)
    }
    const timer = acquireMs > 0 ? setTimeout(giveUp, acquireMs) : undefined
    pool.getConnection((error, connection) => {
      clearTimeout(timer)
      if (isLate) {
        if (!error) connection.release()
        return
      }
      if (error) return callback(error, nobody)
      const since = born.get(connection) ?? performance.now()
      born.set(connection, since)
      if (recycleSeconds === 0 || performance.now() - since < recycleSeconds * 1000) {
        return callback(null, connection)
      }
      connection.destroy()
      take(callback)
    })
  }
  return { getConnection: take, end: (callback) => pool.end(callback) }
}

/** Beside an error nobody looks at the connection. */
const nobody = undefined as unknown as MysqlPoolConnection

/** Values as the other databases give them too (docs/database.md has the table). */
function decode(field: TypeCastField, next: () => unknown): unknown {
  if (field.type === 'LONGLONG') {
    const text = field.string()
    return text === null ? null : numberOf(BigInt(text))
  }
  if (field.type !== 'TINY' || field.length !== 1) return next()
  const text = field.string()
  return text === null ? null : text !== '0'
}
