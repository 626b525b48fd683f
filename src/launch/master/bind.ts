// Binds what the configuration asks to listen on, and keeps it. Runs in the master, before any
// worker. Nothing here accepts a connection: workers inherit the descriptors and do.
import { lookup } from 'node:dns/promises'
import { chmodSync } from 'node:fs'
import { isIP, isIPv6 } from 'node:net'
import type { ListenRequest, TcpAddress, UnixAddress } from '../address.ts'
import { bindFailure } from '../bind-error.ts'
import { type BoundSocket, bindSocket } from './bound-socket.ts'
import { clearStaleSocket } from './unix-socket.ts'

export interface Listener {
  /** With the port that the system chose, where 0 was asked. */
  readonly request: ListenRequest
  readonly socket: BoundSocket
}

/**
 * All or nothing: what was bound is released when one address cannot be had.
 * @throws SlipwayError SLIPWAY_LAUNCH_PORT_IN_USE (69), _BIND_PERMISSION (77), _BIND (69)
 */
export async function bindListeners(requests: readonly ListenRequest[]): Promise<Listener[]> {
  const listeners: Listener[] = []
  try {
    for (const request of requests) listeners.push(await bindOne(request, requests))
    return listeners
  } catch (error) {
    closeListeners(listeners)
    throw error
  }
}

export function closeListeners(listeners: readonly Listener[]): void {
  for (const listener of listeners.toReversed()) listener.socket.close()
}

async function bindOne(request: ListenRequest, all: readonly ListenRequest[]): Promise<Listener> {
  const { address } = request
  return address.kind === 'unix' ? bindUnix(request, address) : bindTcp(request, address, all)
}

async function bindTcp(request: ListenRequest, address: TcpAddress, all: readonly ListenRequest[]): Promise<Listener> {
  let ip: string | null = null
  try {
    ip = isIP(address.host) ? address.host : (await lookup(address.host)).address
    const socket = bindSocket({
      ip,
      port: address.port,
      ipv6Only: isIPv6(ip) && all.some((other) => sharesPort(other, address)),
    })
    return { request: { ...request, address: { ...address, port: socket.port ?? address.port } }, socket }
  } catch (error) {
    throw bindFailure(request, error as NodeJS.ErrnoException, ip)
  }
}

/** "[::]:80" serves IPv4 too unless told otherwise, and would then collide with "0.0.0.0:80" beside it. */
function sharesPort({ address: other }: ListenRequest, address: TcpAddress): boolean {
  return address.port !== 0 && other.kind === 'tcp' && other.port === address.port && isIP(other.host) === 4
}

async function bindUnix(request: ListenRequest, address: UnixAddress): Promise<Listener> {
  let socket: BoundSocket | null = null
  try {
    await clearStaleSocket(address.path)
    socket = bindSocket({ path: address.path })
    // Nobody can connect before the first listen, so nobody gets in under the umask's mode.
    if (address.mode !== null) chmodSync(address.path, address.mode)
    return { request, socket }
  } catch (error) {
    socket?.close()
    throw bindFailure(request, error as NodeJS.ErrnoException)
  }
}
