// The lock that alembic lacks: of two runs on one database one works and the other waits. It belongs to the session
// that migrates (SQLite: to a file beside the database), so it goes with the process, also with one that is killed.
// Waiting asks again and again: a session that waits inside the server would hold up CREATE INDEX CONCURRENTLY.
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { SlipwayError } from '../../errors.ts'
import { loadSqlite } from '../dialects/sqlite.ts'
import { isBusy } from '../dialects/sqlite-connection.ts'
import { fileHolder, mysqlHolder, postgresqlHolder } from './lock-holder.ts'
import type { MigrationSession } from './migration-session.ts'

export interface LockOptions {
  /** How long to wait for another run, in milliseconds; 0 gives up at once. Default 60 000. */
  readonly lockTimeoutMs?: number | undefined
  /** Called once when there is another run to wait for. */
  readonly onWait?: ((text: string) => void) | undefined
  /** Ends the waiting, and a run between two migrations. */
  readonly signal?: AbortSignal | undefined
}

/** Tries to lock; gives what unlocks, or null when somebody else has it. */
type TryLock = () => Promise<(() => Promise<void>) | null>

const pollMs = 100

/**
 * Runs the work while nobody else runs migrations on this database.
 * @throws SlipwayError SLIPWAY_DB_LOCKED
 */
export async function withLock<T>(
  session: MigrationSession,
  table: string,
  options: LockOptions,
  work: () => Promise<T>,
): Promise<T> {
  const lock = await lockOf(session, table)
  try {
    const unlock = await waitFor(lock, options)
    try {
      return await work()
    } finally {
      await unlock()
    }
  } finally {
    lock.close()
  }
}

async function waitFor({ tryLock, holder }: Lock, { lockTimeoutMs = 60_000, onWait, signal }: LockOptions) {
  const deadline = performance.now() + lockTimeoutMs
  for (let isFirst = true; ; isFirst = false) {
    signal?.throwIfAborted()
    const unlock = await tryLock()
    if (unlock) return unlock
    if (performance.now() >= deadline) throw locked(lockTimeoutMs, await holder())
    if (isFirst && onWait) onWait(waitText(await holder()))
    await sleep(pollMs, undefined, signal && { signal })
  }
}

function waitText(holder: string | null): string {
  const who = holder === null ? '' : ` (${holder})`
  return `another run of migrations is at work on this database${who}, waiting for its end`
}

function locked(waitedMs: number, holder: string | null): SlipwayError {
  return new SlipwayError('SLIPWAY_DB_LOCKED', 'another run of migrations is at work on this database', {
    found: `${holder ?? 'it'} has not ended within ${waitedMs / 1000} s`,
    hint: 'wait for it, or give it more time: --lock-timeout, or lock_timeout in [database]; nothing was changed',
  })
}

interface Lock {
  readonly tryLock: TryLock
  /** Who has it; null when nobody knows. */
  readonly holder: () => Promise<string | null>
  readonly close: () => void
}

const nothing = () => undefined

async function lockOf(session: MigrationSession, table: string): Promise<Lock> {
  switch (session.dialect) {
    case 'sqlite':
      return lockBeside(session)
    case 'postgresql':
      return { ...advisoryLock(session, table), close: nothing }
    case 'mysql':
      return { ...(await namedLock(session, table)), close: nothing }
  }
}

/** The number is one of the database, not of the server. */
function advisoryLock(session: MigrationSession, table: string): Omit<Lock, 'close'> {
  const key = createHash('sha256').update(`slipway ${table}`).digest().readBigInt64BE().toString()
  const tryLock: TryLock = async () => {
    const [row] = await session.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1::bigint) AS held', [key])
    if (row?.held !== true) return null
    return async () => {
      await session.query('SELECT pg_advisory_unlock($1::bigint)', [key])
    }
  }
  return { tryLock, holder: () => postgresqlHolder(session, key) }
}

/** Names are of the whole server, and at most 64 long. */
async function namedLock(session: MigrationSession, table: string): Promise<Omit<Lock, 'close'>> {
  const [row] = await session.query<{ name: string | null }>('SELECT DATABASE() AS name')
  const name = `slipway:${createHash('sha1').update(`${row?.name}.${table}`).digest('hex')}`
  const tryLock: TryLock = async () => {
    const [answer] = await session.query<{ held: number | string | null }>('SELECT GET_LOCK(?, 0) AS held', [name])
    if (Number(answer?.held) !== 1) return null
    return async () => {
      await session.query('SELECT RELEASE_LOCK(?)', [name])
    }
  }
  return { tryLock, holder: () => mysqlHolder(session, name) }
}

/**
 * An SQLite database of its own, `FILE.migrate-lock`, locked by the kernel and never written. It stays: to remove it
 * would let two runs lock two files of one name. A database in memory has one process anyway.
 */
async function lockBeside(session: MigrationSession): Promise<Lock> {
  const files = await session.query<{ name: string; file: string | null }>('PRAGMA database_list')
  const file = files.find(({ name }) => name === 'main')?.file
  if (!file) return { tryLock: async () => async () => undefined, holder: async () => null, close: nothing }
  const { DatabaseSync } = await loadSqlite()
  const place = `${file}.migrate-lock`
  const database = new DatabaseSync(place)
  database.exec('PRAGMA busy_timeout = 0')
  const tryLock: TryLock = async () => {
    try {
      database.exec('BEGIN EXCLUSIVE')
    } catch (error) {
      if (!isBusy(error)) throw error
      return null
    }
    return async () => database.exec('ROLLBACK')
  }
  return { tryLock, holder: async () => fileHolder(place), close: () => database.close() }
}
