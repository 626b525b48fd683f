// Binds what the configuration asks to listen on, and keeps it. Runs in the master, before any
// worker. Nothing here accepts a connection: workers inherit the descriptors and do.
import { lookup } from 'node:dns/promises'
import { chmodSync } from 'node:fs'
import { isIP, isIPv6 } from 'node:net'
import { addressKey, type ListenRequest, type TcpAddress, type UnixAddress } from '../address.ts'
import { bindFailure } from '../bind-error.ts'
import { type BoundSocket, bindSocket } from './bound-socket.ts'
import { clearStaleSocket } from './unix-socket.ts'

export interface Listener {
  /** Of the address as it was asked for: a reload that asks for it again keeps this listener. */
  readonly key: string
  /** With the port that the system chose, where 0 was asked. */
  readonly request: ListenRequest
  readonly socket: BoundSocket
}

/**
 * All or nothing: what was bound is released when one address cannot be had. `beside`: all that will be bound in the end.
 * @throws SlipwayError SLIPWAY_LAUNCH_PORT_IN_USE (69), _BIND_PERMISSION (77), _BIND (69)
 */
export async function bindListeners(
  requests: readonly ListenRequest[],
  beside: readonly ListenRequest[] = requests,
): Promise<Listener[]> {
  const listeners: Listener[] = []
  try {
    for (const request of requests) listeners.push(await bindOne(request, beside))
    return listeners
  } catch (error) {
    closeListeners(listeners)
    throw error
  }
}

/** What a reload makes of the listeners of before. */
export interface Rebound {
  readonly listeners: readonly Listener[]
  /** Among them, bound now. */
  readonly added: readonly Listener[]
  /** Of those before: nobody asks for them any more. Still open. */
  readonly removed: readonly Listener[]
}

/**
 * The listeners of new requests: those that are there are kept, the others bound. Nothing is changed when one cannot be had.
 * @throws SlipwayError as bindListeners does
 */
export async function rebindListeners(
  before: readonly Listener[],
  requests: readonly ListenRequest[],
): Promise<Rebound> {
  const known = new Map(before.map((listener) => [listener.key, listener]))
  const added = await bindListeners(
    requests.filter(({ address }) => !known.has(addressKey(address))),
    requests,
  )
  const all = new Map([...known, ...added.map((listener): [string, Listener] => [listener.key, listener])])
  const listeners = requests.flatMap((request) => {
    const listener = all.get(addressKey(request.address))
    if (!listener) return []
    const { address } = listener.request
    return {
      ...listener,
      request: { ...request, address: address.kind === 'unix' ? changedMode(address, request) : address },
    }
  })
  const kept = new Set(listeners.map(({ key }) => key))
  return { listeners, added, removed: before.filter(({ key }) => !kept.has(key)) }
}

/** A socket file that is already served can change its mode, as a new one has it from the start. */
function changedMode(before: UnixAddress, { address }: ListenRequest): UnixAddress {
  const mode = address.kind === 'unix' ? address.mode : null
  if (mode === null || mode === before.mode) return before
  chmodSync(before.path, mode)
  return { ...before, mode }
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
    const bound: TcpAddress = { ...address, port: socket.port ?? address.port }
    return { key: addressKey(address), request: { ...request, address: bound }, socket }
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
    return { key: addressKey(address), request, socket }
  } catch (error) {
    socket?.close()
    throw bindFailure(request, error as NodeJS.ErrnoException)
  }
}
