// Who holds an address that we cannot have: the pid and command behind a listening socket, found
// through /proc. Runs where a bind or a listen has failed. Says null rather than guess:
// another user's process does not show its descriptors.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { endianness } from 'node:os'
import { ipAddresses } from '../lazy-packages.ts'
import type { ListenAddress, TcpAddress } from './address.ts'
import { listenersOn, socketsAt } from './proc-net.ts'

export interface Holder {
  readonly pid: number
  readonly command: string
}

/** The host of a TCP address must be an IP address here. */
export function findHolder(address: ListenAddress): Holder | null {
  const inodes = inodesAt(address)
  if (!inodes || inodes.length === 0) return null
  const wanted = new Set(inodes.map((inode) => `socket:[${inode}]`))
  const pid = eldest(
    processIds().filter((candidate) => holdsOne(candidate, wanted)),
    parentOf,
  )
  return pid === null ? null : { pid, command: commandOf(pid) }
}

/** The one that the others come from: a master, not its workers, whose ids may be smaller when the system has begun anew. */
export function eldest(pids: readonly number[], parentOf: (pid: number) => number): number | null {
  return pids.find((pid) => !pids.includes(parentOf(pid))) ?? null
}

function inodesAt(address: ListenAddress): string[] | null {
  switch (address.kind) {
    case 'tcp':
      return rivals(address)
    case 'unix':
      return socketsAt(address.path)
    case 'fd':
      return null
  }
}

/** `pid 812 (nginx -g daemon off;)`. */
export function renderHolder(holder: Holder): string {
  return `pid ${holder.pid}${holder.command === '' ? '' : ` (${holder.command})`}`
}

/** Listeners on the port whose address is ours, or where one of both is "all addresses". */
function rivals({ host, port }: TcpAddress): string[] | null {
  const own = tableAddress(host)
  const collides = (other: string): boolean => other === own || /^0+$/.test(own) || /^0+$/.test(other)
  const rows = listenersOn(port)?.filter((row) => collides(row.address))
  return rows?.map((row) => row.inode) ?? null
}

/** An IP address as /proc/net/tcp writes it. */
export function tableAddress(ip: string): string {
  const bytes = Buffer.from(ipAddresses().parse(ip).toByteArray())
  return (endianness() === 'LE' ? bytes.swap32() : bytes).toString('hex').toUpperCase()
}

function processIds(): number[] {
  return attempt(() => readdirSync('/proc'), [])
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
}

/** 0, which is no process, when it has gone. */
function parentOf(pid: number): number {
  // The command before it, in parentheses, may hold anything.
  const [, parent = 0] =
    attempt(() => readFileSync(`/proc/${pid}/stat`, 'latin1'), '')
      .split(') ')
      .at(-1)
      ?.split(' ') ?? []
  return Number(parent)
}

function holdsOne(pid: number, sockets: ReadonlySet<string>): boolean {
  const folder = `/proc/${pid}/fd`
  return attempt(() => readdirSync(folder), []).some((fd) =>
    sockets.has(attempt(() => readlinkSync(`${folder}/${fd}`), '')),
  )
}

function commandOf(pid: number): string {
  const command = attempt(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'), '')
    .replaceAll('\0', ' ')
    .trim()
  return command.length > 120 ? `${command.slice(0, 119)}…` : command
}

/** A process may end, or be closed to us, between two looks: then it is not the one we can name. */
function attempt<T>(look: () => T, otherwise: T): T {
  try {
    return look()
  } catch {
    return otherwise
  }
}
