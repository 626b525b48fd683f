// The file of a unix socket: made beside its path, given its mode and owner there, and moved into its place, so
// that nobody meets it half made. libuv removes a socket's file under the name that it was bound to, which is gone by
// then: the file stays until we remove it, which an upgrade needs. Runs in the master.
import { chmodSync, existsSync, lchownSync, lstatSync, renameSync, rmSync, type Stats } from 'node:fs'
import { connect } from 'node:net'
import { dirname } from 'node:path'
import { SlipwayError } from '../../errors.ts'
import { findGroup, findUser } from '../accounts.ts'
import { type ListenRequest, renderAddress, type UnixAddress } from '../address.ts'
import { bindFailure } from '../bind-error.ts'
import { type BoundSocket, bindSocket } from './bound-socket.ts'

const answerWithinMs = 2000

/** Which file a socket was given, for whoever takes it over. */
export interface FileIdentity {
  readonly dev: number
  readonly ino: number
}

/** What makes a file ours to remove. */
export class SocketFile {
  readonly path: string
  readonly identity: FileIdentity
  #isOurs: boolean

  /** `isOurs`: false for one that another master may still serve. */
  constructor(path: string, { dev, ino }: FileIdentity, isOurs = true) {
    this.path = path
    this.identity = { dev, ino }
    this.#isOurs = isOurs
  }

  /** From here on nobody else removes it. */
  claim(): void {
    this.#isOurs = true
  }

  /** Another process removes it. */
  handOn(): void {
    this.#isOurs = false
  }

  /** Once; a file that has taken its place is left alone. */
  remove(): void {
    if (!this.#isOurs) return
    this.#isOurs = false
    const stats = statsOf(this.path)
    if (stats?.ino !== this.identity.ino || stats.dev !== this.identity.dev) return
    try {
      rmSync(this.path)
    } catch (error) {
      // Out of reach since the user changed: it is stale then, and no obstacle to the next start.
      if (!(error instanceof Error && 'syscall' in error)) throw error
    }
  }
}

/**
 * Throws EADDRINUSE when somebody listens there, EEXIST when a file is there that is no socket, ENOENT without a folder.
 * @throws SlipwayError SLIPWAY_LAUNCH_ACCOUNT, SLIPWAY_LAUNCH_BIND_PERMISSION
 */
export async function bindUnixSocket(
  request: ListenRequest,
  address: UnixAddress,
): Promise<{ socket: BoundSocket; file: SocketFile }> {
  const { path } = address
  const owner = ownerOf(request, address)
  await requireFree(path)
  const beside = `${path}.${process.pid}`
  // Of a process with our pid that died in between.
  if (statsOf(beside)?.isSocket()) rmSync(beside)
  const socket = withMode(address.mode, () => bindSocket({ path: beside, servedAs: path }))
  try {
    // Nobody can connect before the first listen, so nobody gets in while it has another owner.
    if (owner !== null) giveAway(beside, owner, request)
    const stats = lstatSync(beside)
    renameSync(beside, path)
    return { socket, file: new SocketFile(path, stats) }
  } catch (error) {
    socket.close()
    throw error
  }
}

/** The mode and owner of a socket that is there, where a reload wants others. Returns what it has now. */
export function changeAccess(before: UnixAddress, request: ListenRequest): UnixAddress {
  const { address } = request
  if (address.kind !== 'unix') return before
  const mode = address.mode ?? before.mode
  const owner = address.owner ?? before.owner
  const group = address.group ?? before.group
  if (mode === before.mode && owner === before.owner && group === before.group) return before
  try {
    if (mode !== null && mode !== before.mode) chmodSync(before.path, mode)
    const wanted = ownerOf(request, address)
    if (wanted !== null) giveAway(before.path, wanted, request)
  } catch (error) {
    throw bindFailure(request, error as NodeJS.ErrnoException)
  }
  return { ...before, mode, owner, group }
}

interface Owner {
  readonly uid: number
  readonly gid: number
}

/** -1, to chown(2), leaves it. */
const unchanged = -1

/** Null when nothing is asked for. */
function ownerOf({ where }: ListenRequest, address: UnixAddress): Owner | null {
  const { owner, group } = address
  if (owner === null && group === null) return null
  const asker = { where, what: `"${renderAddress(address)}"` }
  return {
    uid: owner === null ? unchanged : findUser(owner, asker).uid,
    gid: group === null ? unchanged : findGroup(group, asker),
  }
}

/** Made with it, not changed to it: a chmod would follow whatever somebody has put in the place of the file meanwhile. */
function withMode<T>(mode: number | null, make: () => T): T {
  if (mode === null) return make()
  const before = process.umask(0o777 & ~mode)
  try {
    return make()
  } finally {
    process.umask(before)
  }
}

function giveAway(path: string, owner: Owner, request: ListenRequest): void {
  try {
    lchownSync(path, owner.uid, owner.gid)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EPERM') throw cause
    const { address, where } = request
    throw new SlipwayError(
      'SLIPWAY_LAUNCH_BIND_PERMISSION',
      `cannot listen on "${renderAddress(address)}": this user may not give the socket away`,
      { where, hint: 'only root gives files to another user; a group must be one of the user itself', cause },
    )
  }
}

/** Of a socket that nobody serves the place is taken; one that is served, or is no socket, is left alone. */
async function requireFree(path: string): Promise<void> {
  // libuv would say EACCES.
  if (!existsSync(dirname(path))) throw systemError('ENOENT', `"${dirname(path)}" does not exist`)
  const stats = statsOf(path)
  if (stats === undefined) return
  if (!stats.isSocket()) throw systemError('EEXIST', `the file "${path}" exists and is not a socket`)
  const answer = await knock(path)
  if (answer === 'ECONNREFUSED' || answer === 'ENOENT') return
  // Whatever else it is (accepted, busy, not ours to ask), it is not proven dead.
  throw systemError(answer === 'EACCES' ? 'EACCES' : 'EADDRINUSE', `the socket "${path}" answers`)
}

function statsOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false })
}

/** What the socket says to a connection: an error code, or null when it is served. */
async function knock(path: string): Promise<string | null> {
  const socket = connect(path)
  socket.setTimeout(answerWithinMs)
  try {
    return await new Promise((resolve) => {
      socket.once('connect', () => resolve(null))
      socket.once('timeout', () => resolve(null))
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? null))
    })
  } finally {
    socket.destroy()
  }
}

function systemError(code: string, message: string): NodeJS.ErrnoException {
  return Object.assign(new Error(message), { code, syscall: 'bind' })
}
