// Who has the lock, for the message to whoever waits: as much as the server or the kernel tells, null where that is
// nothing. Asks only when somebody waits.
import { existsSync, readFileSync, statSync } from 'node:fs'
import type { MigrationSession } from './migration-session.ts'

/** The session that has an advisory lock of PostgreSQL. */
export async function postgresqlHolder(session: MigrationSession, key: string): Promise<string | null> {
  const [row] = await session.query<PostgresqlSession>(
    `SELECT a.pid, a.usename AS name, host(a.client_addr) AS host, to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS since
     FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
     WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND a.datname = current_database()
       AND ((l.classid::bigint << 32) | l.objid::bigint) = $1::bigint`,
    [key],
  )
  if (!row) return null
  return described(`session ${row.pid} of "${row.name}"`, row.host, row.since)
}

interface PostgresqlSession {
  readonly pid: number
  readonly name: string
  /** Null over a unix socket, and of users that one may not ask about; so is the time. */
  readonly host: string | null
  readonly since: string | null
}

/** The session that has a named lock of MySQL; of other users only with the privilege PROCESS. */
export async function mysqlHolder(session: MigrationSession, name: string): Promise<string | null> {
  const [lock] = await session.query<{ id: number | string | null }>('SELECT IS_USED_LOCK(?) AS id', [name])
  const id = lock?.id ?? null
  if (id === null) return null
  const [row] = await session.query<{ user: string; host: string }>(
    'SELECT user AS user, host AS host FROM information_schema.processlist WHERE id = ?',
    [id],
  )
  return row ? described(`session ${id} of "${row.user}"`, row.host, null) : `session ${id}`
}

/** The process that has locked a file, where the kernel lists locks. */
export function fileHolder(file: string): string | null {
  if (!existsSync('/proc/locks')) return null
  const { ino } = statSync(file)
  const lock = new RegExp(`^\\d+: \\w+ +\\w+ +WRITE (\\d+) [\\da-f]+:[\\da-f]+:${ino} `, 'mu')
  const pid = lock.exec(readFileSync('/proc/locks', 'utf-8'))?.[1]
  // 0 is a process that cannot be seen from here, such as one of another container.
  if (pid === undefined || pid === '0') return null
  return described(`process ${pid}`, null, startOf(pid))
}

/** Null of a process that has gone meanwhile. */
function startOf(pid: string): string | null {
  const file = `/proc/${pid}/stat`
  if (!existsSync(file)) return null
  // Behind the name, which may hold anything: the 20th field is the time since boot in hundredths of a second.
  const ticks = Number(readFileSync(file, 'utf-8').split(') ').at(-1)?.split(' ')[19])
  const boot = Number(/^btime (\d+)$/mu.exec(readFileSync('/proc/stat', 'utf-8'))?.[1])
  const start = new Date((boot + ticks / 100) * 1000)
  return Number.isNaN(start.getTime()) ? null : start.toISOString().slice(0, 19).replace('T', ' ')
}

function described(who: string, host: string | null, since: string | null): string {
  return `${who}${host === null ? '' : ` from ${host}`}${since === null ? '' : `, since ${since} UTC`}`
}
