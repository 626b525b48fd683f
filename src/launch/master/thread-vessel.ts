// A worker as a thread of this process: one long task of a piscina pool of its own, so that it has a fresh module graph
// and ends alone. It opens private duplicates of the sockets (worker/private-sockets.ts). Loaded by a master that was
// told to use threads, and by no other.
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { Piscina } from 'piscina'
import { toFailure } from '../failure.ts'
import type { ToMaster, ToWorker } from '../messages.ts'
import type { ThreadTask } from '../worker/thread-main.ts'
import type { Vessel, VesselEvents, VesselOrder } from './vessel.ts'

const entry = new URL('../worker/thread-main.js', import.meta.url).href

export function launchThread({ start, listeners }: VesselOrder, events: VesselEvents): Vessel {
  // Without a minimum: a thread that has ended is not this pool's to replace.
  const pool = new Piscina({
    filename: entry,
    name: 'runWorker',
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: Infinity,
    atomics: 'disabled',
  })
  const { port1: port, port2 } = new MessageChannel()
  port.on('message', (message: ToMaster) => events.heard(message))
  const inherited = listeners.map(({ request, socket }) => ({ request, fd: socket.fd }))
  const task: ThreadTask = { port: port2, order: { ...start, listeners: inherited, hangWatch: null } }
  const exited = follow(pool, task, port, events)
  const [thread] = pool.threads
  thread?.once('exit', exited)
  return {
    kind: 'thread',
    id: thread?.threadId ?? null,
    stacks: null,
    tell: (message: ToWorker) => port.postMessage(message),
    kill: () => void pool.destroy(),
  }
}

/** Runs the task; what it returns hears of the thread's exit. */
function follow(pool: Piscina, task: ThreadTask, port: MessagePort, events: VesselEvents): (code: number) => void {
  let status: number | null = null
  const fail = (error: unknown): void => {
    // The end of a thread that was told to go, or that has called process.exit, is no error of its own.
    if (!isExit(error)) {
      events.heard({ type: 'failed', failure: toFailure(error, 'SLIPWAY_LAUNCH_WORKER_DIED', 'the thread died') })
    }
    void pool.destroy()
  }
  pool.on('error', fail)
  const life = (pool.run(task, { transferList: [task.port] }) as Promise<number>).then((own) => {
    status = own
    return pool.destroy()
  }, fail)
  return (code) => {
    // What it said last has been posted before it ended, and is heard before this.
    void life.then(() => {
      port.close()
      events.ended(status ?? code, null)
    })
  }
}

function isExit(error: unknown): boolean {
  return error instanceof Error && /^(?:worker exited with code|Terminating worker thread)/.test(error.message)
}
