// SQLite for kysely: Node's own where it is stable, else the package that has the same interface.
import { createRequire } from 'node:module'
import type { DatabaseSyncInstance, SqliteModule } from '@photostructure/sqlite'
import type { Dialect } from 'kysely'
import { dialectParts } from '../migrations/dialect-parts.ts'
import type { DatabaseSettings } from '../options.ts'
import type { DatabaseUrl } from '../url.ts'
import { secondsOf } from './parameters.ts'
import { poolOf } from './pool.ts'
import { isBusy } from './sqlite-connection.ts'
import { SqliteDriver } from './sqlite-driver.ts'

/** As Python's driver waits unless the URL says `timeout`. */
const defaultBusyMs = 5000

/** @throws SlipwayError SLIPWAY_DB_URL for a `timeout` that is no time; what SQLite says when the file cannot be opened */
export async function sqliteDialect(url: DatabaseUrl, settings: DatabaseSettings): Promise<Dialect> {
  const { DatabaseSync } = await loadSqlite()
  const isReadOnly = url.query.get('mode') === 'ro'
  const busyMs = secondsOf(url.query, 'timeout') ?? defaultBusyMs
  const database = new DatabaseSync(url.database?.replace(/^file:/u, '') ?? ':memory:', { readOnly: isReadOnly })
  try {
    // Only here: later nothing may hold up the process for a lock.
    database.exec(`pragma busy_timeout = ${Math.min(busyMs, 1000)}`)
    if (url.database !== null && !isReadOnly) useWal(database)
    database.exec(`pragma foreign_keys = on; pragma synchronous = ${settings.sqlite_synchronous ? 'full' : 'off'}`)
    // The first page is read now: a file that is no database is told at start. While another process that has just
    // made the file sets its mode, nobody can read.
    database.exec('pragma schema_version; pragma busy_timeout = 0')
  } catch (error) {
    database.close()
    throw error
  }
  const { acquireMs } = poolOf(settings)
  return { ...dialectParts('sqlite'), createDriver: () => new SqliteDriver(database, { busyMs, acquireMs }) }
}

/** Readers and a writer do not wait for each other. Kept in the file; where the file system cannot, it stays as it was. */
function useWal(database: DatabaseSyncInstance): void {
  try {
    database.exec('pragma journal_mode = wal')
  } catch (error) {
    // Another process holds it, which has set the mode or will.
    if (!isBusy(error)) throw error
  }
}

/** Of the whole process, also where this module is loaded twice: node:sqlite gives its warning once. */
const decided = Symbol.for('slipway.sqlite')
const holder = globalThis as { [decided]?: Promise<SqliteModule> }

/** Node's own where it is stable, and always the same: two libraries in one process would undo each other's locks. */
export function loadSqlite(): Promise<SqliteModule> {
  return (holder[decided] ??= chooseSqlite())
}

async function chooseSqlite(): Promise<SqliteModule> {
  return nodeSqlite() ?? (await import('@photostructure/sqlite'))
}

/** Node's own SQLite, where it gives no warning that it is an experiment. */
function nodeSqlite(): SqliteModule | null {
  const emitWarning = process.emitWarning.bind(process)
  let isExperiment = false
  // Asked of the module itself, as the release that made it stable differs from line to line.
  process.emitWarning = () => {
    isExperiment = true
  }
  try {
    const sqlite = createRequire(import.meta.url)('node:sqlite') as SqliteModule
    return isExperiment ? null : sqlite
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_UNKNOWN_BUILTIN_MODULE') return null
    throw error
  } finally {
    process.emitWarning = emitWarning
  }
}
