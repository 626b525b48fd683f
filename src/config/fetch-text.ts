// Fetches a text while the caller waits: configuration is read before anything runs, and everywhere by plain
// calls. A thread does it (15 ms; a process would take 60 and need the right to start one).
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads'
import type { FetchAnswer, FetchOrder, FetchThread } from './fetch-thread.ts'

/** Beyond the order's own time, for the thread to start and to say what happened. */
const graceMs = 5000

/** The text, or in words why there is none. Blocks this thread until then. */
export function fetchText(order: FetchOrder): FetchAnswer {
  const { port1, port2 } = new MessageChannel()
  const done = new SharedArrayBuffer(4)
  const thread: FetchThread = { order, port: port2, done }
  const worker = new Worker(new URL('./fetch-thread.js', import.meta.url), {
    workerData: thread,
    transferList: [port2],
    execArgv: [],
    env: {},
  })
  // A thread that dies says nothing, which is told below.
  worker.once('error', () => undefined)
  worker.unref()
  Atomics.wait(new Int32Array(done), 0, 0, order.timeoutMs + graceMs)
  const message: { message: FetchAnswer } | undefined = receiveMessageOnPort(port1)
  port1.close()
  void worker.terminate()
  return message?.message ?? { problem: 'did not answer in time' }
}
