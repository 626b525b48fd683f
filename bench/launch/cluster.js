// node:cluster with the rolling replacement and the drain that its users write. `cluster.js PORT WORKERS`.
import cluster from 'node:cluster'
import { once } from 'node:events'
import { serverThatDrains } from './handler.js'

const [port, workers] = process.argv.slice(2)

function primary() {
  let serving = Array.from({ length: Number(workers) }, () => cluster.fork())
  let reloads = Promise.resolve()
  process.on('SIGHUP', () => {
    reloads = reloads.then(async () => {
      for (const [index, old] of serving.entries()) {
        const replacement = cluster.fork()
        await once(replacement, 'listening')
        serving = serving.with(index, replacement)
        old.send('drain')
      }
      process.stdout.write('reloaded\n')
    })
  })
  process.on('SIGTERM', () => {
    for (const worker of Object.values(cluster.workers)) worker.process.kill('SIGKILL')
    process.exit()
  })
}

function worker() {
  const server = serverThatDrains()
  server.listen(Number(port), '127.0.0.1')
  process.on('message', () => void server.drain().then(() => process.exit()))
}

if (cluster.isPrimary) primary()
else worker()
