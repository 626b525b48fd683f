// Linux's tables of sockets (/proc/net/tcp, tcp6, unix) as data. Used by the master to name who
// holds a port and by a worker to see whether connections still wait to be accepted. Where
// the tables cannot be read (no Linux, hidden /proc) the answer is null, never an error.
import { closeSync, openSync, readFileSync, readSync } from 'node:fs'

export interface ListeningRow {
  readonly port: number
  /** As the table has it: hexadecimal, each 32 bits in the byte order of the machine. */
  readonly address: string
  /** Connections that wait to be accepted. */
  readonly queued: number
  readonly inode: string
}

const listening = '0A'

/** The listening sockets in the text of /proc/net/tcp or /proc/net/tcp6. */
export function parseTcpTable(text: string): ListeningRow[] {
  return text.split('\n').flatMap((line) => {
    const [, local = '', , state, queues = '', , , , , inode = ''] = line.trim().split(/\s+/)
    if (state !== listening) return []
    const [address = '', port = ''] = local.split(':')
    // Columns are hexadecimal; of "tx_queue:rx_queue" a listener uses rx for its accept queue.
    const queued = Number.parseInt(queues.split(':')[1] ?? '', 16)
    return [{ port: Number.parseInt(port, 16), address, queued, inode }]
  })
}

interface UnixRow {
  readonly inode: string
  /** STREAM or DGRAM, in the kernel's numbers. */
  readonly type: number
  readonly isConnected: boolean
  /** Null when it was never bound. */
  readonly path: string | null
}

const connected = '03'

/** The sockets in the text of /proc/net/unix. */
export function parseUnixTable(text: string): UnixRow[] {
  return text.split('\n').flatMap((line) => {
    const [, , , , type = '', state, inode = '', ...name] = line.trim().split(/\s+/)
    if (!/^\d+$/.test(inode)) return []
    const path = name.length === 0 ? null : name.join(' ')
    return [{ inode, type: Number.parseInt(type, 16), isConnected: state === connected, path }]
  })
}

/** All listening TCP sockets on a port; null when the tables are not readable. */
export function listenersOn(port: number): ListeningRow[] | null {
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].map(listenersIn)
  if (tables.every((table) => table === null)) return null
  return tables.flatMap((table) => parseTcpTable(table ?? '')).filter((row) => row.port === port)
}

/** A look at one accept queue, quick enough to act on. */
export interface QueueWatch {
  /** Connections that wait to be accepted on the port; null when the table does not say. */
  look(): number | null
  close(): void
}

/** Null when the table is not readable. */
export function watchQueue(port: number, family: 4 | 6): QueueWatch | null {
  const table = openTable(family === 4 ? '/proc/net/tcp' : '/proc/net/tcp6')
  if (table === null) return null
  return {
    look() {
      const rows = parseTcpTable(readListeners(table)).filter((row) => row.port === port)
      return rows.length === 0 ? null : rows.reduce((sum, { queued }) => sum + queued, 0)
    },
    close: () => closeSync(table),
  }
}

function listenersIn(file: string): string | null {
  const table = openTable(file)
  if (table === null) return null
  try {
    return readListeners(table)
  } finally {
    closeSync(table)
  }
}

const chunk = Buffer.alloc(16_384)

/**
 * The head of a table, which the kernel begins with the listeners. With thousands of connections behind them the whole
 * takes milliseconds, and what it said of the first line is no longer true.
 */
function readListeners(table: number): string {
  let text = ''
  for (;;) {
    const length = readSync(table, chunk, 0, chunk.length, text.length)
    text += chunk.toString('latin1', 0, length)
    if (length === 0 || hasConnection(text)) return text
  }
}

function hasConnection(table: string): boolean {
  return /^ *\d+: \S+ \S+ (?!0A)/m.test(table)
}

function openTable(file: string): number | null {
  try {
    return openSync(file, 'r')
  } catch {
    // Not on this system, or hidden from this user: callers have a way without it.
    return null
  }
}

/** The inodes of the sockets that are served at a path; null when the table is not readable. */
export function socketsAt(path: string): string[] | null {
  const rows = unixRows()
  return rows === null
    ? null
    : rows.filter((row) => row.path !== null && isBoundFor(row.path, path)).map(({ inode }) => inode)
}

/** Ours are bound beside their path and moved there (master/unix-socket.ts); the table knows the name of before. */
export function isBoundFor(bound: string, path: string): boolean {
  return bound === path || (bound.startsWith(`${path}.`) && /^\d+$/.test(bound.slice(path.length + 1)))
}

/** What /proc tells of an open unix socket; null when it knows none of that inode. */
export function unixSocketOf(inode: number): UnixRow | null {
  return unixRows()?.find((row) => row.inode === String(inode)) ?? null
}

function unixRows(): UnixRow[] | null {
  const table = openTable('/proc/net/unix')
  if (table === null) return null
  try {
    return parseUnixTable(readFileSync(table, 'latin1'))
  } finally {
    closeSync(table)
  }
}
