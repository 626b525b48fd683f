// Entry of a worker thread: a task of piscina that lasts as long as the worker. A port to its master in the
// same process, sockets of its own, and errors that nobody caught. What it does is in worker-life.ts. The thread
// sees no signals; those are its process's.
import type { MessagePort } from 'node:worker_threads'
import { getHeapStatistics } from 'node:v8'
import { endDebugging } from '../dev/debug-state.ts'
import type { ToWorker } from '../messages.ts'
import { openPrivateSockets } from './private-sockets.ts'
import { WorkerLife } from './worker-life.ts'

export interface ThreadTask {
  /** To its master; handed over with the task. */
  readonly port: MessagePort
  readonly order: Extract<ToWorker, { type: 'start' }>
}

/** Called by piscina, once in each thread. Resolves with the exit status that a process would end with. */
export async function runWorker({ port, order }: ThreadTask): Promise<number> {
  return new Promise((resolve) => {
    const life = new WorkerLife({
      isConnected: true,
      tell: async (message) => port.postMessage(message),
      end: (status) => {
        endDebugging()
        resolve(status)
      },
      // The process has, before it started any thread.
      become: () => undefined,
      open: openPrivateSockets,
      memory: ownMemory,
    })
    port.on('message', (message: ToWorker) => void life.obey(message))
    process.on('uncaughtException', (error) => life.crash('uncaught exception', error))
    process.on('unhandledRejection', (error) => life.crash('unhandled rejection', error))
    void life.obey(order)
  })
}

/** The memory of the process is that of all its threads; this is what the thread's own heap holds. */
function ownMemory(): number {
  const { total_heap_size: heap, external_memory: external, malloced_memory: malloced } = getHeapStatistics()
  return heap + external + malloced
}
