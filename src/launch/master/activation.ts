// Socket activation as sd_listen_fds(3) describes it: another program, mostly systemd, has opened the sockets and hands
// them down from descriptor 3. They are looked at before they are served. Runs in the process that was started.
import { fstatSync } from 'node:fs'
import { SlipwayError } from '../../errors.ts'
import type { ListenAddress } from '../address.ts'
import { unixSocketOf } from '../proc-net.ts'
import { type BoundSocket, openSocket } from './bound-socket.ts'
import { type InheritedSocket, InheritedSockets } from './inherited.ts'

type Environment = Record<string, string | undefined>

const firstFd = 3
const variables = ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES', 'LISTEN_PIDFDID']

/** What sd_listen_fds_with_names(3) calls a descriptor without a name. */
const nameless = 'unknown'

/**
 * The sockets that were handed down. The variables are taken out of the environment: they are not for children.
 * @throws SlipwayError SLIPWAY_LAUNCH_ACTIVATION for what cannot be served
 */
export function activatedSockets(env: Environment = process.env): InheritedSockets {
  const { LISTEN_PID: pid, LISTEN_FDS: count, LISTEN_FDNAMES: names = '' } = env
  for (const variable of variables) delete env[variable]
  if (count === undefined || !/^[1-9]\d*$/.test(count)) return new InheritedSockets([])
  if (pid !== String(process.pid)) {
    const whose = pid === undefined ? 'LISTEN_PID names nobody' : `they are for pid ${pid}`
    return new InheritedSockets([], `sockets of LISTEN_FDS are left alone: ${whose}, and this is pid ${process.pid}`)
  }
  const given = names.split(':')
  return new InheritedSockets(
    Array.from({ length: Number(count) }, (_, index) => {
      const name = given[index] ?? ''
      return inherit(firstFd + index, name === '' || name === nameless ? null : name)
    }),
  )
}

function inherit(number: number, name: string | null): InheritedSocket {
  const title = `the inherited socket ${number}${name === null ? '' : ` "${name}"`}`
  const { ino } = requireSocket(number, title)
  const unix = unixSocketOf(ino)
  if (unix !== null && unix.type !== streamType) throw refused(title, datagram, streamHint)
  if (unix?.isConnected) throw refused(title, connection, acceptHint)
  const socket = opened(number, unix?.path ?? null, title)
  const address = addressOf(socket, unix?.path ?? null) ?? { kind: 'fd', name: String(number) }
  return { number, name, address, key: null, isHeldOutside: true, socket, file: null }
}

/** As the kernel numbers them. */
const streamType = 1

const datagram = 'it does not take connections, it is a datagram socket'
const connection = 'it is one connection'
const streamHint = 'in the .socket unit, ListenStream= is for what takes connections'
const acceptHint = 'in the .socket unit, Accept=no: the service accepts its connections itself'

function requireSocket(fd: number, title: string): { ino: number } {
  try {
    const stats = fstatSync(fd)
    if (stats.isSocket()) return stats
  } catch (cause) {
    throw refused(title, `descriptor ${fd} is not open`, 'LISTEN_FDS says how many there are', cause)
  }
  throw refused(title, 'it is no socket', streamHint)
}

function opened(fd: number, path: string | null, title: string): BoundSocket {
  try {
    return openSocket(fd, path)
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code === 'EISCONN') throw refused(title, connection, acceptHint, cause)
    throw refused(title, code === 'EINVAL' ? datagram : message, streamHint, cause)
  }
}

function addressOf({ bound }: BoundSocket, path: string | null): ListenAddress | null {
  if (bound !== null) return { kind: 'tcp', host: bound.ip, port: bound.port }
  return path === null ? null : { kind: 'unix', path, mode: null, owner: null, group: null }
}

function refused(title: string, why: string, hint: string, cause?: unknown): SlipwayError {
  return new SlipwayError('SLIPWAY_LAUNCH_ACTIVATION', `cannot serve ${title}: ${why}`, { hint, cause })
}
