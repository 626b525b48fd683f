// A worker as a process: the sockets of the master in its stdio, an IPC channel for messages, a process group of its
// own. Runs in the master.
import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { compileCacheVariables } from '../../entrypoints/compile-cache.ts'
import type { ToMaster, ToWorker } from '../messages.ts'
import type { Vessel, VesselEvents, VesselOrder } from './vessel.ts'

/** stdin, stdout and stderr come before the listeners, the IPC channel after them. */
const firstListenerFd = 3
const entry = fileURLToPath(new URL('../worker/main.js', import.meta.url))

/** Last words may still be on their way when the process is gone already. */
const lastWordsMs = 500

/** A process without an order yet. Ends by itself when the channel to it is closed. */
export function startProcess(listeners: VesselOrder['listeners'], isWatched: boolean): ChildProcess {
  const sockets = listeners.map(({ socket }) => socket.fd)
  return spawn(process.execPath, [...workerFlags(process.execArgv), entry], {
    stdio: ['ignore', 'inherit', 'inherit', ...sockets, 'ipc', ...(isWatched ? (['pipe'] as const) : [])],
    serialization: 'advanced',
    env: { ...process.env, ...compileCacheVariables() },
    // A group of its own: the Ctrl-C of a terminal reaches the master alone, which drains.
    detached: true,
  })
}

export function launchProcess(order: VesselOrder, events: VesselEvents): Vessel {
  return launchInto(startProcess(order.listeners, order.hangAfterMs !== null), order, events)
}

/** Makes a worker of a process that was started with the same listeners. */
export function launchInto(
  child: ChildProcess,
  { start, listeners, hangAfterMs }: VesselOrder,
  events: VesselEvents,
): Vessel {
  let hasEnded = false
  const end = (status: number | null, signal: string | null): void => {
    if (!hasEnded) events.ended(status, signal)
    hasEnded = true
  }
  child.on('message', (message) => events.heard(message as ToMaster))
  child.once('error', (error) => {
    if (child.pid === undefined) events.notStarted(error)
  })
  child.once('exit', (status, signal) => {
    child.once('close', () => end(status, signal))
    setTimeout(() => end(status, signal), lastWordsMs).unref()
  })
  const tell = (message: ToWorker): void => {
    // A worker that dies before it can read is reported by its exit, which says more than the broken pipe.
    if (child.connected) child.send(message, () => undefined)
  }
  const watchFd = firstListenerFd + listeners.length + 1
  const stacks = hangAfterMs === null ? null : (child.stdio[watchFd] as Readable)
  tell({
    ...start,
    listeners: listeners.map(({ request }, index) => ({ request, fd: firstListenerFd + index })),
    hangWatch: hangAfterMs === null ? null : { fd: watchFd, afterMs: hangAfterMs },
  })
  return { kind: 'process', id: child.pid ?? null, stacks, tell, kill: () => void child.kill('SIGKILL') }
}

/** Node's own flags go on to the workers, but not those that belong to one process: the inspector's, a script given as text. */
export function workerFlags(execArgv: readonly string[]): string[] {
  const flags: string[] = []
  for (let index = 0; index < execArgv.length; index++) {
    const flag = execArgv[index] ?? ''
    if (/^(?:-e|--eval|-p|--print|-pe)$/.test(flag)) index++
    else if (!/^--(?:inspect|debug|watch|test|input-type|eval|print)/.test(flag)) flags.push(flag)
  }
  return flags
}
