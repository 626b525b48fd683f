// The addresses of a worker thread. A descriptor has one owner in a process: whoever closes it closes it for all, and
// its number may be another file's by then. So each thread has duplicates of its own. Node duplicates a descriptor
// only on its way to another process and back: a small one is started, sends the sockets back, and ends.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { SlipwayError } from '../../errors.ts'
import { adoptHandle, type RawHandle } from '../master/bound-socket.ts'
import type { InheritedListener } from '../messages.ts'
import type { ServiceListener } from '../service.ts'
import { boundListener } from './listeners.ts'

const echo = fileURLToPath(new URL('./socket-echo.js', import.meta.url))

/** @throws SlipwayError SLIPWAY_LAUNCH_WORKER_BOOT when the process that duplicates them fails */
export async function openPrivateSockets(inherited: readonly InheritedListener[]): Promise<ServiceListener[]> {
  if (inherited.length === 0) return []
  const handles = await duplicate(inherited.map(({ fd }) => fd))
  return inherited.map(({ request }, index) => {
    const handle = handles[index]
    if (handle === undefined) throw new TypeError('a duplicate is missing')
    const path = request.address.kind === 'unix' ? request.address.path : null
    return boundListener({ request, socket: adoptHandle(handle, path) })
  })
}

async function duplicate(fds: readonly number[]): Promise<RawHandle[]> {
  const child = spawn(process.execPath, [echo, String(fds.length)], {
    stdio: ['ignore', 'ignore', 'inherit', ...fds, 'ipc'],
    execArgv: [],
    detached: true,
  } as Parameters<typeof spawn>[2])
  const handles: RawHandle[] = []
  child.on('message', (_, handle) => handles.push(handle as unknown as RawHandle))
  const failure = await new Promise<string | null>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    // All messages have come when the channel is closed.
    void once(child, 'close').then(() => resolve(null))
  })
  if (failure === null && handles.length === fds.length) return handles
  for (const handle of handles) handle.close()
  throw new SlipwayError('SLIPWAY_LAUNCH_WORKER_BOOT', 'the sockets of a worker thread could not be duplicated', {
    found: failure ?? `${handles.length} of ${fds.length} came back`,
    hint: 'worker_model = process has no need of it',
  })
}
