// The floor: a master that binds and spawns workers which inherit the descriptor, and nothing else. A HUP starts
// a new worker for each old one, which drains when the new one is ready. `prototype.js PORT WORKERS [thread]`.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'
import { fileURLToPath } from 'node:url'

const [port, workers, model] = process.argv.slice(2)
const here = (name) => fileURLToPath(new URL(name, import.meta.url))
const socket = net._createServerHandle('127.0.0.1', Number(port), 4, -1, 0)
if (typeof socket === 'number') throw new Error(`cannot bind ${port}: ${socket}`)

function startProcess() {
  const child = spawn(process.execPath, [here('prototype-worker.js')], {
    stdio: ['ignore', 'inherit', 'inherit', socket.fd, 'ipc'],
  })
  return { ready: once(child, 'message'), drain: () => child.send('drain'), end: () => child.kill('SIGKILL') }
}

async function threads() {
  const { Worker } = await import('node:worker_threads')
  return () => {
    const port = new Worker(here('prototype-thread.js'), { workerData: socket.fd })
    return {
      ready: once(port, 'message'),
      drain: () => port.postMessage('drain'),
      end: () => void port.terminate(),
    }
  }
}

const start = model === 'thread' ? await threads() : startProcess
let serving = Array.from({ length: Number(workers) }, start)

let reloads = Promise.resolve()
process.on('SIGHUP', () => {
  reloads = reloads.then(async () => {
    for (const [index, old] of serving.entries()) {
      const replacement = start()
      await replacement.ready
      serving = serving.with(index, replacement)
      old.drain()
    }
    process.stdout.write('reloaded\n')
  })
})
process.on('SIGTERM', () => {
  for (const worker of serving) worker.end()
  process.exit()
})
