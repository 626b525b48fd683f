// Binds what the configuration asks to listen on, and keeps it. Runs in the master, before any
// worker. Nothing here accepts a connection: workers inherit the descriptors and do.
import { lookup } from 'node:dns/promises'
import { isIP, isIPv6 } from 'node:net'
import { isSlipwayError, SlipwayError } from '../../errors.ts'
import { addressKey, type ListenAddress, type ListenRequest, type TcpAddress, type UnixAddress } from '../address.ts'
import { bindFailure } from '../bind-error.ts'
import { checkPlans, type Generation, type LaunchPlan, type ServiceDeclaration } from '../generation.ts'
import { type BoundSocket, bindSocket } from './bound-socket.ts'
import { type InheritedSocket, type InheritedSockets, noneInherited } from './inherited.ts'
import { bindUnixSocket, changeAccess, type SocketFile } from './unix-socket.ts'

export interface Listener {
  /** Of the address as it was asked for: a reload that asks for it again keeps this listener. */
  readonly key: string
  /** With the port that the system chose, where 0 was asked. */
  readonly request: ListenRequest
  readonly socket: BoundSocket
  /** Of a unix socket, when it is ours to remove. */
  readonly file: SocketFile | null
}

/**
 * All or nothing: what was bound is released when one address cannot be had. What was inherited is taken, not bound.
 * @throws SlipwayError SLIPWAY_LAUNCH_PORT_IN_USE (69), _BIND_PERMISSION (77), _BIND (69), _ACTIVATION (78)
 */
export async function bindListeners(
  requests: readonly ListenRequest[],
  inherited: InheritedSockets = noneInherited,
  beside: readonly ListenRequest[] = requests,
): Promise<Listener[]> {
  const expand = (some: readonly ListenRequest[]) => some.flatMap((request) => inherited.expand(request))
  return bindAll(expand(requests), { all: expand(beside), inherited })
}

interface Surroundings {
  /** All that will be bound in the end. */
  readonly all: readonly ListenRequest[]
  readonly inherited: InheritedSockets
}

async function bindAll(requests: readonly ListenRequest[], around: Surroundings): Promise<Listener[]> {
  const listeners: Listener[] = []
  try {
    for (const request of requests) listeners.push(await bindOne(request, around))
    return listeners
  } catch (error) {
    closeListeners(listeners)
    throw error
  }
}

/**
 * The plans of all services with their addresses bound. What keeps an address from being had is told together with what
 * else is wrong.
 * @throws SlipwayError as bindListeners does, with what the services' own checks find
 */
export async function bindPlans(
  plans: readonly LaunchPlan[],
  services: readonly ServiceDeclaration[],
  inherited: InheritedSockets,
): Promise<Generation[]> {
  const all = plans.flatMap(({ requests }) => requests)
  const bound: Listener[] = []
  try {
    const generations: Generation[] = []
    for (const plan of plans) {
      const listeners = await bindListeners(plan.requests, inherited, all)
      bound.push(...listeners)
      generations.push({ ...plan, listeners })
    }
    return generations
  } catch (error) {
    closeListeners(bound)
    checkBeside(error, plans, services)
    throw error
  }
}

/** Nobody wants to mend a file only to learn of the port, or the other way round. */
function checkBeside(fault: unknown, plans: readonly LaunchPlan[], services: readonly ServiceDeclaration[]): void {
  try {
    checkPlans(services, plans)
  } catch (other) {
    if (!isSlipwayError(fault) || !isSlipwayError(other)) throw other
    const { code, message, original } = other
    throw new SlipwayError(code, message, {
      problems: [...other.problems, ...fault.problems],
      original: original ?? undefined,
      cause: other.cause,
    })
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
  wanted: readonly ListenRequest[],
  inherited: InheritedSockets = noneInherited,
  beside: readonly ListenRequest[] = wanted,
): Promise<Rebound> {
  const known = new Map(before.map((listener) => [listener.key, listener]))
  const requests = wanted.flatMap((request) => inherited.expand(request))
  const added = await bindAll(
    requests.filter(({ address }) => !known.has(addressKey(address))),
    { all: beside.flatMap((request) => inherited.expand(request)), inherited },
  )
  const all = new Map([...known, ...added.map((listener): [string, Listener] => [listener.key, listener])])
  const listeners = requests.flatMap((request) => {
    const listener = all.get(addressKey(request.address))
    if (!listener) return []
    return { ...listener, request: keptRequest(listener, request) }
  })
  const kept = new Set(listeners.map(({ key }) => key))
  return { listeners, added, removed: before.filter(({ key }) => !kept.has(key)) }
}

/**
 * What is spoken there is the new request's affair, the port that the system chose is the socket's. A socket file that is
 * already served can change its mode and owner, unless another program has made it.
 */
function keptRequest({ file, request: before }: Listener, request: ListenRequest): ListenRequest {
  const { address } = before
  if (address.kind === 'unix' && file !== null) {
    return { ...before, ...request, address: changeAccess(address, request) }
  }
  if (address.kind === 'tcp' && request.address.kind === 'tcp') {
    return { ...before, ...request, address: { ...request.address, port: address.port } }
  }
  return { ...before, ...request, address }
}

/** The files of unix sockets go, too. May be called twice. */
export function closeListeners(listeners: readonly Listener[]): void {
  closeSockets(listeners)
  for (const { file } of listeners) file?.remove()
}

/** Leaves the files of unix sockets: workers still accept there. */
export function closeSockets(listeners: readonly Listener[]): void {
  for (const listener of listeners.toReversed()) listener.socket.close()
}

async function bindOne(request: ListenRequest, around: Surroundings): Promise<Listener> {
  const { address } = request
  switch (address.kind) {
    case 'tcp':
      return bindTcp(request, address, around)
    case 'unix':
      return bindUnix(request, address, around)
    case 'fd':
      return takeInherited(request, around)
  }
}

async function bindTcp(request: ListenRequest, address: TcpAddress, around: Surroundings): Promise<Listener> {
  const { all, inherited } = around
  const key = addressKey(address)
  let ip: string | null = null
  try {
    ip = isIP(address.host) ? address.host : (await lookup(address.host)).address
    const ready = inherited.take(key, { ...address, host: ip })
    if (ready !== null) return taken(key, request, ready, withPort(address, ready.socket))
    const ipv6Only = isIPv6(ip) && all.some((other) => sharesPort(other, address))
    const socket = bindSocket({ ip, port: address.port, ipv6Only })
    return { key, request: { ...request, address: withPort(address, socket) }, socket, file: null }
  } catch (error) {
    throw bindFailure(request, error as NodeJS.ErrnoException, ip)
  }
}

/** With the port that the system chose, where 0 was asked. */
function withPort(address: TcpAddress, { bound }: BoundSocket): TcpAddress {
  return { ...address, port: bound?.port ?? address.port }
}

/** "[::]:80" serves IPv4 too unless told otherwise, and would then collide with "0.0.0.0:80" beside it. */
function sharesPort({ address: other }: ListenRequest, address: TcpAddress): boolean {
  return address.port !== 0 && other.kind === 'tcp' && other.port === address.port && isIP(other.host) === 4
}

async function bindUnix(request: ListenRequest, address: UnixAddress, { inherited }: Surroundings): Promise<Listener> {
  const key = addressKey(address)
  const ready = inherited.take(key, address)
  if (ready !== null) {
    const { file, address: before } = ready
    if (file !== null && before.kind === 'unix') changeAccess(before, request)
    return taken(key, request, ready, address)
  }
  try {
    return { key, request, ...(await bindUnixSocket(request, address)) }
  } catch (error) {
    throw isSlipwayError(error) ? error : bindFailure(request, error as NodeJS.ErrnoException)
  }
}

function takeInherited(request: ListenRequest, { inherited }: Surroundings): Listener {
  const key = addressKey(request.address)
  const ready = inherited.take(key, request.address)
  if (ready !== null) return taken(key, request, ready, ready.address)
  throw new SlipwayError('SLIPWAY_LAUNCH_ACTIVATION', `cannot listen on "${key}": the socket is taken or closed`, {
    where: request.where,
    hint: 'an inherited socket is served once, and closed when nobody asks for it; a restart of the service has it again',
  })
}

function taken(
  key: string,
  request: ListenRequest,
  { socket, file, isHeldOutside }: InheritedSocket,
  address: ListenAddress,
): Listener {
  return { key, request: { ...request, address, isHeldOutside }, socket, file }
}
