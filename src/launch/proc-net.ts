// Linux's tables of sockets (/proc/net/tcp, tcp6, unix) as data. Used by the master to name who
// holds a port and by a worker to see whether connections still wait to be accepted. Where
// the tables cannot be read (no Linux, hidden /proc) the answer is null, never an error.
import { readFileSync } from 'node:fs'

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
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].map(readTable)
  if (tables.every((table) => table === null)) return null
  return tables.flatMap((table) => parseTcpTable(table ?? '')).filter((row) => row.port === port)
}

export function socketsAt(path: string): string[] | null {
  const table = readTable('/proc/net/unix')
  return table === null ? null : parseUnixTable(table, path)
}

function readTable(file: string): string | null {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    // Not on this system, or hidden from this user: callers have a way without it.
    return null
  }
}
