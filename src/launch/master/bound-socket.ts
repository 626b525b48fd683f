// A socket that is bound but does not accept: what the master keeps for its whole life and workers
// inherit. The one place that knows how each Node version does it: net.BoundSocket where there is
// one (24.19, 26.4), else the call that node:cluster makes for its shared mode.
import net from 'node:net'
import { constants } from 'node:os'
import { getSystemErrorName } from 'node:util'

export interface BoundSocket {
  /** For a child's stdio. Belongs to this object: no second owner in this process may close it. */
  readonly fd: number
  /** With the port that the system gave for port 0; null for a unix socket. */
  readonly bound: BoundAddress | null
  /**
   * Makes a server of this process accept from it and own it from then on. Errors come as the server's 'error' event. A
   * second server takes it over from the first within the turn: no connection meets a closed door between them.
   */
  adoptInto(server: net.Server, backlog: number): void
  /** Closes the descriptor at once. Harmless when closed or adopted. */
  close(): void
}

interface BoundAddress {
  readonly ip: string
  readonly port: number
}

export interface TcpTarget {
  readonly ip: string
  readonly port: number
  /** An IPv6 address that leaves the IPv4 side of its port to another listener. */
  readonly ipv6Only?: boolean
}

export interface UnixTarget {
  readonly path: string
  /** Where the file is moved to: what a server tells as its address. */
  readonly servedAs: string
}

/** Throws the system's error, with `code` and `syscall`, as net.Server would emit it. */
export function bindSocket(target: TcpTarget | UnixTarget): BoundSocket {
  return native.BoundSocket ? bindNative(native.BoundSocket, target) : bindThroughHandle(target)
}

/**
 * A bound or listening socket that this process was started with: its descriptor belongs to the result from here on.
 * `servedAs`: the path of a unix socket. Throws the system's error when it is of another kind (EINVAL), or has somebody at
 * its other end (EISCONN), as far as TCP goes: a unix socket does not say.
 */
export function openSocket(fd: number, servedAs: string | null = null): BoundSocket {
  const handle = native._createServerHandle(null, 0, 0, fd)
  if (typeof handle === 'number') throw systemError(handle, 'open', `descriptor ${fd}`)
  if (handle.getpeername?.({}) === 0) throw systemError(-constants.errno.EISCONN, 'open', `descriptor ${fd}`)
  return ownedHandle(handle, boundAddress(handle), servedAs ?? undefined)
}

// Types of what @types/node for Node 20 does not have, and of the internals used in their place.

interface NativeBoundSocket {
  fd(): number
  address(): string | { readonly address: string; readonly port: number }
  close(): void
}
type NativeConstructor = new (
  options: { host: string; port: number; ipv6Only: boolean } | { path: string },
) => NativeBoundSocket

/** What a server holds inside Node. */
export interface RawHandle {
  readonly fd: number
  close(): void
  getsockname?(out: SocketName): number
  getpeername?(out: SocketName): number
}
interface SocketName {
  address?: string
  port?: number
}
type CreateHandle = (
  address: string | null,
  port: number,
  addressType: number,
  fd: number,
  flags?: number,
) => RawHandle | number

interface ServerInternals {
  _handle: RawHandle | null
  _pipeName?: string | undefined
  _listen2(address: null, port: number, addressType: number, backlog: number): void
}

const native = net as unknown as {
  readonly BoundSocket?: NativeConstructor
  readonly _createServerHandle: CreateHandle
}
const ipv6OnlyFlag = 1

function bindNative(Constructor: NativeConstructor, target: TcpTarget | UnixTarget): BoundSocket {
  const socket = new Constructor(
    'path' in target
      ? { path: target.path }
      : { host: target.ip, port: target.port, ipv6Only: target.ipv6Only ?? false },
  )
  const address = socket.address()
  return owned({
    fd: socket.fd(),
    bound: typeof address === 'string' ? null : { ip: address.address, port: address.port },
    adopt(server, backlog) {
      server.listen({ handle: socket }, backlog)
      if ('path' in target) (server as unknown as ServerInternals)._pipeName = target.servedAs
    },
    close: () => socket.close(),
  })
}

function bindThroughHandle(target: TcpTarget | UnixTarget): BoundSocket {
  const handle = createHandle(target)
  return 'path' in target
    ? ownedHandle(handle, null, target.servedAs)
    : ownedHandle(handle, boundAddressOf(handle, target), undefined)
}

/** listen() knows TCP handles only; for a pipe it would open the descriptor a second time, and then two would close it. */
function ownedHandle(handle: RawHandle, bound: BoundAddress | null, path: string | undefined): BoundSocket {
  return owned({
    fd: handle.fd,
    bound,
    adopt: (server, backlog) => listenOn(server, handle, path, backlog),
    close: () => handle.close(),
  })
}

/** A socket that is open already, as a handle that nobody else owns; `path` is that of a unix socket. */
export function adoptHandle(handle: RawHandle, path: string | null): BoundSocket {
  return ownedHandle(handle, null, path ?? undefined)
}

interface Unowned {
  readonly fd: number
  readonly bound: BoundAddress | null
  readonly adopt: (server: net.Server, backlog: number) => void
  readonly close: () => void
}

/** One owner at a time: this object, then the server that took it last. */
function owned({ fd, bound, adopt, close }: Unowned): BoundSocket {
  let owner: net.Server | null = null
  let isOurs = true
  return {
    fd,
    bound,
    adoptInto(server, backlog) {
      const before = owner
      owner = server
      if (before === null) {
        isOurs = false
        adopt(server, backlog)
      } else handOver(before, server, backlog)
    },
    close() {
      if (isOurs) close()
      isOurs = false
    },
  }
}

/** The connections of the first server stay its own; it is closed, and says so when the last of them has ended. */
function handOver(from: net.Server, to: net.Server, backlog: number): void {
  const internals = from as unknown as ServerInternals
  const handle = internals._handle
  if (handle === null) throw new TypeError('the server to take over from does not listen')
  internals._handle = null
  listenOn(to, handle, internals._pipeName, backlog)
  // net's close: http's would end the idle connections.
  net.Server.prototype.close.call(from)
}

function listenOn(server: net.Server, handle: RawHandle, path: string | undefined, backlog: number): void {
  const internals = server as unknown as ServerInternals
  internals._handle = handle
  if (path !== undefined) internals._pipeName = path
  internals._listen2(null, -1, -1, backlog)
}

function createHandle(target: TcpTarget | UnixTarget): RawHandle {
  if ('path' in target) return opened(native._createServerHandle(target.path, -1, -1, -1), target)
  const flags = target.ipv6Only ? ipv6OnlyFlag : 0
  return opened(native._createServerHandle(target.ip, target.port, net.isIPv6(target.ip) ? 6 : 4, -1, flags), target)
}

function opened(handle: RawHandle | number, target: TcpTarget | UnixTarget): RawHandle {
  if (typeof handle === 'number') throw bindError(handle, target)
  return handle
}

/** libuv keeps EADDRINUSE to itself until the socket is next used; asking for its name brings it out. */
function boundAddressOf(handle: RawHandle, target: TcpTarget): BoundAddress {
  const status = handle.getsockname?.({}) ?? 0
  if (status !== 0) {
    handle.close()
    throw bindError(status, target)
  }
  return boundAddress(handle) ?? target
}

/** Null for a unix socket. */
function boundAddress(handle: RawHandle): BoundAddress | null {
  const { address, port } = nameOf(handle)
  return address === undefined || port === undefined ? null : { ip: address, port }
}

function nameOf(handle: RawHandle): SocketName {
  const name: SocketName = {}
  handle.getsockname?.(name)
  return name
}

function bindError(status: number, target: TcpTarget | UnixTarget): NodeJS.ErrnoException {
  return systemError(status, 'bind', 'path' in target ? target.path : `${target.ip}:${target.port}`)
}

/** `status` as libuv has it: the negative of the system's number. */
function systemError(status: number, syscall: string, place: string): NodeJS.ErrnoException {
  const code = getSystemErrorName(status)
  return Object.assign(new Error(`${syscall} ${code} ${place}`), { code, errno: status, syscall })
}
