// What the start of the reference service pays for its configuration, step by step. Prints milliseconds as JSON.
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const marks = [performance.now()]
const step = () => marks.push(performance.now())
const { readConfig } = await import('../../dist/config/index.js')
step()
createRequire(import.meta.url)('commander')
step()
const { groups } = await import('../../dist/service/opts.js')
step()
const file = fileURLToPath(new URL('../../etc/service/service.conf', import.meta.url))
readConfig({ groups, argv: ['--config-file', file], prog: 'service-server', project: 'service', version: '1', env: {} })
step()
const names = ['load config', 'load commander', 'load the options', 'read and validate']
process.stdout.write(
  JSON.stringify(Object.fromEntries(names.map((name, index) => [name, marks[index + 1] - marks[index]]))),
)
