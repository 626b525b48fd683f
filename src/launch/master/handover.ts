// What one master hands to the next in an upgrade: its sockets, in the stdio of the new process, with what they are in
// one variable of its environment. The new master's side; the other is in upgrade.ts. Until it is ready nothing belongs to
// it: the files of unix sockets and the pid file stay those of the one that serves.
import type { ListenAddress } from '../address.ts'
import { type Failure, toFailure } from '../failure.ts'
import type { Listener } from './bind.ts'
import { openSocket } from './bound-socket.ts'
import { InheritedSockets } from './inherited.ts'
import { type FileIdentity, SocketFile } from './unix-socket.ts'

export const handoverVariable = 'SLIPWAY_HANDOVER'

/** stdin, stdout and stderr come before the sockets. */
const firstFd = 3

/** One socket, in the order of the descriptors. */
export interface HandedSocket {
  readonly key: string
  readonly address: ListenAddress
  readonly number: number | null
  readonly name: string | null
  readonly isHeldOutside: boolean
  readonly file: (FileIdentity & { readonly path: string }) | null
}

/** What the new master says to the one before. */
export type FromSuccessor =
  /** `taken`: the keys of the sockets that it serves; those it does not want can be closed. */
  { readonly type: 'ready'; readonly taken: readonly string[] } | { readonly type: 'failed'; readonly failure: Failure }

export function describeListener(
  { key, request, file }: Listener,
  { number, name }: Pick<HandedSocket, 'number' | 'name'>,
): HandedSocket {
  const { address, isHeldOutside = false } = request
  return { key, address, number, name, isHeldOutside, file: file && { path: file.path, ...file.identity } }
}

/** What this process was started with by a master that it replaces. */
export class Handover {
  readonly inherited: InheritedSockets

  constructor(sockets: readonly HandedSocket[]) {
    this.inherited = new InheritedSockets(
      sockets.map(({ file, ...socket }, index) => {
        const path = socket.address.kind === 'unix' ? socket.address.path : null
        return {
          ...socket,
          socket: openSocket(firstFd + index, path),
          file: file && new SocketFile(file.path, file, false),
        }
      }),
    )
  }

  /** From here on everything is this master's. The one before goes. */
  async ready(listeners: readonly Listener[]): Promise<void> {
    for (const { file } of listeners) file?.claim()
    await say({ type: 'ready', taken: this.inherited.takenKeys })
  }

  /** The one before goes on, and tells why. */
  async failed(error: unknown): Promise<void> {
    await say({ type: 'failed', failure: toFailure(error, 'SLIPWAY_INTERNAL', 'the new master could not start') })
  }
}

/** Null when there is no master to replace. The variable is taken out of the environment: it is not for children. */
export function receiveHandover(env: Record<string, string | undefined> = process.env): Handover | null {
  const { [handoverVariable]: text } = env
  delete env[handoverVariable]
  return text === undefined ? null : new Handover(JSON.parse(text) as HandedSocket[])
}

async function say(message: FromSuccessor): Promise<void> {
  if (!process.connected) return
  // One that has gone meanwhile hears nothing, and needs nothing: its sockets are here.
  await new Promise<void>((resolve) => process.send?.(message, () => resolve()))
  if (process.connected) process.disconnect()
}
