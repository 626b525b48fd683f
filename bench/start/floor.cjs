// The least that a start with workers takes: a master that binds and spawns them, without a module that is not
// Node's. `floor.cjs PORT WORKERS`. CommonJS, which starts faster.
const { spawn } = require('node:child_process')
const { createServer } = require('node:net')
const { join } = require('node:path')

const [port, count] = process.argv.slice(2)
const server = createServer().listen(Number(port), '127.0.0.1', () => {
  const stdio = ['ignore', 'inherit', 'inherit', server._handle.fd]
  const workers = Array.from({ length: Number(count) }, () =>
    spawn(process.execPath, [join(__dirname, 'floor-worker.cjs')], { stdio }),
  )
  server.close()
  process.on('SIGTERM', () => {
    for (const worker of workers) worker.kill()
    process.exit()
  })
})
