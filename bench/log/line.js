// One logger in a process of its own: writes as many lines to a file as its parent says.
import { ftruncateSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { createLogger, runInContext } from '../../dist/log/index.js'
import { context, fields, message } from './request.js'

const folder = mkdtempSync(join(tmpdir(), 'slipway-bench-'))
const file = join(folder, 'bench.log')
const fd = openSync(file, 'a')
const sync = () => pino.destination({ dest: file, append: true, sync: true })

const makers = {
  pino: async () => plain(pino({}, sync())),
  // What the same line costs when pino is told to write it.
  'pino-same': async () => {
    const formatters = { level: (level) => ({ level }) }
    const base = { pid: process.pid, name: 'bench' }
    return plain(pino({ base, formatters, timestamp: pino.stdTimeFunctions.isoTime }, sync()))
  },
  slipway: async () => plain(await createLogger({ log_file: file }, { name: 'bench' })),
  'pino-context': async () => {
    const log = pino({}, sync())
    return () => log.child(context()).info(fields(), message)
  },
  'slipway-context': async () => {
    const log = await createLogger({ log_file: file }, { name: 'bench' })
    return () => runInContext(context(), () => log.info(fields(), message))
  },
  'slipway-text': async () => plain(await createLogger({ log_file: file, log_format: 'text' }, { name: 'bench' })),
}

function plain(log) {
  return () => log.info(fields(), message)
}

const write = await makers[process.argv[2]]()
process.on('message', (lines) => {
  ftruncateSync(fd)
  const before = process.cpuUsage()
  const begin = performance.now()
  for (let line = 0; line < lines; line += 1) write()
  const wall = performance.now() - begin
  const { user, system } = process.cpuUsage(before)
  process.send({ wall: (wall * 1000) / lines, cpu: (user + system) / lines })
})
process.on('disconnect', () => {
  rmSync(folder, { recursive: true })
  process.exit()
})
process.send('ready')
