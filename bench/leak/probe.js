// Loaded into the master by --import: tells its memory after a collection when the process that started it asks. Workers inherit
// the flag, and are left alone.
import { isMainThread } from 'node:worker_threads'

if (isMainThread && process.env.LEAK_PROBE_PARENT === String(process.ppid)) {
  process.on('message', () => {
    globalThis.gc()
    const { heapUsed, external } = process.memoryUsage()
    process.send({ heap: heapUsed, external })
  })
  // Asked or not, it keeps nobody from ending.
  process.channel.unref()
}
