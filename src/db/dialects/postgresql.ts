// PostgreSQL for kysely through the package pg, which whoever has such a URL installs.
import type { ConnectionOptions as TlsOptions } from 'node:tls'
import { CompiledQuery, type Dialect, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely'
import type { ClientConfig, CustomTypesConfig, Pool, PoolClient } from 'pg'
import { SlipwayError } from '../../errors.ts'
import type { DatabaseLog } from '../connect.ts'
import { loadDriver } from './load-driver.ts'
import type { DatabaseSettings } from '../options.ts'
import type { DatabaseUrl } from '../url.ts'
import { fileOf, secondsOf } from './parameters.ts'
import { poolOf } from './pool.ts'
import { numberOf } from './sqlite-values.ts'

/** @throws SlipwayError SLIPWAY_DB_DRIVER without the package pg, SLIPWAY_DB_URL for a parameter that cannot be */
export async function postgresqlDialect(
  url: DatabaseUrl,
  settings: DatabaseSettings,
  log: DatabaseLog | null,
): Promise<Dialect> {
  const { default: pg } = await loadDriver('pg', () => import('pg'))
  const { size, idle, acquireMs, recycleSeconds } = poolOf(settings)
  const connectMs = secondsOf(url.query, 'connect_timeout')
  const pool = new pg.Pool({
    ...connectionOf(url),
    types: typesOf(pg.types.getTypeParser),
    // The pool's time is that of waiting for a connection; how long making one may take is the URL's to say.
    Client: class extends pg.Client {
      constructor(config?: ClientConfig) {
        super(connectMs === null ? config : { ...config, connectionTimeoutMillis: connectMs })
      }
    },
    max: size,
    min: Math.min(idle, size),
    idleTimeoutMillis: 10_000,
    connectionTimeoutMillis: acquireMs,
    maxLifetimeSeconds: recycleSeconds,
  })
  const told = (error: Error): void => log?.warn(`a connection to the database was lost: ${error.message}`)
  pool.on('error', told)
  // While a connection is in use the pool does not listen for its faults, and one that nobody hears ends the process.
  pool.on('connect', (client) => client.on('error', () => undefined))
  return new PostgresDialect({
    pool: { connect: connector(pool), end: () => pool.end() },
    onCreateConnection: async (connection) => {
      await connection.executeQuery(CompiledQuery.raw("set time zone 'UTC'"))
    },
  })
}

/** Connections for kysely: dates go as UTC, and one that was lost does not come back into the pool. */
function connector(pool: Pool): PostgresPool['connect'] {
  const known = new WeakMap<PoolClient, PostgresPoolClient>()
  return async () => {
    const client = await pool.connect()
    const made = known.get(client) ?? connectionFor(client)
    known.set(client, made)
    return made
  }
}

function connectionFor(client: PoolClient): PostgresPoolClient {
  let isLost = false
  const query = async (text: string, values: readonly unknown[]): Promise<unknown> => {
    try {
      return await client.query(text, values.map(encode))
    } catch (error) {
      isLost ||= !isStatementFault(error)
      throw error
    }
  }
  return { query: query as PostgresPoolClient['query'], release: () => client.release(isLost) }
}

/** What the server says of a statement; all else is the end of the connection. */
function isStatementFault(error: unknown): boolean {
  return error instanceof Error && 'severity' in error && error.severity === 'ERROR'
}

function connectionOf({ user, password, host, port, database, query }: DatabaseUrl): ClientConfig {
  const given: Record<string, unknown> = {
    user: user ?? undefined,
    password: password ?? undefined,
    host: query.get('host') ?? host ?? undefined,
    port: Number(query.get('port') ?? port ?? 5432),
    database: database ?? user ?? undefined,
    application_name: query.get('application_name'),
    options: query.get('options'),
    client_encoding: query.get('client_encoding'),
    ssl: tlsOf(query),
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

const modes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full']

/**
 * libpq's modes. `allow` and `prefer` take either there; here they are without TLS, as a second try in the clear is
 * no protection.
 */
function tlsOf(query: DatabaseUrl['query']): TlsOptions | false {
  const mode = query.get('sslmode') ?? 'prefer'
  if (!modes.includes(mode)) {
    throw new SlipwayError('SLIPWAY_DB_URL', `parameter "sslmode" of the database URL is "${mode}"`, {
      expected: modes.join(', '),
    })
  }
  if (mode === 'disable' || mode === 'allow' || mode === 'prefer') return false
  const [ca, cert, key] = [fileOf(query, 'sslrootcert'), fileOf(query, 'sslcert'), fileOf(query, 'sslkey')]
  const files = { ...(ca === null ? {} : { ca }), ...(cert === null ? {} : { cert }), ...(key === null ? {} : { key }) }
  // As libpq does: with a root certificate at hand "require" looks at the chain as well.
  if (mode === 'require' && ca === null) return { ...files, rejectUnauthorized: false }
  return mode === 'verify-full' ? files : { ...files, checkServerIdentity: () => undefined }
}

/** Of a date the driver would make local time, and a column without a zone drops what it is local to. */
function encode(value: unknown): unknown {
  return value instanceof Date ? value.toISOString() : value
}

const oid = { int8: 20, json: 114, date: 1082, timestamp: 1114, jsonb: 3802 }

/** Values as the other databases give them too (docs/database.md has the table). */
function typesOf(getTypeParser: CustomTypesConfig['getTypeParser']): CustomTypesConfig {
  const own = new Map<number, (text: string) => unknown>([
    [oid.int8, (text) => numberOf(BigInt(text))],
    [oid.json, String],
    [oid.jsonb, String],
    [oid.date, String],
    [oid.timestamp, utcOf],
  ])
  return {
    getTypeParser: ((type: number, format: 'text') =>
      own.get(type) ?? getTypeParser(type, format)) as typeof getTypeParser,
  }
}

/** `infinity` is no date, and stays text. */
function utcOf(text: string): unknown {
  const time = new Date(`${text.replace(' ', 'T')}Z`)
  return Number.isNaN(time.getTime()) ? text : time
}
