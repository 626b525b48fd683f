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

/** The inodes of the sockets bound to a path, in the text of /proc/net/unix. */
export function parseUnixTable(text: string, path: string): string[] {
  return text.split('\n').flatMap((line) => {
    const [, , , , , , inode = '', ...name] = line.trim().split(/\s+/)
    return name.join(' ') === path ? [inode] : []
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

/** The inodes of the sockets bound to a path; null when the table is not readable. */
export function socketsAt(path: string): string[] | null {
  const table = openTable('/proc/net/unix')
  if (table === null) return null
  try {
    return parseUnixTable(readFileSync(table, 'latin1'), path)
  } finally {
    closeSync(table)
  }
}
